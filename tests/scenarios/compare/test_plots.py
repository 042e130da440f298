"""Pictures: nothing overlaps or leaves the page, for any number of scenarios; bytes repeat; quick runs are marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from cli.albums import COMPARING
from foundation.drawing.placing import APART, place_labels
from foundation.drawing.style import width, wrap
from scenarios.compare.pictures import PICTURES, additional_activations, adoption_curves, funnel
from tests.scenarios import frames as made
from tests.scenarios.layout import outside, overlapping

CASES = [(1, "en", False), (2, "fr", True), (3, "fr", False), (6, "en", True), (19, "fr", False), (25, "en", True)]


@cache
def results(count: int) -> dict[str, pd.DataFrame]:
    return made.frames(count, draws=12)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.slow
@pytest.mark.parametrize(("count", "lang", "long"), CASES)
@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_overlaps_or_leaves_the_page(picture: str, count: int, lang: str, long: bool) -> None:
    if count == 1 and picture in COMPARING:
        pytest.skip("nothing to compare")
    manifest = made.manifest(count, long=long, quick=count in (1, 6))
    figure = PICTURES[picture](results(count), manifest, lang)
    assert outside(figure) == []
    assert overlapping(figure) == []


def test_the_checker_sees_overlaps_and_text_that_leaves() -> None:
    """Negative control: without it, a checker that finds nothing would pass all pictures."""
    figure = Figure()
    figure.text(0.5, 0.5, "one")
    figure.text(0.52, 0.5, "other")
    figure.text(0.97, 0.1, "beyond the edge")
    assert overlapping(figure) == [("one", "other")]
    assert outside(figure) == ["beyond the edge"]


def nearest(texts: Sequence[Text]) -> float:
    """Pixels between the two labels that are closest, along the axis on which they are further apart."""
    boxes = [text.get_window_extent() for text in texts]
    return min(max(a.x0 - b.x1, b.x0 - a.x1, a.y0 - b.y1, b.y0 - a.y1) for a, b in combinations(boxes, 2))


def test_labels_of_crowded_points_find_room() -> None:
    luck = np.random.default_rng(0)
    points = 0.5 + 0.04 * luck.standard_normal((15, 2))
    figure = Figure(figsize=(8, 6), dpi=100)
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    place_labels(axes, points, [f"strategy number {i}" for i in range(15)], np.empty((0, 4)))
    assert overlapping(figure) == []
    assert nearest(axes.texts) >= APART - 1, "they don't read as one line"
    for text in axes.texts:
        text.set_position((0.5, 0.5))
    assert nearest(axes.texts) < 0, "negative control"
    assert len(overlapping(figure)) == 15 * 14 / 2, "negative control"


def test_settings_of_the_caller_stay() -> None:
    with matplotlib.rc_context({"font.size": 23.0, "svg.hashsalt": "own"}):
        additional_activations(results(3), made.manifest(3), "en")
        assert (matplotlib.rcParams["font.size"], matplotlib.rcParams["svg.hashsalt"]) == (23.0, "own")


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "mark"), [("en", "QUICK PREVIEW"), ("fr", "APERÇU RAPIDE")])
@pytest.mark.parametrize("picture", PICTURES)
def test_quick_runs_are_marked(picture: str, lang: str, mark: str) -> None:
    marked, plain = (PICTURES[picture](results(2), made.manifest(2, quick=quick), lang) for quick in (True, False))
    assert mark in texts(marked)
    assert mark not in texts(plain)


@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_names_its_run(picture: str) -> None:
    words = texts(PICTURES[picture](results(2), made.manifest(2, structure={"reading": "naive"}, paired=False), "en"))
    plain = words.replace("\u00a0", " ").replace("\u202f", " ").replace("\n", " ")
    for part in ("50,000", "40 draws", "seed 1", "data end 29 Jan 2026", "policy starts 4 Jan 2027"):
        assert part in plain
    assert ("median and 90 % interval" in plain) == (picture != "left-behind"), "that one shows means"
    assert "reading = naive" in plain
    assert "not paired" in plain


def test_adoption_curve_shows_the_median_and_the_published_counts() -> None:
    frames = results(1)
    axes = adoption_curves(frames, made.manifest(1), "en").axes[0]
    expected = frames["weekly"].groupby("week")["activated"].median().to_numpy() / 1e6
    assert np.allclose(axes.lines[0].get_ydata(), expected)
    shown = [float(y) for line in axes.lines if line.get_marker() in ("o", "^") for y in line.get_ydata()]
    assert sorted(shown) == sorted(stock["millions"] for stock in made.TARGETS)


def test_without_published_counts_the_legend_does_not_promise_them() -> None:
    assert "Published" not in texts(adoption_curves(results(1), made.manifest(1, stock_targets=[]), "en"))


def test_strategies_are_sorted_by_median() -> None:
    axes = additional_activations(results(19), made.manifest(19), "en").axes[0]
    medians = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert len(medians) == 18
    assert medians == sorted(medians, reverse=True)


def test_strategies_without_cost_are_shown() -> None:
    frames = results(3)
    free = frames["outcomes"].assign(cost_millions_eur=0.0)
    figure = PICTURES["cost-effect"]({**frames, "outcomes": free}, made.manifest(3), "fr")
    assert overlapping(figure) == []
    assert "sans coût" in texts(figure)


def test_funnel_shows_claims_beside_the_count() -> None:
    survey = funnel(results(3), made.manifest(3), "en").axes[0]
    claims = {float(line.get_xdata()[0]) for line in survey.lines if line.get_marker() == "D"}
    assert claims == {82.0, 35.0}
    activated = sorted(bar.get_width() for bar in survey.patches)[0]
    assert 14.5 < activated < 15.5


def test_titles_are_never_read_as_formulas() -> None:
    titles = {name: {"en": f"Costs $5 or $6_{name}", "fr": "x"} for name in made.names(3)}
    assert "Costs $5 or $6_status-quo" in texts(
        PICTURES["digital-gap"](results(3), made.manifest(3, titles=titles), "en")
    )


def test_wrapping_keeps_to_the_width_and_to_every_word() -> None:
    text = "Activations ajoutées au statu\u00a0quo par une stratégieavecunmottrèstrèstrèstrèslong"
    lines = wrap(text, 1.2, 9)
    assert all(width(line, 9) <= 1.2 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert any("statu\u00a0quo" in line for line in lines)
    short = wrap(text, 1.2, 9, most=2)
    assert len(short) == 2
    assert short[1].endswith("…")
    assert width(short[1], 9) <= 1.2
