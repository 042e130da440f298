"""Every item is computed or reported, whatever happens to the workers."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import Any

import pytest

from cli.runs import simulation
from foundation.seeds import DECISIONS, POPULATION, derive
from foundation.tasks import bench
from foundation.tasks.ensemble import executor_factory, run_ensemble
from tests.cluster import ROOT
from web import pool


def square(item: int) -> int:
    if item == 3:
        raise ValueError("three is not allowed\nsecond line")
    return item * item


def square_or_die(item: tuple[int, str]) -> int:
    """Item 2 kills its worker each time, item 4 only the first time."""
    number, folder = item
    mark = Path(folder) / f"died-{number}"
    if number == 2 or (number == 4 and not mark.exists()):
        with mark.open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def collect(function: Any, items: list[Any], workers: int) -> tuple[dict[Any, int], Any]:
    results: dict[Any, int] = {}
    failures = run_ensemble(function, items, executor_factory(workers), window=2 * workers, done=results.__setitem__)
    return results, failures


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_item_is_reported_and_the_rest_kept(workers: int) -> None:
    results, failures = collect(square, list(range(6)), workers)
    assert results == {i: i * i for i in range(6) if i != 3}
    assert [(f.index, f.error) for f in failures] == [(3, "ValueError: three is not allowed")]
    assert "in square" in failures[0].traceback


def test_a_killed_worker_costs_only_the_item_that_kills_it(tmp_path: Path) -> None:
    items = [(i, str(tmp_path)) for i in range(8)]
    results, failures = collect(square_or_die, items, 2)
    assert results == {item: item[0] ** 2 for item in items if item[0] != 2}
    assert [f.index for f in failures] == [2]
    assert "killed 3 times" in failures[0].error
    assert len((tmp_path / "died-2").read_text()) == 3, "one try and two retries"


SHARED = """
import gc, sys
from foundation.tasks import executors
if __name__ == "__main__":
    executors.load_ahead(("pandas", *sys.argv[1:]))
    with executors.LocalProcesses(1) as pool:
        print(pool.submit(gc.get_freeze_count).result(), pool.submit(gc.isenabled).result())
"""


@pytest.mark.skipif("forkserver" not in get_all_start_methods(), reason="workers are no copies")
def test_what_workers_have_in_common_is_left_alone_by_their_garbage_collectors(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text(SHARED)
    settled = simulation.SHARED
    assert pool.LOADED[-1:] == settled
    counts = []
    for last in ((), settled):
        command = [sys.executable, str(tmp_path / "shared.py"), *last]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
        count, enabled = done.stdout.split()
        assert enabled == "True", done.stderr
        counts.append(int(count))
    assert counts[0] == 0, "negative control"
    assert counts[1] > 10_000


def left_alone(item: int) -> tuple[int, int]:
    """Objects that are not searched for cycles, before and after a task."""
    before = gc.get_freeze_count()
    bench._computed(bench._Sent(work=lambda task: {"item": task}, task=item, key="", question="", folder=None))
    return before, gc.get_freeze_count()


def test_a_worker_does_not_search_again_and_again_what_it_has_loaded() -> None:
    results, _ = collect(left_alone, list(range(6)), 2)
    assert all(after > 0 for _, after in results.values())
    assert any(before < after for before, after in results.values()), "only after a task is it known what is loaded"
    here, _ = collect(left_alone, [1], 1)
    assert here[1][0] == here[1][1], "who asks goes on with things of their own"


def test_an_interrupt_is_not_taken_for_a_failure() -> None:
    def interrupt(item: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(interrupt, [1, 2], 1)


def test_nothing_to_do() -> None:
    assert collect(square, [], 2) == ({}, ())


def test_seeds_differ_by_seed_draw_and_purpose_and_stay_as_they_are() -> None:
    seeds = {derive(s, k, p) for s in range(20) for k in range(200) for p in (POPULATION, DECISIONS)}
    assert len(seeds) == 20 * 200 * 2
    assert all(0 <= seed < 2**63 for seed in seeds)
    # A change of this number would silently change every result published for a given seed.
    assert derive(1, 0, POPULATION) == 3903436636966207257
