"""``mes forecast`` from the outside: few draws of few people, a clone that is none of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from calibration.forecast import registered
from foundation.store.verification import verify_folder
from tests.calibration.forecast import made_up

Mes = Callable[..., Result]
SMALL = ("--people", 1000, "--draws", 3, "--workers", 1)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forecasts are registered on 1 March 2026 in a made-up clone."""
    monkeypatch.setattr(registered, "today", lambda: date(2026, 3, 1))
    return made_up.clone(tmp_path / "clone", monkeypatch, fewest=3)


def test_a_comparison_shows_the_status_quo_of_the_forecast(mes: Mes) -> None:
    """Same people, draws and seed: the same stock on the same day; what is added is as without it, to the bit."""
    assert mes("forecast", *SMALL, "--out", "f", "--pictures", "none").exit_code == 0
    for folder, more in (("c", ()), ("raw", ("--as-simulated",))):
        result = mes("compare", "relatives", *SMALL, "--out", folder, "--pictures", "none", *more)
        assert result.exit_code == 0, result.output
        assert ("continued from the published counts" in " ".join(result.stdout.split())) is (folder == "c")
    paths = pd.read_parquet("f/paths.parquet").query("date == '2027-12-31'").sort_values("draw")
    shown, raw = (
        pd.read_parquet(f"{folder}/outcomes.parquet").sort_values(["scenario", "draw"]) for folder in ("c", "raw")
    )
    quo = shown["scenario"] == "status-quo"
    assert shown.loc[quo, "activated_millions"].to_numpy() == pytest.approx(paths["millions"].to_numpy(), rel=1e-8)
    assert shown.loc[quo, "simulated_millions"].to_numpy() == pytest.approx(paths["simulated_millions"].to_numpy())
    for column in ("additional_millions", "cost_millions_eur", "simulated_millions"):
        assert shown[column].equals(raw[column]), column
    assert not shown["activated_millions"].equals(raw["activated_millions"])
    assert mes("compare", "c/", "raw/", "--out", "both", "--pictures", "none").exit_code == 0
    differences = json.loads(Path("both/manifest.json").read_text(encoding="utf-8"))["differences"]
    assert [difference["setting"] for difference in differences] == ["continued"]


@pytest.mark.slow
def test_forecast_registered_and_scored(mes: Mes, clone: Path, tmp_path: Path) -> None:
    result = mes("forecast", *SMALL, "--out", "f", "--json", "--register")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found["quantiles"][0]) >= {"date", "p05", "p25", "p50", "p75", "p95"}
    assert [q["date"] for q in found["quantiles"]][:2] == ["2026-01-29", "2026-04-01"]
    assert all(24.0 <= q["p05"] <= q["p25"] <= q["p50"] <= q["p75"] <= q["p95"] for q in found["quantiles"])
    low, high = found["probability_of_target_interval"]
    assert low <= found["probability_of_target"] <= high
    assert found["forecast_from"] == "2026-01-29"
    assert verify_folder(Path("f")).sound
    assert sorted(path.name for path in Path("f/pictures").iterdir()) == ["forecast.en.png", "forecast.en.svg"]
    (folder,) = clone.iterdir()
    assert folder.name.startswith("2026-03-01-v")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    again = mes("forecast", *SMALL, "--out", "g", "--register")
    assert again.exit_code == 2
    assert "never rewritten" in again.output
    assert not Path("g").exists(), "refused before anything is computed"
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}

    resumed = mes("forecast", *SMALL, "--out", "f", "--resume", "--lang", "fr")
    assert resumed.exit_code == 0, resumed.output
    assert "prévision" in resumed.stdout
    plotted = mes("plot", "f")
    assert plotted.exit_code == 0, plotted.output
    assert verify_folder(Path("f")).sound

    none = mes("forecast", "--score")
    assert none.exit_code == 0
    assert "no count after 1\u00a0Mar\u00a02026" in none.stdout
    median = pd.DataFrame(found["quantiles"]).set_index("date").loc["2027-01-01", "p50"]
    Path("came.csv").write_text(f"date,activated_millions,error_millions\n2027-01-01,{median},0.1\n", encoding="utf-8")
    scored = mes("forecast", "--score", "--actuals", "came.csv", "--json")
    assert scored.exit_code == 0, scored.output
    (score,) = json.loads(scored.stdout)["scores"]
    assert score["inside_90"] is True
    Path("far.csv").write_text("date,activated_millions,error_millions\n2027-01-01,60,0.1\n", encoding="utf-8")
    far = json.loads(mes("forecast", "--score", "--actuals", "far.csv", "--json").stdout)["scores"][0]
    assert far["inside_90"] is False
    assert far["crps_millions"] > 10 * score["crps_millions"]
    assert far["wis_millions"] > 10 * score["wis_millions"]
    assert "Weighted" in mes("forecast", "--score", "--actuals", "came.csv").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--actuals", "x.csv"), "--score"),
        (("--score", "--register"), "--register: nothing is simulated"),
        (("--score", "--people", "500"), "--people: nothing is simulated"),
        (("--score", "--out", "f"), "--out: nothing is simulated"),
        (("--register", "--draws", "2", "--people", "1000"), "2 draws; needed 3 or more"),
        (("--structure", "readng=naive"), "reading"),
        (("--posterior", "none"), "posterior.parquet"),
        (("--resume",), "--out"),
    ],
)
def test_what_makes_no_sense_is_refused(mes: Mes, clone: Path, arguments: tuple[str, ...], said: str) -> None:
    result = mes("forecast", *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert not Path("runs").exists()
    assert not clone.exists()


@pytest.mark.parametrize(("lang", "said"), [("en", "No forecast has been registered"), ("fr", "Aucune prévision")])
def test_nothing_registered_is_no_error(mes: Mes, clone: Path, lang: str, said: str) -> None:
    result = mes("forecast", "--score", "--lang", lang)
    assert result.exit_code == 0
    assert said in result.stdout
    assert json.loads(mes("forecast", "--score", "--json").stdout) == {"registered": [], "scores": [], "means": {}}
