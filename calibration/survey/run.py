"""``mes survey`` as a function: data in, files and a result out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from calibration.draws.draws import data_hashes, load_draws, read_draws
from calibration.draws.posteriors import Source
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.priors import load_priors
from calibration.facts.targets import SurveyItem, load_survey_items, load_surveyed
from calibration.survey.files import draw_picture, write_all
from calibration.survey.report import document, rich_table, rows_of, why
from calibration.survey.survey import TIMES, Fieldwork, Task, answers_of, from_priors, run_survey, surveys_of
from calibration.survey.table import compare, per_draw
from calibration.warm import ensure_compiled
from foundation.store.manifest import machine, package_version
from model.terms.structure import Structure


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What determines the numbers, besides the data."""

    people: int
    draws: int
    seed: int
    structure: Structure
    posterior: Source
    command_line: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finished comparison."""

    table: pd.DataFrame
    items: Sequence[SurveyItem]
    manifest: dict[str, object]
    document: dict[str, object]
    failures: Sequence[tuple[int, str]]
    """Draw and error."""

    def show(self, lang: str) -> None:
        """Prints table and remarks."""
        from rich.console import Console

        console = Console() if sys.stdout.isatty() else Console(width=160)
        console.print(rich_table(self.table, self.items, self.manifest, lang))
        for line in why(rows_of(self.table), lang):
            console.print(line, markup=False, highlight=False)


def carry_out(
    wanted: Wanted, folder: Path, lang: str, *, workers: int, progress: Callable[[int], None] = lambda finished: None
) -> Result:
    """Simulates, interviews, compares; writes tables, document and picture into an existing folder.

    Raises:
        UserError: more draws than the draws file holds.
        RunFailedError: every draw failed.
    """
    draws, items = load_draws(wanted.draws, path=wanted.posterior.paths[0]), load_survey_items()
    history, priors, key = load_history(), load_priors(), read_draws(wanted.posterior.paths[0])[1].key
    work = Fieldwork(
        people=wanted.people,
        seed=wanted.seed,
        surveys=surveys_of(items),
        demography=load_demography(),
        history=history,
        surveyed=load_surveyed(),
        structure=wanted.structure,
    )
    ensure_compiled()
    tasks = [Task(work, draw, answers_of(draw, key, priors)) for draw in draws]
    findings, failures = run_survey(tasks, workers=workers, progress=progress)
    failed = [(draws[failure.index].index, failure.error) for failure in failures]
    manifest = {
        "people": wanted.people,
        "draws": wanted.draws,
        "seed": wanted.seed,
        "structure": asdict(wanted.structure),
        "data_end": history.data_end.isoformat(),
        "quick": False,
        "claims_from_priors": from_priors(draws),
        "samples_per_draw": TIMES,
        "failures": [{"draw": draw, "error": error} for draw, error in failed],
    }
    table = compare(findings, items, wanted.structure.barrier_base)
    found = document(table, findings, items, manifest)
    provenance = {
        "version": package_version(),
        "command_line": list(wanted.command_line),
        "data": {**data_hashes(), wanted.posterior.name: wanted.posterior.sha256},
        "machine": machine(),
    }
    write_all(folder, table, per_draw(findings), {**found, **provenance})
    draw_picture(folder, table, items, manifest, lang)
    return Result(table=table, items=items, manifest=manifest, document=found, failures=failed)
