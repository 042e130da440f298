"""The data files and what is said of where they come from."""

import re
from datetime import date

import pytest

from calibration.facts.guide import computed, documents_between, profile_mean
from calibration.facts.inputs import load_demography
from calibration.facts.tables import DATA, read_rows
from foundation.language.pages import between

CITED = re.compile(r"\b[FG]\d{3}\b")
TABLES = sorted(item.name for item in DATA.iterdir() if item.name.endswith(".csv"))
CONTEXT = ("national_context.csv", "regions_age.csv", "regions_context.csv")
"""Copied as they were collected: a source and a status of its own on each row."""
KINDS = {"published", "derived", "proxy", "assumed", "estimate", "projection"}


def text(name):
    return (DATA / name).read_text(encoding="utf-8")


def known():
    return {row.text("id") for row in read_rows("facts.csv", ("id", "quantity", "value", "source_url", "note"))}


def unknown_facts(content):
    return set(CITED.findall(content)) - known()


@pytest.mark.parametrize("name", [*TABLES, "SOURCES.md"])
def test_cited_facts_exist(name):
    assert not unknown_facts(text(name))


def test_an_invented_fact_is_noticed():
    assert unknown_facts("so says F001 and F999") == {"F999"}


def test_only_cited_facts_are_kept():
    described = text("SOURCES.md").partition("<!-- computed -->")[0]
    cited = set().union(
        *(CITED.findall(text(name)) for name in TABLES if name != "facts.csv"), CITED.findall(described)
    )
    assert known() == cited


@pytest.mark.parametrize("name", TABLES)
def test_every_file_and_its_facts_stand_in_its_section(name):
    (section,) = re.findall(rf"^## `{re.escape(name)}`.*?(?=^## )", text("SOURCES.md"), re.M | re.S)
    if name != "facts.csv":
        assert set(CITED.findall(text(name))) <= set(CITED.findall(section))


def test_computed_part_is_up_to_date():
    assert between(DATA / "SOURCES.md", "computed") == computed()


@pytest.mark.parametrize("name", CONTEXT)
def test_tables_copied_whole_name_their_source(name):
    for row in read_rows(name, ("status", "source")):
        assert row.cells["source"] or not row.cells["value"], row


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("facts.csv", "publishers.csv", *CONTEXT)])
def test_every_figure_has_a_status(name):
    # Model errors of the likelihood are assumed; the shares themselves cite their facts in surveys.csv.
    columns = dict.fromkeys(("population.csv", "likelihood.csv"), ("status",)) | dict.fromkeys(
        ("national_context.csv", "regions_age.csv", "regions_context.csv"), ("status", "source")
    )
    columns = columns.get(name, ("status", "facts"))
    for row in read_rows(name, columns):
        assert row.text("status").split(":")[0] in KINDS, row


@pytest.mark.parametrize("name", [*TABLES, "SOURCES.md"])
def test_files_are_plain_utf8(name):
    content = (DATA / name).read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert "\ufffd" not in content.decode("utf-8")


def test_documents_curve_adds_up():
    assert documents_between(date(2024, 1, 1), date(2025, 1, 1)) == pytest.approx(300, rel=0.01)
    assert documents_between(date(2025, 1, 1), date(2026, 1, 1)) == pytest.approx(420, rel=0.01)
    assert documents_between(date(2022, 1, 31), date(2023, 2, 13)) == pytest.approx(42.5, rel=0.05)


def test_age_profiles_meet_known_means():
    demography = load_demography()
    assert profile_mean(demography, "digitally_excluded", 16, 2022) == pytest.approx(0.154, abs=0.01)
    assert profile_mean(demography, "long_term_illness", 0) == pytest.approx(0.18, abs=0.01)
    assert profile_mean(demography, "gp_contacts_per_year", 0) == pytest.approx(3.3, abs=0.1)
    assert profile_mean(demography, "has_own_gp", 18) == pytest.approx(0.89, abs=0.01)
