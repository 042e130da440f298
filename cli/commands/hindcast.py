"""``mes hindcast``: what would have been forecast, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.errors import reported

if TYPE_CHECKING:
    import pandas as pd

    from calibration.facts.targets import StockTarget
    from calibration.hindcast.question import Question
    from calibration.hindcast.work import OriginPosterior
    from foundation.store.manifest import Manifest
    from model.terms.parameters import Structure

    Frames = Mapping[str, pd.DataFrame]


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
    pictures: o.PicturesNotQuick = None,
) -> None:
    """Forecast from earlier days, each forecaster knowing the stocks of its day only, and score what came."""
    with reported():
        from calibration.hindcast import label
        from calibration.hindcast.study import FRAMES, SIMPLE, SIMULATED, Hindcast, document
        from cli.runs.request import at_least_one, check_seed, folder_of, process_count
        from cli.runs.showing import Shown, present_study
        from cli.runs.simulation import computed
        from foundation.errors import UserError

        at_least_one("--people", people)
        if draws < 2:
            raise UserError(f"--draws: {draws}; needed a whole number, 2 or more: a forecast is a distribution")
        check_seed(seed)
        folder, processes = folder_of(out, resume, "hindcast"), process_count(workers)
        chosen = _structure(structure or (), posteriors)
        targets, questions = _asked(origins, actuals)
        known, without = _known(questions, posteriors, draws, chosen)
        study = Hindcast(
            targets=targets,
            questions=questions,
            posteriors=known,
            without=without,
            people=people,
            draws=draws,
            seed=seed,
            structure=chosen,
            actuals=actuals is not None,
        )
        words = {SIMPLE: "hindcast.progress_simple", SIMULATED: "hindcast.progress_model"}
        store = computed(study, folder, resume, processes, lambda stage: label(words[stage], lang))

        def told(frames: Frames, manifest: Manifest) -> dict[str, object]:
            return {**document(frames, manifest), "command_line": manifest["command_line"]}

        shown = Shown(lang=lang, json=json, pictures=pictures or o.Pictures.all, workers=workers)
        present_study(store, shown, FRAMES, told, _print)


def _structure(choices: Sequence[str], posteriors: Path | None) -> Structure:
    """The structure that the model runs under.

    Raises:
        UserError: an average, or a choice without posteriors of its own.
    """
    from cli.runs.request import AVERAGE, structure_of
    from foundation.errors import UserError

    if AVERAGE in choices:
        raise UserError(f"--structure {AVERAGE}: a hindcast has one structure")
    if choices and posteriors is None:
        raise UserError("--structure: name the folder with its posteriors, one an origin, with --posteriors")
    return structure_of(choices)


def _asked(origins: str | None, actuals: Path | None) -> tuple[list[StockTarget], list[Question]]:
    """All figures, the user's among them, and a question for each origin."""
    from calibration.facts.targets import load_stock_targets
    from calibration.hindcast.actuals import read_actuals
    from calibration.hindcast.question import default_origins, figures_of, parse_origins, question_at
    from foundation.errors import UserError

    if origins is not None and actuals is not None:
        raise UserError("--origins: later figures (--actuals) are forecast from the end of the data; leave it out")
    targets = list(load_stock_targets())
    if actuals is None:
        days = default_origins(targets) if origins is None else parse_origins(origins, targets)
    else:
        last = figures_of(targets)[-1]
        targets += read_actuals(actuals, last)
        days = [last.day]
    return targets, [question_at(targets, day) for day in days]


def _known(
    questions: Sequence[Question], folder: Path | None, draws: int, structure: Structure
) -> tuple[dict[date, OriginPosterior], dict[date, str]]:
    """Posteriors by origin; where there is none, how to make it."""
    from calibration.facts.inputs import load_history
    from calibration.hindcast.work import NoPosteriorError, posterior_source
    from foundation.errors import UserError

    if folder is not None and not folder.is_dir():
        raise UserError(f"--posteriors: {folder} is no folder")
    source = posterior_source(draws, load_history().data_end, folder)
    found: dict[date, OriginPosterior] = {}
    without: dict[date, str] = {}
    for question in questions:
        try:
            found[question.origin] = source(question.origin)
            _refuse_other(found[question.origin], question.origin, structure)
        except NoPosteriorError as error:
            without[question.origin] = str(error)
    return found, without


def _refuse_other(posterior: OriginPosterior, origin: date, structure: Structure) -> None:
    """``UserError`` for a posterior that was fitted under another structure: its draws say nothing of this one."""
    from calibration.draws.files import structure_name
    from foundation.errors import UserError

    if posterior.structure != (wanted := vars(structure)):
        differs = ", ".join(f"{k}={v}" for k, v in posterior.structure.items() if wanted.get(k) != v)
        raise UserError(
            f"--structure: the posterior of {origin} was fitted under another structure ({differs or 'an older one'}); "
            f"to run: {structure_name(structure)}"
        )


def _print(frames: Frames, manifest: Manifest, lang: o.Lang) -> None:
    """Scores and what they mean."""
    from calibration.hindcast.page import grids, notes, rich_table
    from calibration.hindcast.study import document
    from cli.runs.showing import console

    out, results = console(), document(frames, manifest)
    for grid in grids(results, lang.value):
        out.print(rich_table(grid, lang.value))
    for line in notes(results, lang.value):
        out.print(line, markup=False, highlight=False)
