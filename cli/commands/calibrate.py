"""``mes calibrate``: the posterior of the free parameters, given published stocks and survey answers, or the level of
one region, given its counts; ``mes counts``: how counts of one's own are read for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from calibration.posterior import Effort
from cli import options as o
from cli.commands import given
from cli.completing import folders, regions
from cli.errors import reported
from cli.help import Group
from foundation.errors import UserError

USUAL, PEOPLE_OF_A_REGION = Effort(), 20_000
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
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION",
            help="Fit the local level of one region to its --counts, on top of the national posterior, in minutes.",
            autocompletion=regions,
        ),
    ] = None,
    posterior: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="With --region: the national posterior, a folder of `mes calibrate`.  [default: the shipped one]",
            autocompletion=folders,
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Use only what was published up to this day.")
    ] = None,
    surveys: Annotated[bool, typer.Option(help="Fit the survey answers too.")] = True,
    structure: o.StructureChoices = None,
    draws: Annotated[
        int | None,
        typer.Option(
            min=10,
            max=5000,
            help=f"Posterior draws to keep.  [default: {USUAL.draws}; with --region: all that the posterior holds]",
        ),
    ] = None,
    people: Annotated[
        int | None,
        typer.Option(
            min=1000,
            max=1_000_000,
            help=f"Simulated people of each run.  [default: {USUAL.people}; with --region: {PEOPLE_OF_A_REGION}]",
        ),
    ] = None,
    first: Annotated[int, typer.Option(min=64, max=65_536, help="Runs at prior places (a power of 2).")] = USUAL.first,
    waves: Annotated[int, typer.Option(min=1, max=20, help="Waves of runs near the posterior.")] = USUAL.waves,
    wave: Annotated[int, typer.Option(min=32, max=10_000, help="Runs of each wave.")] = USUAL.wave,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    pictures: o.PicturesNotQuick = None,
    resume: o.Resume = False,
    netcdf: o.NetCDF = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Posterior of the free parameters: simulations, an emulator learned from them, a walk over it, a check. Of one
    region: its local level, fitted to its counts."""
    with reported():
        effort = Effort(
            first=first,
            waves=waves,
            wave=wave,
            people=people or (USUAL.people if region is None else PEOPLE_OF_A_REGION),
            draws=draws or USUAL.draws,
            seed=seed,
        )
        if region is not None:
            if netcdf:
                raise UserError("--netcdf: of the country's posterior only; draws of a region are in level.parquet")
            from cli.regions.fit import RegionRequest, calibrate_region

            calibrate_region(given(RegionRequest, locals(), effort=effort, structure=structure or ()))
            return
        from cli.calibration import Request, calibrate_in

        refuse_of_regions(posterior, pictures)
        calibrate_in(given(Request, locals(), effort=effort, structure=structure or ()))


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


def refuse_of_regions(posterior: Path | None, pictures: o.Pictures | None) -> None:
    """``UserError`` for options that the calibration of the country has no use for."""
    for option, value in (("--posterior", posterior), ("--pictures", pictures)):
        if value is not None:
            raise UserError(f"{option}: of use with --region only; leave it out")
