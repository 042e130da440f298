"""Rolling origins: what each forecaster would have said on a day, and what came.

A forecaster sees the stocks published up to an origin and forecasts the days of those published after it. Only figures
are scored; a stock published as "more than" is compared apart, by the probability that the forecast gave to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, get_args
from zlib import crc32

import numpy as np
import pandas as pd

from calibration.facts.history import Inputs
from calibration.facts.observed import counts_of
from calibration.facts.targets import StockTarget
from calibration.hindcast.forecasters import (
    FORECASTERS,
    SAMPLES,
    Forecaster,
    NotEnoughDataError,
    series_until,
    years_at,
)
from calibration.hindcast.scoring import LEVELS, Score, chance_above, score, score_interval
from calibration.hindcast.work import Case, ModelForecast, Task, simulate
from foundation.errors import Problem, RunFailedError, ScenarioError
from foundation.language.amounts import iso_day
from foundation.shapes import Floats
from foundation.store.parts import Content

WINDOW = date(2023, 11, 1), date(2025, 1, 31)
"""First and last day of the default origins: enough counts before to tell a spread, a year after to score."""
STEP = timedelta(days=30)
"""Between the days of a picture."""
MODEL: Mapping[str, Inputs] = {f"model-{inputs}": inputs for inputs in get_args(Inputs)}
"""The model's names among the forecasters, by its kind of inputs."""
NAMES = (*MODEL, *(forecaster.name for forecaster in FORECASTERS))
"""All forecasters in the order of tables and pictures."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked on one origin."""

    origin: date
    figures: tuple[StockTarget, ...]
    """Stocks published later, to be scored."""
    bounds: tuple[StockTarget, ...]
    """Those of them published as "more than"."""

    @property
    def days(self) -> tuple[date, ...]:
        """Days of figures and bounds, and one a month from the origin on for the picture."""
        asked = {target.day for target in (*self.figures, *self.bounds)}
        last = max(asked)
        steps = (last - self.origin) // STEP + 1
        return tuple(sorted(asked | {self.origin + i * STEP for i in range(steps)}))


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What one forecaster says on one origin, or why it says nothing."""

    question: Question
    forecaster: str
    samples: Floats | None = None
    """[sample, day of the question], millions, without the error of the figure to come."""
    missing: Mapping[str, Any] | None = None
    """``reason`` ("not enough data", "no posterior") and its details."""


def figures_of(targets: Sequence[StockTarget]) -> list[StockTarget]:
    """Stocks since the launch that are figures rather than bounds."""
    return [target for target in targets if target.is_figure]


def default_origins(targets: Sequence[StockTarget]) -> list[date]:
    """Days of the figures within ``WINDOW`` that leave one to score."""
    return [target.day for target in figures_of(targets)[:-1] if WINDOW[0] <= target.day <= WINDOW[1]]


def question_at(targets: Sequence[StockTarget], origin: date) -> Question:
    """What was published after ``origin``."""
    later = [target for target in targets if target.day > origin]
    return Question(
        origin=origin,
        figures=tuple(figures_of(later)),
        bounds=tuple(target for target in later if target.kind == "lower bound"),
    )


def cases_of(questions: Sequence[Question], targets: Sequence[StockTarget]) -> list[Case]:
    """What the model has to run."""
    known = {q.origin: counts_of([target for target in targets if target.day <= q.origin]) for q in questions}
    return [
        Case(origin=q.origin, inputs=inputs, known=known[q.origin], days=q.days)
        for q in questions
        for inputs in MODEL.values()
    ]


@dataclass(frozen=True, kw_only=True)
class Simple:
    """One forecaster that knows the stocks only, on one origin: what a worker is sent."""

    index: int
    question: Question
    forecaster: Forecaster
    targets: Sequence[StockTarget]
    seed: int


def simple_forecast(task: Simple, *, samples: int = SAMPLES) -> Forecast:
    """Its chance depends on the seed, the origin and its name, not on the company it is in."""
    question, name = task.question, task.forecaster.name
    series, years = series_until(task.targets, question.origin), years_at(question.days)
    rng = np.random.default_rng([task.seed, question.origin.toordinal(), crc32(name.encode())])
    try:
        found = task.forecaster.forecast(series, years, rng, samples)
    except NotEnoughDataError as error:
        missing = {"reason": "not enough data", "needed": error.needed, "given": error.given}
        return Forecast(question=question, forecaster=name, missing=missing)
    return Forecast(question=question, forecaster=name, samples=found)


def work(task: Simple | Task) -> Content:
    """Samples of a forecaster or why there are none; of a run its stocks."""
    if isinstance(task, Task):
        return {"stocks": np.array(simulate(task))}
    found = simple_forecast(task)
    return {"missing": found.missing} if found.samples is None else {"samples": found.samples}


def model_forecasts(
    questions: Sequence[Question],
    model: ModelForecast,
    without: Mapping[date, str],
    failures: Sequence[Mapping[str, Any]] = (),
) -> list[Forecast]:
    """The model on every origin under both kinds of inputs; ``without`` says, by origin, how to make the posterior that
    is not there; ``failures`` are runs that failed, each with its origin and forecaster.

    Raises:
        RunFailedError: fewer than two draws of an origin came through.
    """
    found = []
    for question in questions:
        for name, inputs in MODEL.items():
            if question.origin in without:
                missing = {"reason": "no posterior", "make": without[question.origin]}
                found.append(Forecast(question=question, forecaster=name, missing=missing))
                continue
            samples = model(question.origin, inputs)
            if len(samples) < 2:
                own = (question.origin.isoformat(), name)
                failed = [entry["error"] for entry in failures if (entry["origin"], entry["forecaster"]) == own]
                first = f", the first by {failed[0]}" if failed else ""
                raise RunFailedError(f"{name}, origin {question.origin}: {len(failed)} draws failed{first}")
            found.append(Forecast(question=question, forecaster=name, samples=samples))
    return found


def in_order(forecasts: Sequence[Forecast]) -> list[Forecast]:
    """By origin, then as ``NAMES`` has the forecasters."""
    return sorted(forecasts, key=lambda f: (f.question.origin, NAMES.index(f.forecaster)))


def scores(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    """A row an origin, forecaster and figure; stocks, errors and scores in millions."""
    columns = ["origin", "forecaster", "date", "horizon_days", "published_millions", "error_millions"]
    columns += ["low_millions", "high_millions", "interval"]
    columns += ["p05", "p50", "p95", "bias_millions", "absolute_error_millions", "crps_millions", "inside"]
    return pd.DataFrame([row for forecast in forecasts for row in _scored(forecast)], columns=columns)


def _scored(forecast: Forecast) -> Iterator[list[object]]:
    if forecast.samples is None:
        return
    question = forecast.question
    for target in question.figures:
        found = score_of(forecast.samples[:, question.days.index(target.day)], target)
        yield [
            *(question.origin.isoformat(), forecast.forecaster, target.day.isoformat()),
            *((target.day - question.origin).days, target.millions, target.error),
            *(target.low, target.high, target.is_interval),
            *(found.p05, found.p50, found.p95, found.p50 - target.millions),
            *(found.absolute_error, found.crps, found.inside),
        ]


def score_of(samples: Floats, target: StockTarget) -> Score:
    """Of samples of the stock on the day of a figure: as an interval where the figure is one."""
    if target.is_interval:
        return score_interval(samples, target.low, target.high)
    return score(samples, target.millions, target.error)


def bounds(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    """A row an origin, forecaster and stock published as "more than": the probability of that or more."""
    rows = [
        [
            *(f.question.origin.isoformat(), f.forecaster, bound.day.isoformat(), bound.millions, bound.error),
            chance_above(f.samples[:, f.question.days.index(bound.day)], bound.millions, bound.error),
        ]
        for f in forecasts
        if f.samples is not None
        for bound in f.question.bounds
    ]
    names = ["origin", "forecaster", "date", "more_than_millions", "error_millions", "probability"]
    return pd.DataFrame(rows, columns=names)


def bands(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    """A row an origin, forecaster and day of the picture: quantiles of the stock, without the error of a figure."""
    rows = [
        [f.question.origin.isoformat(), f.forecaster, day.isoformat(), *quantiles]
        for f in forecasts
        if f.samples is not None
        for day, quantiles in zip(f.question.days, np.quantile(f.samples, LEVELS, axis=0).T.tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["origin", "forecaster", "date", "p05", "p50", "p95"])


def absent(forecasts: Sequence[Forecast]) -> list[dict[str, Any]]:
    """Forecasters without a forecast, origin by origin, and why."""
    return [
        {"origin": f.question.origin.isoformat(), "forecaster": f.forecaster, **f.missing}
        for f in forecasts
        if f.missing is not None
    ]


def parse_origins(text: str, targets: Sequence[StockTarget]) -> list[date]:
    """Days separated by commas, in rising order.

    Raises:
        ScenarioError: one that is no date, has no stock before it or none after it, or is given twice.
    """
    figures = figures_of(targets)
    first, last = figures[0].day, figures[-1].day
    usual = ", ".join(str(day) for day in default_origins(targets))
    allowed = f"days from {first} and before {last}, separated by commas, such as {usual}"
    days: list[date] = []
    problems: list[Problem] = []
    for part in (piece.strip() for piece in text.split(",")):
        day = _date(part)
        if day is None:
            right = iso_day(part)
            message = f"not a date; write {right}" if right else "not a date"
        elif not first <= day < last:
            message = "no published stock to learn from" if day < first else "no published stock left to score"
        elif day in days:
            message = "given twice"
        else:
            days.append(day)
            continue
        problems.append(Problem(source="--origins", value=part, message=message, allowed=allowed))
    if problems:
        raise ScenarioError(problems)
    return sorted(days)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
