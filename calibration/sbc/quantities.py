"""What decisions rest on, simulated at one place of the parameters: for a truth as for each of the draws.

Lever effects are the medians of their priors (nothing informs them), apart from those that the status quo shares with
levers; drivers go on after the data as their law says, keyed by the number of the run. All strategies branch from one
history with common random numbers: differences are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np

from calibration.draws.files import drawn_forward
from calibration.facts.counts import Count, counts_of
from calibration.facts.observed import Observed
from calibration.facts.priors import EFFECTS, SHARED, STATUS_QUO, Prior, load_priors, to_parameters
from calibration.posterior.conditioning import conditioned, never_falling
from calibration.posterior.simulate import Case, age_shares, launched_at, observe, stock_at
from foundation.shapes import Floats
from model.terms.parameters import Parameters
from model.terms.weeks import week_of
from model.world import World
from scenarios.draw import Draw
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve
from scenarios.language.schema import Scenario

POLICY_START, UNTIL = date(2027, 1, 4), date(2027, 12, 31)
STRATEGIES = ("simplified-signup", "mix-inclusive")
OLD = 60
FORECASTS = ("forecast 12 months on", "forecast 24 months on")
NAMES = ("stock at the end of 2027", "flow of 12 months", "share of 60 and over", *(f"gain of {s}" for s in STRATEGIES))
"""Millions at ``UNTIL``, millions a month in the year after the data, 0..1 at ``UNTIL``, millions added there."""


def ahead(data_end: date) -> tuple[date, date]:
    """12 and 24 months after the last count; of a leap day the day before."""
    day = min(data_end.day, 28) if data_end.month == 2 else data_end.day
    return data_end.replace(year=data_end.year + 1, day=day), data_end.replace(year=data_end.year + 2, day=day)


WIDTH = len(FORECASTS) + len(NAMES)
"""Of what is added to the outputs."""


def outputs_and_quantities(case: Case, values: Floats, people: int, seed: int) -> Floats:
    """What ``simulate`` gives, then the stocks 12 and 24 months after the last count in the status quo, millions, then
    the quantities [output + WIDTH].

    Raises:
        PrevalenceError: no prevalences at launch give the surveyed ones.
    """
    draw = _draw(values, seed)
    model = launched_at(case, draw.parameters, people, seed)
    outputs = observe(case, model)
    model.advance(week_of(POLICY_START))
    last = max(day for day, _ in case.days)
    year, later = ahead(last)
    usual = _branch(model, _scenario("status-quo"), draw, max(UNTIL, later))
    stocks, reached = [stock_at(usual, day) for day in (year, later)], stock_at(usual, UNTIL)
    flow = (stocks[0] - stock_at(usual, last)) / 12
    gains = [stock_at(_branch(model, _scenario(name), draw, UNTIL), UNTIL) - reached for name in STRATEGIES]
    return np.concatenate([outputs, stocks, [reached, flow, age_shares(usual, UNTIL, OLD)[0]], gains])


def _branch(model: World, scenario: Scenario, draw: Draw, until: date) -> World:
    branch = model.branch(resolve(scenario, draw, policy_start=POLICY_START, until=until))
    branch.advance(week_of(until) + 1)
    return branch


def _draw(values: Floats, seed: int) -> Draw:
    own = dict(zip(STATUS_QUO, map(float, values), strict=False))
    effects = {**_medians(), **{name: own[name] for name in SHARED}}
    return Draw(index=0, parameters=_parameters(own, seed), effects=effects, cost_uniforms={})


def _parameters(own: dict[str, float], seed: int) -> Parameters:
    parameters = to_parameters(own)
    return replace(parameters, drivers=drawn_forward(parameters.drivers, "sbc", seed, _priors()))


@lru_cache(maxsize=1)
def _priors() -> dict[str, Prior]:
    return load_priors()


@lru_cache(maxsize=1)
def _medians() -> dict[str, float]:
    return {name: float(_priors()[name].quantile(0.5)) for name in EFFECTS}


@lru_cache(maxsize=8)
def _scenario(name: str) -> Scenario:
    return load_scenario(name)


class Forecaster:
    """Forecasts from given figures as ``mes forecast`` makes them: on the day of the last count and those ahead."""

    def __init__(self, observed: Observed, people: int) -> None:
        self.counts: Sequence[Count] = counts_of(observed.stocks)
        self.days = (observed.data_end, *ahead(observed.data_end))
        places = [(stock.day, place) for place, stock in enumerate(observed.stocks) if stock.region is None]
        self.national, self.people = [place for _, place in sorted(places)], people

    def forecast(self, log_stocks: Floats, stocks: Floats, discrepancy: float, rng: np.random.Generator) -> Floats:
        """[day ahead] millions, of a draw's run: log stocks [stock] as simulated, and those ahead."""
        known = np.exp(log_stocks[self.national])
        simulated = np.concatenate([known, known[-1:], stocks])
        return self._kept(conditioned(simulated, self.counts, self.days, discrepancy, people=self.people, rng=rng))

    def truth(self, log_stocks: Floats, stocks: Floats, off: Floats) -> Floats:
        """[day ahead] millions, of the truth's run: ``off`` [stock + day ahead] is what its figures are off by."""
        last, n = self.national[-1], len(log_stocks)
        path = np.concatenate([[np.exp(log_stocks[last] + off[last])], stocks * np.exp(off[n:])])
        return self._kept(path)

    def _kept(self, path: Floats) -> Floats:
        """The same for truth and draws, so that ranks stay uniform."""
        return never_falling(path, self.days, self.counts)[1:]
