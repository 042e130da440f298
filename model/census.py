"""Counting after the fact: stocks, messages and expected documents from the weeks kept in each record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model import levers as lv
from model import tally
from model.channels import Channel
from model.inputs import Floats
from model.outcome import DIMENSIONS, GroupTable, LeverUse, Outcome
from model.people import RATE_UNIT
from model.population import EXCLUDED, ILL
from model.programme import doses
from model.weeks import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from model.adoption import AdoptionModel


def outcome(model: AdoptionModel) -> Outcome:
    """Results from the launch to the current week (``model.outcome.Outcome``)."""
    r, last, weight, levers = model.run, model.week, model.population.weight, len(model.levers)
    counts, weights = np.zeros((tally.STOCKS, last + 2), np.int64), np.zeros((1 + 2 * levers, last + 2), np.int64)
    notified, sent = np.zeros((2, last), np.int64), np.zeros((levers, last), np.int64)
    tally.stocks(r, last, counts)
    tally.document_weights(r, last, weights)
    tally.messages(r, last, notified, sent)
    stocks = np.cumsum(counts, axis=1)[:, : last + 1]
    rates = np.cumsum(weights, axis=1)[:, :last] * RATE_UNIT
    contacts = r.desks["contacts"].sum(axis=0)[:last].astype(float)
    contacts[:, Channel.NOTICE] += notified[0]
    contacts[:, Channel.EMAIL] += notified[1]
    contacts[:, Channel.DOCUMENT] += rates[0] * np.diff(model._weekly.cum_received)[:last]
    for number in range(levers):
        contacts[:, Channel.DOCUMENT] += rates[1 + number] * np.diff(r.g[number]["received"])[:last]
    contacts[:, Channel.MEDIA] += stocks[tally.EXPOSED, :last] * _on_air(model)[:last]
    for row, lever in zip(sent, model.levers, strict=True):
        if isinstance(lever, lv.Messages | lv.Newborns):
            contacts[:, lever.channel if isinstance(lever, lv.Messages) else Channel.LETTER] += row
    return Outcome(
        living=stocks[tally.LIVING] * weight,
        adults=stocks[tally.ADULTS] * weight,
        aware=stocks[tally.AWARE] * weight,
        visited=stocks[tally.VISITED] * weight,
        activated=stocks[tally.ACTIVATED] * weight,
        activated_living=stocks[tally.ACTIVATED_LIVING] * weight,
        activated_minors=stocks[tally.ACTIVATED_MINORS] * weight,
        contacts=contacts * weight,
        visits=r.desks["visits"].sum(axis=0)[:last] * weight,
        activations=r.desks["activations"].sum(axis=0)[:last] * weight,
        uses=tuple(
            _use(model, number, lever, float(sent[number].sum()), rates[1 + levers + number])
            for number, lever in enumerate(model.levers)
        ),
    )


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
        contacts = float((weights * np.diff(r.g[number]["received"])[:last]).sum()) * weight
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
    count = sum(tally.participants(model.run, number, low, high) for low, high in blocks)
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
    counts = np.zeros((len(weeks), 4, len(names)), np.int64)
    codes = group_codes(model, dimension, 0)
    for at, week in enumerate(weeks):
        if dimension == "age_band":
            codes = group_codes(model, dimension, week)
        tally.groups(model.run, codes, week, at, counts)
    living, aware, visited, activated = np.moveaxis(counts * model.population.weight, 1, 0)
    return GroupTable(dimension, names, tuple(weeks), living, aware, visited, activated)


def group_names(model: AdoptionModel, dimension: str) -> tuple[str, ...]:
    """Groups of a dimension, in order."""
    if dimension == "age_band":
        return model.population.bands
    if dimension == "region":
        return model.population.regions
    return ("no", "yes")


def group_codes(model: AdoptionModel, dimension: str, week: int) -> npt.NDArray[np.uint8]:
    """Group of each person at the start of a week, [n]."""
    population = model.population
    if dimension == "age_band":
        return population.band_at(week).astype(np.uint8, copy=False)
    if dimension == "region":
        return population.region
    flag = EXCLUDED if dimension == "digital_exclusion" else ILL
    return ((population.flags & np.uint8(flag)) > 0).astype(np.uint8)
