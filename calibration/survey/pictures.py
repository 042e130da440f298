"""Answers to surveys: published, as a simulated survey would print them, and what is really so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calibration.survey import label
from foundation.drawing.placing import number_rows
from foundation.drawing.style import BLACK, BLUE, GREEN, RED, SMALL, legend_below, light_grid, localise, styled, wrap
from foundation.store.manifest import Manifest
from scenarios.drawing import page

ROOM, ROW, REST = 3.6, 0.36, 0.45
"""Inches for a question, a row, and a panel's title."""


@dataclass(frozen=True, kw_only=True)
class PublishedAnswer:
    """One row of a panel; percent."""

    name: str
    published: float
    numbers: str
    """What is at the right edge."""


@dataclass(frozen=True, kw_only=True)
class Answer(PublishedAnswer):
    """One that a simulated survey would print."""

    simulated: tuple[float, float, float] | None
    """Low end, median, high end; None where the model has no process for the answer."""
    real: float | None
    inside: bool | None


Row = TypeVar("Row", bound=PublishedAnswer)


@styled
def survey_answers(
    panels: Sequence[tuple[str, Sequence[Answer]]], manifest: Manifest, lang: str, *, note: str = ""
) -> Figure:
    """A panel per survey (title, rows), a row per answer.

    ``manifest``: what the source line needs (``scenarios.words.run_line``).
    """
    said = (label(f"survey.{name}", lang) for name in ("title", "subtitle", "axis"))
    figure = answer_panels(panels, _row, said, manifest, lang, note=note)
    legend_below(figure, _legend(lang), 3)
    return figure


def answer_panels(
    panels: Sequence[tuple[str, Sequence[Row]]],
    draw: Callable[[Axes, int, Row], None],
    said: Iterable[str],
    manifest: Manifest,
    lang: str,
    *,
    note: str = "",
    room: float = ROOM,
    height: float = ROW,
) -> Figure:
    """A page of panels (title, rows), in which ``draw`` draws a row; ``said``: title, subtitle, and name of the axis.
    ``room`` for a question and ``height`` of a row, inches."""
    title, subtitle, axis = said
    heights = [height * len(rows) + REST for _, rows in panels]
    figure = page(title, subtitle, sum(heights) + 0.95, manifest, lang, note=note)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
    for axes, (name, rows) in zip(grid[:, 0], panels, strict=True):
        axes.set_title(name, size=SMALL, weight="bold", loc="left")
        for place, row in enumerate(rows):
            draw(axes, place, row)
        axes.set_yticks(range(len(rows)), ["\n".join(wrap(row.name, room, SMALL, most=2)) for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        number_rows(axes, [row.numbers for row in rows])
        axes.set_xlim(0, 100)
        axes.set_xticks(range(0, 101, 20))
        light_grid(axes, "x")
        localise(axes, lang, x=True, decimals=0)
    grid[-1, 0].set_xlabel(axis)
    return figure


def _row(axes: Axes, place: int, row: Answer) -> None:
    if row.simulated is not None:
        low, middle, high = row.simulated
        axes.plot([low, high], [place, place], color=BLUE, linewidth=2.2, solid_capstyle="butt")
        axes.plot(middle, place, "o", color=BLUE, ms=6, markeredgecolor="white")
    if row.real is not None:
        axes.plot(row.real, place + 0.2, "s", mfc="none", mec=GREEN, mew=1.4, ms=5.5)
    axes.plot(row.published, place - 0.2, "D", **_looks(row), ms=5, zorder=5, clip_on=False)


def _looks(row: Answer) -> dict[str, Any]:
    """The diamond of a published figure."""
    if row.inside is None:
        return {"mfc": "white", "mec": BLACK}
    return {"color": BLACK if row.inside else RED}


def _legend(lang: str) -> list[Artist]:
    return [
        Line2D([], [], color=BLACK, marker="D", ms=5, linestyle="", label=label("survey.published", lang)),
        Line2D([], [], color=RED, marker="D", ms=5, linestyle="", label=label("survey.outside", lang)),
        Line2D([], [], mfc="white", mec=BLACK, marker="D", ms=5, linestyle="", label=label("survey.unmodelled", lang)),
        Line2D([], [], color=BLUE, marker="o", ms=6, linewidth=2.2, label=label("survey.simulated", lang)),
        Line2D(
            [], [], mfc="none", mec=GREEN, mew=1.4, marker="s", ms=5.5, linestyle="", label=label("survey.real", lang)
        ),
    ]
