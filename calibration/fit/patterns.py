"""The patterns P1 to P9 (``docs/odd.md``), every line of them; P10 and P11 are in ``calibration.fit.rates``.

Asked: awareness (P2), funnel (P3), barriers, readiness (P4, P5), intention (P6), channels (P7). Counted: stocks (P1),
reminders sent (P8), the pilot (P9).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from calibration.facts.history import load_events
from calibration.facts.observed import Answer
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.facts.tables import load_constants
from calibration.facts.targets import (
    DNS,
    Base,
    SurveyItem,
    asked,
    load_stock_targets,
    load_survey_items,
    published_of,
)
from calibration.fit.rates import ages, rates
from calibration.fit.residuals import TIMES, Line, View, published_answer, published_stocks
from calibration.posterior.likelihood import answered
from foundation.shapes import Floats

SHARE_AT_SURVEY = 15.0
"""Percent of the insured activated in the week of the survey (F070); the stock of that day is derived from it."""
GAINS = (date(2023, 4, 25), date(2024, 1, 10), date(2024, 10, 7))
"""Between the last two days twice as many activated as between the first two."""
ROUNDED = 0.29
"""Standard deviation of rounding to whole millions."""


def stocks(view: View) -> Iterator[Line]:
    """P1: every stock, the share on the day of the survey, and the ratio of two gains."""
    targets = [held.target for held in view.held.stocks]
    simulated = np.stack([run.stocks for run in view.runs])
    predicted = published_stocks(np.log(simulated), view.values[:, FREE.index(DISCREPANCY)], targets, view.luck)
    for k, held in enumerate(view.held.stocks):
        yield Line(
            pattern="P1",
            key="stock",
            day=held.target.day,
            unit="million",
            published=held.target.millions,
            error=held.target.error,
            role="fitted" if held.fitted else "not fitted",
            simulated=simulated[:, k],
            predicted=predicted[..., k],
            bound=held.target.kind == "lower bound",
            region=held.target.region,
            note="" if held.fitted else "not_given",
        )
    places = {stock.day: k for k, stock in enumerate(targets) if stock.region is None}
    if view.surveyed.day in places:
        yield _share(view, places[view.surveyed.day], simulated, predicted)
    if all(day in places for day in GAINS):
        yield _gains(view, [places[day] for day in GAINS], simulated, predicted)


def _share(view: View, at: int, simulated: Floats, predicted: Floats) -> Line:
    held, living = view.held.stocks[at], view.of("living")
    return Line(
        pattern="P1",
        key="share",
        day=held.target.day,
        unit="percent",
        published=SHARE_AT_SURVEY,
        error=SHARE_AT_SURVEY * held.target.error / held.target.millions,
        role="fitted" if held.fitted else "not fitted",
        simulated=100 * simulated[:, at] / living,
        predicted=100 * predicted[..., at] / living[:, None],
        note="share",
    )


def _gains(view: View, at: Sequence[int], simulated: Floats, predicted: Floats) -> Line:
    held = [view.held.stocks[k] for k in at]
    published = np.array([stock.target.millions for stock in held])
    error = np.array([stock.target.error for stock in held])
    ratio = float(_ratio(published))
    early = published[1] - published[0]
    slopes = np.array([ratio / early, -(1 + ratio) / early, 1 / early])
    return Line(
        pattern="P1",
        key="gains",
        day=held[-1].target.day,
        unit="ratio",
        published=ratio,
        error=float(np.sqrt(((slopes * error) ** 2).sum())),
        role="fitted" if all(stock.fitted for stock in held) else "not fitted",
        simulated=_ratio(simulated[:, at]),
        predicted=_ratio(predicted[..., at]),
        note="gains",
    )


def _ratio(stocks: Floats) -> Floats:
    """Later gain over earlier gain [...] of stocks [..., 3]."""
    gains = np.diff(stocks, axis=-1)
    return np.asarray(gains[..., 1] / gains[..., 0])


def reminders(view: View) -> Iterator[Line]:
    """P8: e-mails sent, and the share of the not activated whom they reached."""
    event, people = load_events()["reminders"], load_constants()["not_activated_millions"]
    sent, error = event.number("reach_millions", 0, 100), ROUNDED
    reminded = view.of("reminded")
    printed = reminded[:, None] + error * view.luck.standard_normal((len(reminded), TIMES))
    for key, unit, scale, published, found in (
        ("reminded", "million", 1.0, sent, np.ones(len(reminded))),
        ("coverage", "percent", 100.0, 100 * sent / people, view.of("not_activated")),
    ):
        yield Line(
            pattern="P8",
            key=key,
            day=event.day("end"),
            unit=unit,  # type: ignore[arg-type]
            published=published,
            error=error if key == "reminded" else 100 * error / people,
            role="not fitted",
            simulated=scale * reminded / found,
            predicted=scale * printed / found[:, None],
            note="reminders",
        )


def pilot(view: View) -> Line:
    """P9: share of the notified activated at the end of 2021."""
    stock = next(target for target in load_stock_targets() if target.kind == "initial")
    notified, found = load_constants()["pilot_notified"] / 1e6, view.of("pilot")
    missed = view.values[:, [FREE.index(DISCREPANCY)]] * view.luck.standard_normal((len(found), TIMES))
    error = 100 * stock.error / notified
    return Line(
        pattern="P9",
        key="pilot",
        day=stock.day,
        unit="percent",
        published=100 * stock.millions / notified,
        error=error,
        role="not fitted",
        simulated=100 * found,
        predicted=100 * found[:, None] * np.exp(missed) + error * view.luck.standard_normal(missed.shape),
        note="pilot",
    )


READY = "ready"
_AWARE_AT_START_DAY = date(2021, 6, 1)


def aware_at_start(view: View) -> Line:
    """P2: what the surveys of 2022 and 2023 start from."""
    return Line(
        pattern="P2",
        key="aware_at_start",
        day=_AWARE_AT_START_DAY,
        unit="percent",
        published=100 * view.history.aware_at_start,
        error=0.0,
        role="imposed",
        simulated=100 * view.of("aware_at_start"),
        predicted=None,
        note="aware_at_start",
    )


def answers(view: View) -> Iterator[Line]:
    """P2, P3 and P7: answers to surveys, through the instrument."""
    found = answered(np.stack([run.logits for run in view.runs]), view.values)
    for held in view.held.answers:
        item = held.answer.item
        shares = found[item.survey, item.key]
        yield Line(
            pattern="P2" if item.key == "aware" else "P7" if item.key.startswith("after_") else "P3",
            key=item.key,
            day=item.midpoint,
            unit="percent",
            published=100 * item.share,
            error=100 * held.answer.sd,
            role="fitted" if held.fitted else "not fitted",
            simulated=100 * shares,
            predicted=100 * published_answer(shares, held.answer, view.luck),
            survey=item.survey,
            reasons=held.reasons,
            note="" if held.fitted or held.reasons.get("en") else "not_given",
        )


def prevalences(view: View) -> Iterator[Line]:
    """P4 and P5: barriers and readiness among those not activated, solved for at the launch."""
    items = _items()
    for key in ("no_use", "time", "information", READY):
        item, shares = items[DNS, key], np.array([run.surveyed[key] for run in view.runs])
        base: Base = "visitors" if view.visitors and key != READY else item.base
        answer = Answer(item=item, model_error=0.0, base=asked(base, published_of(items.values(), DNS)))
        yield Line(
            pattern="P5" if key == READY else "P4",
            key=key,
            day=item.midpoint,
            unit="percent",
            published=100 * item.share,
            error=100 * answer.sd,
            role="imposed",
            simulated=100 * shares,
            predicted=100 * published_answer(shares, answer, view.luck),
            survey=DNS,
            note="solved",
        )


def intention(view: View) -> Line:
    """P6: of the 91 % who could recommend, half intend to."""
    items = _items()
    could, intend = items[DNS, "could_recommend"], items[DNS, "intends_to_recommend"]
    return Line(
        pattern="P6",
        key="intention",
        day=could.midpoint,
        unit="percent",
        published=100 * could.share * intend.share,
        error=0.0,
        role="imposed",
        simulated=100 * view.of("intention"),
        predicted=None,
        survey=DNS,
        note="intention",
    )


def _items() -> dict[tuple[str, str], SurveyItem]:
    return {(item.survey, item.key): item for item in load_survey_items()}


def lines_of(view: View) -> list[Line]:
    """Every line, by pattern."""
    asked = list(answers(view))
    aware, funnel, triggers = ([line for line in asked if line.pattern == name] for name in ("P2", "P3", "P7"))
    return [
        *stocks(view),
        aware_at_start(view),
        *aware,
        *funnel,
        *prevalences(view),
        intention(view),
        *triggers,
        *reminders(view),
        pilot(view),
        *ages(view),
        *rates(view),
    ]
