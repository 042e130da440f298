"""What the user sees when something goes wrong, and the exit status that goes with it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130


@contextmanager
def reported() -> Iterator[None]:
    """Turns errors into one message on stderr: 2 for what the user gave, 1 for a failing run, 130 for Ctrl-C."""
    try:
        with _interrupted_once():
            yield
            sys.stdout.flush()
    except typer.Exit:
        raise
    except KeyboardInterrupt as error:
        raise _exit(str(error) or "interrupted", INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output has left (as in `mes … | head`): nobody to tell.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if os.environ.get("MES_DEBUG") == "1":
            traceback.print_exc()
        raise _exit(*_judged(error)) from None


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """The first Ctrl-C ends the command; further ones don't disturb what it does to end (a second or two)."""
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return

    def interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, previous)


def _judged(error: Exception) -> tuple[str, int]:
    from foundation.errors import RunFailedError, UserError
    from foundation.problems import ScenarioError

    if isinstance(error, ScenarioError):
        return "\n  ".join(str(problem) for problem in error.problems), BAD_INPUT
    if isinstance(error, UserError):
        return str(error), BAD_INPUT
    if isinstance(error, RunFailedError):
        return str(error), FAILED
    return f"{type(error).__name__}: {error} (MES_DEBUG=1 shows where)", FAILED


def _exit(message: str, status: int) -> typer.Exit:
    print(f"mes: {message}", file=sys.stderr)
    return typer.Exit(status)
