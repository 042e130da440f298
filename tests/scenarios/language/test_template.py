"""The file that ``mes scenarios new`` writes."""

import re

import pytest

from scenarios.language.files import parse_scenario
from scenarios.language.template import template

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


def test_a_strange_name_cannot_break_the_file():
    parse_scenario(template('a\n[lever]\n"', "en"), source="f.toml")


def test_unknown_language():
    with pytest.raises(ValueError, match="allowed: en, fr"):
        template("a", "de")
