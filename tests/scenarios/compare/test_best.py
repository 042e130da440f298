"""Which strategy is best among those of like budgets: by hand on made-up draws."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from scenarios.compare.best import best_document, best_rich_table, best_table, standing

GAINS = {
    # On four draws a is first twice, b once, and once they are even; c never is, but never far.
    "a": ([4.0, 4.0, 0.0, 2.0], 2.0),
    "b": ([1.0, 1.0, 3.0, 2.0], 2.5),
    "c": ([3.9, 3.9, 2.9, 1.9], 1.5),
    # Ten times the budget: no rival of those above.
    "dear": ([9.0, 9.0, 9.0, 9.0], 20.0),
    "dearer": ([8.0, 8.0, 8.0, 10.0], 25.0),
    "alone": ([50.0, 50.0, 50.0, 50.0], 200.0),
}


def outcomes(gains: dict[str, tuple[list[float], float]]) -> pd.DataFrame:
    rows = [
        {"scenario": name, "draw": draw, "additional_millions": gain, "cost_millions_eur": cost}
        for name, (values, cost) in {"status-quo": ([0.0] * 4, 0.0), **gains}.items()
        for draw, gain in enumerate(values)
    ]
    return pd.DataFrame(rows)


def table(gains: dict[str, tuple[list[float], float]], **manifest: Any) -> pd.DataFrame:
    return best_table(outcomes(gains), manifest).set_index("scenario")


def test_by_hand() -> None:
    found = table(GAINS)
    assert found["probability_best"].to_dict() == {"c": 0.0, "a": 0.625, "b": 0.375, "dear": 0.75, "dearer": 0.25}
    # a: 0, 0, 3, 0. b: 3, 3, 0, 0. c: a tenth each time.
    regret = {"c": 0.1, "a": 0.75, "b": 1.5, "dear": 0.25, "dearer": 0.75}
    assert found["regret_mean"].to_dict() == pytest.approx(regret)
    assert list(found.index) == ["c", "a", "b", "dear", "dearer"], "by class, the one of least regret first"
    assert found["rivals"].to_dict() == {"a": 2, "b": 2, "c": 2, "dear": 1, "dearer": 1}
    assert found.loc["a", ["budget_above", "budget_up_to"]].tolist() == [1.0, 3.0]
    assert found.loc["dear", ["budget_above", "budget_up_to"]].tolist() == [10.0, 30.0]
    assert found.groupby("budget_above")["probability_best"].sum().tolist() == pytest.approx([1.0, 1.0])


def test_a_dear_strategy_is_no_rival_of_a_cheap_one() -> None:
    """Negative control: over all budgets "alone" would be best on every draw, and a never."""
    everything = np.array([values for values, _ in GAINS.values()])
    chance, regret = standing(everything)
    assert chance.tolist() == [0, 0, 0, 0, 0, 1]
    assert regret[0].mean() == pytest.approx(47.5)
    assert "alone" not in table(GAINS).index
    assert "status-quo" not in table(GAINS).index


def test_a_budget_on_the_bound_belongs_to_the_class_below() -> None:
    assert table({"a": ([1.0] * 4, 3.0), "b": ([2.0] * 4, 3.0001)}).empty
    assert len(table({"a": ([1.0] * 4, 3.0), "b": ([2.0] * 4, 1.0001)})) == 2


def test_the_chance_found_is_that_of_the_law() -> None:
    """Of two strategies of independent normal gains, means 0.5 apart, one is better with chance Phi(0.5 / sqrt 2)."""
    rng, draws = np.random.default_rng(1), 40_000
    chance, _ = standing(np.stack([rng.normal(0.5, 1, draws), rng.normal(0.0, 1, draws)]))
    assert abs(chance[0] - 0.6382) < 5 * np.sqrt(0.6382 * 0.3618 / draws)
    assert abs(chance[0] - 0.5) > 5 * np.sqrt(0.25 / draws), "negative control"


def test_runs_that_do_not_share_their_draws_are_not_ranked() -> None:
    assert table(GAINS, paired=False).empty


@pytest.mark.parametrize(("lang", "words"), [("en", "Which is best"), ("fr", "Laquelle est la meilleure")])
def test_on_a_terminal(lang: str, words: str) -> None:
    entries = [{"name": name, "title": {"en": name, "fr": name}} for name in ("status-quo", *GAINS)]
    out = StringIO()
    shown = best_rich_table(best_table(outcomes(GAINS), {}), {"scenarios": entries}, lang)
    Console(file=out, width=120).print(shown)
    text = out.getvalue()
    assert words in text
    assert text.count("1–3") == 1, "a class is named once"
    assert "alone" not in text.split("Budget")[1].split("\n\n")[0]
    document = best_document(best_table(outcomes(GAINS), {}))
    assert [row["scenario"] for row in document] == ["c", "a", "b", "dear", "dearer"]
