"""Unit prices of the person's own: all errors at once in both languages, what a manifest records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibration.facts.inputs import load_costs
from foundation.errors import ScenarioError
from foundation.language.text import in_language
from scenarios.own_costs import costs_text, described, read_costs, sha256_of
from scenarios.words import own_prices

SHIPPED = load_costs()
OWN = """
[[price]]
lever = "letter"
item = "per letter"
unit = "EUR"
value = 0.6
low = 0.55
high = 0.65
status = "published: contract of 2026"
source = "framework contract 12"

[[price]]
lever = "media"
item = "one national campaign"
value = 1500000
status = "assumed"
"""
WRONG = """
[other]
a = 1
[[price]]
lever = "leter"
item = "per letter"
value = "0,95"
status = "guess"
[[price]]
lever = "email"
item = "per mesage"
value = -1
status = "published"
[[price]]
lever = "letter"
item = "per letter"
unit = "minutes"
value = 1
low = 2
high = 0.5
sources = "x"
status = "derived"
[[price]]
lever = "letter"
item = "per letter"
value = true
status = "assumed"
"""
"""What is wrong, with what the message has to say: place, words, French words."""
FAULTS = (
    ("other", "unknown key", "clé inconnue"),
    ('price[1].lever = "leter"', 'did you mean "letter"', "aucun prix d'un tel levier"),
    ('price[1].value = "0,95"', "write 0.95, without quotes", "écrire 0.95, sans guillemets"),
    ('price[1].status = "guess"', 'allowed: "published"', "valeur inconnue"),
    ('price[2].item = "per mesage"', 'did you mean "per message"', "ce levier n'a pas ce prix"),
    ("price[2].value = -1", "is no price", "n'est pas un prix"),
    ("price[2].source", "where the price is from is missing", "il manque d'où vient le prix"),
    ('price[3].sources = "x"', 'did you mean "source"', "clé inconnue"),
    ("price[3].low = 2", "above value (1)", "supérieur à value (1)"),
    ("price[3].high = 0.5", "below value (1)", "inférieur à value (1)"),
    ('price[3].unit = "minutes"', 'allowed: "EUR"', "autre unité que celle de ce prix"),
    ("price[3].source:", "where the price is from is missing", "il manque d'où vient le prix"),
    ("price[4].value = true", "is not a number", "n'est pas un nombre"),
    ("price[4].item", "stands in the file twice", "deux fois dans le fichier"),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, lang: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        read_costs(written(folder, text), SHIPPED)
    return [problem.line(lang) for problem in error.value.problems]


def test_own_prices_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    costs = read_costs(written(tmp_path, OWN), SHIPPED)
    assert costs.file == "my.toml"
    assert [item.key for item in costs.items] == [item.key for item in SHIPPED]
    changed = {item.key: item for item in costs.items if item.own}
    letter, media = changed["letter/per letter"], changed["media/one national campaign"]
    assert (letter.value, letter.low, letter.high) == (0.6, 0.55, 0.65)
    assert (letter.status, letter.source) == ("published: contract of 2026", "framework contract 12")
    assert (media.low, media.value, media.high) == (1.5e6, 1.5e6, 1.5e6), "without bounds it is certain"
    assert set(changed) == {"letter/per letter", "media/one national campaign"}
    assert [item for item in costs.items if not item.own] == [item for item in SHIPPED if item.key not in changed]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_all_errors_are_told_at_once(tmp_path: Path, lang: str) -> None:
    lines = problems(tmp_path, WRONG, lang)
    assert len(lines) == len(FAULTS)
    for place, english, french in FAULTS:
        said = english if lang == "en" else french.replace("'", "’")
        assert any(place in line.replace("\u00a0:", ":") and said in line for line in lines), (place, said, lines)


@pytest.mark.parametrize("text", ["", "a = 1", "price = 3", "price = []", "[price]\nvalue = 1", "[[price]]"])
def test_what_holds_no_price_is_refused(tmp_path: Path, text: str) -> None:
    for line in problems(tmp_path, text, "fr"):
        assert "my.toml" in line
        assert line == in_language(line, "fr"), "all of it is French"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_shipped_ones_are_a_file_that_changes_nothing(tmp_path: Path, lang: str) -> None:
    costs = read_costs(written(tmp_path, costs_text(SHIPPED, lang)), SHIPPED)
    assert costs.items == tuple(SHIPPED)
    assert sha256_of(costs.items) == sha256_of(SHIPPED)


def test_the_hash_is_of_the_prices_not_of_the_file(tmp_path: Path) -> None:
    own = sha256_of(read_costs(written(tmp_path, OWN), SHIPPED).items)
    assert own == sha256_of(read_costs(written(tmp_path, f"# a remark\n{OWN}"), SHIPPED).items)
    others = ("value = 0.6", "value = 0.61"), ("framework contract 12", "framework contract 13")
    for there, here in others:
        assert own != sha256_of(read_costs(written(tmp_path, OWN.replace(there, here)), SHIPPED).items)


def test_a_manifest_tells_whose_prices_they_are(tmp_path: Path) -> None:
    costs = read_costs(written(tmp_path, OWN), SHIPPED)
    manifest: dict[str, Any] = {"costs": {costs.file: sha256_of(costs.items)}, "prices": list(described(costs.items))}
    assert own_prices(manifest) == ("my.toml", 2)
    assert own_prices({"costs": {"costs.csv": "x"}, "prices": list(described(SHIPPED))}) is None
    assert own_prices({}) is None, "a folder of an earlier version"


@pytest.mark.slow
def test_another_file_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the outcome is that of the prices given; additional activations don't move."""
    from typer.testing import CliRunner

    import mes
    from cli.main import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text(OWN, encoding="utf-8")
    asked: dict[str, Any] = {"people": 500, "draws": 1, "out": "r"}
    own = mes.compare(["letters-with-code"], costs="my.toml", **asked)
    shipped = mes.compare(["letters-with-code"], **{**asked, "out": "s"})
    assert (own.summary["additional_millions_p50"] == shipped.summary["additional_millions_p50"]).all()
    assert (own.frames["costs"]["eur"] != shipped.frames["costs"]["eur"]).any()
    asked_again = ["--people", "500", "--draws", "1", "--workers", "1", "--out", "r", "--resume", "--pictures", "none"]
    command = ["compare", "letters-with-code", *asked_again]
    for lang, words in (("en", "file of costs my.toml"), ("fr", "fichier de coûts my.toml")):
        result = CliRunner().invoke(app, [*command, "--lang", lang])
        assert (result.exit_code, words in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize(("value", "told"), [("60", True), ("0.006", True), ("0.6", False), ("0", False)])
def test_a_price_in_cents_is_called_one(
    tmp_path: Path, value: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'[[price]]\nlever = "letter"\nitem = "per letter"\nunit = "EUR"\nvalue = {value}\nstatus = "assumed"\n'
    read_costs(written(tmp_path, text), SHIPPED)
    said = capsys.readouterr().err
    assert ("price of letter, per letter" in said and "is the unit right?" in said) == told
