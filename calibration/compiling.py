"""Everything that is compiled, run on hardly anybody: ``calibration.warm`` starts it.

Most of the time goes into two searches, for the contacts of the status quo and for those through levers, which share
little: each of two processes compiles one of them, and what goes with it. Only one needs people to be made; the other
gets a person out of nowhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from calibration.facts.inputs import load_demography, load_history
from model import AdoptionModel, Parameters, build_population
from model.counting.answers import online_cells, online_counts
from model.engine import kernel
from model.engine.agenda import Agenda, no_agenda
from model.engine.records import STATE
from model.levers import Assisted, Messages, Relatives, Target
from model.population.attributes import PERSON
from model.population.population import Population
from model.population.pyramid import band_of_age
from model.prevalence import surveyed_shares
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.inputs import Demography
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
    """What is compiled to make people and advance them without levers, on one thread and on several."""
    demography = load_demography()
    model = _model(AdoptionModel, build_population(demography, people=PEOPLE, seed=0), demography)
    model.advance(WEEK)
    nobody = no_agenda()
    kernel.serve(model.run, 0, WEEK)
    kernel.share_of_week(model.run, nobody, nobody, 0, 0, 0, 0, WEEK)
    kernel.sweep(model.run, WEEK)


def run_levers() -> None:
    """What is compiled for levers and counts."""
    demography = load_demography()
    model = _model(_NoContacts, _somebody(demography), demography)
    branch = model.branch(_LEVERS)
    model.branch(_LEVERS)  # once more: with contacts that are known
    branch.outcome()
    branch.to_frame([0])
    surveyed_shares(branch)
    online_counts(branch)
    online_cells(branch)
    branch.standing(0)
    for dimension in DIMENSIONS:
        branch.groups(dimension, [0])


class _NoContacts(AdoptionModel):
    """Leaves the search for contacts of the status quo to the other process."""

    def _written(self, write: Any, *more: int) -> Agenda:
        if not self.levers:
            self.run.state[:] = np.array((NEVER, NEVER, NEVER, NO_CHANNEL, 0), STATE)
            self.run.sure[:] = NEVER
            return no_agenda()
        return super()._written(write, *more)


def _somebody(demography: Demography) -> Population:
    """One person without ties."""
    nobody = Population(
        people=0,
        weight=1.0,
        regions=demography.regions,
        bands=tuple(profile.band for profile in demography.profiles),
        band_of_age=band_of_age(demography),
        doctor_start=np.arange(len(demography.regions) + 1),
        rows=np.zeros(1, PERSON),
        tie=np.empty(0, np.int32),
    )
    return nobody.with_isolated_person()


def _model(kind: type[AdoptionModel], population: Population, demography: Demography) -> AdoptionModel:
    return kind(population, Parameters(), demography=demography, history=load_history())


PARTS: dict[str, Callable[[], None]] = {"engine": run_engine, "levers": run_levers}

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
