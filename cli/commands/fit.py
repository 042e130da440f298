"""``mes fit``: a posterior held against everything published, and what the data taught about each parameter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import reported

if TYPE_CHECKING:
    from calibration.fit.report import Tables
    from foundation.store.manifest import Manifest

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
    resume: o.Resume = False,
    netcdf: o.NetCDF = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesNotQuick = None,
) -> None:
    """Residuals of the patterns P1 to P11, posterior and prior predictive, identifiability of the parameters."""
    with reported():
        from calibration.fit.netcdf import refuse_without_library
        from calibration.fit.question import Wanted, prepare
        from calibration.fit.report import document
        from calibration.fit.study import TABLES, FitStudy
        from cli import label
        from cli.runs.request import at_least_one, check_seed, folder_of, process_count, structure_of
        from cli.runs.showing import Shown, present_study
        from cli.runs.simulation import computed, warn_of_draws

        for option, value in (("--people", people), ("--draws", draws)):
            at_least_one(option, value)
        check_seed(seed)
        if netcdf:
            refuse_without_library()
        processes, folder = process_count(workers), folder_of(out, resume, "fit")
        fitting = prepare(given(Wanted, locals(), structure=structure_of(structure or ())))
        warn_of_draws(fitting.source, lang)
        study = FitStudy(fitting=fitting, netcdf=netcdf)
        store = computed(study, folder, resume, processes, lambda _: label("said.draws", lang))
        shown = Shown(lang=lang, json=json, pictures=pictures or o.Pictures.all, workers=workers)
        present_study(store, shown, TABLES, document, _print)


def _print(frames: Tables, manifest: Manifest, lang: o.Lang) -> None:
    from calibration.fit.report import show
    from cli.runs.showing import console

    show(frames, manifest, console(200), lang.value)
