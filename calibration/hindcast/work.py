"""The model as a forecaster: the status quo on posterior draws, run past the origin, conditioned on what was known.

A run becomes a path that agrees with every count published by the origin, as in ``mes forecast``
(``calibration.posterior.conditioning``): it starts from what was published, the misfit of the past fades with the
memory of the discrepancy, and it never falls.

The posterior of an origin is fitted to nothing that was published after it: ``mes calibrate --until ORIGIN --out
DIR/ORIGIN`` makes one. There is no other source. Draws fitted to later stocks would make the hindcast a fit, so a file
that says so is refused, and an origin without draws has no forecast of the model. The end of the data is the one origin
for which the posterior of every other command is the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from calibration.draws.files import DEFAULT as USUAL
from calibration.draws.files import SHIPPED, load_draws, read_draws
from calibration.facts.history import Inputs, history_for
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.observed import Count
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.facts.tables import DATA
from calibration.facts.targets import load_surveyed
from calibration.hindcast.scoring import LEVELS
from calibration.posterior.conditioning import conditioned, never_falling
from foundation.errors import UserError
from foundation.quantiles import rounded
from foundation.shapes import Floats
from foundation.store.manifest import sha256_of
from model.terms.drivers import weekly_documents
from model.terms.parameters import Structure
from model.terms.weeks import DAYS_PER_MONTH, WEEKS, week_of
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, simulate_draw
from scenarios.frames import at
from scenarios.language.files import load_scenario

DEFAULT = Structure()


SHIPPED_ORIGINS = Path(str(DATA / "origins"))
"""The shipped posteriors of origins; ``default.parquet`` stands for the end of the data elsewhere."""

MAKE = "`mes calibrate --until ORIGIN --out DIR/ORIGIN`, `mes hindcast --posteriors DIR`"


@dataclass(frozen=True, kw_only=True)
class OriginPosterior:
    """What the calibration knew on an origin."""

    draws: Sequence[Draw]
    discrepancy: Floats
    """[draw] standard deviation of the model discrepancy of log stocks."""
    data_end: date
    """Day of the last stock that it was fitted to."""
    name: str
    """Of the file and of its folder."""
    sha256: str
    """Of the file."""
    structure: Mapping[str, Any]
    """Choices that it was fitted under."""


PosteriorDraws = Callable[[date], OriginPosterior]
"""The posterior given the targets up to a day; raises ``NoPosteriorError`` where there is none."""


class NoPosteriorError(LookupError):
    """No posterior has been made that ends at an origin."""


def posterior_source(n: int, data_end: date, folder: Path | None = None) -> PosteriorDraws:
    """The first ``n`` draws of the posterior of each origin, from ``folder`` or the shipped ones; each is run under the
    structure that it was fitted under.

    ``folder`` holds ``<origin>/posterior.parquet``, as ``mes calibrate`` leaves it, or ``<origin>.parquet``.
    """
    return partial(_posterior_of, n=n, data_end=data_end, folder=folder)


def _posterior_of(origin: date, *, n: int, data_end: date, folder: Path | None) -> OriginPosterior:
    places = [f"{origin.isoformat()}/posterior.parquet", f"{origin.isoformat()}.parquet"]
    found = [file for place in places if (file := (folder or SHIPPED_ORIGINS) / place).is_file()]
    if not found and origin != data_end:
        raise NoPosteriorError(MAKE)
    path: Path | None = found[0] if found else None
    values, info = read_draws(path)
    fitted = date.fromisoformat(info.data_end)
    if fitted > origin:
        name = "the shipped posterior" if path is None else str(path)
        raise UserError(f"{name}: fitted to data up to {fitted}; for this origin allowed: {origin} or earlier")
    structure = Structure(**dict(info.structure))  # type: ignore[arg-type]
    draws = [replace(draw, structure=structure) for draw in load_draws(n, path=path)]
    file = path or Path(str(SHIPPED / f"{USUAL}.parquet"))
    return OriginPosterior(
        draws=draws,
        discrepancy=values[:n, FREE.index(DISCREPANCY)],
        data_end=fitted,
        name=f"{file.resolve().parent.name}/{file.name}",
        sha256=sha256_of(file),
        structure=dict(info.structure),
    )


ModelForecast = Callable[[date, Inputs], Floats]
"""Stocks [draw, day] on the days of an origin, millions, under one kind of inputs; draws that failed are left out."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """An origin, how inputs after it are taken, what was published by then, and the days to forecast."""

    origin: date
    inputs: Inputs
    known: tuple[Count, ...]
    """What was published up to the origin."""
    days: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker is sent."""

    index: int
    case: Case
    experiment: Experiment
    draw: Draw


Key = tuple[str, str, int]
"""Origin (ISO), inputs, index of the draw."""


def key_of(task: Task) -> Key:
    """What names a run within a hindcast."""
    return task.case.origin.isoformat(), task.case.inputs, task.draw.index


def tasks_of(
    cases: Sequence[Case],
    draws: Mapping[date, Sequence[Draw]],
    *,
    people: int,
    seed: int,
    structure: Structure = DEFAULT,
) -> list[Task]:
    """Every run there is to make; ``draws`` are those of the posterior of each origin."""
    experiments = [(case, experiment_of(case, people, len(draws[case.origin]), seed, structure)) for case in cases]
    runs = ((case, experiment, draw) for case, experiment in experiments for draw in draws[case.origin])
    return [Task(index=i, case=case, experiment=e, draw=draw) for i, (case, e, draw) in enumerate(runs)]


def experiment_of(case: Case, people: int, draws: int, seed: int, structure: Structure = DEFAULT) -> Experiment:
    """The status quo on the history that the case allows, to the last day."""
    return Experiment(
        settings=Settings(
            people=people,
            draws=draws,
            seed=seed,
            policy_start=case.origin,
            until=max(case.days) + timedelta(days=1),
            target_millions=40.0,  # enters results that are not read here
            every=WEEKS,
            structure=structure,
        ),
        scenarios=(load_scenario(REFERENCE),),
        demography=load_demography(),
        history=history_for(load_history(), case.origin, case.inputs),
        costs=load_costs(),
        surveyed=load_surveyed(),
    )


def documents_foreseen(draws: Mapping[date, Sequence[Draw]]) -> list[dict[str, float | str | None]]:
    """Millions of documents deposited a month as the draws of each origin carry on what was known on it: quantiles over
    draws on the days of the points that came later, and what ``came`` (``documents_fed.csv``)."""
    history, found = load_history(), list[dict[str, float | str | None]]()
    monthly, weeks = history.insured_millions * DAYS_PER_MONTH / 7.0, week_of(history.documents[-1][0]) + 1
    for origin, own in draws.items():
        known = history_for(history, origin, "frozen")
        later = [point for point in history.documents if point[0] > origin]
        drivers = [draw.parameters.drivers for draw in own]
        paths = monthly * np.stack([weekly_documents(known, one, weeks, 1.0) for one in drivers])
        for day, came in later:
            quantiles = dict(zip(("p05", "p50", "p95"), np.quantile(paths[:, week_of(day)], LEVELS), strict=True))
            row = {name: rounded(float(value)) for name, value in quantiles.items()}
            found.append({"origin": origin.isoformat(), "date": day.isoformat(), **row, "came": came})
    return found


def simulate(task: Task) -> list[float]:
    """Stocks of one draw on the days that are known and those to forecast, millions, as they come out of the model."""
    activated = simulate_draw(task.experiment, task.draw)["weekly"]["activated"].to_numpy()
    return [at(activated, day) / 1e6 for day in (*(count.day for count in task.case.known), *task.case.days)]


def forecast_from(
    tasks: Sequence[Task],
    stocks: Mapping[Key, Sequence[float] | Floats],
    discrepancy: Mapping[tuple[date, int], float],
    *,
    seed: int,
) -> ModelForecast:
    """The finished runs as a forecaster; ``discrepancy`` by origin and index of the draw."""

    def forecast(origin: date, inputs: Inputs) -> Floats:
        mine = [task for task in tasks if (task.case.origin, task.case.inputs) == (origin, inputs)]
        there = [task for task in mine if key_of(task) in stocks]
        samples = [path(task, stocks[key_of(task)], discrepancy[origin, task.draw.index], seed=seed) for task in there]
        return np.array(samples).reshape(len(samples), -1)

    return forecast


def path(task: Task, simulated: Sequence[float] | Floats, discrepancy: float, *, seed: int) -> Floats:
    """One sample [day] of the stocks to forecast, millions, from one run's stocks on the known days and those days.

    Its chance is keyed by seed, origin and draw, the same under both kinds of inputs, so that they stay paired.
    """
    case, people = task.case, task.experiment.settings.people
    rng = np.random.default_rng([seed, case.origin.toordinal(), task.draw.index])
    drawn = conditioned(np.array(simulated), case.known, case.days, discrepancy, people=people, rng=rng)
    return never_falling(drawn, case.days, case.known)
