"""The readable twin's state in the form in which ``model.counting.census`` counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from model.engine.programme import base_keys
from model.engine.records import LETTER, STATE, Run, new_desks, world
from model.population.attributes import TYPES
from model.population.population import Population
from model.terms.keyed import streams

if TYPE_CHECKING:
    from model.twin.reference import ReferenceModel


def person_rows(population: Population) -> list[dict[str, int]]:
    """The columns of a population as one dictionary per person."""
    columns = [getattr(population, name).tolist() for name in TYPES]
    return [dict(zip(TYPES, values, strict=True)) for values in zip(*columns, strict=True)]


def records(model: ReferenceModel) -> Run:
    """Persons, levers and counts; the parts that only an engine needs are left empty."""
    population, programme = model.population, model.programme
    state = np.zeros(population.n, STATE)
    for name in STATE.names or ():
        state[name] = [getattr(person, name) for person in model.people]
    desks, _ = new_desks(1, 1)
    for name in ("contacts", "visits", "activations"):
        _enter(desks[name][0], getattr(model, name))
    for code, meetings in model.meetings.items():
        desks["by_process"][0, code] = meetings
    served = [[0, campaign.accompanied] for campaign in model.campaigns]
    return Run(
        people=population.rows,
        tie=population.tie,
        world=world(model.rates, model._weekly, streams(model.seed), base_keys(model.seed), model.weeks)[0],
        levers=programme.records,
        aims=programme.aims,
        queue=programme.queue,
        state=state,
        served=np.array(served, np.int64).reshape(len(served), 2),
        desks=desks,
        letters=np.zeros((1, 1), LETTER),
    )


def _enter(table: np.ndarray, counts: Counter[tuple[int, int]]) -> None:
    """Write counts by (week, channel) into a table."""
    for (week, channel), count in counts.items():
        table[week, channel] = count
