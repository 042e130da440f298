"""Documents of the JSON output, and run folders side by side."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from foundation.errors import UserError
from foundation.quantiles import jeffreys, rounded, spread
from foundation.study import carry_out
from scenarios.compare.comparison import compare_folders, comparison_document, load, run_document
from tests.scenarios import made_up

NAMES = {"status-quo": 0.0, "letters": 1e6}


def make(folder: Path, names: dict[str, float] = NAMES, **changes: Any) -> Path:
    manifest = made_up.manifest(names, **changes)
    until, target = date.fromisoformat(manifest["until"]), manifest["target_millions"]

    def simulate(experiment: Any, draw: Any) -> dict[str, pd.DataFrame]:
        return made_up.frames(names, draw.index, until=until, target=target)

    draws: Any = [SimpleNamespace(index=index) for index in range(manifest["draws"])]
    carry_out(made_up.study(None, draws, manifest, simulate), folder)
    return folder


def test_the_document_of_a_comparison(tmp_path: Path) -> None:
    manifest, frames = load(make(tmp_path / "r"))
    document = json.loads(json.dumps(comparison_document(frames, manifest), allow_nan=False))
    assert {k: document[k] for k in ("people", "draws", "horizon", "target_millions", "data_end", "paired")} == {
        "people": 1000,
        "draws": 4,
        "horizon": "2027-12-31",
        "target_millions": 40.0,
        "data_end": "2026-01-29",
        "paired": True,
    }
    quo, letters = document["scenarios"]
    assert [quo["scenario"], letters["scenario"]] == ["status-quo", "letters"]
    assert quo["cost_per_additional_eur"] == {"p05": None, "p50": None, "p95": None}
    assert quo["additional_millions"] == {"p05": 0, "p50": 0, "p95": 0}
    assert letters["additional_millions"]["p05"] == pytest.approx(letters["additional_millions"]["p95"])
    assert letters["cost_millions_eur"]["p50"] == 2
    assert (letters["probability_of_target"], letters["target_date"]["p50"]) == (0, None)
    low, high = letters["probability_of_target_interval"]
    assert low == 0
    assert 0 < high < 1, "four draws don't show that it never happens"


def test_the_document_of_a_run_has_one_number_a_week(tmp_path: Path) -> None:
    manifest, frames = load(make(tmp_path / "r"))
    document = run_document(frames, manifest, "letters")
    assert (document["weeks"][0], document["weeks"][-1], len(document["weeks"])) == ("2022-01-31", "2027-12-27", 309)
    for measure in ("activated_millions", "activated_share"):
        assert {len(document[measure][p]) for p in ("p05", "p50", "p95")} == {309}
    weekly = frames["weekly"].query("scenario == 'letters' and week == 100")
    assert document["activated_millions"]["p50"][100] == rounded(weekly["activated"].median() / 1e6)
    assert document["activated_share"]["p50"][100] == rounded(weekly["activated"].median() / 68e6)


def test_folders_that_share_their_draws_are_paired(tmp_path: Path) -> None:
    one = make(tmp_path / "one")
    two = make(tmp_path / "two", {"status-quo": 0.0, "media": 2e6})
    manifest, frames = compare_folders([one, two])
    assert manifest["paired"]
    assert manifest["differences"] == []
    assert [entry["name"] for entry in manifest["scenarios"]] == ["status-quo", "letters", "media"]
    assert frames["outcomes"]["scenario"].unique().tolist() == ["status-quo", "letters", "media"]
    assert len(frames["outcomes"]) == 12, "the common status quo is there once"


@pytest.mark.parametrize("change", [{"seed": 2}, {"people": 2000}, {"draws_sha256": "e"}, {"draws": 3}])
def test_folders_that_do_not_share_their_draws_are_marked(tmp_path: Path, change: dict[str, Any]) -> None:
    manifest, frames = compare_folders([make(tmp_path / "one"), make(tmp_path / "two", **change)])
    assert not manifest["paired"]
    assert [entry["setting"] for entry in manifest["differences"]] == list(change)
    names = ["status-quo", "letters", "status-quo@two", "letters@two"]
    assert frames["outcomes"]["scenario"].unique().tolist() == names


def test_another_structure_keeps_the_pairing_but_not_the_status_quo(tmp_path: Path) -> None:
    other = make(tmp_path / "two", structure={"reading": "naive"})
    manifest, _ = compare_folders([make(tmp_path / "one"), other])
    assert manifest["paired"]
    assert [e["name"] for e in manifest["scenarios"]] == ["status-quo", "letters", "status-quo@two", "letters@two"]
    assert [entry["setting"] for entry in manifest["differences"]] == ["structure"]


@pytest.mark.parametrize("change", [{"until": "2027-06-30"}, {"target_millions": 35.0}])
def test_folders_with_different_questions_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(change))):
        compare_folders([make(tmp_path / "one"), make(tmp_path / "two", **change)])


def test_undefined_costs_sort_last() -> None:
    assert spread([1.0, 2.0, 3.0]) == {"p05": 1.1, "p50": 2.0, "p95": 2.9}
    assert spread([3.0, np.nan, 1.0, 2.0, np.nan]) == {"p05": pytest.approx(1.2), "p50": 3.0, "p95": None}
    assert spread(pd.Series([np.nan])) == {"p05": None, "p50": None, "p95": None}


def test_jeffreys_covers_about_ninety_per_cent() -> None:
    """Exact coverage at p = 0.3, n = 100 by the binomial law; the interval for n + 40 trials must be rejected."""

    def coverage(stretch: int) -> float:
        hits = [low <= 0.3 <= high for low, high in (jeffreys(k + stretch // 2, 100 + stretch) for k in range(101))]
        return float(binom.pmf(np.arange(101), 100, 0.3)[hits].sum())

    assert 0.87 < coverage(0) < 0.93
    assert not 0.87 < coverage(40) < 0.93
    assert jeffreys(0, 100)[0] == 0
    assert jeffreys(100, 100)[1] == 1
