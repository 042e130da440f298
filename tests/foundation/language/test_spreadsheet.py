"""Numbers and days of a table: what is written in any of the usual ways is read back, what can be two things isn't."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.language.spreadsheet import Days, Numbers

STYLES = [
    (" ", ","),
    ("\u202f", ","),
    ("\u00a0", ","),
    (".", ","),
    (",", "."),
    ("'", "."),
    ("’", ","),
    ("", ","),
    ("", "."),
]


@given(number=st.decimals(0, 10**9, places=4), style=st.sampled_from(STYLES), minus=st.booleans())
def test_a_number_with_four_decimals_is_read_back(number: Decimal, style: tuple[str, str], minus: bool) -> None:
    group, point = style
    text = ("-" if minus else "") + f"{number:,.4f}".replace(",", "G").replace(".", point).replace("G", group)
    assert Numbers([text]).read(text) == ((-1 if minus else 1) * number, "")


@given(number=st.integers(0, 10**9), sign=st.sampled_from(",."))
def test_a_lone_sign_is_read_as_the_others_of_its_table(number: int, sign: str) -> None:
    """Never without them where three digits follow."""
    text = f"{number:,}".replace(",", sign)
    value, why = Numbers([text]).read(text)
    if 1000 <= number < 1_000_000:
        assert value is None
        assert "Nothing in the file tells" in why
        whole, _, part = text.partition(sign)
        assert Numbers([text, f"0{sign}5"]).read(text) == (Decimal(f"{whole}.{part}"), "")
    else:
        assert value == number
    assert Numbers([text, f"1{sign}234{sign}567"]).read(text) == (Decimal(number), "")


@pytest.mark.parametrize(
    "text", ["", "x", "1_8", "١٨", "1 23", "12.34.56", "nan", "inf", "--1", "1 234,5 6", "1.23.456", ".", "=1"]
)
def test_what_is_no_number(text: str) -> None:
    assert Numbers([text]).read(text)[0] is None


def test_signs_of_two_kinds() -> None:
    mixed = Numbers(["1,5", "1.5"])
    assert mixed.read("1,5") == (Decimal("1.5"), "")
    assert mixed.read("1.5") == (None, "a decimal point; further up a decimal comma")
    both = Numbers(["0.5", "1.234.567"])
    assert "stands for decimals and for thousands" in both.read("0.5")[1]


@given(
    day=st.dates(date(2021, 1, 1), date(2030, 12, 31)),
    form=st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"]),
)
def test_a_day_is_read_back(day: date, form: str) -> None:
    text = day.strftime(form)
    assert Days([text], day_first=True).read(text) == (day, "")
    found, why = Days([text]).read(text)
    unsure = form in ("%d/%m/%Y", "%d-%m-%Y") and day.day <= 12 and day.day != day.month
    assert (found, bool(why)) == ((None, True) if unsure else (day, False))


@given(day=st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_other_lines_tell_which_comes_first(day: date) -> None:
    for form, other in (("%d/%m/%Y", "31/01/2025"), ("%m/%d/%Y", "01/31/2025")):
        text = day.strftime(form)
        assert Days([text, other]).read(text) == (day, "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("31 décembre 2025", date(2025, 12, 31)),
        ("1er janv. 2026", date(2026, 1, 1)),
        ("3 August 2025", date(2025, 8, 3)),
        ("2 févr. 2026", date(2026, 2, 2)),
        ("2025-12-31 00:00:00", date(2025, 12, 31)),
        ("2025/12/31", date(2025, 12, 31)),
        ("31/02/2025", None),
        ("31/12/25", None),
        ("3 ju 2025", None),
        ("46022", None),
        ("2025-12-31 10:00", None),
        ("", None),
    ],
)
def test_days_in_other_forms(text: str, found: date | None) -> None:
    assert Days([text], day_first=True).read(text)[0] == found
