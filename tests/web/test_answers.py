"""Answers hold what a run finds, to the bit; gestures take each other's place; people take turns."""

from __future__ import annotations

import asyncio
import io
import json
import shlex
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mes
from cli.web import options, study
from foundation.errors import ScenarioError, UserError
from foundation.language.numbers import percent, with_interval
from foundation.tasks.executors import SerialExecutor
from scenarios.compare.comparison import run_document
from scenarios.compare.spending import spending_table
from scenarios.compare.use import use_table, user_group_table
from scenarios.frames import ORDER
from scenarios.language.files import catalogue, load_scenario
from tests.web.conftest import DRAWS, PEOPLE, request_of
from web.asked import Asked, World, asked_of
from web.errors import RefusedError, StrategyError
from web.explorer import Explorer
from web.memory import Plan, planned
from web.pool import Course, Pool, Wish
from web.strategies import named_apart, scenario_of, table_of
from web.use import MEASURES

LETTERS = {
    "title": {"en": "Letters & “codes”", "fr": "Courriers"},
    "lever": [
        {"kind": "letter", "every_weeks": 26, "times": 2, "start": "2027-03-01", "target": {"email": False}},
        {"kind": "doctors", "means": "prompt", "intensity": 0.5},
    ],
}
SMS = {"title": {"fr": "Des SMS"}, "lever": [{"kind": "sms", "waves": ["2027-02-01", "2027-09-06"]}]}
MEDIA = {"title": {"en": "On air"}, "lever": [{"kind": "media", "bursts": [{"start": "2027-03-01", "weeks": 3}]}]}


def asked(*tables: object, client: str = "one-client", **more: object) -> Asked:
    return asked_of({"client": client, "strategies": list(tables), **more})


async def events_of(explorer: Explorer, question: Asked, lang: str = "en") -> list[dict[str, Any]]:
    return [event async for event in explorer.answers(question, lang)]


def answered(explorer: Explorer, question: Asked, lang: str = "en") -> list[dict[str, Any]]:
    """All events of one question, of an explorer that is started for it."""

    async def told() -> list[dict[str, Any]]:
        await explorer.start()
        try:
            return await events_of(explorer, question, lang)
        finally:
            await explorer.stop()

    return asyncio.run(told())


@pytest.fixture(scope="module")
def one(made: Callable[..., Explorer]) -> tuple[Explorer, Asked, list[dict[str, Any]]]:
    explorer, question = made(), asked(LETTERS, SMS)
    return explorer, question, answered(explorer, question)


def test_the_file_gives_the_same_numbers_to_the_bit(
    one: tuple[Explorer, Asked, list[dict[str, Any]]], tmp_path: Path
) -> None:
    explorer, question, events = one
    files = []
    for index in range(2):
        file = asyncio.run(explorer.download(question, "toml", index, "en"))
        (tmp_path / file.name).write_bytes(file.content)
        files.append(tmp_path / file.name)
    assert [file.name for file in files] == ["letters-codes.toml", "des-sms.toml"]
    run = mes.compare(files, people=PEOPLE, draws=DRAWS)
    found = explorer.library.question(explorer.library.default, question.strategies)
    frames, _ = explorer.library.taken(found, range(DRAWS))
    for name in ORDER:
        pd.testing.assert_frame_equal(frames[name], run.frames[name], check_exact=True)
    alone = mes.run(files[0], people=PEOPLE, draws=DRAWS)
    document = run_document(alone.frames, alone.manifest, "letters-codes")
    shown = events[-1]["answer"]["scenarios"][1]
    assert shown["activated"] == document["activated_millions"]
    assert shown["measures"] == {key: document["at_horizon"][key] for key in shown["measures"]}
    assert shown["target_date"] == document["at_horizon"]["target_date"]


def test_use_and_years_are_those_of_the_tables(one: tuple[Explorer, Asked, list[dict[str, Any]]]) -> None:
    explorer, question, events = one
    found = explorer.library.question(explorer.library.default, question.strategies)
    frames, manifest = explorer.library.taken(found, range(DRAWS))
    answer = events[-1]["answer"]
    table = use_table(frames["outcomes"], frames["user_groups"]).set_index("scenario")
    assert list(answer["use"]["scenarios"]) == list(table.index) == [row["name"] for row in answer["scenarios"]]
    for name, row in table.iterrows():
        mine = answer["use"]["scenarios"][str(name)]
        for short, (measure, figures) in MEASURES.items():
            low, middle, high = (row[f"{measure}_{q}"] for q in ("p05", "p50", "p95"))
            assert mine[short]["p50"] == pytest.approx(middle, rel=1e-5, nan_ok=True) or np.isnan(middle)
            assert mine["shown"][short] == with_interval(low, middle, high, "en", figures)
    groups = user_group_table(frames["user_groups"]).set_index(["scenario", "dimension", "group"])
    assert answer["use"]["groups"]
    for one_group in answer["use"]["groups"]:
        row = groups.loc[one_group["scenario"], one_group["dimension"], one_group["group"]]
        assert one_group["active_millions"] == pytest.approx(row["active_millions"], rel=1e-5)
        assert one_group["shown"]["using"].startswith(percent(row["share_using_p50"], "en"))
    spent = spending_table(frames, manifest)
    mine = [(r["name"], y["year"], y["p50"]) for r in answer["scenarios"] for y in r["years"]]
    theirs = list(zip(spent["scenario"], spent["year"], spent["cost_millions_eur_p50"], strict=True))
    assert [(name, year) for name, year, _ in mine] == [(name, year) for name, year, _ in theirs]
    assert [cost for *_, cost in mine] == pytest.approx([cost for *_, cost in theirs], rel=1e-5)
    assert max(cost for *_, cost in theirs) > 0


def test_a_target_on_users_is_that_of_the_command(tmp_path: Path) -> None:
    """To the bit, and its probability is another than that of as many profiles; the report is of users."""
    given = replace(request_of(), target="users=20M")
    explorer = Explorer(
        lambda world: study(given, world),
        described=lambda world: options(given, world),
        workers=1,
        executor=SerialExecutor,
    )
    assert explorer.settings("en")["target_on"] == "users"
    question = asked(SMS)
    answer = answered(explorer, question)[-1]["answer"]
    assert answer["settings"]["target_on"] == "users"
    file = asyncio.run(explorer.download(question, "toml", 0, "en"))
    (tmp_path / file.name).write_bytes(file.content)
    run = mes.compare([tmp_path / file.name], people=PEOPLE, draws=DRAWS, target="users=20M")
    found = explorer.library.question(explorer.library.default, question.strategies)
    frames, _ = explorer.library.taken(found, range(DRAWS))
    for name in ORDER:
        pd.testing.assert_frame_equal(frames[name], run.frames[name], check_exact=True)
    reached = run.frames["outcomes"].groupby("scenario")["reached"].mean()
    assert answer["scenarios"][1]["probability_of_target"] == reached["des-sms"] == 0, "of profiles it would be 1"
    report = asyncio.run(explorer.download(question, "report", 0, "en")).content.decode()
    assert "20 million monthly users" in report.replace("\u00a0", " ").replace("</data>", "")


def test_another_dose_gives_other_numbers(made: Callable[..., Explorer]) -> None:
    """The comparison above can fail."""
    more = {**LETTERS, "lever": [LETTERS["lever"][0], {**LETTERS["lever"][1], "intensity": 0.6}]}  # type: ignore[dict-item]
    explorer = made()
    events = answered(explorer, asked(LETTERS, more))
    first, second = (scenario["measures"] for scenario in events[-1]["answer"]["scenarios"][1:])
    assert first["cost_millions_eur"] != second["cost_millions_eur"]


def test_a_world_of_its_own_gives_the_same_numbers(made: Callable[..., Explorer], tmp_path: Path) -> None:
    explorer = made()
    question = asked(SMS, drivers={"documents_per_year": 0.3})
    events = answered(explorer, question)
    assert not events[0]["warm"]
    assert events[0]["note"]
    assert events[-1]["answer"]["settings"]["drivers"] == {"documents_per_year": 0.3}
    file = asyncio.run(explorer.download(question, "toml", 0, "en"))
    (tmp_path / file.name).write_bytes(file.content)
    run = mes.compare([tmp_path / file.name], people=PEOPLE, draws=DRAWS)
    known = explorer.library.known(question.world)
    frames, _ = explorer.library.taken(explorer.library.question(known, question.strategies), range(DRAWS))
    for name in ORDER:
        pd.testing.assert_frame_equal(frames[name], run.frames[name], check_exact=True)


def test_prices_of_ones_own_are_shown_and_paid(tmp_path: Path) -> None:
    prices = tmp_path / "my costs.toml"
    prices.write_text(
        '[[price]]\nlever = "letter"\nitem = "per letter"\nvalue = 3.5\nstatus = "published"\nsource = "contract 12"\n',
        "utf-8",
    )
    request = replace(request_of(), costs=prices)
    explorer = Explorer(
        lambda world: study(request, world),
        workers=1,
        executor=SerialExecutor,
        described=lambda world: options(request, world),
    )
    question = asked(LETTERS)
    told = answered(explorer, question)[-1]["answer"]
    assumed = [line.replace("\xa0", " ") for line in told["assumed"][:2]]
    assert "costs of your own: my costs.toml (prices changed: 1 of " in assumed[0], assumed
    letter = next(kind for kind in explorer.catalogue("fr")["kinds"] if kind["kind"] == "letter")
    shown = next(price for price in letter["prices"] if price["item"] == "per letter")
    assert (shown["low"], shown["value"], shown["high"], shown["source"]) == (3.5, 3.5, 3.5, "contract 12")
    file = asyncio.run(explorer.download(question, "toml", 0, "en"))
    (tmp_path / file.name).write_bytes(file.content)
    run = mes.compare([tmp_path / file.name], people=PEOPLE, draws=DRAWS, costs=prices)
    found = explorer.library.question(explorer.library.default, question.strategies)
    frames, _ = explorer.library.taken(found, range(DRAWS))
    pd.testing.assert_frame_equal(frames["costs"], run.frames["costs"], check_exact=True)
    assert set(frames["costs"].query("item == 'per letter'")["unit_eur"]) == {3.5}
    assert shlex.split(explorer.command(question.strategies[0]))[-2:] == ["--costs", str(prices)]


def test_an_answer_is_whole(one: tuple[Explorer, Asked, list[dict[str, Any]]]) -> None:
    _, _, events = one
    assert events[0] == {
        "event": "accepted", "warm": True, "note": "", "names": ["status-quo", "letters-codes", "des-sms"],
    }  # fmt: skip
    last = events[-1]
    assert (last["event"], last["draws"], last["final"]) == ("answer", DRAWS, True)
    answer = last["answer"]
    json.dumps(answer, allow_nan=False)
    weeks = len(answer["dates"])
    for scenario in answer["scenarios"]:
        assert {len(scenario[curve][level]) for curve in ("activated", "additional") for level in ("p05", "p95")} == {
            weeks
        }
        assert all(scenario["shown"].values())
    assert set(answer["scenarios"][0]["additional"]["p95"]) == {0.0}
    assert {row["dimension"] for row in answer["left_behind"]} == {
        "age_band", "region", "digital_exclusion", "long_term_illness",
    }  # fmt: skip
    everybody = [row for row in answer["stops"] if row["dimension"] == "all" and row["scenario"] == "des-sms"]
    assert {row["kind"] for row in everybody} == {"place", "barrier", "would_pass"}
    assert len({row["region"] for row in answer["regions"]}) >= 13
    assert answer["scenarios"][2]["title"] == "Des SMS"
    assert any("3" in sentence for sentence in answer["assumed"])
    costs = answer["scenarios"][1]["costs"]
    assert {cost["lever"] for cost in costs} >= {"letter", "doctors"}


def test_everybody_together_is_the_sum_of_groups(one: tuple[Explorer, Asked, list[dict[str, Any]]]) -> None:
    explorer, question, events = one
    frames, manifest = explorer.library.taken(
        explorer.library.question(explorer.library.default, question.strategies), range(DRAWS)
    )
    from scenarios.compare.equity import on_day

    by_group = on_day(frames["equity"], pd.Timestamp(str(manifest["until"])).date())
    rows = by_group[(by_group["scenario"] == "des-sms") & (by_group["dimension"] == "digital_exclusion")]
    unaware = rows.groupby("draw")["unaware"].sum() / 1e6
    shown = next(
        row
        for row in events[-1]["answer"]["stops"]
        if (row["scenario"], row["dimension"], row["obstacle"]) == ("des-sms", "all", "unaware")
    )
    assert shown["people_millions"]["p50"] == pytest.approx(float(unaware.median()), rel=1e-5)


def test_french_words(made: Callable[..., Explorer]) -> None:
    events = answered(made(), asked(LETTERS), "fr")
    answer = events[-1]["answer"]
    assert answer["scenarios"][1]["title"] == "Courriers"
    assert answer["scenarios"][1]["costs"][0]["lever_title"] == "courriers postaux"
    assert "tirages" in " ".join(answer["assumed"])


def test_a_gesture_ends_the_former(made: Callable[..., Explorer]) -> None:
    explorer = made()

    async def told() -> tuple[list[str], list[str]]:
        explorer.pool.start = lambda: None  # type: ignore[method-assign]
        former, other = explorer.answers(asked(SMS), "en"), explorer.answers(asked(SMS, client="another-one"), "en")
        first = [await anext(former), await anext(former)]
        second = [await anext(other)]
        now = explorer.answers(asked(LETTERS), "en")
        await anext(now)
        first += [event async for event in former]
        assert len(explorer.asking) == 2
        await now.aclose()
        await other.aclose()
        assert not explorer.asking
        assert not explorer.pool.wishes
        return [event["event"] for event in first], [event["event"] for event in second]

    assert asyncio.run(told()) == (["accepted", "progress", "cancelled"], ["accepted"])


def test_too_many_people_are_told(made: Callable[..., Explorer]) -> None:
    explorer = made(clients=1)

    async def told() -> None:
        first = explorer.answers(asked(SMS), "en")
        await anext(first)
        with pytest.raises(RefusedError, match="at most 1 people") as refused:
            await anext(explorer.answers(asked(SMS, client="another-one"), "en"))
        assert refused.value.status == 429
        await first.aclose()
        await anext(explorer.answers(asked(SMS, client="another-one"), "en"))

    asyncio.run(told())


def wish_of(made: Callable[..., Explorer], *courses: Course) -> Wish:
    known = made().library.default
    return Wish(world=0, experiment=known.study.experiment, draws=known.study.draws, courses=courses)


def test_people_take_turns(made: Callable[..., Explorer]) -> None:
    async def turns() -> list[int]:
        pool = Pool(1)
        wishes = [wish_of(made, Course(None)) for _ in range(3)]
        pool.behind = wish_of(made, Course(None))
        pool.wishes.extend(wishes)
        served = []
        while (turn := pool._turn(0)) is not None:
            served.append(wishes.index(turn[0]) if turn[0] in wishes else -1)
        return served

    assert asyncio.run(turns()) == [0, 1, 2] * DRAWS + [-1] * DRAWS


def test_a_course_that_two_wait_for_is_computed_once(made: Callable[..., Explorer]) -> None:
    async def turns() -> int:
        pool, course = Pool(1), Course(None)
        pool.wishes.extend([wish_of(made, course), wish_of(made, course)])
        count = 0
        while pool._turn(0) is not None:
            count += 1
        return count

    assert asyncio.run(turns()) == DRAWS


def test_each_worker_has_draws_of_its_own(made: Callable[..., Explorer]) -> None:
    async def turns() -> list[set[int]]:
        pool = Pool(2)
        pool.wishes.append(wish_of(made, Course(None)))
        found: list[set[int]] = [set(), set()]
        for worker in (0, 1):
            while (turn := pool._turn(worker)) is not None:
                found[worker].add(turn[1].index)
        return found

    assert asyncio.run(turns()) == [{0, 2}, {1}]


def test_every_shipped_strategy_goes_through_the_page() -> None:
    for name in catalogue():
        shipped = load_scenario(name)
        table = json.loads(json.dumps(table_of(shipped.text, name)))
        assert scenario_of(table).sha256 == shipped.sha256, name


def test_dates_that_are_none_are_named_with_all_else() -> None:
    wrong = {"title": {"en": "x"}, "lever": [{"kind": "sms", "start": "2027-13-01", "times": 500}, {"kind": "lettr"}]}
    with pytest.raises(StrategyError) as found:
        asked(SMS, wrong)
    assert found.value.strategy == 1
    assert {problem.key for problem in found.value.problems} == {"lever[1].start", "lever[1].times", "lever[2].kind"}


def test_names_are_those_of_files() -> None:
    scenarios = [
        scenario_of({**SMS, "title": {"en": title}}) for title in ("Status quo", "../../x", "../x", "日本", "<b>")
    ]
    assert [scenario.name for scenario in named_apart(scenarios)] == ["status-quo-2", "x", "x-2", "strategy", "b"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "client"),
        ({"client": "no"}, "client"),
        ({"client": "one-client", "strategies": {}}, "strategies is no list"),
        ({"client": "one-client", "strategies": [SMS] * 6}, "6 strategies; at most 5"),
        ({"client": "one-client", "structure": {"reading": "nave"}}, 'did you mean "naive"'),
        ({"client": "one-client", "structure": {"readin": "naive"}}, 'did you mean "reading"'),
        ({"client": "one-client", "drivers": 3}, "drivers is no table"),
        ({"client": "one-client", "strategies": [3]}, "is no table"),
        ({"client": "one-client", "drivers": {"documents_per_year": 99}}, "too large"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_said(body: dict[str, object], said: str) -> None:
    with pytest.raises((RefusedError, ScenarioError), match=said):
        asked_of(body)


def test_a_world_by_drivers_or_structure() -> None:
    assert asked(SMS).world == World()
    assert asked(SMS, structure={"reading": "naive"}).world.structure.reading == "naive"
    assert asked(drivers={"growth_per_year": 0.1}).world.drivers.growth_per_year == 0.1


def test_memory_is_said_and_refused() -> None:
    with pytest.raises(UserError, match=r"the most that fits: --draws \d+"):
        planned(50_000, 100_000, 2, 3 * 2**30)
    with pytest.raises(UserError, match="not even one draw fits"):
        planned(50_000, 100, 2, 2**20)
    assert planned(300, 3, 1).total < planned(20_000, 100, 2).total


def test_a_draw_takes_no_more_than_planned(made: Callable[..., Explorer]) -> None:
    from web.worlds import warmed

    study = made().library.default.study
    warm = warmed(study.experiment, study.draws[0])
    arrays = [warm.world.population.rows, warm.world.population.tie, warm.world.run.state, warm.world.run.sure]
    arrays += [census.run.state for census in warm.past.status_quo.values()]
    arrays += [warm.world._base.contact]  # type: ignore[attr-defined]
    assert sum(array.nbytes for array in arrays) <= Plan(people=PEOPLE, draws=1, workers=1).draw


@pytest.fixture(scope="module")
def whole(one: tuple[Explorer, Asked, list[dict[str, Any]]]) -> Callable[[str, str], Any]:
    explorer, question, _ = one
    return lambda what, lang: asyncio.run(explorer.download(question, what, 0, lang))


def test_tables(whole: Callable[[str, str], Any]) -> None:
    csv = whole("csv", "en")
    table = pd.read_csv(io.BytesIO(csv.content))
    assert list(table["scenario"]) == ["status-quo", "letters-codes", "des-sms"]
    book = pd.read_excel(io.BytesIO(whole("xlsx", "fr").content), sheet_name=None)
    assert {"À propos", "Sources", "Synthèse", "Quand", "Usage", "Colonnes"} <= set(book)
    assert "mes compare" in str(book["À propos"].iloc[0, 1])
    assert len(book["Synthèse"]) == 3


def test_a_title_is_no_formula(made: Callable[..., Explorer]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    explorer, question = made(), asked({**SMS, "title": {"en": "=1+1", "fr": "@x"}})
    answered(explorer, question)
    book = openpyxl.load_workbook(io.BytesIO(asyncio.run(explorer.download(question, "xlsx", 0, "en")).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def test_a_run_folder_is_as_a_command_leaves_it(whole: Callable[[str, str], Any], tmp_path: Path) -> None:
    file = whole("folder", "en")
    assert file.name == "strategies.zip"
    zipfile.ZipFile(io.BytesIO(file.content)).extractall(tmp_path)
    run = mes.open_run(tmp_path / "strategies")
    assert [entry["name"] for entry in run.manifest["scenarios"]] == ["status-quo", "letters-codes", "des-sms"]
    assert run.manifest["command_line"][:3] == ["mes", "compare", "status-quo"]
    assert run.manifest["dates_until"] == "2028-12-31"


def test_the_report_of_an_answer(whole: Callable[[str, str], Any]) -> None:
    file = whole("report", "fr")
    assert file.name == "strategies.fr.html"
    assert "Courriers" in file.content.decode()


def test_what_is_not_whole_is_not_taken_away(made: Callable[..., Explorer]) -> None:
    explorer = made()
    with pytest.raises(RefusedError, match="wait for the whole answer"):
        asyncio.run(explorer.download(asked(MEDIA), "csv", 0, "en"))
    with pytest.raises(RefusedError, match="no such strategy"):
        asyncio.run(explorer.download(asked(MEDIA), "toml", 1, "en"))


def test_a_settled_course_still_gives_its_first_draws() -> None:
    """The status quo is whole when a new strategy beside it has four draws."""
    made = {
        draw: {name: pd.DataFrame({"draw": [draw] * 2, "value": [draw, -draw]}) for name in ORDER} for draw in (1, 2, 3)
    }
    course = Course(None, found=dict(made))
    few, every = course.joined([2, 1]), course.joined([1, 2, 3])
    course.settle()
    course.settle()
    for draws, before in (([1, 2], few), ([1, 2, 3], every)) * 2:
        for name, frame in course.joined(draws).items():
            pd.testing.assert_frame_equal(frame, before[name])
