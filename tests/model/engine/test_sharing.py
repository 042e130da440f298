"""Contacts of a lever that another scenario has too are looked for once, and merged: nobody could tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.engine import sharing
from model.levers.base import ADVICE, HELP, MESSAGE, SUGGESTION, Lever
from tests.model.busy import POLICY, SEEDS, build, levers


def at_policy(seed: int, **options: int) -> AdoptionModel:
    model = build(AdoptionModel, seed, **options)
    model.advance(POLICY)
    return model


def same(one: AdoptionModel, other: AdoptionModel) -> bool:
    a, b = one._more, other._more
    return np.array_equal(a.contact, b.contact) and np.array_equal(a.begin, b.begin)


def mixes() -> Sequence[Sequence[Lever]]:
    """All; in another order; every second, of which some are new."""
    found = levers()
    weaker = [replace(lever, dose=lever.dose / 2) for lever in found[1::4]]
    return found, found[::-1], [*weaker, *found[::2]]


def alike(seed: int, **options: int) -> list[bool]:
    """Whether each mix is the same after its levers have been alone as when it is the first."""
    model, found = at_policy(seed, **options), []
    for lever in levers():
        model.branch([lever])
    for mix in mixes():
        branch = model.branch(mix)
        assert len(branch._more.contact) > 0
        found.append(same(branch, at_policy(seed, **options).branch(mix)))
    return found


@pytest.mark.parametrize("threads", [1, 2])
def test_a_mix_is_the_same_whether_its_levers_were_alone_before(threads: int) -> None:
    assert all(all(alike(seed, threads=threads)) for seed in SEEDS)


@pytest.mark.parametrize("effect", [MESSAGE, ADVICE])
def test_levers_that_ask_for_others_unsaid_are_noticed(monkeypatch: pytest.MonkeyPatch, effect: int) -> None:
    asks = sharing._asks

    def silent(levers: Sequence[Lever], number: int, other: int) -> bool:
        return levers[number].effect != effect and asks(levers, number, other)

    monkeypatch.setattr(sharing, "_asks", silent)
    assert not all(all(alike(seed)) for seed in SEEDS)


def test_a_later_week_begins_anew() -> None:
    model = at_policy(SEEDS[0])
    lever = [replace(each, start=POLICY + 20, end=POLICY + 90) for each in levers() if each.effect == SUGGESTION]
    early = model.branch(lever)
    model.advance(POLICY + 10)
    late = model.branch(lever)
    fresh = build(AdoptionModel, SEEDS[0])
    fresh.advance(POLICY + 10)
    assert same(late, fresh.branch(lever))
    assert not same(early, late)


def test_a_lever_says_the_same_of_itself_wherever_it_stands() -> None:
    model, found = at_policy(SEEDS[0]), levers()[::-1]  # advisers, who have queues, first
    rows = model.branch(found).run.levers
    for row, lever in zip(rows, found, strict=True):
        if lever.effect != HELP:
            assert row.tobytes() == model.branch([lever]).run.levers[0].tobytes()


def test_of_many_levers_those_of_the_longest_ago_are_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_KEPT", 3)
    model = at_policy(SEEDS[0])
    for lever in levers():
        model.branch([lever])
        assert len(model._contacts._kept) <= 3
    for mix in mixes():
        assert same(model.branch(mix), at_policy(SEEDS[0]).branch(mix))
