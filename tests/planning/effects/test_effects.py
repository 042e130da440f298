"""Attribution and removal: the summary by hand, and that each removal takes its channel out and nothing else."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.targets import load_surveyed
from model.terms.outcome import CHANNEL_NAMES
from planning.effects.effects import REMOVALS, Task, _outcome, _unchanged
from planning.effects.pictures import remainder, summary
from scenarios.experiment import Experiment, Settings
from scenarios.language.files import load_scenario


@pytest.fixture(scope="module")
def task() -> Task:
    settings = Settings(
        people=4000, draws=1, seed=1, policy_start=date(2024, 1, 1), until=date(2025, 6, 30), target_millions=40
    )
    experiment = Experiment(
        settings=settings,
        scenarios=(load_scenario("status-quo"),),
        demography=load_demography(),
        history=load_history(),
        costs=load_costs(),
        surveyed=load_surveyed(),
    )
    return Task(experiment, load_draws(3)[2])


@pytest.mark.parametrize("channel", REMOVALS)
def test_a_removed_channel_brings_nothing(task: Task, channel: str) -> None:
    """No activation through it is left (newborns' invitations belong to notices); others still bring some."""
    outcome = _outcome(task, REMOVALS[channel])
    brought = outcome.activations.sum(axis=0)
    assert brought[CHANNEL_NAMES.index(channel)] == 0
    assert brought.sum() > 0


def test_nothing_removed_changes_nothing(task: Task) -> None:
    """Negative control: the same run twice is the same run."""
    one, two = _outcome(task, _unchanged), _outcome(task, _unchanged)
    assert (one.activated == two.activated).all()


def test_removal_never_adds_at_the_start(task: Task) -> None:
    """A channel that has not begun yet is not missed: reminders came in September 2024."""
    with_them, without = _outcome(task, _unchanged), _outcome(task, REMOVALS["email"])
    week = (date(2024, 9, 16) - date(2022, 1, 31)).days // 7
    assert (with_them.activated[:week] == without.activated[:week]).all()


def test_summary_and_remainder_by_hand() -> None:
    rows = [
        {"draw": d, "channel": c, "day": "horizon", "attributed": a, "effect": e, "activated": 10.0}
        for d, c, a, e in ((0, "notice", 4, 2), (1, "notice", 6, 3), (0, "peer", 0, 0), (1, "peer", 1, 2))
    ]
    table = pd.DataFrame(rows)
    found = summary(table).set_index("channel")
    assert found.loc["notice", "attributed_p50"] == 5
    assert found.loc["notice", "effect_over_attributed_p50"] == 0.5
    assert found.loc["peer", "effect_over_attributed_p50"] == 2  # the draw without any is left out
    assert found.loc["notice", "effect_percent_p50"] == 25
    assert remainder(table)["pilot"].tolist() == [6.0, 3.0]
