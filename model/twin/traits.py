"""Who somebody is, in the readable twin: attributes from the population, traits drawn by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import floor, log
from typing import ClassVar, NamedTuple, Self

import mesa
import numpy as np

from model.population.attributes import EMAIL, EXCLUDED, PILOT
from model.terms import rules
from model.terms.channels import Channel
from model.terms.inputs import DOCUMENTS, GP_CONTACTS, STAYS
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.spells import LEVELS, end_week, level_of, passed_by
from model.terms.tables import INVITATION_DELAY, NEWCOMER_DELAY, OLDEST, UNBORN
from model.terms.weeks import MAJORITY, NEVER, WEEKS_PER_YEAR
from model.twin.surroundings import Doctor, Numbering, Surroundings

NO_USE, TIME, INFORMATION, OTHER = "no use", "time", "information", "other"
BARRIERS = {
    NO_USE: Decision.HAS_NO_USE,
    TIME: Decision.HAS_TIME,
    INFORMATION: Decision.HAS_INFORMATION,
    OTHER: Decision.HAS_OTHER,
}
"""Barriers in the order in which a visit meets them, and the draw of who has them."""
CLOCKS = {
    NO_USE: Decision.SPELL_NO_USE,
    TIME: Decision.SPELL_TIME,
    INFORMATION: Decision.SPELL_INFORMATION,
    OTHER: Decision.SPELL_OTHER,
}
"""The spells of each barrier."""


class Spell(NamedTuple):
    """A while in which something about a person stays as it is."""

    end: int
    """First week after it."""
    level: int
    """Which of the equally likely values it has."""


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
        self.ill_from = row["ill_from"]
        self.excluded, self.email, self.pilot = (bool(row["flags"] & int(bit)) for bit in (EXCLUDED, EMAIL, PILOT))
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
        rates, tables = self.model.rates, self.model.tables
        self.notices = self.draw(Decision.NOTICES) < rates.notices
        self.ready = self.draw(Decision.READY) < rates.ready
        self.opposed = self.draw(Decision.OPPOSES) < rates.opposed
        self.access = self.access_alone()
        age = min(max(floor(-self.birth_week / WEEKS_PER_YEAR) + UNBORN, 0), OLDEST + UNBORN)
        lasting = tables.lasting_levels[int(self.draw(Decision.LASTING_EAGERNESS) * LEVELS)]
        self.lasting_gain = lasting * tables.age_gain[age] * self.access

    def access_alone(self) -> float:
        """Factor on this person's visits when nobody helps."""
        return rules.access_factor(self.excluded, self.model.rates.access)

    def spells(self, decision: Decision, mean: float) -> list[Spell]:
        """All spells of one trait, from the launch on; ``mean`` in weeks."""
        word, found, passed = np.uint64(person_word(self.model.keys[decision], self.number)), [Spell(0, 0)], 0.0
        while found[-1].end < NEVER:
            bits = np.uint64(bits_of(word, len(found) - 1))
            passed = passed_by(bits, self.model.lengths, mean, passed)
            found.append(Spell(end_week(len(found) - 1, passed), level_of(bits)))
        return found[1:]

    @cached_property
    def band_ends(self) -> list[int]:
        """First week after each age band, the youngest first."""
        return [self.birth_week + start for start in self.model.tables.band_start[1:]]

    def band(self, week: int) -> int:
        """Age band in a week."""
        return next(band for band, end in enumerate(self.band_ends) if end > week)

    def rates(self, kind: int) -> list[tuple[int, float]]:
        """(end, rate) of what follows this person's age, or illness (``model.terms.inputs``)."""
        ends = [self.ill_from, NEVER] if kind == STAYS else self.band_ends
        return list(zip(ends, self.model.tables.rates[kind], strict=False))

    @cached_property
    def eagerness_spells(self) -> list[Spell]:
        """How eager this person is, by and by."""
        return self.spells(Decision.SPELL_EAGERNESS, self.model.rates.eagerness_spell)

    @cached_property
    def document_spells(self) -> list[Spell]:
        """How many documents this person gets, by and by."""
        return self.spells(Decision.SPELL_DOCUMENTS, self.model.rates.need_spell)

    @cached_property
    def gp_spells(self) -> list[Spell]:
        """How often this person sees the GP, by and by."""
        return self.spells(Decision.SPELL_GP, self.model.rates.need_spell)

    def documents_of(self, cum: Sequence[float], first: int, end: int) -> float:
        """This person's documents between two weeks, of which one of relative rate 1 gets the change of ``cum``."""
        tables, week, total = self.model.tables, first, 0.0
        while week < end:
            spell, band = self.document_spells[spell_in(self.document_spells, week)], self.band(week)
            stop, level = min(spell.end, self.band_ends[band], end), tables.document_first + spell.level
            total += tables.rates[DOCUMENTS][band] * tables.need_levels[level] * (cum[stop] - cum[week])
            week = stop
        return total

    def gain(self, week: int) -> float:
        """Eagerness times access in a week."""
        spell = self.eagerness_spells[spell_in(self.eagerness_spells, week)]
        return self.lasting_gain * self.model.tables.levels[spell.level]

    def barrier_spell(self, barrier: str, week: int) -> int:
        """Number of the spell of a barrier in a week; barriers that go together have one clock."""
        clock = CLOCKS[barrier if self.model.rates.association == rules.INDEPENDENT else NO_USE]
        return spell_in(self.spells(clock, self.model.rates.barrier_spell), week)

    def has(self, barrier: str, week: int) -> bool:
        """Whether a barrier stands before this person in a week, under the chosen association of barriers."""
        rates, spell = self.model.rates, self.barrier_spell(barrier, week)
        levels = (rates.has_no_use, rates.has_time, rates.has_information, rates.has_other)
        shares = dict(zip(BARRIERS, levels, strict=True))
        if rates.association == rules.EXCLUSIVE:
            names = list(BARRIERS)
            below = sum((shares[name] for name in names[: names.index(barrier)]), start=0.0)
            return below <= self.draw(Decision.BARRIERS_SHARED, spell) < below + shares[barrier]
        if rates.association == rules.ASSOCIATED and self.draw(Decision.BARRIERS_ALIKE) < 0.5:
            return self.draw(Decision.BARRIERS_SHARED, spell) < shares[barrier]
        return self.draw(BARRIERS[barrier], spell) < shares[barrier]

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
        week = self.reminder_to(self)
        return week if week >= self.majority else NEVER

    def child_reminder_week(self) -> int:
        """Week of the reminder to a guardian about this child; NEVER if none was sent."""
        week = self.reminder_to(self.guardian) if self.guardian is not None else NEVER
        return week if week < self.majority else NEVER

    def first_reminded(self) -> int:
        """Week of the first reminder of 2024-25 in this person's mailbox, about the person or a ward."""
        return min([self.reminder_week(), *(ward.child_reminder_week() for ward in self.wards)])

    def reminder_to(self, recipient: Self) -> int:
        """Week of the reminder about this person's profile, sent to a mailbox."""
        if not recipient.email or self.draw(Decision.REMINDER_SENT) >= self.model.rates.reminders_share:
            return NEVER
        first, end = self.model.tables.reminder_weeks
        week = rules.spread_week(first, end - first, self.draw(Decision.REMINDER_WEEK))
        return week if week >= self.entry else NEVER

    def answered(self, sent: int, occurrence: int) -> int:
        """Week in which a notice about this person leads to the site, if it does: people take some weeks."""
        level = int(self.draw(Decision.NOTICE_DELAY, occurrence) * LEVELS)
        return sent + int(self.model.rates.notice_delay * self.model.lengths[level])

    def mention_chance(self) -> float:
        """Chance per contact that the own GP speaks of the service; 0 without an own GP."""
        return self.doctor.mentions if self.doctor is not None else 0.0

    def mention_week(self) -> int:
        """Week in which the GP first speaks of the service to this person, once of age; NEVER if not within the run."""
        week, chance, last = max(self.entry, self.majority, 0), self.mention_chance(), self.model.weeks
        left, levels = -log(1.0 - self.draw(Decision.FIRST_MENTION)), self.model.tables.need_levels
        while chance > 0.0 and week < last:
            spell, band = self.gp_spells[spell_in(self.gp_spells, week)], self.band(week)
            stop = min(spell.end, self.band_ends[band], last)
            contacts = self.model.tables.rates[GP_CONTACTS][band]
            weekly = chance * contacts * levels[band * LEVELS + spell.level] / WEEKS_PER_YEAR
            if left <= weekly * (stop - week):
                return min(week + int(left / weekly), stop - 1)
            left -= weekly * (stop - week)
            week = stop
        return NEVER

    def recommendation_chance(self) -> float:
        """Chance per contact that the own GP recommends the service; 0 without an own GP."""
        return self.doctor.propensity if self.doctor is not None else 0.0

    def counter_visits(self, channel: Channel) -> float:
        """Visits to a pharmacy counter for each GP contact; 1 for hospital stays, which have rates of their own."""
        return 1.0 if channel == Channel.HOSPITAL else self.model.rates.pharmacy_visits

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
        chance = self.model.rates.pilot_activated * self.gain(0)
        notified = self.pilot and self.entry == 0 and not self.opposed
        return notified and self.draw(Decision.PILOT_ACTIVATES) < chance


def spell_in(spells: Sequence[Spell], week: int) -> int:
    """Number of the spell that holds in a week."""
    return next(number for number, spell in enumerate(spells) if spell.end > week)
