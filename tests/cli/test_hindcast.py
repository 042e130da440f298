"""``mes hindcast`` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import Result

from calibration.draws.files import save_draws
from calibration.hindcast.question import NAMES
from tests.calibration.made_up import posterior

Mes = Callable[..., Result]
ALONE = ("--workers", 1)
ORIGIN, FIGURES = "2024-01-31", 5
"""A day to forecast from, and the figures published after it; headlines are figures."""


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the command, not the forecasts."""
    from calibration.hindcast import question as hindcast

    monkeypatch.setitem(hindcast.simple_forecast.__kwdefaults__, "samples", 40)


def stand_in(folder: Path) -> None:
    """The posterior of an origin that nobody has fitted."""
    folder.mkdir()
    file = folder / f"{ORIGIN}.parquet"
    save_draws(file, posterior(3), command="made", data_end=date.fromisoformat(ORIGIN), seed=1)


@pytest.mark.slow
def test_without_a_posterior_of_the_origin_the_model_says_nothing(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    result = mes("hindcast", "--origins", ORIGIN, "--posteriors", "none", "--out", "h", "--json", *ALONE)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [entry["forecaster"] for entry in found["forecasters"]] == list(NAMES)
    assert {entry["forecaster"] for entry in found["absent"]} == {"model-frozen", "model-actual"}
    assert "mes calibrate" in found["absent"][0]["make"]
    assert "people" not in found
    files = {str(path.relative_to("h")) for path in Path("h").rglob("*") if path.is_file()}
    assert files == {
        *("hindcast.json", "hindcast.en.csv", "hindcast.fr.csv", "manifest.json", "log.txt"),
        *(f"{name}.parquet" for name in ("hindcast", "bounds", "bands", "documents")),
        *("pictures/hindcast.en.png", "pictures/hindcast.en.svg"),
    }
    french = Path("h/hindcast.fr.csv").read_text(encoding="utf-8-sig").splitlines()
    assert french[0].startswith("origine;méthode;jour prévu;horizon (jours);publié (millions)")
    assert len(french) == 1 + 10 * FIGURES, "ten forecasters that know the stocks only"
    assert f"{ORIGIN};Sans changement;2025-10-31;639;23,3;0,5;22,8;23,8;0;" in "\n".join(french)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_tables_in_both_languages(mes: Mes, tmp_path: Path, lang: str) -> None:
    (tmp_path / "none").mkdir()
    result = mes("hindcast", "--origins", ORIGIN, "--posteriors", "none", "--out", "h", "--lang", lang, *ALONE)
    assert result.exit_code == 0, result.output
    for words in {"en": ("Last slope", "flatters it"), "fr": ("Dernière pente", "flattent")}[lang]:
        assert words in result.stdout
    assert (tmp_path / f"h/pictures/hindcast.{lang}.png").stat().st_size > 20_000


@pytest.mark.slow
def test_whoever_interrupts_its_picture_knows_where_the_results_are(
    mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none").mkdir()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("calibration.hindcast.pictures.hindcast_panels", stopped)
    result = mes("hindcast", "--origins", ORIGIN, "--posteriors", "none", "--out", "h", *ALONE)
    assert result.exit_code == 130
    assert "Written to h" in result.stderr
    assert "`mes plot h --lang en` draws the missing pictures" in result.stderr
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert mes("verify", "h").exit_code == 0
    assert mes("plot", "h", "--lang", "en").exit_code == 0, "as it says"
    assert (tmp_path / "h/pictures/hindcast.en.png").is_file()


@pytest.mark.slow
def test_the_model_takes_part_and_another_posterior_is_refused_by_its_name(mes: Mes, tmp_path: Path) -> None:
    stand_in(tmp_path / "posteriors")
    options = ("hindcast", "--origins", ORIGIN, "--posteriors", "posteriors", "--json", "--people", 2000, "--draws", 3)
    options = (*options, *ALONE)
    whole = mes(*options, "--out", "a")
    assert whole.exit_code == 0, whole.output
    found = json.loads(whole.stdout)
    model = [entry for entry in found["forecasters"] if entry["forecaster"].startswith("model")]
    assert [entry["inputs"] for entry in model] == ["frozen", "actual"]
    assert all(entry["forecasts"] == FIGURES and entry["crps_millions"] is not None for entry in model)
    assert found["posteriors"][ORIGIN]["data_end"] == ORIGIN
    assert json.loads(mes(*options, "--out", "a", "--resume").stdout) == found
    refused = mes(*options, "--out", "a", "--resume", "--seed", 2)
    assert (refused.exit_code, "seed: 1 there, 2 now" in refused.stderr) == (2, True)
    file = tmp_path / "posteriors" / f"{ORIGIN}.parquet"
    save_draws(file, posterior(4), command="another", data_end=date.fromisoformat(ORIGIN), seed=1)
    refused = mes(*options, "--out", "a", "--resume")
    assert (refused.exit_code, f"posteriors/{ORIGIN}.parquet: has changed" in refused.stderr) == (2, True)


@pytest.mark.slow
def test_later_figures_are_scored_from_the_end_of_the_data_on_the_shipped_posterior(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("date,activated_millions,error_millions\n2026-06-01,26,0.3\n2026-12-01,29,0.3\n")
    options = ("--people", 2000, "--draws", 3, "--workers", 1, "--out", "h", "--json")
    result = mes("hindcast", "--actuals", "mine.csv", *options)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["origins"] == ["2026-01-29"]
    assert found["absent"] == []
    for entry in found["forecasters"]:
        assert entry["forecasts"] == 2
        assert entry["coverage_90"] in (0.0, 0.5, 1.0)
        assert entry["absolute_error_millions"] >= 0
        assert isinstance(entry["crps_millions"], float)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--origins", "2026-01-29"), ("--origins", "no published stock left", "before 2026-01-29")),
        (("--origins", "soon,2021-01-01"), ('"soon"', '"2021-01-01"', "2023-11-24")),
        (("--actuals", "none.csv"), ("none.csv", "there is no such file")),
        (("--actuals", "bad.csv"), ("line 2: column date", "line 3: column")),
        (("--actuals", "bad.csv", "--origins", ORIGIN), ("--origins", "--actuals")),
        (("--posteriors", "none"), ("--posteriors: none is no folder",)),
        (("--draws", "1"), ("--draws: 1", "2 or more")),
        (("--people", "0"), ("--people: 0",)),
        (("--workers", "0"), ("--workers: 0",)),
        (("--seed", "-1"), ("--seed: -1",)),
        (("--resume",), ("--resume", "--out")),
        (("--resume", "--out", "none"), ("none: no such run folder to resume",)),
        (("--origin", ORIGIN), ("--origins",)),
        (("--out", "bad.csv"), ("bad.csv: exists",)),
    ],
)
def test_bad_arguments(mes: Mes, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    rows = "date,activated_millions,error_millions\n2025-01-01,17,0.3\n2026-06-01,x,0.3\n"
    (tmp_path / "bad.csv").write_text(rows)
    result = mes("hindcast", *arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]
