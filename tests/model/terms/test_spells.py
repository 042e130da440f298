"""The renewed law is stationary: among people whom nothing selected, every date has the law of the launch."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from model import AdoptionModel, Parameters, Structure
from model.engine.people import barrier_spell, document_exposure, has_barrier_in
from model.terms.inputs import DOCUMENTS
from model.terms.jit import kernel
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.parameters import People
from model.terms.spells import LEVELS, MEAN_DOCUMENTS, WITH_ONE, document_shape, level_of, spell_in, spell_lengths
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR
from tests.model.busy import BUSY, build, history
from tests.model.law import Z, demography, is_share, population

PEOPLE, STEPS = 8000, 52
ALPHA = 1e-6
DATES = (0, 13, 52, 205, WEEKS - 1)
SPELLS = (Decision.SPELL_EAGERNESS, Decision.SPELL_GP, Decision.SPELL_DOCUMENTS)
Levels = npt.NDArray[np.int64]


def world(structure: Structure | None = None) -> Any:
    return build(AdoptionModel, 1, structure).run.world


@kernel
def levels_in(world: Any, decision: int, mean: float, week: int, found: Any) -> None:
    for i in range(len(found)):
        word = person_word(world.keys[decision], i)
        found[i] = level_of(bits_of(word, spell_in(word, world.lengths, mean, week)))


def levels(w: Any, decision: int, mean: float, week: int) -> Levels:
    """Which of the equally likely values each of ``PEOPLE`` persons has in a week."""
    found = np.empty(PEOPLE, np.int64)
    levels_in(w, np.int64(decision), mean, week, found)
    return found


def drifting(w: Any, decision: int, mean: float, week: int) -> Levels:
    """A broken law: a new spell is never below the one before, as if needs only grew."""
    return np.maximum(levels(w, decision, mean, 0), levels(w, decision, mean, week))


def is_even(found: Levels) -> bool:
    """Whether levels are evenly spread, by the bound of Dvoretzky, Kiefer, Wolfowitz and Massart."""
    shares = np.cumsum(np.bincount(found, minlength=LEVELS)) / len(found)
    distance = np.abs(shares - np.arange(1, LEVELS + 1) / LEVELS).max()
    return bool(distance <= sqrt(log(2 / ALPHA) / (2 * len(found))))


@pytest.mark.parametrize("decision", SPELLS)
@pytest.mark.parametrize("week", DATES)
def test_values_have_the_law_of_the_launch_at_every_date(decision: Decision, week: int) -> None:
    w = world()
    mean = w["eagerness_spell"] if decision == Decision.SPELL_EAGERNESS else w["need_spell"]
    assert is_even(levels(w, decision, mean, week))


@pytest.mark.parametrize("decision", SPELLS)
def test_a_law_that_drifts_is_noticed(decision: Decision) -> None:
    w = world()
    assert is_even(drifting(w, decision, w["need_spell"], 0))
    assert not is_even(drifting(w, decision, w["need_spell"], 205))


def survivors(mean: float, weeks: int) -> float:
    """Share of first spells that hold in week ``weeks``: those longer, a week being the grain."""
    return float((np.floor(mean * spell_lengths()) + 1 > weeks).mean())


@pytest.mark.parametrize("week", [13, 52, 205])
def test_first_spells_end_as_they_should(week: int) -> None:
    w = world()
    same = levels(w, Decision.SPELL_DOCUMENTS, w["need_spell"], week) == levels(w, Decision.SPELL_DOCUMENTS, 1e9, 0)
    still = survivors(float(w["need_spell"]), week)
    assert is_share(same, still + (1 - still) / LEVELS)


@kernel
def barriers_in(world: Any, barrier: int, week: int, found: Any) -> None:
    for i in range(len(found)):
        found[i] = has_barrier_in(world, i, barrier, week)


@pytest.mark.parametrize("association", Structure.choices()["association"])
@pytest.mark.parametrize("week", DATES)
def test_barriers_stay_as_frequent(association: str, week: int) -> None:
    w, found = world(Structure(association=association)), np.empty(PEOPLE, np.bool_)
    has = BUSY.prevalence
    for barrier, share in enumerate((has.no_use, has.time, has.information, has.other)):
        barriers_in(w, np.int64(barrier), week, found)
        before = (has.no_use, has.time, has.information, has.other)[:barrier]
        left = 1.0 - sum(before) if association == "exclusive" else 1.0
        assert is_share(found, min(share, max(left, 0.0))), (barrier, week)
    assert not is_share(found, has.no_use), "negative control: the prevalence of another barrier"


@kernel
def expected_documents(people: Any, world: Any, first: int, end: int, found: Any) -> None:
    for i in range(len(found)):
        found[i] = document_exposure(people, world, i, world.cum_years, first, end)


def share_with_one(shape: float, mean: float, spell: float) -> float:
    """Share of people with at least one document in a year, 0..1.

    Args:
        shape: of the gamma law of a spell's rate.
        mean: documents a person and year.
        spell: mean years of a spell.

    1 - phi(1), where phi(t) = E exp(-documents expected in t) solves the renewal equation phi(t) = e^(-t/s) L(t) +
    integral of e^(-u/s) / s L(u) phi(t - u), L(t) = (1 + mean t / shape)^-shape; by the trapezoid rule.
    """
    t = np.linspace(0.0, 1.0, STEPS + 1)
    within = np.exp(-t / spell) * (1.0 + mean * t / shape) ** -shape
    weight = within / spell / STEPS
    phi = np.ones(STEPS + 1)
    for n in range(1, STEPS + 1):
        inner = weight[1:n] @ phi[n - 1 : 0 : -1] if n > 1 else 0.0
        phi[n] = (within[n] + inner + 0.5 * weight[n]) / (1.0 - 0.5 * weight[0])
    return float(1.0 - phi[-1])


@pytest.mark.parametrize("need_spell", [0.5, 1.0, 3.0])
def test_share_with_a_document_in_a_year(need_spell: float) -> None:
    """Two thirds in 2024 and 70 % in 2025 (F042, F052): one shape of rates cannot meet both, so each is met but for the
    misfit that ``share_with_one`` states; their mean is. Documents come at random at a person's rate."""
    people = People(need_spell=need_spell)
    model = AdoptionModel(
        population(PEOPLE), Parameters(people=people), demography=demography(), history=history(), seed=3
    )
    alike = model.run.world.copy()
    alike["rates"][DOCUMENTS] = 1.0  # the law is that of people of one age
    exposure, rng, missed = np.empty(PEOPLE), np.random.default_rng(1), []
    year = round(WEEKS_PER_YEAR)
    for mean, share in zip(MEAN_DOCUMENTS, WITH_ONE, strict=True):
        law = share_with_one(document_shape(need_spell), mean, need_spell)
        missed.append(law - share)
        for first in (0, 150, WEEKS - year):
            expected_documents(model.run.people, alike, first, first + year, exposure)
            having = rng.random(PEOPLE) < -np.expm1(-mean * exposure * WEEKS_PER_YEAR / year)
            assert abs(having.mean() - law) <= Z * sqrt(law * (1 - law) / PEOPLE)
            assert not is_share(having, -np.expm1(-mean)), "negative control: everybody alike"
    assert sum(missed) == pytest.approx(0.0, abs=1e-3)


def test_shapes_are_those_that_a_solver_finds() -> None:
    def miss(log_shape: float, spell: float) -> float:
        return sum(share_with_one(exp(log_shape), mean, spell) for mean in MEAN_DOCUMENTS) - sum(WITH_ONE)

    for spell in (0.25, 1.0, 2.8, 50.0):
        found = brentq(miss, -5.0, 2.0, args=(spell,), xtol=1e-6)
        assert log(document_shape(spell)) == pytest.approx(found, abs=1e-5)
        assert log(document_shape(1.1 * spell)) != pytest.approx(found, abs=1e-5) or spell == 50.0, "negative control"


@kernel
def last_spells(world: Any, week: int, decision: int, mean: float, found: Any) -> None:
    for i in range(len(found)):
        found[i] = spell_in(person_word(world.keys[decision], i), world.lengths, mean, week)
        found[i] += barrier_spell(world, i, np.int64(0), week)


def later_spells(structure: Structure) -> int:
    w, found, count = world(structure), np.empty(PEOPLE, np.int64), 0
    for decision in SPELLS:
        mean = w["eagerness_spell"] if decision == Decision.SPELL_EAGERNESS else w["need_spell"]
        last_spells(w, WEEKS - 1, np.int64(decision), mean, found)
        count += int((found > 0).sum())
    return count


def test_for_life_no_spell_ends() -> None:
    """The shortest of the equally likely lengths is half a thousandth of a mean of 1e9 weeks."""
    assert later_spells(Structure(traits="lifelong")) == 0
    assert later_spells(Structure()) > PEOPLE, "negative control: otherwise they do"
