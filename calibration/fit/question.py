"""What a fit is held against: every published stock and answer, with what of it the posterior was fitted to.

A posterior of the user's own (``--posterior DIR``) says in its summary which stocks and answers it was fitted to; the
shipped figures it was not given are shown all the same, as not fitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from calibration.facts.observed import Answer, Observed, base_of, load_choices, load_observed
from calibration.facts.targets import StockTarget, load_survey_items
from calibration.posterior.tables import SUMMARY
from foundation.errors import UserError


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
class Held:
    """Stocks by day, answers in the order of ``likelihood.csv``."""

    stocks: tuple[HeldStock, ...]
    answers: tuple[HeldAnswer, ...]

    @property
    def observed(self) -> Observed:
        """All of it as the likelihood takes it."""
        return Observed(
            stocks=tuple(stock.target for stock in self.stocks), answers=tuple(held.answer for held in self.answers)
        )


def held_against(folder: Path | None = None) -> Held:
    """What is held against the posterior of a folder, or against a shipped one.

    Raises:
        UserError: the folder's summary can't be read or doesn't list what was fitted.
    """
    shipped = load_observed()
    if folder is None or not (folder / SUMMARY).is_file():
        targets: list[StockTarget] = list(shipped.stocks)
        fitted = {(answer.item.survey, answer.item.key) for answer in shipped.answers}
    else:
        targets, fitted = _fitted(folder / SUMMARY)
    taken = {(target.day, target.region) for target in targets}
    others = [stock for stock in shipped.stocks if (stock.day, stock.region) not in taken]
    stocks = [HeldStock(target, True) for target in targets] + [HeldStock(stock, False) for stock in others]
    ordered = sorted(stocks, key=lambda stock: (stock.target.region or "", stock.target.day))
    return Held(tuple(ordered), _answers(fitted))


def _answers(fitted: set[tuple[str, str]]) -> tuple[HeldAnswer, ...]:
    items = {(item.survey, item.key): item for item in load_survey_items()}
    answers = []
    for choice in load_choices():
        place = choice.survey, choice.key
        answer = Answer(item=items[place], model_error=choice.model_error, base=base_of(items[place], items))
        answers.append(HeldAnswer(answer, place in fitted, choice.reasons))
    return tuple(answers)


def _fitted(summary: Path) -> tuple[list[StockTarget], set[tuple[str, str]]]:
    """Stocks, and (survey, key) of the answers, that a calibration used."""
    try:
        targets = json.loads(summary.read_text(encoding="utf-8"))["targets"]
        stocks = [_stock(entry) for entry in targets["stocks"]]
        return stocks, {(entry["survey"], entry["key"]) for entry in targets["answers"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{summary}: doesn't say what the posterior was fitted to ({error!r})") from None


def _stock(entry: Mapping[str, Any]) -> StockTarget:
    return StockTarget(
        day=date.fromisoformat(entry["date"]),
        millions=float(entry["millions"]),
        error=float(entry["error_millions"]),
        kind=entry["kind"],
        status="as calibrated",
        facts=(),
        region=entry["region"],
    )
