"""``mes survey``: one document, a folder in one step, and what a user can get wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calibration.survey.work import ask

Mes = Callable[..., Result]
SMALL = ("--people", "1000", "--draws", "2", "--workers", "1")
FILES = [
    "answers.parquet",
    "log.txt",
    "manifest.json",
    "pictures",
    "survey.en.csv",
    "survey.fr.csv",
    "survey.json",
    "survey.parquet",
]


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    from cli.main import app

    folder = tmp_path_factory.mktemp("surveyed") / "s"
    return folder, CliRunner().invoke(app, ["survey", *SMALL, "--lang", "fr", "--json", "--out", str(folder)])


def test_one_document(surveyed: tuple[Path, Result]) -> None:
    folder, result = surveyed
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["people"], document["draws"], document["seed"]) == (1000, 2, 1)
    assert document["claims_from_priors"] == []
    headline = {entry["key"]: entry for entry in document["surveys"][1]["items"]}["activated"]
    assert headline["published_percent"] == 35
    assert headline["real_percent"]["p50"] < headline["simulated_percent"]["p50"]
    written = json.loads((folder / "survey.json").read_text(encoding="utf-8"))
    assert {key: written[key] for key in document} == document
    assert written["data"]["surveys.csv"]


def test_the_folder(surveyed: tuple[Path, Result]) -> None:
    folder, _ = surveyed
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert sorted(path.name for path in (folder / "pictures").iterdir()) == ["survey.fr.png", "survey.fr.svg"]
    assert [path.name for path in folder.parent.iterdir()] == ["s"], "nothing half-written stays"


@pytest.mark.slow
def test_the_table_in_both_languages(mes: Mes) -> None:
    for lang, words in (("en", ("Lines outside", "not fitted", "Not modelled")), ("fr", ("Lignes hors", "non ajusté"))):
        result = mes("survey", *SMALL, "--lang", lang, "--out", lang)
        assert result.exit_code == 0, result.stderr
        for word in words:
            assert word in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--people", "0"), ("--people: 0", "1 or more")),
        (("--people", "many"), ("--people",)),
        (("--draws", "-1"), ("--draws: -1",)),
        (("--draws", "1000000"), ("draws = 1000000", "allowed: 1 to")),
        (("--workers", "0"), ("--workers: 0",)),
        (("--seed", "-1"), ("--seed: -1",)),
        (("--lang", "de"), ("--lang", "fr")),
        (("--structure", "barrier_bse=visitors"), ("barrier_bse", 'did you mean "barrier_base"')),
        (("--drws", "3"), ("--drws", "--draws")),
        (("status-quo",), ("unexpected extra argument",)),
    ],
)
def test_bad_arguments(mes: Mes, arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path) -> None:
    result = mes("survey", *arguments, "--out", "s")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_or_can_not_be_made(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("")
    for out, words in (("there", "there: exists"), ("file/s", "can't be written to")):
        result = mes("survey", *SMALL, "--out", out)
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr
    assert list((tmp_path / "there").iterdir()) == []


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Lets draw 1 end in an exception."""

    def breaks(error: BaseException) -> None:
        def ask_or_break(task: Any) -> Any:
            if task.draw.index == 1:
                raise error
            return ask(task)

        monkeypatch.setattr("calibration.survey.work.ask", ask_or_break)

    return breaks


def test_a_failing_draw_is_named_and_the_rest_kept(
    mes: Mes, broken: Callable[[BaseException], None], tmp_path: Path
) -> None:
    broken(ValueError("no such luck"))
    result = mes("survey", *SMALL, "--json", "--out", "s")
    assert result.exit_code == 1
    assert "1/2 draws failed" in result.stderr
    assert "1: ValueError: no such luck" in result.stderr
    assert json.loads(result.stdout)["failures"] == [{"draw": 1, "error": "ValueError: no such luck"}]
    assert (tmp_path / "s" / "survey.json").exists()
