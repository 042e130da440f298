"""Public cost by calendar year, counted by hand: waves, campaigns and one-off costs in their year; years add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model.terms.outcome import LeverUse
from model.terms.weeks import monday, week_of
from scenarios.compare.spending import spending_document, spending_table
from scenarios.costs import Ledger, YearLine, cost_lines, year_lines, years_of
from scenarios.experiment import REFERENCE, Experiment, Settings, history_of, simulate_draw, start_branch
from scenarios.language.files import load_scenario, parse_scenario
from scenarios.lever_schemas.base import Charge
from tests.golden import imports as mes
from tests.scenarios.test_costs import DRAW, ITEMS, several

START, UNTIL = date(2027, 1, 4), date(2028, 12, 31)
TEXT = """
[title]
en = "Two years"
[[lever]]
kind = "letter"
waves = [2027-03-01, 2028-01-03]
spread_weeks = 2
[[lever]]
kind = "media"
bursts = [{start = 2027-12-27, weeks = 2}, {start = 2028-06-05, weeks = 1}]
[[lever]]
kind = "simplify"
start = 2028-02-01
[[lever]]
kind = "doctors"
means = "training"
[[lever]]
kind = "pharmacist"
[[lever]]
kind = "relatives"
start = 2028-03-06
[[lever]]
kind = "newborn"
end = 2027-06-30
"""


def experiment(people: int = 3000, text: str = TEXT, *, until: date = UNTIL, engine: Any = "fast") -> Experiment:
    settings = Settings(
        people=people, draws=1, seed=3, policy_start=START, until=until, target_millions=40.0, engine=engine
    )
    return Experiment(
        settings=settings,
        scenarios=(load_scenario(REFERENCE), parse_scenario(text, source="two.toml")),
        costs=tuple(mes.load_costs()),
        demography=mes.load_demography(),
        history=mes.load_history(),
        surveyed=mes.load_surveyed(),
    )


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    (draw,) = mes.load_draws(1)
    return simulate_draw(experiment(), draw)


def spent(frames: dict[str, pd.DataFrame], lever: str) -> dict[int, float]:
    rows = frames["spending"][frames["spending"]["lever"] == lever]
    return dict(zip(rows["year"], rows["quantity"], strict=True))


def test_years_add_up_to_the_cent(frames: dict[str, pd.DataFrame]) -> None:
    keys = ["scenario", "draw", "lever", "item"]
    years = frames["spending"].groupby(keys)[["quantity", "eur"]].sum()
    lines = frames["costs"][frames["costs"]["eur"] > 0].set_index(keys)[["quantity", "eur"]]
    pd.testing.assert_frame_equal(years.sort_index(), lines.sort_index(), rtol=0, atol=0.001)
    outcome = frames["outcomes"].set_index("scenario")["cost_millions_eur"]["two"]
    assert frames["spending"]["eur"].sum() / 1e6 == pytest.approx(outcome, abs=1e-8)
    assert len(lines) == 7
    assert (frames["spending"]["quantity"] >= 0).all()


def test_each_thing_is_paid_in_its_year(frames: dict[str, pd.DataFrame]) -> None:
    assert spent(frames, "media") == {2027: 1.0, 2028: 1.0}, "the one that begins on 27 December is of 2027"
    assert spent(frames, "simplify") == {2027: 0.0, 2028: 1.0}
    assert spent(frames, "relatives") == {2027: 0.0, 2028: 1.0}
    assert spent(frames, "newborn")[2027] > 0 == spent(frames, "newborn")[2028]
    assert min(spent(frames, "pharmacist").values()) > 0
    first, second = spent(frames, "letter").values()
    assert 0.7 * first < second < first, "a wave each: who has activated by then is not written to"
    years = np.array([361, 365]) / 365.25  # 4 January 2027 to 30 December 2028, 31 excluded
    training = np.array(list(spent(frames, "doctors").values()))
    assert training / training.sum() == pytest.approx(years / years.sum(), abs=0.003)


def test_counted_by_hand_at_new_year() -> None:
    """1 January 2028 is a Saturday: five of the seven days of that week are of 2027."""
    (draw,) = mes.load_draws(1)
    asked = experiment()
    scenario, week = asked.scenarios[1], week_of(date(2028, 1, 1))
    assert monday(week) == date(2027, 12, 27)
    model, counted = history_of(asked, draw), []
    for end in (week, week + 1):
        branch: Any = start_branch(asked, scenario, draw, model, UNTIL)
        branch.advance(end)
        counted.append({use.lever: use for use in branch.uses()})
    before, after = counted
    rows = simulate_draw(asked, draw)["spending"]
    told = rows[rows["year"] == 2027].set_index("lever")["quantity"]
    for lever, name in (("letter", "contacts"), ("pharmacist", "activations"), ("doctors", "doctor_years")):
        low, high = (getattr(one[lever], name) for one in (before, after))
        assert told[lever] == pytest.approx(low + 5 / 7 * (high - low))
        if lever != "letter":
            assert told[lever] != pytest.approx(high), "negative control: the end of the week is another moment"


def test_the_twin_spends_the_same() -> None:
    (draw,) = mes.load_draws(1)
    fast, twin = (simulate_draw(experiment(300, engine=engine), draw)["spending"] for engine in ("fast", "mesa"))
    pd.testing.assert_frame_equal(fast, twin)


@pytest.mark.parametrize(
    ("start", "until", "years"),
    [
        (START, date(2027, 12, 31), (2027,)),
        (START, date(2028, 1, 1), (2027,)),
        (START, date(2028, 1, 2), (2027, 2028)),
        (date(2025, 12, 29), date(2028, 12, 25), (2025, 2026, 2027, 2028)),
    ],
)
def test_which_years_there_are(start: date, until: date, years: tuple[int, ...]) -> None:
    """The horizon is the start of its day."""
    assert years_of(start, until) == years
    assert Ledger(start, until).ends[-1] == until


def test_a_horizon_in_the_week_of_new_year() -> None:
    """One day of 2028: a wave in that week, sent evenly over its days, has five parts in 2027 and one in 2028."""
    (draw,) = mes.load_draws(1)
    wave = '[title]\nen = "A"\n[[lever]]\nkind = "letter"\nwaves = [2027-12-27]\nspread_weeks = 1\n'
    frames = simulate_draw(experiment(1000, wave, until=date(2028, 1, 2)), draw)
    first, second = spent(frames, "letter").values()
    assert first == pytest.approx(5 * second)
    assert first + second == pytest.approx(frames["costs"]["quantity"].sum())


def by_hand(scenario: Any, ends: dict[date, float], last: date) -> list[YearLine]:
    """Lines of years where every lever has used so much of everything by each day."""
    ledger = Ledger(START, last)
    uses = [
        [LeverUse(table.label, much, much, much, int(much), 1) for table in scenario.levers]
        for much in (ends[end] for end in ledger.ends)
    ]
    lines = cost_lines(scenario, uses[-1], DRAW, ITEMS)
    return year_lines(scenario, ledger, uses, lines, START)


def test_what_is_shared_is_paid_when_the_first_of_its_levers_starts() -> None:
    """By the first lever of the file, which may start later than another that needs it."""
    prompt = 'kind = "doctors"\nmeans = "prompt"\nname = "{}"\nstart = {}'
    scenario = several(prompt.format("late", "2028-03-06"), prompt.format("early", "2027-03-01"))
    found = by_hand(scenario, {date(2028, 1, 1): 10.0, UNTIL: 25.0}, UNTIL)
    once = [(line.lever, line.year, line.eur) for line in found if line.item.startswith("prompt")]
    assert once == [("late", 2027, 2e6), ("late", 2028, 0.0)]
    yearly = [(line.lever, line.year, line.eur) for line in found if line.item.startswith("training")]
    assert yearly == [("late", 2027, 0), ("late", 2028, 3750), ("early", 2027, 1500), ("early", 2028, 2250)]
    alone = several(prompt.format("late", "2028-03-06"))
    late = by_hand(alone, {date(2028, 1, 1): 0.0, UNTIL: 25.0}, UNTIL)
    assert [line.eur for line in late if line.item.startswith("prompt")] == [0.0, 2e6], "negative control"


def test_only_development_is_paid_at_the_start() -> None:
    scenario = load_scenario("mix-broad")
    use = LeverUse("", 5.0, 5.0, 5.0, 5, 1)
    once = {charge.item for table in scenario.levers for charge in table.charges(use) if charge.once}
    assert once == {"one-off development", "prompt in the practice software, one-off"}
    assert not Charge(lever="a", item="b", quantity=1.0).once


def test_tables_have_every_year_of_every_scenario(frames: dict[str, pd.DataFrame]) -> None:
    names = ({"name": REFERENCE}, {"name": "two"})
    manifest: dict[str, Any] = {"policy_start": str(START), "until": str(UNTIL), "scenarios": names}
    table = spending_table(frames, manifest)
    assert list(zip(table["scenario"], table["year"], strict=True)) == [
        (name, year) for name in (REFERENCE, "two") for year in (2027, 2028)
    ]
    assert (table.loc[table["scenario"] == REFERENCE, "cost_millions_eur_p95"] == 0).all()
    document = spending_document(frames, manifest)["two"]
    whole = frames["outcomes"].set_index("scenario")["cost_millions_eur"]["two"]
    assert sum(year["p50"] for year in document) == pytest.approx(whole, rel=1e-5)


def years_by_hand(text: str, counted: float = 10.0) -> dict[str, tuple[float, ...]]:
    """Quantity of each line in 2027 and 2028, where everything has been used by New Year as it has by the horizon."""
    found = by_hand(several(*text.split("---")), {date(2028, 1, 1): counted, UNTIL: counted}, UNTIL)
    lines: dict[str, tuple[float, ...]] = {}
    for one in found:
        lines[one.lever] = (*lines.get(one.lever, ()), one.quantity)
    return lines


@pytest.mark.parametrize(
    ("day", "before"), [("2027-12-27", True), ("2027-12-31", True), ("2028-01-01", False), ("2028-01-02", False)]
)
def test_a_lever_is_paid_from_the_day_as_written(day: str, before: bool) -> None:
    """All of these days are of the week of Monday 27 December 2027."""
    found = years_by_hand(
        f"""kind = "simplify"\nstart = {day}
        ---kind = "relatives"\nstart = {day}
        ---kind = "letter"\nstart = {day}
        ---kind = "sms"\nwaves = [{day}]
        ---kind = "pharmacist"\nstart = {day}
        ---kind = "doctors"\nmeans = "training"\nstart = {day}"""
    )
    assert len(found) == 6
    for lever, (first, second) in found.items():
        assert (first > 0, second > 0) == (before, not before), lever


def test_bursts_are_of_the_year_of_their_days() -> None:
    """Bursts by date, and every 26 weeks from a Saturday: 3 July 2027, 1 January and 1 July 2028."""
    own = 'kind = "media"\nbursts = [{start = 2027-12-31, weeks = 1}, {start = 2028-01-03, weeks = 1}]'
    assert years_by_hand(own, 2)["media"] == (1.0, 1.0)
    later = own.replace("2028-01-03", "2028-06-03").replace("2027-12-31", "2028-01-01")
    assert years_by_hand(later, 2)["media"] == (0.0, 2.0)
    rhythm = 'kind = "media"\nstart = 2027-07-03\nevery_weeks = 26'
    assert years_by_hand(rhythm, 3)["media"] == (1.0, 2.0)


def test_a_year_without_money_leaves_what_begins_in_the_next() -> None:
    """Simulated, with the years adding up to the cost: nothing is paid in 2027 of what starts on 1 January 2028."""
    (draw,) = mes.load_draws(1)
    text = '[title]\nen = "A"\n' + "".join(
        f'[[lever]]\nkind = "{kind}"\nstart = 2028-01-01\n' for kind in ("simplify", "media", "letter", "pharmacist")
    )
    rows = simulate_draw(experiment(1000, text), draw)
    by_year = rows["spending"].groupby("year")["eur"].sum()
    assert by_year[2027] == 0
    assert by_year[2028] == pytest.approx(rows["costs"]["eur"].sum())
