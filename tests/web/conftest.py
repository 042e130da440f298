"""An explorer that computes in this process, on few people and draws."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cli.options import Lang
from cli.runs.request import Request
from cli.web import options, study
from foundation.tasks.executors import SerialExecutor
from web.explorer import Explorer

PEOPLE, DRAWS = 300, 3


def request_of() -> Request:
    """What is given on the command line."""
    return Request(
        command="compare",
        people=PEOPLE,
        draws=DRAWS,
        seed=1,
        workers=1,
        threads=1,
        out=None,
        resume=False,
        lang=Lang.en,
        json=False,
        quick=False,
        structure=(),
        posterior=None,
        cluster=None,
    )


@pytest.fixture(scope="session")
def made() -> Callable[..., Explorer]:
    """Makes explorers; studies of worlds are made once."""
    given, known = request_of(), {}

    def explorer(**more: object) -> Explorer:
        def make(world: object) -> object:
            if world not in known:
                known[world] = study(given, world)  # type: ignore[arg-type]
            return known[world]

        settings = {"workers": 1, "executor": SerialExecutor, "described": lambda world: options(given, world), **more}
        return Explorer(make, **settings)  # type: ignore[arg-type]

    return explorer
