"""The outcome of a run, counted after the fact from the weeks in the records: stocks, messages, expected documents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from model.counting import tally
from model.engine.records import Run
from model.levers.base import ADVICE, DOCUMENT, INVITATION, MESSAGE, Lever
from model.terms.channels import Channel
from model.terms.outcome import LeverUse, Outcome
from model.terms.shapes import Bools, Counts, Floats
from model.terms.threads import counted
from model.terms.weeks import WEEKS_PER_YEAR
from model.world import World


def outcome(model: World) -> Outcome:
    """Results from the launch to the current week (``model.terms.outcome.Outcome``)."""
    r, last, weight, levers = model.run, model.week, model.population.weight, len(model.levers)
    threads = model.threads
    counts = passed(r, threads, tally.stocks, (tally.STOCKS, last + 2), last)
    messages, rates = _messages(model), _document_rates(model)
    notified, sent = messages[:2], messages[2:]
    stocks = np.cumsum(counts, axis=1)[:, : last + 1]
    contacts = r.desks["contacts"].sum(axis=0)[:last].astype(float)
    contacts[:, Channel.NOTICE] += notified[0]
    contacts[:, Channel.EMAIL] += notified[1]
    contacts[:, Channel.DOCUMENT] += rates[0] * np.diff(model.weekly.cum_received)[:last]
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
        uses=_uses(model, sent, rates),
    )


def uses(model: World) -> tuple[LeverUse, ...]:
    """What each lever has consumed from the policy start to the current week: ``outcome(model).uses``, without counting
    what no lever of the model consumes."""
    effects, last, levers = {lever.effect for lever in model.levers}, model.week, len(model.levers)
    sent = _messages(model)[2:] if effects & {MESSAGE, INVITATION} else np.zeros((levers, last), np.int64)
    rates = _document_rates(model) if DOCUMENT in effects else np.zeros((1 + 2 * levers, last))
    return _uses(model, sent, rates)


def _messages(model: World) -> Counts:
    """Notices, reminders and messages of each lever in each week, shape [2 + levers, weeks]."""
    shape = (2 + len(model.levers), model.week)
    return passed(model.run, model.threads, tally.messages, shape, model.week)


def _document_rates(model: World) -> Floats:
    """Sums of document rates in each week (rows of ``tally.document_weights``), shape [1 + 2 levers, weeks]."""
    shape = (1 + 2 * len(model.levers), model.week + 2)
    weights = passed(model.run, model.threads, tally.document_weights, shape, model.week)
    return np.asarray(np.cumsum(weights, axis=1)[:, : model.week] * tally.DOCUMENT_UNIT)


def _uses(model: World, sent: Counts, rates: Floats) -> tuple[LeverUse, ...]:
    return tuple(
        _use(model, number, lever, float(sent[number].sum()), rates[1 + len(model.levers) + number])
        for number, lever in enumerate(model.levers)
    )


def passed(r: Run, threads: int, count: Callable[..., None], shape: tuple[int, ...], *more: object) -> Counts:
    """What one pass over all persons counts (``model.counting.tally``), int64 of a shape."""
    return counted(lambda low, high, counts: count(r, low, high, *more, counts), len(r.state), threads, shape)


def _on_air(model: World) -> Float[Floats, " week"]:
    """Weeks of national media per week: 1 during the launch and, in doses, in bursts of media levers."""
    first, end = model.weekly.media_weeks
    level = np.zeros(model.weeks)
    level[first:end] = 1.0
    for lever in model.levers:
        level += lever.on_air(model.weeks)
    return level


def _use(model: World, number: int, lever: Lever, sent: float, weights: Floats) -> LeverUse:
    """What one lever consumed until the current week."""
    r, weight, last = model.run, model.population.weight, model.week
    code = int(r.levers[number]["code"])
    deposited = float((weights * np.diff(r.levers[number]["received"])[:last]).sum())
    met, accompanied = float(r.desks["by_process"][:, code].sum()), float(r.served[number, 1])
    return LeverUse(
        lever=lever.name,
        contacts=(sent + met + accompanied + deposited) * weight,
        activations=float(r.desks["fees"][:, number].sum()) * weight,
        doctor_years=_doctor_years(model, number, lever) if lever.effect == ADVICE else 0.0,
        bursts=lever.campaigns_before(last) if lever.dose > 0 and lever.start < last else 0,
        aimed=_aimed(model, number, lever),
    )


def _aimed(model: World, number: int, lever: Lever) -> int:
    """People whom a lever aims at, there in one of its weeks."""
    people = model.population
    there = (people.entry < lever.end) & (people.exit > lever.start)
    return int((there & ((model.run.aims >> np.uint32(number)) & np.uint32(1) > 0)).sum())


def _doctor_years(model: World, number: int, lever: Lever) -> float:
    """Doctors times years of a lever: who takes part in several by the same means is counted once, for the first."""
    takes_part = _taking_part(model, number, lever)
    earlier = [(rank, other) for rank, other in enumerate(model.levers[:number]) if other.slot == lever.slot]
    others = np.array([takes_part, *(_taking_part(model, rank, other) for rank, other in earlier)])[:, takes_part]
    levels = np.array([one.levels(model.weeks)[: model.week] for one in (lever, *(other for _, other in earlier))])
    combinations, doctors = np.unique(others, axis=1, return_counts=True)
    paid = [np.maximum(levels[0] - _highest(levels[1:], used[1:]), 0.0).sum() for used in combinations.T]
    return float(doctors @ np.array(paid) / WEEKS_PER_YEAR)


def _highest(levels: Floats, used: Bools) -> Floats:
    """The highest in each week of those rows of ``levels`` [row, week] that are used; 0 without any."""
    return np.asarray(levels[used].max(axis=0, initial=0.0))


def _taking_part(model: World, number: int, lever: Lever) -> Bools:
    """Whether each doctor of France takes part in a lever, where its regions are."""
    takes_part = np.zeros(int(model.population.doctor_start[-1]), np.bool_)
    for low, high in model.population.doctor_blocks(lever.target.regions):
        tally.participants(model.run, number, low, high, takes_part)
    return takes_part
