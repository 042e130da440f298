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
from foundation.language.numbers import typeset
from foundation.quantiles import jeffreys, rounded, spread
from foundation.store.manifest import references_of, worlds_of
from foundation.study import carry_out
from scenarios.compare.beside import compare_folders
from scenarios.compare.best import best_table
from scenarios.compare.comparison import SAME_RUN, comparison_document, load, run_document
from scenarios.compare.equity import equity_table
from scenarios.words import difference_lines
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


def test_another_world_is_compared_with_its_own_status_quo_and_never_ranked_with_the_first(tmp_path: Path) -> None:
    """Its status quo is 3 million higher. What "dear" adds there, 1 million, it adds to the first of two groups of 34
    million each: a change of 100 / 34 points; against the first folder's status quo it would be four times that."""
    one = make(tmp_path / "one", {"status-quo": 0.0, "letters": 1e6, "media": 2e6})
    names = {"status-quo": 3e6, "dear": 4e6, "dearer": 5e6}
    two = make(tmp_path / "two", names, drivers={"growth_per_year": 0.0})
    three = make(tmp_path / "three", {"status-quo": 0.0, "media": 2e6}, drivers={"growth_per_year": 0.0})
    manifest, frames = compare_folders([one, two, three])
    names = ["status-quo", "letters", "media", "status-quo@two", "dear", "dearer", "media@three"]
    assert frames["outcomes"]["scenario"].unique().tolist() == names
    assert worlds_of(manifest) == dict(zip(names, [0, 0, 0, 1, 1, 1, 1], strict=True))
    assert list(references_of(manifest).values()) == ["status-quo"] * 3 + ["status-quo@two"] * 4

    table = equity_table(frames["equity"], manifest["until"], references_of(manifest)).set_index(["scenario", "group"])
    for name in ("letters", "dear"):
        assert table.loc[(name, "a"), "gap_change_points_p50"] == pytest.approx(100 / 34, abs=1e-4), name
    assert table.loc[("status-quo@two", "a"), ["gap_change_points_p50", "lag"]].tolist() == [0, 0]
    alone = equity_table(frames["equity"], manifest["until"]).set_index(["scenario", "group"])
    assert alone.loc[("dear", "a"), "gap_change_points_p50"] == pytest.approx(400 / 34, abs=1e-4), "negative control"

    told = comparison_document(frames, manifest)["scenarios"]
    assert [(one["world"], one["against"]) for one in told][::3] == [
        (0, "status-quo"),
        (1, "status-quo@two"),
        (1, "status-quo@two"),
    ]
    best = best_table(frames["outcomes"], manifest)
    of = worlds_of(manifest)
    assert [(of[row.scenario], row.rivals) for row in best.itertuples()] == [(0, 1), (0, 1), (1, 2), (1, 2), (1, 2)]
    assert [row.probability_best for row in best.itertuples()] == [1, 0, 0.75, 0.25, 0], "ranked within each world"
    once = best_table(frames["outcomes"], {"scenarios": [{"name": name} for name in names]})
    assert set(once["rivals"]) == {5}, "negative control: one world"


@pytest.mark.parametrize(
    ("setting", "value", "first", "said"),
    [
        ("effects", {"trial.json": "b"}, None, {"en": "lever effects: trial.json (one: as shipped)",
         "fr": "effets des leviers : trial.json (one : tels que fournis)"}),
        ("drivers", {"growth_per_year": 0.0}, {}, {"en": "drivers: service growth fixed by the scenario: 0.0 % a year "
         "beyond the data (one: drawn, not fixed)"}),
        ("continued", False, True, {"fr": "stocks : tels que simulés (one : prolongeant les chiffres publiés)"}),
        ("policy_start", "2027-06-07", "2027-01-04", {"fr": "début de l'action : 7 juin 2027 (one : 4 janv. 2027)"}),
        ("people", 4000, 2000, {"en": "simulated people: 4,000 (one: 2,000)"}),
        ("data", {"a.csv": "1", "b.csv": "2"}, {"a.csv": "1", "b.csv": "3"},
         {"en": "data files: others than in one (b.csv)"}),
        ("costs", {"own.toml": "1"}, {"own.toml": "2"}, {"fr": "prix unitaires : autres que dans one (own.toml)"}),
        ("draws_sha256", "1" * 64, "2" * 64, {"fr": "tirages des paramètres : autres que dans one"}),
        ("structure", {"a": "x", "traits": "lifelong"}, {"a": "x", "traits": "drawn"},
         {"en": "structure: traits = lifelong (one: traits = drawn)"}),
        ("level", {"folder": "lv"}, None, {"fr": "niveau de la région : lv (one : aucun d'ajusté)"}),
        ("averaged", {"a": 0.5, "b": 0.5}, None, {"en": "averaged over: 2 structures (one: one structure alone)"}),
    ],
)  # fmt: skip
def test_differences_are_told_as_people_say_them(setting: str, value: Any, first: Any, said: dict[str, str]) -> None:
    entry = {"folder": "two", "setting": setting, "value": value, "first": first, "first_folder": "one"}
    for lang, words in said.items():
        (line,) = difference_lines({"differences": [entry]}, lang)
        assert line.replace("\u00a0", " ") == typeset(f"two, {words}", lang).replace("\u00a0", " ")


def test_every_setting_that_may_differ_has_words(tmp_path: Path) -> None:
    manifest = load(make(tmp_path / "one"))[0]
    for setting in SAME_RUN:
        value = manifest.get(setting)
        first = {"structure": {"reading": "naive"}, "policy_start": "2027-06-07"}.get(setting)
        entry = {
            "folder": "two",
            "setting": setting,
            "value": value,
            "first": first,
        }
        for lang in ("en", "fr"):
            (line,) = difference_lines({"differences": [entry]}, lang)
            assert not {*"{}'"} & {*line}, line
            assert "None" not in line


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
