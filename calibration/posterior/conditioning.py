"""From one run to one path of the published quantity that agrees with everything published; and how what the model
can't reproduce goes on in time.

log published(t) = log simulated(t) + u(t). u is what one run can't tell: the model discrepancy, a Gaussian process
(Ornstein and Uhlenbeck's), and the sampling error of the simulated people. It is drawn given all published counts at
once, then the path is kept from falling:

1. *Figures* are normal: u is conditioned on them with their error, in closed form (Kennedy and O'Hagan 2001).
2. *Headlines* say from where to where the count was. Given the figures, u on their days is a normal law cut off to a
   box; it is drawn jointly by Gibbs sampling, one headline after the other from its truncated normal law (Geweke 1991).
3. Given figures and headlines, u on all other days is normal again.
4. Cumulative counts don't fall. Up to the last count a path is lowered to the least of what follows on it (running
   minimum backwards), so that its value on the last count stays as drawn; after it, raised to the largest of what came
   before (running maximum). Nowhere is it below the low end of a count published up to that day.

Step 4 comes last. It moves a forecast upwards only: little where growth outpaces the noise of the discrepancy, more
where it hardly grows. ``calibration.forecast.study.raised`` says by how much.

``mes forecast`` and ``mes hindcast`` both do it: on all counts, or on those published by an origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtri_exp

from calibration.facts.observed import Count
from foundation.shapes import Floats
from foundation.tasks.threads import one_thread_of_algebra
from model.terms.weeks import DAYS_PER_YEAR

MEMORY = 0.5
"""Years over which the discrepancy is alike, *assumed*."""


def correlation(days: Sequence[date]) -> Floats:
    """[day, day] of the discrepancy on log stocks."""
    return _correlation(tuple(days))


@lru_cache(maxsize=4)
def _correlation(days: tuple[date, ...]) -> Floats:
    """The draws of an ensemble have their days in common."""
    years = years_of(days)
    found = alike(years[:, None] - years)
    found.flags.writeable = False
    return found


def alike(years: Floats) -> Floats:
    """Correlation of the discrepancy on days so many years apart."""
    return np.asarray(np.exp(-np.abs(years) / MEMORY))


def years_of(days: Sequence[date]) -> Floats:
    """[day] years since a day long ago."""
    return np.array([day.toordinal() for day in days]) / DAYS_PER_YEAR


POPULATION = 68.0
"""Millions of insured (F181, ``insured_millions`` of ``constants.csv``), for the sampling error of a stock of the
country."""
JITTER = 1e-12
"""Variance added to that of each day, for days on which nothing is uncertain: a millionth of a stock."""
SWEEPS = 40
"""Gibbs sweeps over the headlines: neighbours are months apart, so that a few dozen forget the start."""


def conditioned(
    simulated: Floats,
    counts: Sequence[Count],
    days: Sequence[date],
    discrepancy: float,
    *,
    people: int,
    rng: np.random.Generator,
    insured: float = POPULATION,
) -> Floats:
    """One path [day] before it is kept from falling (steps 1 to 3), millions.

    ``simulated`` [count + day] are the stocks of the run on the days of the counts, then on ``days``, millions, of
    ``people`` who stand for ``insured`` millions. Linear algebra runs on one thread: with more, the last digits would
    depend on the machine's cores.
    """
    with one_thread_of_algebra():
        n = len(counts)
        prior = discrepancy**2 * correlation([*(count.day for count in counts), *days])
        prior = prior + sampling_covariance(simulated, people, insured)
        missed, variance = _known(simulated[:n], counts, prior[:n, :n], rng)
        mean, covariance = given(prior[n:, n:], prior[:n, n:], prior[:n, :n], missed, variance)
        return np.asarray(simulated[n:] * np.exp(mean + _normal(covariance, rng)))


def sampling_covariance(simulated: Floats, people: int, insured: float = POPULATION) -> Floats:
    """[day, day] of log stocks in a sample: who has activated by one day has by every later one, so the covariance of
    two counts of a share p of n people is that of binomial thinning, (1 - p) / (n p) with the larger share."""
    share = np.clip(np.maximum(simulated[:, None], simulated[None, :]) / insured, 1.0 / people, 1.0)
    return np.asarray((1.0 - share) / (people * share))


def given(own: Floats, cross: Floats, block: Floats, missed: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Mean [day] and covariance [day, day] given ``missed`` [count], observed with error ``variance`` [count].

    ``own`` [day, day], ``cross`` [count, day] and ``block`` [count, count] are covariances of u.
    """
    if not len(missed):
        return np.zeros(len(own)), own
    gain = np.linalg.solve(block + np.diag(variance), cross).T
    return np.asarray(gain @ missed), np.asarray(own - gain @ cross)


def _known(
    simulated: Floats, counts: Sequence[Count], prior: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """u [count] as published, headlines drawn within their ends, and the variances [count] of the figures."""
    headline = np.array([count.headline for count in counts], dtype=bool)
    published = np.array([count.millions for count in counts])
    variance = np.square(np.array([count.error for count in counts]) / published) if counts else np.zeros(0)
    missed = np.log(published / simulated) if counts else np.zeros(0)
    if headline.any():
        figures = ~headline
        law = given(
            prior[np.ix_(headline, headline)],
            prior[np.ix_(figures, headline)],
            prior[np.ix_(figures, figures)],
            missed[figures],
            variance[figures],
        )
        ends = [np.log([getattr(c, end) for c in counts if c.headline]) for end in ("low", "high")]
        low, high = (end - np.log(simulated[headline]) for end in ends)
        missed[headline] = within(*law, low, high, rng)
    return missed, np.where(headline, 0.0, variance)


def within(mean: Floats, covariance: Floats, low: Floats, high: Floats, rng: np.random.Generator) -> Floats:
    """One draw [k] of a normal law cut off to a box, by Gibbs sampling from where the box is nearest to the mean."""
    precision = np.linalg.inv(covariance)
    spread = 1.0 / np.sqrt(np.diag(precision))
    x = np.clip(mean, low, high)
    for chances in rng.random((SWEEPS, len(x))):
        for i, chance in enumerate(chances):
            others = precision[i] @ (x - mean) - precision[i, i] * (x[i] - mean[i])
            x[i] = truncated(mean[i] - others / precision[i, i], spread[i], low[i], high[i], chance)
    return x


def truncated(mean: float, sd: float, low: float, high: float, chance: float) -> float:
    """Quantile at ``chance`` of a normal law cut off to low..high; on logarithms, so that far tails are right too."""
    a, b = (low - mean) / sd, (high - mean) / sd
    side = -1.0 if a > 0 else 1.0  # work in the left tail
    a, b, chance = (-b, -a, 1.0 - chance) if a > 0 else (a, b, chance)
    log_low, log_high = log_ndtr(a), log_ndtr(b)
    level = log_high + np.log(chance + (1.0 - chance) * np.exp(log_low - log_high))
    return float(min(max(mean + side * sd * ndtri_exp(level), low), high))


def _normal(covariance: Floats, rng: np.random.Generator) -> Floats:
    """One draw [day], day by day: that of the first days is the same whichever days follow, so that a nearer horizon
    shows the beginning of the same path."""
    steady = covariance + JITTER * np.eye(len(covariance))
    return np.asarray(np.linalg.cholesky(steady) @ rng.standard_normal(len(covariance)))


def never_falling(drawn: Floats, days: Sequence[date], counts: Sequence[Count]) -> Floats:
    """A drawn path [day] kept from falling, and from being below what had been published (step 4 above)."""
    floor = floors(days, counts)
    past = np.array([bool(counts) and day <= counts[-1].day for day in days], dtype=bool)
    lowered = np.minimum.accumulate(drawn[past][::-1])[::-1]
    kept = np.maximum(np.concatenate([lowered, drawn[~past]]), floor)
    return np.asarray(np.maximum.accumulate(kept))


def floors(days: Sequence[date], counts: Sequence[Count]) -> npt.NDArray[np.float64]:
    """Largest low end [day] of the counts published up to each day, millions; 0 before the first."""
    known = sorted(counts, key=lambda count: count.day)
    lows = np.maximum.accumulate([0.0, *(count.low for count in known)])
    after = np.searchsorted([count.day.toordinal() for count in known], [day.toordinal() for day in days], side="right")
    return np.asarray(lows[after])
