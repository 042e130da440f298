"""Amounts as people write them."""

from __future__ import annotations

import pytest

from foundation.errors import UserError
from foundation.language.amounts import amount, decimal, millions, target
from foundation.language.numbers import short


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60M", 60e6),
        ("60 M€", 60e6),
        ("60\u00a0M€", 60e6),
        ("60e6", 60e6),
        ("60000000", 60e6),
        ("60_000_000", 60e6),
        ("60 000 000 €", 60e6),
        ("1.5bn", 1.5e9),
        ("1,5 Md€", 1.5e9),
        ("1,5 milliard d'euros", 1.5e9),
        ("2 millions d’euros", 2e6),
        ("12 million euros", 12e6),
        ("500k", 500e3),
        ("60meur", 60e6),
    ],
)
def test_amounts(text: str, value: float) -> None:
    assert amount("--budget", text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "sixty", "60X", "M", "€", "6 0 M M", "60M60", "nan", "inf", "1.2.3M", "1e"])
def test_no_amounts(text: str) -> None:
    with pytest.raises(UserError, match="--budget"):
        amount("--budget", text)


@pytest.mark.parametrize(("text", "word"), [("-5M", "more than 0"), ("0", "more than 0"), ("1,500", "two ways")])
def test_amounts_out_of_range(text: str, word: str) -> None:
    with pytest.raises(UserError, match=word):
        amount("--budget", text)


def test_too_much() -> None:
    with pytest.raises(UserError, match="typing error"):
        amount("--budget", "1e400")


@pytest.mark.parametrize(
    ("text", "value"), [("40M", 40.0), ("40", 40.0), ("38.5", 38.5), ("40e6", 40.0), ("40000000", 40.0), ("38,5", 38.5)]
)
def test_profiles(text: str, value: float) -> None:
    assert millions("--target", text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["76", "95M", "1e9"])
def test_more_profiles_than_people(text: str) -> None:
    with pytest.raises(UserError, match="69 million insured"):
        millions("--target", text)


@pytest.mark.parametrize(("text", "value"), [("18", 18.0), ("1.8", 1.8), ("1,8", 1.8), ("-.5", -0.5), ("2e3", 2000.0)])
def test_numbers_of_tables(text: str, value: float) -> None:
    assert decimal(text) == value


@pytest.mark.parametrize("text", ["", "1_8", "١٨", "1 8", "nan", "inf", "0x12", "1,8,0", "1.8e", "1.234,5"])
def test_no_numbers_of_tables(text: str) -> None:
    assert decimal(text) != decimal(text), "NaN"


@pytest.mark.parametrize(
    ("text", "on", "millions_of"),
    [
        ("40M", "activated", 40.0),
        ("users=5M", "users", 5.0),
        (" Users = 2,5M", "users", 2.5),
        ("activated=40", "activated", 40.0),
    ],
)
def test_targets(text, on, millions_of):
    assert target("--target", text) == (on, millions_of)


@pytest.mark.parametrize("text", ["clicks=5M", "users=", "users=90M", "=5M"])
def test_what_is_no_target(text):
    with pytest.raises(UserError, match="--target"):
        target("--target", text)


@pytest.mark.parametrize(
    ("value", "said"), [(40.0, "40"), (40.5, "40,5"), (2.02, "2,02"), (0.05, "0,05"), (17.9999999, "18")]
)
def test_a_number_that_was_set_is_shown_as_it_was_set(value: float, said: str) -> None:
    assert short(value, "fr") == said
