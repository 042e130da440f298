"""The population on a linear problem with normal errors, where the posterior is known."""

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import FREE
from calibration.posterior.simulate import values_at
from calibration.second.method import Synthetic, drawn_near, infer
from calibration.second.page import Sample, rows, table
from tests.calibration.second.test_figures import FIGURES, GIVEN, NOISE, PARAMETERS, SLOPES, exact

SIZE = 2000


def simulator(seed, noise=NOISE):
    def simulate(places, generation):
        rng = np.random.default_rng([seed, generation])
        return places @ SLOPES + noise * rng.standard_normal((len(places), FIGURES))

    return simulate


def population(simulate, generations=14):
    places = np.random.default_rng([1, 0]).standard_normal((2 * SIZE, PARAMETERS))
    return drawn_near(simulate, GIVEN, places, size=SIZE, generations=generations, seed=1)


def off(found):
    """Largest departure of the adjusted means and variances, in standard errors; copies count once."""
    adjusted = infer(Synthetic(found.places, found.figures, found.run), GIVEN)
    mean, covariance = exact()
    n = adjusted.effective
    middle = adjusted.weights @ adjusted.places
    variance = adjusted.weights @ (adjusted.places - middle) ** 2
    z = np.sqrt(n) * (middle - mean) / np.sqrt(np.diag(covariance))
    return np.abs([z, np.sqrt(n / 2) * (variance / np.diag(covariance) - 1)]).max()


REACH = stats.norm.ppf(1 - 0.0005 / (2 * PARAMETERS))


def test_the_posterior_is_recovered():
    assert off(population(simulator(1))) < REACH


@pytest.mark.parametrize("noise", [0.6 * NOISE, 1.6 * NOISE])
def test_a_wrong_error_is_seen(noise):
    assert off(population(simulator(1, noise))) > REACH


def test_the_tolerance_falls_and_places_keep_to_it():
    early, late = population(simulator(1), 2), population(simulator(1), 8)
    assert late.tolerance < early.tolerance
    assert (late.distances <= late.tolerance).all()
    assert 0 < late.moved < 1


def test_places_without_figures_are_never_taken():
    def simulate(places, generation):
        figures = simulator(1)(places, generation)
        figures[places[:, 2] > 0] = np.nan
        return figures

    assert (population(simulate, 5).places[:, 2] <= 0).all()


def test_the_same_seed_gives_the_same_population():
    one, two = (population(simulator(1), 3) for _ in range(2))
    assert (one.places == two.places).all()


def test_the_page_compares_in_units_of_the_posterior():
    values = values_at(np.random.default_rng(3).standard_normal((400, len(FREE))))
    moved = values_at(1.0 + np.random.default_rng(4).standard_normal((400, len(FREE))))
    same, other = (rows(Sample(values, 400), Sample(second, 100)) for second in (values, moved))
    assert all(row.agree and row.distance == 0 for row in same)
    assert all(not row.agree and abs(row.distance - 1) < 5 * row.error for row in other)
    assert same[0].error == pytest.approx(np.sqrt(np.pi / 2 * (1 / 400 + 1 / 100)))
    assert "+0.00 ± 0.14" in table(same)
    assert "**no**" in table(other)
