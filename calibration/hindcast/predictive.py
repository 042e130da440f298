"""From simulated stocks to a forecast of real ones: what the model leaves open is added as its calibration saw it.

log stock(t) = log simulated(t) + u(t). u is what one run can't tell: model discrepancy, a Gaussian process of standard
deviation d (a parameter of each draw) and correlation exp(-|t - t'| / MEMORY), as in
``calibration.posterior.likelihood``; and
the chance of the simulated sample. Before the origin u is known up to the errors of the published figures, so the
forecast is conditional on them (Kennedy and O'Hagan 2001): it starts from what was published, and the misfit of the
past fades with the memory of the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from calibration.facts.frozen import Inputs
from calibration.facts.targets import StockTarget
from calibration.hindcast.model_forecast import Key, ModelForecast, ModelSamples, Task, key_of
from calibration.posterior.likelihood import MEMORY
from foundation.shapes import Floats
from model.terms.weeks import DAYS_PER_YEAR

POPULATION = 68.0
"""Millions of insured, for the sampling error of a stock."""


def forecast_from(
    tasks: Sequence[Task],
    stocks: Mapping[Key, Sequence[float]],
    errors: Mapping[Key, str],
    discrepancy: Mapping[tuple[date, int], float],
    *,
    seed: int,
) -> ModelForecast:
    """The finished runs as a forecaster; ``discrepancy`` by origin and index of the draw. A draw that failed is left
    out and told."""

    def forecast(origin: date, inputs: Inputs) -> ModelSamples:
        mine = [task for task in tasks if (task.case.origin, task.case.inputs) == (origin, inputs)]
        there = [task for task in mine if key_of(task) in stocks]
        samples = [
            conditioned(task, stocks[key_of(task)], discrepancy[origin, task.draw.index], seed=seed) for task in there
        ]
        failures = {task.draw.index: errors[key_of(task)] for task in mine if key_of(task) in errors}
        return ModelSamples(stocks=np.array(samples).reshape(len(samples), -1), failures=failures)

    return forecast


def conditioned(task: Task, simulated: Sequence[float], discrepancy: float, *, seed: int) -> Floats:
    """One sample [day] of the stocks to forecast, millions, from one run's stocks on the known days and those days.

    Its chance is keyed by seed, origin and draw, the same under both kinds of inputs, so that they stay paired.
    """
    case = task.case
    n = len(case.known)
    mean, covariance = residual(
        np.array(simulated), case.known, case.days, discrepancy, people=task.experiment.settings.people
    )
    rng = np.random.default_rng([seed, case.origin.toordinal(), task.draw.index])
    values, vectors = np.linalg.eigh(covariance)
    drawn = mean + vectors @ (np.sqrt(np.maximum(values, 0.0)) * rng.standard_normal(len(values)))
    return np.asarray(np.array(simulated[n:]) * np.exp(drawn))


def residual(
    simulated: Floats, known: Sequence[StockTarget], days: Sequence[date], discrepancy: float, *, people: int
) -> tuple[Floats, Floats]:
    """Mean [day] and covariance [day, day] of u on the days to forecast, given the published figures."""
    n = len(known)
    all_days = [*(target.day for target in known), *days]
    prior = discrepancy**2 * correlation(all_days) + sampling_covariance(simulated, people)
    if not n:
        return np.zeros(len(days)), prior
    published = np.array([target.millions for target in known])
    error = np.array([target.error for target in known]) / published
    missed = np.log(published / simulated[:n])
    gain = np.linalg.solve(prior[:n, :n] + np.diag(error**2), prior[:n, n:]).T
    return np.asarray(gain @ missed), np.asarray(prior[n:, n:] - gain @ prior[:n, n:])


def correlation(days: Sequence[date]) -> Floats:
    """[day, day] of the discrepancy."""
    years = np.array([day.toordinal() for day in days]) / DAYS_PER_YEAR
    return np.asarray(np.exp(-np.abs(years[:, None] - years[None, :]) / MEMORY))


def sampling_covariance(simulated: Floats, people: int) -> Floats:
    """[day, day] of log stocks in a sample: who has activated by one day has by every later one, so the covariance of
    two counts of a share p of n people is that of binomial thinning, (1 - p) / (n p) with the larger share."""
    share = np.clip(np.maximum(simulated[:, None], simulated[None, :]) / POPULATION, 1.0 / people, 1.0)
    return np.asarray((1.0 - share) / (people * share))
