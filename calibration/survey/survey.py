"""Surveys of the simulated population: the status quo per draw, run to each survey, interviewed, compared with print.

One draw yields, for each line of ``calibration.survey.items``: the share expected of everybody online, the real
share (what
would be said if nobody claimed), and the shares that some samples of the survey's size give. Over draws, the samples
spread by parameters, by sampling and (a little) by the finite number of simulated people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from calibration.facts.priors import Prior
from calibration.facts.roles import SURVEY
from calibration.facts.targets import SurveyItem
from calibration.survey.instrument import NOT_MODELLED, SURVEYS, TRUTHFUL, Answers, survey_week
from calibration.survey.interviews import expectation, interview, respondents
from calibration.survey.items import LINES, Line
from foundation.errors import RunFailedError
from foundation.seeds import DECISIONS, INTERVIEWS, POPULATION, derive, uniform
from foundation.shapes import Floats
from foundation.work.ensemble import Failure, executor_factory, run_ensemble
from model.terms.inputs import Demography, Given, History, Surveyed
from model.terms.structure import Structure
from scenarios.draw import Draw

if TYPE_CHECKING:
    from model.world import World

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


def run_survey(
    tasks: Sequence[Task], *, workers: int, progress: Callable[[int], None] = lambda finished: None
) -> tuple[list[Finding], tuple[Failure, ...]]:
    """Findings in the order of the draws, and the draws that failed; ``progress`` is told how many are over.

    Raises:
        RunFailedError: every draw failed.
    """
    found: dict[int, Finding] = {}
    over = 0

    def one_more(*_: object) -> None:
        nonlocal over
        over += 1
        progress(over)

    def keep(task: Task, finding: Finding) -> None:
        found[task.draw.index] = finding
        one_more()

    workers = max(1, min(workers, len(tasks)))
    progress(0)
    failures = run_ensemble(ask, tasks, executor_factory(workers), window=2 * workers, done=keep, failed=one_more)
    if not found:
        raise RunFailedError(f"every draw failed; the first one: {failures[0].error}")
    return [found[index] for index in sorted(found)], failures


def ask(task: Task) -> Finding:
    """Simulates one draw and interviews its people in the week of each survey."""
    from model.counting.online import online_cells

    work, model = task.work, _history(task)
    intention = model.parameters.word_of_mouth.intention
    expected, real, base, samples, sizes = {}, {}, {}, {}, {}
    for number, survey in enumerate(work.surveys):
        model.advance(survey.week)
        bits, agents = online_cells(model, excluded_online=work.excluded_online)
        lines = [line for line in LINES if line.survey == survey.name and (line.survey, line.key) not in NOT_MODELLED]
        who, truth = (respondents(bits, agents, answers, survey.name) for answers in (task.answers, TRUTHFUL))
        luck = np.random.default_rng(derive(work.seed, task.draw.index, INTERVIEWS) + number)
        shares, asked = interview(who, lines, survey.n, intention, luck, TIMES)
        for row, line in enumerate(lines):
            expected[line], base[line] = expectation(who, line, intention)
            real[line], _ = expectation(truth, line, intention)
            samples[line], sizes[line] = shares[row], asked[row]
    return Finding(task.draw.index, task.answers, expected, real, base, samples, sizes)


def _history(task: Task) -> World:
    """The status quo of a draw at the launch: the people and the draws of ``mes run`` under the same seed."""
    from model.adoption import AdoptionModel
    from model.population.building import build_population
    from model.prevalence import solve_prevalence

    work, draw = task.work, task.draw
    given: Given = {"demography": work.demography, "history": work.history, "structure": work.structure}
    population = build_population(work.demography, people=work.people, seed=derive(work.seed, draw.index, POPULATION))
    parameters = solve_prevalence(draw.parameters, surveyed=work.surveyed, **given)
    return AdoptionModel(population, parameters, **given, seed=derive(work.seed, draw.index, DECISIONS))
