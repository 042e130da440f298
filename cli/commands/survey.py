"""``mes survey``: the surveys of 2022 and 2023 among the simulated people, beside what they printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import reported

if TYPE_CHECKING:
    import pandas as pd

    from foundation.store.manifest import Manifest

Out = Annotated[Path | None, typer.Option(help="Folder to make.  [default: ./runs/survey-status-quo-<time>]")]


def survey(
    people: o.PeopleNotQuick = None,
    draws: o.DrawsNotQuick = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesNotQuick = None,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
) -> None:
    """Interview the simulated people as the surveys of November 2022 and 2023 did, and compare the answers."""
    with reported():
        from calibration.draws.posteriors import posterior_for
        from calibration.survey.study import FRAMES, document, study_of
        from cli import label
        from cli.runs.request import Request
        from cli.runs.showing import present_study, shown_of
        from cli.runs.simulation import computed, warn_of_draws
        from foundation.errors import UserError

        request = given(Request, locals(), command="survey", threads=1)
        settings = request.settings(every=1)
        if request.averages:
            raise UserError("survey: one structure at a time; --structure average is for run and compare")
        source = posterior_for(settings.structure, request.posterior)
        study = study_of(settings.people, settings.draws, seed, settings.structure, source)
        warn_of_draws(source, lang)
        processes = min(request.process_count(), settings.draws)
        store = computed(study, request.folder("status-quo"), resume, processes, lambda _: label("said.draws", lang))
        present_study(store, shown_of(request), FRAMES, document, _print)


def _print(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
    from calibration.facts.targets import load_survey_items
    from calibration.survey.tables import rich_table, rows_of, why
    from cli.runs.showing import console

    out = console()
    out.print(rich_table(frames["survey"], load_survey_items(), manifest, lang.value))
    for line in why(rows_of(frames["survey"]), lang.value):
        out.print(line, markup=False, highlight=False)
