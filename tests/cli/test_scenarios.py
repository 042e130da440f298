"""``mes scenarios``."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from scenarios.language.files import CATALOGUE, catalogue

Mes = Callable[..., Result]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_list(mes: Mes, lang: str) -> None:
    result = mes("scenarios", "list", "--lang", lang)
    assert result.exit_code == 0, result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == catalogue()


def test_list_as_json(mes: Mes) -> None:
    found = json.loads(mes("scenarios", "list", "--json").stdout)["scenarios"]
    assert [entry["scenario"] for entry in found] == catalogue()
    assert all(entry["title"]["en"] and entry["title"]["fr"] for entry in found)


def test_show_prints_the_file(mes: Mes) -> None:
    assert mes("scenarios", "show", "media").stdout == (CATALOGUE / "media.toml").read_text(encoding="utf-8")


def test_the_catalogue_is_valid(mes: Mes) -> None:
    result = mes("scenarios", "check", *catalogue())
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count(": valid\n") == len(catalogue())


def test_check_speaks_french(mes: Mes) -> None:
    said = mes("scenarios", "check", "media", "--lang", "fr").stdout
    assert said == "media\u00a0: valide\n  campagnes médias (media)\u00a0: vise tout le monde\n"


def test_check_lists_every_problem_of_every_file(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('[title]\nen = "One"\n[[lever]]\nkind = "medai"\n')
    (tmp_path / "two.toml").write_text('[title]\nen = "Two"\nxx = 1\n[[lever]]\nkind = "simplify"\nintensity = 2.0\n')
    result = mes("scenarios", "check", "one.toml", "two.toml", "media")
    assert result.exit_code == 2
    assert result.stdout == "media: valid\n  media campaigns (media): aims at everybody\n"
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["one.toml", "two.toml", "two.toml"]


def test_check_tells_days_beyond_the_run_besides_other_problems(mes: Mes, tmp_path: Path) -> None:
    levers = (
        'kind = "letter"\nstart = 2025-03-01\nevery_weeks = 0\n',
        'kind = "sms"\nwaves = [2027-03-01, 2029-03-01]\nend = 2029-04-01\n',
        'kind = "media"\nbursts = [{ start = 2026-01-05, weeks = 4 }]\n',
    )
    text = "".join(f"[[lever]]\n{lever}" for lever in levers)
    (tmp_path / "days.toml").write_text(f'[title]\nen = "Days"\n{text}')
    result = mes("scenarios", "check", "days.toml")
    keys = {line.split(": ")[1].split(" = ")[0] for line in result.stderr.splitlines()}
    assert result.exit_code == 2
    assert keys >= {"lever[1].every_weeks", "lever[1].start", "lever[2].waves[2]", "lever[2].end"}
    assert "lever[3].bursts[1].start" in keys
    assert len(result.stderr.splitlines()) == len(keys), "each once"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_new_writes_a_valid_file_once(mes: Mes, tmp_path: Path, lang: str) -> None:
    result = mes("scenarios", "new", "my-plan", "--lang", lang)
    assert (result.exit_code, result.stdout) == (0, "my-plan.toml\n"), result.stderr
    assert mes("scenarios", "check", "my-plan.toml").exit_code == 0
    again = mes("scenarios", "new", "my-plan")
    assert again.exit_code == 2
    assert "my-plan.toml: exists already" in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["my-plan.toml"]


def test_new_where_nothing_can_be_written(mes: Mes) -> None:
    result = mes("scenarios", "new", "no/such/folder")
    assert result.exit_code == 2
    assert "can't be written" in result.stderr


AIMED = """[title]
en = "Aimed"
[[lever]]
kind = "letter"
name = "nobody"
[lever.target]
age_from = 118
[[lever]]
kind = "letter"
name = "few"
[lever.target]
age_from = 97
regions = ["Outre-mer (DROM)"]
[[lever]]
kind = "letter"
name = "many"
[lever.target]
regions = ["Bretagne"]
"""


@pytest.mark.parametrize(
    ("lang", "warning", "persons"),
    [
        ("en", "lever[1], nobody, aims at nobody", "3,500,000"),
        ("fr", "lever[1], nobody, ne vise personne", "3\u202f500\u202f000"),
    ],
)
def test_check_says_whom_levers_aim_at(mes: Mes, tmp_path: Path, lang: str, warning: str, persons: str) -> None:
    """Bretagne: 3.4 million inhabitants (INSEE), and who is born there or moves in."""
    (tmp_path / "aimed.toml").write_text(AIMED)
    result = mes("scenarios", "check", "aimed.toml", "--lang", lang)
    assert result.exit_code == 0
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("  many"))
    assert persons in line
    first, second = result.stderr.splitlines()
    assert warning in first
    assert "lever[2], few," in second


LETTERS = '[title]\nen = "Letters"\n[[lever]]\nkind = "letter"\n[lever.target]\nregions = ["Île-de-France"]\n'


def test_accents_may_be_written_in_two_ways(mes: Mes, tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", LETTERS)
    assert decomposed != LETTERS
    (tmp_path / "one.toml").write_text(decomposed, encoding="utf-8")
    assert mes("scenarios", "check", "one.toml").exit_code == 0


def test_a_blank_title_is_none(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(LETTERS.replace('"Letters"', '"  "'), encoding="utf-8")
    assert mes("scenarios", "check", "one.toml").stderr == 'one.toml: title.en = "  ": is blank\n'
    assert "est vide" in mes("scenarios", "check", "one.toml", "--lang", "fr").stderr


def test_names_that_some_systems_take_for_one(mes: Mes, tmp_path: Path) -> None:
    for name in ("Mine", "mine", "other"):
        (tmp_path / f"{name}.toml").write_text(LETTERS, encoding="utf-8")
    result = mes("compare", "./Mine.toml", "./other.toml", "./mine.toml", "--people", "1000", "--draws", "1")
    assert result.exit_code == 2
    assert "./Mine.toml: differs from mine by case or spaces only" in result.stderr
    assert not (tmp_path / "runs").exists()
