"""The comparison: lines, roles, claims, rounding, words; and a small run from end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.draws.files import load_draws
from calibration.draws.posteriors import posterior_for
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import SURVEY, load_priors
from calibration.facts.targets import CSA, DNS, Published, asked, load_survey_items, load_surveyed
from calibration.survey import label
from calibration.survey.instrument import TRUTHFUL, Answers
from calibration.survey.question import BARRIERS, NOT_MODELLED, Line, lines, status
from calibration.survey.study import (
    FRAMES,
    document,
    markdown,
    picture,
    read_document,
    rows_of_document,
    study_of,
)
from calibration.survey.tables import (
    compare,
    inside,
    per_draw,
    reason_key,
    rows_of,
    shown_cells,
    spreadsheet,
    why,
)
from calibration.survey.work import (
    Fieldwork,
    Finding,
    Survey,
    Task,
    answers_of,
    ask,
    found_again,
    from_priors,
    surveys_of,
    work,
)
from foundation.errors import RunFailedError, UserError
from foundation.language.text import LANGUAGES
from foundation.store import parts
from foundation.study import carry_out
from foundation.tasks.executors import local_site
from model.terms.parameters import Structure
from scenarios.compare.tables import write_csv
from tests.scenarios.layout import outside, overlapping

ITEMS = load_survey_items()
FITTED = {(answer.item.survey, answer.item.key) for answer in load_observed().answers}
MANIFEST = {
    "people": 3000,
    "draws": 2,
    "seed": 1,
    "structure": {},
    "data_end": "2026-01-29",
    "quick": False,
    "claims_from_priors": list(SURVEY),
    "samples_per_draw": 40,
    "failures": [],
}


def frames(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"survey": table, "answers": per_draw(findings())}


def fieldwork(people: int = 3000) -> Fieldwork:
    tables = {"demography": load_demography(), "history": load_history(), "surveyed": load_surveyed()}
    return Fieldwork(people=people, seed=1, surveys=surveys_of(ITEMS), **tables)


@lru_cache
def findings(answers: Answers | None = None) -> tuple[Finding, ...]:
    tasks = [Task(fieldwork(), draw, answers or answers_of(draw, "k", load_priors())) for draw in load_draws(2)]
    return tuple(ask(task) for task in tasks)


def test_surveys_by_week_and_size() -> None:
    assert surveys_of(ITEMS) == (Survey(name=CSA, week=40, n=1505), Survey(name=DNS, week=95, n=2032))
    with pytest.raises(ValueError, match=r"number of respondents .* for CSA 2022"):
        surveys_of([item for item in ITEMS if item.survey == DNS])


def test_every_published_answer_has_its_line_and_barriers_two() -> None:
    given = [(line.survey, line.key) for line in lines()]
    assert {(item.survey, item.key) for item in ITEMS} == set(given)
    assert {key for key in given if given.count(key) > 1} == {(DNS, key) for key in BARRIERS}


def test_roles() -> None:
    roles = {(line.key, line.base): status(line, FITTED) for line in lines() if line.survey == DNS}
    assert roles["no_use", "not_activated"] == roles["ready", "non_users"] == "imposed"
    assert roles["used", "all"] == roles["visited_only", "users"] == "fitted"
    assert roles["no_use", "visitors"] == roles["heard_doctor", "knows"] == "not fitted"
    assert roles["trusts", "all"] == "not modelled"
    others = {status(line, ()) for line in lines() if (line.survey, line.key) in FITTED}
    assert others == {"not fitted"}, "a posterior of the user's own may be fitted to no answer"
    turned = {line.base: status(line, FITTED, "visitors") for line in lines() if line.key == "time"}
    assert turned == {"not_activated": "not fitted", "visitors": "imposed"}


def test_claims_come_from_the_draw_or_from_their_priors() -> None:
    shipped, priors = load_draws(1)[0], load_priors()
    assert from_priors([shipped]) == []
    draw = replace(shipped, answers={})
    drawn = answers_of(draw, "key", priors)
    assert drawn == answers_of(draw, "key", priors)
    assert drawn != answers_of(draw, "other key", priors)
    assert from_priors([draw]) == list(SURVEY)
    fitted = replace(draw, answers={"overclaim_used": 0.33})
    assert answers_of(fitted, "key", priors) == replace(drawn, overclaim_used=0.33)
    assert from_priors([fitted]) == ["overclaim_activated_dns2023", "overclaim_activated_csa2022"]


def test_claims_follow_their_priors() -> None:
    draw, priors = replace(load_draws(1)[0], answers={}), load_priors()
    drawn = np.array([answers_of(replace(draw, index=i), "k", priors).overclaim_used for i in range(500)])
    for p in (0.1, 0.5, 0.9):
        below = int((drawn < priors["overclaim_used"].quantile(p)).sum())
        assert abs(below - 500 * p) < 4.9 * np.sqrt(500 * p * (1 - p))


def test_bases_follow_from_the_published_shares() -> None:
    published = Published({item.key: item.share for item in ITEMS if item.survey == DNS})
    sizes = {base: round(2032 * asked(base, published), 2) for base in
             ("all", "knows", "users", "says_activated", "not_activated", "visitors", "non_users")}  # fmt: skip
    assert sizes == {
        "all": 2032,
        "knows": 1666.24,
        "users": 1016,
        "says_activated": 711.2,
        "not_activated": 1320.8,
        "visitors": 223.52,
        "non_users": 1016,
    }


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.30, 0.34, False), (0.30, 0.345, True), (0.30, 0.3449, False), (0.355, 0.4, False), (0.3549, 0.4, True)],
)
def test_figures_are_compared_as_they_are_printed(low: float, high: float, verdict: bool) -> None:
    assert inside(0.35, low, high) is verdict
    assert inside(0.35, float("nan"), float("nan")) is None


def test_the_comparison() -> None:
    table = compare(findings(), ITEMS, FITTED)
    assert len(table) == len(lines())
    there = table[table["simulated_p50"].notna()]
    for name in ("simulated", "real", "base_size"):
        ordered = there[[f"{name}_p05", f"{name}_p50", f"{name}_p95"]].to_numpy()
        assert (np.diff(ordered, axis=1) >= 0).all()
    assert there[["simulated_p05", "real_p05"]].to_numpy().min() >= 0
    assert there[["simulated_p95", "real_p95"]].to_numpy().max() <= 1
    assert set(table[table["inside"].isna()]["status"]) == {"not modelled"}
    claimed = there.set_index(["survey", "key"]).loc[[(CSA, "activated"), (DNS, "activated"), (DNS, "used")]]
    assert (claimed["simulated_p50"] > claimed["real_p50"]).all()
    imposed = there[(there["status"] == "imposed") & (there["key"] != "intends_to_recommend")]
    assert (abs(imposed["real_p50"] - imposed["published"]) < 0.03).all()
    assert len(per_draw(findings())) == 2 * len(there)


def test_without_claims_the_headline_is_outside() -> None:
    """Negative control of the whole chain: honest people don't give 35, 38 and 50 %."""
    table = compare(findings(TRUTHFUL), ITEMS, FITTED).set_index(["survey", "key"])
    for row in ((CSA, "activated"), (DNS, "activated"), (DNS, "used")):
        assert table.loc[row, "inside"] is False
    assert table.loc[(DNS, "activated"), "simulated_p95"] < 0.25


def test_claims_that_the_gap_asks_for_bring_it_inside() -> None:
    real = np.mean([finding.real[Line(DNS, "activated", "all")] for finding in findings()])
    full = findings(Answers(**dict.fromkeys(SURVEY, 1.0)))
    could = np.mean([finding.expected[Line(DNS, "activated", "all")] for finding in full]) - real
    fitted = replace(TRUTHFUL, overclaim_activated_dns2023=(0.35 - real) / could)
    table = compare(findings(fitted), ITEMS, FITTED).set_index(["survey", "key"])
    assert table.loc[(DNS, "activated"), "inside"] is True
    assert table.loc[(DNS, "activated"), "simulated_p50"] == pytest.approx(0.35, abs=0.02)


def test_the_same_seed_gives_the_same_interviews() -> None:
    task = Task(fieldwork(500), load_draws(1)[0], TRUTHFUL)
    one, again = ask(task), ask(task)
    other = ask(replace(task, work=replace(task.work, seed=2)))
    line = Line(DNS, "used", "all")
    np.testing.assert_array_equal(one.samples[line], again.samples[line])
    assert not np.array_equal(one.samples[line], other.samples[line])


def test_what_is_kept_of_a_draw_is_all_it_yields(tmp_path: Path) -> None:
    """To the bit: from the folder as from memory."""
    for draw in load_draws(2):
        task = Task(fieldwork(500), draw, answers_of(draw, "k", load_priors()))
        parts.write(tmp_path, f"draw-{draw.index}", parts.encode(work(task)), "q")
        again = found_again(task, parts.read(tmp_path, f"draw-{draw.index}"))
        pd.testing.assert_frame_equal(per_draw([ask(task)]), per_draw([again]), check_exact=True)
        one, other = (compare([found], ITEMS, FITTED) for found in (ask(task), again))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.slow
def test_two_processes_give_the_same(tmp_path: Path) -> None:
    study = study_of(500, 3, 1, Structure(), posterior_for(Structure()))
    alone, together = (
        carry_out(study, tmp_path / str(workers), site=local_site(workers)).frames(FRAMES) for workers in (1, 2)
    )
    for name in FRAMES:
        pd.testing.assert_frame_equal(alone[name], together[name], check_exact=True)


def test_all_draws_failing_is_an_error(tmp_path: Path) -> None:
    study = study_of(500, 2, 1, Structure(), posterior_for(Structure()))
    study = replace(study, fieldwork=replace(study.fieldwork, people=0))
    with pytest.raises(RunFailedError, match=r"no draw finished; draw 0.*people = 0"):
        carry_out(study, tmp_path / "s")


def test_every_line_has_words_and_every_misfit_a_reason() -> None:
    for line in lines():
        assert line.key in label.own["survey_item"]
        assert line.base in label.own["survey_base"]
        for base in ("non_activated", "visitors"):
            role = status(line, FITTED, base)
            assert role.replace(" ", "_") in label.own["survey_status"]
            row = {"survey": line.survey, "key": line.key, "status": role, "inside": False}
            key = reason_key(row)
            assert (key is None) == ((line.survey, line.key) in NOT_MODELLED)
            assert key is None or key in label.own["survey_reason"]
            assert reason_key({**row, "inside": True}) is None


def test_the_document_is_json_and_says_what_is_outside() -> None:
    table = compare(findings(), ITEMS, FITTED)
    found = json.loads(json.dumps(document(frames(table), MANIFEST), allow_nan=False))
    assert [survey["survey"] for survey in found["surveys"]] == [CSA, DNS, "Odoxa 2022"]
    entries = [entry for survey in found["surveys"] for entry in survey["items"]]
    assert len(entries) == len(lines())
    for entry in entries:
        assert (entry["simulated_percent"] is None) == (entry["role"] == "not modelled")
        assert (entry["remark"] is None) == (entry["inside"] is True)
    assert set(found["claims"]) == set(SURVEY)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_spreadsheet_in_each_language(lang: str, tmp_path) -> None:
    table = compare(findings(), ITEMS, FITTED)
    write_csv(spreadsheet(table, lang), tmp_path / "survey.csv", lang, label)
    text = (tmp_path / "survey.csv").read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    head, first = text[1:].splitlines()[:2]
    assert head.startswith({"en": "survey,key,question", "fr": "enquête;clé;question"}[lang])
    assert {"en": ",1505,1505,82.0,", "fr": ";1505;1505;82,0;"}[lang] in first
    assert len(list(why(rows_of(table), lang))) == sum(row["inside"] is not True for row in rows_of(table))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_guide_is_filled_from_the_document(lang: str, tmp_path) -> None:
    table = compare(findings(), ITEMS, FITTED)
    (tmp_path / "survey.json").write_text(json.dumps(document(frames(table), MANIFEST)))
    text = markdown(read_document(tmp_path), lang)
    assert text.startswith("| Question |")
    cells = [shown_cells(row, lang) for row in rows_of(table)]
    assert [
        shown_cells(row, lang) for row in rows_of_document(json.loads((tmp_path / "survey.json").read_text()))
    ] == cells
    for line in cells:
        assert f"| {' | '.join(line)} |" in text


def test_a_folder_of_something_else(tmp_path) -> None:
    with pytest.raises(UserError, match="not a folder of mes survey"):
        read_document(tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture(lang: str) -> None:
    figure = picture(compare(findings(), ITEMS, FITTED), MANIFEST, lang)
    assert outside(figure) == []
    assert overlapping(figure) == []
