"""Who somebody is, in the readable twin: attributes from the population, traits drawn by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import mesa

from model.population.attributes import EMAIL, EXCLUDED, ILL, PILOT
from model.population.pyramid import MAJORITY, RATE_UNITS
from model.terms import rules
from model.terms.channels import Channel
from model.terms.keyed import Decision
from model.terms.tables import EAGERNESS_LEVELS, INVITATION_DELAY, NEWCOMER_DELAY
from model.terms.weeks import NEVER
from model.twin.surroundings import Numbering, Surroundings

NO_USE, TIME, INFORMATION, OTHER = "no use", "time", "information", "other"
BARRIERS = {
    NO_USE: Decision.HAS_NO_USE,
    TIME: Decision.HAS_TIME,
    INFORMATION: Decision.HAS_INFORMATION,
    OTHER: Decision.HAS_OTHER,
}
"""Barriers in the order in which a visit meets them, and the draw of who has them."""


class Insured(mesa.Agent):
    """An insured person before anything happens.

    ``number`` is the row in the population and the person's key in every draw; weeks are indices
    (``model.terms.weeks``).
    """

    _ids: ClassVar[Numbering] = Numbering()
    model: Surroundings

    def __init__(self, model: Surroundings, number: int, row: Mapping[str, int]) -> None:
        super().__init__(model)
        self.number = number
        self.birth_week, self.entry, self.exit = row["birth_week"], row["entry"], row["exit"]
        self.majority = self.birth_week + MAJORITY
        self.gp_contacts, self.document_rate = row["gp_rate"] / RATE_UNITS, row["document_rate"] / RATE_UNITS
        self.excluded, self.email, self.ill, self.pilot = (
            bool(row["flags"] & int(bit)) for bit in (EXCLUDED, EMAIL, ILL, PILOT)
        )
        self.guardian: Self | None = None
        self.wards: list[Self] = []
        self.ties: list[Self] = []
        self.doctor: Doctor | None = None
        self.draw_traits()

    def draw(self, decision: Decision, occurrence: int = 0) -> float:
        """One of this person's uniforms."""
        return self.model.draw(decision, self.number, occurrence)

    def draw_traits(self) -> None:
        """What never changes about a person."""
        rates = self.model.rates
        self.notices = self.draw(Decision.NOTICES) < rates.notices
        self.ready = self.draw(Decision.READY) < rates.ready
        self.opposed = self.draw(Decision.OPPOSES) < rates.opposed
        self.eagerness = self.model.tables.levels[int(self.draw(Decision.EAGERNESS) * EAGERNESS_LEVELS)]
        self.access = self.access_alone()
        self.barriers = {barrier for barrier in BARRIERS if self.has(barrier)}

    def access_alone(self) -> float:
        """Factor on this person's visits when nobody helps."""
        return rules.access_factor(self.excluded, self.model.rates.access)

    def has(self, barrier: str) -> bool:
        """Whether a barrier stands before this person, under the chosen association of barriers."""
        rates = self.model.rates
        levels = (rates.has_no_use, rates.has_time, rates.has_information, rates.has_other)
        shares = dict(zip(BARRIERS, levels, strict=True))
        if rates.association == rules.EXCLUSIVE:
            names = list(BARRIERS)
            below = sum((shares[name] for name in names[: names.index(barrier)]), start=0.0)
            return below <= self.draw(Decision.BARRIERS_SHARED) < below + shares[barrier]
        if rates.association == rules.ASSOCIATED and self.draw(Decision.BARRIERS_ALIKE) < 0.5:
            return self.draw(Decision.BARRIERS_SHARED) < shares[barrier]
        return self.draw(BARRIERS[barrier]) < shares[barrier]

    def is_present(self, week: int) -> bool:
        """Living and insured in a week."""
        return self.entry <= week < self.exit

    @property
    def mailbox(self) -> Self:
        """Whose mailbox what concerns a minor goes to: the guardian, if there is one, otherwise the person."""
        return self.guardian or self

    def is_minor(self, week: int) -> bool:
        """Before the 18th birthday."""
        return week < self.majority

    @property
    def born_here(self) -> bool:
        """Whether born during the run: the parents are written to."""
        return self.entry > 0 and self.birth_week == self.entry

    @property
    def came_as_child(self) -> bool:
        """Whether a minor when the run, or the insurance, began."""
        return self.majority > self.entry

    def notice_week(self) -> int:
        """Week of an adult's notice of creation; NEVER for those of the pilot and those who come of age later."""
        if self.entry > 0:
            delay, weeks = NEWCOMER_DELAY
            u = self.draw(Decision.NOTICE_WEEK, 1)
            return NEVER if self.came_as_child else rules.spread_week(self.entry + delay, weeks, u)
        if self.pilot or self.came_as_child:
            return NEVER
        main, everything = self.model.tables.notice_weeks
        u_period, u_week = self.draw(Decision.NOTICE_WEEK, 0), self.draw(Decision.NOTICE_WEEK, 1)
        return rules.launch_notice_week(u_period, u_week, self.model.tables.notice_main_share, main, everything)

    def invitation_week(self) -> int:
        """Week of the invitation to a newborn's parents."""
        return self.birth_week + INVITATION_DELAY if self.born_here else NEVER

    def reminder_week(self) -> int:
        """Week of the 2024-25 reminder e-mail to an adult; NEVER if none was sent."""
        if not self.email or self.draw(Decision.REMINDER_SENT) >= self.model.rates.reminders_share:
            return NEVER
        first, end = self.model.tables.reminder_weeks
        week = rules.spread_week(first, end - first, self.draw(Decision.REMINDER_WEEK))
        return week if week >= max(self.entry, self.majority) else NEVER

    def recommendations_per_year(self) -> float:
        """Rate at which the own GP recommends the service; 0 without an own GP."""
        return self.gp_contacts * self.doctor.propensity if self.doctor is not None else 0.0

    def counter_visits(self, channel: Channel) -> float:
        """Visits to a pharmacy counter, or hospital stays, per year."""
        rates = self.model.rates
        if channel == Channel.HOSPITAL:
            return rates.hospital_stays_ill if self.ill else rates.hospital_stays
        return self.gp_contacts * rates.pharmacy_visits

    def first_aware(self) -> int:
        """Week of the first mass message noticed; -1 if aware before the launch, NEVER if none is noticed."""
        already_adult = self.entry == 0 and not self.came_as_child
        if already_adult and self.draw(Decision.AWARE_AT_START) < self.model.rates.aware_at_start:
            return -1
        if not self.notices:
            return NEVER
        if self.came_as_child:
            return max(self.majority, 0)
        if self.pilot and self.entry == 0:
            return -1
        first, end = self.model.tables.media_weeks
        on_air = max(first, self.entry, self.majority)
        return min(self.notice_week(), on_air) if on_air < end else self.notice_week()

    def activated_in_pilot(self) -> bool:
        """Whether activated by the launch, after the notice of the pilot; minors together with their guardian."""
        if not self.pilot or self.entry > 0:
            return False
        if self.majority <= 0:
            return self.acted_on_pilot_notice()
        together = self.draw(Decision.TOGETHER) < self.model.rates.child_together
        return self.guardian is not None and together and not self.opposed and self.guardian.acted_on_pilot_notice()

    def acted_on_pilot_notice(self) -> bool:
        """Whether somebody notified in the pilot signed up."""
        chance = self.model.rates.pilot_activated * self.eagerness * self.access
        notified = self.pilot and self.entry == 0 and not self.opposed
        return notified and self.draw(Decision.PILOT_ACTIVATES) < chance


class Doctor(mesa.Agent):
    """A general practitioner with patients in the sample."""

    _ids: ClassVar[Numbering] = Numbering()
    model: Surroundings

    def __init__(self, model: Surroundings, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.patients: list[Insured] = []
        share, rate = model.rates.recommending_doctors, model.rates.recommendation_rate
        u_recommends = model.draw(Decision.DOCTOR_RECOMMENDS, number)
        u_level = model.draw(Decision.DOCTOR_LEVEL, number)
        self.propensity = rules.doctor_propensity(u_recommends, u_level, share, rate)
        """Chance per consultation of recommending the service to a patient not activated."""
        self.level = rules.recommender_level(u_level, share, rate)
        """What the propensity is, or once recruited would be."""
