"""Rows of results, and how numbers and tables of them look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]
PEERS = {"engine": "engine", "mesa": "plain Mesa twin", "numpy": "NumPy weekly loop", "starsim": "Starsim"}
EXPONENT_FROM = 100_000
"""People from which on a process's own memory and fixed costs don't hide what a person takes."""


def chosen(rows: Sequence[Row], job: str, **given: Any) -> list[Row]:
    """Rows of a job with these values, in order, those without a result left out."""
    return [r for r in rows if r["job"] == job and "why" not in r and all(r.get(k) == v for k, v in given.items())]


def total(row: Row) -> float:
    """Seconds to set up and run: what peers are compared by."""
    return float(row["setup_s"] + row["weeks_s"])


def quantity(value: float, digits: int = 3) -> str:
    """Three figures, no exponent."""
    decimals = 0
    while decimals < 4 and abs(value) < 10 ** (digits - 1 - decimals):
        decimals += 1
    return f"{value:,.{decimals}f}"


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Markdown; the first column to the left, numbers to the right."""
    rule = "|".join(["---", *["---:"] * (len(head) - 1)])
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(line)} |" for line in lines)])
