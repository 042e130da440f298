"""What the kernels read: one named tuple of parameters, one of weekly tables, computed once a run.

A cumulative table ``cum`` has one entry more than there are weeks: ``cum[w]`` is the exposure of an average person from
the start of the simulation to the start of week w.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int16, Int64

from model.terms.drivers import GROWTH_STARTS, growth_table, weekly_documents
from model.terms.inputs import Demography, History, band_starts, rates_by_age, recipients
from model.terms.parameters import SHORTEST_SPELL, Parameters, People, Structure
from model.terms.rules import ASSOCIATED, EACH_TIME, EXCLUSIVE, INDEPENDENT, NAIVE, TRAIT
from model.terms.shapes import Counts, Floats, Weeks
from model.terms.spells import FOR_LIFE, document_shape, gamma_levels, gp_levels, spell_lengths
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR, position, week_of

GUIDES = 512
"""Parts of an exposure that a guide knows the first weeks of."""
INVITATION_DELAY = 8
"""Weeks from a birth to the invitation of the parents, *assumed*."""
NEWCOMER_DELAY = (2, 7)
"""First week and number of weeks after arrival within which a newcomer is notified, *assumed*."""
PHARMACY_VISITS_PER_GP_CONTACT = 1.5
"""*Assumed*."""
HOSPITAL_STAYS = (0.12, 0.40)
"""Stays per year without and with a long-term illness, *assumed*."""
OLDEST, MIDDLE_AGE = 120, 45
"""Ages at launch, years, that eagerness by age is tabulated for (0 and negative: born later, down to -``UNBORN``); the
age with factor 1 before the mean over adults is made 1."""
UNBORN = 10

_READING = {"trait": TRAIT, "each_time": EACH_TIME, "naive": NAIVE}
_ASSOCIATION = {"independent": INDEPENDENT, "associated": ASSOCIATED, "exclusive": EXCLUSIVE}


class Coefficients(NamedTuple):
    """Parameters and structure as plain numbers (units as in ``model.terms.parameters``)."""

    notices: float
    access: float
    child_together: float
    pull_notice: float
    pull_notice_letter: float
    pull_document: float
    pull_peer: float
    pull_reminder: float
    pull_mention: float
    notice_delay: float
    recommendation_rate: float
    recommending_doctors: float
    mention_rate: float
    follow_through: float
    ready_share: float
    intention: float
    tell: float
    stop_no_use: float
    stop_time: float
    stop_information: float
    stop_other: float
    use_erosion: float
    has_no_use: float
    has_time: float
    has_information: float
    has_other: float
    ready: float
    opposed: float
    aware_at_start: float
    pilot_activated: float
    reminders_share: float
    reading: int
    association: int
    redrawn: bool
    information_is_item: bool
    word_of_mouth: bool
    pharmacy_visits: float
    eagerness_spell: float  # mean weeks of spells
    need_spell: float
    barrier_spell: float


class Weekly(NamedTuple):
    """Tables by week."""

    growth: Float[Floats, " week"]
    cum_years: Float[Floats, " week+1"]
    cum_spontaneous: Float[Floats, " week+1"]  # pull x growth
    cum_media: Float[Floats, " week+1"]  # pull x growth
    cum_document: Float[Floats, " week+1"]  # documents of a person of relative rate 1, times pull and growth
    cum_mention: Float[Floats, " week+1"]  # years, times pull and growth
    guide_years: Int16[Weeks, " guide"]  # see ``guide_to``
    guide_spontaneous: Int16[Weeks, " guide"]
    guide_media: Int16[Weeks, " guide"]
    guide_document: Int16[Weeks, " guide"]
    guide_mention: Int16[Weeks, " guide"]
    cum_received: Float[Floats, " week+1"]  # documents of a person of relative rate 1
    soft_information: Float[Floats, " week"]  # share of missing-information stops removed
    soft_time: Float[Floats, " week"]
    lengths: Float[Floats, " level"]  # of spells, over their mean
    levels: Float[Floats, " level"]  # the renewed factor of eagerness, equally likely values
    lasting_levels: Float[Floats, " level"]  # the factor for life
    need_levels: Float[Floats, " row_level"]  # rates of a spell over their mean: GP contacts by band; documents
    document_first: int  # where the levels of documents begin
    band_start: Int64[Counts, " bound"]  # weeks after birth at which each age band begins
    rates: Float[Floats, "kind place"]  # what follows age or illness (``model.terms.inputs``)
    age_gain: Float[Floats, " age"]  # factor on eagerness by age at launch, from -UNBORN on
    notice_weeks: Int64[Counts, 2]  # main period, whole period
    notice_main_share: float
    media_weeks: Int64[Counts, 2]  # first, one past the last
    reminder_weeks: Int64[Counts, 2]  # first, one past the last


def eagerness_shapes(people: People) -> tuple[float, float]:
    """Shapes of the two factors of eagerness, for life and renewed.

    Their squared coefficients of variation multiply to that of the whole: 1 + 1/k = (1 + 1/k_life)(1 + 1/k_renewed),
    of which ``eagerness_lasting`` is the share for life on logarithms.
    """
    whole = float(np.log1p(1.0 / people.eagerness_shape))
    shares = people.eagerness_lasting, 1.0 - people.eagerness_lasting
    life, renewed = (1.0 / max(float(np.expm1(share * whole)), 1e-4) for share in shares)
    return life, renewed


def age_gains(slope: float, adults: Float[Floats, " adult_age"]) -> Float[Floats, " age"]:
    """exp(slope x decades from ``MIDDLE_AGE``), made 1 on the mean of adults at launch; ages -``UNBORN`` .. OLDEST.

    Args:
        slope: change of log eagerness by decade of age.
        adults: persons by age at launch, minors left out.
    """
    ages = np.arange(-UNBORN, OLDEST + 1)
    gains = np.exp(slope * (ages - MIDDLE_AGE) / 10.0)
    return np.asarray(gains / np.average(gains[UNBORN : UNBORN + len(adults)], weights=adults))


def cumulated(rate: Float[Floats, " week"]) -> Float[Floats, " week+1"]:
    """Weekly rates to exposures from the start."""
    return np.concatenate((np.zeros(1), np.cumsum(rate)))


def guide_to(cum: Float[Floats, " start"]) -> Int16[Weeks, " guide"]:
    """First week in which each of ``GUIDES`` equal parts of an exposure may be reached: a start for the search
    that ``model.engine.processes.week_passed`` does; a little early, so that rounding can't make it late."""
    parts = np.arange(GUIDES) / GUIDES * cum[-1] * (1.0 - 1e-9)
    return np.asarray(np.searchsorted(cum[1:-1], parts), np.int16)


def apply_driver(parameters: Parameters, history: History, structure: Structure) -> tuple[Parameters, History]:
    """The structural choice of what drives 2024: no service growth, or documents frozen at January 2023."""
    drivers = parameters.drivers
    if structure.driver == "documents":
        return replace(parameters, drivers=replace(drivers, trend=0.0, step=1.0, volatility=0.0)), history
    if structure.driver == "growth":
        days = [position(day) for day, _ in history.documents]
        level = float(np.interp(position(GROWTH_STARTS), days, [rate for _, rate in history.documents]))
        early = tuple(point for point in history.documents if point[0] < GROWTH_STARTS)
        stopped = replace(drivers, document_momentum=0.0, document_volatility=0.0)
        return replace(parameters, drivers=stopped), replace(history, documents=(*early, (GROWTH_STARTS, level)))
    return parameters, history


def weekly_tables(
    parameters: Parameters, structure: Structure, demography: Demography, history: History, weeks: int = WEEKS
) -> Weekly:
    """Every table of the status quo; levers add theirs (``model.engine.programme``)."""
    pulls, people, drivers = parameters.pulls, parameters.people, parameters.drivers
    growth = growth_table(drivers, weeks, history.data_end)
    documents = weekly_documents(history, drivers, weeks, pulls.document_scale)
    documents *= history.insured_millions * 1e6 / recipients(demography, weeks)
    life, renewed = eagerness_shapes(people)
    at_gp = gp_levels(demography.profiles, demography.gp_heavy_rate)
    media = np.zeros(weeks)
    first, last = week_of(history.media[0]), week_of(history.media[1])
    media[first : last + 1] = pulls.media
    years = np.arange(weeks + 1) / WEEKS_PER_YEAR
    spontaneous = cumulated(pulls.spontaneous / WEEKS_PER_YEAR * growth)
    on_air, document = cumulated(media * growth), cumulated(documents * pulls.document * growth)
    mention = cumulated(pulls.mention / WEEKS_PER_YEAR * growth)
    return Weekly(
        growth=growth,
        cum_years=years,
        cum_spontaneous=spontaneous,
        cum_media=on_air,
        cum_document=document,
        cum_mention=mention,
        guide_years=guide_to(years),
        guide_spontaneous=guide_to(spontaneous),
        guide_media=guide_to(on_air),
        guide_document=guide_to(document),
        guide_mention=guide_to(mention),
        cum_received=cumulated(documents),
        soft_information=np.zeros(weeks),
        soft_time=np.zeros(weeks),
        lengths=spell_lengths(),
        levels=gamma_levels(renewed),
        lasting_levels=gamma_levels(life),
        need_levels=np.concatenate((at_gp, gamma_levels(document_shape(_spell(people.need_spell, structure))))),
        document_first=len(at_gp),
        band_start=band_starts(demography.profiles),
        rates=rates_by_age(demography, HOSPITAL_STAYS),
        age_gain=age_gains(people.age_slope, _adults(demography)),
        notice_weeks=np.array([week_of(history.notices_main[1]) + 1, week_of(history.notices_end) + 1]),
        notice_main_share=history.notices_main_share,
        media_weeks=np.array([first, last + 1]),
        reminder_weeks=np.array([week_of(history.reminders[0]), week_of(history.reminders[1]) + 1]),
    )


def _spell(years: float, structure: Structure) -> float:
    """Mean years of a spell under a structure."""
    if not years >= SHORTEST_SPELL:
        raise ValueError(f"a spell of {years} years; allowed: {SHORTEST_SPELL} or more")
    return FOR_LIFE if structure.traits == "lifelong" else years


@lru_cache(maxsize=4)
def _adults(demography: Demography) -> Float[Floats, " adult_age"]:
    persons = demography.pyramid[0].sum(axis=0)
    return np.where(np.arange(len(persons)) >= 18, persons, 0.0)


def pilot_chance(parameters: Parameters, demography: Demography, history: History) -> float:
    """Chance per unit of eagerness and access that an adult notified in the pilot had activated by the launch.

    Solves 168,000 = notified x (adults x access + minors x chance together with the guardian x access) for it, with
    national shares of minors and of digital exclusion among adults.
    """
    minors, excluded = _minors_excluded(demography)
    reached = (1 - excluded * (1 - parameters.people.access)) * (1 - minors + minors * parameters.people.child_together)
    return history.activated_at_start / (demography.pilot_notified * reached)


@lru_cache(maxsize=4)
def _minors_excluded(demography: Demography) -> tuple[float, float]:
    """Shares of minors, and of digital exclusion among adults."""
    ages = demography.pyramid[0].sum(axis=0)
    bands = [(ages[max(18, p.age_from) : p.age_to + 1].sum(), p.digitally_excluded) for p in demography.profiles]
    return float(ages[:18].sum() / ages.sum()), float(sum(n * share for n, share in bands) / ages[18:].sum())


def coefficients(
    parameters: Parameters, structure: Structure, demography: Demography, history: History
) -> Coefficients:
    """Flatten parameters and structure for the kernels."""
    people, pulls, practice = parameters.people, parameters.pulls, parameters.practice
    word, stops, has = parameters.word_of_mouth, parameters.stops, parameters.prevalence
    return Coefficients(
        notices=people.notices,
        access=people.access,
        child_together=people.child_together,
        pull_notice=pulls.notice,
        pull_notice_letter=pulls.notice * pulls.letter_notice_ratio,
        pull_document=pulls.document,
        pull_peer=-float(np.log1p(-pulls.peer)),
        pull_reminder=pulls.reminder,
        pull_mention=pulls.mention,
        notice_delay=pulls.notice_delay,
        recommendation_rate=practice.recommendation_rate,
        recommending_doctors=practice.recommending_doctors,
        mention_rate=practice.mention_rate,
        follow_through=practice.follow_through,
        ready_share=practice.ready_share,
        intention=word.intention,
        tell=word.tell,
        stop_no_use=stops.no_use,
        stop_time=stops.time,
        stop_information=stops.information,
        stop_other=stops.other,
        use_erosion=stops.use_erosion,
        has_no_use=has.no_use,
        has_time=has.time,
        has_information=has.information,
        has_other=has.other,
        ready=has.ready,
        opposed=history.opposed,
        aware_at_start=history.aware_at_start,
        pilot_activated=pilot_chance(parameters, demography, history),
        reminders_share=history.reminders_share,
        reading=_READING[structure.reading],
        association=_ASSOCIATION[structure.association],
        redrawn=structure.barriers == "redrawn",
        information_is_item=structure.information == "item",
        word_of_mouth=structure.word_of_mouth == "on",
        pharmacy_visits=PHARMACY_VISITS_PER_GP_CONTACT,
        eagerness_spell=WEEKS_PER_YEAR * _spell(people.eagerness_spell, structure),
        need_spell=WEEKS_PER_YEAR * _spell(people.need_spell, structure),
        barrier_spell=WEEKS_PER_YEAR * _spell(people.barrier_spell, structure),
    )
