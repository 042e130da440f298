"""The likelihood against brute force: scipy's multivariate normal, numerical integration, Monte Carlo."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, stats

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.facts.targets import SURVEYS
from calibration.posterior.conditioning import MEMORY
from calibration.posterior.likelihood import Likelihood, answered, discrepancy_correlation
from calibration.posterior.simulate import COUNTS, values_at
from calibration.posterior.work import Bank
from tests.calibration.problems import STOCKS, covariance, fitted_answers, observed

ERROR = covariance(len(STOCKS), 0.03)
LOGS = np.log([stock.millions for stock in STOCKS])
POINTS = [0, 1, 3]
BOUND = 2


def whole_covariance(error, amount, correlation=None):
    """Of the published logs about the simulated ones, written out."""
    own = np.diag([(stock.error / stock.millions) ** 2 for stock in STOCKS])
    alike = discrepancy_correlation(observed()) if correlation is None else correlation
    return error + own + amount**2 * alike


def brute_force(logs, amount, correlation=None):
    """Density of the points and, at once, of the bound being kept: the joint normal integrated over the bound."""
    cov = whole_covariance(ERROR, amount, correlation)
    order = [*POINTS, BOUND]
    law = stats.multivariate_normal(logs[order], cov[np.ix_(order, order)])
    published = LOGS[POINTS]
    reach = LOGS[BOUND] + 12 * np.sqrt(cov[BOUND, BOUND])
    mass, _ = integrate.quad(lambda x: law.pdf([*published, x]), LOGS[BOUND], reach, epsabs=0, epsrel=1e-10)
    return np.log(mass) - published.sum()


@pytest.mark.parametrize("amount", [1e-6, 0.015, 0.2])
def test_stocks_with_a_lower_bound(amount):
    likelihood = Likelihood(observed(), ERROR)
    moved = LOGS + 0.05 * np.random.default_rng(2).standard_normal((6, len(LOGS)))
    found = likelihood.stocks(moved, np.full(6, amount))
    assert found == pytest.approx([brute_force(logs, amount) for logs in moved], abs=1e-6)


def test_points_alone_are_a_multivariate_normal():
    alone = Observed(stocks=tuple(STOCKS[k] for k in POINTS), answers=())
    block = np.ix_(POINTS, POINTS)
    moved = LOGS[POINTS] + 0.05 * np.random.default_rng(3).standard_normal((5, 3))
    found = Likelihood(alone, ERROR[block]).stocks(moved, np.full(5, 0.03))
    law = stats.multivariate_normal(np.zeros(3), whole_covariance(ERROR, 0.03)[block])
    assert found == pytest.approx(law.logpdf(LOGS[POINTS] - moved) - LOGS[POINTS].sum(), abs=1e-9)


def test_the_density_is_one_of_millions():
    alone = Observed(stocks=(STOCKS[0],), answers=())

    def density(millions):
        moved = replace(alone, stocks=(replace(STOCKS[0], millions=millions, error=0.05 * millions),))
        return np.exp(float(Likelihood(moved, np.array([[0.01]])).stocks(np.log([[8.0]]), np.array([0.02]))[0]))

    assert integrate.quad(density, 4, 16)[0] == pytest.approx(1, abs=1e-6)


def test_bounds_alone():
    alone = Observed(stocks=(STOCKS[BOUND],), answers=())
    found = Likelihood(alone, np.array([[0.02**2]])).stocks(LOGS[BOUND] + np.array([[0.0], [0.05]]), np.full(2, 0.01))
    sd = np.sqrt(0.02**2 + (0.2 / 8.6) ** 2 + 0.01**2)
    assert found == pytest.approx(stats.norm.logcdf([0.0, 0.05 / sd]))


def test_a_bound_is_kept_as_often_as_it_says():
    """Monte Carlo: the share of published bounds among figures that agree in the points, by regression on them."""
    amount, n = 0.03, 400_000
    rng = np.random.default_rng(4)
    cov = whole_covariance(ERROR, amount)
    drawn = rng.multivariate_normal(np.zeros(4), cov, n)
    logs = LOGS + np.array([0.02, -0.01, 0.03, 0.01])
    # Given the points, the bound's error is its regression on theirs plus what the regression leaves.
    slopes = np.linalg.solve(cov[np.ix_(POINTS, POINTS)], cov[POINTS, BOUND])
    rest = drawn[:, BOUND] - drawn[:, POINTS] @ slopes
    latent = logs[BOUND] + (LOGS - logs)[POINTS] @ slopes + rest
    kept = int((latent >= LOGS[BOUND]).sum())
    without = Likelihood(Observed(stocks=tuple(STOCKS[k] for k in POINTS), answers=()), ERROR[np.ix_(POINTS, POINTS)])
    said = np.exp(
        float(Likelihood(observed(), ERROR).stocks(logs, np.array(amount)))
        - float(without.stocks(logs[POINTS], np.array(amount)))
    )
    assert stats.binomtest(kept, n, said).pvalue > 1e-3
    assert stats.binomtest(kept, n, said * 1.02).pvalue < 1e-3


def test_an_uncorrelated_discrepancy_is_noticed():
    logs = LOGS + 0.05
    right = float(Likelihood(observed(), ERROR).stocks(logs, np.array(0.05)))
    assert right == pytest.approx(brute_force(logs, 0.05), abs=1e-6)
    assert right != pytest.approx(brute_force(logs, 0.05, correlation=np.eye(4)), abs=1e-2)


def test_correlation_falls_with_time():
    found = discrepancy_correlation(observed())
    days = (STOCKS[3].day - STOCKS[0].day).days
    assert found[0, 3] == pytest.approx(np.exp(-days / 365.25 / MEMORY))
    assert (np.diag(found) == 1).all()


def some_places(n, seed=5):
    return 0.5 * np.random.default_rng(seed).standard_normal((n, len(FREE)))


def some_logits(n, seed=6):
    """Logits of counts that could be: nested groups of adults online."""
    rng = np.random.default_rng(seed)
    base = {"aware": 1.5, "activated": -1.7, "visited": -1.8, "account_inactive": 0.3, "account_unaware": -2.5}
    means = [base.get(name, -2.0) for _ in SURVEYS for name in COUNTS]
    return np.array(means) + 0.1 * rng.standard_normal((n, len(means)))


def test_answers_are_independent_normals():
    answers = fitted_answers()
    extra = np.linspace(0.005, 0.03, len(answers))
    values, logits = values_at(some_places(7)), some_logits(7)
    found = Likelihood(observed(answers), ERROR, extra).answers(logits, values)
    shares = answered(logits, values)
    wanted = sum(
        stats.norm.logpdf(a.item.share, shares[a.item.survey, a.item.key], np.hypot(a.sd, more))
        for a, more in zip(answers, extra, strict=True)
    )
    assert found == pytest.approx(wanted, abs=1e-9)
    assert found != pytest.approx(Likelihood(observed(answers), ERROR).answers(logits, values), abs=1e-3)


def test_one_place_or_many():
    answers = fitted_answers()
    likelihood = Likelihood(observed(answers), ERROR)
    values, outputs = values_at(some_places(4)), np.hstack([LOGS + 0.01 * np.ones((4, 4)), some_logits(4)])
    many = likelihood(outputs, values)
    assert many.shape == (4,)
    assert [float(likelihood(o, v)) for o, v in zip(outputs, values, strict=True)] == pytest.approx(many, abs=1e-9)
    parts = likelihood.stocks(outputs[:, :4], values[:, FREE.index(DISCREPANCY)]) + likelihood.answers(
        outputs[:, 4:], values
    )
    assert many == pytest.approx(parts)


def test_no_answers_say_nothing():
    likelihood = Likelihood(observed(), ERROR)
    assert (likelihood.answers(some_logits(3), values_at(some_places(3))) == 0).all()


def test_errors_of_the_counts_are_carried_through():
    """The delta method against Monte Carlo, within the curvature it neglects and the sampling law."""
    answers, n, draws = fitted_answers(), len(STOCKS), 4000
    rng = np.random.default_rng(7)
    places, base = some_places(20, 8), some_logits(20, 9)
    errors = np.full(base.shape[1], 0.05)
    emulator = SimpleNamespace(outputs=lambda places: np.hstack([np.tile(LOGS, (20, 1)), base]), count_error=errors)
    likelihood = Likelihood(observed(answers), ERROR)
    found = likelihood.answer_errors(emulator, places)
    noisy = base + errors * rng.standard_normal((draws, *base.shape))
    shares = answered(noisy, np.broadcast_to(values_at(places), (draws, 20, len(FREE))))
    for answer, said in zip(answers, found, strict=True):
        simulated = np.sqrt(shares[answer.item.survey, answer.item.key].var(axis=0, ddof=1).mean())
        # Relative sampling error of a pooled standard deviation: 1 / sqrt(2 draws places); 2 % for curvature.
        assert said / simulated == pytest.approx(1, abs=0.02 + 4 / np.sqrt(2 * draws * 20)), answer.item.key
    emulator.count_error = 0 * errors
    assert (likelihood.answer_errors(emulator, places) == 0).all()
    assert n + base.shape[1] == emulator.outputs(places).shape[1]


def test_banks_know_what_was_possible():
    outputs = np.array([[1.0, 2.0], [np.nan, np.nan]])
    bank = Bank(np.zeros((2, 3)), outputs, np.full(2, 1000))
    assert bank.possible.tolist() == [True, False]
    assert len(bank) == 2
