"""From a run to a path that agrees with what was published: laws against known ones, and what can't happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, kstest, truncnorm

from calibration.facts.observed import Count, counts_of
from calibration.facts.targets import StockTarget
from calibration.posterior.conditioning import (
    conditioned,
    correlation,
    floors,
    given,
    never_falling,
    sampling_covariance,
    truncated,
    within,
)

DAYS = [date(2026, 1, 29) + timedelta(weeks=i) for i in range(0, 100, 5)]
PEOPLE = 20_000
DRAWS = 150


def figure(day: date, millions: float, error: float) -> Count:
    return Count(day=day, millions=millions, error=error, low=millions - error, high=millions + error, headline=False)


def headline(day: date, low: float, high: float) -> Count:
    return Count(day=day, millions=(low + high) / 2, error=0.0, low=low, high=high, headline=True)


COUNTS = (
    figure(date(2024, 1, 10), 10.567, 0.01),
    headline(date(2024, 10, 7), 15.0, 16.0),
    headline(date(2025, 1, 30), 17.0, 18.0),
    figure(date(2025, 10, 31), 23.3, 0.5),
    headline(date(2026, 1, 29), 24.0, 25.0),
)


def simulated(at_end: float = 24.6) -> np.ndarray:
    """Stocks of a made-up run on the days of the counts, then on DAYS."""
    known = np.array([10.2, 14.1, 16.9, 22.5, at_end])
    return np.concatenate([known, at_end + 0.1 * np.arange(len(DAYS))])


def paths(stocks: np.ndarray, counts: tuple[Count, ...] = COUNTS, discrepancy: float = 0.06) -> np.ndarray:
    """[draw, day]"""
    rng = np.random.default_rng(3)
    return np.array([path(stocks, counts, DAYS, discrepancy, people=PEOPLE, rng=rng) for _ in range(DRAWS)])


def path(stocks: np.ndarray, counts: tuple[Count, ...], days: list[date], amount: float, **more: Any) -> np.ndarray:
    return never_falling(conditioned(stocks, counts, days, amount, **more), days, counts)


def law(stocks: np.ndarray, counts: tuple[Count, ...], discrepancy: float, people: int) -> tuple[np.ndarray, ...]:
    """Mean and covariance of u on the days after figures alone."""
    n, days = len(counts), [*(count.day for count in counts), *DAYS[: len(stocks) - len(counts)]]
    prior = discrepancy**2 * correlation(days) + sampling_covariance(stocks, people)
    missed = np.log([count.millions for count in counts]) - np.log(stocks[:n])
    variance = np.array([(count.error / count.millions) ** 2 for count in counts])
    return given(prior[n:, n:], prior[:n, n:], prior[:n, :n], missed, variance)


def test_by_hand_one_exact_figure_and_one_day() -> None:
    """With a run of everybody and a figure without error: the miss times the correlation, and what it leaves open."""
    figures = (figure(DAYS[0] - timedelta(weeks=26), 24.0, 0.0),)
    mean, covariance = law(np.array([20.0, 21.0]), figures, 0.05, 10**12)
    alike = np.exp(-26 * 7 / 365.25 / 0.5)
    assert mean == pytest.approx(np.log(24 / 20) * alike)
    assert covariance == pytest.approx(0.05**2 * (1 - alike**2), rel=1e-6)


def test_given_figures_it_is_the_conditional_of_a_normal_law() -> None:
    """Against brute force: joint draws of u on all days, kept where the figure comes out as published."""
    rng, people, published = np.random.default_rng(9), 50_000, 10.8
    figures = (figure(date(2026, 1, 1), published, 0.058),)
    stocks = np.array([10.5, 10.5, 13.0])
    covariance = 0.05**2 * correlation([figures[0].day, *DAYS[:2]]) + sampling_covariance(stocks, people)
    u = rng.multivariate_normal(np.zeros(3), covariance, 400_000)
    seen = np.log(10.5) + u[:, 0] + rng.normal(0.0, figures[0].error / published, len(u))
    kept = u[np.abs(seen - np.log(published)) < 0.001][:, 1:]
    mean, conditional = law(stocks, figures, 0.05, people)
    assert len(kept) > 3000
    assert np.all(np.abs(kept.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(conditional) / len(kept)))
    assert kept.std(axis=0) == pytest.approx(np.sqrt(np.diag(conditional)), rel=4 / np.sqrt(2 * len(kept)))
    assert abs(u.mean(axis=0)[1] - mean[0]) > 0.01, "without the figure it would be another law"


def test_counts_in_a_sample_vary_together_as_thinning_has_it() -> None:
    rng, people = np.random.default_rng(10), 400
    shares = np.array([0.1, 0.2])
    activated = rng.uniform(size=(20_000, people))
    counts = np.log(np.stack([(activated < share).sum(axis=1) for share in shares]))
    wanted = sampling_covariance(68.0 * shares, people)
    assert np.cov(counts) == pytest.approx(wanted, rel=0.08)


def test_every_path_is_inside_the_last_headline_and_never_falls() -> None:
    for at_end in (20.0, 24.6, 29.0):  # far below, near, far above what was published
        found = paths(simulated(at_end))
        assert ((found[:, 0] >= 24.0) & (found[:, 0] <= 25.0)).all()
        assert (np.diff(found, axis=1) >= 0).all()
        assert (found >= 24.0).all()


def test_without_conditioning_paths_are_outside() -> None:
    """The negative control: the same run, nothing published."""
    found = paths(simulated(20.0)[len(COUNTS) :], ())
    assert (found[:, 0] < 24.0).mean() > 0.9


def test_bands_begin_at_the_last_count_with_its_error_and_widen() -> None:
    last = figure(date(2026, 1, 29), 24.5, 0.3)
    found = paths(simulated(), (*COUNTS[:-1], last))
    low, high = np.quantile(found, [0.05, 0.95], axis=0)
    # Narrower than the figure's own 90 % interval, as the run and the other counts say something too.
    assert high[0] - low[0] < 2 * 1.645 * 0.3
    assert high[0] - low[0] > 0.5
    assert (high[-1] - low[-1]) > 2 * (high[0] - low[0])


def test_the_law_of_headlines_is_that_of_rejection() -> None:
    """Gibbs sampling against the plain method, where that is quick enough: moments within four standard errors."""
    mean, covariance = np.array([0.3, -0.2]), np.array([[1.0, 0.7], [0.7, 1.5]])
    low, high = np.array([-0.5, 0.0]), np.array([1.0, 2.0])
    rng = np.random.default_rng(5)
    many = rng.multivariate_normal(mean, covariance, 40_000)
    kept = many[((many >= low) & (many <= high)).all(axis=1)]
    found = np.array([within(mean, covariance, low, high, rng) for _ in range(600)])
    error = kept.std(axis=0) * np.sqrt(1 / 600 + 1 / len(kept))
    assert (np.abs(found.mean(axis=0) - kept.mean(axis=0)) < 4 * error).all()
    product = [(x[:, 0] * x[:, 1]) for x in (found, kept)]
    assert abs(product[0].mean() - product[1].mean()) < 4 * product[1].std() * np.sqrt(1 / 600 + 1 / len(kept))
    alone = np.array([within(mean[:1], covariance[:1, :1], low[:1], high[:1], rng)[0] for _ in range(600)])
    assert abs(alone.mean() - kept[:, 0].mean()) > 4 * error[0], "ignoring the other headline would be noticed"


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.5), (0.2, 3.0), (6.0, 7.0), (-9.0, -8.0), (1.0, np.inf)])
def test_truncated_normal_in_the_middle_and_in_both_tails(low: float, high: float) -> None:
    chances = (np.arange(400) + 0.5) / 400
    found = np.array([truncated(2.0, 1.5, 2.0 + 1.5 * low, 2.0 + 1.5 * high, u) for u in chances])
    assert kstest((found - 2.0) / 1.5, truncnorm(low, high).cdf).pvalue > 0.999
    assert ((found >= 2.0 + 1.5 * low) & (found <= 2.0 + 1.5 * high)).all()


def test_a_bound_so_far_out_that_its_chance_underflows() -> None:
    assert truncated(0.0, 0.001, 1.0, 1.2, 0.5) == pytest.approx(1.0, abs=1e-5)
    assert truncated(0.0, 0.001, -1.2, -1.0, 0.5) == pytest.approx(-1.0, abs=1e-5)


def test_a_path_is_kept_from_falling_by_what_it_would_have_fallen_only() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 29), date(2026, 2, 5), date(2026, 2, 12), date(2026, 2, 19)]
    drawn = np.array([24.9, 24.3, 24.6, 24.2, 24.8])
    kept = never_falling(drawn, days, COUNTS)
    assert kept.tolist() == [24.3, 24.3, 24.6, 24.6, 24.8], "the value on the last count stays; then a running maximum"


def test_floors_are_the_low_ends_published_by_then() -> None:
    days = [date(2024, 1, 9), date(2025, 10, 31), date(2026, 1, 28), date(2026, 1, 29), date(2028, 1, 1)]
    assert floors(days, COUNTS).tolist() == [0.0, 22.8, 22.8, 24.0, 24.0]


def test_counts_are_those_of_the_country_since_the_launch() -> None:
    def target(day: date, kind: str, region: str | None = None) -> StockTarget:
        return StockTarget(
            day=day,
            millions=5.5,
            error=0.3,
            kind=kind,
            status="",
            facts=(),
            region=region,
            low=5.0,
            high=6.0,  # type: ignore[arg-type]
        )

    targets = [
        target(date(2025, 1, 1), "headline"),
        target(date(2024, 1, 1), "rounded"),
        target(date(2025, 2, 1), "rounded", "Bretagne"),
        target(date(2021, 12, 31), "initial"),
    ]
    counts = counts_of(targets)
    assert [(count.day.year, count.headline, count.error) for count in counts] == [
        (2024, False, 0.3),
        (2025, True, 0.0),
    ]


REPLICATES, OTHERS, SMALL = 200, 19, 0.02
RUN = np.array([10.0, 14.5, 17.2, 22.9, 24.6, 27.0])
"""Stocks of a run on the days of the counts, then fifteen weeks on: growth so fast that nothing could fall."""


def ranks(publish: Callable[[np.ndarray], tuple[Count, ...]]) -> np.ndarray:
    """Rank [replicate] of a known truth among paths that know what ``publish`` says of it."""
    rng = np.random.default_rng(11)
    days = [*(count.day for count in COUNTS), DAYS[3]]
    covariance = SMALL**2 * correlation(days) + sampling_covariance(RUN, PEOPLE)
    found = []
    for truth in RUN * np.exp(rng.multivariate_normal(np.zeros(len(RUN)), covariance, REPLICATES)):
        counts = publish(truth)
        later = [path(RUN, counts, days[5:], SMALL, people=PEOPLE, rng=rng)[0] for _ in range(OTHERS)]
        found.append(int(np.sum(np.array(later) < truth[5])))
    return np.array(found)


def as_headlines(truth: np.ndarray) -> tuple[Count, ...]:
    """Each count from the million below it to the one above."""
    return tuple(headline(count.day, np.floor(y), np.floor(y) + 1) for count, y in zip(COUNTS, truth[:5], strict=True))


def as_figures(truth: np.ndarray) -> tuple[Count, ...]:
    """The mistake: a headline read as a figure of its low end."""
    return tuple(figure(count.day, np.floor(y), 0.02) for count, y in zip(COUNTS, truth[:5], strict=True))


def leaning(found: np.ndarray) -> float:
    """Standard errors by which the mean rank is off its middle."""
    return float(abs(found.mean() - OTHERS / 2) / np.sqrt(((OTHERS + 1) ** 2 - 1) / 12 / len(found)))


@pytest.mark.slow
def test_truths_are_anywhere_among_paths() -> None:
    """A 90 % interval of paths holds a truth as often as the binomial law allows, and ranks don't lean to a side."""
    found = ranks(as_headlines)
    low, high = binom.ppf([0.001, 0.999], REPLICATES, 0.9)
    assert low <= ((found > 0) & (found < OTHERS)).sum() <= high
    assert leaning(found) < 3.3


@pytest.mark.slow
def test_headlines_read_as_figures_are_noticed() -> None:
    """The negative control."""
    found = ranks(as_figures)
    low, _ = binom.ppf([0.001, 0.999], REPLICATES, 0.9)
    assert leaning(found) > 3.3 or ((found > 0) & (found < OTHERS)).sum() < low


def test_a_nearer_horizon_is_the_beginning_of_the_same_path() -> None:
    whole, first = (
        conditioned(simulated()[: 5 + n], COUNTS, DAYS[:n], 0.06, people=PEOPLE, rng=np.random.default_rng(4))
        for n in (len(DAYS), 7)
    )
    assert whole[:7] == pytest.approx(first, rel=1e-9)
    other = conditioned(simulated(), COUNTS, DAYS, 0.06, people=PEOPLE, rng=np.random.default_rng(5))
    assert np.abs(other[:7] / first - 1).max() > 1e-3, "another chance is another path"
