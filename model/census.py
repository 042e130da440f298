"""Counting after the fact: stocks, messages and expected documents from the weeks kept in each record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model import levers as lv
from model.channels import Channel
from model.completion import can_get, invited_week, is_targeted, newborn_week, wave_week
from model.inputs import Floats
from model.jit import compiled
from model.outcome import DIMENSIONS, GroupTable, LeverUse, Outcome
from model.people import RATE_UNIT, has_flag, majority_week, notice_week, notices, reminder_week
from model.population import EMAIL, EXCLUDED, ILL
from model.processes import participates
from model.programme import MESSAGES, NEWBORNS, RELATIVES, doses
from model.tables import INVITATION_DELAY
from model.weeks import NEVER, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from model.adoption import AdoptionModel

LIVING, ADULTS, AWARE, VISITED, ACTIVATED, ACTIVATED_LIVING, ACTIVATED_MINORS, EXPOSED = range(8)
"""Rows of the stocks counted; EXPOSED are adults not activated who notice mass messages."""
_EMAIL = int(EMAIL)


@compiled
def _between(row, first, end, last):
    """Add one person present at the start of weeks ``first`` .. ``end`` - 1 to a row of differences."""
    first, end = max(first, 0), min(end, last + 1)
    if first < end:
        row[first] += 1
        row[end] -= 1


@compiled
def count_stocks(r, last):
    """Differences over weeks of every stock, int64 [8, last + 2]: cumulate along the weeks."""
    counts = np.zeros((8, last + 2), np.int64)
    for i in range(r.due.shape[0]):
        entry, leave, majority = np.int64(r.p[i].entry), np.int64(r.p[i].exit), majority_week(r.p, i)
        adult, done = max(entry, majority), np.int64(r.s[i].activated) + 1
        _between(counts[LIVING], entry, leave, last)
        _between(counts[ADULTS], adult, leave, last)
        _between(counts[AWARE], max(adult, np.int64(r.s[i].aware) + 1), leave, last)
        _between(counts[VISITED], np.int64(r.s[i].visited) + 1, last + 1, last)
        _between(counts[ACTIVATED], done, last + 1, last)
        _between(counts[ACTIVATED_LIVING], done, leave, last)
        _between(counts[ACTIVATED_MINORS], done, min(leave, majority), last)
        if notices(r.w, i):
            _between(counts[EXPOSED], adult, min(leave, done), last)
    return counts


@compiled
def document_weights(r, last):
    """Differences over weeks of the sum of document rates, int64 [1 + levers, last + 2], in units of RATE_UNIT.

    Row 0: who can be notified and is not activated. Row 1 + l: everybody alive whom lever l aims at.
    """
    weights = np.zeros((1 + r.g.shape[0], last + 2), np.int64)
    for i in range(r.due.shape[0]):
        entry, leave, rate = np.int64(r.p[i].entry), min(np.int64(r.p[i].exit), last + 1), np.int64(r.p[i].document_rate)
        majority, done = majority_week(r.p, i), np.int64(r.s[i].activated) + 1
        for childhood in range(2):
            who = r.p[i].guardian if childhood else i
            first = entry if childhood else max(entry, majority)
            end = min(leave, done, majority) if childhood else min(leave, done)
            if who >= 0 and first < end and has_flag(r.p, who, _EMAIL) and notices(r.w, who):
                weights[0, first] += rate
                weights[0, end] -= rate
        for lever in range(r.g.shape[0]):
            if is_targeted(r, lever, i) and entry < leave:
                weights[1 + lever, entry] += rate
                weights[1 + lever, leave] -= rate
    return weights


@compiled
def _sent(r, i, week, first, last):
    """Whether a person is there, of age for it and not activated when a message is sent."""
    return first <= week < min(np.int64(r.p[i].exit), last) and r.s[i].activated >= week


@compiled
def count_messages(r, last):
    """Messages sent before week ``last``: notices and reminders by week [2, last], by lever and week [levers, last]."""
    notified, sent = np.zeros((2, last), np.int64), np.zeros((r.g.shape[0], last), np.int64)
    for i in range(r.due.shape[0]):
        adult = max(np.int64(r.p[i].entry), majority_week(r.p, i))
        week = notice_week(r.p, r.w, i)
        if r.p[i].entry > 0 and r.p[i].birth_week == r.p[i].entry:
            week = np.int64(r.p[i].entry) + INVITATION_DELAY
            notified[0, week if week < last else 0] += week < last and _sent(r, i, week, np.int64(r.p[i].entry), last)
        elif _sent(r, i, week, adult, last):
            notified[0, week] += 1
        week = reminder_week(r.p, r.w, i)
        if _sent(r, i, week, adult, last):
            notified[1, week] += 1
        for lever in range(r.g.shape[0]):
            if is_targeted(r, lever, i):
                count_lever_messages(r, lever, i, adult, last, sent[lever])
    return notified, sent


@compiled
def count_lever_messages(r, lever, i, adult, last, row):
    """Add the messages or invitations of one lever to one person to ``row`` [last]."""
    kind = r.g[lever].kind
    if kind == MESSAGES:
        for wave in range(r.g[lever].n_waves):
            week = wave_week(r, lever, i, wave)
            who = i if week >= adult else np.int64(r.p[i].guardian)
            if who >= 0 and _sent(r, i, week, np.int64(r.p[i].entry), last) and can_get(r, lever, who):
                row[week] += 1
    elif kind == NEWBORNS:
        week = newborn_week(r, lever, i)
        if _sent(r, i, week, np.int64(r.p[i].entry), last):
            row[week] += 1
    elif kind == RELATIVES and r.s[i].activated < last:
        week = invited_week(r, lever, i)
        if week < NEVER and adult <= r.s[i].activated + 1:
            week = max(week, np.int64(r.s[i].activated) + 1)
            if week < min(last, r.g[lever].end, np.int64(r.p[i].exit)):
                row[week] += 1


@compiled
def count_participants(r, lever, low, high):
    """Doctors low .. high - 1 who take part in a lever."""
    count = 0
    for doctor in range(low, high):
        count += participates(r, lever, doctor)
    return count


def outcome(model: AdoptionModel) -> Outcome:
    """Results from the launch to the current week (``model.outcome.Outcome``)."""
    last, weight = model.week, model.population.weight
    r = model.run
    stocks = np.cumsum(count_stocks(r, last), axis=1)[:, : last + 1]
    notified, sent = count_messages(r, last)
    weights = np.cumsum(document_weights(r, last), axis=1)[:, :last] * RATE_UNIT
    contacts = r.desks["contacts"].sum(axis=0)[:last].astype(float)
    contacts[:, Channel.NOTICE] += notified[0]
    contacts[:, Channel.EMAIL] += notified[1]
    contacts[:, Channel.DOCUMENT] += weights[0] * np.diff(model._weekly.cum_received)[:last]
    contacts[:, Channel.MEDIA] += stocks[EXPOSED, :last] * _on_air(model)[:last]
    for row, lever in zip(sent, model.levers, strict=True):
        if isinstance(lever, lv.Messages | lv.Newborns):
            contacts[:, lever.channel if isinstance(lever, lv.Messages) else Channel.LETTER] += row
    uses = tuple(
        _use(model, number, lever, float(sent[number].sum()), weights[1 + number])
        for number, lever in enumerate(model.levers)
    )
    persons = [stocks[row] * weight for row in range(EXPOSED)]
    flows = [contacts * weight, *(x.sum(axis=0)[:last] * weight for x in (r.desks["visits"], r.desks["activations"]))]
    return Outcome(*persons, *flows, uses)


def _on_air(model: AdoptionModel) -> Floats:
    """Weeks of national media per week: 1 during the launch and, in doses, in bursts of media levers."""
    first, end = model._weekly.media_weeks
    level = np.zeros(model.weeks)
    level[first:end] = 1.0
    for lever in model.levers:
        if isinstance(lever, lv.Media):
            for burst, count in lever.bursts:
                level[burst : burst + count] += lever.dose
    return level


def _use(model: AdoptionModel, number: int, lever: lv.Lever, sent: float, weights: Floats) -> LeverUse:
    """What one lever consumed until the current week."""
    r, weight, last = model.run, model.population.weight, model.week
    code, channel = int(r.g[number]["code"]), int(r.g[number]["channel"])
    contacts = (sent + float(r.desks["by_process"][:, code].sum())) * weight
    if isinstance(lever, lv.Assisted):
        contacts = float(r.served[number, 1]) * weight
    if isinstance(lever, lv.Documents):
        extra = doses(lever, model.weeks)[:last] * lever.dose * np.diff(model._status_quo.cum_received)[:last]
        contacts = float((weights * extra).sum()) * weight
    span = slice(lever.start, min(lever.end, last))
    return LeverUse(
        lever=lever.name,
        contacts=contacts,
        activations=float(r.desks["activations"][:, span, channel].sum()) * weight,
        doctor_years=_doctor_years(model, number, lever) if isinstance(lever, lv.Doctors) else 0.0,
        bursts=_bursts(lever, last),
    )


def _doctor_years(model: AdoptionModel, number: int, lever: lv.Doctors) -> float:
    blocks = model.population.doctor_blocks(lever.target.regions)
    count = sum(count_participants(model.run, number, low, high) for low, high in blocks)
    return float(count * doses(lever, model.weeks)[: model.week].sum() / WEEKS_PER_YEAR)


def _bursts(lever: lv.Lever, last: int) -> int:
    if lever.dose <= 0 or lever.start >= last:
        return 0
    if isinstance(lever, lv.Media):
        return sum(1 for first, _ in lever.bursts if lever.start <= first < min(lever.end, last))
    if isinstance(lever, lv.Messages):
        return sum(1 for first in lever.waves if first < last)
    return 1


def group_table(model: AdoptionModel, dimension: str, weeks: Sequence[int]) -> GroupTable:
    """Living people by group at the start of each week (``model.outcome.GroupTable``)."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"dimension {dimension!r}; allowed: {', '.join(DIMENSIONS)}")
    names = group_names(model, dimension)
    tables = np.array([_group_counts(model, dimension, week, len(names)) for week in weeks])
    living, aware, visited, activated = np.moveaxis(tables * model.population.weight, 1, 0)
    return GroupTable(dimension, names, tuple(weeks), living, aware, visited, activated)


def group_names(model: AdoptionModel, dimension: str) -> tuple[str, ...]:
    """Groups of a dimension, in order."""
    if dimension == "age_band":
        return model.population.bands
    if dimension == "region":
        return model.population.regions
    return ("no", "yes")


def group_codes(model: AdoptionModel, dimension: str, week: int) -> npt.NDArray[np.int64]:
    """Group of each person at the start of a week, [n]."""
    population = model.population
    if dimension == "age_band":
        return population.band_at(week)
    if dimension == "region":
        return population.region.astype(np.int64)
    flag = EXCLUDED if dimension == "digital_exclusion" else ILL
    return ((population.flags & np.uint8(flag)) > 0).astype(np.int64)


def _group_counts(model: AdoptionModel, dimension: str, week: int, groups: int) -> npt.NDArray[np.int64]:
    """[4, group] living, of them aware, visited, activated at the start of a week."""
    population, state = model.population, model.run.s
    living = (population.entry <= week) & (population.exit > week)
    codes = group_codes(model, dimension, week)
    reached = (living, *(living & (column < week) for column in (state["aware"], state["visited"], state["activated"])))
    return np.array([np.bincount(codes[mask], minlength=groups) for mask in reached])


