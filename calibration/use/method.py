"""From a simulated world to the published figures of use, and from these to parameters: a walk on a few draws for the
region, then, for every draw of activation, one set of parameters by importance from a law about that region.

Expected figures, not drawn ones: what persons do in a month is summed as chances, so that the chance of single log-ins
stays out. The posterior of activation is not moved (a cut): a draw's weight does not change with its figures of use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special, stats

from calibration.facts.priors import Prior, load_priors
from calibration.facts.use import PARAMETERS, UseFigure, use_of
from foundation.shapes import Floats
from model.counting.use import exposures_of
from model.terms.shapes import Counts
from model.terms.use import A_WEEK, Use, law_of, months
from model.terms.weeks import MAJORITY
from model.world import World

STEPS, SETTLED = 2500, 1000
"""Steps of each walk, and those left out."""
TRIED = 240
"""Sets of parameters tried for each draw."""
WIDER, FREEDOM = 1.3, 6.0
"""The law they come from is as much wider than the region, with such tails (Student)."""
ADAPT = (200, 400, 700)


@dataclass(frozen=True)
class Months:
    """Person-months of activated adults, those after the month of activation, in the months that figures need."""

    person: Counts
    month: Counts
    later: Counts
    """Months since that of activation."""
    log_gain: Floats
    documents: Floats
    contacts: Floats
    habit: Counts
    start: Counts
    """Month of activation of each person."""
    first: Floats
    """First connections of each month, millions."""
    persons: int
    weight: float
    """Millions that one stands for."""


def needed(figures: Sequence[UseFigure]) -> tuple[int, ...]:
    """Months without which the figures can't be told."""
    found: set[int] = set()
    for figure in figures:
        if figure.kind == "monthly_mean":
            found |= {*quarters(figure.month)}
        elif figure.kind == "never":
            found |= {*range(figure.month + 1)}
        else:
            found |= {figure.month, figure.month - (figure.kind == "return")}
    return tuple(sorted(found))


def quarters(month: int) -> tuple[int, ...]:
    """The months in the middle of the four quarters of the year that ends with a month."""
    return tuple(month - back for back in (10, 7, 4, 1))


def months_in(world: World, asked: Sequence[int]) -> Months:
    """Of a world that has run to the end of the last of these months."""
    calendar, people, activated = months(), world.population, world.run.state["activated"].astype(np.int64)
    persons = np.flatnonzero(activated < world.week)
    weeks = activated[persons]
    start = np.where(weeks >= 0, calendar.of_week[np.maximum(weeks, 0)], -1)
    adult = np.maximum(people.birth_week[persons].astype(np.int64) + MAJORITY, people.entry[persons])
    leave, last = people.exit[persons].astype(np.int64), max(asked) + 1
    exposed, habit = exposures_of(world, persons.tolist(), 0, last)
    rows = [np.flatnonzero((start < m) & (adult <= calendar.middle[m]) & (leave > calendar.middle[m])) for m in asked]
    person = np.concatenate(rows)
    month = np.repeat(np.array(asked, np.int64), [len(row) for row in rows])
    at = exposed[person, month]
    first = [((start == m) & (adult < calendar.end[m]) & (leave > calendar.middle[m])).sum() for m in range(last)]
    weight = world.population.weight / 1e6
    return Months(
        person=person,
        month=month,
        later=month - start[person],
        log_gain=np.log(at[:, 0]),
        documents=at[:, 1],
        contacts=at[:, 2],
        habit=habit[person],
        start=start,
        first=np.array(first) * weight,
        persons=len(persons),
        weight=weight,
    )


def rates(seen: Months, use: Use) -> Floats:
    """Expected occasions of each person-month."""
    law = law_of(use)
    factor = law.habits[seen.habit] * np.exp(law.eagerness * seen.log_gain) * law.interest[seen.later]
    return np.asarray(factor * (law.alone + law.per_document * seen.documents + law.per_contact * seen.contacts))


def figures_of(seen: Months, use: Use, figures: Sequence[UseFigure]) -> Floats:
    """Each figure as the world has it."""
    expected = rates(seen, use)
    chance, size = -np.expm1(-expected), len(seen.first)
    in_week = (1.0 - use.bunching) * -np.expm1(-expected * A_WEEK) + use.bunching * chance * A_WEEK
    users = np.bincount(seen.month, chance, minlength=size) * seen.weight + seen.first
    weekly = np.bincount(seen.month, in_week, minlength=size) * seen.weight + seen.first * A_WEEK
    found = []
    for figure in figures:
        if figure.kind == "monthly":
            found.append(users[figure.month])
        elif figure.kind == "monthly_mean":
            found.append(np.mean([users[month] for month in quarters(figure.month)]))
        elif figure.kind == "weekly":
            found.append(weekly[figure.month])
        elif figure.kind == "return":
            found.append(_again(seen, chance, figure.month) / users[figure.month - 1])
        else:
            found.append(_never(seen, expected, figure.month))
    return np.array(found)


def _again(seen: Months, chance: Floats, month: int) -> float:
    """Users of a month who were of the month before, millions."""
    before, now = np.zeros(seen.persons), seen.month == month
    earlier = seen.month == month - 1
    before[seen.person[earlier]] = chance[earlier]
    before[seen.start == month - 1] = 1.0
    return float((before[seen.person[now]] * chance[now]).sum() * seen.weight)


def _never(seen: Months, expected: Floats, month: int) -> float:
    """Share of those activated before a month, and there in it, who have not come again by its end."""
    until = seen.month <= month
    total = np.bincount(seen.person[until], expected[until], minlength=seen.persons)
    return float(np.exp(-total[seen.person[seen.month == month]]).mean())


@cache
def priors() -> tuple[Prior, ...]:
    """Of the parameters, in order."""
    found = load_priors()
    return tuple(found[name] for name in PARAMETERS)


def use_at(place: Floats) -> Use:
    """Parameters at a place: how far each stands from the middle of its prior, in standard normal terms."""
    return use_of(values_at(place))


def values_at(place: Floats) -> Mapping[str, float]:
    """The same by name of the prior."""
    quantiles = special.ndtr(np.clip(place, -6.0, 6.0))
    pairs = zip(PARAMETERS, priors(), quantiles, strict=True)
    return {name: float(prior.quantile(u)) for name, prior, u in pairs}


def log_likelihood(found: Floats, figures: Sequence[UseFigure]) -> float:
    """Of the figures that are fitted: independent normals."""
    pairs = zip(found, figures, strict=True)
    return -0.5 * sum(((value - figure.value) / figure.sd) ** 2 for value, figure in pairs if figure.sd is not None)


def walk(seen: Months, figures: Sequence[UseFigure], seed: int, steps: int = STEPS) -> Floats:
    """Places [step, parameter] of a random walk (Metropolis) whose steps learn their shape at first."""
    rng, n = np.random.default_rng(seed), len(PARAMETERS)
    place, shape = np.zeros(n), np.eye(n) * 0.1
    weight = log_likelihood(figures_of(seen, use_at(place), figures), figures) - 0.5 * place @ place
    path = np.empty((steps, n))
    for step in range(steps):
        if step in ADAPT:
            shape = np.cov(path[step // 3 : step].T) * 2.4**2 / n + np.eye(n) * 2e-3
        other = place + np.linalg.cholesky(shape) @ rng.standard_normal(n)
        found = log_likelihood(figures_of(seen, use_at(other), figures), figures) - 0.5 * other @ other
        if np.log(rng.random()) < found - weight:
            place, weight = other, found
        path[step] = place
    return path


@dataclass(frozen=True)
class Chosen:
    """One set of parameters for one draw of activation."""

    place: Floats
    figures: Floats
    before: Floats
    """Figures of a set of parameters of the prior."""
    effective: float
    """Of the sets tried, by Kish's formula."""


def choose(
    seen: Months, figures: Sequence[UseFigure], region: tuple[Floats, Floats], seed: int, tried: int = TRIED
) -> Chosen:
    """Draws a set from the posterior of a draw: sets about the region, each with its weight, one of them taken."""
    rng, (middle, spread) = np.random.default_rng(seed), region
    law = stats.multivariate_t(middle, spread * WIDER**2, df=FREEDOM, seed=rng)
    places = np.atleast_2d(law.rvs(tried))
    known = np.array([figures_of(seen, use_at(place), figures) for place in places])
    logs = np.array([log_likelihood(found, figures) for found in known])
    logs += -0.5 * (places**2).sum(axis=1) - law.logpdf(places)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    taken = int(np.searchsorted(np.cumsum(weights), rng.random()))
    before = figures_of(seen, use_at(rng.standard_normal(len(PARAMETERS))), figures)
    return Chosen(places[taken], known[taken], before, float(1.0 / (weights**2).sum()))
