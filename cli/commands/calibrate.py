"""``mes calibrate``: the posterior of the free parameters, given published stocks and survey answers; ``mes counts``:
how counts of one's own are read for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calibration.posterior import Effort
from cli import options as o
from cli.errors import reported
from cli.help import Group

USUAL = Effort()
Counts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Your own counts instead of the shipped ones, as CSV or xlsx: date, activated or activated_millions"
        "[, error_millions, use, region]; mes counts check shows how a file is read.",
    ),
]
counts_app = typer.Typer(cls=Group, no_args_is_help=True, help="Show how your own counts are read.")


def calibrate(
    out: Annotated[Path, typer.Option(help="Folder to make; it also holds the state of an unfinished calibration.")],
    counts: Counts = None,
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Use only what was published up to this day.")
    ] = None,
    surveys: Annotated[bool, typer.Option(help="Fit the survey answers too.")] = True,
    structure: o.StructureChoices = None,
    draws: Annotated[int, typer.Option(min=10, max=5000, help="Posterior draws to keep.")] = USUAL.draws,
    people: Annotated[int, typer.Option(min=1000, max=1_000_000, help="Simulated people of each run.")] = USUAL.people,
    first: Annotated[int, typer.Option(min=64, max=65_536, help="Runs at prior places (a power of 2).")] = USUAL.first,
    waves: Annotated[int, typer.Option(min=1, max=20, help="Waves of runs near the posterior.")] = USUAL.waves,
    wave: Annotated[int, typer.Option(min=32, max=10_000, help="Runs of each wave.")] = USUAL.wave,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    resume: o.Resume = False,
    netcdf: o.NetCDF = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Posterior of the free parameters: simulations, an emulator learned from them, a walk over it, a check."""
    with reported():
        from cli.calibration import Request, calibrate_in

        effort = Effort(
            first=first,
            waves=waves,
            wave=wave,
            people=people,
            draws=draws,
            seed=seed,
        )
        request = Request(
            out=out,
            effort=effort,
            counts=counts,
            until=until,
            surveys=surveys,
            structure=structure or (),
            workers=workers,
            resume=resume,
            netcdf=netcdf,
            lang=lang,
            json=json,
        )
        calibrate_in(request)


@counts_app.callback()
def _counts() -> None:
    """Show how your own counts are read."""


@counts_app.command("check")
def check_counts(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Counts as CSV or xlsx; file.xlsx#Sheet for one sheet of several.")
    ],
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Show how a file of counts is read: a line for each count, what was converted, and what was left out."""
    with reported():
        from cli.calibration import show_counts

        show_counts(file, lang, json=json)
