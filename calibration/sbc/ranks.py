"""What is ranked in simulation-based calibration (Talts et al. 2018), and what its ranks say: does a method say what it
knows, and no more?

A truth is drawn from the prior, figures are simulated from it, the posterior is inferred from the figures. Then the
truth's rank among draws of that posterior is uniform. With ties and the step of the ranks made up by a uniform number,
``u = (rank + uniform) / (draws + 1)`` is uniform on 0..1 exactly, whatever the number of draws.

A line is a parameter, a quantity, or the distance of a whole place from the middle of its posterior (Mahalanobis): a
posterior that is too narrow by a little everywhere shows there first (Modrák et al. 2023 on such test quantities).

Quantities are what decisions rest on, simulated at one place of the parameters: for a truth as for each of the draws.
Lever effects are the medians of their priors (nothing informs them), apart from those that the status quo shares with
levers; drivers go on after the data as their law says, keyed by the number of the run. All strategies branch from one
history with common random numbers: differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from scipy import stats

from calibration.draws.files import drawn_forward
from calibration.facts.observed import Count, Observed, counts_of
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


LEVEL = 0.999
"""Probability that a right method passes one of the two tests on all lines together."""
STRICT = 0.95
"""The same of a stricter look: what is outside of it is named, and no verdict."""
INSIDE = (0.05, 0.95)
"""Ranks inside the 90 % interval."""
SHRUNK, SHIFTED, FAR = 0.6, 0.5, 1.0
"""Negative controls: a posterior so much narrower; posteriors moved by so many of their standard deviations."""
DISTANCE = "distance of the whole"
Ranks = Mapping[str, Floats]
"""[truth, line] by control; those as they are under the empty name."""


def place_of_truth(truth: Floats, draws: Floats, rng: np.random.Generator) -> Floats:
    """u [line] of a truth [line] among draws [draw, line]."""
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    ranks = below + rng.integers(0, equal + 1)
    return np.asarray((ranks + rng.random(len(truth))) / (len(draws) + 1))


def with_distance(truth: Floats, draws: Floats, sample: Floats, columns: int) -> tuple[Floats, Floats]:
    """Truth and draws with one line more: the squared distance of the first ``columns`` from the middle of the
    posterior as ``sample`` [draw, line] describes it. Neither the truth nor the draws may be part of the sample."""
    mean = sample[:, :columns].mean(axis=0)
    inverse = np.linalg.pinv(np.cov(sample[:, :columns].T))

    def squared(places: Floats) -> Floats:
        away = places[..., :columns] - mean
        return np.asarray(np.einsum("...i,ij,...j->...", away, inverse, away))

    return np.append(truth, squared(truth)), np.column_stack([draws, squared(draws)])


def controls(draws: Floats) -> dict[str, Floats]:
    """The draws as they are, and made wrong on purpose."""
    mean, sd = draws.mean(axis=0), draws.std(axis=0)
    return {
        "": draws,
        "narrow": mean + SHRUNK * (draws - mean),
        "shifted": draws + SHIFTED * sd,
        "far": draws + FAR * sd,
    }


@dataclass(frozen=True, kw_only=True)
class Line:
    """Verdict on one line of one set of truths."""

    name: str
    truths: int
    inside: int
    """Truths inside the 90 % interval."""
    band: tuple[int, int]
    """Fewest and most that a right method gives."""
    p: float
    """Of the Kolmogorov-Smirnov test of uniform ranks."""
    needed: float
    """The least p that passes."""

    @property
    def passed(self) -> bool:
        """Coverage inside its band, and ranks uniform."""
        return self.band[0] <= self.inside <= self.band[1] and self.p >= self.needed


def lines_of(names: Sequence[str], ranks: Floats, comparisons: int, level: float = LEVEL) -> list[Line]:
    """Verdicts on ranks [truth, line]; ``comparisons``: lines looked at in all (Bonferroni)."""
    truths, spent = len(ranks), (1 - level) / comparisons
    band = coverage_band(truths, spent)
    found = []
    for name, column in zip(names, ranks.T, strict=True):
        inside = int(((column >= INSIDE[0]) & (column <= INSIDE[1])).sum())
        p = float(stats.kstest(column, "uniform").pvalue)
        found.append(Line(name=name, truths=truths, inside=inside, band=band, p=p, needed=spent))
    return found


def coverage_band(truths: int, spent: float) -> tuple[int, int]:
    """Fewest and most truths inside a right 90 % interval, outside with a probability of at most ``spent``."""
    law = stats.binom(truths, INSIDE[1] - INSIDE[0])
    return int(law.ppf(spent / 2)), int(law.isf(spent / 2))


def ecdf_band(truths: int, spent: float, *, grid: int = 100, simulations: int = 20_000, seed: int = 1) -> Floats:
    """Lower and upper limits [2, grid] of the ECDF of uniform numbers at (1 .. grid) / grid, kept at all points
    together with probability 1 - ``spent`` (Säilynoja, Bürkner, Vehtari 2022): pointwise binomial limits whose level is
    found by simulation."""
    points = np.arange(1, grid + 1) / grid
    bins = np.random.default_rng(seed).multinomial(truths, np.full(grid, 1 / grid), simulations)
    counts = bins.cumsum(axis=1)[:, :-1]
    law = stats.binom(truths, points[:-1])
    each = 2 * np.minimum(law.cdf(counts), law.sf(counts - 1)).min(axis=1)
    level = float(np.quantile(each, spent))
    low, high = law.ppf(level / 2), law.isf(level / 2)
    return np.stack([np.append(low, truths), np.append(high, truths)]) / truths
