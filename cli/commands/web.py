"""``mes web``: strategies explored in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.completing import folders
from cli.errors import reported


def web(
    folder: Annotated[
        Path | None, typer.Argument(help="A finished run folder to open beside.", autocompletion=folders)
    ] = None,
    people: o.PeopleNotQuick = None,
    draws: o.DrawsNotQuick = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    posterior: o.Posterior = None,
    costs: o.Costs = None,
    policy_start: o.PolicyStart = None,
    until: o.UntilDated = None,
    target: o.Target = None,
    memory: Annotated[
        float | None,
        typer.Option(parser=o.real_number, metavar="GIB", help="Most memory to take, in GiB.  [default: what is free]"),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; beyond this machine a token is needed.  [default: 127.0.0.1]"),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8765,
    token: Annotated[
        str | None, typer.Option(help="Token that the page asks for.  [default: beyond this machine a random one]")
    ] = None,
    clients: Annotated[int, typer.Option(min=1, max=200, help="People who are answered at a time.")] = 20,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    check: Annotated[bool, typer.Option("--check", help="Start, answer one question, stop.")] = False,
    lang: o.Language = o.Lang.en,
) -> None:
    """Explore strategies in a browser: compose levers, see at once what they bring, cost and whom they leave behind.

    The numbers are those of `mes run` with the same people, draws and seed.
    """
    with reported():
        from cli.runs.request import Request
        from cli.web import run_web

        request = given(Request, locals(), command="compare", threads=1)
        run_web(request, folder=folder, memory=memory, host=host, port=port, token=token, clients=clients,
                browser=browser, check=check)  # fmt: skip
