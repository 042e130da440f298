"""The second method on a linear problem with normal errors, where the posterior is known."""

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import DISCREPANCY, FREE
from calibration.posterior.likelihood import answered, discrepancy_correlation
from calibration.posterior.simulate import values_at
from calibration.second.method import Synthetic, infer, published, published_figures
from tests.calibration.posterior.test_likelihood import LOGS, some_logits
from tests.calibration.problems import STOCKS, fitted_answers, observed

PARAMETERS, FIGURES, ROWS = 3, 2, 40_000
SLOPES = np.array([[1.0, 0.3], [0.5, -1.0], [0.0, 0.0]])
NOISE = 0.4
GIVEN = np.array([1.0, -0.5])


@pytest.fixture(scope="module")
def known():
    rng = np.random.default_rng(1)
    places = rng.standard_normal((ROWS, PARAMETERS))
    figures = places @ SLOPES + NOISE * rng.standard_normal((ROWS, FIGURES))
    return Synthetic(places, figures, np.arange(ROWS))


def exact():
    """Mean and covariance of the posterior."""
    covariance = np.linalg.inv(np.eye(PARAMETERS) + SLOPES @ SLOPES.T / NOISE**2)
    return covariance @ SLOPES @ GIVEN / NOISE**2, covariance


def agrees(places, weights):
    """Whether weighted means and variances are those of the posterior, at a level of one in a thousand over all."""
    mean, covariance = exact()
    n = 1 / (weights**2).sum()
    found = weights @ places
    variance = weights @ (places - found) ** 2
    z = np.sqrt(n) * (found - mean) / np.sqrt(np.diag(covariance))
    s = np.sqrt(n / 2) * (variance / np.diag(covariance) - 1)
    return np.abs([z, s]).max() < stats.norm.ppf(1 - 0.0005 / (2 * PARAMETERS))


def test_the_posterior_is_recovered(known):
    found = infer(known, GIVEN, kept=0.02)
    assert agrees(found.places, found.weights)
    assert found.weights.sum() == pytest.approx(1)
    # The kernel 1 - r^2 over a disc has 3/4 of the rows as effective sample.
    assert found.effective == pytest.approx(0.75 * 0.02 * ROWS, rel=0.05)


def test_without_the_adjustment_it_is_not(known):
    wide = infer(known, GIVEN, kept=0.3)
    distance = np.linalg.norm(
        (known.figures - GIVEN) @ np.linalg.inv(np.linalg.cholesky(np.cov(known.figures.T))).T, axis=1
    )
    near = np.argsort(distance)[: round(0.3 * ROWS)]
    assert agrees(wide.places, wide.weights)
    assert not agrees(known.places[near], np.full(len(near), 1 / len(near)))


def test_drawn_places_are_fair(known):
    found = infer(known, GIVEN, kept=0.02)
    drawn = found.drawn(200, seed=1)
    assert len(np.unique(drawn, axis=0)) == len(drawn) >= 190
    mean, covariance = exact()
    law = stats.norm(mean[0], np.sqrt(covariance[0, 0]))
    assert stats.kstest(drawn[:, 0], law.cdf).pvalue > 1e-3


def figures_of(places, seed, copies=20_000):
    outputs = np.hstack([LOGS + 0.2, some_logits(1)[0]])
    values = np.broadcast_to(values_at(places), (copies, len(FREE)))
    return published(np.tile(outputs, (copies, 1)), values, observed(fitted_answers()), np.random.default_rng(seed))


def test_published_figures_have_the_errors_of_the_likelihood():
    places = np.zeros(len(FREE))
    figures, holds = figures_of(places, 1)
    amount = values_at(places)[FREE.index(DISCREPANCY)]
    points = [k for k, stock in enumerate(STOCKS) if stock.is_figure]
    own = np.diag([(STOCKS[k].error / STOCKS[k].millions) ** 2 for k in points])
    wanted = own + amount**2 * discrepancy_correlation(observed())[np.ix_(points, points)]
    n = len(figures)
    found = figures[:, : len(points)]
    assert np.abs(np.sqrt(n) * (found.mean(axis=0) - LOGS[points] - 0.2) / np.sqrt(np.diag(wanted))).max() < 4
    assert np.cov(found.T) == pytest.approx(wanted, abs=4 * np.diag(wanted).max() * np.sqrt(2 / n))
    bound = next(stock for stock in STOCKS if stock.kind == "lower bound")
    kept = stats.norm.cdf(0.2 / np.hypot(bound.error / bound.millions, amount))
    assert stats.binomtest(int(holds.sum()), n, kept).pvalue > 1e-3
    shares = answered(some_logits(1), values_at(places)[None, :])
    for column, answer in enumerate(fitted_answers(), len(points)):
        z = np.sqrt(n) * (figures[:, column].mean() - shares[answer.item.survey, answer.item.key][0]) / answer.sd
        assert abs(z) < 4.5
        assert figures[:, column].std() / answer.sd == pytest.approx(1, abs=4.5 / np.sqrt(2 * n))


def test_copies_of_a_run_are_one_place(known):
    rows = np.tile(np.arange(500), 2)
    found = infer(Synthetic(known.places[rows], known.figures[rows], rows), GIVEN)
    assert len(found.places) == len(np.unique(found.places, axis=0)) == 500
    assert found.weights.sum() == pytest.approx(1)


def test_the_real_figures_stand_in_the_same_order():
    figures = published_figures(observed(fitted_answers()))
    assert figures[:3] == pytest.approx(np.log([8.0, 8.4, 12.0]))
    assert figures[3:].tolist() == [answer.item.share for answer in fitted_answers()]
