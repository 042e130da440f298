"""Tables on screens of any width: nothing is cut."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foundation.language.screen import Screen

WIDTHS = (40, 60, 80, 120, 200)
WORDS = st.text("abcdefgé ", min_size=1, max_size=20).map(lambda text: " ".join(text.split()) or "a")
NUMBERS = st.from_regex(r"\A[0-9]{1,3},[0-9] \[[0-9]{1,2} ; [0-9]{1,2}\]\Z")


def table(rows: list[tuple[str, ...]]) -> Table:
    found = Table(title=Text("A title"), caption=Text("What the letters mean"))
    found.add_column("Strategy", overflow="fold")
    for name in ("Activated (M)", "Additional (M)", "Cost", "Each", "P")[: len(rows[0]) - 1]:
        found.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        found.add_row(*(Text(cell) for cell in row))
    return found


def printed(rows: list[tuple[str, ...]], width: int, kind: type[Console] = Screen) -> str:
    out = io.StringIO()
    kind(file=out, width=width).print(table(rows))
    return out.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.tuples(WORDS, *[NUMBERS] * 5), min_size=1, max_size=4))
def test_every_number_is_whole_and_no_line_too_long(width: int, rows: list[tuple[str, ...]]) -> None:
    text = printed(rows, width)
    assert all(cell_len(line.rstrip()) <= width for line in text.splitlines())
    assert all(number in text for row in rows for number in row[1:])
    assert all(word in text for row in rows for word in row[0].split())
    assert "A title" in text
    assert "letters" in text


def test_a_usual_console_cuts_them() -> None:
    rows = [("Doctors: training", *["37.0 [31.4; 43.4]"] * 5)]
    assert "37.0 [31.4; 43.4]" not in printed(rows, 60, Console)


def test_no_line_begins_with_what_a_no_break_space_holds() -> None:
    text = "Prix\u00a0: «\u00a0supposés\u00a0»\u202f; en partie\u202f; 1\u202f000\u202f%"
    for width in range(16, 60):
        out = io.StringIO()
        Screen(file=out, width=width).print(Table(title=Text(text)), text, Text(text))
        assert not re.search(r"^\s*[:;»%]|^\s*000|«\s*$", out.getvalue(), re.MULTILINE), out.getvalue()
    divided = re.split(r"(?<= )(?! )", text)
    assert max(len(word.split()) for word in divided) > 1, (
        "negative control: such words hold what split() takes for spaces"
    )


def test_what_fits_stays_a_table() -> None:
    rows = [("Doctors: training", "37.0 [31.4; 43.4]")]
    assert [line for line in printed(rows, 80).splitlines() if "Doctors" in line and "37.0 [31.4; 43.4]" in line]


def test_columns_beside_each_other_end_alike() -> None:
    rows = [("Letters", "1.0", "22.0 [1; 2]", "3"), ("Relatives", "10.0", "2", "30")]
    lines = [line for line in printed(rows, 60).splitlines() if "Activated" in line]
    assert len({len(line.rstrip()) for line in lines}) == 1


def stacked(rows: list[tuple[str, str, str]], heads: tuple[str, str, str]) -> list[str]:
    """Lines of a table of two columns of words and one of numbers, on a screen on which it has no room."""
    shown = Table(title=Text("Which is best"))
    shown.add_column(heads[0], no_wrap=True)
    shown.add_column(heads[1], overflow="fold")
    shown.add_column(heads[2], justify="right", no_wrap=True)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    Screen(file=out, width=40).print(shown)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_row_of_a_class_says_its_class_when_it_stands_alone() -> None:
    rows = [("≤ 1", "Relatives and others", "0.50"), ("", "Pharmacists", "0.21"), ("1–3", "Letters", "0.11")]
    lines = stacked(rows, ("Budget (M€)", "Strategy", "What each of them adds, mean (M)"))
    assert "Budget (M€) ≤ 1 · Relatives and others" in lines
    assert "Budget (M€) ≤ 1 · Pharmacists" in lines
    assert "Budget (M€) 1–3 · Letters" in lines


def test_the_heading_of_a_part_stands_apart_and_names_are_words() -> None:
    lines = stacked(
        [("A long name of a channel", "count", "1.0"), ("The second day", "", ""), ("Letters", "forecast", "2.0")],
        ("Channel", "What it is", "What each of them adds, mean (M)"),
    )
    at = lines.index("The second day")
    assert lines[at - 1] == ""
    assert "Letters · forecast" in lines
    assert not any(line.startswith("Channel") for line in lines)


def test_a_table_that_begins_with_numbers_has_its_first_column_for_a_name() -> None:
    shown = Table(title=Text("The frontier"))
    for name in ("Budget (M€)", "Additional millions of profiles", "Cost in millions of euros"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_row("30", "2.4", "29")
    shown.add_row("target", "3.1", "90")
    out = io.StringIO()
    Screen(file=out, width=40).print(shown)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    assert "Budget (M€) 30" in lines
    assert "target" in lines
