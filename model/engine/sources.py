"""Which processes bring contacts at random: those of the status quo and those of levers, for one person."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import Process
from model.engine.people import has_flag
from model.engine.practice import mention_chance, recommendation_chance
from model.engine.programme import BASE_MEDIA, DOCTOR, MENTION
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.levers.base import ADVICE, DOCUMENT, SUGGESTION, VISIT
from model.levers.doctors import extra_recommendations
from model.population.attributes import EMAIL
from model.terms.ages import ALIKE, DOCUMENTS, GP_CONTACTS, STAYS
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import Decision
from model.terms.spells import LEVELS

_NO_PULL, _ALL, _GROWS = np.float64(0.0), np.float64(1.0), np.bool_(True)
_EMAIL, _C_HOSPITAL = np.int64(EMAIL), np.int64(Channel.HOSPITAL)
_DOCUMENTS, _GP = np.int64(Decision.SPELL_DOCUMENTS), np.int64(Decision.SPELL_GP)
_NO_NEED, _YOUNGEST, _BY_BAND, _FOR_ALL = np.int64(-1), np.int64(0), np.int64(LEVELS), np.int64(0)
_ALIKE, _CONTACTS, _RECEIVED, _STAYS = np.int64(ALIKE), np.int64(GP_CONTACTS), np.int64(DOCUMENTS), np.int64(STAYS)


@inlined
def base_process(r, turn, code):
    """One process of the status quo; its factor is 0 for whom it can't reach."""
    i, owner, w = turn.i, turn.owner, r.world
    thinned, gains, pull, factor = code in (BASE_DOCUMENT, MENTION), True, _NO_PULL, 1.0
    cum, guide, need, rate = w.cum_spontaneous, w.guide_spontaneous, _NO_NEED, _ALIKE
    first, stride = _YOUNGEST, _BY_BAND
    if code == DOCTOR:
        cum, guide, gains, need, rate = w.cum_years, w.guide_years, False, _GP, _CONTACTS
        factor = recommendation_chance(r.people, w, owner)
    elif code == MENTION:
        cum, guide, need, pull, rate = w.cum_mention, w.guide_mention, _GP, w.pull_mention, _CONTACTS
        factor = mention_chance(r.people, w, owner)
    elif code == BASE_DOCUMENT:
        pull, cum, guide, need, rate = w.pull_document, w.cum_document, w.guide_document, _DOCUMENTS, _RECEIVED
        first, stride = w.document_first, _FOR_ALL
        if not turn.notices or not has_flag(r.people, i, _EMAIL):
            factor = 0.0
    elif code == BASE_MEDIA:
        cum, guide = w.cum_media, w.guide_media
        if not turn.notices:
            factor = 0.0
    number, keys = np.int64(code), w.base[code]
    return Process(number, keys, _ALL, factor, rate, gains, need, first, stride, cum, guide, thinned, pull, _GROWS)


@inlined
def lever_process(r, turn, lever):
    """One lever that works as a process."""
    g, effect, w = r.levers[lever], r.levers[lever].effect, r.world
    need, rate, first, stride = _NO_NEED, _ALIKE, _YOUNGEST, _BY_BAND
    if effect == SUGGESTION and g.channel == _C_HOSPITAL:
        rate = _STAYS
    elif effect in (ADVICE, SUGGESTION):
        need, rate = _GP, _CONTACTS
    elif effect == DOCUMENT:
        need, rate, first, stride = _DOCUMENTS, _RECEIVED, w.document_first, _FOR_ALL
    thinned, gains = effect == DOCUMENT, effect in (DOCUMENT, VISIT)
    pull, factor = w.pull_document if thinned else g.pull, lever_factor(r, turn, lever)
    number, grows = np.int64(lever), g.inherits_growth
    return Process(
        number, g.keys, g.keep, factor, rate, gains, need, first, stride, g.cum, g.guide, thinned, pull, grows
    )


@inlined
def lever_factor(r, turn, lever):
    """A person's factor for life on the exposure to a lever that works as a process; 0 if out of reach."""
    effect, owner = r.levers[lever].effect, turn.owner
    if effect == SUGGESTION:
        return 1.0 if r.levers[lever].channel == _C_HOSPITAL else r.world.pharmacy_visits
    if effect == ADVICE:
        return extra_recommendations(r, lever, owner)
    unreached = not turn.notices or (effect == DOCUMENT and not has_flag(r.people, turn.i, _EMAIL))
    return 0.0 if unreached else 1.0
