"""The rules: small pure functions of attributes, parameters and uniforms. No rule draws.

The fast engine and the readable twin call the same rules; the tests check them on cases worked by hand.
All chances and shares are 0..1; ``u`` is a uniform in [0, 1).
"""

from __future__ import annotations

from math import exp, log1p

from model.terms.jit import inlined, kernel

TRAIT, EACH_TIME, NAIVE = 0, 1, 2
INDEPENDENT, ASSOCIATED, EXCLUSIVE = 0, 1, 2
TELLING_WEEKS = 13
"""Those who intend to recommend tell their ties within this many weeks."""


@kernel
def visit_chance(hazard: float) -> float:
    """Chance that one noticed contact leads to a visit: 1 - exp(-pull x eagerness x access x growth)."""
    return 1.0 - exp(-hazard)


@inlined
def most_visits(hazard: float) -> float:
    """An upper bound of ``visit_chance`` that needs no exponential: 1 - exp(-h) <= h, rounding included."""
    return hazard + 1e-15  # exp(-h) just below 1 is rounded to 1.1e-16: the chance may exceed a tiny h by that


@kernel
def thinning(hazard: float) -> float:
    """Chance that a candidate visit is one: (1 - exp(-h)) / h.

    Documents are not followed one by one: candidates arrive at the rate of documents times h, the hazard of each, and
    this share of them is kept; so kept candidates arrive at the rate of documents that lead to a visit.
    """
    if hazard < 1e-9:
        return 1.0
    return (1.0 - exp(-hazard)) / hazard


@inlined
def is_thinned_out(hazard: float, u: float) -> bool:
    """Whether ``u >= thinning(hazard)``, mostly without an exponential: (1 - exp(-h)) / h is an alternating series, so
    lies between its partial sums; rounding included."""
    least = 1.0 - hazard * (0.5 - hazard * (1.0 / 6.0 - hazard / 24.0))
    if u < least - 1e-6:
        return False
    return u >= least + hazard**4 / 120.0 + 1e-6 or u >= thinning(hazard)


@kernel
def access_factor(excluded: bool, access: float) -> float:
    """What is left of a person's visits when nobody helps: ``access`` for the digitally excluded, else 1."""
    return access if excluded else 1.0


@kernel
def follow_chance(reading: int, ready: bool, ready_share: float, follow_through: float, access: float) -> float:
    """Chance that a person visits after one recommendation by a doctor, under the three readings of the 57 %.

    ``TRAIT``: those who would be ready, with follow-through. ``EACH_TIME``: anybody, 0.57 x follow-through.
    ``NAIVE``: anybody, 0.57. Access applies to all three, so that only the reading differs.
    """
    if reading == TRAIT:
        return follow_through * access if ready else 0.0
    if reading == EACH_TIME:
        return ready_share * follow_through * access
    return ready_share * access


@kernel
def doctor_propensity(u_recommends: float, u_level: float, share: float, rate: float) -> float:
    """Chance per consultation that a doctor recommends: 0 for a share 1 - ``share`` of doctors, exponential among the
    others with mean ``rate`` / ``share`` (so the mean over all doctors is ``rate``), at most 1."""
    if u_recommends >= share:
        return 0.0
    return recommender_level(u_level, share, rate)


@kernel
def recommender_level(u_level: float, share: float, rate: float) -> float:
    """The propensity of a doctor who recommends (or, once recruited, would)."""
    return min(1.0, -log1p(-u_level) * rate / share)


@kernel
def extra_propensity(own: float, if_recruited: float, factor: float, recruited: bool) -> float:
    """What taking part adds to a doctor's chance per consultation; own and added together stay at most 1."""
    if own > 0.0:
        return max(0.0, min(1.0, own * factor) - own)
    return if_recruited if recruited else 0.0


@kernel
def no_use_stop(stop: float, erosion: float, documents: float) -> float:
    """Chance that "no perceived use" stops a visit; it erodes with the documents received."""
    return stop * exp(-erosion * documents)


@kernel
def softened(stop: float, removed: float) -> float:
    """Chance of a stop after a simpler sign-up has removed a share of such stops."""
    return stop * (1.0 - removed)


@kernel
def ramp(week: int, start: int, end: int, weeks: int) -> float:
    """Dose of a lever in a week as a share of its intensity: 0 outside start..end, rising linearly over ``weeks``."""
    if week < start or week >= end:
        return 0.0
    if weeks <= 0:
        return 1.0
    return min(1.0, (week - start + 1.0) / weeks)


@kernel
def spread_week(first: int, weeks: int, u: float) -> int:
    """A week drawn evenly from ``weeks`` weeks beginning with ``first``."""
    return first + int(weeks * u)


@kernel
def launch_notice_week(u_period: float, u_week: float, main_share: float, main_weeks: int, all_weeks: int) -> int:
    """Week of the launch notice: a share in the main period, the rest evenly until the last notices."""
    if u_period < main_share:
        return spread_week(0, main_weeks, u_week)
    return spread_week(main_weeks, all_weeks - main_weeks, u_week)


CODE_WEEKS = 6
"""Weeks in which a code sent by letter or e-mail works (F122)."""


@inlined
def code_works(sent: int, week: int) -> bool:
    """Whether a code sent in week ``sent`` works in a week: from that week on, for ``CODE_WEEKS``."""
    return sent <= week < sent + CODE_WEEKS


@inlined
def tires(fatigue: float) -> bool:
    """Whether earlier messages matter at all: if not, nobody need count them."""
    return fatigue < 1.0


@inlined
def pull_left(fatigue: float, earlier: int) -> float:
    """Share of a message's pull that is left after ``earlier`` ones of its channel: fatigue ** earlier, at most 1 (a
    message that would not lead to the site fresh is left out before anybody counts)."""
    return fatigue**earlier


@inlined
def boosted(intention: float, boost: float) -> float:
    """Chance that an activated person recommends the service when invited to; at most 1."""
    return min(1.0, intention * boost)


@inlined
def has_capacity(accompanied: int, capacity: float) -> bool:
    """Whether advisers can see another person, having accompanied so many of the ``capacity`` up to the end of the
    week; rounded, so that no fraction of a person is lost over the weeks."""
    return accompanied < int(capacity + 0.5)


@inlined
def awaits_adviser(week: int, present: bool, majority: int, activated: int, accompanied: bool) -> bool:
    """Whether an adviser who comes to somebody in the queue may help: an adult there, not activated before the week,
    and not accompanied before."""
    return present and majority <= week and activated >= week and not accompanied
