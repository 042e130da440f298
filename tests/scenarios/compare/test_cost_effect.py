"""The cross of each strategy has a name or a number that can be followed to it, and hides nothing."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from foundation.drawing.placing import name_or_number
from foundation.drawing.style import GREY, settle
from report.figures import SIZES, report_costs
from report.numbers import Numbers
from report.shown import Subject
from scenarios.compare.pictures import PICTURES
from tests.scenarios import frames as made

REAL = {
    "doctors-training": (0.2575, 1.572, 8.182, 0.004056, 0.04465, 0.2144),
    "doctors-prompt": (1.63, 4.589, 9.135, 0.0102, 0.09172, 0.3321),
    "doctors-fee": (0.1049, 0.5719, 3.226, 0.001294, 0.04737, 0.2458),
    "email-reminders": (0.04165, 0.1224, 0.1939, 0.03268, 0.1385, 0.471),
    "sms-reminders": (1.44, 2.084, 2.858, 0.02043, 0.07859, 0.2621),
    "letters-with-code": (14.64, 20.75, 25.34, 0.1142, 0.2077, 0.3936),
    "families-letters": (3.366, 4.537, 5.299, 0.04602, 0.1021, 0.2032),
    "newborn-letters": (0.3897, 0.533, 0.645, 0.001362, 0.01021, 0.03083),
    "assisted-offline": (9.971, 45.3, 53.38, 0.07501, 0.1588, 0.2761),
    "simplified-signup": (1.3, 2.771, 8.244, 0.421, 1.071, 2.537),
    "pharmacists": (0.02888, 0.3026, 1.534, 0.06193, 0.1841, 0.4269),
    "hospitals": (0.02265, 0.09014, 0.328, 0.02175, 0.05038, 0.09305),
    "relatives": (0.05352, 0.2047, 0.4758, 0.03975, 0.3131, 1.314),
    "media": (2, 4.136, 10.05, 0.005447, 0.04931, 0.2475),
    "more-documents": (2.12, 9.979, 46.92, 0.1873, 0.3081, 0.4183),
    "mix-digital": (7.716, 16.06, 54.71, 1.124, 2.163, 4.619),
    "mix-inclusive": (49.95, 120.7, 140.8, 1.306, 1.995, 3.599),
    "mix-broad": (61.68, 95.82, 139, 2.033, 3.252, 5.442),
}
"""Of the shipped strategies with 50,000 people and 100 draws: 5, 50 and 95 % of cost and of additional millions."""
RANKS = (1, 10, 19)
"""Of 21 draws in order: those of the quantiles."""
OVER = 2.0
"""Pixels by which things have to lie over each other to be seen."""
CROSSES = [(3, 0), (3, 1), (3, 2), (3, 3), (12, 0), (12, 1), (12, 2), (12, 3), (25, 1)]
MORE = [(25, 0), (25, 2), (25, 3)]
"""Numbers of crosses, and seeds of where they are; the second with the slow tests."""


def outcomes() -> pd.DataFrame:
    """21 draws of each strategy with just these quantiles."""
    rows = {"status-quo": (0.0,) * 6} | REAL
    parts = [
        pd.DataFrame(
            {
                "scenario": name,
                "draw": range(21),
                "cost_millions_eur": np.interp(range(21), RANKS, found[:3]),
                "additional_millions": np.interp(range(21), RANKS, found[3:]),
            }
        )
        for name, found in rows.items()
    ]
    return pd.concat(parts, ignore_index=True)


def seen(axes: Axes) -> SimpleNamespace:
    """What is drawn, in pixels: boxes of labels, ends of leaders and of arms, middles of dots."""
    renderer, lines = settle(axes.figure), [line for line in axes.lines if len(line.get_xdata()) <= 2]
    ends = {line: axes.transData.transform(np.column_stack(line.get_data())) for line in lines}
    return SimpleNamespace(
        labels=[note.get_window_extent(renderer) for note in axes.texts],
        texts=[note.get_text() for note in axes.texts],
        starts=[axes.transData.transform(note.xy) for note in axes.texts],
        leaders=[way for line, way in ends.items() if len(way) == 2 and line.get_color() == GREY],
        arms=[way for line, way in ends.items() if len(way) == 2 and line.get_color() != GREY],
        dots=[way[0] for way in ends.values() if len(way) == 1],
    )


def inside(way: np.ndarray, box: Bbox) -> bool:
    """Whether a line is seen within a box."""
    along = way[0] + np.linspace(0, 1, 400)[:, None] * (way[1] - way[0])
    return bool(((along > box.min + OVER) & (along < box.max - OVER)).all(axis=1).any())


def crossing(one: np.ndarray, other: np.ndarray) -> bool:
    matrix = np.column_stack([one[1] - one[0], other[0] - other[1]])
    if abs(np.linalg.det(matrix)) < 1e-9:
        return False
    found = np.linalg.solve(matrix, other[0] - one[0])
    return bool(((found > 0.02) & (found < 0.98)).all())


def problems(axes: Axes) -> list[str]:
    """What a reader would stumble over."""
    at, found = seen(axes), []
    apart = 4 * axes.figure.dpi / 72
    for (i, a), (j, b) in combinations(enumerate(at.labels), 2):
        if min(a.x1, b.x1) - max(a.x0, b.x0) > OVER and min(a.y1, b.y1) - max(a.y0, b.y0) > OVER:
            found.append(f"{at.texts[i]!r} over {at.texts[j]!r}")
    for text, box in zip(at.texts, at.labels, strict=True):
        if any(inside(arm, box) for arm in at.arms):
            found.append(f"{text!r} hides an interval")
        if any(((dot > box.min - 3) & (dot < box.max + 3)).all() for dot in at.dots):
            found.append(f"{text!r} over a dot")
        if any(inside(leader, box) for leader in at.leaders):
            found.append(f"a leader through {text!r}")
    for leader in at.leaders:
        along = leader[0] + np.linspace(0, 1, 400)[:, None] * (leader[1] - leader[0])
        others = [dot for dot in at.dots if np.linalg.norm(dot - leader[0]) > apart]
        if others and np.linalg.norm(along[:, None] - np.array(others)[None], axis=2).min() < 4:
            found.append("a leader through the dot of another")
        # Of two dots that overlap, the leader comes out of the one that it is of: at their rim it is nearer to it.
        beside = [d for d in at.dots if 0.5 * axes.figure.dpi / 72 < np.linalg.norm(d - leader[0]) <= apart]
        length = np.linalg.norm(leader[1] - leader[0])
        rim = leader[0] + (leader[1] - leader[0]) * 3.5 * axes.figure.dpi / 72 / length
        if any(np.linalg.norm(rim - dot) < np.linalg.norm(rim - leader[0]) - 0.1 for dot in beside):
            found.append("a leader out of the dot of another")
    found += ["leaders cross" for one, other in combinations(at.leaders, 2) if crossing(one, other)]
    return found


@pytest.fixture(scope="module", params=["en", "fr"])
def picture(request: pytest.FixtureRequest) -> Figure:
    return PICTURES["cost-effect"]({"outcomes": outcomes()}, made.manifest(len(REAL) + 1), request.param)


def test_the_shipped_strategies_are_all_told_apart(picture: Figure) -> None:
    axes = picture.axes[0]
    assert len(axes.texts) == len(REAL)
    assert problems(axes) == []


def test_what_matters_has_its_name_and_the_rest_stands_in_the_list(picture: Figure) -> None:
    by_effect = sorted(REAL, key=lambda name: -REAL[name][4])
    shown = dict(zip(by_effect, [note.get_text() for note in picture.axes[0].texts], strict=True))
    numbers = {int(text): name for name, text in shown.items() if text.isdecimal()}
    assert not set(numbers.values()) & set(by_effect[:5])
    listed = [text.get_text() for legend in picture.legends for text in legend.get_texts()]
    assert [line.split("\u00a0")[0] for line in listed] == [f"{k}." for k in range(1, len(numbers) + 1)]
    costs = [REAL[numbers[k]][1] for k in sorted(numbers)]
    assert costs == sorted(costs)


def test_the_checker_sees_what_lies_over_something(picture: Figure) -> None:
    """Negative control."""
    axes = picture.axes[0]
    notes, places = axes.texts, [note.get_position() for note in axes.texts]
    notes[0].set_position(notes[0].xy)
    told = problems(axes)
    notes[0].set_position(places[1])
    told += problems(axes)
    notes[0].set_position(places[0])
    name = repr(notes[0].get_text())
    assert f"{name} over a dot" in told
    assert f"{name} hides an interval" in told
    assert any(" over '" in line for line in told)
    assert problems(axes) == []


@pytest.mark.parametrize("shape", SIZES)
def test_numbers_of_the_report_are_told_apart(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr("report.figures.text_svg", lambda figure, _: drawn.append(figure) or "")
    by_effect = sorted(REAL, key=lambda name: -REAL[name][4])
    ranks = {name: place for place, name in enumerate(by_effect, 1)}
    numbers = Numbers.__new__(Numbers)  # of outcomes alone
    Subject.__init__(numbers, made.manifest(len(REAL) + 1), "en")
    numbers.frames = {"outcomes": outcomes()}
    report_costs(numbers, ranks, shape, "x")
    (axes,) = drawn[0].axes
    assert [note.get_text() for note in axes.texts] == [str(place) for place in ranks.values()]
    assert [told for told in problems(axes) if "hides an interval" not in told] == [], "arms are everywhere there"


@pytest.mark.parametrize("seed", range(6))
def test_a_leader_comes_out_of_its_own_dot(seed: int) -> None:
    """Pairs of dots that overlap, as of strategies that add and cost nearly the same, in every direction."""
    luck = np.random.default_rng(seed)
    axes = Figure(figsize=(10, 8), dpi=160).subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    settle(axes.figure)
    middle = np.array([(x, y) for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)])
    turn, apart = luck.uniform(0, 2 * np.pi, 9), luck.uniform(1, 3.5, 9) * 160 / 72 / [axes.bbox.width]
    shift = (apart * np.array([np.cos(turn), np.sin(turn) * axes.bbox.width / axes.bbox.height])).T
    points = np.concatenate([middle, middle + shift])
    for x, y in points:
        axes.plot(x, y, "o", ms=6)
    names = [[f"Strategy of the number {k}"] for k in range(len(points))]
    name_or_number(axes, points, names, np.zeros((0, 4)))
    assert problems(axes) == []


def test_the_checker_sees_a_leader_out_of_another_dot() -> None:
    """Negative control: the leader of the left dot goes to the right, beneath the other."""
    axes = Figure(figsize=(10, 8), dpi=160).subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    settle(axes.figure)
    beside = 2.5 * 160 / 72 / axes.bbox.width
    for x in (0.5, 0.5 + beside):
        axes.plot(x, 0.5, "o", ms=6)
    for end, found in ((0.7, ["a leader out of the dot of another"]), (0.3, [])):
        (line,) = axes.plot([0.5, end], [0.5, 0.5], color=GREY)
        assert problems(axes) == found
        line.remove()


@pytest.mark.parametrize(("count", "seed"), [*CROSSES, *(pytest.param(*one, marks=pytest.mark.slow) for one in MORE)])
def test_crosses_anywhere_are_told_apart(count: int, seed: int) -> None:
    luck = np.random.default_rng(seed)
    points = np.column_stack([luck.uniform(0.1, 0.9, count), 0.1 + 0.6 * luck.uniform(0, 1, count) ** 4])
    reach = np.array([0.06, 0.05]) * luck.uniform(0.2, 1, (count, 2))
    level = np.column_stack([points - reach * [1, 0], points + reach * [1, 0]])
    upright = np.column_stack([points - reach * [0, 1], points + reach * [0, 1]])
    axes = Figure(figsize=(10, 8), dpi=160).subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for x0, y0, x1, y1 in (*level, *upright):
        axes.plot([x0, x1], [y0, y1], color="C0")
    for x, y in points:
        axes.plot(x, y, "o", ms=6)
    names = [[f"Strategy of the number {k}", f"Strategy of\nthe number {k}"] for k in range(count)]
    order = name_or_number(axes, points, names, np.vstack([level, upright]))
    texts = [note.get_text() for note in axes.texts]
    assert [texts[label] for label in order] == [str(k) for k in range(1, len(order) + 1)]
    assert sum(not text.isdecimal() for text in texts) == count - len(order)
    assert problems(axes) == []
