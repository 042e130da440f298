"""``mes fit``: a posterior held against everything published, and what the data taught about each parameter."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import FAILED, reported

Out = Annotated[Path | None, typer.Option(help="Folder to make.  [default: ./runs/fit-<time>]")]
People = Annotated[int, typer.Option(help="Simulated people of each run.")]
Draws = Annotated[int, typer.Option(help="Draws of the posterior, and as many of the prior.")]


def fit(
    posterior: o.Posterior = None,
    structure: o.StructureChoices = None,
    people: People = o.PEOPLE,
    draws: Draws = o.DRAWS,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: Out = None,
    netcdf: o.NetCDF = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Residuals of the patterns P1 to P11, posterior and prior predictive, identifiability of the parameters."""
    with reported():
        from calibration.fit.netcdf import FILE, of_fit, refuse_without_library
        from calibration.fit.question import Wanted, prepare
        from calibration.fit.report import show
        from calibration.fit.study import carry_out, write_all
        from cli import label
        from cli.runs.request import at_least_one, check_seed, command_line, process_count, structure_of
        from cli.runs.showing import print_json, say_where, tell_failed
        from cli.runs.simulation import warn_of_draws
        from foundation.store.atomic import new_folder
        from foundation.tasks.progress import progress

        for option, value in (("--people", people), ("--draws", draws)):
            at_least_one(option, value)
        check_seed(seed)
        if netcdf:
            refuse_without_library()
        count = process_count(workers)
        asked = {"structure": structure_of(structure or ()), "command_line": command_line()}
        fitting = prepare(given(Wanted, locals(), **asked))
        warn_of_draws(fitting.source, lang)
        folder = out or Path("runs") / f"fit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        with new_folder(folder) as filling:
            with progress(2 * draws, label("said.draws", lang)) as tell:
                found = carry_out(fitting, count, tell)
            more = {FILE: of_fit(found, fitting)} if netcdf else {}
            document = write_all(filling, found, lang.value, more)
        if json:
            print_json(document)
        else:
            from foundation.language.screen import screen

            show(found, screen(200), lang.value)
        say_where(folder, lang)
        if failures := found.manifest["failures"]:
            tell_failed([(failure["draw"], failure["error"]) for failure in failures], 2 * draws, lang)
            raise typer.Exit(FAILED)
