"""What the calibration is given: dated stocks and survey answers, each with the errors it is believed within.

Stocks come from ``activations.csv`` or a file of the user's (``read_stocks``); answers from ``surveys.csv``, as
``likelihood.csv`` chooses them and states the model's own error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable

import numpy as np

from calibration.facts.counts import AgeContrast, load_ages
from calibration.facts.stocks import read_stocks as read_stocks
from calibration.facts.tables import DATA, read_rows, refuse_repeats
from calibration.facts.targets import (
    SURVEYS,
    StockTarget,
    SurveyItem,
    asked,
    load_stock_targets,
    load_survey_items,
    published_of,
)
from foundation.errors import UserError

DESIGN_EFFECT = 1.5
"""Variance of a quota sample of adults online over that of a simple random sample, *assumed*."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A fitted survey answer."""

    item: SurveyItem
    model_error: float
    """One standard deviation of what the instrument can't reproduce, 0..1, *assumed*."""
    base: float
    """Those asked this question as a share of all respondents, as published."""

    @property
    def sd(self) -> float:
        """Sampling and model error together, 0..1."""
        n = (self.item.n or 0) * self.base / DESIGN_EFFECT
        return float(np.hypot(np.sqrt(self.item.share * (1 - self.item.share) / n), self.model_error))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One line of ``likelihood.csv``."""

    survey: str
    key: str
    fitted: bool
    model_error: float
    reasons: dict[str, str]
    """By language: why an answer is not fitted."""


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Everything the likelihood compares with."""

    stocks: tuple[StockTarget, ...]
    answers: tuple[Answer, ...]
    ages: tuple[AgeContrast, ...] = ()

    @property
    def contrasts(self) -> tuple[AgeContrast, ...]:
        """Those of ``ages`` that the stocks reach: nothing is simulated beyond the last one."""
        return tuple(contrast for contrast in self.ages if contrast.day <= self.data_end)

    @property
    def data_end(self) -> date:
        """Day of the last stock."""
        return max(stock.day for stock in self.stocks)

    def until(self, origin: date) -> Observed:
        """What was known at the end of a day: stocks and shares by age up to it, surveys whose fieldwork had ended.

        Raises:
            UserError: no stock is as old as that.
        """
        stocks = tuple(stock for stock in self.stocks if stock.day <= origin)
        if not stocks:
            raise UserError(f"{origin}: no stock was known then; the first is of {self.stocks[0].day}")
        ages = tuple(contrast for contrast in self.ages if contrast.day <= origin)
        return replace(self, stocks=stocks, answers=tuple(a for a in self.answers if a.item.end <= origin), ages=ages)


def load_choices(folder: Traversable = DATA) -> tuple[Choice, ...]:
    """What is fitted, in the order of ``likelihood.csv``.

    Raises:
        ValueError: a survey or an answer that doesn't exist, or a fitted one without model error.
    """
    columns = ("survey", "key", "fitted", "model_error_points", "status", "reason_en", "reason_fr")
    rows = read_rows("likelihood.csv", columns, folder)
    refuse_repeats(rows, "key", [(row.cells["survey"], row.cells["key"]) for row in rows])
    choices = []
    for row in rows:
        fitted = row.text("fitted", ("yes", "no")) == "yes"
        choices.append(
            Choice(
                survey=row.text("survey", SURVEYS),
                key=row.text("key"),
                fitted=fitted,
                model_error=row.number("model_error_points", 0, 50) / 100 if fitted else 0.0,
                reasons={"en": row.cells["reason_en"], "fr": row.cells["reason_fr"]},
            )
        )
    return tuple(choices)


def load_observed(folder: Traversable = DATA) -> Observed:
    """The shipped stocks, answers and shares by age."""
    stocks = tuple(stock for stock in load_stock_targets(folder) if stock.kind != "initial")
    return Observed(stocks=stocks, answers=_answers(folder), ages=load_ages(folder))


def _answers(folder: Traversable) -> tuple[Answer, ...]:
    items = {(item.survey, item.key): item for item in load_survey_items(folder)}
    answers = []
    for choice in load_choices(folder):
        if (choice.survey, choice.key) not in items:
            raise ValueError(f"likelihood.csv: {choice.survey}, {choice.key}: no such row in surveys.csv")
        if choice.fitted:
            answers.append(answer_to(items[choice.survey, choice.key], items.values(), choice.model_error))
    return tuple(answers)


def answer_to(item: SurveyItem, items: Iterable[SurveyItem], model_error: float = 0.0) -> Answer:
    """A published answer as it is compared; ``items`` are those of its survey, and others."""
    return Answer(item=item, model_error=model_error, base=asked(item.base, published_of(items, item.survey)))
