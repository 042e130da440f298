"""Who is activated where: a map of the regions, and beside it their shares with their intervals."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from foundation.drawing.placing import number_rows
from foundation.drawing.style import BLACK, BLUE, GREY, SMALL, legend_below, light_grid, localise, styled, width, wrap
from foundation.language.numbers import UNDEFINED, day, interval, number, percent
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from scenarios.compare import label
from scenarios.compare.equity import equity_table
from scenarios.compare.pictures.groups import left_out_note
from scenarios.drawing import Frames, horizon, page, scenario_order, strategies_by_effect
from scenarios.language.regions import DROM
from scenarios.words import group_label, scenario_titles

FILE = pathlib.Path(__file__).with_name("regions.json")
"""Shapes of the regions, cut out once (``tests/scenarios/compare/cutting.py``), with their source and licence."""
PACKAGE = "@gouvfr/dsfr-chart 2.0.4"
BODY, WIDE = 7.9, (2.9, 1.0)
"""Inches of the picture's height; widths of the map and of what stands beside it."""
MAINLAND, INSET, APART = 1010.0, 200.0, 60.0
"""Units of the map: its width and height, those of an inset, and the room for the line above the insets."""
STEPS, MOST = (2.0, 5.0, 10.0, 20.0), 6
"""Percentage points of a class, never so fine that chance alone would colour the map, and how many there are."""
INCH = 190.0
"""Units of the map, about."""
NAMED = {"Guyane": "guyane", "La Réunion": "reunion"}
"""Of overseas regions those that have another name in English."""
UNSURE = "////"
_DEPTH = LinearSegmentedColormap.from_list("depth", ["#E8F1F7", BLUE, "#003A5D"])


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Outlines of a region, or of a part of one; y downwards, in units of its map (each overseas one has its own)."""

    name: str
    region: str
    """That of the model."""
    rings: Sequence[Floats]
    """[point, xy], the largest first."""
    at: tuple[float, float]
    """The point deepest inside, for a label."""

    @property
    def overseas(self) -> bool:
        """Drawn in an inset."""
        return self.region == DROM


@cache
def shapes() -> tuple[Shape, ...]:
    """All there are, those of the mainland first."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Shape(
            name=one["name"],
            region=one["region"],
            rings=[np.array(ring, float) for ring in one["rings"]],
            at=(one["at"][0], one["at"][1]),
        )
        for one in document["shapes"]
    )


@dataclass(frozen=True)
class Classes:
    """Equal steps of shares, per cent, and a colour each: paler is less."""

    first: float
    step: float
    count: int

    def place(self, share: float) -> int:
        """Which one a share is in."""
        return int(np.clip(floor((share - self.first) / self.step), 0, self.count - 1))

    def colour(self, place: int) -> tuple[float, float, float]:
        """Of one of them."""
        return to_rgb(_DEPTH(0.4 if self.count == 1 else 0.06 + 0.74 * place / (self.count - 1)))

    def words(self, place: int, lang: str) -> str:
        """From where to where it goes."""
        low = self.first + place * self.step
        return label("regions.class", lang, low=number(low, 0, lang), high=number(low + self.step, 0, lang))


def classes_of(shares: Sequence[float]) -> Classes:
    """The finest steps of which no more are needed than can be told apart."""
    low, high = min(shares), max(shares)
    for step in STEPS:
        first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
        if last - first <= MOST or step == STEPS[-1]:
            return Classes(first * step, step, last - first)
    raise AssertionError("the last step is taken")


@dataclass(frozen=True)
class Standing:
    """How a region stands, in per cent and percentage points: median and ends of the 90 % intervals."""

    low: float
    share: float
    high: float
    gap_low: float
    gap_high: float

    @property
    def unsure(self) -> bool:
        """Whether its gap to the other regions can't be told from none."""
        return self.gap_low < 0 < self.gap_high


def standings_of(table: pd.DataFrame, scenario: str) -> dict[str, Standing]:
    """From an ``equity_table`` of regions: those that have a member, the highest share first."""
    rows = table[table["scenario"].astype(str) == scenario].sort_values("share_p50", ascending=False, kind="stable")
    rows = rows.dropna(subset="share_p50")
    shares = 100 * rows[["share_p05", "share_p50", "share_p95"]].to_numpy(np.float64)
    gaps = rows[["gap_points_p05", "gap_points_p95"]].to_numpy(np.float64)
    names = rows["group"].astype(str)
    return {name: Standing(*map(float, (*share, *gap))) for name, share, gap in zip(names, shares, gaps, strict=True)}


@styled
def by_region(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Share of each region that is activated at the horizon, under the strategy that adds most, or the only one there
    is; hatched where its gap to the other regions can't be told from none."""
    names = [*strategies_by_effect(frames, manifest), *scenario_order(frames["outcomes"])[:1]]
    equity = frames["equity"]
    found = standings_of(equity_table(equity[equity["dimension"] == "region"], horizon(manifest)), names[0])
    until = day(manifest["until"], lang)
    title = label("regions.title", lang, until=until, scenario=scenario_titles(manifest, lang)[names[0]])
    subtitle = label("regions.subtitle", lang, start=day(manifest["policy_start"], lang))
    note = " ".join(
        filter(None, (left_out_note("regions", len(names) - 1, lang), label("regions.source", lang, package=PACKAGE)))
    )
    figure = page(title, subtitle, BODY, manifest, lang, note=note)
    plan, beside = figure.subplots(1, 2, width_ratios=WIDE)
    classes = classes_of([one.share for one in found.values()])
    draw_map(plan, found, classes, lang)
    _intervals(beside, found, lang)
    handles = [
        Patch(facecolor=classes.colour(k), edgecolor=GREY, label=classes.words(k, lang)) for k in range(classes.count)
    ]
    unsure = Patch(facecolor="white", edgecolor=GREY, hatch=UNSURE, label=label("regions.unsure", lang))
    legend_below(figure, [*handles, unsure], len(handles) + 1 if len(handles) < 5 else 4)
    return figure


def draw_map(axes: Axes, found: Mapping[str, Standing], classes: Classes, lang: str) -> None:
    """Regions of the mainland, and those overseas in a row of insets; on each its name and its share."""
    overseas = [shape for shape in shapes() if shape.overseas]
    for shape in shapes():
        if shape.overseas:
            place, every = overseas.index(shape), np.concatenate(list(shape.rings))
            scale = 0.72 * INSET / np.ptp(every, axis=0).max()
            middle = np.array([(place + 0.5) * MAINLAND / len(overseas), MAINLAND + APART + INSET / 2 - 12])
            moved = [(ring - (every.min(axis=0) + every.max(axis=0)) / 2) * scale + middle for ring in shape.rings]
            _paint(axes, moved, shape, found, classes)
            name = label(f"regions.{NAMED[shape.name]}", lang) if shape.name in NAMED else shape.name
            axes.text(middle[0], MAINLAND + APART + INSET, name, size=SMALL, ha="center", va="top", gid="inset")
        else:
            _paint(axes, shape.rings, shape, found, classes)
            if shape.name == shape.region or shape.name.startswith("Provence"):
                _name(axes, shape, found, classes, lang)
    region = overseas[0].region
    said = f"{group_label('region', region, lang)}  {_share(found, region, lang)}"
    axes.text(0, MAINLAND + APART - 14, said, size=SMALL, weight="bold", va="center", gid="overseas")
    axes.plot([0, MAINLAND], [MAINLAND + APART - 36] * 2, color=GREY, linewidth=0.6)
    axes.set_xlim(-4, MAINLAND + 4)
    axes.set_ylim(MAINLAND + APART + INSET + 34, -4)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _paint(axes: Axes, rings: Sequence[Floats], shape: Shape, found: Mapping[str, Standing], classes: Classes) -> None:
    path = _outline(rings)
    if shape.region not in found:
        axes.add_patch(PathPatch(path, facecolor="white", edgecolor=GREY, linewidth=0.6, gid="nobody"))
        return
    colour = classes.colour(classes.place(found[shape.region].share))
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="white", linewidth=1.2, gid="region"))
    if found[shape.region].unsure:
        ink = "#FFFFFF80" if _dark(colour) else "#00000066"
        hatched = PathPatch(path, facecolor="none", edgecolor=ink, hatch=UNSURE, linewidth=0.0, gid="unsure")
        axes.add_patch(hatched)


def _outline(rings: Sequence[Floats]) -> Path:
    return Path.make_compound_path(*(Path(np.vstack([ring, ring[:1]]), closed=True) for ring in rings))


def _dark(colour: tuple[float, float, float]) -> bool:
    """Whether white letters read better on it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    luminance = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
    return (luminance + 0.05) ** 2 < 1.05 * 0.05


def _name(axes: Axes, shape: Shape, found: Mapping[str, Standing], classes: Classes, lang: str) -> None:
    here = found.get(shape.region)
    colour = (1.0, 1.0, 1.0) if here is None else classes.colour(classes.place(here.share))
    words = f"{_wrapped(group_label('region', shape.region, lang), _room(shape))}\n{_share(found, shape.region, lang)}"
    ink = "white" if _dark(colour) else BLACK
    text = axes.text(*shape.at, words, size=SMALL, ha="center", va="center", color=ink, linespacing=1.05, gid="name")
    text.set_path_effects([withStroke(linewidth=3, foreground=colour)])  # over hatches


def _share(found: Mapping[str, Standing], region: str, lang: str) -> str:
    return percent(found[region].share / 100, lang) if region in found else UNDEFINED


def _intervals(axes: Axes, found: Mapping[str, Standing], lang: str) -> None:
    """A row per region: median and 90 % interval, in numbers too."""
    for place, one in enumerate(found.values()):
        axes.plot([one.low, one.high], [place, place], color=BLUE, linewidth=1.8)
        axes.plot(one.share, place, "o", color=BLUE, ms=6, markeredgecolor="white")
    names = [_wrapped(group_label("region", str(region), lang)) for region in found]
    axes.set_yticks(range(len(found)), names)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    number_rows(
        axes, [f"{number(one.share, 0, lang)} {interval(one.low, one.high, 0, lang)}" for one in found.values()]
    )
    axes.set_xlabel(label("regions.axis", lang))
    light_grid(axes, "x")
    localise(axes, lang, x=True)


def _room(shape: Shape) -> float:
    """Inches between the outlines left and right of where a name stands, twice the shorter half and a little more."""
    (x, y), ring = shape.at, shape.rings[0]
    ends = np.roll(ring, -1, axis=0)
    crossed = (ring[:, 1] < y) != (ends[:, 1] < y)
    start, end = ring[crossed], ends[crossed]
    along = start[:, 0] + (y - start[:, 1]) / (end[:, 1] - start[:, 1]) * (end[:, 0] - start[:, 0])
    return 2.2 * float(np.abs(along - x).min()) / INCH


def _wrapped(name: str, inches: float = 1.35) -> str:
    """Broken at hyphens too, never within a word."""
    parts = name.replace("-", "- ")
    room = max(inches, *(width(word, SMALL) for word in parts.split(" ")), 0.0)
    return "\n".join(line.replace("- ", "-") for line in wrap(parts, room, SMALL))
