"""When each strategy reaches the target: dates and probabilities are of the stock that is shown, later is later than
what was simulated, and looking further changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

import mes
from foundation.language.screen import Screen
from scenarios.compare import study
from scenarios.compare.beside import compare_folders
from scenarios.compare.comparison import comparison_document, load
from scenarios.compare.study import LAST, looking_on
from scenarios.compare.when import (
    CHANCE,
    cut_off,
    date_quantiles,
    dates,
    last_looked_at,
    reached_by,
    title,
    when_rich_table,
    when_table,
    with_target,
    year_ends,
)
from scenarios.frames import at, target_date
from tests.scenarios import frames as made
from tests.scenarios import made_up
from tests.scenarios.compare.test_comparison import make

TARGET = 37.0
ASKED: dict[str, Any] = {"people": 1000, "draws": 14, "workers": 1, "target": "37M"}
STRATEGIES = ["simplified-signup", "newborn-letters", "mix-broad"]
HORIZON = date(2027, 12, 31)


@pytest.fixture(scope="module")
def near() -> mes.Results:
    """To the end of 2027, as by default."""
    return mes.compare(STRATEGIES, **ASKED)


@pytest.fixture(scope="module")
def far() -> mes.Results:
    """The same to the end of 2028: every week is in its frames."""
    return mes.compare(STRATEGIES, **ASKED, until=LAST)


def stocks(found: mes.Results, column: str) -> dict[tuple[str, int], np.ndarray]:
    weekly = found.frames["weekly"]
    return {key: rows[column].to_numpy() for key, rows in weekly.groupby(["scenario", "draw"])}


def reached_dates(found: mes.Results) -> dict[tuple[str, int], Any]:
    outcomes = found.frames["outcomes"]
    keys = zip(outcomes["scenario"], outcomes["draw"], strict=True)
    days = [day if isinstance(day, str) else None for day in outcomes["reached_date"]]
    return dict(zip(keys, days, strict=True))


def test_looking_further_changes_nothing_else(near: mes.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit: levers that go on draw, cost and aim until the horizon as those that end there."""
    monkeypatch.setattr(study, "LAST", HORIZON)
    plain = mes.compare(STRATEGIES, **ASKED)
    assert (last_looked_at(plain.manifest), last_looked_at(near.manifest)) == ("2027-12-31", "2028-12-31")
    for name, frame in plain.frames.items():
        kept = [column for column in frame if column != "reached_date"]
        pd.testing.assert_frame_equal(frame[kept], near.frames[name][kept], check_exact=True)
    before, after = (reached_dates(one) for one in (plain, near))
    assert before != after
    assert all(after[key] == day for key, day in before.items() if day is not None)
    assert all(day is None or day > "2027-12-31" for key, day in after.items() if before[key] is None)


def test_the_dates_are_those_of_the_longer_run(near: mes.Results, far: mes.Results) -> None:
    assert reached_dates(near) == reached_dates(far)
    assert len({*reached_dates(near).values()}) > 10


def test_a_date_is_the_first_day_with_the_target(near: mes.Results, far: mes.Results) -> None:
    """By the stock that is shown, straight between Mondays."""
    shown = stocks(far, "activated")
    for key, found in reached_dates(near).items():
        stock = shown[key]
        if found is None:
            assert max(at(stock, LAST), stock[:-1].max()) < TARGET * 1e6
            continue
        day = date.fromisoformat(found)
        assert at(stock, day) >= TARGET * 1e6 * (1 - 1e-12)
        assert at(stock, day - timedelta(days=1)) < TARGET * 1e6


def shares(stock: dict[tuple[str, int], np.ndarray], by: date) -> dict[str, float]:
    """Of the draws of each scenario that have had the target by a day, out of weekly stocks."""
    last = int((by - date(2022, 1, 31)).days // 7)
    there = {key: max(at(one, by), one[: last + 1].max()) >= TARGET * 1e6 for key, one in stock.items()}
    names = dict.fromkeys(name for name, _ in stock)
    return {name: float(np.mean([found for key, found in there.items() if key[0] == name])) for name in names}


@pytest.mark.parametrize("by", [date(2027, 6, 3), HORIZON, date(2028, 4, 1), LAST])
def test_probabilities_and_dates_agree(near: mes.Results, far: mes.Results, by: date) -> None:
    """The share of draws whose date is not later is that of draws whose stock was there, for each strategy."""
    outcomes = near.frames["outcomes"]
    found = {
        str(name): reached_by(rows["reached_date"].to_list(), by.isoformat())[0]
        for name, rows in outcomes.groupby("scenario")
    }
    assert found == pytest.approx(shares(stocks(far, "activated"), by))
    if by == HORIZON:
        table = near.summary.set_index("scenario")["probability_of_target"]
        assert found == pytest.approx(table.to_dict()), "as the column P says"


def test_dates_without_the_error_of_the_forecast_would_not_agree(near: mes.Results, far: mes.Results) -> None:
    """Negative controls: dates of the stock as simulated; and only the draws that are there."""
    shown, wrong = stocks(far, "activated"), stocks(far, "simulated")
    for name in ("status-quo", "mix-broad"):
        own = {key: target_date(one, TARGET * 1e6, LAST) for key, one in wrong.items() if key[0] == name}
        right = {key: day for key, day in reached_dates(near).items() if key[0] == name}
        assert own != right
        differs = [
            abs(reached_by([*days.values()], by.isoformat())[0] - shares(shown, by)[name])
            for days in (own, {key: day for key, day in right.items() if day is not None})
            for by in (date(2026, 12, 31), date(2027, 6, 3), HORIZON, date(2028, 4, 1))
        ]
        assert max(differs[:4]) > 0.05, name
        assert name == "mix-broad" or max(differs[4:]) > 0.05


def test_a_stock_that_falls_again_has_reached_it() -> None:
    stock = np.array([0.0, 70.0, 60.0, 60.0])
    assert target_date(stock, 65.0, date(2022, 2, 21)) == "2022-02-07"
    assert target_date(stock, 65.0, date(2022, 2, 6)) is None


def test_the_first_day_is_exact_whatever_the_rounding() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        stock = np.cumsum(rng.random(40) * 1e5)
        target = rng.choice([rng.uniform(stock[0], stock[-1]), stock[20], at(stock, date(2022, 5, 5))])
        found = date.fromisoformat(str(target_date(stock, target, date(2022, 10, 30))))
        assert at(stock, found) >= target > at(stock, found - timedelta(days=1))


def test_quantiles_of_dates_by_hand() -> None:
    """Of ten draws eight are there: half by the fifth, and 95 % later than looked for."""
    days = [f"2028-0{k}-01" for k in range(1, 9)] + [None, None]
    assert date_quantiles(days[::-1]) == {"p05": "2028-01-01", "p50": "2028-05-01", "p95": None}
    assert date_quantiles([None] * 10) == dict.fromkeys(("p05", "p50", "p95"))
    dropped = date_quantiles([day for day in days if day])
    assert dropped["p95"] == "2028-08-01", "negative control: leaving out who is not there would name a day"
    assert reached_by(days, "2028-03-01") == pytest.approx((0.3, *beta.ppf([0.05, 0.95], 3.5, 7.5)))


def settings(**more: Any) -> dict[str, Any]:
    return {**made.manifest(3), "dates_until": "2028-12-31", **more}


def some() -> pd.DataFrame:
    names = list(dict.fromkeys(made.frames(3)["outcomes"]["scenario"]))
    days = [None, "2027-05-02", "2028-02-01", "2028-02-29", None]
    rows = [(name, draw, days[(draw + k) % 5]) for k, name in enumerate(names) for draw in range(20)]
    return pd.DataFrame(rows, columns=["scenario", "draw", "reached_date"])


def test_the_words_of_dates() -> None:
    days = some()["reached_date"][:20].to_list()
    assert dates(days, settings(), "en") == "Feb\u00a02028\u00a0[May\u00a02027;\u00a0after\u00a02028]"
    french = dates(days, settings(), "fr")
    assert french == "févr.\u00a02028\u00a0[mai\u00a02027\u202f;\u00a0après\u00a02028]"
    assert dates([None] * 3, settings(), "en") == "after\u00a02028"
    within = settings(until="2027-06-30", dates_until="2027-06-30")
    assert dates([None] * 3, within, "fr") == "après\u00a0le\u00a030\u00a0juin\u00a02027"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_on_every_screen_whole(width: int, lang: str) -> None:
    screen = Screen(width=width, file=StringIO())
    screen.print(when_rich_table(some(), settings(), lang))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, shown.splitlines())) <= width
    plain = shown.replace("\u00a0", " ").replace("\u202f", " ")
    whole = "Feb 2028 [May 2027; after 2028]" if lang == "en" else "févr. 2028 [mai 2027 ; après 2028]"
    assert sum(whole in line for line in plain.splitlines()) == 3, "on one line"
    assert "20 % [9; 37]" in plain.replace(" ;", ";")
    assert "…" not in shown


def test_where_it_was_looked_no_further_it_is_said_what_does() -> None:
    near, far = settings(dates_until="2027-12-31"), settings()
    texts = []
    for one in (near, far):
        screen = Screen(width=200, file=StringIO())
        screen.print(when_rich_table(some(), one, "en"))
        texts.append(screen.file.getvalue())  # type: ignore[attr-defined]
    assert "--until 2028-12-31 says when" in texts[0]
    assert "By end of 2028" not in texts[0]
    assert "--until" not in texts[1]
    assert year_ends(near) == ["2027-12-31"]
    assert year_ends({**far, "policy_start": "2026-03-02"}) == ["2026-12-31", "2027-12-31", "2028-12-31"]


def experiment(**more: Any) -> Any:
    from cli.runs.chosen import choose
    from scenarios.experiment import Experiment, Settings
    from scenarios.language.files import parse_scenario

    text = '[title]\nen = "A"\n[[lever]]\nkind = "letter"\nspread_weeks = 1\nevery_weeks = {}\n'
    often = parse_scenario(text.format(more.pop("every", 26)), source="f.toml")
    plain = Settings(people=1000, draws=1, seed=1, policy_start=date(2027, 1, 4), until=HORIZON, target_millions=40.0)
    nothing: dict[str, Any] = dict.fromkeys(("demography", "history", "costs", "surveyed"))
    return Experiment(settings=replace(plain, **more), scenarios=(choose("status-quo").scenario, often), **nothing)


@pytest.mark.parametrize(
    ("more", "until"),
    [
        ({}, LAST),
        ({"until": date(2029, 1, 1)}, None),
        ({"until": LAST}, None),
        ({"people": 1_000_000}, None),
        ({"every": 1}, None),
    ],
)
def test_how_far_it_is_looked(more: dict[str, Any], until: date | None) -> None:
    """Not where so many people would need more memory, nor where a scenario has too many waves until then."""
    assert looking_on(experiment(**more)).settings.dates_until == until


def test_folders_that_looked_less_far_decide(tmp_path: Path) -> None:
    two = {"status-quo": 0.0, "letters": 2e6}
    manifest, _ = compare_folders([make(tmp_path / "a"), make(tmp_path / "b", two, dates_until="2028-12-31")])
    assert last_looked_at(manifest) == "2027-12-31"
    cut = cut_off(some(), "2027-12-31")
    assert cut["reached_date"].dropna().unique().tolist() == ["2027-05-02"]
    assert date_quantiles(cut["reached_date"])["p50"] is None
    assert cut_off(some(), "2028-12-31")["reached_date"].notna().sum() == some()["reached_date"].notna().sum()


def test_the_document_and_the_table(tmp_path: Path) -> None:
    manifest, frames = load(make(tmp_path / "r", dates_until="2028-12-31", target_millions=25.0))
    document = comparison_document(frames, manifest)
    assert document["target_dates_until"] == "2028-12-31"
    (quo, _) = document["scenarios"]
    assert [one["day"] for one in quo["target_reached_by"]] == ["2027-12-31", "2028-12-31"]
    assert [one["probability"] for one in quo["target_reached_by"]] == [1.0, 1.0]
    table = when_table(frames["outcomes"], manifest)
    assert table["by_day"].tolist() == ["2027-12-31", "2028-12-31"] * 2
    assert (table["probability_by_day"] == 1).all()
    assert made_up.WEEKS == 309


@pytest.mark.parametrize(
    ("aim", "on", "head", "above"),
    [
        (1.825, "activated", "P(1,825 M)", "1,825 million est"),
        (37.125, "activated", "P(37,125 M)", "37,125 millions est"),
        (5.0, "users", "P(5 M utilisateurs)", "5 millions d’utilisateurs"),
        (0.185, "users", "P(185 k utilisateurs)", "185 milliers d’utilisateurs"),
    ],
)
def test_the_target_stands_in_words_as_it_was_asked(aim: float, on: str, head: str, above: str) -> None:
    manifest = {"target_millions": aim, "target_on": on}
    assert with_target(CHANCE, manifest, "fr").replace("\u00a0", " ") == head
    assert above in title(manifest, "fr").replace("\u00a0", " ")
