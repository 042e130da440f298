"""``mes survey``: the surveys of 2022 and 2023 among the simulated people, beside what they printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import FAILED, reported

Out = Annotated[Path | None, typer.Option(help="Folder to make.  [default: ./runs/survey-status-quo-<time>]")]


def survey(
    people: o.PeopleNotQuick = None,
    draws: o.DrawsNotQuick = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: Out = None,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
) -> None:
    """Interview the simulated people as the surveys of November 2022 and 2023 did, and compare the answers."""
    with reported():
        from calibration.draws.posteriors import posterior_for
        from calibration.survey.question import Wanted
        from calibration.survey.study import carry_out
        from cli import label
        from cli.runs.request import Request, command_line
        from cli.runs.showing import print_json, say_where, tell_failed
        from cli.runs.simulation import warn_of_draws
        from foundation.errors import UserError
        from foundation.store.atomic import new_folder
        from foundation.tasks.progress import progress

        request = given(Request, locals(), command="survey", threads=1)
        settings = request.settings(every=1)
        if request.averages:
            raise UserError("survey: one structure at a time; --structure average is for run and compare")
        source = posterior_for(settings.structure, request.posterior)
        wanted = Wanted(
            people=settings.people,
            draws=settings.draws,
            seed=seed,
            structure=settings.structure,
            posterior=source,
            command_line=command_line(),
        )
        warn_of_draws(source, lang)
        folder = request.folder("status-quo")
        with new_folder(folder) as filling, progress(settings.draws, label("said.draws", lang)) as tell:
            result = carry_out(wanted, filling, lang.value, workers=request.process_count(), progress=tell)
        if json:
            print_json(result.document)
        else:
            result.show(lang.value)
        say_where(folder, lang)
        if result.failures:
            tell_failed(result.failures, settings.draws, lang)
            raise typer.Exit(FAILED)
