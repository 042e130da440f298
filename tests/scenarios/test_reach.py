"""Whom levers aim at before anything is simulated, beside what a run of the same people counts."""

from __future__ import annotations

import pytest

from scenarios.compare.aimed import FEW, chooses, reach_of
from scenarios.lever_schemas.base import Span
from tests.scenarios.test_hand_counts import DAYS, aged, branched, of, people, there, written

LETTERS = 'kind = "letter"\nname = "{name}"\nspread_weeks = 1\n{more}'
LEVERS = (
    LETTERS.format(name="old", more='[lever.target]\nage_from = 60\nregions = ["Bretagne", "Occitanie"]'),
    LETTERS.format(name="offline", more="end = 2026-02-01\n[lever.target]\noffline = true"),
    LETTERS.format(name="nobody", more="[lever.target]\nage_from = 117"),
    'kind = "hospital"\n[lever.target]\nillness = true',
    'kind = "newborn"\nstart = 2026-06-01\n[lever.target]\nregions = ["Île-de-France"]',
    'kind = "media"',
)


def test_as_a_run_counts_them() -> None:
    found = {reach.lever: reach for reach in reach_of(written(*LEVERS), people(), Span(**DAYS))}
    uses = {use.lever: use for use in branched(*LEVERS).outcome().uses}
    assert {name: one.agents for name, one in found.items()} == {name: uses[name].aimed for name in found}
    assert set(found) == {"old", "offline", "nobody", "hospital", "newborn"}
    letters = round(uses["newborn"].contacts / people().weight)
    assert found["newborn"].agents == letters, "one letter a birth"
    assert "media" not in found


def test_counted_by_hand() -> None:
    """Who is there in the only week, by age and region; the persons they stand for."""
    lever = 'kind = "letter"\nend = 2026-01-05\n[lever.target]\nage_from = 60\nregions = ["Bretagne", "Occitanie"]'
    (found,) = reach_of(written(lever), people(), Span(**DAYS))
    hand = int((there(205) & aged(60) & of("Bretagne", "Occitanie")).sum())
    assert (found.agents, found.persons) == (hand, pytest.approx(hand * people().weight))
    assert not found.few
    assert hand > 3 * FEW


def test_who_aims_at_everybody() -> None:
    plain, aimed, newborn, media = written(LETTERS.format(name="a", more=""), *LEVERS[3:]).levers
    assert [chooses(table) for table in (plain, aimed, newborn, media)] == [False, True, True, False]
