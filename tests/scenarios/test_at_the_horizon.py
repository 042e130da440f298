"""At the horizon levers are still there, unless their file ends them: who comes back that day meets them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from model.counting.interview import TRIAL
from model.terms.outcome import WOULD_PASS
from model.terms.weeks import WEEKS, monday, week_of
from model.twin.contacts import identity
from scenarios.experiment import Experiment, Settings, history_of, simulate_draw, start_branch
from scenarios.language.files import load_scenario, parse_scenario
from scenarios.language.resolve import date_problems, going_on, resolve
from tests.golden import imports as mes

START, UNTIL = date(2026, 1, 5), date(2026, 7, 6)
ENDED = '[title]\nen = "A"\n[[lever]]\nkind = "simplify"\nend = 2026-06-29\n'
STOPPED = ("no_use", "time", "information", "other_reason")


def experiment(engine: Any, people: int) -> Experiment:
    settings = Settings(
        people=people, draws=1, seed=3, policy_start=START, until=UNTIL, target_millions=40.0, engine=engine
    )
    ended = parse_scenario(ENDED, source="ended.toml")
    return Experiment(
        settings=settings,
        scenarios=(load_scenario("status-quo"), load_scenario("simplified-signup"), ended),
        costs=tuple(mes.load_costs()),
        demography=mes.load_demography(),
        history=mes.load_history(),
        surveyed=mes.load_surveyed(),
    )


@pytest.fixture(scope="module")
def shares() -> dict[str, np.ndarray]:
    """Of the stopped who would pass, by scenario: a week before the horizon and there."""
    (draw,) = mes.load_draws(1)
    found = simulate_draw(experiment("fast", 20_000), draw)["equity"]
    found = found[(found["dimension"] == "digital_exclusion") & (found["week"] > found["week"].min())]
    sums = found.groupby(["scenario", "week"], sort=False)[[WOULD_PASS, *STOPPED]].sum()
    part = sums[WOULD_PASS] / sums[list(STOPPED)].sum(axis=1)
    return {str(name): rows.to_numpy() for name, rows in part.groupby("scenario", sort=False)}


def test_who_comes_back_at_the_horizon_meets_a_lever_that_goes_on(shares: dict[str, np.ndarray]) -> None:
    quo, eased, ended = (shares[name][-1] for name in ("status-quo", "simplified-signup", "ended"))
    assert eased > quo + 0.05
    assert abs(eased - shares["simplified-signup"][0]) < 0.02, "a week changes little"
    assert abs(ended - quo) < 0.03, "negative control: one whose file ends it is over"


def test_counted_by_hand_person_by_person() -> None:
    (draw,) = mes.load_draws(1)
    asked = experiment("mesa", 400)
    scenario, week = asked.scenarios[1], asked.settings.last_week
    branch: Any = start_branch(asked, scenario, draw, history_of(asked, draw), monday(WEEKS))
    since = branch.week
    branch.advance(week)
    trial = [
        person.meet_barriers(identity(int(TRIAL), 0, person.number), week, by_doctor=False) is None
        for person in branch.people
        if person.is_present(since)
        and week < person.exit
        and person.visited < week <= person.activated
        and not person.opposed
        and not (person.is_minor(week))
    ]
    found = simulate_draw(asked, draw)["equity"]
    rows = found[(found["scenario"] == scenario.name) & (found["week"] == week)]
    told = rows[rows["dimension"] == "digital_exclusion"][WOULD_PASS].sum() / branch.population.weight
    assert sum(trial) > 5
    assert told == pytest.approx(sum(trial))


def test_levers_go_on_as_long_as_a_wave_is_spread_unless_the_clock_ends() -> None:
    scenario = load_scenario("simplified-signup")
    assert going_on(scenario, UNTIL) == date(2026, 7, 13)
    assert going_on(load_scenario("mix-broad"), UNTIL) == date(2026, 8, 31), "letters are spread over eight weeks"
    assert going_on(scenario, monday(WEEKS)) == monday(WEEKS)


def test_a_file_with_as_many_waves_as_there_may_be_goes_on_too() -> None:
    """One more would lie past the horizon; the sign-up beside them used to end with them."""
    text = (
        '[title]\nen = "A"\n[[lever]]\nkind = "simplify"\n[[lever]]\nkind = "sms"\nevery_weeks = 1\nspread_weeks = 1\n'
    )
    start, until = date(2027, 1, 4), date(2028, 3, 25)
    scenario, (draw,) = parse_scenario(text, source="a.toml"), mes.load_draws(1)
    assert date_problems(scenario, policy_start=start, until=until) == []
    last = going_on(scenario, until)
    assert date_problems(scenario, policy_start=start, until=last), "one wave too many"
    simplify, sms = resolve(scenario, draw, policy_start=start, until=until, onward=last)
    assert simplify.end == week_of(until) + 2
    assert len(sms.waves) == 64
