"""What the kernels read: one named tuple of parameters, one of weekly tables, computed once a run.

A cumulative table ``cum`` has one entry more than there are weeks: ``cum[w]`` is the exposure of an average person from
the start of the simulation to the start of week w.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int16, Int64
from scipy import special

from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters
from model.terms.rules import ASSOCIATED, EACH_TIME, EXCLUSIVE, INDEPENDENT, NAIVE, TRAIT
from model.terms.shapes import Counts, Floats, Weeks
from model.terms.structure import Structure
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR, position, week_of

EAGERNESS_LEVELS = 4096
GUIDES = 256
"""Parts of an exposure that a guide knows the first weeks of."""
GROWTH_STARTS = date(2023, 1, 1)
INVITATION_DELAY = 8
"""Weeks from a birth to the invitation of the parents, *assumed*."""
NEWCOMER_DELAY = (2, 7)
"""First week and number of weeks after arrival within which a newcomer is notified, *assumed*."""
PHARMACY_VISITS_PER_GP_CONTACT = 1.5
"""*Assumed*."""
HOSPITAL_STAYS = (0.12, 0.40)
"""Stays per year without and with a long-term illness, *assumed*."""
DAYS_PER_MONTH = 365.25 / 12

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
    recommendation_rate: float
    recommending_doctors: float
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
    hospital_stays: float
    hospital_stays_ill: float


class Weekly(NamedTuple):
    """Tables by week."""

    growth: Float[Floats, " week"]
    cum_years: Float[Floats, " week+1"]
    cum_spontaneous: Float[Floats, " week+1"]  # pull x growth
    cum_media: Float[Floats, " week+1"]  # pull x growth
    cum_document: Float[Floats, " week+1"]  # documents of a person of relative rate 1, times pull and growth
    guide_years: Int16[Weeks, " guide"]  # see ``guide_to``
    guide_spontaneous: Int16[Weeks, " guide"]
    guide_media: Int16[Weeks, " guide"]
    guide_document: Int16[Weeks, " guide"]
    cum_received: Float[Floats, " week+1"]  # documents of a person of relative rate 1
    soft_information: Float[Floats, " week"]  # share of missing-information stops removed
    soft_time: Float[Floats, " week"]
    levels: Float[Floats, " level"]  # eagerness of equally numerous groups
    notice_weeks: Int64[Counts, 2]  # main period, whole period
    notice_main_share: float
    media_weeks: Int64[Counts, 2]  # first, one past the last
    reminder_weeks: Int64[Counts, 2]  # first, one past the last


@lru_cache(maxsize=256)
def eagerness_levels(shape: float) -> Float[Floats, " level"]:
    """Means of ``EAGERNESS_LEVELS`` equally numerous groups of a gamma of mean 1 and the given shape, ascending.

    E[X; a < X < b] = F_{k+1}(b) - F_{k+1}(a) for a gamma of shape k scaled to mean 1, so the mean is exactly 1.
    """
    edges = special.gammaincinv(shape, np.linspace(0.0, 1.0, EAGERNESS_LEVELS + 1))
    masses = np.diff(special.gammainc(shape + 1.0, edges))
    levels: Floats = masses * EAGERNESS_LEVELS
    levels.flags.writeable = False
    return levels


def growth_table(rate: float, weeks: int, data_end: date) -> Float[Floats, " week"]:
    """growth(t) = exp(g x years since January 2023), 1 before, constant after the last data used."""
    middle = np.arange(weeks) + 0.5
    elapsed = np.clip(middle, position(GROWTH_STARTS), position(data_end)) - position(GROWTH_STARTS)
    return np.asarray(np.exp(rate * elapsed / WEEKS_PER_YEAR))


def weekly_documents(history: History, weeks: int, scale: float) -> Float[Floats, " week"]:
    """Documents per week of a person of relative rate 1: the national curve, linear between its points."""
    days = np.array([position(day) for day, _ in history.documents])
    rates = np.array([millions for _, millions in history.documents])
    monthly = np.interp(np.arange(weeks) + 0.5, days, rates)
    return np.asarray(scale * monthly / history.insured_millions * 7.0 / DAYS_PER_MONTH)


def cumulated(rate: Float[Floats, " week"]) -> Float[Floats, " week+1"]:
    """Weekly rates to exposures from the start."""
    return np.concatenate((np.zeros(1), np.cumsum(rate)))


def guide_to(cum: Float[Floats, " start"]) -> Int16[Weeks, " guide"]:
    """First week in which each of ``GUIDES`` equal parts of an exposure may be reached: a start for the search
    that ``model.engine.agenda.week_passed`` does; a little early, so that rounding can't make it late."""
    parts = np.arange(GUIDES) / GUIDES * cum[-1] * (1.0 - 1e-9)
    return np.asarray(np.searchsorted(cum[1:-1], parts), np.int16)


def apply_driver(parameters: Parameters, history: History, structure: Structure) -> tuple[Parameters, History]:
    """The structural choice of what drives 2024: no service growth, or documents frozen at January 2023."""
    if structure.driver == "documents":
        return replace(parameters, pulls=replace(parameters.pulls, growth=0.0)), history
    if structure.driver == "growth":
        days = [position(day) for day, _ in history.documents]
        level = float(np.interp(position(GROWTH_STARTS), days, [rate for _, rate in history.documents]))
        early = tuple(point for point in history.documents if point[0] < GROWTH_STARTS)
        return parameters, replace(history, documents=(*early, (GROWTH_STARTS, level)))
    return parameters, history


def weekly_tables(parameters: Parameters, history: History, weeks: int = WEEKS) -> Weekly:
    """Every table of the status quo; levers add theirs (``model.engine.programme``)."""
    pulls = parameters.pulls
    growth = growth_table(pulls.growth, weeks, history.data_end)
    documents = weekly_documents(history, weeks, pulls.document_scale)
    media = np.zeros(weeks)
    first, last = week_of(history.media[0]), week_of(history.media[1])
    media[first : last + 1] = pulls.media
    years = np.arange(weeks + 1) / WEEKS_PER_YEAR
    spontaneous = cumulated(pulls.spontaneous / WEEKS_PER_YEAR * growth)
    on_air, document = cumulated(media * growth), cumulated(documents * pulls.document * growth)
    return Weekly(
        growth=growth,
        cum_years=years,
        cum_spontaneous=spontaneous,
        cum_media=on_air,
        cum_document=document,
        guide_years=guide_to(years),
        guide_spontaneous=guide_to(spontaneous),
        guide_media=guide_to(on_air),
        guide_document=guide_to(document),
        cum_received=cumulated(documents),
        soft_information=np.zeros(weeks),
        soft_time=np.zeros(weeks),
        levels=eagerness_levels(parameters.people.eagerness_shape),
        notice_weeks=np.array([week_of(history.notices_main[1]) + 1, week_of(history.notices_end) + 1]),
        notice_main_share=history.notices_main_share,
        media_weeks=np.array([first, last + 1]),
        reminder_weeks=np.array([week_of(history.reminders[0]), week_of(history.reminders[1]) + 1]),
    )


def pilot_chance(parameters: Parameters, demography: Demography, history: History) -> float:
    """Chance per unit of eagerness and access that an adult notified in the pilot had activated by the launch.

    Solves 168,000 = notified x (adults x access + minors x chance together with the guardian x access) for it, with
    national shares of minors and of digital exclusion among adults.
    """
    ages = demography.pyramid[0].sum(axis=0)
    minors = float(ages[:18].sum() / ages.sum())
    bands = [(ages[max(18, p.age_from) : p.age_to + 1].sum(), p.digitally_excluded) for p in demography.profiles]
    excluded = float(sum(n * share for n, share in bands) / ages[18:].sum())
    reached = (1 - excluded * (1 - parameters.people.access)) * (1 - minors + minors * parameters.people.child_together)
    return history.activated_at_start / (demography.pilot_notified * reached)


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
        recommendation_rate=practice.recommendation_rate,
        recommending_doctors=practice.recommending_doctors,
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
        hospital_stays=HOSPITAL_STAYS[0],
        hospital_stays_ill=HOSPITAL_STAYS[1],
    )
