"""What was counted and answered, as the calibration is given it: dated stocks, survey answers and the activated by age,
each with the errors it is believed within; and counts of the country, as paths are made to agree with them.

Stocks come from ``activations.csv`` or a file of the user's (``stocks.read_stocks``); answers from ``surveys.csv``, as
``likelihood.csv`` chooses them and states the model's own error. Of the activated by age two published shares are
compared by their ratio. It says who activates without saying how many: the level is what the stocks are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from math import hypot, log

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats
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
from foundation.language.amounts import MOST_PROFILES, TargetOn
from model.terms.inputs import Demography


@dataclass(frozen=True, kw_only=True)
class Count:
    """A published count of the country."""

    day: date
    millions: float
    """The figure; of a headline its middle."""
    error: float
    """One standard deviation of a figure, millions; 0 for a headline."""
    low: float
    high: float
    """Ends of what was published, millions."""
    headline: bool
    """Whether all that is known is ``low`` to ``high``."""


def counts_of(targets: Sequence[StockTarget]) -> tuple[Count, ...]:
    """All counts of the country since the launch, by rising day."""
    national = [target for target in targets if target.kind != "initial" and target.region is None]
    return tuple(count_of(target) for target in sorted(national, key=lambda target: target.day))


def count_of(target: StockTarget) -> Count:
    """A published count; what was published as "more than" alone has no upper end, and its middle is its low end."""
    headline = target.is_interval or target.kind == "lower bound"
    error = 0.0 if headline else target.error
    return Count(
        day=target.day, millions=target.millions, error=error, low=target.low, high=target.high, headline=headline
    )


def published(on: TargetOn) -> list[tuple[str, float]]:
    """(day, or month of the latest users; least millions) of the counts that say whether a target is reached already.
    Users of a month may become fewer: only the latest figure counts."""
    if on == "activated":
        return [(count.day.isoformat(), count.low) for count in counts_of(load_stock_targets())]
    from calibration.facts.use import latest_users

    return [latest_users()]


SLACK = 3.0
"""Standard deviations by which regions may pass the country."""


def most_profiles(region: str | None, demography: Demography) -> float:
    """Millions of profiles at most in a region, or in the country (also where there is no such region)."""
    if region not in demography.regions:
        return MOST_PROFILES
    return MOST_PROFILES * float(demography.region_share[demography.regions.index(region)])


def too_many_in_regions(file: str, stocks: Sequence[StockTarget]) -> list[str]:
    """For each count of the country: that those of regions up to its day add up to more, if they do."""
    return [
        problem
        for country in stocks
        if country.region is None and country.is_figure
        for problem in _of(file, country, stocks)
    ]


def _of(file: str, country: StockTarget, stocks: Sequence[StockTarget]) -> Iterator[str]:
    """Counts only grow: what the regions had by a day can't pass what the country had on it."""
    latest = {one.region: one for one in stocks if one.region is not None and one.day <= country.day}
    most = country.high if country.is_interval else country.millions + SLACK * country.error
    total = sum(one.low if one.is_interval else one.millions - SLACK * one.error for one in latest.values())
    if total > most:
        counted = sum(one.millions for one in latest.values())
        yield (
            f"{file}, {country.day}: counts of regions add up to {counted:g} million, that of the country is "
            f"{country.millions:g}; regions can't have more than the country"
        )


MODEL_ERROR = 0.03
"""Standard deviation of the log ratio that the model can't reproduce, *assumed*."""
OLDEST = 120


@dataclass(frozen=True, kw_only=True)
class AgeContrast:
    """Shares activated of the living insured on both sides of an age, on a day."""

    day: date
    split: int
    """Youngest age of the older, years."""
    older: float
    """Share of the older, 0..1."""
    younger: float
    """Share of the younger, 0..1."""
    older_error: float
    younger_error: float
    """Half the width of what the figures mean, 0..1: taken as one standard deviation."""
    log_ratio: float
    """Logarithm of older over younger."""
    facts: tuple[str, ...]

    @property
    def sd(self) -> float:
        """Standard deviation of the log ratio: rounding of both figures, and model error."""
        return hypot(self.older_error / self.older, self.younger_error / self.younger, MODEL_ERROR)


def load_ages(folder: Traversable = DATA) -> tuple[AgeContrast, ...]:
    """Contrasts by rising day; each is two lines of ``ages.csv``, the older first.

    Raises:
        ValueError: a line without its counterpart, or shares that don't lie between their ends.
    """
    columns = ("date", "age_from", "age_to", "percent", "low", "high", "status", "facts")
    rows = read_rows("ages.csv", columns, folder)
    if len(rows) % 2:
        raise rows[-1].error("date", "two lines a day, the older people first")
    contrasts = tuple(_contrast(*pair) for pair in zip(rows[::2], rows[1::2], strict=True))
    for row, before, contrast in zip(rows[2::2], contrasts, contrasts[1:], strict=False):
        if contrast.day <= before.day:
            raise row.error("date", f"a day after {before.day}, the lines above")
    return contrasts


def _contrast(older: Row, younger: Row) -> AgeContrast:
    split = older.integer("age_from", 1, OLDEST)
    if younger.day("date") != older.day("date"):
        raise younger.error("date", f"{older.day('date')}, the day of the line above")
    younger.integer("age_from", 0, 0)
    younger.integer("age_to", split - 1, split - 1)
    older.integer("age_to", OLDEST, OLDEST)
    (high, high_error), (low, low_error) = _share(older), _share(younger)
    return AgeContrast(
        day=older.day("date"),
        split=split,
        older=high,
        younger=low,
        older_error=high_error,
        younger_error=low_error,
        log_ratio=log(high / low),
        facts=(*older.facts(), *younger.facts()),
    )


def _share(row: Row) -> tuple[float, float]:
    """A share and half the width of its interval, 0..1."""
    low = row.number("low", 0.01, 100)
    high = row.number("high", low, 100)
    return row.number("percent", low, high) / 100, (high - low) / 200


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
        import numpy as np  # not where a command only starts

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
