"""Errors in the language of ``--lang`` or ``MES_LANG``: ours, those of scenario files and those of the options."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import Result

from cli import errors, help
from cli.commands.upkeep import _in_english
from cli.main import app
from foundation.tasks.journal import journal
from tests.cli.test_bad_input import refused
from tests.test_words import MIXED

Mes = Callable[..., Result]
FRENCH = [
    (("rnu",), "Erreur\u00a0: commande 'rnu' inconnue\u202f; vouliez-vous dire 'run'\u202f?"),
    (("run",), "il manque l’argument 'SCÉNARIO'"),
    (("scenarios", "check"), "il manque l’argument 'FICHIER'"),
    (("run", "status-quo", "--peopel", "3"), "option --peopel inconnue"),
    (("run", "status-quo", "--draws", "x"), "valeur non valable pour '--draws'\u00a0: il faut un nombre entier"),
    (("run", "statu-quo"), "aucun scénario de ce nom\u202f; valeurs permises"),
    (("run", "statu-quo"), "vouliez-vous dire «\u00a0status-quo\u00a0»\u202f?"),
    (("run", "status-quo", "--people", "0"), "--people\u00a0: 0\u202f; il faut un nombre entier, au moins 1"),
    (("plot", "no-such-folder"), "no-such-folder\u00a0: pas un dossier de simulation"),
    (("plan", "--budget", "sixty"), "--budget\u00a0: 'sixty' n’est pas une quantité"),
]


@pytest.mark.parametrize(("arguments", "words"), FRENCH)
def test_in_french_by_the_environment(
    mes: Mes, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MES_LANG", "fr")
    refused(mes(*arguments), words)


@pytest.mark.parametrize("option", [("--lang", "fr"), ("--lang=fr",)])
def test_in_french_by_the_option(mes: Mes, option: tuple[str, ...]) -> None:
    refused(mes("run", "statu-quo", *option), "aucun scénario de ce nom")
    refused(mes("run", "statu-quo"), "there is no scenario of this name")


def test_english_goes_before_a_french_environment(mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MES_LANG", "fr")
    refused(mes("run", "statu-quo", "--lang", "en"), "there is no scenario of this name")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Invalid value for MES_LANG: 'de' is not one of 'en', 'fr'."),
        (("--lang", "de"), "Invalid value for '--lang': 'de' is not one of"),
        (("--lang=de",), "Invalid value for '--lang': 'de' is not one of"),
    ],
)
def test_a_language_that_is_none_is_named_with_its_place(
    mes: Mes, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MES_LANG", "de")
    result = mes("run", "status-quo", *arguments)
    refused(result, words)
    assert "Value error" not in result.stderr


def test_two_files_of_one_name(mes: Mes, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.toml").write_text('[title]\nen = "Mine"\n')
    refused(mes("compare", "a/x.toml", "b/x.toml"), "a/x.toml and b/x.toml: two scenarios of the name x")
    refused(mes("compare", "a/x.toml", "b/x.toml", "--lang", "fr"), "renommer l’un des fichiers")
    refused(mes("compare", "a/x.toml", "./a/x.toml"), "scenario x is given more than once")


def test_the_problems_of_a_file(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(
        '[title]\nen = "Mine"\n[[lever]]\nkind = "sms"\nintensity = 2.0\nend = 2020-01-06\n[[lever]]\nkind = "smss"\n'
    )
    result = mes("scenarios", "check", "my.toml", "--lang", "fr")
    assert result.exit_code == 2
    for words in ("est trop grand\u202f; valeurs permises\u00a0: un nombre de 0 à 1", "type de levier inconnu"):
        assert words in result.stderr


@pytest.mark.parametrize(
    ("encoding", "shown"), [("cp1252", "37,0 [31,4 ; 43,3] €"), ("ascii", "37,0 [31,4 ; 43,3] EUR")]
)
def test_letters_that_a_screen_cannot_take_are_replaced(encoding: str, shown: str) -> None:
    text = "37,0 [31,4\N{NARROW NO-BREAK SPACE}; 43,3] €"
    with pytest.raises(UnicodeEncodeError):
        text.encode(encoding)
    errors._ready_to_print()
    assert text.encode(encoding, "mes.plain").decode(encoding) == shown
    assert "À\udce9\N{SNOWMAN}".encode("ascii", "mes.plain") == rb"A\udce9?"


def test_french_on_a_screen_of_windows() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "cli", "structures", "--lang", "fr"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    ).stdout.decode("cp1252")
    assert "Poids" in said
    assert "\\u" not in said


def every_help(command: Any) -> set[str]:
    """English texts of a command, its options and its commands."""
    found = {part.help for part in (command, *command.params) if getattr(part, "help", None)}
    return found.union(*map(every_help, getattr(command, "commands", {}).values()))


def test_all_of_the_help_is_there_in_french() -> None:
    asked = every_help(typer.main.get_command(app)) - {"Show this message and exit."}
    assert asked - set(help.texts()) == set()
    assert set(help.texts()) - asked == set()


@pytest.mark.parametrize("asked", [("--help",), ("compare", "-h"), ("scenarios", "check", "--help"), ()])
def test_help_in_french(mes: Mes, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    by_option = mes(*asked, "--lang", "fr").stdout if asked else ""
    monkeypatch.setenv("MES_LANG", "FR")
    result = mes(*asked)
    shown = result.stdout or result.stderr
    assert shown.startswith("Usage\u00a0:")
    assert not re.search(r"Usage:|Show this|default|required|env\s+var", shown)
    assert by_option in ("", shown)


@pytest.mark.parametrize(
    "command",
    [
        ("structures",), ("columns",), ("scenarios", "list"), ("scenarios", "check", "media", "doctors-fee"),
        ("scenarios", "show", "mix-broad", "--markdown"), ("run", "media", "--people", "1000", "--draws", "2",
        "--workers", "1", "--pictures", "none", "--verbose"),
    ],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_spaces_and_decimals_of_what_is_printed(
    mes: Mes, command: tuple[str, ...], width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One kind of space in one place, no line that begins with a sign, decimal commas."""
    monkeypatch.setenv("COLUMNS", width)
    result = mes(*command, "--lang", "fr")
    told = re.sub(r".*, numpy .*", "", f"{result.stdout}\n{result.stderr}")  # versions
    assert result.exit_code == 0
    assert len(told) > 60
    for wrong in (MIXED, re.compile(r"^[\s\u00a0\u202f]*[;:!?%»]", re.MULTILINE), re.compile(r"\d\.\d")):
        found = wrong.search(told)
        assert not found, told[max(0, found.start() - 60) : found.end() + 60]


COMMANDS = sorted(
    [
        *([name] for name in typer.main.get_command(app).commands if name != "scenarios"),  # type: ignore[attr-defined]
        *(["scenarios", name] for name in ("list", "show", "check", "new")),
    ]
)
ENGLISH = re.compile(
    r"<(int|str|path|list|float)|\b(OPTION|SCENARIO|NUMBER|PROFILES|FILE|FOLDER|DIR|KEY|VALUE|STEP|YYYY|HOST|ID|folder|name)\b"
    r"|\{|\[\[|required|default|env var|<=x|(?<![\d.])\d+\.\d+(?![\d.])|Show this"
)
"""What Click and our signatures call a value, and what Click says of it."""


@pytest.mark.parametrize("width", ["60", "80"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_placeholders_of_the_help_are_french(
    mes: Mes, command: list[str], width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    shown = re.sub(r"\s+", " ", mes(*command, "--help", "--lang", "fr").stdout)
    assert not (found := ENGLISH.search(shown)), shown[max(0, found.start() - 60) : found.end() + 60]
    assert ENGLISH.search(re.sub(r"\s+", " ", mes(*command, "--help", "--lang", "en").stdout)), "negative control"


def test_usage_in_an_error_is_french(mes: Mes) -> None:
    assert "mes run [OPTIONS] SCÉNARIO" in mes("run", "--lang", "fr").stderr


def test_commands_for_maintainers_say_that_they_speak_english(mes: Mes) -> None:
    for command in ("docs", "study", "evidence"):
        words = " ".join(mes(command, "--help", "--lang", "fr").stdout.split())
        assert "Pour les mainteneurs\u00a0: ce qui s’affiche est en anglais." in words.replace(" :", "\u00a0:")


def test_what_they_print_is_not_half_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "lang", "fr")
    with _in_english():
        assert journal.lang == "en"
    assert journal.lang == "fr", "what goes wrong is said in the user's language"


def test_help_stays_english(mes: Mes) -> None:
    mes("compare", "--help", "--lang", "fr")
    shown = mes("compare", "--help", "--lang", "en").stdout
    assert "Usage:" in shown
    assert "Print one JSON document" in " ".join(shown.split()), "whatever language was asked for before"
