"""``mes sensitivity``: what drives the results of a comparison, and what would be worth knowing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options as o
from cli.errors import reported

if TYPE_CHECKING:
    from planning.sensitivity.sensitivity import Choice

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A run folder of mes compare.")]
Value = Annotated[
    float | None,
    typer.Option(metavar="EUROS", help="What an additional activation is worth.  [default: 30, assumed]"),
]
Budget = Annotated[
    str | None, typer.Option(metavar="EUROS", help="Choose by a budget instead: most activations for at most this.")
]
Names = Annotated[list[str] | None, typer.Option("--scenario", help="Only these strategies' indices (repeatable).")]


def sensitivity(
    folder: Folder,
    value: Value = None,
    budget: Budget = None,
    scenario: Names = None,
    workers: o.Workers = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to make.  [default: ./runs/sensitivity-<DIR>-<time>]")
    ] = None,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Rank what drives the results of a comparison, and say which study would be worth paying for; from its folder."""
    with reported():
        from calibration.draws.posteriors import posterior_named
        from calibration.draws.structures import draws_named
        from cli.request import at_least_one, command_line
        from cli.simulation import say_where
        from cli.words import WORDS
        from foundation.work.progress import progress
        from planning.sensitivity.run import carry_out, source
        from planning.sensitivity.sensitivity import total

        at_least_one("--workers", workers)
        choice = _choice(value, budget)
        compared, outcomes = source(folder, lambda name: posterior_named(name).sha256)
        target = _target(out, folder)
        with progress(total(outcomes, scenario), WORDS[lang]["quantities"]) as tell:
            manifest, frames = carry_out(
                compared,
                outcomes,
                draws_named(compared["draws_file"], compared["draws"]),
                choice,
                scenarios=scenario,
                source_folder=folder,
                command_line=command_line(),
                folder=target,
                workers=workers or _cores(),
                progress=tell,
            )
        _present(target, manifest, frames, lang, json)
        say_where(target, lang)


def _choice(value: float | None, budget: str | None) -> Choice:
    from math import isfinite

    from foundation.errors import UserError
    from foundation.language.amounts import amount
    from planning.sensitivity.sensitivity import VALUE, Choice

    if value is not None and budget is not None:
        raise UserError("--value, --budget: give one of them: a value for each activation, or a budget")
    if value is not None and not (isfinite(value) and value > 0):
        raise UserError(f"--value: {value:g}; needed more than 0 euros per additional activation, such as 30")
    if budget is not None:
        return Choice(value=None, budget=amount("--budget", budget) / 1e6)
    return Choice(value=VALUE if value is None else value, budget=None)


def _target(out: Path | None, folder: Path) -> Path:
    """The folder to make; refused before anything is computed if it is there."""
    from foundation.errors import UserError

    target = out or Path("runs") / f"sensitivity-{folder.resolve().name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if target.exists() or target.is_symlink():
        raise UserError(f"{target}: exists; name another folder (--out)")
    return target


def _cores() -> int:
    import os

    return os.cpu_count() or 1


def _present(folder: Path, manifest: dict[str, Any], frames: Any, lang: o.Lang, as_json: bool) -> None:
    import sys

    from rich.console import Console

    from cli.simulation import print_json
    from foundation.store.store import Store
    from planning.sensitivity.pictures import draw_sensitivity
    from planning.sensitivity.run import sensitivity_document
    from planning.sensitivity.table import indices_table, information_table

    for each in o.Lang:
        draw_sensitivity(frames, manifest, folder / "pictures", each.value)
    Store.opened(folder).seal()
    if as_json:
        print_json(sensitivity_document(frames, manifest))
        return
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(indices_table(frames["indices"], frames["inputs"], manifest, lang.value))
    console.print()
    console.print(information_table(frames["information"], manifest, lang.value))
