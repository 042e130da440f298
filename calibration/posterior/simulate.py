"""Places of the free parameters, and what the calibration looks at in one run at such a place: stocks on days, adults
online in the weeks of the two surveys, and the ratio of two shares by age.

A *place* is a vector of standard normal coordinates, one for each name of ``FREE``: every prior whitened. Working on
places makes the prior the same for all parameters and keeps every value inside its range.

Outputs are on scales without bounds, so that they can be emulated: stocks as log millions, counts of adults online as
logits of their share of all adults online.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache
from math import ceil

import numpy as np
from scipy import special

from calibration.facts.observed import Observed
from calibration.facts.priors import FREE, STATUS_QUO, Prior, load_priors, to_parameters
from calibration.facts.targets import SURVEYS, load_survey_items
from calibration.survey.instrument import survey_week
from foundation.seeds import derive
from foundation.shapes import Floats
from model import AdoptionModel, build_population, solve_prevalence
from model.counting import tally
from model.counting.answers import OnlineCounts, online_counts
from model.counting.tally import passed
from model.population.population import Population
from model.population.pyramid import completed_years
from model.terms.inputs import Demography, Given, History, Surveyed
from model.terms.parameters import Parameters, Structure
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR, position, week_of
from model.world import World

NEAREST_END = 1e-6
"""Uniforms of first places are kept this far from 0 and 1."""
SMALLEST = 1e-9
"""Quantiles are kept this far from 0 and 1."""


@lru_cache(maxsize=1)
def free_priors() -> tuple[Prior, ...]:
    """Priors in the order of ``FREE``."""
    priors = load_priors()
    return tuple(priors[name] for name in FREE)


def values_at(places: Floats) -> Floats:
    """Parameter values [..., parameter] at places [..., parameter]."""
    quantiles = np.clip(special.ndtr(places), SMALLEST, 1 - SMALLEST)
    columns = [prior.quantile(quantiles[..., k]) for k, prior in enumerate(free_priors())]
    return np.stack(columns, axis=-1)


def prior_places(wanted: int, chance: int | np.random.Generator) -> Floats:
    """Places [place, parameter] of the prior: the start of a scrambled Sobol sequence, so that few cover it evenly."""
    from scipy import stats  # takes a while to load, and most who read parameters draw none

    sobol = stats.qmc.Sobol(len(FREE), seed=chance)
    uniforms = sobol.random_base2(max(0, int(np.ceil(np.log2(wanted)))))[:wanted]
    return np.asarray(special.ndtri(np.clip(uniforms, NEAREST_END, 1 - NEAREST_END)))


FURTHEST, STEPS = 6.5, 4097
"""Reach and points of the tables of ``quick_values_at``."""


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats, Floats]:
    grid = np.linspace(-FURTHEST, FURTHEST, STEPS)
    return grid, values_at(np.tile(grid[:, None], len(FREE)))


def quick_values_at(places: Floats, names: Collection[str]) -> Floats:
    """As ``values_at``, for some parameters only (NaN for the others), from tables: within a hundred-thousandth of the
    prior's width, a hundred times faster. A sampler looks at a million places."""
    grid, table = _tables()
    values = np.full(places.shape, np.nan)
    for name in names:
        column = FREE.index(name)
        values[..., column] = np.interp(places[..., column], grid, table[:, column])
    return values


POPULATIONS = 8
"""Populations that the runs of a bank take turns on: building one costs as much as a run."""
COUNTS = tuple(f.name for f in fields(OnlineCounts) if f.name != "adults")
_BANK = 7


@dataclass(frozen=True, kw_only=True)
class Case:
    """What to simulate and what to look at; the same for all runs of a bank."""

    demography: Demography
    history: History
    surveyed: Surveyed
    days: tuple[tuple[date, str | None], ...]
    """Days of stocks, with a region or ``None`` for the country."""
    structure: Structure = field(default_factory=Structure)
    ages: tuple[tuple[date, int], ...] = ()
    """Days on which the shares activated on both sides of an age are compared, and the age."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs, in order."""
        stocks = [f"stock {day}{f' {region}' if region else ''}" for day, region in self.days]
        counts = [f"{survey} {name}" for survey in SURVEYS for name in COUNTS]
        return (*stocks, *counts, *(f"age {split} {day}" for day, split in self.ages))

    @property
    def last_week(self) -> int:
        """Weeks to simulate."""
        return max(*survey_weeks(), *(ceil(position(day)) for day, _ in (*self.days, *self.ages)))


@lru_cache(maxsize=1)
def survey_weeks() -> tuple[int, ...]:
    """Week of each of ``SURVEYS``."""
    middle = {item.survey: item.midpoint for item in load_survey_items()}
    return tuple(survey_week(middle[survey]) for survey in SURVEYS)


def case_for(observed: Observed, demography: Demography, history: History, surveyed: Surveyed, **more: object) -> Case:
    """The case that gives what ``observed`` is compared with."""
    more |= {
        "days": tuple((stock.day, stock.region) for stock in observed.stocks),
        "ages": tuple((contrast.day, contrast.split) for contrast in observed.contrasts),
    }
    return Case(demography=demography, history=history, surveyed=surveyed, **more)  # type: ignore[arg-type]


def simulate(case: Case, values: Floats, people: int, seed: int) -> Floats:
    """Outputs [output] of one run at the values of ``STATUS_QUO`` (further ones are ignored).

    Prevalences at launch are solved for as in every run; chance is keyed by ``seed``.

    Raises:
        PrevalenceError: no prevalences at launch give the surveyed ones.
    """
    return observe(case, launched(case, values, people, seed, case.last_week))


def observe(case: Case, model: World) -> Floats:
    """Outputs [output] of a run that has not begun; it is advanced to the last week looked at."""
    counts = {}
    for week, survey in sorted(zip(survey_weeks(), SURVEYS, strict=True)):
        model.advance(week)
        counts[survey] = online_counts(model)
    model.advance(case.last_week)
    stocks = [stock_at(model, day, region) for day, region in case.days]
    ages = [age_log_ratio(model, day, split) for day, split in case.ages]
    return np.concatenate([np.log(stocks), *(logits(counts[survey]) for survey in SURVEYS), ages])


def launched(case: Case, values: Floats, people: int, seed: int, weeks: int = WEEKS) -> AdoptionModel:
    """The status quo at its launch, ready to be run for ``weeks``; arguments and errors as for ``simulate``."""
    parameters = to_parameters(dict(zip(STATUS_QUO, map(float, values), strict=False)))
    return launched_at(case, parameters, people, seed, weeks)


def launched_at(case: Case, parameters: Parameters, people: int, seed: int, weeks: int = WEEKS) -> AdoptionModel:
    """As ``launched``, at parameters that may say more than those of ``STATUS_QUO``: how drivers go on."""
    given: Given = {"demography": case.demography, "history": case.history, "structure": case.structure}
    parameters = solve_prevalence(parameters, surveyed=case.surveyed, **given)
    population = _population(_ByIdentity(case.demography), people, seed % POPULATIONS)
    return AdoptionModel(population, parameters, seed=derive(seed, 0, _BANK), weeks=weeks, **given)


def stock_at(model: World, day: date, region: str | None = None) -> float:
    """Cumulative activations at the start of a day that has been simulated, in millions; at least half an agent."""
    return max(0.5 * model.population.weight, model.stock(day, region)) / 1e6


def age_shares(model: World, day: date, split: int) -> tuple[float, float]:
    """Activated as shares of the living insured from the age ``split`` on and below it, at the start of the week of a
    day that has been simulated; half an agent added to each side of each, so that none is 0."""
    week = week_of(day)
    birthday = int(np.searchsorted(completed_years(np.arange((split + 1) * ceil(WEEKS_PER_YEAR))), split))
    starts = np.array([0, birthday, np.iinfo(np.int32).max])
    counts = passed(model.run, model.threads, tally.bands, (tally.STAGES, 2, week + 2), starts, week)
    living, *_, activated = np.cumsum(counts, axis=2)[:, :, week]
    younger, older = (activated + 0.5) / (living + 1.0)
    return float(older), float(younger)


def age_log_ratio(model: World, day: date, split: int) -> float:
    """Logarithm of the ratio of ``age_shares``, older over younger."""
    older, younger = age_shares(model, day, split)
    return float(np.log(older / younger))


def logits(counts: OnlineCounts) -> Floats:
    """Every count as logit of its share of the adults online, in the order of ``COUNTS``; half an agent added to each
    side, so that none is infinite."""
    found = np.array([getattr(counts, name) for name in COUNTS])
    return np.asarray(special.logit((found + 0.5) / (counts.adults + 1.0)))


def counts_from(outputs: Floats) -> OnlineCounts:
    """Counts for adults = 1 from logits [..., count]."""
    shares = special.expit(outputs)
    return OnlineCounts(adults=1.0, **{name: shares[..., k] for k, name in enumerate(COUNTS)})


class _ByIdentity:
    """Lets a value with arrays be a cache key: equal only to itself."""

    def __init__(self, demography: Demography) -> None:
        self.demography = demography

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.demography is other.demography

    def __hash__(self) -> int:
        return id(self.demography)


@lru_cache(maxsize=POPULATIONS + 1)
def _population(key: _ByIdentity, people: int, number: int) -> Population:
    return build_population(key.demography, people=people, seed=derive(number, 1, _BANK))
