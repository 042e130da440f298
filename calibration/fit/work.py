"""What a run of the status quo gives for every pattern that the model is held against, and a run of the pilot.

The outputs of the calibration (``calibration.posterior.simulate``: same people, same chance, same numbers) and,
of the same run,
whatever else a pattern needs. It goes on to the end of the reminders of 2024-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from calibration.facts.targets import DNS, SURVEYS
from calibration.posterior.simulate import Case, age_shares, launched, logits, stock_at, survey_weeks
from calibration.posterior.work import Sent
from foundation.seeds import derive
from foundation.shapes import Floats
from foundation.store.parts import Content
from model import AdoptionModel, PrevalenceError
from model.counting.answers import online_counts
from model.population.attributes import PILOT
from model.prevalence import surveyed_shares
from model.terms.channels import Channel
from model.terms.inputs import Given
from model.terms.outcome import Outcome
from model.terms.weeks import START, week_of
from scenarios.frames import at

Kind = Literal["posterior", "prior"]
PILOT_SENDING, PILOT_WEEKS = timedelta(days=13), 17
"""Notices of the pilot within two weeks; the count 15 weeks after the last of them (F001, F004)."""
_PURPOSES: dict[Kind, int] = {"posterior": 11, "prior": 12}


@dataclass(frozen=True)
class Task:
    """What a worker is sent."""

    case: Sent
    kind: Kind
    index: int
    values: Floats
    """[parameter] in the order of ``roles.FREE``."""
    people: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one run shows."""

    kind: Kind
    index: int
    stocks: Floats
    """[stock] of ``Case.days``, millions."""
    weekly: Floats
    """[week] cumulative activations at the start of each week, millions."""
    living: float
    """Living insured on the day of the survey of 2023, millions."""
    aware_at_start: float
    """Share of the adults not notified in the pilot who know the service at the launch."""
    logits: Floats
    """[survey x count] as the calibration has them."""
    surveyed: dict[str, float]
    """Shares with each barrier and of those ready at the survey of 2023, among those asked."""
    intention: float
    """Share of the activated who intend to recommend."""
    reminded: float
    """Reminder e-mails of 2024-25 sent, millions."""
    not_activated: float
    """Living insured not activated when the reminders begin, millions."""
    ages: Floats
    """[contrast, older and younger] shares activated of the living insured, on the days of ``Case.ages``."""
    pilot: float
    """Share of the notified activated at the end of the pilot; NaN where it was not run."""


ARRAYS = ("stocks", "weekly", "logits", "ages")
NUMBERS = ("living", "aware_at_start", "intention", "reminded", "not_activated", "pilot")


def work(task: Task) -> Content:
    """What one run shows, to be kept; nothing where the surveyed prevalences can't be had."""
    found = predict(task)
    if found is None:
        return {}
    numbers = {name: getattr(found, name) for name in NUMBERS}
    return {**{name: getattr(found, name) for name in ARRAYS}, "numbers": pd.DataFrame([numbers | found.surveyed])}


def seen_again(task: Task, kept: Mapping[str, Any]) -> Seen:
    """What a run has shown."""
    numbers = kept["numbers"].iloc[0].to_dict()
    own = {name: numbers.pop(name) for name in NUMBERS} | {name: kept[name] for name in ARRAYS}
    return Seen(kind=task.kind, index=task.index, surveyed=numbers, **own)


def predict(task: Task) -> Seen | None:
    """Simulate one place; None where the surveyed prevalences can't be had."""
    case = task.case.case
    number = run_number(task)
    try:
        model = launched(case, task.values, task.people, number)
    except PrevalenceError:
        return None
    pilot = pilot_share(case, model) if task.kind == "posterior" else float("nan")
    return seen(case, model, task.kind, task.index, pilot)


def run_number(task: Task) -> int:
    """Keys the chance of a run, apart from those of the calibration's banks."""
    return derive(task.seed, task.index, _PURPOSES[task.kind])


def seen(case: Case, model: AdoptionModel, kind: Kind, index: int, pilot: float) -> Seen:
    """Run a launched model to the end and look at it."""
    counts, surveyed, aware = {}, dict[str, float](), aware_before(model)
    for week, survey in sorted(zip(survey_weeks(), SURVEYS, strict=True)):
        model.advance(week)
        counts[survey] = logits(online_counts(model))
        if survey == DNS:
            surveyed = surveyed_shares(model, case.structure.barrier_base == "visitors")
    first, last = (week_of(day) for day in case.history.reminders)
    model.advance(max(case.last_week, last + 1))
    outcome = model.outcome()
    return Seen(
        kind=kind,
        index=index,
        stocks=np.array([stock_at(model, day, region) for day, region in case.days]),
        weekly=outcome.activated / 1e6,
        living=at(outcome.living, case.surveyed.day) / 1e6,
        aware_at_start=aware,
        logits=np.concatenate([counts[survey] for survey in SURVEYS]),
        surveyed=surveyed,
        intention=model.parameters.word_of_mouth.intention,
        reminded=_reminded(outcome, first, last),
        not_activated=float(outcome.living[first] - outcome.activated_living[first]) / 1e6,
        ages=np.array([age_shares(model, day, split) for day, split in case.ages]).reshape(-1, 2),
        pilot=pilot,
    )


def aware_before(model: AdoptionModel) -> float:
    """Share of the adults not notified in the pilot who know the service at the launch."""
    people = model.population
    adults = (people.entry == 0) & (people.age_at(0) >= 18) & ((people.flags & PILOT) == 0)
    return float((model.run.state["aware"][adults] < 0).mean())


def _reminded(outcome: Outcome, first: int, last: int) -> float:
    return float(outcome.contacts[first : last + 1, Channel.EMAIL].sum()) / 1e6


def pilot_share(case: Case, launched_model: AdoptionModel) -> float:
    """Share of the notified who have activated at the end of a pilot among the people of a launched model.

    Simplifications: the people of the whole country in place of three départements, with the country's share reached by
    e-mail; from the day of the national launch, five months later in the year; nobody is activated before; there are
    neither media nor documents; doctors, relatives and own initiative work as in the status quo.
    """
    flags = launched_model.population.flags & np.uint8(255 - int(PILOT))
    people = launched_model.population.with_columns(flags=flags)
    history = replace(
        case.history,
        documents=((START, 0.0),),
        notices_main=(START, START + PILOT_SENDING),
        notices_end=START + PILOT_SENDING,
        notices_main_share=1.0,
        activated_at_start=0.0,
    )
    quiet = replace(launched_model.parameters, pulls=replace(launched_model.parameters.pulls, media=0.0))
    given: Given = {"demography": case.demography, "history": history, "structure": case.structure}
    model = AdoptionModel(people, quiet, seed=launched_model.seed, **given)
    model.advance(PILOT_WEEKS)
    notified = people.entry == 0
    return float((model.run.state["activated"][notified] < PILOT_WEEKS).mean())
