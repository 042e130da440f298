"""What ``mes plan`` was asked, checked, and the experiment and question that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from foundation.errors import UserError
from foundation.language.amounts import amount, millions
from planning.mix.measures import Limits
from planning.mix.plan import Question
from planning.mix.search import Effort
from planning.mix.space import Space, load_space

DRAWS, PEOPLE = 100, 20_000
QUICK_DRAWS, QUICK_PEOPLE = 16, 4_000
SEARCH_SHARE = 0.4
"""Of the draws, for the search; the others are fresh."""
FEWEST = 4
QUICK = Effort(levels=(40, 100), together=12, rounds=2)
LEAST_BUDGET, MOST_PROFILES = 1000.0, 75.0
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
) -> PlanRequest:
    """Checks every option; ``available`` is the number of distinct draws there are.

    Raises:
        UserError, ScenarioError: with what is wrong and what is allowed.
    """
    if not (isfinite(probability) and 0.5 <= probability < 1):
        raise UserError(f"--probability: {probability:g}; needed 0.5 or more and less than 1, such as 0.9")
    wanted = draws if draws is not None else min(QUICK_DRAWS if quick else DRAWS, available)
    if not FEWEST <= wanted <= available:
        raise UserError(f"--draws: {wanted}; needed {FEWEST} to {available}: some search, the others judge")
    limits = Limits(minutes=None if minutes is None else amount("--minutes", minutes, unit="minutes") / 1e6, fair=fair)
    question = Question(
        budget=_budget(budget),
        target=_target(target),
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


def _target(text: str) -> float:
    """Millions of profiles, no more than could be people."""
    found = millions("--target", text)
    if found > MOST_PROFILES:
        raise UserError(f"--target: {text!r} is {found:g} million profiles; there are about 69 million insured people")
    return found


def settings_of(request: PlanRequest) -> dict[str, object]:
    """What the manifest says of the plan before it has begun."""
    question = request.question
    return {
        "budget_millions_eur": question.budget,
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
