"""What counts as learned: bounds from the sampling law, and parameters of which nothing can be learned."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from calibration.draws.files import lever_effects, read_draws
from calibration.facts.priors import EFFECTS, FREE, SHARED, load_priors
from calibration.fit.identifiability import (
    CONTROL,
    ERROR,
    bound,
    correlations_table,
    information,
    parameters_table,
    places_of,
    product_verdict,
    products,
    products_table,
    verdict,
)
from calibration.posterior.simulate import values_at

DRAWS = 400
DATA_END = date(2026, 1, 29)


def prior_places(seed: int, draws: int = DRAWS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((draws, len(FREE)))


def test_places_are_the_inverse_of_values() -> None:
    places = prior_places(0, 50)
    assert np.abs(places_of(values_at(places)) - places).max() < 1e-9


def test_information_is_the_divergence_of_two_normals() -> None:
    places = np.array([[-1.0], [1.0]])  # mean 0, sd 1
    assert information(places) == pytest.approx(0.0)
    assert information(0.5 * places) == pytest.approx(np.log(2) - 0.375)
    assert information(places + 1) == pytest.approx(0.5)


def test_the_bound_has_the_stated_level() -> None:
    """Share of samples of the prior beyond a bound set for 5 %, within its 99.9 % binomial limits; half the bound lets
    through far more."""
    places = np.random.default_rng(3).standard_normal((DRAWS, 4000))
    limit = bound(DRAWS, ERROR / 0.05)
    found = int((information(places) > limit).sum())
    assert stats.binom.ppf(0.0005, 4000, 0.05) <= found <= stats.binom.ppf(0.9995, 4000, 0.05)
    assert int((information(places) > limit / 2).sum()) > stats.binom.ppf(0.9995, 4000, 0.05)


def test_draws_of_the_prior_teach_nothing() -> None:
    table = parameters_table(values_at(prior_places(1)), DRAWS, "k")
    assert set(table["verdict"]) == {"not"}
    assert not correlations_table(values_at(prior_places(1)), DRAWS)["significant"].any()
    pairs = products_table(values_at(prior_places(1)), DRAWS, DATA_END)
    assert set(pairs.loc[pairs["part"] == "", "verdict"]) == {"not"}


def test_what_was_learned_is_told_from_what_was_not() -> None:
    places = prior_places(2)
    places[:, 0] *= 0.5
    places[:, 1] *= 0.75
    places[:, 2] += 1.3
    verdicts = parameters_table(values_at(places), DRAWS, "k").set_index("parameter")["verdict"]
    assert verdicts[list(FREE[:3])].tolist() == ["learned", "hardly", "learned"]
    assert set(verdicts.drop(list(FREE[:3]))) == {"not"}
    few = parameters_table(values_at(places), 20, "k").set_index("parameter")["verdict"]
    assert few[FREE[1]] == "not", "twenty independent draws don't tell 0.75 from 1"


def test_the_control_of_the_shipped_posterior_is_not_informed() -> None:
    values, info = read_draws()
    table = parameters_table(values, info.effective, info.key).set_index("parameter")
    assert table.loc[CONTROL, "verdict"] == "not"
    assert table.loc["notice_pull", "verdict"] == "learned"


def test_no_lever_effect_is_informed() -> None:
    """They are drawn from their priors whatever the data: real parameters of which nothing can be learned."""
    priors = load_priors()
    names = [name for name in EFFECTS if name not in SHARED]
    drawn = np.array([list(lever_effects("draws-1", k, priors).values()) for k in range(DRAWS)])
    cdf = np.column_stack([priors[name].cdf(drawn[:, k]) for k, name in enumerate(names)])
    whitened = stats.norm.ppf(np.clip(cdf, 1e-9, 1 - 1e-9))
    limit = bound(DRAWS, len(names))
    nats = information(whitened)
    assert {verdict(1.0, 0.0, float(found), limit) for found in nats} == {"not"}
    assert (information(0.8 * whitened) > limit).all(), "a narrower law is noticed"


def test_a_product_that_is_known_while_its_parts_are_not() -> None:
    places = prior_places(5)
    first, second = FREE.index("recommendation_rate"), FREE.index("document_scale")
    values = values_at(places)
    follow = FREE.index("follow_through")
    whole = 0.1 * np.random.default_rng(6).standard_normal(DRAWS)
    values[:, follow] = np.clip(0.0025 * np.exp(whole) / values[:, first], 1e-6, 1)
    table = products_table(values, DRAWS, DATA_END).query("combination == 'advice' and part == ''")
    assert table["verdict"].tolist() == ["only"]
    assert second != first


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (0.5, (0.9, 0.95), "only"),
        (0.4, (0.6, 0.9), "better"),
        (0.58, (0.6, 0.9), "no_better"),
        (0.99, (0.97, 1.0), "not"),
        (0.8, (0.7, 1.0), "no_better"),
    ],
)
def test_verdicts_on_products(whole: float, parts: tuple[float, ...], expected: str) -> None:
    assert product_verdict(whole, parts, DRAWS) == expected


def test_growth_counts_from_2023_to_the_last_data() -> None:
    years = {product.key: product.years for product in products(DATA_END)}
    assert years["documents_at_end"] == pytest.approx(3.077, abs=1e-3)
    assert products(date(2022, 12, 1))[-1].years == 0


def test_a_correlation_beyond_chance_comes_first() -> None:
    places = prior_places(7)
    places[:, 5] = 0.8 * places[:, 9] + 0.6 * places[:, 5]
    table = correlations_table(values_at(places), DRAWS)
    assert set(table.loc[0, ["first", "second"]]) == {FREE[5], FREE[9]}
    assert table["significant"].tolist()[:2] == [True, False]
