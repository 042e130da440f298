"""``mes hindcast``: what would have been forecast, and what came."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import reported


def hindcast(
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD,…",
            help="Days to forecast from.  [default: those of the counts from November 2023 to January 2025]",
        ),
    ] = None,
    actuals: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Score forecasts made at the end of the data against your own later figures, CSV or xlsx: date, "
            "activated or activated_millions[, error_millions].",
        ),
    ] = None,
    posteriors: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder with DIR/<origin>/posterior.parquet, from `mes calibrate --until <origin>`.  "
            "[default: the shipped ones]",
        ),
    ] = None,
    structure: o.StructureChoices = None,
    people: Annotated[int, typer.Option(help="Simulated people.")] = o.PEOPLE,
    draws: Annotated[int, typer.Option(help="Draws of the model's posterior.")] = o.DRAWS,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PictureOrNone = None,
) -> None:
    """Forecast from earlier days, each forecaster knowing the stocks of its day only, and score what came."""
    with reported():
        from cli.hindcasting import Request, hindcast_in

        wanted = pictures or o.Pictures.all
        hindcast_in(given(Request, locals(), structure=structure or [], pictures=wanted))
