"""What a plan can buy: a scenario whose intensities are ceilings, and the mixes below it.

A mix is a vector of whole hundredths of the ceilings, one a lever. Levers whose price does not depend on their
intensity are bought whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.errors import UserError, nearest
from foundation.language.amounts import amount
from foundation.language.amounts import target as target_of
from planning.mix.measures import Limits
from scenarios.language.files import load_scenario, parse_scenario, read_text
from scenarios.language.schema import Scenario, Title
from scenarios.lever_schemas.base import LeverTable

Mixes = npt.NDArray[np.int64]
"""Hundredths of each lever's ceiling, shape [mix, lever]."""
STEPS = 100
DEFAULT = Path(__file__).with_name("levers.toml")


@dataclass(frozen=True, kw_only=True)
class Space:
    """The levers of a plan, each at its ceiling."""

    scenario: Scenario

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the levers, in the order of mixes."""
        return tuple(table.label for table in self.scenario.levers)

    @property
    def switches(self) -> npt.NDArray[np.bool_]:
        """[lever]: bought whole or not at all."""
        return np.array([table.paid_once for table in self.scenario.levers])

    def everything(self) -> Mixes:
        """The mix of all ceilings, shape [lever]."""
        return np.full(len(self.labels), STEPS, np.int64)

    def intensities(self, mix: Mixes) -> npt.NDArray[np.float64]:
        """Intensities as a scenario file has them, shape [lever]."""
        ceilings = np.array([table.intensity for table in self.scenario.levers])
        return np.round(ceilings * mix / STEPS, 6)

    def mixed(self, mix: Mixes, *, name: str = "plan", titles: Title | None = None) -> Scenario:
        """The scenario of a mix. Levers at zero stay, so that the others keep their ranks and thereby their draws."""
        pairs = zip(self.scenario.levers, self.intensities(mix), strict=True)
        levers = tuple(table.model_copy(update={"intensity": float(intensity)}) for table, intensity in pairs)
        return replace(
            self.scenario, source=f"{name}.toml", titles=titles or self.scenario.titles, levers=levers, text=""
        )


def load_space(argument: str | None = None, levers: Sequence[str] | None = None) -> Space:
    """The shipped space, or that of a scenario file or of a strategy of the catalogue; only ``levers`` if given.

    Raises:
        ScenarioError: the file has problems.
        UserError: a lever is not in it or is named twice, or none is left.
    """
    scenario = load_scenario(argument) if argument else parse_scenario(read_text(DEFAULT), source=DEFAULT.name)
    usable = tuple(table for table in scenario.levers if table.intensity > 0)
    if not usable:
        raise UserError(f"{scenario.source}: has no lever above intensity 0, so there is nothing to plan with")
    return Space(scenario=replace(scenario, levers=usable if levers is None else _chosen(usable, levers)))


def _chosen(usable: Sequence[LeverTable], names: Sequence[str]) -> tuple[LeverTable, ...]:
    """The named levers, in the order of the file."""
    labels = [table.label for table in usable]
    wanted = [name.strip() for name in names]
    if not any(wanted):
        raise UserError(f"--levers: names no lever; allowed: {', '.join(labels)}")
    for name in wanted:
        if name not in labels:
            near = nearest(name, labels)
            hint = f'; did you mean "{near}"?' if near else ""
            raise UserError(f"--levers: there is no lever {name!r}; allowed: {', '.join(labels)}{hint}")
        if wanted.count(name) > 1:
            raise UserError(f"--levers: {name} is named twice")
    return tuple(table for table in usable if table.label in wanted)


def strictly(scenario: Scenario) -> Scenario:
    """The scenario without levers of intensity zero."""
    return replace(scenario, levers=tuple(table for table in scenario.levers if table.intensity > 0))


def needed(scenario: Scenario) -> Scenario:
    """Without the levers of intensity zero that nothing depends on: one before a used lever of its like keeps that
    lever's rank, and stays."""
    levers = scenario.levers
    last = {table.like: rank for rank, table in enumerate(levers) if table.intensity > 0}
    kept = tuple(t for rank, t in enumerate(levers) if t.intensity > 0 or rank < last.get(t.like, -1))
    return replace(scenario, levers=kept)


DRAWS, PEOPLE = 100, 20_000
QUICK_DRAWS, QUICK_PEOPLE = 16, 4_000
SEARCH_SHARE = 0.4
"""Of the draws, for the search; the others are fresh."""
FEWEST = 4


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is simulated."""

    levels: tuple[int, ...] = (10, 40, 100)
    """Hundredths at which every lever is simulated alone."""
    together: int = 40
    """Random mixes in the design."""
    rounds: int = 4
    """Times the surrogate proposes a mix for every goal."""

    def mixes(self, levers: int, goals: int, *, fair: bool = False) -> int:
        """Mixes simulated at most, unless some budget has to be tried again."""
        return 1 + levers * len(self.levels) + self.together + self.rounds * goals * len(cautions(fair))


def cautions(fair: bool) -> tuple[tuple[float, float], ...]:
    """Shares of the budget and margins of the lags, points, that the surrogate proposes for: it may take a mix to be
    cheaper or fairer than it is. The lags of small groups are rough, and of many groups one mostly misses what is just
    allowed: without margins hardly any proposal for the shipped levers was fair once simulated.
    """
    return ((1.0, 0.0), (0.97, 0.05), (1.0, 0.1), (0.97, 0.2)) if fair else ((1.0, 0.0), (0.97, 0.0))


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked."""

    budget: float
    """Million euros, to be kept in expectation; the sum of what the years have."""
    target: float
    """Millions activated at the horizon."""
    probability: float
    limits: Limits
    seed: int
    effort: Effort
    years: tuple[tuple[int, float], ...] = ()
    """Calendar years and million euros of each, kept in expectation too; none: only the whole is limited."""
    points: int = 12
    """Budgets of the frontier at most, besides the one asked for."""


QUICK = Effort(levels=(40, 100), together=12, rounds=2)
LEAST_BUDGET = 1000.0
"""Euros, and millions of profiles: beyond them an amount is taken for a slip of the pen."""


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """The options of ``mes plan``, valid."""

    question: Question
    space: Space
    people: int
    draws: int
    seed: int

    @property
    def search_draws(self) -> int:
        """How many of the draws the search sees."""
        return max(FEWEST // 2, round(SEARCH_SHARE * self.draws))


def plan_request(
    *,
    budget: str,
    target: str,
    probability: float,
    minutes: str | None,
    fair: bool,
    levers: str | None,
    within: str | None,
    people: int | None,
    draws: int | None,
    seed: int,
    quick: bool,
    available: int,
    spendable: Sequence[int],
) -> PlanRequest:
    """Checks every option; ``available`` is the number of distinct draws there are, and ``spendable``
    are the calendar years in which money can be spent.

    Raises:
        UserError, ScenarioError: with what is wrong and what is allowed.
    """
    if not (isfinite(probability) and 0.5 <= probability < 1):
        raise UserError(f"--probability: {probability:g}; needed 0.5 or more and less than 1, such as 0.9")
    wanted = draws if draws is not None else min(QUICK_DRAWS if quick else DRAWS, available)
    if not FEWEST <= wanted <= available:
        raise UserError(f"--draws: {wanted}; needed {FEWEST} to {available}: some search, the others judge")
    years = _yearly(budget, spendable) if "=" in budget else ()
    limits = Limits(minutes=None if minutes is None else amount("--minutes", minutes, unit="minutes") / 1e6, fair=fair)
    question = Question(
        budget=sum(most for _, most in years) if years else _budget(budget),
        years=years,
        target=target_of("--target", target)[1],
        probability=probability,
        limits=limits,
        seed=seed,
        effort=QUICK if quick else Effort(),
        points=4 if quick else 12,
    )
    names: Sequence[str] | None = None if levers is None else levers.split(",")
    return PlanRequest(
        question=question,
        space=load_space(within, names),
        people=people or (QUICK_PEOPLE if quick else PEOPLE),
        draws=wanted,
        seed=seed,
    )


def _budget(text: str) -> float:
    """Million euros; a bare small number is refused, for ``60`` hardly means sixty euros."""
    euros = amount("--budget", text)
    if euros < LEAST_BUDGET:
        raise UserError(f"--budget: {text!r} is {euros:g} euros; write millions as 60M")
    return euros / 1e6


_YEAR = re.compile(r"\s*(\d{4})\s*=\s*(.*?)\s*")


def _parts(text: str) -> list[str]:
    """``2027=1M``, ``2028=0,5M``: apart at commas, but for one that separates decimals."""
    found: list[str] = []
    for part in text.split(","):
        if found and re.fullmatch(r"\s*\d{4}\s*=\s*\d+", found[-1]) and re.fullmatch(r"\d+[^=]*", part):
            found[-1] += f",{part}"
        else:
            found.append(part)
    return found


def _yearly(text: str, spendable: Sequence[int]) -> tuple[tuple[int, float], ...]:
    """Million euros of each calendar year, as ``2027=20M,2028=30M``; a year may have nothing."""
    asked = ", ".join(map(str, spendable))
    found: dict[int, float] = {}
    for part in _parts(text):
        pair = _YEAR.fullmatch(part)
        if pair is None:
            raise UserError(f"--budget: {part.strip()!r} is no year with its money; write 2027=20M,2028=30M")
        year, euros = int(pair[1]), 0.0 if pair[2] == "0" else amount("--budget", pair[2])
        if year in found:
            raise UserError(f"--budget: {year} is given twice")
        if year not in spendable:
            raise UserError(f"--budget: {year}: nothing can be spent then; this plan runs in {asked} (--until)")
        if 0 < euros < LEAST_BUDGET:
            raise UserError(f"--budget: {part.strip()!r} is {euros:g} euros; write millions as {year}=60M")
        found[year] = euros / 1e6
    if missing := [year for year in spendable if year not in found]:
        raise UserError(f"--budget: nothing is said of {missing[0]}; this plan runs in {asked}: give each its money")
    if not sum(found.values()):
        raise UserError("--budget: no year has any money")
    return tuple(sorted(found.items()))


NATIONAL = ("media", "simplify", "relatives", "prompt")
"""Kinds of levers, or means, that somebody decides for the whole country."""


def settings_of(request: PlanRequest) -> dict[str, Any]:
    """What the manifest says of the plan before it has begun; ``shared``: levers of which a region has its share."""
    question, levers = request.question, request.space.scenario.levers
    shared = [one.label for one in levers if one.part < 1 and getattr(one, "means", one.kind) in NATIONAL]
    return {
        **({"shared": shared} if shared else {}),
        "budget_millions_eur": question.budget,
        "budget_by_year": {str(year): most for year, most in question.years},
        "probability": question.probability,
        "minutes_millions": question.limits.minutes,
        "fair": question.limits.fair,
        "levers": list(request.space.labels),
        "effort": {
            "levels": list(question.effort.levels),
            "together": question.effort.together,
            "rounds": question.effort.rounds,
        },
    }
