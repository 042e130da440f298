"""How many people the engine handles: counted week by week, outside what is timed."""

from __future__ import annotations

from typing import Any

from model.engine.agenda import CONTACT
from model.engine.records import STATE
from model.population.attributes import PERSON
from model.terms.weeks import WEEKS


def handled(model: Any) -> dict[str, float]:
    """Contacts written down, letters that arrive, people and entries of ties, in all; sizes of records, bytes."""
    model.advance(WEEKS)
    told = model.run.desks["contacts"].sum(axis=0)[:, [3, 12]].sum()
    return {
        "persons": float(model.population.n),
        "ties": float(len(model.population.tie)),
        "noted": float(model.contacts_noted),
        "told": float(told),
        "activations": float(model.run.desks["activations"].sum()),
        "person_bytes": float(PERSON.itemsize),
        "state_bytes": float(STATE.itemsize),
        "contact_bytes": float(CONTACT.itemsize),
    }
