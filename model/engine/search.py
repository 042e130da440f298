"""The contacts that may reach a person, of the status quo or of levers, are looked for; which processes bring those at
random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from model.engine.agenda import ENDS, KNOWS, forget
from model.engine.completion import can_get
from model.engine.noting import note_first_notice, note_lever_messages, note_reminder
from model.engine.people import OPPOSES, has_flag, traits_of
from model.engine.practice import mention_chance, recommendation_chance
from model.engine.processes import Process, note_process
from model.engine.programme import BASE_MEDIA, DOCTOR, MENTION, SPONTANEOUS
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.engine.turns import CHILD, OWN, WARD, childhood_turn, own_turn, reached_through, write_eagerness
from model.levers.base import ADVICE, DOCUMENT, MESSAGE, SUGGESTION, VISIT
from model.levers.doctors import extra_recommendations
from model.population.attributes import EMAIL
from model.terms.channels import Channel
from model.terms.inputs import ALIKE, DOCUMENTS, GP_CONTACTS, STAYS
from model.terms.jit import inlined
from model.terms.keyed import Decision
from model.terms.spells import LEVELS
from model.terms.weeks import NEVER

_NEVER = np.int64(NEVER)
_PROCESSES = np.array((BASE_DOCUMENT, DOCTOR, MENTION, BASE_MEDIA, SPONTANEOUS), np.int64)
"""In the order in which contacts of one week take place, after messages. Children have the first three."""
_NO_PULL, _ALL, _GROWS = np.float64(0.0), np.float64(1.0), np.bool_(True)
_EMAIL, _C_HOSPITAL = np.int64(EMAIL), np.int64(Channel.HOSPITAL)
_DOCUMENTS, _GP = np.int64(Decision.SPELL_DOCUMENTS), np.int64(Decision.SPELL_GP)
_NO_NEED, _YOUNGEST, _BY_BAND, _FOR_ALL = np.int64(-1), np.int64(0), np.int64(LEVELS), np.int64(0)
_ALIKE, _CONTACTS, _RECEIVED, _STAYS = np.int64(ALIKE), np.int64(GP_CONTACTS), np.int64(DOCUMENTS), np.int64(STAYS)


@inlined
def note_person(r, draft, i, traits, since, base, levers, ends):
    """Note all contacts that may reach a person not activated: in childhood, the person's own, and those of wards.

    ``base``: a value to note contacts of the status quo; ``levers``: those whose contacts are noted (``Asked``);
    ``None`` for the other, of which Numba then compiles nothing.
    ``ends``: the first that is sure to activate the person ends the search, and ``r.sure`` gets its week.
    """
    draft.bound[ENDS], draft.bound[KNOWS] = _NEVER, np.int64(r.state[i].aware)
    if levers is not None:
        draft.bound[ENDS] = np.int64(r.sure[i]) + 1
    noted = draft.total[0]
    if traits & OPPOSES:
        return
    first, end, answers = np.int64(r.people[i].tie_start), np.int64(r.people[i + 1].tie_start), np.int64(-1)
    for edge in range(first - 2, end):
        mode = CHILD if edge == first - 2 else OWN if edge == first - 1 else WARD
        if mode == WARD and r.tie[edge] >= 0:
            break  # wards come first
        owner = np.int64(~r.tie[edge]) if mode == WARD else i
        if levers is not None and r.aims[owner] & levers.noted == 0:
            continue
        if not reached_through(r, mode, owner, levers is not None):
            continue
        if mode == OWN:
            turn = own_turn(r, i, traits, since, ends)
        else:
            above = traits_of(r.world, np.int64(r.people[owner].guardian)) if mode == CHILD else traits
            if above & OPPOSES:
                continue
            turn = childhood_turn(r, mode, owner, above, since, ends)
        if turn.start >= turn.stop:
            continue
        if turn.i != answers and (levers is None or r.aims[owner] & levers.eager != 0):
            answers = turn.i
            write_eagerness(r, draft, answers)
        if base is not None:
            note_base(r, draft, turn)
        if levers is not None:
            note_levers(r, draft, turn, r.aims[owner] & levers.noted)
    if ends and draft.bound[ENDS] < _NEVER:
        r.sure[i] = draft.bound[ENDS] - 1
        forget(draft, noted, CHILD)


@inlined
def note_base(r, draft, turn):
    """Note all contacts of a turn's owner in the status quo."""
    adult = turn.mode == OWN
    if turn.notices:
        note_first_notice(r, draft, turn, adult)
        if turn.mode != WARD:
            note_reminder(r, draft, turn, adult)
    for place in range(5 if adult else 3):
        note_process(r, draft, turn, base_process(r, turn, _PROCESSES[place]))


class Asked(NamedTuple):
    """Levers whose contacts are looked for, a bit each."""

    noted: np.uint32
    """All of them: of the others it is known week by week whom they reach."""
    eager: np.uint32
    """Those that ask how eager people are."""


@inlined
def asked_of(r, bits):
    """The levers of a scenario, of some bits."""
    noted, eager = np.uint32(0), np.uint32(0)
    for lever in range(r.levers.shape[0]):
        bit, effect = np.uint32(bits) & np.uint32(1) << np.uint32(lever), r.levers[lever].effect
        if effect in (MESSAGE, VISIT, DOCUMENT):
            eager |= bit
        if effect in (MESSAGE, VISIT, DOCUMENT, ADVICE, SUGGESTION):
            noted |= bit
    return Asked(np.uint32(noted), np.uint32(eager))


@inlined
def note_levers(r, draft, turn, bits):
    """Note all contacts of a turn's owner through the levers of some bits."""
    for lever in range(r.levers.shape[0]):
        if (bits >> np.uint32(lever)) & np.uint32(1) == 0:
            continue
        if r.levers[lever].effect == MESSAGE:
            if turn.notices and can_get(r, lever, turn.i):
                note_lever_messages(r, draft, turn, lever)
        elif turn.mode == OWN or not r.levers[lever].adults_only:
            note_process(r, draft, turn, lever_process(r, turn, lever))


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
