"""Ctrl-C ends an ensemble whenever it comes; no thread is left waiting for a lock that nobody gives back."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from foundation.tasks.executors import LocalProcesses, held_back, postponed


def interrupted(what: str, moments: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.scenarios.interrupted", what, str(moments)]
    here = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=120, check=True)
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_ctrl_c_strands_no_thread_at_any_moment() -> None:
    assert interrupted("ours", 40) == {"interrupted": 40, "stranded": 0}


@pytest.mark.slow
def test_waiting_for_futures_as_usual_would_strand_some() -> None:
    """Negative control: the same moments, with ``concurrent.futures.wait`` in their way."""
    counts = interrupted("naive", 12)
    assert counts["interrupted"] == 12
    assert counts["stranded"] > 0


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_postponed_interrupt_comes_at_the_end() -> None:
    heard = []

    def interrupted_inside() -> None:
        with postponed(lambda: heard.append("first")):
            signal.raise_signal(signal.SIGINT)
            heard.append("went on")

    with pytest.raises(KeyboardInterrupt):
        interrupted_inside()
    assert heard == ["first", "went on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")
def test_a_process_started_meanwhile_is_not_hit() -> None:
    asks = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    with held_back():
        inside = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    outside = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert (inside.stdout, outside.stdout) == ("True\n", "False\n")


STARTS = """
import signal
from contextlib import nullcontext
from multiprocessing import resource_tracker
from foundation.tasks.executors import held_back
with {block}:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    resource_tracker.ensure_running()
    print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")
@pytest.mark.parametrize(("block", "kept"), [("held_back()", "True\n"), ("nullcontext()", "False\n")])
def test_the_first_process_of_python_does_not_let_it_through(block: str, kept: str) -> None:
    """A tracker of resources that Python starts with its first process ends the holding back; the second case is the
    negative control."""
    told = subprocess.run(
        [sys.executable, "-c", STARTS.format(block=block)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == kept


def begins_to_answer(mark: str) -> None:
    """Sends the first bytes of a long result, and then nothing."""
    frame = sys._getframe()
    while "result_queue" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    os.write(frame.f_locals["result_queue"]._writer.fileno(), struct.pack("!i", 1000) + b"first")
    Path(mark).touch()
    time.sleep(100)


def is_busy(mark: str, task: bytes = b"") -> None:
    Path(mark).touch()
    time.sleep(100)


@pytest.mark.parametrize("waits_for", ["a task to be taken", "the rest of a result"])
def test_stopped_processes_leave_nobody_waiting_at_a_pipe(waits_for: str, tmp_path: Path) -> None:
    """More tasks than a pipe holds wait for a busy process; a process is killed while it sends a result. The thread of
    the one or the other waited for ever, and the program with it (the first with Python 3.11.2 and older)."""
    pool, mark = LocalProcesses(1), tmp_path / "mark"
    if waits_for == "a task to be taken":
        for _ in range(4):
            pool.submit(is_busy, str(mark), b"x" * 1_000_000)
    else:
        pool.submit(begins_to_answer, str(mark))
    manager: Any = pool._executor_manager_thread
    while not mark.exists():
        time.sleep(0.01)
    time.sleep(0.2)  # for the thread to be at the pipe
    pool.stop()
    assert not manager.is_alive()


def test_outside_the_main_thread_nothing_changes() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def inside() -> None:
        with postponed(lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [before]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")
def test_an_interrupt_held_back_is_not_lost() -> None:
    reached = []

    def interrupted_inside() -> None:
        with held_back():
            signal.raise_signal(signal.SIGINT)  # to this thread: a runner's other threads don't hold it back
            reached.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted_inside()
    assert reached
