"""``mes report``: a run folder as one HTML file; ``mes web``: the same questions in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.completing import folders
from cli.errors import reported

if TYPE_CHECKING:
    from foundation.store.manifest import Manifest


def report(
    folder: Annotated[Path, typer.Argument(help="A finished run folder.", autocompletion=folders)],
    lang: o.Language = o.Lang.en,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write.  [default: report.<lang>.html in the folder]")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of `mes plan`.  [default: the run folder, if it holds one]",
            autocompletion=folders,
        ),
    ] = None,
    uncertainty: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of `mes uncertainty`: what the uncertainty is made of.", autocompletion=folders
        ),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of `mes sensitivity` of this run: what drives it, what to find out.",
            autocompletion=folders,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print where the report stands as JSON.")] = False,
) -> None:
    """Write the report of a finished run: one HTML file that needs nothing else and prints on A4."""
    with reported():
        from cli.request import command_line
        from cli.showing import print_json
        from foundation.store.reading import as_left
        from report.drivers import read_drivers, read_split
        from report.page import report as page
        from report.plan import FILE, read_plan
        from report.repeat import command
        from report.sources import load_provenance, own_prices
        from scenarios.compare.comparison import load

        with as_left(folder):
            manifest, frames = load(folder)
            goes_with = plan or (folder if (folder / FILE).is_file() else None)
            target = out or folder / f"report.{lang.value}.html"
            _refuse_users(folder, manifest)
            text = page(
                frames,
                manifest,
                load_provenance(manifest["draws_file"], own_prices(manifest)),
                folder=folder.resolve().name,
                command=command(command_line()),
                lang=lang.value,
                plan=read_plan(goes_with, manifest) if goes_with else None,
                split=read_split(uncertainty, manifest) if uncertainty else None,
                drivers=read_drivers(sensitivity, manifest) if sensitivity else None,
            )
        _write(target, text)
        _list_in(folder, target)
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "report": str(target)})
        else:
            print(target)


def _refuse_users(folder: Path, manifest: Manifest) -> None:
    """The report speaks of activated profiles throughout."""
    from foundation.errors import UserError

    if manifest.get("target_on") == "users":
        raise UserError(f"{folder}: its target is on monthly users; the report is on activated profiles: run it again")


def _list_in(folder: Path, page: Path) -> None:
    """A page that lies in the folder is one of its files: the manifest has its hash, as of pictures."""
    from foundation.store.store import Store
    from foundation.work.journal import journal

    if page.suffix == ".html" and page.parent.resolve() == folder.resolve():
        journal.keep_in(folder)
        journal.note("page", name=page.name)
        store = Store.opened(folder)
        if store.manifest.get("sealed") is True:
            store.seal(page.name)


def _write(path: Path, text: str) -> None:
    """Writes a page in one step; ``UserError`` where it can't be written."""
    from foundation.errors import StorageError, UserError
    from foundation.store.atomic import write_text

    try:
        write_text(path, text)
    except StorageError as error:
        raise UserError(str(error)) from None


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
        from cli.request import Request
        from cli.web import run_web

        request = Request(
            command="compare",
            people=people,
            draws=draws,
            seed=seed,
            workers=workers,
            threads=1,
            cluster=None,
            out=None,
            resume=False,
            lang=lang,
            json=False,
            quick=False,
            structure=(),
            posterior=posterior,
            costs=costs,
            policy_start=policy_start,
            until=until,
            target=target,
        )
        run_web(request, folder=folder, memory=memory, host=host, port=port, token=token, clients=clients,
                browser=browser, check=check)  # fmt: skip
