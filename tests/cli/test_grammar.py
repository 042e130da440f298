"""One grammar of options: numbers and days as people write them, folders, targets; what a shell completes; help."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import Result

from cli import completing
from cli.commands import given
from cli.commands.compare import compare, run
from cli.commands.effects import effects
from cli.commands.forecasting import forecast
from cli.commands.plan import plan
from cli.commands.regions import regions
from cli.commands.story import story
from cli.commands.survey import survey
from cli.commands.uncertainty import uncertainty
from cli.commands.web import web
from cli.main import app
from cli.options import Lang
from cli.runs.request import Request
from foundation.language.amounts import iso_day, with_point
from scenarios.language.files import catalogue
from tests.cli.test_bad_input import refused

Mes = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "--until", "31/12/2027"), "--until: '31/12/2027' is no date; write it as 2027-12-31"),
        (("run", "media", "--policy-start", "4.1.2027"), "'4.1.2027' is no date; write it as 2027-01-04"),
        (("calibrate", "--out", "x", "--until", "1/3/2024"), "'1/3/2024' is no date; write it as 2024-03-01"),
        (("hindcast", "--origins", "10/01/2024"), 'not a date; write 2024-01-10; allowed: days from'),
        (("compare", "--until", "31/02/2027"), "'31/02/2027' is no date; write it as 2027-12-31"),
        (("run", "media", "--people", "50.000"), "'50.000' can be read in two ways; write it as 50000"),
        (("plan", "--budget", "1,500"), "'1,500' can be read in two ways"),
        (("plan", "--budget", "1M", "--probability", "much"), "'much'; needed a number such as 0.9"),
    ],
)  # fmt: skip
def test_what_is_wanted_is_shown_with_the_persons_own_value(mes: Mes, words: tuple[str, ...], said: str) -> None:
    refused(mes(*words), said)


@pytest.mark.parametrize(
    "words", [("plan", "--budget", "1,5M", "--probability", "0,2"), ("sensitivity", "x", "--value", "-0,5")]
)
def test_decimal_commas_are_read(mes: Mes, words: tuple[str, ...]) -> None:
    """They get as far as what the number means: a probability too low, a value below 0."""
    assert re.search(r"0\.2; needed 0\.5 or more|-0\.5; needed more than 0", mes(*words).stderr)


def test_days_and_decimals_as_in_france() -> None:
    assert [iso_day(text) for text in ("31/12/2027", " 1.3.2027 ", "01-03-2027")] == [
        "2027-12-31",
        "2027-03-01",
        "2027-03-01",
    ]
    assert [iso_day(text) for text in ("2027-12-31", "12/31/2027", "31/12/27", "")] == ["", "", "", ""]
    assert [with_point(text) for text in ("0,95", "-1 000,5", "0.95", "1,2,3", "x")] == ["0.95", "-1000.5", "", "", ""]


def test_spaces_between_thousands_are_read(mes: Mes) -> None:
    assert "at most 20,000" in mes("run", "media", "--engine", "mesa", "--people", "50 000", "--draws", "1").stderr


def test_target_is_one_option_with_one_help() -> None:
    helps = {}
    for command in app.registered_commands:
        parameters = inspect.signature(command.callback).parameters  # type: ignore[arg-type]
        if "target" in parameters:
            helps[str(command.callback.__name__)] = str(parameters["target"].annotation)  # type: ignore[union-attr]
    assert set(helps) == {"compare", "run", "plan", "forecast", "web"}, "those that say how likely a target is"
    assert len(set(helps.values())) == 1


@pytest.mark.parametrize("command", [("compare", "media"), ("plan", "--budget", "1M"), ("forecast",)])
def test_target_has_one_reader(mes: Mes, command: tuple[str, ...]) -> None:
    refused(mes(*command, "--target", "100M"), "--target: '100M' is 100 million profiles")


def test_a_folder_is_one_with_or_without_a_dot(mes: Mes, tmp_path: Path) -> None:
    mes("run", "media", "--people", "1000", "--draws", "2", "--workers", "1", "--pictures", "none", "--out", "mine")
    for number, name in enumerate(("mine", "./mine", "mine/", str(tmp_path / "mine"))):
        result = mes("compare", name, "--pictures", "none", "--out", f"out{number}")
        assert result.exit_code == 0, name
    (tmp_path / "media").mkdir()
    assert "media" in mes("compare", "media", "mine").stderr, "a name of the catalogue is the scenario"


def complete(words: str, place: Path) -> list[str]:
    told = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), "_MES_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import app; app(prog_name='mes')"],
        env={**os.environ, **told, "PYTHONPATH": os.pathsep.join(sys.path)}, cwd=place, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for folder in ("runs/a", "mine", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "manifest.json").touch()
    (tmp_path / "my.toml").touch()
    (tmp_path / "runs/empty").mkdir()
    return tmp_path


def test_a_shell_completes_options_choices_scenarios_and_folders(place: Path) -> None:
    assert complete("mes compare mix", place) == ["mix-broad", "mix-digital", "mix-inclusive"]
    assert complete("mes report ", place) == ["mine", "runs/", "runs/a"]
    assert complete("mes compare --pictures m", place) == ["main"]
    assert complete("mes compare --policy", place) == ["--policy-start"]


def test_what_is_completed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    assert set(catalogue()) <= set(completing.scenarios(""))
    assert completing.scenarios("my") == ["my.toml"]
    assert completing.scenarios("./my") == ["./my.toml"]
    assert completing.folders("runs/") == ["runs/a", "runs/empty/"]
    assert completing.folders("./m") == ["./mine"]
    assert completing.folders("nowhere/") == []
    assert "mine" in completing.either("m")
    assert "media" in completing.either("m")


def test_completing_loads_nothing_heavy() -> None:
    heavy = "[m for m in ('numpy', 'pandas', 'pydantic', 'rich') if m in sys.modules]"
    code = f"import sys, cli.completing as c; c.either('m'); print({heavy})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("group", [(), ("scenarios",)])
def test_no_line_of_the_list_of_commands_is_cut(
    mes: Mes, group: tuple[str, ...], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = mes(*group, "--help", "--lang", lang).stdout
    assert "..." not in shown.partition("\n\n")[2]
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("words", [("scenarios",), ("scenarios", "--lang", "fr"), ("--lang", "fr")])
def test_a_bare_group_shows_its_help_in_the_language(
    mes: Mes, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "--lang" not in words:
        monkeypatch.setenv("MES_LANG", "fr")
    result = mes(*words)
    assert "Commandes" in result.output
    assert "Usage:" not in result.output


@pytest.mark.parametrize(
    "name", ["x$(touch y)", "a b", "q'uote", 'd"q', "new\nline", "-o", "a;b", "a`b`", "x\\y", "a*", "~a"]
)
def test_a_name_that_a_shell_may_take_for_more_is_not_offered(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is offered goes into the line as it stands."""
    from cli import completing

    monkeypatch.chdir(tmp_path)
    for folder in (name, "plain-1.0", "Île"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "manifest.json").touch()
    (tmp_path / f"{name}.toml").touch()
    assert sorted(completing.folders("")) == ["plain-1.0", "Île"]
    assert not [word for word in completing.either("") if word in (name, f"{name}.toml", f"{name}/")]


def test_a_request_is_made_of_the_options_that_it_has_a_field_for() -> None:
    options = {"what": ["media"], "people": 500, "draws": None, "structure": None, "lang": Lang.fr, "seed": 3}
    request = given(Request, options, command="compare", threads=1)
    assert (request.people, request.draws, request.structure, request.lang, request.threads) == (500, None, (), "fr", 1)
    with pytest.raises(TypeError, match="seed"):
        given(Request, {"lang": Lang.fr}, command="compare")


def test_every_field_of_a_request_is_an_option_by_its_name() -> None:
    """Options reach a request by their names: under another one they would be lost."""
    field_names = {field.name for field in fields(Request)} - {"command"}
    commands = (compare, run, effects, forecast, regions, survey, plan, story, uncertainty, web)
    others = [set(inspect.signature(command).parameters) - field_names for command in commands]
    assert field_names <= set(inspect.signature(run).parameters)
    assert others == [
        {"what"},
        {"scenario"},
        set(),
        {"register", "score", "actuals"},
        set(),
        set(),
        {"budget", "levers", "within", "probability", "minutes", "fair"},
        {"person", "scenario", "draw"},
        {"what"},
        {"folder", "memory", "host", "port", "token", "clients", "browser", "check"},
    ]
