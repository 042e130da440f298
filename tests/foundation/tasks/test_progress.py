"""Time left, as lines tell it."""

import time

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


def test_the_first_line_with_a_time_left_does_not_wait_for_a_tenth(told):
    lines = told((0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0), *((n, float(n)) for n in range(4, 101)))
    assert lines[:3] == ["draws: 0/100", "draws: 2/100, 98 s left", "draws: 10/100, 90 s left"]
    assert len(lines) == 12


def test_where_nothing_was_said_for_long_it_says_that_it_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(progress, "QUIET", 0.05)
    for lang, said in (("en", "mixes: 3/9, at work for 0 s"), ("fr", "mixes\u00a0: 3/9, en cours depuis 0 s")):
        monkeypatch.setattr(progress.journal, "lang", lang)
        with progress_of(9, "mixes") as tell:
            tell(3)
            time.sleep(0.4)
        lines = capsys.readouterr().err.splitlines()
        assert lines[1] == said
        # Ever more seldom: after a tenth of the time so far. And not at all once it is over.
        assert 2 <= lines.count(said) <= 8
        time.sleep(0.2)
        assert capsys.readouterr().err == ""


def test_patience_grows_to_half_a_minute():
    assert [progress.patience(seconds) for seconds in (0.0, 15.0, 60.0, 300.0, 7200.0)] == [2.0, 2.0, 6.0, 30.0, 30.0]


def test_who_is_told_often_enough_is_told_nothing_else(monkeypatch, capsys):
    monkeypatch.setattr(progress, "QUIET", 5.0)
    with progress_of(10, "draws") as tell:
        for done in range(11):
            tell(done)
            time.sleep(0.01)
    assert "at work" not in capsys.readouterr().err
