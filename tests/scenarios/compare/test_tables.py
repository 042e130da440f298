"""Tables: quantiles equal those worked by hand; bytes of the CSV; what a terminal shows."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy.stats import beta

from foundation.language.text import header
from scenarios.compare import label
from scenarios.compare.comparison import MEASURES
from scenarios.compare.tables import groups_table, probability, rich_table, summary_table, write_csv
from scenarios.words import price_line, price_note, price_words
from tests.scenarios import frames as made


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return made.frames(19)


NO_COSTS = pd.DataFrame({"scenario": [], "item": [], "status": [], "eur": []})


def hand_made(additional: list[float], reached: int = 0) -> pd.DataFrame:
    """Outcomes of one scenario, a draw per number; each costs 10 million euros."""
    n, extra = len(additional), np.array(additional)
    return pd.DataFrame(
        {
            "scenario": "s",
            "draw": range(n),
            "activated_millions": 30 + extra,
            "activated_share": (30 + extra) / 60,
            "simulated_millions": 29 + extra,
            "additional_millions": extra,
            "cost_millions_eur": 10.0,
            "cost_per_additional_eur": np.where(extra > 0, 10 / np.where(extra > 0, extra, 1), np.nan),
            "doctor_minutes_millions": 0.0,
            "reached": [i < reached for i in range(n)],
            "reached_date": [f"2027-0{1 + i}-01" if i < reached else None for i in range(n)],
        }
    )


def test_quantiles_worked_by_hand() -> None:
    row = summary_table(hand_made([1.0, 2.0, 3.0, 4.0, 5.0]), NO_COSTS).iloc[0]
    assert row["additional_millions_p50"] == 3.0
    assert row["additional_millions_p05"] == pytest.approx(1.2), "a fifth of the way from the first to the second"
    assert row["activated_millions_p95"] == pytest.approx(34.8)
    assert row["cost_per_additional_eur_p50"] == pytest.approx(10 / 3, rel=1e-5)


def test_a_draw_that_adds_nothing_counts_as_infinitely_dear() -> None:
    row = summary_table(hand_made([-0.1, 0.0, 0.0, 2.0, 5.0]), NO_COSTS).iloc[0]
    assert row["cost_per_additional_eur_p05"] == pytest.approx(2 + 0.2 * 3)
    assert np.isnan(row["cost_per_additional_eur_p50"]), "the median draw adds nothing"
    naive = np.nanquantile(hand_made([-0.1, 0.0, 0.0, 2.0, 5.0])["cost_per_additional_eur"], 0.5)
    assert naive == 3.5, "negative control: leaving draws out would say 3.50 euros"


def test_quantiles_of_all_measures(frames: dict[str, pd.DataFrame]) -> None:
    table = summary_table(frames["outcomes"], frames["costs"]).set_index("scenario")
    assert list(table.index) == made.names(19)
    for name, rows in frames["outcomes"].groupby("scenario"):
        for measure in set(MEASURES) - {"cost_per_additional_eur"}:
            expected = np.quantile(rows[measure], [0.05, 0.5, 0.95])
            found = table.loc[name, [f"{measure}_{q}" for q in ("p05", "p50", "p95")]].to_numpy(float)
            assert found == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_probability_and_its_interval() -> None:
    row = summary_table(hand_made([1.0] * 5, reached=3), NO_COSTS).iloc[0]
    assert row["probability_of_target"] == 0.6
    bounds = beta.ppf([0.05, 0.95], 3.5, 2.5)
    assert [row["probability_of_target_low"], row["probability_of_target_high"]] == pytest.approx(bounds, rel=1e-5)
    assert row["target_date_p50"] == "2027-03-01", "the third of five draws"
    assert pd.isna(summary_table(hand_made([1.0] * 5, reached=2), NO_COSTS).iloc[0]["target_date_p50"])


@pytest.mark.parametrize(("reached", "shown"), [(0, "<\u202f31\u202f%"), (5, ">\u202f69\u202f%"), (3, "60\u202f%")])
def test_probability_in_words(reached: int, shown: str) -> None:
    assert probability(summary_table(hand_made([1.0] * 5, reached=reached), NO_COSTS).iloc[0], "en") == shown


def test_no_draw_of_two_hundred_is_less_than_one_percent() -> None:
    outcomes = hand_made([1.0] * 200)
    assert probability(summary_table(outcomes, NO_COSTS).iloc[0], "fr") == "<\u202f1\u202f%"


def test_groups_by_hand() -> None:
    rows = [
        ("a", 0, "x", 100.0, 10.0),
        ("a", 0, "y", 300.0, 90.0),
        ("b", 0, "x", 100.0, 30.0),
        ("b", 0, "y", 300.0, 90.0),
    ]
    stocks = pd.DataFrame(rows, columns=["scenario", "draw", "group", "living", "activated"])
    groups = stocks.assign(week=309, dimension="region", aware=0.0, visited=0.0)
    table = groups_table(groups, "2027-12-31").set_index(["scenario", "group"])
    assert table.loc[("a", "x"), "share_p50"] == 0.1
    assert table.loc[("a", "x"), "gap_points_p50"] == pytest.approx(10 - 25)
    assert table.loc[("a", "x"), "gain_points_p50"] == 0.0
    assert table.loc[("b", "x"), "gain_points_p50"] == pytest.approx(20)
    assert table.loc[("b", "y"), "gap_points_p50"] == pytest.approx(30 - 30)


def test_groups_on_a_day_between_two_counts() -> None:
    early, late = (pd.DataFrame({"living": [100.0], "activated": [a]}) for a in (20.0, 40.0))
    rows = pd.concat([early.assign(week=100), late.assign(week=102)])
    groups = rows.assign(scenario="a", draw=0, dimension="region", group="x", aware=0.0, visited=0.0)
    from model.terms.weeks import monday

    assert groups_table(groups, monday(101)).iloc[0]["share_p50"] == pytest.approx(0.3)


def test_groups_of_a_whole_comparison(frames: dict[str, pd.DataFrame]) -> None:
    table = groups_table(frames["groups"], "2027-12-31")
    assert len(table) == 19 * sum(len(groups) for groups in made.GROUPS.values())
    assert table["share_p50"].between(0, 1).all()
    assert table[table["scenario"] == "status-quo"]["gain_points_p50"].eq(0).all()


def test_french_csv(tmp_path: Path) -> None:
    write_csv(summary_table(hand_made([0.0, 0.0, 1.5]), NO_COSTS), tmp_path / "t.csv", "fr")
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    head, row, end = data.decode("utf-8-sig").split("\r\n")
    assert end == ""
    cells = dict(zip(head.split(";"), row.split(";"), strict=True))
    assert cells["profils activés (millions), 95e centile"] == "31,35"
    assert cells["coût par activation en plus (euros), médiane"] == "", "not defined"
    assert cells["scénario"] == "s"
    assert not any("." in value for value in cells.values())
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"], "no temporary file stays"


def test_english_csv(tmp_path: Path) -> None:
    table = summary_table(hand_made([0.0, 0.0, 1.5]), NO_COSTS)
    write_csv(table, tmp_path / "t.csv", "en")
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    row = next(csv.DictReader(StringIO(text)))
    assert list(row) == list(table.columns)
    assert float(row["activated_millions_p95"]) == pytest.approx(31.35)


def test_french_csv_of_groups(tmp_path: Path, frames: dict[str, pd.DataFrame]) -> None:
    write_csv(groups_table(frames["groups"], "2027-12-31"), tmp_path / "g.csv", "fr")
    text = (tmp_path / "g.csv").read_text(encoding="utf-8-sig")
    assert "exclusion numérique;exclus du numérique;" in text
    assert "75 et plus" in text


def test_every_column_has_words_in_both_languages(frames: dict[str, pd.DataFrame]) -> None:
    tables = (summary_table(frames["outcomes"], frames["costs"]), groups_table(frames["groups"], "2027-12-31"))
    for column in {column for table in tables for column in table.columns} - {"scenario", "dimension", "group"}:
        assert header(column, "en", label) != column
        assert header(column, "fr", label) != header(column, "en", label)


def shown(summary: pd.DataFrame, lang: str, columns: int, **changes: object) -> str:
    console = Console(width=columns, file=StringIO(), legacy_windows=False)
    console.print(rich_table(summary, made.manifest(19, **changes), lang))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("columns", [100, 110, 120, 160])
def test_table_on_a_terminal(frames: dict[str, pd.DataFrame], lang: str, columns: int) -> None:
    text = shown(summary_table(frames["outcomes"], frames["costs"]), lang, columns)
    assert "…" not in text, "nothing is cut off"
    assert "40" in text
    assert "50" in text
    assert ("médiane" if lang == "fr" else "median") in " ".join(text.split())


def test_quick_table_is_marked(frames: dict[str, pd.DataFrame]) -> None:
    summary = summary_table(frames["outcomes"], frames["costs"])
    assert "QUICK PREVIEW" in shown(summary, "en", 120, quick=True)
    assert "APERÇU RAPIDE" in shown(summary, "fr", 120, quick=True)
    assert "QUICK" not in shown(summary, "en", 120)


def test_costs_are_marked_by_how_well_their_prices_are_known() -> None:
    line = {"scenario": "s", "item": "a letter", "eur": 1.0}
    costs = pd.DataFrame(
        [
            {**line, "status": "proxy: price of another country"},
            {**line, "status": "assumed"},
            {**line, "status": "assumed"},
            {**line, "item": "minutes per recommendation", "status": "derived", "eur": 0.0},
        ]
    )
    row = summary_table(hand_made([1.0]), costs).iloc[0]
    assert row["price_status"] == "proxy, assumed"
    assert price_note(row["price_status"], "fr") == "supposés en partie"
    assert price_note("proxy, derived", "en") == "partly taken by analogy"
    assert price_note("published", "en") == "published"
    assert price_note("", "en") == ""
    lines = {"One": "assumed", "Two": "assumed", "Three": "proxy", "Nothing": ""}
    assert price_line(lines, "en") == "Prices behind the costs: assumed; taken by analogy: “Three”."
    assert price_line({"Nothing": ""}, "en") == ""
    assert price_words(row["price_status"], "fr") == "par analogie, supposé"
    assert summary_table(hand_made([1.0]), NO_COSTS).iloc[0]["price_status"] == ""
    counted = costs.assign(eur=1.0)
    assert summary_table(hand_made([1.0]), counted).iloc[0]["price_status"] == "proxy, assumed, derived"
