"""The file that ``mes scenarios new`` writes."""

import re
from pathlib import Path

import pytest

from scenarios.language.files import parse_scenario, template

ROOT = Path(__file__).parents[3]
EXAMPLE = re.compile(r"^# (\[|kind|every|times|carries|email|value|low|high|means|ramp|capacity|offline|start|end)")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_valid_as_it_stands(lang):
    scenario = parse_scenario(template("my-plan", lang), source="my-plan.toml")
    assert [lever.kind for lever in scenario.levers] == ["email"]
    assert getattr(scenario.titles, lang)
    assert "my-plan.toml" in template("my-plan", lang)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_valid_with_every_lever_uncommented(lang):
    text = "\n".join(line[2:] if EXAMPLE.match(line) else line for line in template("my-plan", lang).splitlines())
    kinds = [lever.kind for lever in parse_scenario(text, source="my-plan.toml").levers]
    assert kinds == ["email", "letter", "doctors", "assisted", "simplify"]


SPACES = re.compile(r"[^\s\u00a0\u202f][;!?»](?=\s)| [;:!?»%]|« |(?<=\w)'(?=\w)")


def test_the_french_file_is_typeset_and_says_action():
    text = template("my-plan", "fr")
    assert not (found := SPACES.search(text)), text[max(0, found.start() - 40) : found.end() + 40]
    assert all(SPACES.search(wrong) for wrong in ("sinon, c'est tiré", "acquis ; sinon", "Scénario : "))
    assert "politique" not in text


def test_the_readme_has_keys_of_the_template():
    """Its example says what the file of ``mes scenarios new`` says of letters, with the same keys in the same order."""
    for name, lang in (("README.md", "en"), ("README.fr.md", "fr")):
        (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
        written = re.findall(
            r"^(?:# )?(\w+) =", template("my-plan", lang).partition('kind = "letter"')[2], re.MULTILINE
        )
        told = re.findall(r"^(\w+) =", example.partition('kind = "letter"')[2], re.MULTILINE)
        assert [key for key in written[:4] if key != "regions"] == [key for key in told if key != "regions"]


def test_a_strange_name_cannot_break_the_file():
    parse_scenario(template('a\n[lever]\n"', "en"), source="f.toml")


def test_unknown_language():
    with pytest.raises(ValueError, match="allowed: en, fr"):
        template("a", "de")
