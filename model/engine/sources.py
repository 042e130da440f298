"""Which processes bring contacts at random: those of the status quo and those of levers, for one person."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import Process
from model.engine.people import RATE_UNIT, age_row, has_flag
from model.engine.practice import counter_visits_per_year, mentions_per_year, recommendations_per_year
from model.engine.programme import BASE_MEDIA, DOCTOR, MENTION
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.levers.base import ADVICE, DOCUMENT, SUGGESTION, VISIT
from model.levers.doctors import extra_recommendations
from model.population.attributes import EMAIL
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import Decision

_NO_PULL, _ALL, _GROWS = np.float64(0.0), np.float64(1.0), np.bool_(True)
_EMAIL, _C_HOSPITAL = np.int64(EMAIL), np.int64(Channel.HOSPITAL)
_DOCUMENTS, _GP = np.int64(Decision.SPELL_DOCUMENTS), np.int64(Decision.SPELL_GP)
_NO_NEED = np.int64(-1)


@inlined
def base_process(r, turn, code):
    """One process of the status quo; its factor is 0 for whom it can't reach."""
    i, owner, w = turn.i, turn.owner, r.world
    thinned, gains, pull, factor = code in (BASE_DOCUMENT, MENTION), True, _NO_PULL, 1.0
    cum, guide, need = w.cum_spontaneous, w.guide_spontaneous, _NO_NEED
    first = w.gp_first[age_row(r.people, owner)]
    if code == DOCTOR:
        cum, guide, gains, need = w.cum_years, w.guide_years, False, _GP
        factor = recommendations_per_year(r.people, w, owner)
    elif code == MENTION:
        cum, guide, need, pull = w.cum_mention, w.guide_mention, _GP, w.pull_mention
        factor = mentions_per_year(r.people, w, owner)
    elif code == BASE_DOCUMENT:
        pull, cum, guide, need = w.pull_document, w.cum_document, w.guide_document, _DOCUMENTS
        first, factor = w.document_first, r.people[owner].document_rate * RATE_UNIT
        if not turn.notices or not has_flag(r.people, i, _EMAIL):
            factor = 0.0
    elif code == BASE_MEDIA:
        cum, guide = w.cum_media, w.guide_media
        if not turn.notices:
            factor = 0.0
    return Process(np.int64(code), w.base[code], _ALL, factor, gains, need, first, cum, guide, thinned, pull, _GROWS)


@inlined
def lever_process(r, turn, lever):
    """One lever that works as a process."""
    g, effect, w = r.levers[lever], r.levers[lever].effect, r.world
    at_gp = effect == ADVICE or (effect == SUGGESTION and g.channel != _C_HOSPITAL)
    need, first = _GP if at_gp else _NO_NEED, w.gp_first[age_row(r.people, turn.owner)]
    if effect == DOCUMENT:
        need, first = _DOCUMENTS, w.document_first
    thinned, gains = effect == DOCUMENT, effect in (DOCUMENT, VISIT)
    pull, factor = w.pull_document if thinned else g.pull, lever_factor(r, turn, lever)
    number, grows = np.int64(lever), g.inherits_growth
    return Process(number, g.keys, g.keep, factor, gains, need, first, g.cum, g.guide, thinned, pull, grows)


@inlined
def lever_factor(r, turn, lever):
    """A person's factor for life on the exposure to a lever that works as a process; 0 if out of reach."""
    effect, owner = r.levers[lever].effect, turn.owner
    if effect == SUGGESTION:
        return counter_visits_per_year(r.people, r.world, owner, r.levers[lever].channel == _C_HOSPITAL)
    if effect == ADVICE:
        return extra_recommendations(r, lever, owner)
    if not turn.notices or (effect == DOCUMENT and not has_flag(r.people, turn.i, _EMAIL)):
        return 0.0
    return r.people[owner].document_rate * RATE_UNIT if effect == DOCUMENT else 1.0
