"""A peer: the nearest equivalent in Starsim (Institute for Disease Modeling), built from its own pieces.

An ``ss.Infection`` whose "infected" are the activated, on an ``ss.Network`` of the same acquaintances and couples, with
weekly steps; adoption through mass contacts and GPs is a step of the module, word of mouth is Starsim's transmission.
What differs from the engine:

- who is there at launch, of any age, stays: no births, deaths or moves;
- no guardians: a minor meets nothing before the 18th birthday, and nobody takes a child along;
- a tie is told with the same expected number of times, but anew each week for 13 weeks instead of once;
- at most one visit by a person in a week, credited to no channel; awareness is not followed: visits of one's own accord
  need none and so stop when somebody activates only;
- people stay as they are: no spells (``benchmarks.setting.NAIVE``);
- no mentions by doctors, no weeks between a notice and its answer;
- the status quo only; one thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import starsim as ss

from benchmarks.setting import Setting
from benchmarks.traits import Traits, draw_traits, load_tables
from model.population.population import Population
from model.terms.rules import TELLING_WEEKS
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR


class Ties(ss.Network):
    """Couples and acquaintances: nothing about them changes."""

    def step(self) -> None:
        """Nothing."""


class Adoption(ss.Infection):
    """Activation of the service: "infected" are those activated in the last weeks, who tell their ties."""

    def __init__(self, tables: Any, traits: Traits, rows: Any, excluded: Any) -> None:
        super().__init__()
        self.given, self.calendar = tables
        self.who, self.rows, self.excluded = traits, rows, excluded
        self.define_states(ss.BoolState("intends"), ss.BoolState("activated"), ss.BoolState("visited"))
        self.define_pars(
            beta=1.0,
            visits=ss.bernoulli(p=0.0),
            advised=ss.bernoulli(p=0.0),
            hurried=ss.bernoulli(p=self.given.stop_time),
        )
        self.define_pars(intention=ss.bernoulli(p=self.given.intention))
        self.documents, self.media = np.diff(self.calendar.cum_received), np.diff(self.calendar.cum_media)
        self.spontaneous = np.diff(self.calendar.cum_spontaneous)
        self.columns()

    def columns(self) -> None:
        """Traits of those present at launch, by uid."""
        who, rows = self.who, self.rows
        self.sensitivity, self.notices = who.sensitivity[rows], who.notices[rows]
        self.letters, self.pull = who.notice_week[rows], who.notice_pull[rows]
        self.reminders, self.notified = who.reminder_week[rows], who.notified[rows]
        self.received, self.no_use = who.documents[rows], who.no_use[rows]
        self.short, self.blocked = who.short_of_time[rows], who.blocked[rows]
        follow = self.given.follow_through * np.where(self.excluded, self.given.access, 1.0)
        self.advice = who.advice[rows] * who.ready[rows] * follow / WEEKS_PER_YEAR

    def init_post(self) -> None:
        """Who refused the profile is never susceptible; who was activated in the pilot begins activated."""
        super().init_post()
        self.susceptible[ss.uids(np.flatnonzero(self.who.opposed[self.rows]))] = False
        first = ss.uids(np.flatnonzero(self.who.activated_before[self.rows]))
        self.susceptible[first], self.activated[first], self.visited[first] = False, True, True

    def step_state(self) -> None:
        """After thirteen weeks nobody is told any more; peers' weekly chance follows the growth of the service."""
        self.infected[(self.infected & (self.ti_infected < self.ti - TELLING_WEEKS)).uids] = False
        told = -np.log1p(-self.given.tell) / TELLING_WEEKS
        self.rel_trans[:] = np.where(self.intends[:], told, 0.0)
        pull = self.given.pull_peer * self.calendar.growth[self.ti]
        self.rel_sus[:] = -np.expm1(-pull * self.sensitivity[self.sim.people.auids]) * self.adults()

    def adults(self) -> Any:
        """Whether of age, by living uid."""
        return self.sim.people.age[:] >= 18.0

    def step(self) -> Any:
        """Visits through mass contacts and GPs, then through ties."""
        open_ = (self.susceptible & (self.sim.people.age >= 18.0)).uids
        self.pars.advised.set(p=-np.expm1(-self.advice[open_]))
        by_doctor = self.pars.advised.filter(open_)
        self.pars.visits.set(p=-np.expm1(-self.rates(open_)))
        self.visit(by_doctor, by_doctor=True)
        self.visit(self.pars.visits.filter(open_))
        return super().step()

    def rates(self, uids: Any) -> Any:
        """Visits a week through notices, reminders, documents, media and of one's own accord."""
        week, growth = self.ti, self.calendar.growth[self.ti]
        sensitivity, notices = self.sensitivity[uids], self.notices[uids]
        message = (self.letters[uids] == week) * self.pull[uids] + (
            self.reminders[uids] == week
        ) * self.given.pull_reminder
        documents = self.documents[week] * self.received[uids] * self.notified[uids]
        shown = documents * -np.expm1(-self.given.pull_document * growth * sensitivity)
        free = self.media[week] * notices + self.spontaneous[week]
        return sensitivity * (message * notices * growth + free) + shown

    def set_prognoses(self, uids: Any, sources: Any = None) -> None:
        """Whom a tie leads to the site."""
        self.visit(uids)

    def visit(self, uids: Any, *, by_doctor: bool = False) -> None:
        """Go to the site; who meets no barrier that stops is activated."""
        uids = uids[self.susceptible[uids]]
        self.visited[uids] = True
        received = self.received[uids] * self.calendar.cum_received[self.ti]
        informed = self.who.informed(self.rows[uids], self.ti)
        stopped = self.blocked[uids] | (self.who.uninformed[self.rows[uids]] & ~informed)
        stopped |= self.short[uids] & np.asarray(self.pars.hurried.rvs(uids), bool)  # of nobody: no booleans
        if not by_doctor:
            stopped |= self.no_use[uids] < self.given.stop_no_use * np.exp(-self.given.use_erosion * received)
        new = uids[~stopped]
        self.susceptible[new], self.activated[new], self.infected[new] = False, True, True
        self.ti_infected[new] = self.ti
        self.intends[new] = np.asarray(self.pars.intention.rvs(new), bool)
        self.results.new_infections[self.ti] += len(new)


def build_sim(population: Population, setting: Setting, seed: int = 1, weeks: int = WEEKS) -> ss.Sim:
    """A simulation of everybody present at launch."""
    rows = np.flatnonzero(population.entry == 0)
    number = np.full(population.n, -1)
    number[rows] = np.arange(len(rows))
    owners = np.repeat(np.arange(population.n), np.diff(population.tie_start))
    pairs = (population.tie > owners) & (population.entry[owners] == 0) & (population.entry[population.tie] == 0)
    tables = load_tables(setting)
    module = Adoption(
        tables,
        draw_traits(population, *tables, np.random.default_rng(seed)),
        rows,
        (population.flags[rows] & 1) > 0,
    )
    network = Ties(p1=number[owners[pairs]], p2=number[population.tie[pairs]], beta=np.ones(int(pairs.sum())))
    people = ss.People(len(rows))
    ages = population.birth_week[rows] / -WEEKS_PER_YEAR
    sim = ss.Sim(
        people=people,
        networks=network,
        diseases=module,
        start="2022-01-31",
        dt=ss.week,
        dur=ss.weeks(weeks - 1),
        rand_seed=seed,
        verbose=0,
        use_aging=True,
    )
    sim.init()
    sim.people.age[:] = ages
    return sim


def activated(sim: ss.Sim) -> int:
    """Agents activated."""
    return int(sim.diseases[0].activated.sum())
