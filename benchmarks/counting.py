"""How many people the engine handles: counted week by week, outside what is timed."""

from __future__ import annotations

from typing import Any

from model.records import PERSON, REACH, STATE
from model.weeks import WEEKS


def handled(model: Any) -> dict[str, float]:
    """People due, letters that arrive, people and entries of ties, over all weeks; sizes of records, bytes."""
    due = 0
    while model.week < WEEKS:
        due += int((model.run.due == model.week).sum())
        model.advance(model.week + 1)
    told = model.run.desks["contacts"].sum(axis=0)[:, [3, 12]].sum()
    return {
        "persons": float(model.population.n),
        "ties": float(len(model.population.tie)),
        "due": float(due),
        "told": float(told),
        "activations": float(model.run.desks["activations"].sum()),
        "person_bytes": float(PERSON.itemsize),
        "state_bytes": float(STATE.itemsize + REACH.itemsize + model.run.due.itemsize),
        "due_bytes": float(model.run.due.itemsize),
    }
