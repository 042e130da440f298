"""Several ties may tell one person in one week: neither the order of their letters nor threads may matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.engine.programme import PEER
from model.population.building import build_population
from model.terms.channels import Channel
from model.terms.parameters import Prevalence, Stops, WordOfMouth
from model.twin.contacts import identity
from model.twin.people import Person
from model.twin.reference import ReferenceModel
from tests.model.busy import BUSY, FLOWS, STATE, history
from tests.model.law import demography

UNTIL, SEED = 120, 3
TALK = replace(
    BUSY,
    pulls=replace(BUSY.pulls, peer=0.9),
    word_of_mouth=WordOfMouth(intention=1.0, tell=1.0),
    stops=Stops(no_use=0.3, time=0.6, information=0.6, other=0.3),
    prevalence=Prevalence(no_use=0.3, time=0.9, information=0.8, other=0.3, ready=0.6),
)
"""All who activate tell all ties; lack of time is drawn at each visit, so that it stops one and not another."""


def build(kind: Any, people: int, **more: Any) -> Any:
    given = {"demography": demography(), "history": history(), "seed": SEED, **more}
    return kind(build_population(demography(), people=people, seed=SEED), TALK, **given)


@lru_cache
def on_threads(threads: int) -> AdoptionModel:
    model = build(AdoptionModel, 20_000, threads=threads)
    model.advance(UNTIL)
    return model


@pytest.mark.parametrize("threads", [2, 3])
def test_the_same_bits_on_any_number_of_threads(threads: int) -> None:
    one, more = on_threads(1), on_threads(threads)
    assert one.run.state.tobytes() == more.run.state.tobytes()
    for name in FLOWS:
        assert np.array_equal(one.run.desks[name].sum(axis=0), more.run.desks[name].sum(axis=0))


class Backwards(ReferenceModel):
    """Letters in the other order."""

    def ties_tell(self) -> None:
        self.letters[self.week].reverse()
        super().ties_tell()


def lived(kind: Any) -> Any:
    twin = build(kind, 1500)
    twin.advance(UNTIL)
    return twin


def states(twin: Any) -> list[tuple[int, ...]]:
    return [tuple(getattr(person, name) for name in STATE) for person in twin.people]


@pytest.mark.slow
def test_letters_come_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Counter[tuple[int, int]] = Counter()
    visit = Person.visit

    def counted(self: Person, channel: Channel, contact: int, week: int, **more: Any) -> None:
        told[self.number, week] += channel == Channel.PEER
        visit(self, channel, contact, week, **more)

    monkeypatch.setattr(Person, "visit", counted)
    assert states(lived(ReferenceModel)) == states(lived(Backwards))
    assert sum(times > 2 for times in told.values()) > 10, "in two runs: several ties bring one person in one week"


def by_teller(self: Person, teller: Person, week: int) -> None:
    """The rule that it was: what a visit meets is drawn by who tells."""
    if self.opposed or self.activated < week or self.is_minor(week) or not self.is_present(week):
        return
    self.model.contacts[week, Channel.PEER] += 1
    self.aware = min(self.aware, week)
    if self.is_persuaded(teller, week):
        self.visit(Channel.PEER, identity(PEER, 0, teller.number), week)


@pytest.mark.slow
def test_the_order_mattered_when_visits_were_drawn_by_teller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Person, "hear_of_it", by_teller)
    assert states(lived(ReferenceModel)) != states(lived(Backwards))
