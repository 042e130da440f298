"""Lines of what was counted: stocks (P1), reminders sent (P8), the pilot (P9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from calibration.facts.constants import load_constants
from calibration.facts.history import load_events
from calibration.facts.roles import DISCREPANCY, FREE
from calibration.facts.targets import load_stock_targets
from calibration.fit.lines import Line, View
from calibration.fit.published import TIMES, published_stocks
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
