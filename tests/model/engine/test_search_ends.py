"""Contacts after one that is sure to activate are left out: nobody's life changes by it, with levers or without."""

from __future__ import annotations

from typing import get_args, get_type_hints

import numpy as np
import pytest

from model import levers as lv
from model.adoption import AdoptionModel
from model.engine.agenda import Agenda
from model.terms.parameters import Structure
from model.terms.weeks import NEVER, WEEKS
from tests.model.busy import POLICY, build, levers

ALTERNATIVES = {name: get_args(kind)[1:] for name, kind in get_type_hints(Structure).items()}
STRUCTURES = [{}, *({name: value} for name, values in ALTERNATIVES.items() for value in values)]


class Whole(AdoptionModel):
    """Notes every contact that comes while a person is there."""

    _ends = False


def run(kind, chosen, seed=3, **structure):
    model = build(kind, seed, structure=Structure(**structure))
    model.advance(POLICY)
    branch = model.branch(chosen)
    branch.advance(WEEKS)
    return branch


def same(a, b):
    desks = ("contacts", "visits", "activations", "by_process")
    return np.array_equal(a.run.state, b.run.state) and all(
        np.array_equal(a.run.desks[name], b.run.desks[name]) for name in desks
    )


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
@pytest.mark.parametrize("chosen", [(), levers()], ids=["status quo", "all levers"])
def test_what_is_left_out_does_not_matter(structure, chosen):
    short, whole = run(AdoptionModel, chosen, **structure), run(Whole, chosen, **structure)
    assert same(short, whole)
    assert short.contacts_noted < whole.contacts_noted


def test_who_is_sure_to_activate_does_so_by_then():
    for chosen in ((), levers()):
        model = run(AdoptionModel, chosen)
        sure = model.run.sure < NEVER
        assert 0.2 < sure.mean() < 0.9
        assert (model.run.state["activated"][sure] <= model.run.sure[sure]).all()


def test_leaving_out_the_last_contact_too_is_noticed():
    # Negative control: without the contact that is sure to activate.
    model = build(AdoptionModel, 3)
    base = model._base
    weeks = np.repeat(np.arange(WEEKS), np.diff(base.begin[0]))
    kept = weeks < model.run.sure[base.contact["owner"]]
    begin = np.searchsorted(weeks[kept], np.arange(WEEKS + 1))[None]
    model._base = Agenda(np.ascontiguousarray(base.contact[kept]), begin)
    model.advance(WEEKS)
    assert not same(model, run(AdoptionModel, ()))


@pytest.mark.parametrize("week", [POLICY, POLICY + 40, WEEKS])
def test_uses_are_those_of_the_outcome(week):
    model = build(AdoptionModel, 3)
    model.advance(POLICY)
    for chosen in (
        levers(),
        levers()[:3],
        (lv.Media(name="media", bursts=((220, 6),), pull=0.02, start=POLICY, end=WEEKS),),
    ):
        branch = model.branch(chosen)
        branch.advance(week)
        assert branch.uses() == branch.outcome().uses
        assert week == POLICY or any(use.contacts > 0 or use.bursts > 0 for use in branch.uses())
