"""Processes, threads and memory: chosen, or refused with the figures."""

import re
from datetime import date

import pytest

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.targets import load_surveyed
from foundation.errors import UserError
from model.engine.agenda import CONTACT
from model.engine.memory import memory_plan
from scenarios.compare import placement
from scenarios.compare.placement import LARGE, SPARE, contacts_a_person, place
from scenarios.experiment import REFERENCE, Experiment, Settings, history_of
from scenarios.language.files import load_scenario

FRANCE = 68_087_512
GIB = 2**30


@pytest.fixture
def free(monkeypatch):
    def set_free(size):
        monkeypatch.setattr(placement, "free_bytes", lambda: size)

    return set_free


def test_small_runs_get_a_process_for_every_core_and_no_questions(monkeypatch):
    monkeypatch.setattr(placement, "free_bytes", lambda: pytest.fail("memory was looked at"))
    chosen = place(50_000, 100, processes=None, threads=None, cores=8, levers=True)
    assert (chosen.processes, chosen.threads) == (8, 1)


def test_where_memory_is_short_cores_become_threads(free):
    need = memory_plan(FRANCE, threads=4, levers=False).total
    free(2 * need + GIB)
    chosen = place(FRANCE, 100, processes=None, threads=None, cores=8, levers=False)
    assert (chosen.processes, chosen.threads) == (2, 4)
    assert chosen.processes * chosen.plan.total <= chosen.free


def test_no_more_processes_than_draws(free):
    free(1000 * GIB)
    chosen = place(FRANCE, 1, processes=20, threads=None, cores=8, levers=True)
    assert (chosen.processes, chosen.threads) == (1, 8)


def test_too_little_memory_is_refused_with_the_figures(free):
    free(4 * GIB)
    with pytest.raises(UserError) as refused:
        place(FRANCE, 1, processes=None, threads=2, cores=2, levers=False)
    message = str(refused.value)
    assert message.startswith(f"--people {FRANCE}: needs ")
    assert "persons 1.6 GiB" in message
    assert "4.0 GiB are free" in message
    fitting = int(re.search(r"the most that fits: --people (\d+)$", message)[1])
    assert place(fitting, 1, processes=None, threads=2, cores=2, levers=False).processes == 1


def test_processes_asked_for_are_not_quietly_reduced(free):
    free(int(1.5 * memory_plan(FRANCE, levers=False).total))
    with pytest.raises(UserError, match=rf"needs 2 processes of .* or with --workers 1: --people {FRANCE}"):
        place(FRANCE, 10, processes=2, threads=1, cores=2, levers=False)


def test_more_people_than_numbers_reach_are_refused():
    with pytest.raises(UserError, match="at most 200000000"):
        place(10**9, 1, processes=1, threads=1, cores=1, levers=False)


def test_time_is_told_for_all_rounds(free):
    free(1000 * GIB)
    one = place(LARGE, 1, processes=1, threads=1, cores=1, levers=False).seconds(draws=1, scenarios=1)
    assert place(LARGE, 3, processes=2, threads=1, cores=2, levers=False).seconds(3, 1) == pytest.approx(2 * one)


def test_contacts_that_were_counted_take_the_place_of_a_bound(free):
    free(1000 * GIB)
    parts = [
        place(FRANCE, 1, processes=1, threads=2, cores=2, levers=True, contacts=contacts).plan.parts["contacts"]
        for contacts in (None, 2.0, 8.0)
    ]
    assert parts[1] == 2 * FRANCE * CONTACT.itemsize < parts[0] < parts[2]


def test_contacts_are_those_of_a_larger_run_and_levers_count():
    """Per person, with what is spared for chance: a larger run has no more, and not much less."""
    quo, mix = (experiment(*names) for names in ((REFERENCE,), (REFERENCE, "mix-broad")))
    draws, told = load_draws(2, seed=1), []
    planned = [contacts_a_person(each, draws, told.append) for each in (quo, mix)]
    assert told == [0, 1, 2, 0, 1, 2]
    assert planned[0] < planned[1]
    larger = max(history_of(quo, draw).contacts_noted for draw in draws) / quo.settings.people
    assert planned[0] / SPARE * 0.95 < larger < planned[0]


def experiment(*names):
    settings = Settings(
        people=60_000, draws=2, seed=1, policy_start=date(2027, 1, 4), until=date(2027, 12, 31), target_millions=40
    )
    return Experiment(
        settings=settings,
        scenarios=tuple(load_scenario(name) for name in names),
        demography=load_demography(),
        history=load_history(),
        costs=tuple(load_costs()),
        surveyed=load_surveyed(),
    )
