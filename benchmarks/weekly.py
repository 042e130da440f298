"""A peer: the status quo as a weekly loop over NumPy columns, as somebody would write it who knows NumPy well.

Every week everybody who may still activate is looked at: rates of all channels are added up, one exponential is drawn
for each person, and the few who visit are followed through the barriers. What differs from the engine:

- draws are a stream, not keyed: other people of the same law, and no common random numbers between scenarios;
- at most one visit of each kind in a week (own contacts, GP, wards' contacts, ties), which is credited to a channel in
  proportion to the rates;
- people stay as they are: no spells (``benchmarks.setting.NAIVE``), so that no trait need be drawn anew;
- no mentions by doctors, no weeks between a notice and its answer, no reminders to guardians about children;
- the status quo only: no levers, no branching; one thread.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.setting import Setting
from benchmarks.traits import draw_traits, load_tables
from model.population.population import Population
from model.terms.channels import Channel
from model.terms.rules import TELLING_WEEKS
from model.terms.weeks import NEVER, WEEKS, WEEKS_PER_YEAR

Rows = npt.NDArray[np.int64]
TIDY = 8
"""Weeks between two looks at who can be left out for good."""


class WeeklyModel:
    """The status quo, week by week."""

    def __init__(self, population: Population, setting: Setting, seed: int = 1) -> None:
        self.population, self.rng = population, np.random.default_rng(seed)
        self.c, self.t = load_tables(setting)
        self.who = draw_traits(population, self.c, self.t, self.rng)
        self.aware = self.who.aware.copy()
        self.activated = np.where(self.who.activated_before, -1, NEVER).astype(np.int16)
        self.visited = self.activated.copy()
        self.documents = np.diff(self.t.cum_received)
        self.media, self.spontaneous = np.diff(self.t.cum_media), np.diff(self.t.cum_spontaneous)
        self.week = 0
        self.letters: defaultdict[int, list[Rows]] = defaultdict(list)
        self.children: defaultdict[int, list[Rows]] = defaultdict(list)
        self.visits: Counter[int] = Counter()
        self.activations: Counter[int] = Counter()
        for row in np.flatnonzero(self.who.activated_before & (self.who.majority <= 0)):
            self.announce(np.array([row]), -1)

    def advance(self, until: int = WEEKS) -> None:
        """Run to the start of week ``until``."""
        while self.week < until:
            if self.week % TIDY == 0:
                self.leave_out()
            self.step()

    def leave_out(self) -> None:
        """Adults and minors who may still activate; others are not looked at again."""
        p, who = self.population, self.who
        left = (self.activated == NEVER) & ~who.opposed & (p.exit > self.week) & (p.entry < self.week + TIDY)
        minor = who.majority > self.week
        self.grown = np.flatnonzero(left & (who.majority < self.week + TIDY))
        self.minors = np.flatnonzero(left & minor & (p.guardian >= 0))

    def step(self) -> None:
        """Children are taken along, ties told, then everybody is contacted."""
        self.take_along()
        self.tell()
        adults = self.present(self.grown, minors=False)
        self.mass_contacts(adults)
        self.advise(adults)
        self.through_guardians(self.present(self.minors, minors=True))
        self.week += 1

    def present(self, rows: Rows, *, minors: bool) -> Rows:
        """Who of ``rows`` lives, is of age or not, and is not activated."""
        p, week = self.population, self.week
        here = (p.entry[rows] <= week) & (p.exit[rows] > week) & (self.activated[rows] == NEVER)
        return rows[here & ((self.who.majority[rows] > week) == minors)]

    def mass_contacts(self, rows: Rows) -> None:
        """Notices, reminders, documents, media and visits of one's own accord."""
        who, week, growth = self.who, self.week, np.float32(self.t.growth[self.week])
        sensitivity, notices = who.sensitivity[rows], who.notices[rows]
        message = np.where((who.notice_week[rows] == week) & notices, who.notice_pull[rows], np.float32(0))
        reminder = (who.reminder_week[rows] == week) & notices
        rates = {
            Channel.NOTICE: message * sensitivity * growth,
            Channel.EMAIL: reminder * np.float32(self.c.pull_reminder) * sensitivity * growth,
            Channel.DOCUMENT: self.by_documents(rows, rows),
            Channel.MEDIA: np.float32(self.media[week]) * sensitivity * notices,
            Channel.SPONTANEOUS: np.float32(self.spontaneous[week]) * sensitivity * (self.aware[rows] <= week),
        }
        total = sum(rates.values())
        hit = np.flatnonzero(self.rng.standard_exponential(len(rows), np.float32) < total)
        mark = self.rng.random(len(hit)) * total[hit]
        for channel, rate in rates.items():
            through, mark = (mark >= 0) & (mark < rate[hit]), mark - rate[hit]
            self.visit(rows[hit[through]], channel)

    def by_documents(self, owners: Rows, recipients: Rows) -> Any:
        """Visits a week that documents of ``owners`` bring, which ``recipients`` are told of."""
        who, growth = self.who, self.t.growth[self.week]
        hazard = np.float32(self.c.pull_document * growth) * who.sensitivity[recipients]
        weekly = np.float32(self.documents[self.week]) * who.documents[owners] * who.notified[recipients]
        return weekly * -np.expm1(-hazard)

    def recommended(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """To whom the own GP recommends the service this week."""
        rate = self.who.advice[rows] * np.float32(1.0 / WEEKS_PER_YEAR)
        return self.rng.standard_exponential(len(rows), np.float32) < rate

    def follows(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Who acts on a recommendation."""
        excluded = (self.population.flags[rows] & 1) > 0
        chance = self.c.follow_through * np.where(excluded, self.c.access, 1.0)
        return self.who.ready[rows] & (self.rng.random(len(rows)) < chance)

    def advise(self, rows: Rows) -> None:
        """Recommendations by GPs."""
        rows = rows[self.recommended(rows)]
        self.aware[rows] = np.minimum(self.aware[rows], self.week)
        self.visit(rows[self.follows(rows)], Channel.DOCTOR, by_doctor=True)

    def through_guardians(self, rows: Rows) -> None:
        """Contacts meant for a child go to the guardian; once activated, the guardian adds the child."""
        guardians = self.population.guardian[rows].astype(np.int64)
        here = self.population.exit[guardians] > self.week
        rows, guardians = rows[here], guardians[here]
        invited = (self.who.invitation_week[rows] == self.week) & self.who.notices[guardians]
        growth = np.float32(self.t.growth[self.week])
        message = invited * self.who.notice_pull[guardians] * self.who.sensitivity[guardians] * growth
        letter = self.by_documents(rows, guardians)
        hit = self.rng.standard_exponential(len(rows), np.float32) < message + letter
        by_message = self.rng.random(len(rows)) * (message + letter) < message
        advised = self.recommended(rows)
        advised[advised] = self.follows(guardians[advised])
        for channel, chosen in (
            (Channel.NOTICE, hit & by_message),
            (Channel.DOCUMENT, hit & ~by_message),
            (Channel.DOCTOR, advised),
        ):
            activated = self.activated[guardians[chosen]] < self.week
            self.visits[channel] += int(activated.sum())
            self.activate(rows[chosen][activated], channel)
            self.visit(guardians[chosen][~activated], channel, by_doctor=channel == Channel.DOCTOR)

    def visit(self, rows: Rows, channel: Channel, *, by_doctor: bool = False) -> None:
        """Go to the site; who meets no barrier that stops is activated."""
        rows = np.unique(rows)
        rows = rows[(self.activated[rows] == NEVER) & ~self.who.opposed[rows]]
        self.visits[channel] += len(rows)
        self.visited[rows] = np.minimum(self.visited[rows], self.week)
        self.aware[rows] = np.minimum(self.aware[rows], self.week)
        received = (
            self.t.cum_received[self.week] - self.t.cum_received[np.minimum(self.population.entry[rows], self.week)]
        )
        stop = self.c.stop_no_use * np.exp(-self.c.use_erosion * self.who.documents[rows] * received)
        stopped = self.who.blocked[rows] | (self.who.uninformed[rows] & ~self.who.informed(rows, self.week))
        stopped |= self.who.short_of_time[rows] & (self.rng.random(len(rows)) < self.c.stop_time)
        if not by_doctor:
            stopped |= self.who.no_use[rows] < stop
        self.activate(rows[~stopped], channel)

    def activate(self, rows: Rows, channel: Channel) -> None:
        """First connections."""
        rows = np.unique(rows)
        self.activated[rows] = self.week
        self.visited[rows] = np.minimum(self.visited[rows], self.week)
        self.activations[channel] += len(rows)
        self.announce(rows[self.who.majority[rows] <= self.week], self.week)

    def announce(self, rows: Rows, week: int) -> None:
        """Activated adults take children along and tell ties, from the week after."""
        p = self.population
        lengths = p.tie_start[rows + 1] - p.tie_start[rows]
        first = np.repeat(p.tie_start[rows] - np.cumsum(lengths) + lengths, lengths)
        ties = p.tie[first + np.arange(lengths.sum())].astype(np.int64)
        intends = np.repeat(self.rng.random(len(rows)) < self.c.intention, lengths)
        u = self.rng.random((2, len(ties)))
        taken = (ties < 0) & (u[0] < self.c.child_together)
        if week >= 0:
            self.children[week + 1].append(~ties[taken])
        told = (ties >= 0) & intends & (u[0] < self.c.tell)
        weeks = week + 1 + (TELLING_WEEKS * u[1][told]).astype(int)
        for later in np.unique(weeks):
            self.letters[int(later)].append(ties[told][weeks == later])

    def take_along(self) -> None:
        """Children of guardians activated last week."""
        rows = np.concatenate([*self.children.pop(self.week, []), np.empty(0, np.int64)])
        rows = self.present(rows[~self.who.opposed[rows]], minors=True)
        self.visits[Channel.GUARDIAN] += len(rows)
        self.activate(rows, Channel.GUARDIAN)

    def tell(self) -> None:
        """Ties whose week it is are told."""
        rows = np.concatenate([*self.letters.pop(self.week, []), np.empty(0, np.int64)])
        rows = self.present(rows[~self.who.opposed[rows]], minors=False)
        self.aware[rows] = np.minimum(self.aware[rows], self.week)
        hazard = self.c.pull_peer * self.who.sensitivity[rows] * self.t.growth[self.week]
        self.visit(rows[self.rng.standard_exponential(len(rows)) < hazard], Channel.PEER)
