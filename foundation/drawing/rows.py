"""Axes with a row per strategy: its title on the left, numbers on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from foundation.drawing.style import SMALL
from foundation.drawing.wrapping import wrap
from foundation.language.text import scenario_titles

ROOM = 2.9
"""Inches for a title."""


def name_rows(axes: Axes, names: Sequence[str], manifest: Mapping[str, Any], lang: str) -> None:
    """Titles as ticks of rows 0, 1, … from the top."""
    titles = scenario_titles(manifest, lang)
    axes.set_yticks(range(len(names)), ["\n".join(wrap(titles[name], ROOM, SMALL, most=2)) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def number_rows(axes: Axes, texts: Sequence[str]) -> None:
    """Numbers at the right edge, aligned with the rows."""
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.set_yticks(range(len(texts)), texts)
    right.tick_params(axis="y", length=0)
    for spine in right.spines.values():
        spine.set_visible(False)
