"""What is asked of a fit: its settings, and every published stock and answer with what the posterior was fitted to.

A posterior of the user's own (``--posterior DIR``) says in its summary which stocks and answers it was fitted to; the
shipped figures it was not given are shown all the same, as not fitted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calibration.draws.files import DrawsInfo, read_draws
from calibration.draws.posteriors import Source, fitted_to, posterior_for
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import AgeContrast, Answer, Observed, answer_to, load_ages, load_choices, load_observed
from calibration.facts.targets import StockTarget, load_survey_items, load_surveyed
from calibration.posterior.simulate import Case, case_for
from calibration.survey.question import compared, lines
from foundation.errors import UserError
from foundation.shapes import Floats
from model.terms.parameters import Structure


@dataclass(frozen=True)
class HeldStock:
    """A published stock, and whether the posterior was fitted to it."""

    target: StockTarget
    fitted: bool


@dataclass(frozen=True)
class HeldAnswer:
    """A published answer; one that is not fitted has no model error."""

    answer: Answer
    fitted: bool
    reasons: Mapping[str, str]
    """By language: why the answer is not fitted; empty texts for a fitted one."""


@dataclass(frozen=True)
class HeldAges:
    """Published shares by age, and whether the posterior was fitted to their ratio."""

    contrast: AgeContrast
    fitted: bool


@dataclass(frozen=True)
class Held:
    """Stocks by day, answers in the order of ``mes survey``, shares by age."""

    stocks: tuple[HeldStock, ...]
    answers: tuple[HeldAnswer, ...]
    ages: tuple[HeldAges, ...] = ()

    @property
    def observed(self) -> Observed:
        """All of it as the likelihood takes it."""
        return Observed(
            stocks=tuple(stock.target for stock in self.stocks),
            answers=tuple(held.answer for held in self.answers),
            ages=tuple(held.contrast for held in self.ages),
        )


def held_against(folder: Path | None = None) -> Held:
    """What is held against the posterior of a folder, or against a shipped one.

    Raises:
        UserError: the folder's summary can't be read or doesn't list what was fitted.
    """
    fitted = fitted_to(folder)
    taken = {(target.day, target.region) for target in fitted.stocks}
    others = [stock for stock in load_observed().stocks if (stock.day, stock.region) not in taken]
    stocks = [HeldStock(target, True) for target in fitted.stocks] + [HeldStock(stock, False) for stock in others]
    ordered = sorted(stocks, key=lambda stock: (stock.target.region or "", stock.target.day))
    ages = tuple(HeldAges(contrast, (contrast.day, contrast.split) in fitted.ages) for contrast in load_ages())
    return Held(tuple(ordered), _answers(fitted.answers), ages)


def _answers(fitted: Collection[tuple[str, str]]) -> tuple[HeldAnswer, ...]:
    """Every answer that parameters decide on, also one that ``likelihood.csv`` doesn't mention."""
    items, choices = load_survey_items(), {(choice.survey, choice.key): choice for choice in load_choices()}
    published, held = {(item.survey, item.key): item for item in items}, []
    for line in lines():
        place, item = (line.survey, line.key), published[line.survey, line.key]
        if line.base == item.base and compared(item):
            choice = choices.get(place)
            answer = answer_to(item, items, choice.model_error if choice else 0.0)
            held.append(HeldAnswer(answer, place in fitted, choice.reasons if choice else {}))
    return tuple(held)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What determines the numbers, besides the data."""

    people: int
    draws: int
    """Of the posterior, and as many of the prior."""
    seed: int
    structure: Structure
    posterior: Path | None
    """Folder of ``mes calibrate``; None for the shipped one."""


@dataclass(frozen=True)
class Fitting:
    """What is wanted, found to be sound."""

    wanted: Wanted
    source: Source
    values: Floats
    """[draw, parameter] all draws of the posterior."""
    info: DrawsInfo
    held: Held
    case: Case


def prepare(wanted: Wanted) -> Fitting:
    """Reads everything; nothing is computed yet.

    Raises:
        UserError: no such posterior, one that can't be read, or fewer draws in it than wanted.
    """
    source = posterior_for(wanted.structure, wanted.posterior)
    values, info = read_draws(source.paths[0])
    if wanted.draws > len(values):
        raise UserError(
            f"--draws: {wanted.draws}; {source.name} holds {len(values)} draws, allowed: 1 to {len(values)}"
        )
    held = held_against(wanted.posterior)
    history = replace(load_history(), data_end=date.fromisoformat(info.data_end))
    case = case_for(held.observed, load_demography(), history, load_surveyed(), structure=wanted.structure)
    return Fitting(wanted, source, values, info, held, case)
