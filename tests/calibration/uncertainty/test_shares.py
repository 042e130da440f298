"""Shares of the variance on results whose parts are known: values by hand, and intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibration.uncertainty.study import only_one, share_with_interval
from calibration.uncertainty.work import LEAST_DRAWS, SOURCES, components, split
from foundation.shapes import Floats

WEIGHTS = {"one": 0.5, "two": 0.3, "three": 0.2}
MEANS = {"one": 0.0, "two": 1.0, "three": -0.5}
SDS = {"parameters": 1.0, "levers": 0.8, "chance": 0.4}
TRIALS = 150


def truth() -> dict[str, float]:
    mean = sum(WEIGHTS[name] * MEANS[name] for name in WEIGHTS)
    between = sum(WEIGHTS[name] * (MEANS[name] - mean) ** 2 for name in WEIGHTS)
    parts = {"structure": between, **{name: sd**2 for name, sd in SDS.items()}}
    return {name: part / sum(parts.values()) for name, part in parts.items()}


def runs(rng: np.random.Generator, draws: int) -> pd.DataFrame:
    """A; B with other chance; C with other effects of levers."""
    parts = []
    for name, mean in MEANS.items():
        fitted, effects, other = (rng.normal(0, SDS[kind], draws) for kind in ("parameters", "levers", "levers"))
        chance, again = rng.normal(0, SDS["chance"], (2, draws))
        results = {"A": effects + chance, "B": effects + again, "C": other + chance}
        index = pd.MultiIndex.from_product([[name], range(draws)], names=["structure", "draw"])
        parts.append(pd.DataFrame({run: mean + fitted + value for run, value in results.items()}, index=index))
    return pd.concat(parts)


def coverage(draws: int, ends: tuple[str, str] = ("_low", "_high")) -> Floats:
    """How often the interval of each share holds the true one."""
    rng, true = np.random.default_rng(draws), truth()
    found = [components(runs(rng, draws), WEIGHTS) for _ in range(TRIALS)]
    low, high = (np.array([[one[source + end] for source in SOURCES] for one in found]) for end in ends)
    wanted = np.array([true[source] for source in SOURCES])
    return np.asarray(((low <= wanted) & (wanted <= high)).mean(axis=0))


def test_intervals_of_shares_hold_the_true_ones() -> None:
    """Nine times in ten, less what few draws and the bounds 0 and 1 take;
    Monte Carlo error of 150 trials: 2.4 points."""
    held = coverage(LEAST_DRAWS)
    assert (held > 0.76).all(), held
    assert held.mean() > 0.82


def test_an_interval_without_width_is_noticed() -> None:
    """Negative control."""
    assert (coverage(LEAST_DRAWS, ("", "")) < 0.05).all()


@pytest.mark.slow
def test_many_draws_find_the_parts() -> None:
    found = components(runs(np.random.default_rng(1), 20_000), WEIGHTS)
    for source, share in truth().items():
        assert found[source] == pytest.approx(share, abs=0.02), source
        assert found[source + "_low"] < found[source] < found[source + "_high"]
    assert sum(found[source] for source in SOURCES) == pytest.approx(1.0)
    assert found["mean"] == pytest.approx(0.2, abs=0.05)


def test_shares_of_four_runs_by_hand() -> None:
    """One structure, two draws: A 1, 3; B 1, 5; C 2, 4. Chance (0 + 4)/4 = 1; covariance of B and C 4; variance of
    1, 3, 1, 5 with three degrees of freedom 11/3: parameters take all that chance leaves."""
    index = pd.MultiIndex.from_product([["only"], [0, 1]], names=["structure", "draw"])
    found = components(pd.DataFrame({"A": [1.0, 3.0], "B": [1.0, 5.0], "C": [2.0, 4.0]}, index=index), {"only": 1.0})
    assert [found[source] for source in SOURCES] == pytest.approx([0.0, 0.8, 0.0, 0.2])


def test_of_one_structure_nothing_is_said_of_others() -> None:
    """Before, its share was 0 % [0; 0]: sure, and wrong."""
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(
        [
            {"scenario": "status-quo", "structure": name, "draw": draw, "run": run, "activated_millions": rng.normal()}
            for name in ("one", "two")
            for draw in range(20)
            for run in "ABC"
        ]
    )
    alone = split(rows[rows["structure"] == "one"], {"one": 1.0}).iloc[0]
    both = split(rows, {"one": 0.5, "two": 0.5}).iloc[0]
    assert share_with_interval(alone, "structure", "en") == "–"
    assert share_with_interval(alone, "chance", "en") != "–"
    assert "[" in share_with_interval(both, "structure", "en")
    assert only_one({"averaged": {"one": 1.0}}, "en").startswith(" One structure only")
    assert only_one({"averaged": {"one": 0.5, "two": 0.5}}, "en") == ""
