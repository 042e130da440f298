"""The guides say what the schema says."""

import re
from pathlib import Path

import pytest

from foundation.language.pages import between
from scenarios.language.describe import reference_table
from scenarios.language.files import parse_scenario
from scenarios.language.regions import REGIONS
from scenarios.language.schema import DriversTable
from scenarios.lever_schemas import KINDS, words
from scenarios.lever_schemas.base import TargetTable

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = {"en": "scenarios.md", "fr": "scenarios.fr.md"}


def guide(lang):
    return (DOCS / GUIDES[lang]).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", GUIDES)
def test_the_guide_contains_the_table(lang):
    assert between(DOCS / GUIDES[lang], "levers") == reference_table(lang)


@pytest.mark.parametrize("lang", GUIDES)
def test_the_table_names_every_kind_key_and_region(lang):
    table = reference_table(lang)
    keys = {key for kind in KINDS.values() for key in kind.model_fields}
    for name in (*KINDS, *keys, *REGIONS, *(f"target.{key}" for key in TargetTable.model_fields)):
        assert f"`{name}`" in table


def test_no_word_is_left_over():
    keys = {key for kind in KINDS.values() for key in kind.model_fields}
    assert set(words()["kind"]) == set(KINDS)
    assert set(words()["key"]) == keys | set(TargetTable.model_fields) | set(DriversTable.model_fields)


@pytest.mark.parametrize("lang", GUIDES)
def test_the_worked_example_is_valid(lang):
    example, drivers = re.findall(r"```toml\n(.*?)```", guide(lang), flags=re.DOTALL)
    scenario = parse_scenario(example, source="two-regions.toml")
    assert [lever.kind for lever in scenario.levers] == ["letter", "assisted"]
    assert any(lever.cost for lever in scenario.levers)
    fixed = parse_scenario(example + drivers, source="two-regions.toml").drivers
    assert (fixed.documents_per_year, fixed.growth_per_year) == (0.0, 0.05)


def test_both_guides_have_the_same_parts():
    headings = {lang: re.findall(r"^#+ ", guide(lang), flags=re.MULTILINE) for lang in GUIDES}
    assert headings["en"] == headings["fr"]
