"""Time left, as lines tell it."""

import pytest

from foundation.tasks import progress
from foundation.tasks.progress import progress as progress_of


@pytest.fixture
def told(monkeypatch, capsys):
    """Lines for draws that finish at given seconds."""

    def lines(*finished: tuple[int, float]) -> list[str]:
        clock = iter([when for _, when in finished])
        monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
        with progress_of(finished[-1][0], "draws") as tell:
            for count, _ in finished:
                tell(count)
        return capsys.readouterr().err.splitlines()

    return lines


def test_the_start_does_not_spoil_the_pace_of_quick_draws(told):
    lines = told((0, 0.0), (1, 20.0), (2, 21.0), (3, 22.0), (4, 23.0))
    assert lines[1:4] == ["draws: 1/4", "draws: 2/4, 2 s left", "draws: 3/4, 1 s left"]


def test_slow_draws_side_by_side_count_from_the_start(told):
    assert told((0, 0.0), (1, 100.0), (2, 101.0), (3, 200.0), (4, 201.0))[2] == "draws: 2/4, 101 s left"


def test_a_run_taken_up_counts_only_what_it_does_itself(told):
    assert told((2, 0.0), (3, 100.0), (4, 200.0))[1] == "draws: 3/4, 100 s left"
