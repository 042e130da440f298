"""The activated by age as a target: the table, its likelihood by hand, and when it is known."""

from dataclasses import replace
from datetime import date
from math import hypot, log

import numpy as np
import pytest
from scipy import stats

from calibration.facts.observed import MODEL_ERROR, load_ages, load_observed
from calibration.facts.priors import FREE
from calibration.facts.tables import DATA
from calibration.facts.targets import SURVEYS
from calibration.posterior.likelihood import Likelihood
from calibration.posterior.simulate import COUNTS

OBSERVED = load_observed()


def test_the_shipped_contrast():
    (contrast,) = load_ages()
    assert (contrast.day, contrast.split) == (date(2024, 10, 7), 60)
    assert (contrast.older, contrast.younger) == pytest.approx((0.25, 0.206))
    assert contrast.log_ratio == pytest.approx(log(25 / 20.6))
    assert contrast.sd == pytest.approx(hypot(0.5 / 25, 0.8 / 20.6, MODEL_ERROR))
    assert contrast.facts == ("F057", "F117")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2024-10-07,0,59,20.6,19.8,21.4", "2024-10-08,0,59,20.6,19.8,21.4", "line 3, column date: '2024-10-08'"),
        ("2024-10-07,0,59,", "2024-10-07,0,58,", "line 3, column age_to: '58'.*59"),
        ("2024-10-07,0,59,", "2024-10-07,16,59,", "line 3, column age_from: '16'.*from 0 to 0"),
        ("60,120,25,", "60,99,25,", "line 2, column age_to: '99'.*120"),
        ("25,24.5,25.5", "26,24.5,25.5", "line 2, column percent: '26'.*24.5 to 25.5"),
        ("25,24.5,25.5", "25,25.5,24.5", "line 2, column high: '24.5'"),
        ("20.6,19.8,21.4", "0,0,21.4", "line 3, column low: '0'"),
    ],
)
def test_damaged_ages(tmp_path, old, new, message):
    text = (DATA / "ages.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "ages.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_ages(tmp_path)


def test_lines_without_a_counterpart_and_days_that_do_not_rise(tmp_path):
    lines = (DATA / "ages.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "ages.csv").write_text("\n".join(lines[:2]), encoding="utf-8")
    with pytest.raises(ValueError, match="two lines a day, the older people first"):
        load_ages(tmp_path)
    (tmp_path / "ages.csv").write_text("\n".join([*lines, *lines[1:]]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 4, column date: '2024-10-07'.*a day after 2024-10-07"):
        load_ages(tmp_path)


def test_it_is_known_from_its_day_on():
    assert OBSERVED.until(date(2024, 10, 7)).contrasts == OBSERVED.ages
    before = OBSERVED.until(date(2024, 10, 6))
    assert (before.ages, before.contrasts) == ((), ())
    # Nothing is simulated beyond the last stock: fewer stocks leave it out as well.
    few = tuple(stock for stock in OBSERVED.stocks if stock.day < date(2024, 10, 7))
    assert replace(OBSERVED, stocks=few).contrasts == ()


def outputs_at(log_ratios):
    """Outputs [row, output] that meet every stock, with these log ratios by age."""
    fixed = np.concatenate([np.log([s.millions for s in OBSERVED.stocks]), np.zeros(len(SURVEYS) * len(COUNTS))])
    return np.column_stack([np.tile(fixed, (len(log_ratios), 1)), log_ratios])


@pytest.mark.parametrize("simulation_error", [0.0, 0.04])
def test_the_likelihood_of_a_log_ratio_is_a_normal(simulation_error):
    (contrast,), n = OBSERVED.contrasts, len(OBSERVED.answers)
    errors = np.append(np.zeros(n), simulation_error) if simulation_error else None
    stock_error = 1e-4 * np.eye(len(OBSERVED.stocks))
    likelihood = Likelihood(OBSERVED, stock_error, errors)
    log_ratios = contrast.log_ratio + np.array([-0.1, 0.0, 0.05])
    by_hand = stats.norm(log_ratios, hypot(contrast.sd, simulation_error)).logpdf(contrast.log_ratio)
    assert likelihood.ages(log_ratios[:, None]) == pytest.approx(by_hand, rel=1e-12)
    values = np.full((3, len(FREE)), 0.2)
    whole = likelihood(outputs_at(log_ratios), values)
    assert np.diff(whole) == pytest.approx(np.diff(by_hand), rel=1e-9), "and it enters the sum"
    without = Likelihood(
        replace(OBSERVED, ages=()), 1e-4 * np.eye(len(OBSERVED.stocks)), None if errors is None else errors[:n]
    )
    assert np.ptp(without(outputs_at(log_ratios)[:, :-1], values)) == 0, "negative control"
    assert whole - by_hand == pytest.approx(without(outputs_at(log_ratios)[:, :-1], values), rel=1e-12)
