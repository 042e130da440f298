"""Entry point of the command ``mes`` (and of ``python -m cli``): Ctrl-C ends it quietly even while it loads."""

from __future__ import annotations

import atexit
import os
import signal
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Run the command that the arguments name."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
        # The first to be registered is the last to be called: when Python then takes itself apart, all is done, and its
        # way of ending would be that of a process killed by the signal.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    from cli.main import app

    app()


def _leave(number: int, frame: FrameType | None) -> None:
    """Nothing has been done yet, or all is done; ``cli.errors`` takes over in between."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    try:
        main()
    finally:
        # Python remembers that an ``exec`` of a text was interrupted (loading dataclasses is full of them), even where
        # the interrupt was dealt with, and would end a ``python -m`` by the signal instead of with our status. Another
        # ``exec`` makes it forget.
        exec("")
