"""``mes counts check``: how counts of one's own are read, and that every command reads them so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.test_bad_input import refused

Mes = Callable[..., Result]
FILE = (
    "Date;Région;Profils activés\n30/06/2025;France entière;20 000 000\n30/06/2025;Bretagne;1 234 567\n"
    "30/06/2025;PACA;1 900 000\n30/06/2025;Corse;120 000\n30/06/2025;Sous-total;3 254 567\n"
)


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("comptages.csv").write_bytes(FILE.encode("cp1252"))
    return Path("comptages.csv")


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("columns", ["60", "80", "120", "200"])
def test_a_line_for_each_count(
    mes: Mes, counts: Path, lang: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    result = mes("counts", "check", str(counts), "--lang", lang)
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.split())
    wanted = {
        "en": ("the country", "20.000000", "1.234567", "2.020000", "4, 5", "are summed", "line 6 sums up others"),
        "fr": ("tout le pays", "20,000000", "1,234567", "2,020000", "4, 5", "additionnées", "la ligne 6 en totalise"),
    }
    for words in wanted[lang]:
        assert words in shown
    assert "1\u00a0900\u00a0000" in result.stdout, "no number is broken over two lines"


def test_as_one_document(mes: Mes, counts: Path) -> None:
    found = json.loads(mes("counts", "check", str(counts), "--json").stdout)
    assert [(one["lines"], one["region"]) for one in found["counts"]] == [
        ([2], None),
        ([3], "Bretagne"),
        ([4, 5], "Provence-Alpes-Côte d'Azur et Corse"),
    ]
    assert found["counts"][1]["written"] == [
        {"Date": "30/06/2025", "Région": "Bretagne", "Profils activés": "1 234 567"}
    ]
    assert any("cp1252" in notice for notice in found["notices"])


def test_what_cannot_be_read_is_refused_with_its_place(mes: Mes, counts: Path) -> None:
    counts.write_text(FILE.replace("1 234 567", "1 23 567"), encoding="utf-8")
    refused(mes("counts", "check", str(counts)), "line 3, column Profils activés: '1 23 567'")
    said = mes("counts", "check", str(counts), "--lang", "fr").stderr
    assert "ligne 3, colonne Profils activés" in said


def test_a_share_is_shown_with_what_it_is_a_share_of(mes: Mes, counts: Path) -> None:
    counts.write_text("date;région;taux (%);assurés\n31/12/2025;Bretagne;38,4;3 400 000\n", encoding="utf-8")
    (found,) = json.loads(mes("counts", "check", str(counts), "--json").stdout)["counts"]
    assert found["millions"] == 1.3056
    assert found["written"][0]["activated_millions"] == "38,4 × 3 400 000"


def test_a_count_of_a_day_to_come_ends_commands_with_two(
    mes: Mes, counts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibration.facts.stocks.today", lambda: date(2025, 6, 29))
    refused(mes("counts", "check", str(counts)), "line 2, column Date: 2025-06-30 lies in the future, today is")
    words = ("calibrate", "--region", "Bretagne", "--counts", str(counts), "--out", "level")
    refused(mes(*words), "line 3, column Date: 2025-06-30 lies in the future, today is 2025-06-29")
    assert not Path("level").exists()
