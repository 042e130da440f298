"""Processes, threads and memory: chosen, or refused with the figures."""

import re

import pytest

from foundation.errors import UserError
from model.engine.memory import memory_plan
from scenarios.compare import placement
from scenarios.compare.placement import LARGE, place

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
