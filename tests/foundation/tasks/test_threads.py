"""Work on several threads is done once, really at the same time, and its errors are not lost."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from foundation.tasks.threads import one_thread_of_algebra, side_by_side


@pytest.mark.parametrize("threads", [1, 2, 3, 9])
def test_every_item_once(threads: int) -> None:
    done: list[int] = []
    side_by_side(done.append, range(7), threads)
    assert sorted(done) == list(range(7))


def test_at_the_same_time() -> None:
    """Each of two waits for the other: one thread would wait for ever."""
    meeting = threading.Barrier(2, timeout=20)
    side_by_side(lambda item: meeting.wait(), (1, 2), 2)


@pytest.mark.parametrize("bad", [0, 1])
def test_an_error_of_any_thread_is_raised(bad: int) -> None:
    def work(item: int) -> None:
        if item == bad:
            raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match=f"item {bad}"):
        side_by_side(work, (0, 1), 2)


def test_linear_algebra_on_one_thread() -> None:
    def threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    np.linalg.inv(np.eye(3))
    with threadpool_limits(2, "blas"):
        assert max(threads()) == 2, "negative control"
        with one_thread_of_algebra():
            assert threads() == {1}
        assert max(threads()) == 2, "given back"
