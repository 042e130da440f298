"""``mes hindcast`` as a study: a task for each run of the model; forecasts of all, their scores, and the results as one
document (settings, summary of each forecaster, every forecast, and what there is none of).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.facts.inputs import load_history, tables_of
from calibration.facts.targets import StockTarget
from calibration.hindcast import label
from calibration.hindcast import question as h
from calibration.hindcast.forecasters import FORECASTERS
from calibration.hindcast.page import results_file, table_of_scores
from calibration.hindcast.question import MODEL, NAMES, Forecast, Question, Simple
from calibration.hindcast.work import OriginPosterior, Task, documents_foreseen, forecast_from, key_of, tasks_of
from foundation.language.text import LANGUAGES
from foundation.quantiles import records, rounded
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.study import Frames, Study
from foundation.tasks.bench import Bench
from model.terms.parameters import Structure
from scenarios.compare.tables import write_csv

FRAMES = ("hindcast", "bounds", "bands", "documents")
SIMPLE, SIMULATED = "simple", "model"
"""Stages: who knows the stocks only, and the runs of the model."""
DOCUMENTS = ["origin", "date", "p05", "p50", "p95", "came"]


@dataclass(frozen=True, kw_only=True)
class Hindcast(Study[Simple | Task]):
    """What each forecaster would have said on each origin, and what came."""

    targets: Sequence[StockTarget]
    questions: Sequence[Question]
    posteriors: Mapping[date, OriginPosterior]
    """By origin."""
    without: Mapping[date, str]
    """By origin that has none, how to make it."""
    people: int
    draws: int
    seed: int
    structure: Structure
    actuals: bool
    """Whether there are figures of the user's own among the targets."""
    command = "hindcast"
    unit = "run"
    work = staticmethod(h.work)

    def question(self) -> Document:
        """Settings and figures; how many are simulated where the model takes part."""
        simulated = {"people": self.people, "draws": self.draws} if self.posteriors else {}
        return {
            **simulated,
            "seed": self.seed,
            "structure": asdict(self.structure),
            "actuals": self.actuals,
            "origins": [question.origin.isoformat() for question in self.questions],
            "published": [target.described() for target in self.targets if target.kind != "initial"],
        }

    def inputs(self) -> Mapping[str, str]:
        """Data tables and posteriors."""
        return {**tables_of("hindcast"), **{one.name: one.sha256 for one in self.posteriors.values()}}

    def code(self) -> Sequence[str]:
        """What forecasts and what runs."""
        return (h.__name__,)

    def about(self) -> Document:
        """What each posterior knew, too."""
        known = {
            origin.isoformat(): {"data_end": one.data_end.isoformat(), "sha256": one.sha256}
            for origin, one in self.posteriors.items()
        }
        data_end, tasks = load_history().data_end.isoformat(), self._runs() + len(self.questions) * len(FORECASTERS)
        return {"data_end": data_end, "quick": False, "posteriors": known, "tasks": tasks}

    def _runs(self) -> int:
        """Of the model."""
        return len(MODEL) * sum(len(one.draws) for one in self.posteriors.values())

    def expects(self) -> Sequence[str]:
        """Tables of every kind, and the document."""
        sheets = [f"hindcast.{lang}.csv" for lang in LANGUAGES]
        return (*(f"{name}.parquet" for name in FRAMES), *sheets, results_file(self.structure))

    def simple(self) -> Sequence[Simple]:
        """A task for each origin and forecaster that knows the stocks only; their numbers follow those of the runs."""
        asked = ((question, forecaster) for question in self.questions for forecaster in FORECASTERS)
        return [
            Simple(index=i, question=question, forecaster=one, targets=self.targets, seed=self.seed)
            for i, (question, one) in enumerate(asked, self._runs())
        ]

    def tasks(self) -> Sequence[Task]:
        """A task for each origin that has draws, kind of inputs and draw."""
        cases = h.cases_of([one for one in self.questions if one.origin in self.posteriors], self.targets)
        draws = {origin: posterior.draws for origin, posterior in self.posteriors.items()}
        return tasks_of(cases, draws, people=self.people, seed=self.seed, structure=self.structure)

    def named(self, task: Simple | Task) -> Document:
        """Origin, name among the forecasters, draw."""
        if isinstance(task, Simple):
            return {"origin": task.question.origin.isoformat(), "forecaster": task.forecaster.name}
        forecaster = next(name for name, inputs in MODEL.items() if inputs == task.case.inputs)
        return {"origin": task.case.origin.isoformat(), "forecaster": forecaster, "draw": task.draw.index}

    def solve(self, bench: Bench[Simple | Task]) -> Frames:
        """Forecasts of those who know the stocks only, then those of the model, and their scores.

        Raises:
            RunFailedError: too few draws of the model came through.
        """
        asked, tasks = self.simple(), self.tasks()
        simple = [
            Forecast(question=task.question, forecaster=task.forecaster.name, **kept)
            for task, kept in zip(asked, bench.each(asked, SIMPLE, whole=True), strict=True)
        ]
        ran = bench.each(tasks, SIMULATED) if tasks else None
        found = zip(ran.tasks, ran, strict=True) if ran else ()
        stocks = {key_of(task): kept["stocks"] for task, kept in found if isinstance(task, Task)}
        discrepancy = {
            (origin, draw.index): float(amount)
            for origin, posterior in self.posteriors.items()
            for draw, amount in zip(posterior.draws, posterior.discrepancy, strict=True)
        }
        model = forecast_from(tasks, stocks, discrepancy, seed=self.seed)
        said = h.model_forecasts(self.questions, model, self.without, bench.failures)
        forecasts = h.in_order([*said, *simple])
        bench.store.note(absent=h.absent(forecasts))
        foreseen = documents_foreseen({origin: one.draws for origin, one in self.posteriors.items()})
        tables = h.scores(forecasts), h.bounds(forecasts), h.bands(forecasts), pd.DataFrame(foreseen, columns=DOCUMENTS)
        return dict(zip(FRAMES, tables, strict=True))

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """The document, and the scores for a spreadsheet."""
        results = document(frames, manifest)
        write_json(folder / results_file(self.structure), results)
        words = {"forecaster": lambda name: label(f"forecaster.{name}", "fr")}
        for lang in LANGUAGES:
            write_csv(table_of_scores(results), folder / f"hindcast.{lang}.csv", lang, label, words)


def _picture(frames: Frames, manifest: Manifest, lang: str) -> Any:
    from calibration.hindcast.pictures import hindcast_panels

    return hindcast_panels(document(frames, manifest), lang)


PICTURES = {"hindcast": _picture}


BENCHMARK = "last-slope"
"""What the model is set against first: it costs nothing and is hard to beat."""
FORECAST = ["origin", "date"]
CONVENTIONS = {
    "crps": "fair ensemble form; small is good",
    "predictive": "of the published figure: its error (one standard deviation) is part of the forecast",
    "headlines": "low to high: the middle for absolute error, bias and inside; CRPS averaged over the interval",
    "bias": "median less published figure",
    "absolute_error": "between the median and the published figure",
    "interval": "5 % to 95 %",
    "by_horizon": "days from origin to count, both ends included; the last range is all of six months and more",
    "lower_bounds": "not scored; probability of the bound or more",
    "structure": "designed knowing the counts up to January 2026, so that the model's hindcast flatters it",
    "documents": "millions deposited a month, foreseen with the inputs of the origin; came: documents_fed.csv",
    "outside_view": "its law, and the damped trend, were chosen knowing the counts up to January 2026",
}
BINS: tuple[tuple[int, int | None], ...] = ((0, 182), (183, 365), (366, 730), (731, None), (183, None))
"""Horizons, days: from and to; the last one is six months and more, all together."""
_SCORED = ("absolute_error_millions", "crps_millions")


SETTINGS = (
    *("version", "people", "draws", "seed", "data_end", "structure", "actuals"),
    *("origins", "published", "posteriors", "data"),
)


def document(frames: Frames, manifest: Manifest) -> Document:
    """Everything, as plain values for JSON; numbers in millions of profiles."""
    scored, absent = frames["hindcast"], manifest["absent"]
    told = ("origin", "forecaster", "draw", "error")
    return {
        **{name: manifest[name] for name in SETTINGS if name in manifest},
        "conventions": CONVENTIONS,
        "forecasters": summary(scored, absent),
        "model_against_last_slope": [against(scored, name) for name in MODEL if name in set(scored["forecaster"])],
        "forecasts": records(scored),
        "lower_bounds": records(frames["bounds"]),
        "absent": absent,
        "failures": [{name: failure[name] for name in told} for failure in manifest["failures"]],
        "bands": records(frames["bands"]),
        "documents": records(frames["documents"]),
    }


def summary(scored: pd.DataFrame, absent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row a forecaster: means of its scores and how many figures its 90 % intervals held; ``common`` has the same
    for the forecasts that every forecaster with any has made, so that the rows can be compared."""
    shared = common(scored)
    return [_summed(scored, shared, name, absent) for name in NAMES]


def common(scored: pd.DataFrame) -> pd.DataFrame:
    """The scores of forecasts made by everybody who has made one at all."""
    if scored.empty:
        return scored
    many = scored.groupby(FORECAST)["forecaster"].transform("nunique")
    return scored[many == scored["forecaster"].nunique()]


def against(scored: pd.DataFrame, name: str) -> dict[str, Any]:
    """Where a forecaster does worse than the last slope: forecasts (origin, day) by either score."""
    both = [scored[scored["forecaster"] == which].set_index(FORECAST)[list(_SCORED)] for which in (name, BENCHMARK)]
    ours, theirs = (scores.loc[both[0].index.intersection(both[1].index)] for scores in both)
    worse = ours > theirs
    return {
        "forecaster": name,
        "benchmark": BENCHMARK,
        "compared": len(worse),
        **{
            f"worse_{column.removesuffix('_millions')}": [
                {"origin": origin, "date": day} for origin, day in worse.index[worse[column]]
            ]
            for column in _SCORED
        },
    }


def _summed(
    scored: pd.DataFrame, shared: pd.DataFrame, name: str, absent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "forecaster": name,
        "inputs": MODEL.get(name),
        **_means(scored[scored["forecaster"] == name]),
        "common": _means(shared[shared["forecaster"] == name]),
        "by_horizon": by_horizon(scored[scored["forecaster"] == name]),
        "absent": [
            {key: value for key, value in entry.items() if key != "forecaster"}
            for entry in absent
            if entry["forecaster"] == name
        ],
    }


def by_horizon(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Means over the forecasts of each of ``BINS``, ``None`` without any."""
    return [_of_bin(rows, low, high) for low, high in BINS]


def _of_bin(rows: pd.DataFrame, low: int, high: int | None) -> dict[str, Any]:
    within = rows[rows["horizon_days"].between(low, inf if high is None else high)]
    return {
        "from_days": low,
        "to_days": high,
        "forecasts": len(within),
        "crps_millions": rounded(float(within["crps_millions"].mean())),
        "inside": int(within["inside"].sum()),
        "coverage_90": float(within["inside"].mean()) if len(within) else None,
        "bias_millions": rounded(float(within["bias_millions"].mean())),
    }


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    """Means over forecasts, ``None`` without any."""
    n = len(rows)
    return {
        "forecasts": n,
        "absolute_error_millions": rounded(float(rows["absolute_error_millions"].mean())) if n else None,
        "crps_millions": rounded(float(rows["crps_millions"].mean())) if n else None,
        "inside": int(rows["inside"].sum()),
        "coverage_90": float(rows["inside"].mean()) if n else None,
    }
