"""Who people are, as plain NumPy columns: what the peers start from.

The law is that of ``model.engine.people`` for people who stay as they are (``benchmarks.setting.NAIVE``): one level of
eagerness, of documents and of GP contacts for life, and barriers for life. Left out are birthdays that change needs,
doctors' mentions, the weeks that people take to answer a notice, and reminders to guardians about children. The draws
are NumPy's own, so that they are other people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.setting import NAIVE, Setting
from model.population.attributes import EMAIL, EXCLUDED, NO_DOCTOR, PILOT
from model.population.population import Population
from model.terms.inputs import DOCUMENTS, GP_CONTACTS
from model.terms.rules import CODE_WEEKS
from model.terms.spells import LEVELS
from model.terms.tables import (
    INVITATION_DELAY,
    NEWCOMER_DELAY,
    OLDEST,
    UNBORN,
    Coefficients,
    Weekly,
    coefficients,
    weekly_tables,
)
from model.terms.weeks import MAJORITY, NEVER, WEEKS_PER_YEAR

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Weeks = npt.NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Traits:
    """Columns of shape [n]."""

    majority: Weeks
    """Week of the 18th birthday."""
    notices: Bools
    ready: Bools
    opposed: Bools
    sensitivity: Floats
    """Eagerness times access."""
    documents: Floats
    """Relative rate of documents."""
    notified: Bools
    """Whether documents can be notified: notices messages and has e-mail."""
    advice: Floats
    """Recommendations by the own GP per year."""
    notice_week: Weeks
    notice_pull: Floats
    reminder_week: Weeks
    invitation_week: Weeks
    aware: Weeks
    """First week aware by mass messages; -1 before the launch."""
    activated_before: Bools
    """Activated in the pilot."""
    no_use: Floats
    """Uniform that decides whether "no perceived use" stops for good; 1 without that barrier."""
    short_of_time: Bools
    uninformed: Bools
    """Stopped for good by missing information, unless a code supplies it."""
    blocked: Bools
    """Stopped for good by another reason."""

    def informed(self, rows: npt.NDArray[np.int64], week: int) -> Bools:
        """Whether the code of the own notice still works, for some rows."""
        sent = self.notice_week[rows].astype(np.int64)
        return self.notices[rows] & (sent <= week) & (week < sent + CODE_WEEKS)


def load_tables(setting: Setting) -> tuple[Coefficients, Weekly]:
    """Coefficients and weekly tables of the status quo."""
    given = setting.parameters, NAIVE, setting.demography, setting.history
    return coefficients(*given), weekly_tables(*given)


def draw_traits(p: Population, c: Coefficients, t: Weekly, rng: np.random.Generator) -> Traits:
    """Traits of everybody, drawn."""
    n = p.n
    entry = p.entry.astype(np.int32)
    majority = p.birth_week.astype(np.int32) + MAJORITY
    child = majority > entry
    excluded, email, pilot = ((p.flags & bit) > 0 for bit in (EXCLUDED, EMAIL, PILOT))
    notices, opposed = rng.random(n) < c.notices, rng.random(n) < c.opposed
    ages = np.clip(np.floor(-p.birth_week / WEEKS_PER_YEAR).astype(np.int64) + UNBORN, 0, OLDEST + UNBORN)
    eagerness = t.lasting_levels[levels(n, rng)] * t.levels[levels(n, rng)] * t.age_gain[ages]
    sensitivity = eagerness * np.where(excluded, c.access, 1.0)
    band = np.searchsorted(t.band_start, entry - p.birth_week, side="right") - 1
    documents, gp = t.need_levels[t.document_first + levels(n, rng)], t.need_levels[band * LEVELS + levels(n, rng)]
    notice = notice_weeks(t, entry, child, pilot, rng)
    information = (rng.random(n) < c.has_information) & (rng.random(n) < c.stop_information)
    other = (rng.random(n) < c.has_other) & (rng.random(n) < c.stop_other)
    no_use = np.where(rng.random(n) < c.has_no_use, rng.random(n), 1.0)
    pilot = pilot & (entry == 0)
    acted = pilot & ~opposed & (rng.random(n) < c.pilot_activated * sensitivity)
    guardian = np.maximum(p.guardian, 0)
    together = pilot & ~opposed & (p.guardian >= 0) & acted[guardian] & (rng.random(n) < c.child_together)
    short: Any = np.float32
    return Traits(
        majority=np.clip(majority, -NEVER, NEVER).astype(np.int16),
        notices=notices,
        ready=rng.random(n) < c.ready,
        opposed=opposed,
        sensitivity=sensitivity.astype(short),
        documents=(t.rates[DOCUMENTS, band] * documents).astype(short),
        notified=notices & email,
        advice=(t.rates[GP_CONTACTS, band] * gp * propensities(p, c, rng)).astype(short),
        notice_week=notice,
        notice_pull=np.where(email, c.pull_notice, c.pull_notice_letter).astype(short),
        reminder_week=reminder_weeks(c, t, email, np.maximum(entry, majority), rng),
        invitation_week=np.where((entry > 0) & (p.birth_week == entry), entry + INVITATION_DELAY, NEVER).astype(
            np.int16
        ),
        aware=first_aware(c, t, entry, majority, notices, pilot, notice, rng),
        activated_before=np.where(majority <= 0, acted, together),
        no_use=no_use.astype(short),
        short_of_time=rng.random(n) < c.has_time,
        uninformed=information,
        blocked=other,
    )


def levels(n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """One of the equally likely levels for each of ``n`` persons."""
    return (rng.random(n) * LEVELS).astype(np.int64)


def propensities(p: Population, c: Coefficients, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Chance per consultation that the own GP recommends, [n]; 0 without an own GP."""
    doctors = int(p.doctor_start[-1])
    level = np.minimum(1.0, rng.standard_exponential(doctors) * c.recommendation_rate / c.recommending_doctors)
    level[rng.random(doctors) >= c.recommending_doctors] = 0.0
    has = p.doctor != NO_DOCTOR
    return np.where(has, level[np.where(has, p.doctor, 0)], 0.0)


def notice_weeks(t: Weekly, entry: Any, child: Bools, pilot: Bools, rng: np.random.Generator) -> Weeks:
    """Week of the notice of creation; NEVER for minors and for those of the pilot."""
    main, everything = (int(week) for week in t.notice_weeks)
    u, early = rng.random(len(entry)), rng.random(len(entry)) < t.notice_main_share
    launch = np.where(early, (main * u).astype(int), main + ((everything - main) * u).astype(int))
    delay, weeks = NEWCOMER_DELAY
    sent = np.where(entry > 0, entry + delay + (weeks * u).astype(int), np.where(pilot, NEVER, launch))
    return np.where(child, NEVER, sent).astype(np.int16)


def reminder_weeks(c: Coefficients, t: Weekly, email: Bools, since: Any, rng: np.random.Generator) -> Weeks:
    """Week of the reminder of 2024-25; NEVER if none was sent."""
    first, end = (int(week) for week in t.reminder_weeks)
    week = first + ((end - first) * rng.random(len(email))).astype(int)
    sent = email & (rng.random(len(email)) < c.reminders_share) & (week >= since)
    return np.where(sent, week, NEVER).astype(np.int16)


def first_aware(
    c: Coefficients,
    t: Weekly,
    entry: Any,
    majority: Any,
    notices: Bools,
    pilot: Bools,
    notice: Weeks,
    rng: np.random.Generator,
) -> Weeks:
    """Week of the first mass message noticed (``reference_traits.Insured.first_aware``)."""
    first, end = (int(week) for week in t.media_weeks)
    on_air = np.maximum(np.maximum(first, entry), majority)
    adult = np.where(on_air < end, np.minimum(notice, on_air), notice)
    heard = np.where(majority > entry, np.maximum(majority, 0), np.where(pilot, -1, adult))
    knew = (entry == 0) & (majority <= 0) & (rng.random(len(notice)) < c.aware_at_start)
    return np.where(knew, -1, np.where(notices, np.minimum(heard, NEVER), NEVER)).astype(np.int16)
