"""From the options of ``mes hindcast`` to a finished folder and what is shown of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.hindcast import label
from cli import label as said
from cli.options import Lang, Pictures
from cli.runs.request import at_least_one, check_seed, command_line, process_count
from foundation.errors import Interrupted, UserError
from foundation.tasks.journal import journal
from foundation.tasks.progress import progress

if TYPE_CHECKING:
    from calibration.facts.targets import StockTarget
    from calibration.hindcast.question import Forecast, Question
    from calibration.hindcast.work import OriginPosterior
    from model.terms.parameters import Structure

    Known = tuple[list[StockTarget], list[Question], dict[date, OriginPosterior], dict[date, str]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options as given."""

    origins: str | None
    actuals: Path | None
    posteriors: Path | None
    structure: Sequence[str]
    people: int
    draws: int
    seed: int
    workers: int | None
    out: Path | None
    resume: bool
    lang: Lang
    json: bool
    pictures: Pictures

    def __post_init__(self) -> None:
        at_least_one("--people", self.people)
        if self.draws < 2:
            raise UserError(f"--draws: {self.draws}; needed a whole number, 2 or more: a forecast is a distribution")
        check_seed(self.seed)
        if self.resume and self.out is None:
            raise UserError("--resume: name the folder to finish with --out")
        if self.origins is not None and self.actuals is not None:
            raise UserError("--origins: later figures (--actuals) are forecast from the end of the data; leave it out")

    @property
    def chosen(self) -> Structure:
        """The structure that the model runs under.

        Raises:
            UserError: an average, or another one than the default without posteriors of its own.
        """
        from cli.runs.request import AVERAGE, structure_of

        if AVERAGE in self.structure:
            raise UserError(f"--structure {AVERAGE}: a hindcast has one structure")
        if self.structure and self.posteriors is None:
            raise UserError("--structure: name the folder with its posteriors, one an origin, with --posteriors")
        return structure_of(self.structure)

    @property
    def folder(self) -> Path:
        """As given, or named after the time."""
        return self.out or Path("runs") / f"hindcast-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def hindcast_in(request: Request) -> None:
    """Forecast, score, write the folder, print what was found.

    Raises:
        UserError: bad options or figures, or a folder that is there already.
        RunFailedError: too few draws of the model came through.
    """
    from calibration.hindcast.folder import begin
    from foundation.store.atomic import held

    process_count(request.workers)
    targets, questions = asked(request)
    posteriors, without = known_posteriors(request, questions)
    settings, folder = settings_of(request, targets, questions, posteriors), request.folder
    begin(folder, settings, resume=request.resume)
    with held(folder):
        try:
            results = _results(request, folder, settings, (targets, questions, posteriors, without))
        except KeyboardInterrupt:
            raise Interrupted(f"interrupted; the same command with --resume --out {folder} finishes the rest") from None
        present(results, folder, request)


def _results(request: Request, folder: Path, settings: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Forecasts and scores as one document, which is written too."""
    from calibration.hindcast import question as h
    from calibration.hindcast.folder import document, question_of, write_results
    from calibration.hindcast.forecasters import FORECASTERS
    from calibration.hindcast.work import documents_foreseen

    targets, questions, posteriors, without = known
    many = len(questions) * len(FORECASTERS)
    with progress(many, label("hindcast.progress_simple", request.lang)) as tell:
        simple = h.simple_forecasts(questions, targets, request.seed, progress=tell)
    model, failures = modelled(request, targets, questions, posteriors, without, folder, question_of(settings))
    forecasts = h.in_order([*model, *simple])
    tables = h.scores(forecasts), h.bounds(forecasts), h.bands(forecasts), h.absent(forecasts)
    foreseen = documents_foreseen({origin: posterior.draws for origin, posterior in posteriors.items()})
    results = document(settings, *tables, failures, foreseen)
    write_results(folder, results, alternative=bool(request.structure))
    return results


def asked(request: Request) -> tuple[list[StockTarget], list[Question]]:
    """All figures, the user's among them, and a question for each origin."""
    from calibration.facts.targets import load_stock_targets
    from calibration.hindcast.actuals import read_actuals
    from calibration.hindcast.question import default_origins, figures_of, parse_origins, question_at

    targets = list(load_stock_targets())
    if request.actuals is None:
        days = default_origins(targets) if request.origins is None else parse_origins(request.origins, targets)
    else:
        last = figures_of(targets)[-1]
        targets += read_actuals(request.actuals, last)
        days = [last.day]
    return targets, [question_at(targets, day) for day in days]


def known_posteriors(
    request: Request, questions: Sequence[Question]
) -> tuple[dict[date, OriginPosterior], dict[date, str]]:
    """Posteriors by origin; where there is none, how to make it."""
    from calibration.facts.inputs import load_history
    from calibration.hindcast.work import NoPosteriorError, posterior_source

    structure = request.chosen
    if request.posteriors is not None and not request.posteriors.is_dir():
        raise UserError(f"--posteriors: {request.posteriors} is no folder")
    source = posterior_source(request.draws, load_history().data_end, request.posteriors)
    found: dict[date, OriginPosterior] = {}
    without: dict[date, str] = {}
    for question in questions:
        try:
            found[question.origin] = source(question.origin)
            refuse_other_structure(found[question.origin], question.origin, structure)
        except NoPosteriorError as error:
            without[question.origin] = str(error)
    return found, without


def refuse_other_structure(posterior: OriginPosterior, origin: date, structure: Structure) -> None:
    """Draws of one structure say nothing of another one.

    Raises:
        UserError: the posterior was fitted under another structure than the one to run.
    """
    from calibration.draws.files import structure_name

    if posterior.structure != (wanted := vars(structure)):
        differs = ", ".join(f"{k}={v}" for k, v in posterior.structure.items() if wanted.get(k) != v)
        raise UserError(
            f"--structure: the posterior of {origin} was fitted under another structure ({differs or 'an older one'}); "
            f"to run: {structure_name(structure)}"
        )


def settings_of(
    request: Request,
    targets: Sequence[StockTarget],
    questions: Sequence[Question],
    posteriors: Mapping[date, OriginPosterior],
) -> dict[str, Any]:
    """What the results depend on, and what a reader wants to know of them."""
    from calibration.facts.inputs import load_history, tables_of
    from foundation.store.manifest import package_version

    simulated = {"people": request.people, "draws": request.draws} if posteriors else {}
    return {
        "version": package_version(),
        **simulated,
        "seed": request.seed,
        "data_end": load_history().data_end.isoformat(),
        "structure": dict(vars(request.chosen)),
        "actuals": request.actuals is not None,
        "origins": [question.origin.isoformat() for question in questions],
        "published": [target.described() for target in targets if target.kind != "initial"],
        "posteriors": {
            origin.isoformat(): {"data_end": posterior.data_end.isoformat(), "sha256": posterior.sha256}
            for origin, posterior in posteriors.items()
        },
        "data": tables_of("hindcast"),
    }


def modelled(
    request: Request,
    targets: Sequence[StockTarget],
    questions: Sequence[Question],
    posteriors: Mapping[date, OriginPosterior],
    without: Mapping[date, str],
    folder: Path,
    settled: str,
) -> tuple[list[Forecast], list[dict[str, Any]]]:
    """The model's forecasts, its failed draws; runs that the folder has of this question stay."""
    from calibration.hindcast.folder import keep_run, read_runs
    from calibration.hindcast.question import cases_of, model_forecasts
    from calibration.hindcast.work import forecast_from, run_tasks, tasks_of
    from calibration.warm import ensure_compiled

    cases = cases_of([question for question in questions if question.origin in posteriors], targets)
    draws = {origin: posterior.draws for origin, posterior in posteriors.items()}
    tasks = tasks_of(cases, draws, people=request.people, seed=request.seed, structure=request.chosen)
    if not tasks:
        return model_forecasts(questions, forecast_from([], {}, {}, {}, seed=request.seed), without)
    ensure_compiled()
    with progress(len(tasks), label("hindcast.progress_model", request.lang)) as tell:
        keep, done = partial(keep_run, folder, question=settled), read_runs(folder, settled)
        stocks, errors = run_tasks(tasks, process_count(request.workers), done=done, keep=keep, progress=tell)
    discrepancy = {
        (origin, draw.index): float(amount)
        for origin, posterior in posteriors.items()
        for draw, amount in zip(posterior.draws, posterior.discrepancy, strict=True)
    }
    model = forecast_from(tasks, stocks, errors, discrepancy, seed=request.seed)
    return model_forecasts(questions, model, without)


def present(results: Mapping[str, Any], folder: Path, request: Request) -> None:
    """Adds tables to the folder, prints the result, says where it is, adds the picture; status 1 if draws failed."""
    import typer

    from calibration.hindcast.folder import seal
    from calibration.hindcast.page import table_of_scores
    from cli.errors import FAILED, heard_or_not
    from cli.runs.showing import print_json, say_where
    from scenarios.compare.tables import write_csv

    for lang in Lang:
        words = {"forecaster": lambda name: label(f"forecaster.{name}", "fr")}
        write_csv(table_of_scores(results), folder / f"hindcast.{lang}.csv", lang.value, label, words)
    with heard_or_not():
        if request.json:
            print_json({**results, "command_line": command_line()})
        else:
            print_tables(results, request.lang)
        sys.stdout.flush()
    say_where(folder, request.lang)
    try:
        if request.pictures is not Pictures.none:
            draw(results, folder / "pictures", request.lang.value)
    except KeyboardInterrupt:
        text = "interrupted; the results are complete, the same command with --resume --out {} draws the picture"
        raise Interrupted(text.format(folder)) from None
    finally:
        seal(folder, results, command_line())
        tell_failures(results)
    if results["failures"]:
        raise typer.Exit(FAILED)


def print_tables(results: Mapping[str, Any], lang: Lang) -> None:
    """Scores and what they mean."""
    from calibration.hindcast.page import grids, notes, rich_table
    from cli.runs.showing import console

    out = console()
    for grid in grids(results, lang.value):
        out.print(rich_table(grid, lang.value))
    for line in notes(results, lang.value):
        out.print(line, markup=False, highlight=False)


def draw(results: Mapping[str, Any], pictures: Path, lang: str) -> None:
    """What each forecaster said from each origin, beside what came."""
    from calibration.hindcast.pictures import hindcast_panels
    from foundation.drawing.style import save
    from foundation.store.atomic import refuse_link

    refuse_link(pictures)
    pictures.mkdir(exist_ok=True)
    with progress(1, said("said.pictures", lang)) as tell:
        tell(0)
        save(hindcast_panels(results, lang), pictures / f"hindcast.{lang}")
        tell(1)


def tell_failures(results: Mapping[str, Any]) -> None:
    """Names the draws that failed, on stderr."""
    if failed := results["failures"]:
        lines = ["  {origin}, {forecaster}, draw {draw}: {error}".format(**failure) for failure in failed]
        journal.tell("\n".join([f"{len(failed)} runs of the model failed:", *lines]))
