"""Rules of levers on cases counted by hand: codes, mailboxes, ends, parents' ages, doctors' ceiling, agents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model import AdoptionModel
from model import levers as lv
from model.engine.programme import Chosen, compile_programme
from model.engine.records import PROCESSES
from model.levers.base import ALIKE_CODES, BASE_PROCESSES
from model.population.attributes import EMAIL, NO_DOCTOR
from model.population.population import Population
from model.terms import rules
from model.terms.channels import Channel
from model.terms.parameters import Parameters, Practice, Pulls, WordOfMouth
from model.terms.weeks import MAJORITY
from model.twin.reference import ReferenceModel
from tests.model.busy import build, history, people
from tests.model.law import demography, population

SILENT: dict[str, Any] = {"notice": 1e-12, "document": 1e-12, "peer": 1e-12, "spontaneous": 1e-12, "media": 1e-12}


@pytest.mark.parametrize(("week", "works"), [(9, False), (10, True), (15, True), (16, False)])
def test_a_code_works_six_weeks(week: int, works: bool) -> None:
    assert rules.code_works(10, week) is works


def letter(**changes: Any) -> lv.Messages:
    given: dict[str, Any] = {"name": "letter", "channel": Channel.LETTER, "start": 205, "end": 309, "waves": (205,)}
    return lv.Messages(**{**given, "pull": 1e-9, **changes})


def uses(*levers: lv.Lever, until: int = 309) -> Any:
    model = AdoptionModel(people(1), quiet(), demography=demography(), history=history(), seed=1, levers=levers)
    model.advance(until)
    return model, model.outcome().uses


def quiet() -> Any:
    return Parameters(
        pulls=Pulls(reminder=1e-12, mention=1e-12, **SILENT),
        practice=Practice(recommendation_rate=1e-12),
        word_of_mouth=WordOfMouth(tell=0.0),
    )


def test_one_letter_a_household_paid_once() -> None:
    """Letters about minors: as many as guardians of minors there, not as minors."""
    model, (use,) = uses(letter(target=lv.Target(age_from=1, age_to=16), spread=1))
    p = model.population
    aimed = p.select(lv.Target(age_from=1, age_to=16), 205) & (p.entry <= 205) & (p.exit > 205) & (p.guardian >= 0)
    aimed &= model.run.state["activated"] >= 205
    assert use.contacts / p.weight == len(np.unique(p.guardian[aimed]))
    assert use.contacts / p.weight < 0.75 * aimed.sum(), "negative control: one for each minor"


def test_a_wave_is_over_when_the_lever_ends() -> None:
    """Sent over 26 weeks, ended after 13: all is sent by then, to the same people."""
    wide, whole = letter(spread=26, end=218), letter(spread=26)
    model, _ = uses(wide, until=218)
    at_end = model.outcome().uses[0].contacts
    model.advance(250)
    assert model.outcome().uses[0].contacts == at_end > 0
    other, _ = uses(whole, until=218)
    assert other.outcome().uses[0].contacts < 0.6 * at_end, "negative control: without the end half is still to come"


def test_no_wave_begins_after_the_end() -> None:
    _, (one,) = uses(letter(waves=(205, 230), end=230))
    _, (two,) = uses(letter(waves=(205, 230), end=240))
    assert two.contacts > 1.5 * one.contacts > 0


def newborns(target: lv.Target) -> int:
    model, (use,) = uses(lv.Newborns(name="newborn", start=205, end=309, pull=1e-9, target=target))
    return round(use.contacts / model.population.weight)


def test_newborn_targets_are_by_the_ages_of_parents() -> None:
    everybody = newborns(lv.Target())
    assert newborns(lv.Target(age_from=0)) == everybody > 0
    assert newborns(lv.Target(age_from=18, age_to=120)) == everybody
    assert newborns(lv.Target(age_to=17)) == 0
    young, old = newborns(lv.Target(age_to=30)), newborns(lv.Target(age_from=31))
    assert young + old == everybody
    assert min(young, old) > 0


def test_email_of_a_minor_is_the_guardians() -> None:
    p: Population = population(2000)
    minors = np.flatnonzero((p.guardian >= 0) & (p.birth_week + MAJORITY > 205) & (p.entry == 0))
    reached = p.select(lv.Target(email=True), 205)[minors]
    assert np.array_equal(reached, (p.flags[p.guardian[minors]] & EMAIL) > 0)
    assert not np.array_equal(reached, (p.flags[minors] & EMAIL) > 0), "negative control: the child's own"


def doctors(**changes: Any) -> lv.Doctors:
    return lv.Doctors(**{"name": "d", "means": "fee", "factor": 1.0, "start": 205, "end": 309, **changes})


def rate_added(*levers: lv.Lever) -> Any:
    """Recommendations a consultation that levers add for each person with a doctor who recommends, in the twin."""
    model = build(ReferenceModel, 1)
    model.advance(205)
    branch = model.branch(levers)
    found = [p for p in branch.people if p.doctor is not None and p.doctor.propensity > 0]
    added = [sum(c.lever.reach(c, p, p) for c in branch.campaigns if c.targeted[p.number]) for p in found]
    return np.array([p.doctor.propensity for p in found]), np.array(added)


@pytest.mark.slow
def test_at_most_one_recommendation_a_consultation() -> None:
    """Each lever alone would bring a doctor of 0.1 to 0.9: 0.8 + 0.8 become 0.8 + 0.1."""
    own, alone = rate_added(doctors(factor=9.0))
    _, both = rate_added(doctors(factor=9.0), doctors(name="p", means="prompt", factor=9.0))
    assert np.allclose(own + alone, np.minimum(1.0, 9.0 * own))
    assert np.allclose(own + both, np.minimum(1.0, 17.0 * own))
    assert (own + 2 * alone > 1.0).any(), "negative control: added up they pass one"
    _, later = rate_added(doctors(factor=9.0, end=250), doctors(name="p", means="prompt", factor=9.0, start=250))
    assert np.allclose(later, 2 * alone), "levers that don't overlap leave one another room"


def test_a_reminder_about_a_child_tires_the_guardian() -> None:
    """The campaign of 2024-25 counts once a mailbox, whoever of the household it was about."""
    email = lv.Messages(name="e", channel=Channel.EMAIL, start=205, end=309, waves=(205,), pull=1.0, fatigue=0.5)
    model = build(ReferenceModel, 1, levers=(email,))
    (campaign,) = model.campaigns
    about = [(p, [w.child_reminder_week() < 205 for w in p.wards]) for p in model.people if p.email]
    by_ward = [p for p, wards in about if any(wards) and p.reminder_week() >= 205]
    neither = [p for p, wards in about if not any(wards) and p.reminder_week() >= 205]
    assert by_ward
    assert {campaign.tiring(p, 205) for p in by_ward} == {0.5}
    assert {campaign.tiring(p, 205) for p in neither} == {1.0}, "negative control"


@pytest.mark.slow
def test_part_of_an_agent_is_kept_in_expectation() -> None:
    """Five people a week for 104 weeks are 520; a row stands for many more: 0 or one row, 520 people on average."""
    p = population(20_000)
    lever = lv.Assisted(name="few", capacity=5.0, success=0.5, start=205, end=309)
    from model.terms.parameters import Structure
    from model.terms.tables import weekly_tables
    from tests.model.busy import BUSY

    weekly = weekly_tables(BUSY, Structure(), demography(), history())
    chosen, seeds = Chosen(p), range(4000)
    rows = [int(compile_programme([lever], chosen, weekly, seed).records[0]["quota"][-1] + 0.5) for seed in seeds]
    share = 520 / p.weight
    assert set(rows) == {0, 1}
    assert abs(np.mean(rows) - share) < 5 * np.sqrt(share * (1 - share) / len(rows))
    assert int(share + 0.5) == 0, "negative control: rounded to the nearest it would be nobody"
    none = compile_programme([replace(lever, dose=0.0)], Chosen(p), weekly, 1).records[0]["quota"]
    assert not none.any()


def test_codes_fit_the_records() -> None:
    assert BASE_PROCESSES + 14 * ALIKE_CODES < PROCESSES < 2**16
    assert (people(1).doctor != NO_DOCTOR).any()
