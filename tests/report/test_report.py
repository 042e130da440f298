"""The words of the report in both languages, and what the answer names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from calibration import parameter_word
from calibration.facts.priors import AHEAD, STATUS_QUO
from calibration.facts.tables import DATA, read_rows
from foundation.language.numbers import moment, share_of_draws
from model.terms.parameters import Structure
from report import page, say, tables
from report.answer import choose, levers, points, verdict
from report.figures import SHAPES, report_adoption
from report.numbers import Numbers
from report.shown import traced
from report.sources import assumption_rows, cited, document_rows, load_provenance, when
from scenarios.language.files import CATALOGUE, catalogue, load_scenario, read_text
from scenarios.lever_schemas import effect_names, words
from scenarios.words import run_line, scenario_titles
from tests.scenarios import frames as made


def test_prices_and_parameters_all_have_words() -> None:
    provenance = load_provenance("posterior/default.parquet")
    assert {row.name for row in provenance.prices} == set(words()["price"])
    named = {row.name for row in (*provenance.effects, *provenance.parameters)}
    assert {*effect_names(), *STATUS_QUO, *AHEAD} == named
    assert all(parameter_word(name, lang) for name in named for lang in ("en", "fr"))
    rows = (*provenance.prices, *provenance.effects, *provenance.parameters)
    assert {row.status for row in rows} <= set(say.own["status"])
    assert "posterior" in say.own["draws"]
    assert all(fact in provenance.facts for row in rows for fact in row.facts)


CODE = re.compile(r"\b[FG]\d{3}\b")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_sources_are_named_by_their_document_and_never_by_a_code(lang: str) -> None:
    found = load_provenance("posterior/default.parquet")
    rows = assumption_rows((*found.prices, *found.effects, *found.parameters), "priors.csv", found.facts, lang)
    named = [str(source["name"]) for row in rows for source in row["sources"]]
    named += [str(row["name"]) for row in document_rows(found, lang)]
    assert len(named) > 60
    assert not [name for name in named if CODE.search(name)]
    assert "La Tribune de l’assurance, Oct\u00a02019" in named or lang == "fr"
    assert CODE.search("F165"), "negative control"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_only_what_is_assumed_has_no_source(lang: str) -> None:
    found = load_provenance("posterior/default.parquet")
    rows = assumption_rows((*found.prices, *found.effects, *found.parameters), "priors.csv", found.facts, lang)
    bare = {str(row["status"]) for row in rows if not row["sources"]}
    assert bare == {"assumed"}, "nothing is taken by analogy from nothing"


def test_the_limits_say_up_to_when_the_structure_knew_the_counts() -> None:
    assert "jusqu’à janvier 2026" in say("limits.structure", "fr")
    assert "up to January 2026" in say("limits.structure", "en")


def test_every_cited_page_has_a_publisher_by_name() -> None:
    found = load_provenance("posterior/default.parquet")
    hosts = {row.cells["host"] for row in read_rows("publishers.csv", ("host", "publisher"), DATA)}
    pages = [found.facts[name] for name in cited(found) if found.facts[name].address.startswith("http")]
    assert len(pages) > 30
    assert [fact.id for fact in pages if fact.publisher in hosts or not fact.publisher] == []


def test_a_posterior_that_is_gone_is_said_to_be() -> None:
    assert "mes calibrate" in load_provenance("posterior/default.parquet").draws_command
    assert load_provenance("posterior/none.parquet").draws_command == load_provenance("nowhere").draws_command == ""


def test_text_keeps_values_with_their_units_and_escapes_them() -> None:
    words = numbers(2).words | {"unit": say("unit.million", "fr"), "money": say("unit.money_million", "fr")}
    said = say("answer.single", "fr", **{**words, "name": "<b>", "additional": Markup("<data>3</data>"), "cost": "2"})
    assert "&lt;b&gt;" in said
    assert "<data>3</data>\u00a0millions" in said
    assert "2\u00a0millions" in said


def test_a_number_says_where_it_comes_from() -> None:
    found = traced("1.2 [1; 2]", [1.2345678, 1.0, None], file="a.parquet", measure="m", where={"scenario": 'x"y'})
    assert 'value="1.23457 1 undefined"' in found
    assert 'data-where="scenario=x&#34;y"' in found
    with pytest.raises(ValueError, match="2 values"):
        traced("1", [1.0, 2.0], file="a", measure="m", stats=["p50"])


def test_dates_of_sources_are_written_as_readers_write_them() -> None:
    assert when("2023-11", "fr") == "nov.\u00a02023"
    assert when("2021-12-31/2022-10-31", "en") == "31\u00a0Dec\u00a02021 – 31\u00a0Oct\u00a02022"
    assert (when("2021-2024", "fr"), when("2018", "en"), when("", "en")) == ("2021–2024", "2018", "–")
    assert moment("2026-11-25T03:47:21+00:00", "fr") == "25\u00a0nov.\u00a02026, 03\u00a0h\u00a047\u00a0UTC"
    assert moment(None, "en") == "–"


def numbers(count: int, **outcomes: object) -> Numbers:
    """Made-up results; scenario texts as in the catalogue."""
    frames, manifest = made.frames(count, draws=20), made.manifest(count)
    entries = [
        {"name": name, "title": manifest["titles"][name], "text": read_text(CATALOGUE / f"{name}.toml")}
        for name in catalogue()[:count]
    ]
    for column, values in outcomes.items():
        frames["outcomes"][column] = values
    return Numbers(frames, {**manifest, "scenarios": entries}, "en")


def test_the_answer_names_what_the_medians_say() -> None:
    found = numbers(19)
    chosen = choose(found)
    medians = found.frames["outcomes"].groupby("scenario")["additional_millions"].median()
    assert chosen.best == medians.drop(found.reference).idxmax()
    assert chosen.single is not None
    assert levers(found, chosen.single) == 1
    single = [name for name in catalogue()[1:] if len(load_scenario(name).levers) == 1]
    assert medians[chosen.single] == medians[single].max()
    assert chosen.money is not None
    assert medians[chosen.money] >= 0.4, "what adds next to nothing is no bargain"


@pytest.mark.parametrize(
    ("reached", "words"),
    [(0, "not reachable"), (4, "probably be missed"), (9, "not assured"), (14, "not assured"), (20, "likely to be")],
)
def test_the_verdict_follows_the_probability(reached: int, words: str) -> None:
    found = numbers(3, reached=[False] * 40 + [draw < reached for draw in range(20)])
    assert words in verdict(found, choose(found))


def test_of_equal_chances_the_strategy_with_most_profiles_is_the_strongest() -> None:
    found = numbers(4, reached=[draw < 14 for _ in range(4) for draw in range(20)])
    most = found.summary["activated_millions_p50"].idxmax()
    assert most != found.summary.index[0], "made-up results: not the first of them"
    assert f"“{scenario_titles(found.manifest, 'en')[str(most)]}”" in verdict(found, choose(found))


def test_a_lone_scenario_is_no_verdict_on_strategies() -> None:
    found = numbers(1)
    assert choose(found).best == found.reference
    assert "reachable" not in verdict(found, choose(found))


def test_bands_of_curves_do_not_lie_over_each_other() -> None:
    found, names = numbers(6), made.names(6)[:4]
    for shape in SHAPES:
        svg = report_adoption(found, names, shape, "x").svg
        assert svg.count("fill-opacity: 0.2") == 2, "of the reference and the first strategy"


def test_the_first_picture_draws_those_that_add_most_and_says_which() -> None:
    found = numbers(19)
    chosen, ordered = choose(found), tables.by_effect(found)
    drawn, why = page._leading(found, chosen)
    assert drawn[:2] == ordered[:2]
    assert chosen.single in drawn
    assert drawn[2] == (ordered[2] if chosen.single in ordered[:3] else chosen.single)
    assert "two strategies" in say("curves.drawn_single", "en")
    assert why == ("drawn" if chosen.single in ordered[:3] else "drawn_single")
    far = replace(chosen, single=ordered[9])
    assert page._leading(found, far) == ([*ordered[:2], ordered[9]], "drawn_single")
    assert page._leading(numbers(3), choose(numbers(3))) == (tables.by_effect(numbers(3)), ""), "all are drawn"


@pytest.mark.parametrize("count", [1, 19])
def test_dates_of_all_strategies_stand_in_the_order_of_the_table_above(count: int) -> None:
    found = numbers(count)
    part = tables.when_part(found)
    assert [row["name"] for row in part["rows"]] == [row["name"] for row in tables.strategy_rows(found)]
    assert len(part["heads"]) == 1 + len(part["rows"][0]["chances"])
    assert all("data-measure" in row["date"] for row in part["rows"])


def test_a_share_of_draws_is_told_as_in_the_tables() -> None:
    found = numbers(6)
    best = choose(found).best
    outcomes = found.frames["outcomes"]
    sure = outcomes["additional_millions"] + 100.0 * (outcomes["scenario"] == best)
    found = Numbers({**found.frames, "outcomes": outcomes.assign(additional_millions=sure)}, found.manifest, "en")
    text = share_of_draws(1.0, outcomes["draw"].nunique(), "en")
    assert text.startswith(">")
    assert Markup(text).striptags() == Markup(found.adds_most(best)).striptags()


def test_of_compared_folders_the_answer_names_only_strategies_of_the_first_ones_world() -> None:
    found = numbers(6)
    alone = choose(found)
    entries = [
        entry | {"world": int(entry["name"] == alone.best), "folder": "b"} for entry in found.manifest["scenarios"]
    ]
    differences = [{"folder": "b", "setting": "seed", "value": 2, "first": 1, "first_folder": "a"}]
    manifest = {**found.manifest, "scenarios": entries, "differences": differences, "sources": ["a", "b"]}
    both = Numbers(found.frames, manifest, "en")
    chosen = choose(both)
    assert alone.best not in vars(chosen).values()
    assert tables.by_effect(both)[-1] == alone.best == tables.by_effect(found)[0], (
        "behind those of the first world, whatever it adds"
    )
    assert alone.best not in page._leading(both, chosen)[0]
    few = Numbers(
        found.frames, {**manifest, "scenarios": [e | {"world": int(k > 1)} for k, e in enumerate(entries)]}, "en"
    )
    assert page._leading(few, choose(few)) == ([found.strategies[0]], "drawn_first")
    assert "[b]" in scenario_titles(manifest, "en")[alone.best]
    (warning,) = (line for line in page._warnings(both) if "different worlds" in line)
    assert "b, seed: 2 (a: 1)" in warning
    assert not any("different worlds" in line for line in page._warnings(found))


@pytest.mark.parametrize(
    ("structure", "file", "words"),
    [
        (Structure(traits="lifelong"), "posterior/traits-lifelong.parquet", "were fitted again"),
        (Structure(word_of_mouth="off"), "posterior/default.parquet", "were not fitted again"),
        (Structure(traits="lifelong"), "posterior/default.parquet", "were not fitted again"),
        (Structure(traits="lifelong"), "gone", None),
    ],
)
def test_whether_parameters_were_fitted_under_the_structure(structure: Structure, file: str, words: str | None) -> None:
    found = numbers(3)
    manifest = {**found.manifest, "structure": vars(structure), "draws_file": file}
    (warning,) = (line for line in page._warnings(Numbers(found.frames, manifest, "en")) if "Structural" in line)
    assert words in warning if words else "fitted" not in warning


@pytest.mark.parametrize(
    ("millions", "on", "en", "fr"),
    [(1.825, "activated", "1.825", "1,825"), (37.125, "activated", "37.125", "37,125"), (40.0, "activated", "40", "40"),
     (0.185, "users", "185", "185"), (0.0951, "users", "95.1", "95,1")],
)  # fmt: skip
def test_a_target_is_shown_exactly_as_it_was_asked(millions: float, on: str, en: str, fr: str) -> None:
    """Users of a region in thousands."""
    found = numbers(2)
    manifest = {**found.manifest, "target_millions": millions, "target_on": on, "region": "Bretagne"}
    for lang, said in (("en", en), ("fr", fr)):
        shown = Numbers(found.frames, {**manifest, "scenarios": found.manifest["scenarios"]}, lang).target()
        assert shown.striptags() == said


@pytest.mark.parametrize(
    ("target", "en", "fr"),
    [(20.0, "more than the target", "de plus que l’objectif"), (60.0, "short of the target", "il en manque")],
)
def test_a_status_quo_above_the_target_is_not_short_of_it(target: float, en: str, fr: str) -> None:
    found = numbers(3)
    for lang, said in (("en", en), ("fr", fr)):
        own = Numbers(found.frames, {**found.manifest, "target_millions": target}, lang)
        told = points(own, choose(own), load_provenance("posterior/default.parquet"), plan=None, worth=None)
        (line,) = (one for one in told if said in one)
        assert "−" not in line.striptags(), "no amount of less than nothing"
        assert not any(other in line for other in ("short", "manque")) or target == 60.0


@pytest.mark.parametrize(
    ("day", "heading"),
    [("2026-12-07", "When is the target reached?"), ("2028-05-01", "If not by"), (None, "If not by")],
)
def test_a_target_that_is_reached_in_time_has_a_heading_that_fits(day: str | None, heading: str) -> None:
    found = numbers(3, reached_date=[day] * 60)
    manifest = {**found.manifest, "until": "2027-12-31", "dates_until": "2028-12-31"}
    own = Numbers(found.frames, manifest, "en")
    told = points(own, choose(own), load_provenance("posterior/default.parquet"), plan=None, worth=None)
    assert any(heading in one for one in told), told


def test_a_region_with_counts_says_when_these_end_too() -> None:
    found = numbers(2)
    counts = [{"date": "2025-06-30"}, {"date": "2026-09-30"}]
    region = {**found.manifest, "region": "Bretagne", "level": {"folder": "lv"}, "stock_targets": counts}
    assert "counts of the region end 30\u00a0Sep\u00a02026" in run_line(region, "en")
    assert "comptages de la région jusqu’au 30\u00a0sept.\u00a02026" in run_line(region, "fr")
    own = Numbers(found.frames, region, "fr")
    assert "les comptages de la région au 30\u00a0sept.\u00a02026" in page._data_ends(own)
    assert "région" not in page._data_ends(found), "negative control"
    assert "region" not in run_line({**region, "stock_targets": []}, "en").partition("data end")[2]
