"""The map of regions: every region is there once, where it belongs; colours, hatches and labels say what tables say."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text

from foundation.drawing.style import settle
from foundation.language.numbers import interval
from scenarios.compare.equity import equity_table
from scenarios.compare.pictures import by_region
from scenarios.compare.pictures.regions import FILE, Standing, classes_of, shapes, standings_of
from scenarios.language.regions import DROM, REGIONS, SOUTH_EAST
from tests.scenarios import frames as made
from tests.scenarios.compare.cutting import PARTS, cut, rings_of

DRAWS = 20


def frames(spread: float, names: tuple[str, ...] = REGIONS, count: int = 2) -> dict[str, pd.DataFrame]:
    """Shares from 50 % on, so many points more from region to region; draws that differ by a point."""
    luck = np.random.default_rng(4)
    rows = []
    for rank, scenario in enumerate(made.names(count)):
        for draw in range(DRAWS):
            for place, region in enumerate(names):
                share = 0.5 + spread * place / 100 + 0.03 * rank + 0.01 * luck.standard_normal()
                for week in (made.POLICY, made.HORIZON):
                    counts = {"living": 1e6, "activated": 1e6 * share}
                    keys = {"scenario": scenario, "draw": draw, "week": week, "dimension": "region", "group": region}
                    rows.append(keys | counts)
    found = made.frames(count, draws=DRAWS)
    added = np.where(found["outcomes"]["scenario"] == made.names(count)[-1], 1.0, 0.0)
    return {"equity": pd.DataFrame(rows), "outcomes": found["outcomes"].assign(additional_millions=added)}


def picture(spread: float, lang: str = "en", names: tuple[str, ...] = REGIONS) -> Figure:
    """With only what the map needs of the equity frame."""
    return by_region(frames(spread, names), made.manifest(2), lang)


def patches(figure: Figure, gid: str) -> list[object]:
    return [patch for patch in figure.axes[0].patches if patch.get_gid() == gid]


def test_every_region_of_the_model_has_a_shape_and_no_other() -> None:
    assert {shape.region for shape in shapes()} == {*REGIONS}
    assert [shape.name for shape in shapes() if shape.region == DROM] == [
        "Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte",
    ]  # fmt: skip
    assert {shape.name for shape in shapes() if shape.region == SOUTH_EAST} == {"Provence-Alpes-Côte d'Azur", "Corse"}


def test_shapes_are_where_the_regions_are() -> None:
    """West to east and north to south; each label within its shape, and within no other."""
    at = {shape.name: np.array(shape.at) for shape in shapes() if not shape.overseas}
    west_to_east = ["Bretagne", "Pays de la Loire", "Centre-Val de Loire", "Bourgogne-Franche-Comté", "Corse"]
    assert sorted(west_to_east, key=lambda name: at[name][0]) == west_to_east
    north_to_south = ["Hauts-de-France", "Île-de-France", "Centre-Val de Loire", "Occitanie", "Corse"]
    assert sorted(north_to_south, key=lambda name: at[name][1]) == north_to_south
    outlines = {shape.name: Path(shape.rings[0]) for shape in shapes() if not shape.overseas}
    for name, point in at.items():
        assert [other for other, outline in outlines.items() if outline.contains_point(tuple(point))] == [name]


def test_the_file_says_where_it_is_from_and_on_what_terms() -> None:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    assert document["source"] == "@gouvfr/dsfr-chart 2.0.4"
    assert "MIT License" in document["licence"]
    assert "Permission is hereby granted" in document["licence"]
    assert len(document["sha256"]) == 64


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_no_label_lies_on_another_or_leaves_the_map(spread: float, lang: str) -> None:
    figure = picture(spread, lang)
    renderer = settle(figure)
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert len(texts) == 12 + 1 + 5, "12 of the mainland, the line of the overseas ones, a name below each inset"
    boxes = [text.get_window_extent(renderer) for text in texts]
    assert [pair for pair in combinations(range(len(boxes)), 2) if boxes[pair[0]].overlaps(boxes[pair[1]])] == []
    page = figure.bbox
    assert all(page.contains(*corner) for box in boxes for corner in box.corners())
    assert boxes[0].overlaps(boxes[0]), "negative control"


def test_numbers_are_those_of_the_table() -> None:
    found = frames(0.5)
    table = equity_table(found["equity"], "2027-12-31").set_index(["scenario", "group"])
    name = made.names(2)[1]
    figure = by_region(found, made.manifest(2), "en")
    words = {text.get_text().replace("\n", " ").replace("- ", "-") for text in figure.axes[0].texts}
    for region in ("Bretagne", "Occitanie", "Grand Est"):
        assert f"{region} {100 * table.loc[(name, region), 'share_p50']:.0f}\u202f%" in words
    rows = [text.get_text() for text in figure.findobj(Text) if text.get_text().count(";") == 1]
    bretagne = table.loc[(name, "Bretagne")]
    low, middle, high = (100 * bretagne[f"share_{level}"] for level in ("p05", "p50", "p95"))
    assert f"{middle:.0f} {interval(low, high, 0, 'en')}" in rows


def test_a_region_that_cannot_be_told_from_the_others_is_hatched() -> None:
    """All of them where all are alike; none where each is 3 points above the one before, but those in the middle."""
    assert len(patches(picture(0.0), "unsure")) == len(shapes())
    apart = frames(3.0)
    standings = standings_of(equity_table(apart["equity"], "2027-12-31"), made.names(2)[1])
    sure = {region for region, one in standings.items() if not one.unsure}
    assert {REGIONS[0], REGIONS[1], REGIONS[-1], REGIONS[-2]} <= sure
    hatched = [shape for shape in shapes() if shape.region not in sure]
    assert len(patches(picture(3.0), "unsure")) == len(hatched) < len(shapes())


def test_colours_rise_with_the_share_and_parts_of_a_region_have_one() -> None:
    figure = picture(1.5)
    colours = [patch.get_facecolor()[:3] for patch in patches(figure, "region")]  # type: ignore[attr-defined]
    by_name = {shape.name: colour for shape, colour in zip(shapes(), colours, strict=True)}
    assert by_name["Corse"] == by_name["Provence-Alpes-Côte d'Azur"]
    assert len({by_name[shape.name] for shape in shapes() if shape.overseas}) == 1
    light = [sum(by_name[name]) for name in (REGIONS[0], REGIONS[3], REGIONS[7], "Mayotte")]
    assert light == sorted(light, reverse=True), "the more, the darker"
    assert len(set(light)) > 1, "negative control"


def test_classes_are_never_finer_than_two_points_and_few() -> None:
    assert classes_of([50.1, 50.4]).step == 2.0
    assert classes_of([50.1, 50.4]).count == 1
    for low, high in ((50.0, 61.0), (12.0, 70.0), (0.0, 100.0)):
        classes = classes_of([low, high])
        assert classes.count <= 6
        assert classes.first <= low
        assert classes.first + classes.step * classes.count >= high
        assert (classes.place(low), classes.place(high)) == (0, classes.count - 1)


def test_a_region_without_anybody_is_white() -> None:
    figure = picture(0.5, names=tuple(region for region in REGIONS if region != "Bretagne"))
    assert len(patches(figure, "nobody")) == 1
    assert "Bretagne\n–" in [text.get_text() for text in figure.axes[0].texts]


def test_the_strategy_that_adds_most_is_shown_and_the_others_counted() -> None:
    found = by_region(frames(0.5, count=3), made.manifest(3), "en")
    words = " ".join(text.get_text() for text in found.findobj(Text))
    title = made.manifest(3)["titles"][made.names(3)[2]]["en"]
    assert f"“{title}”" in words
    assert "strategies left out: 2" in words
    assert Standing(1, 2, 3, -1, 1).unsure
    assert not Standing(1, 2, 3, 0.1, 1).unsure


def test_paths_are_read_as_browsers_do() -> None:
    """Relative and absolute moves, lines without a letter, a second outline, chords of curves and arcs."""
    (square,) = rings_of("m1 1 2 0v2H1z")
    assert square == [(1, 1), (3, 1), (3, 3), (1, 3)]
    first, second = rings_of("M0 0h1v1zm5 5 1 0 0 1z")
    assert first == [(0, 0), (1, 0), (1, 1)]
    assert second == [(5, 5), (6, 5), (6, 6)]
    (curved,) = rings_of("M0 0c1 1 2 2 3 0a1 1 0 011-1l.5.5z")
    assert curved == [(0, 0), (3, 0), (4, -1), (4.5, -0.5)]
    with pytest.raises(ValueError, match="needed a multiple of 2"):
        list(rings_of("M0 0l1"))


def test_shapes_are_cut_out_of_the_script_of_the_package() -> None:
    script = "".join(
        f'w("path", {{\n  class: "{code}",\n  style: D({{ display: "x" }}),\n  d: "M0 0h9v9h-9z"\n}}),'
        for code in PARTS
    )
    found = cut(script)
    assert [one["name"] for one in found] == [name for name, _ in PARTS.values()]
    assert found[0]["rings"] == [[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]]
    with pytest.raises(ValueError, match="needed one each"):
        cut(script.replace("FR-BRE", "FR-ARA"))
