"""The style of the report: every colour of text is read on every ground it may stand on, and focus is seen."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import report
from report.figures import LINES
from report.tables import shade
from tests.foundation.drawing.test_colours import contrast as on_white
from tests.foundation.drawing.test_colours import linear

STYLE = (Path(report.__file__).parent / "style.css").read_text(encoding="utf-8")
NAMES = dict(re.findall(r"(--\w+): (#\w+)", STYLE))
TEXT, GRAPHIC = 4.5, 3.0
"""Contrasts that WCAG 2.2 asks for (1.4.3 and 1.4.11)."""


def full(colour: str) -> str:
    """Six digits, for ``#abc`` and ``var(--name)`` too."""
    colour = NAMES.get(colour.removeprefix("var(").removesuffix(")"), colour)
    return f"#{''.join(2 * digit for digit in colour[1:])}" if len(colour) == 4 else colour


def luminance(colour: str) -> float:
    return float(linear(full(colour)) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def declared(style: str, prop: str) -> set[str]:
    """Values that a property has, those of the keys of bars aside: there is no text on them."""
    rules = [rule for rule in re.findall(r"[^{}]+\{[^{}]*\}", style) if not rule.strip().startswith(".stand-")]
    values = re.findall(rf"(?<![\w-]){prop}: (#\w+|var\(--\w+\))", " ".join(rules))
    return {full(value) for value in values}


def test_text_is_read_on_every_ground() -> None:
    texts, grounds = declared(STYLE, "color"), declared(STYLE, "background")
    assert len(texts) >= 4
    assert len(grounds) >= 4
    assert {(t, g) for t, g in product(texts, grounds) if contrast(t, g) < TEXT} == set()
    assert contrast("#8a8a8a", "#fff") < TEXT, "negative control"


def test_numbers_are_read_on_their_shades() -> None:
    parts = [place / 10 for place in range(-10, 11)]
    assert {part: shade(part) for part in parts if contrast("var(--ink)", shade(part)) < TEXT} == {}


def test_what_has_the_focus_is_seen() -> None:
    outlined = re.search(r"([^{}]+)\{ outline: 3px solid (#\w+);", STYLE)
    assert outlined is not None
    assert all(f"{part}:focus-visible" in outlined[1] for part in ("a", ".scroll"))
    assert min(contrast(outlined[2], ground) for ground in declared(STYLE, "background")) >= GRAPHIC
    assert ".skip:focus { left: 0; }" in STYLE
    assert "outline: none" not in STYLE


def test_curves_stand_out() -> None:
    assert {colour for colour, _ in LINES if on_white(colour) < GRAPHIC} == set()
    assert len({line for _, line in LINES}) == len(LINES), "told apart without colours"


def test_links_of_tables_are_large_enough() -> None:
    """24 pixels (2.5.8): a line of the table's text, and what is around it."""
    table = float(re.search(r"^table \{[^}]*font-size: ([\d.]+)rem; line-height: ([\d.]+)", STYLE, re.M)[1])  # type: ignore[index]
    height = 16 * table * 1.35
    padding = float(re.search(r"\.sources a \{[^}]*padding: ([\d.]+)rem", STYLE)[1])  # type: ignore[index]
    assert height + 2 * 16 * padding >= 24
    assert height < 24, "negative control: without it they are not"
