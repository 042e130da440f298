"""Counting after the fact: stocks, messages and expected documents from the weeks kept in each record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.counting import tally
from model.engine.people import RATE_UNIT
from model.engine.records import Run
from model.levers.base import ADVICE, MESSAGE, Lever
from model.population.chances import completed_years
from model.population.cohorts import Counts
from model.population.population import EXCLUDED, ILL
from model.terms.channels import Channel
from model.terms.inputs import Floats
from model.terms.outcome import DIMENSIONS, GroupTable, LeverUse, Outcome
from model.terms.threads import counted
from model.terms.weeks import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from model.adoption import AdoptionModel


def outcome(model: AdoptionModel) -> Outcome:
    """Results from the launch to the current week (``model.terms.outcome.Outcome``)."""
    r, last, weight, levers = model.run, model.week, model.population.weight, len(model.levers)
    threads = model.threads
    counts = _passed(r, threads, tally.stocks, (tally.STOCKS, last + 2), last)
    weights = _passed(r, threads, tally.document_weights, (1 + 2 * levers, last + 2), last)
    messages = _passed(r, threads, tally.messages, (2 + levers, last), last)
    notified, sent = messages[:2], messages[2:]
    stocks = np.cumsum(counts, axis=1)[:, : last + 1]
    rates = np.cumsum(weights, axis=1)[:, :last] * RATE_UNIT
    contacts = r.desks["contacts"].sum(axis=0)[:last].astype(float)
    contacts[:, Channel.NOTICE] += notified[0]
    contacts[:, Channel.EMAIL] += notified[1]
    contacts[:, Channel.DOCUMENT] += rates[0] * np.diff(model._weekly.cum_received)[:last]
    for number in range(levers):
        contacts[:, Channel.DOCUMENT] += rates[1 + number] * np.diff(r.levers[number]["received"])[:last]
    contacts[:, Channel.MEDIA] += stocks[tally.EXPOSED, :last] * _on_air(model)[:last]
    for row, lever in zip(sent, model.levers, strict=True):
        if lever.effect == MESSAGE:
            contacts[:, lever.through] += row
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


def _passed(r: Run, threads: int, count: Callable[..., None], shape: tuple[int, ...], *more: Any) -> Counts:
    """What one pass over all persons counts (``model.counting.tally``), int64 of a shape."""
    return counted(lambda low, high, counts: count(r, low, high, *more, counts), len(r.state), threads, shape)


def _on_air(model: AdoptionModel) -> Floats:
    """Weeks of national media per week: 1 during the launch and, in doses, in bursts of media levers."""
    first, end = model._weekly.media_weeks
    level = np.zeros(model.weeks)
    level[first:end] = 1.0
    for lever in model.levers:
        level += lever.on_air(model.weeks)
    return level


def _use(model: AdoptionModel, number: int, lever: Lever, sent: float, weights: Floats) -> LeverUse:
    """What one lever consumed until the current week."""
    r, weight, last = model.run, model.population.weight, model.week
    code, channel = int(r.levers[number]["code"]), int(r.levers[number]["channel"])
    deposited = float((weights * np.diff(r.levers[number]["received"])[:last]).sum())
    met, accompanied = float(r.desks["by_process"][:, code].sum()), float(r.served[number, 1])
    span = slice(lever.start, min(lever.end, last))
    return LeverUse(
        lever=lever.name,
        contacts=(sent + met + accompanied + deposited) * weight,
        activations=float(r.desks["activations"][:, span, channel].sum()) * weight,
        doctor_years=_doctor_years(model, number, lever) if lever.effect == ADVICE else 0.0,
        bursts=lever.campaigns_before(last) if lever.dose > 0 and lever.start < last else 0,
    )


def _doctor_years(model: AdoptionModel, number: int, lever: Lever) -> float:
    blocks = model.population.doctor_blocks(lever.target.regions)
    count = sum(tally.participants(model.run, number, low, high) for low, high in blocks)
    return float(count * lever.levels(model.weeks)[: model.week].sum() / WEEKS_PER_YEAR)


def group_table(model: AdoptionModel, dimension: str, weeks: Sequence[int]) -> GroupTable:
    """Living people by group at the start of each week (``model.terms.outcome.GroupTable``)."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"dimension {dimension!r}; allowed: {', '.join(DIMENSIONS)}")
    names, last = group_names(model, dimension), max(weeks, default=0)
    shape, run = (tally.STAGES, len(names), last + 2), model.run
    if dimension == "age_band":
        counts = _passed(run, model.threads, tally.bands, shape, _band_starts(model), last)
    else:
        counts = _passed(run, model.threads, tally.groups, shape, group_codes(model, dimension, 0), last)
    stages = np.cumsum(counts, axis=2)[:, :, list(weeks)].transpose(0, 2, 1) * model.population.weight
    living, aware, visited, activated = stages
    return GroupTable(dimension, names, tuple(weeks), living, aware, visited, activated)


def _band_starts(model: AdoptionModel) -> npt.NDArray[np.int64]:
    """Weeks after birth at which each age band begins, and at which the last would end, [bands + 1]."""
    of_age = model.population.band_of_age
    ages = completed_years(np.arange(int(len(of_age) * WEEKS_PER_YEAR)))
    starts = np.searchsorted(of_age[np.minimum(ages, len(of_age) - 1)], np.arange(len(model.population.bands)))
    return np.append(starts, np.iinfo(np.int32).max)


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
