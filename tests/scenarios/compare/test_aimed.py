"""Levers that aim at hardly anybody are named, in table, document and report."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from foundation.language.numbers import typeset
from scenarios.compare.aimed import FEW, aimed_lines, few_aimed
from scenarios.lever_schemas import lever_named, words
from tests.model.law import population
from tests.scenarios.test_hand_counts import LAST, aged, branched, of

TITLES = {
    "scenarios": [{"name": name, "title": {"en": name.title(), "fr": name.title()}} for name in ("wide", "narrow")]
}


def uses(**aimed: list[int]) -> pd.DataFrame:
    rows = [(name, "letter", draw, n) for name, counts in aimed.items() for draw, n in enumerate(counts)]
    return pd.DataFrame(rows, columns=["scenario", "lever", "draw", "aimed"])


@pytest.mark.parametrize(("count", "said"), [(0, "aims at nobody"), (FEW - 1, f"aims at {FEW - 1} of the simulated")])
def test_few_and_nobody(count: int, said: str) -> None:
    table = uses(wide=[FEW, FEW, FEW], narrow=[count, count, 5000])
    (line,) = aimed_lines(table, TITLES, "en")
    assert said in line
    assert "Narrow" in line
    (line,) = aimed_lines(table, TITLES, "fr")
    assert "personnes simulées" in line
    assert "le levier courriers postaux (letter) ne vise" in line


def test_a_lever_is_said_in_words_and_by_the_name_that_is_typed() -> None:
    kinds = words()["kind"]
    assert all(lever_named(kind, "fr") == f"{typeset(kinds[kind]['title']['fr'], 'fr')} ({kind})" for kind in kinds)
    assert lever_named("newborn", "fr") == "courriers aux parents de nouveau-nés (newborn)"
    assert lever_named("my-letters", "fr") == "my-letters", "negative control: its author's name"


def test_enough_are_not_named() -> None:
    """Negative control."""
    assert few_aimed(uses(wide=[FEW] * 3, narrow=[0, FEW, FEW])) == []


def test_whom_levers_aim_at_by_hand() -> None:
    """Age and region at the start of the lever; there in one of its weeks."""
    p = population(3_000, 5)
    body = 'kind = "letter"\nspread_weeks = 1\n[lever.target]\n'
    (old,) = branched(f"{body}age_from = 118").uses()
    assert old.aimed == 0
    (some,) = branched(f'{body}age_from = 75\nregions = ["Bretagne"]').uses()
    there = (p.entry < LAST) & (p.exit > 205)
    assert some.aimed == (aged(75) & of("Bretagne") & there).sum() > 10
    (later,) = branched('kind = "letter"\nstart = 2027-01-04\n[lever.target]\nage_from = 75').uses()
    week = (date(2027, 1, 4) - date(2022, 1, 31)).days // 7
    assert later.aimed == (aged(75, week) & (p.entry < LAST) & (p.exit > week)).sum()


def test_whom_letters_to_parents_aim_at_by_hand() -> None:
    """A child born while the insured are counted, alive and eight weeks old in one of the weeks of the lever: not the
    children that parents have already, all of whom were counted once."""
    p = population(3_000, 5)
    (newborns,) = branched('kind = "newborn"\nstart = 2026-06-01\nend = 2027-05-31').uses()
    first, last = ((date(*day) - date(2022, 1, 31)).days // 7 for day in ((2026, 6, 1), (2027, 5, 31)))
    hand = sum(
        born == entry and entry > 0 and first <= born + 8 <= last and born + 8 < leaving
        for born, entry, leaving in zip(p.birth_week.tolist(), p.entry.tolist(), p.exit.tolist(), strict=True)
    )
    assert newborns.aimed == hand > 10
    with_parents = ((p.guardian >= 0) & (p.entry <= last) & (p.exit > first)).sum()
    assert with_parents > 5 * hand, "negative control: every child of parents"
