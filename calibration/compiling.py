"""Everything that is compiled, run on a few people: ``calibration.warm`` starts it.

The parts of the two functions hardly overlap, so that two processes can compile side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calibration.facts.inputs import load_demography, load_history
from model import AdoptionModel, Parameters, build_population
from model.counting.online import online_cells, online_counts
from model.engine.agenda import Agenda, no_agenda
from model.engine.records import STATE
from model.fast import PER_THREAD
from model.levers import Assisted, Messages, Relatives, Target
from model.prevalence import surveyed_shares
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.outcome import DIMENSIONS
from model.terms.weeks import NEVER

PEOPLE = 500
WEEK = 10
_PERIOD: dict[str, Any] = {"start": 0, "end": WEEK}
_LEVERS = (
    Messages(name="email", channel=Channel.EMAIL, waves=(0,), pull=0.1, **_PERIOD),
    Assisted(name="assisted", capacity=1e6, success=0.5, target=Target(offline=True), **_PERIOD),
    Relatives(name="relatives", boost=2.0, **_PERIOD),
)


def run_engine() -> None:
    """Run all that is compiled to advance a few people, without levers, on one thread and on two."""
    for threads in (1, 2):
        model = _model(AdoptionModel, threads)
        model.advance(WEEK)
        surveyed_shares(model)


def run_counting() -> None:
    """Run what is compiled for levers and counts, on a few people for whom no contacts were looked for."""
    model = _model(_NoContacts, 1)
    branch = model.branch(_LEVERS)
    branch.outcome()
    branch.to_frame()
    online_counts(branch)
    online_cells(branch)
    branch.standing(0)
    for dimension in DIMENSIONS:
        branch.groups(dimension, [0])


class _NoContacts(AdoptionModel):
    """Leaves the search for contacts of the status quo to the other process."""

    def _written(self, write: Callable[..., None], *more: int) -> Agenda:
        if not self.levers:
            self.run.state[:] = np.array((NEVER, NEVER, NEVER, NO_CHANNEL, 0), STATE)
            self.run.sure[:] = NEVER
            return no_agenda()
        return super()._written(write, *more)


def _model(kind: type[AdoptionModel], threads: int) -> AdoptionModel:
    """A few people, or as many as several threads are used for."""
    demography, history = load_demography(), load_history()
    people = PEOPLE if threads == 1 else PER_THREAD * threads
    population = build_population(demography, people=people, seed=0, threads=threads)
    return kind(population, Parameters(), demography=demography, history=history, threads=threads)


if __name__ == "__main__":
    run_counting()
