"""Pictures: nothing overlaps or leaves the page, for any number of scenarios; bytes repeat; quick runs are marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import combinations, pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from cli.runs.albums import COMPARING
from foundation.drawing.placing import APART, place_labels
from foundation.drawing.style import width, wrap
from foundation.language.numbers import with_interval
from scenarios.compare.equity import equity_table, standings
from scenarios.compare.pictures import (
    PICTURES,
    additional_activations,
    adoption_curves,
    by_age_band,
    digital_gap,
    funnel,
    left_behind,
)
from scenarios.compare.pictures.adoption import THICK, top_of
from scenarios.compare.pictures.groups import LEADING
from tests.scenarios import frames as made
from tests.scenarios.layout import crowded, outside, overlapping

CASES = [(1, "en", False), (2, "fr", True), (3, "fr", False), (6, "en", True), (19, "fr", False), (25, "en", True)]


@cache
def results(count: int) -> dict[str, pd.DataFrame]:
    return made.frames(count, draws=12)


def plain(figure: Figure) -> str:
    """All words of a picture in one line, with plain spaces."""
    return texts(figure).replace("\u00a0", " ").replace("\u202f", " ").replace("\n", " ")


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
    words = plain(PICTURES[picture](results(2), made.manifest(2, structure={"reading": "naive"}, paired=False), "en"))
    for part in ("50,000", "40 draws", "seed 1", "data end 29 Jan 2026", "policy starts 4 Jan 2027"):
        assert part in words
    said = f" · {STATISTIC.get(picture, 'median and 90 % interval')} · "
    assert said in words
    assert "reading = naive" in words
    assert "not paired" in words


STATISTIC = {
    "adoption": "median, 50 % and 90 % intervals",
    "additional": "median, 50 % and 90 % intervals",
    "drivers": "median, 50 % and 90 % intervals",
    "equity": "medians",
    "left-behind": "means",
}
"""What the source line of a picture says it shows, where that isn't a median with its 90 % interval."""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("picture", ["adoption", "funnel", "left-behind"])
def test_ticks_of_panels_beside_each_other_keep_apart(picture: str, lang: str) -> None:
    figure = PICTURES[picture](results(25), made.manifest(25), lang)
    assert len(figure.axes) > 1
    assert crowded(figure) == []
    for axes in figure.axes:
        axes.set_xticks(axes.get_xlim(), ["in 2022", "in 2028"])
        for text in axes.get_xticklabels():
            text.set_horizontalalignment("center")
    assert crowded(figure) != [], "negative control"


def test_strategies_that_would_equal_the_reference_are_left_out_and_counted() -> None:
    frames, manifest = results(19), made.manifest(19)
    medians = frames["outcomes"].groupby("scenario", sort=False)["additional_millions"].median().iloc[1:]
    assert medians.min() < 0.5 < medians.max(), "made-up results have both kinds"
    figure = adoption_curves(frames, manifest, "en")
    shown = [axes.get_title(loc="left") for axes in figure.axes]
    least = THICK * top_of(frames, manifest)
    assert len(shown) == (medians >= least).sum()
    for axes in figure.axes:
        reference, strategy = axes.lines[0].get_ydata(), axes.lines[1].get_ydata()
        assert np.abs(np.asarray(strategy) - np.asarray(reference)).max() > 0.5 * least
    assert f"left out, as they would equal the status quo here: {18 - len(shown)}." in plain(figure)


def test_strategies_that_add_nothing_leave_one_large_panel() -> None:
    frames = results(6)
    none = frames["outcomes"].assign(additional_millions=0.0)
    figure = adoption_curves({**frames, "outcomes": none}, made.manifest(6), "en")
    assert len(figure.axes) == 1
    assert "the status quo here: 4." in plain(figure)


def test_groups_have_the_same_base_in_every_picture() -> None:
    """Sorted at the policy start, alive at the horizon; medians, and means where parts have to add up."""
    frames, manifest = {name: results(3)[name] for name in ("equity", "outcomes")}, made.manifest(3)
    table = equity_table(frames["equity"], "2027-12-31").set_index(["scenario", "dimension", "group"]).sort_index()
    ages = by_age_band(frames, manifest, "en").axes[0]
    drawn = [100 * table.loc[("status-quo", "age_band", band), "share_p50"] for band in made.BANDS]
    assert ages.lines[0].get_ydata() == pytest.approx(drawn)
    gap = digital_gap(frames, manifest, "en").axes[0]
    excluded = [line.get_xdata()[0] for line in gap.lines if line.get_marker() == "o"]
    assert excluded[0] == pytest.approx(100 * table.loc[("status-quo", "digital_exclusion", "yes"), "share_p50"])
    means = standings(frames["equity"], date(2027, 12, 31)).groupby(["scenario", "dimension", "group"])["share"].mean()
    bars = left_behind(frames, manifest, "en").axes[0].patches[: len(made.BANDS)]
    assert [bar.get_width() for bar in bars] == pytest.approx(
        [100 * means["status-quo", "age_band", band] for band in made.BANDS]
    )


def test_few_numbers_on_groups() -> None:
    frames, manifest = results(19), made.manifest(19)
    cells = PICTURES["equity"](frames, manifest, "en").axes[0].texts
    assert all(abs(float(text.get_text().replace("−", "-"))) >= 0.45 for text in cells)
    ages = by_age_band(frames, manifest, "en")
    assert len(ages.axes[0].texts) == 0
    assert len(ages.axes[0].lines) == 1 + LEADING, "the status quo, and three strategies"
    assert f"Strategies left out: {18 - LEADING}." in plain(ages)


def test_no_leader_passes_through_the_point_of_another_label() -> None:
    luck = np.random.default_rng(3)
    points = np.column_stack([np.repeat([0.3, 0.5, 0.7], 6), 0.2 + 0.05 * np.tile(np.arange(6), 3)])
    points += 0.002 * luck.standard_normal(points.shape)
    figure = Figure(figsize=(8, 6), dpi=100)
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    place_labels(axes, points, [f"strategy number {i}" for i in range(18)], np.empty((0, 4)))
    leaders = [axes.transData.transform(np.column_stack(line.get_data())) for line in axes.lines]
    assert len(leaders) >= 5
    assert [misleading(leader, axes.transData.transform(points)) for leader in leaders] == [False] * len(leaders)
    through = axes.transData.transform(np.array([points[0], points[1] + (points[1] - points[0])]))
    assert misleading(through, axes.transData.transform(points)), "negative control"


def misleading(leader: np.ndarray, points: np.ndarray) -> bool:
    """Whether a line comes within four pixels of a point that it doesn't start from."""
    along = leader[0] + np.linspace(0, 1, 200)[:, None] * (leader[1] - leader[0])
    others = points[np.linalg.norm(points - leader[0], axis=1) > 1]
    return bool(np.linalg.norm(along[:, None] - others[None], axis=2).min() < 4)


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


def test_the_funnel_counts_the_living_only() -> None:
    """The stocks of the country hold people who have died; those of groups don't, and visited and activated follow."""
    frames = dict(results(3))
    lost = frames["groups"].assign(**{name: 0.9 * frames["groups"][name] for name in ("visited", "activated")})

    def widths(found: dict[str, pd.DataFrame]) -> list[np.ndarray]:
        return [np.array([bar.get_width() for bar in axes.patches]) for axes in funnel(found, manifest, "en").axes]

    manifest = made.manifest(3)
    for plain_bars, fewer in zip(widths(frames), widths({**frames, "groups": lost}), strict=True):
        assert fewer == pytest.approx(np.where(plain_bars < 75, 0.9, 1.0) * plain_bars)
        assert (plain_bars < 75).any()


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


@pytest.mark.parametrize(("lang", "units"), [("en", "thousands"), ("fr", "milliers")])
def test_what_is_added_in_a_region_is_in_thousands_as_in_the_tables(lang: str, units: str) -> None:
    frames, country = dict(results(6)), made.manifest(6)
    frames["outcomes"] = frames["outcomes"].assign(additional_millions=frames["outcomes"]["additional_millions"] / 100)
    region = {**country, "region": "Bretagne", "level": None}
    median = frames["outcomes"].groupby("scenario")["additional_millions"].median().max()
    for picture in ("additional", "cost-effect", "use"):
        assert units in plain(PICTURES[picture](frames, region, lang)), picture
        assert units not in plain(PICTURES[picture](frames, country, lang)), picture
    figure = PICTURES["additional"](frames, region, lang)
    assert with_interval(None, median * 1000, None, lang).partition("[")[0].strip() in plain(figure), "three figures"
    assert figure.axes[0].get_xlim()[1] > 1000 * median


@pytest.mark.parametrize("most", [0.0095, 0.04, 0.38, 4.1])
def test_ticks_of_lasting_users_keep_apart(most: float) -> None:
    frames = dict(results(6))
    lasting = frames["outcomes"]["additional_lasting_users_millions"]
    scaled = lasting * most / lasting.max()
    frames["outcomes"] = frames["outcomes"].assign(additional_lasting_users_millions=scaled)
    figure = PICTURES["use"](frames, made.manifest(6), "fr")
    figure.draw_without_rendering()
    right = [one for one in figure.axes[1].get_xticklabels() if one.get_text()]
    inside = [one.get_window_extent() for one in right if one.get_window_extent().x0 < figure.bbox.x1]
    gaps = [after.x0 - before.x1 for before, after in pairwise(inside)]
    assert min(gaps) > figure.dpi * 0.08, gaps
