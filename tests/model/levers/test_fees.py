"""Fees counted by hand: a log of who activates after whose word in the readable twin, and plain arithmetic over it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from model import AdoptionModel
from model import levers as lv
from model.population.building import build_population
from model.terms.channels import Channel
from model.terms.weeks import WEEKS
from model.twin.people import Person
from tests.model.busy import BUSY, POLICY, build, history, people, started
from tests.model.law import Z, demography

SPAN: dict[str, Any] = {"start": POLICY, "end": WEEKS}
LATE: dict[str, Any] = {"start": POLICY + 20, "end": POLICY + 90}
DOCTORS = 52_500
DAYS_PER_YEAR = 365.25


def fee(name: str, ordinal: int = 0, **changes: Any) -> lv.Doctors:
    return lv.Doctors(**{"name": name, "ordinal": ordinal, "means": "fee", "factor": 3.0, **SPAN, **changes})


def prompt(name: str, ordinal: int = 0, **changes: Any) -> lv.Doctors:
    return fee(name, ordinal, **{"means": "prompt", **changes})


def counter(name: str, ordinal: int = 0, **changes: Any) -> lv.Counter:
    given = {"channel": Channel.PHARMACIST, "pull": 0.3, **SPAN, **changes}
    return lv.Counter(name=name, ordinal=ordinal, **given)


@dataclass(frozen=True)
class Word:
    """An activation that a contact has led to."""

    week: int
    patient: int
    channel: int
    recommended: bool
    """Face to face, by way of advice or of a suggestion; a doctor's mention is none."""
    paid_by: tuple[int, ...]


def logged(monkeypatch: pytest.MonkeyPatch, seed: int, *levers: lv.Lever) -> tuple[Any, list[Word]]:
    """The twin with levers from the policy on, run to the end, and all activations that contacts have led to since."""
    log: list[Word] = []
    respond = Person.respond

    def noted(self: Person, contact: Any, week: int) -> None:
        before, source = Counter(self.model.fees), contact.source
        respond(self, contact, week)
        paid = tuple((self.model.fees - before).elements())
        if self.activated == week:
            face = source.effect in ("advice", "suggestion")
            log.append(Word(week, source.owner.number, int(source.channel), face, paid))
        else:
            assert not paid

    branch = started(seed).branch(levers)
    monkeypatch.setattr(Person, "respond", noted)
    branch.advance(WEEKS)
    monkeypatch.undo()
    return branch, log


def is_of_age(p: Any, patient: int, years: int, week: int) -> bool:
    """Whether the birthday has come by a week."""
    return bool(week - int(p.birth_week[patient]) >= round(years * DAYS_PER_YEAR / 7))


THROUGH = {0: 2, 1: 2, 3: 10, 4: 10, 5: 10, 6: 11}
"""Codes of the channels of the levers below that pay a fee."""


def several(home: str) -> tuple[lv.Lever, ...]:
    """Fees that overlap, and one lever without."""
    return (
        fee("regional", 1, target=lv.Target(regions=(home,))),
        fee("old", 2, recruits=0.5, target=lv.Target(age_from=40)),
        prompt("prompt", factor=4.0),
        counter("young", 1, target=lv.Target(age_to=64)),
        counter("old-too", 2, target=lv.Target(age_from=65)),
        counter("everybody", 3),
        counter("hospital", channel=Channel.HOSPITAL, pull=1.5, target=lv.Target(illness=True), **LATE),
    )


def falls_under(p: Any, region: int, word: Word) -> list[int]:
    """Numbers of the levers above that a word falls under, by the words of the document."""
    i = word.patient
    late = LATE["start"] <= word.week < LATE["end"]
    aimed = {
        0: int(p.region[i]) == region,
        1: is_of_age(p, i, 40, POLICY),
        3: not is_of_age(p, i, 65, POLICY),
        4: is_of_age(p, i, 65, POLICY),
        5: True,
        6: late and int(p.ill_from[i]) <= LATE["start"],
    }
    return [n for n, channel in THROUGH.items() if word.recommended and word.channel == channel and aimed[n]]


def test_each_activation_is_paid_once_by_the_first_lever_it_falls_under(monkeypatch: pytest.MonkeyPatch) -> None:
    total: Counter[int] = Counter()
    by_doctors = 0
    for seed in (1, 2):
        p = people(seed)
        region = Counter(p.region.tolist()).most_common(1)[0][0]
        scenario = several(p.regions[region])
        twin, log = logged(monkeypatch, seed, *scenario)
        by_hand: Counter[int] = Counter()
        for word in log:
            due = falls_under(p, region, word)[:1]
            assert word.paid_by == tuple(due), word
            by_hand.update(due)
        for number, use in enumerate(twin.uses()):
            assert use.activations == pytest.approx(by_hand[number] * p.weight), scenario[number].name
        total += by_hand
        by_doctors += sum(word.channel == THROUGH[0] for word in log)
    assert min(total[n] for n in (0, 1, 3, 4, 6)) > 0
    assert total[5] == 0, "those before it aim at everybody together"
    assert total[0] + total[1] < by_doctors, "negative control: not all of the channel fall under the two fees"


@pytest.mark.slow
def test_a_fee_for_some_doctors_pays_all_activations_of_those_and_none_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, log = logged(monkeypatch, 3, fee("some", factor=1.0, dose=0.5))
    doctor = people(3).doctor
    words = [word for word in log if word.recommended]
    paid, unpaid = ({int(doctor[w.patient]) for w in words if bool(w.paid_by) == is_paid} for is_paid in (True, False))
    assert paid
    assert unpaid, "negative control: not all of them"
    assert not paid & unpaid


RAMP = 60


def enrolled(week: int) -> float:
    """Share of those who recommend that a fee from the policy on has enrolled by a week, as the document says."""
    return min(1.0, (week - POLICY + 1) / RAMP)


def sd_of_paid(words: list[Word], doctor: Any) -> float:
    """Standard deviation of the number of paid words: a doctor, once enrolled, is so for all later ones."""
    shares: dict[int, list[float]] = {}
    for word in words:
        shares.setdefault(int(doctor[word.patient]), []).append(enrolled(word.week))
    return float(np.sqrt(sum(np.subtract(np.minimum.outer(a, a), np.outer(a, a)).sum() for a in shares.values())))


def test_a_ramp_enrols_doctors_little_by_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sixtieth a week, and who is enrolled stays so; the fee moves nobody, so all words are those without it."""
    twin, log = logged(monkeypatch, 3, fee("ramp", factor=1.0, ramp=RAMP))
    doctor = people(3).doctor
    words = [word for word in log if word.recommended and word.channel == THROUGH[0]]
    paid = [word for word in words if word.paid_by]
    for number in {int(doctor[word.patient]) for word in words}:
        own = [word for word in words if int(doctor[word.patient]) == number]
        first = min((word.week for word in own if word.paid_by), default=WEEKS)
        assert all(word.week <= first for word in own if not word.paid_by), number
    assert all(word.paid_by for word in words if word.week >= POLICY + RAMP - 1)
    expected = sum(enrolled(word.week) for word in words)
    assert abs(len(paid) - expected) < Z * sd_of_paid(words, doctor)
    during = [word for word in words if word.week < POLICY + RAMP - 1]
    assert 0 < sum(bool(word.paid_by) for word in during) < len(during), "negative control: some, not all"
    assert twin.uses()[0].activations == pytest.approx(len(paid) * people(3).weight)
    assert engine_paid(fee("ramp", factor=1.0, ramp=RAMP)) == len(paid), "the engine, to the agent"


def test_a_ramp_covers_visits_to_counters_little_by_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each activation after a pharmacist's word is paid with the share of visits covered in its week."""
    _, log = logged(monkeypatch, 3, counter("all", 1, ramp=RAMP), counter("rest", 2))
    words = [word for word in log if word.recommended and word.channel == THROUGH[3]]
    shares = np.array([enrolled(word.week) for word in words])
    first, rest = (sum(word.paid_by == (n,) for word in words) for n in (0, 1))
    assert first + rest == len(words), "what the ramp leaves falls under the second"
    # Each lever's own words are its own; those of the second that the first covers are paid by the first.
    assert first >= shares.sum() - Z * np.sqrt((shares * (1 - shares)).sum())
    assert all(word.paid_by == (0,) for word in words if word.week >= POLICY + RAMP - 1)
    assert rest > 0


def engine_paid(lever: lv.Lever) -> int:
    """Agents whose activation is paid for, by the engine in the world of ``logged``."""
    model = build(AdoptionModel, 3)
    model.advance(POLICY)
    branch = model.branch((lever,))
    branch.advance(WEEKS)
    return round(branch.uses()[0].activations / branch.population.weight)


def run(*levers: lv.Lever) -> Any:
    population = build_population(demography(), people=6_000, seed=7)
    model = AdoptionModel(population, BUSY, demography=demography(), history=history(), seed=7)
    model.advance(POLICY)
    branch = model.branch(levers)
    branch.advance(POLICY + 104)
    return branch


def paid(*levers: lv.Lever) -> int:
    """Agents whose activation is paid for."""
    branch = run(*levers)
    return round(sum(use.activations for use in branch.uses()) / branch.population.weight)


def test_parts_of_a_policy_pay_what_the_whole_pays() -> None:
    """A fee that adds no recommendation leaves everybody as they were: its parts are the whole, to the agent."""
    regions = build_population(demography(), people=6_000, seed=7).regions
    whole = paid(fee("all", factor=1.0))
    apart = [fee(f"r{n}", n, factor=1.0, target=lv.Target(regions=(name,))) for n, name in enumerate(regions)]
    ages = [lv.Target(age_to=64), lv.Target(age_from=65)]
    by_region = [paid(one) for one in apart[:2]]
    assert whole > sum(by_region) > 0
    assert paid(*apart) == whole
    assert paid(*(fee(f"a{n}", n, factor=1.0, target=target) for n, target in enumerate(ages))) == whole
    assert paid(fee("one", 1, factor=1.0), fee("two", 2, factor=1.0)) == whole, "paid once"
    some = paid(fee("some", factor=1.0, dose=0.3))
    assert abs(some - 0.3 * whole) < Z * np.sqrt(whole * 0.3 * 0.7)
    ended = paid(fee("ended", factor=1.0, end=POLICY + 52))
    assert 0 < ended < whole


def test_a_doctor_in_two_levers_by_the_same_means_is_paid_once_a_year() -> None:
    """52,500 doctors for 104 weeks, whoever else equips them for the other age; half of them for a second year."""
    years = 104 * 7 / DAYS_PER_YEAR
    ages = [lv.Target(age_to=64), lv.Target(age_from=65)]
    young, old = run(*(prompt(f"p{n}", n, target=target) for n, target in enumerate(ages))).uses()
    assert young.doctor_years == pytest.approx(DOCTORS * years)
    assert old.doctor_years == 0
    first, second = run(prompt("first", 1, end=POLICY + 26), prompt("second", 2)).uses()
    assert (first.doctor_years, second.doctor_years) == pytest.approx((DOCTORS * years / 4, DOCTORS * years * 3 / 4))
    some, others = run(prompt("some", 1, dose=0.5), prompt("others", 2, dose=0.5)).uses()
    assert some.doctor_years == pytest.approx(DOCTORS * years / 2, rel=Z / np.sqrt(DOCTORS))
    assert others.doctor_years == pytest.approx(DOCTORS * years / 4, rel=Z * np.sqrt(3 / DOCTORS))
    trained, equipped = run(fee("training", means="training"), prompt("prompt")).uses()
    assert trained.doctor_years == equipped.doctor_years == pytest.approx(DOCTORS * years), "other means, other money"
    none = run(prompt("none", dose=0.0)).uses()
    assert none[0].doctor_years == 0
