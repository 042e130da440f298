"""Surveys of the simulated population: the status quo per draw, run to each survey, interviewed, compared with print.

One draw yields, for each line of ``calibration.survey.question``, the share expected of everybody online, the real
share (what would be said if nobody claimed), and the shares that some samples of the survey's size give. Over draws,
the samples spread by parameters, by sampling and (a little) by the finite number of simulated people.

All items of a survey are answered by the same respondents, so a sample is one multinomial draw; the closed forms of
``calibration.survey.instrument`` are its expectations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.facts.priors import SURVEY, Prior
from calibration.facts.targets import SURVEYS, SurveyItem, asked
from calibration.survey.instrument import (
    RECOMMENDING,
    RULES,
    TRUTHFUL,
    Answers,
    Bools,
    Respondents,
    claims,
    survey_week,
)
from calibration.survey.question import NOT_MODELLED, Line, lines
from foundation.seeds import DECISIONS, INTERVIEWS, POPULATION, derive, uniform
from foundation.shapes import Floats
from foundation.store.parts import Content
from model.counting import interview as iv
from model.terms.inputs import Demography, History, Surveyed
from model.terms.parameters import Structure
from scenarios.draw import Draw

TIMES = 40
"""Samples of each survey a draw."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey to be repeated on the simulated population."""

    name: str
    week: int
    """Its state at the start is what is asked about."""
    n: int
    """Respondents."""


@dataclass(frozen=True, kw_only=True)
class Fieldwork:
    """What all draws share."""

    people: int
    seed: int
    surveys: tuple[Survey, ...]
    demography: Demography
    history: History
    surveyed: Surveyed
    structure: Structure = field(default_factory=Structure)
    excluded_online: float = 0.0
    """Share of the digitally excluded who are interviewed (*assumed*: none)."""


@dataclass(frozen=True)
class Task:
    """What a worker is sent."""

    work: Fieldwork
    draw: Draw
    answers: Answers


@dataclass(frozen=True)
class Finding:
    """What one draw yields; shares are NaN where nobody is asked."""

    draw: int
    answers: Answers
    expected: Mapping[Line, float]
    real: Mapping[Line, float]
    base: Mapping[Line, float]
    """Expected share of the respondents who are asked."""
    samples: Mapping[Line, Floats]
    """[time] shares of the base."""
    sizes: Mapping[Line, Floats]
    """[time] numbers asked."""


def surveys_of(items: Sequence[SurveyItem]) -> tuple[Survey, ...]:
    """The modelled surveys, the earlier one first.

    Raises:
        ValueError: a survey is missing, or its number of respondents is.
    """
    found = {item.survey: item for item in items}
    if missing := [name for name in SURVEYS if name not in found or found[name].n is None]:
        raise ValueError(f"surveys.csv: no row with a number of respondents (n) for {', '.join(missing)}")
    surveys = [Survey(name=s, week=survey_week(found[s].midpoint), n=found[s].n or 0) for s in SURVEYS]
    return tuple(sorted(surveys, key=lambda survey: survey.week))


def answers_of(draw: Draw, key: str, priors: Mapping[str, Prior]) -> Answers:
    """The chances of claims of a draw: those it holds, the others from their priors by keyed uniforms.

    ``key`` is that of the draws file. A claim that has not been calibrated is therefore as uncertain as its prior.
    """
    drawn = {name: float(priors[name].quantile(uniform(key, draw.index, "answer", name))) for name in SURVEY}
    return Answers(**{**drawn, **{name: draw.answers[name] for name in SURVEY if name in draw.answers}})


def from_priors(draws: Sequence[Draw]) -> list[str]:
    """Names of the claims that some draw does not hold."""
    return [name for name in SURVEY if any(name not in draw.answers for draw in draws)]


SHARES, SAMPLED = ("expected", "real", "base"), ("samples", "sizes")


def work(task: Task) -> Content:
    """What one draw yields, to be kept: an array for each, lines in the order of ``asked_in``."""
    found = ask(task)
    return {name: np.array(list(getattr(found, name).values())) for name in (*SHARES, *SAMPLED)}


def found_again(task: Task, kept: Content) -> Finding:
    """What a draw has yielded."""
    asked = [line for survey in task.work.surveys for line in asked_in(survey.name)]
    rows = {name: kept[name].tolist() if name in SHARES else kept[name] for name in (*SHARES, *SAMPLED)}
    maps = {name: dict(zip(asked, row, strict=True)) for name, row in rows.items()}
    return Finding(draw=task.draw.index, answers=task.answers, **maps)


def asked_in(survey: str) -> list[Line]:
    """The lines of a survey that the model answers."""
    return [line for line in lines() if line.survey == survey and (line.survey, line.key) not in NOT_MODELLED]


def ask(task: Task) -> Finding:
    """Simulates one draw and interviews its people in the week of each survey."""
    from model.counting.answers import online_cells

    work, model = task.work, _history(task)
    intention = model.parameters.word_of_mouth.intention
    expected, real, base, samples, sizes = {}, {}, {}, {}, {}
    for number, survey in enumerate(work.surveys):
        model.advance(survey.week)
        bits, agents = online_cells(model, excluded_online=work.excluded_online)
        asked = asked_in(survey.name)
        who, truth = (respondents(bits, agents, answers, survey.name) for answers in (task.answers, TRUTHFUL))
        luck = np.random.default_rng(derive(work.seed, task.draw.index, INTERVIEWS) + number)
        shares, numbers = interview(who, asked, survey.n, intention, luck, TIMES)
        for row, line in enumerate(asked):
            expected[line], base[line] = expectation(who, line, intention)
            real[line], _ = expectation(truth, line, intention)
            samples[line], sizes[line] = shares[row], numbers[row]
    return Finding(task.draw.index, task.answers, expected, real, base, samples, sizes)


def _history(task: Task) -> Any:
    """The status quo of a draw at the launch: the people and the chance of ``mes run`` under the same seed."""
    from model.fast import FastModel
    from model.population.building import build_population
    from model.prevalence import solve_prevalence

    work, draw = task.work, task.draw
    tables: dict[str, Any] = {"demography": work.demography, "history": work.history, "structure": work.structure}
    population = build_population(work.demography, people=work.people, seed=derive(work.seed, draw.index, POPULATION))
    parameters = solve_prevalence(draw.parameters, surveyed=work.surveyed, **tables)
    return FastModel(population, parameters, **tables, seed=derive(work.seed, draw.index, DECISIONS))


COULD_RECOMMEND = 0.91
"""Share of those who say activated (F075): an imposed constant; the model's intention to recommend is half of it."""
TRIED = 3
"""Dispositions: claims to have activated, claims use only, claims nothing."""


def respondents(bits: npt.NDArray[np.int64], agents: Floats, answers: Answers, survey: str) -> Respondents:
    """Kinds of people with their claims, from cells of ``model.counting.answers.online_cells`` in the survey's week."""
    chance = [float(np.asarray(c)) for c in claims(answers, survey)]
    claiming = np.array([chance[0], chance[1] - chance[0], 1.0 - chance[1]])
    could_claim = (bits & (iv.HAS_ACCOUNT | iv.ACTIVATED)) == iv.HAS_ACCOUNT
    shares = np.where(could_claim[:, None], claiming, np.array([0.0, 0.0, 1.0]))
    weight, disposition = (agents[:, None] * shares).ravel(), np.tile(np.arange(TRIED), len(bits))
    there = weight > 0
    kinds, disposition = np.repeat(bits, TRIED)[there], disposition[there]
    activated = ((kinds & iv.ACTIVATED) > 0) | (disposition == 0)
    used = ((kinds & (iv.ACTIVATED | iv.VISITED)) > 0) | (disposition <= 1)
    return Respondents(survey, kinds, weight[there], activated, used)


def question(who: Respondents, line: Line) -> tuple[Bools, Bools]:
    """Who is asked, and who of them says yes.

    Raises:
        KeyError: a question that the joint law has no answer to.
    """
    base = asked(line.base, who)
    return base, base & RULES[line.survey, line.key].people(who)


def expectation(who: Respondents, line: Line, intention: float) -> tuple[float, float]:
    """Expected share of the base, and the base as a share of all; NaN where nobody is asked."""
    if line.key in RECOMMENDING:
        return _recommending(intention)[line.key], float(who.weight[who.activated].sum() / who.weight.sum())
    base, yes = question(who, line)
    asked = float(who.weight[base].sum())
    return float(who.weight[yes].sum()) / asked if asked else np.nan, asked / float(who.weight.sum())


def _recommending(intention: float) -> dict[str, float]:
    return dict(zip(RECOMMENDING, (intention, max(intention, COULD_RECOMMEND)), strict=True))


def interview(
    who: Respondents, lines: list[Line], n: int, intention: float, luck: np.random.Generator, times: int
) -> tuple[Floats, Floats]:
    """``times`` surveys of ``n`` people: shares of the base (NaN where nobody is asked) and sizes of the base.

    Both have the shape [line, time]. A simple random sample: quotas would make intervals a little narrower.
    """
    drawn = luck.multinomial(n, who.weight / who.weight.sum(), size=times)
    sizes, hits = np.empty((2, len(lines), times))
    constant = _recommending(intention)
    chances = [constant[RECOMMENDING[0]], constant[RECOMMENDING[1]] - constant[RECOMMENDING[0]]]
    recommend = np.cumsum(luck.multinomial(drawn @ who.activated, [*chances, 1.0 - sum(chances)]), axis=1)
    for row, line in enumerate(lines):
        if line.key in RECOMMENDING:
            sizes[row], hits[row] = drawn @ who.activated, recommend[:, RECOMMENDING.index(line.key)]
        else:
            base, yes = question(who, line)
            sizes[row], hits[row] = drawn @ base, drawn @ yes
    return np.where(sizes > 0, hits / np.maximum(sizes, 1), np.nan), sizes
