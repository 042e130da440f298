"""What can be bought, and how a mix becomes a scenario file."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from foundation.errors import UserError
from planning.mix.question import STEPS, Space, load_space, needed, strictly
from scenarios.language.files import catalogue, load_scenario, parse_scenario, scenario_text

CATALOGUE = [name for name in catalogue() if name != "status-quo"]


def test_ceilings_are_the_most_of_any_shipped_strategy() -> None:
    """The shipped strategies of one lever lie within the space, at one of its intensities."""
    space = load_space()
    ceilings = {(t.kind, getattr(t, "means", None)): t.intensity for t in space.scenario.levers}
    for name in CATALOGUE:
        for table in load_scenario(name).levers:
            assert table.intensity <= ceilings[table.kind, getattr(table, "means", None)]


def test_a_selection_keeps_the_order_of_the_file() -> None:
    assert load_space(levers=["sms", "email"]).labels == ("email", "sms")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["emial"], 'did you mean "email"'),
        ([""], "names no lever"),
        (["email", "email"], "twice"),
        (["zzz"], "allowed: doctors-training"),
    ],
)
def test_unknown_levers(names: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        load_space(levers=names)


def test_nothing_to_plan_with() -> None:
    with pytest.raises(UserError, match="nothing to plan with"):
        load_space("status-quo")


def test_a_mix_is_a_scenario_of_hundredths() -> None:
    space = load_space()
    mix = space.everything()
    mix[space.labels.index("pharmacist")] = 50
    mix[space.labels.index("email")] = 0
    scenario = space.mixed(mix)
    intensities = {table.label: table.intensity for table in scenario.levers}
    assert (intensities["pharmacist"], intensities["email"], intensities["simplify"]) == (0.0165, 0, 1)
    assert {table.label for table in strictly(scenario).levers} == set(space.labels) - {"email"}


def test_a_lever_at_zero_stays_where_another_needs_its_rank() -> None:
    space = load_space()
    mix = np.zeros(len(space.labels), np.int64)
    mix[space.labels.index("families")] = STEPS
    assert [table.label for table in needed(space.mixed(mix)).levers] == ["letters", "families"]
    assert [table.intensity for table in needed(space.mixed(mix)).levers] == [0, 1]


@pytest.mark.parametrize("name", catalogue())
def test_a_scenario_reads_back(name: str) -> None:
    scenario = load_scenario(name)
    again = parse_scenario(scenario_text(scenario, remarks={"email": "half of them"}), source=scenario.source)
    assert again.sha256 == scenario.sha256


def test_dates_prices_and_quotes_read_back() -> None:
    text = (
        '[title]\nen = "A \\"b\\""\n[[lever]]\nkind = "media"\nbursts = [{ start = 2026-03-02, weeks = 4 }]\n'
        '[lever.cost]\nvalue = 2.5\n[lever.target]\nregions = ["Provence-Alpes-Côte d\'Azur et Corse"]\n'
    )
    scenario = parse_scenario(text, source="x.toml")
    again = parse_scenario(scenario_text(scenario), source="x.toml")
    assert again.sha256 == scenario.sha256
    assert next(iter(again.levers[0].dates())) == ("bursts[1].start", date(2026, 3, 2))


def test_switches() -> None:
    space = load_space()
    assert {label for label, switch in zip(space.labels, space.switches, strict=True) if switch} == {
        "simplify",
        "relatives",
    }
    assert isinstance(space, Space)
