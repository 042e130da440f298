"""The search: its score, its stages, and that a stopped search goes on as if it had not been."""

from argparse import Namespace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from calibration.roles import STATUS_QUO
from calibration.search import Search, implausibility, late_places, log_likelihood, parse_stages, values_at
from calibration.targets import StockTarget


def target(millions, error, kind="target"):
    return StockTarget(day=date(2023, 1, 2), millions=millions, error=error, kind=kind, status="published", facts=())


def test_likelihood_by_hand():
    # Published 0.3, discrepancy 1 % of 10 and sampling 0.4: sd = sqrt(0.09 + 0.01 + 0.16).
    sd = np.sqrt(0.26)
    found, noise = np.array([10.5, 10.5]), np.array([0.4, 0.4])
    expected = stats.norm(10, sd).logpdf(10.5) + stats.norm(10, sd).logcdf(10.5)
    assert log_likelihood(found, noise, [target(10, 0.3), target(10, 0.3, "lower bound")]) == pytest.approx(expected)


def test_a_lower_bound_counts_from_below_only():
    bound, point = [target(10, 0.1, "lower bound")], [target(10, 0.1)]
    noise = np.zeros(1)
    high, low = np.array([15.0]), np.array([5.0])
    assert log_likelihood(high, noise, bound) == pytest.approx(0.0, abs=1e-6)
    assert log_likelihood(low, noise, bound) < -100
    assert log_likelihood(high, noise, point) < -100


def test_whitened_priors():
    middle = values_at(np.zeros(len(STATUS_QUO)))
    assert set(middle) == set(STATUS_QUO)
    assert middle["notice_pull"] == pytest.approx(0.13)  # a lognormal's median
    assert values_at(np.full(len(STATUS_QUO), 1.0))["notice_pull"] > middle["notice_pull"]


def test_stages():
    assert parse_stages("20000:60,60000:70") == [(60, 20000), (130, 60000)]
    for wrong in ("", "20000", "20000:0", "a:b", "20000:60;"):
        with pytest.raises(SystemExit, match="needed people:rounds"):
            parse_stages(wrong)


def test_places_are_distinct_and_late():
    rounds = [np.full((4, 2), float(k)) + np.arange(4)[:, None] / 10 for k in range(6)]
    late = late_places([*rounds, rounds[-1]], np.random.default_rng(0))
    assert len(np.unique(late, axis=0)) == len(late) == 12
    assert late.min() >= 3.0


def test_implausibility_by_hand():
    # Published 0.3, discrepancy 1 % of 10 and sampling 0.4: sd = sqrt(0.26).
    targets = [target(10, 0.3), target(10, 0.3, "lower bound"), target(10, 0.3, "lower bound")]
    found = implausibility(np.array([11.0, 11.0, 9.0]), np.full(3, 0.4), targets)
    assert found == pytest.approx([1 / np.sqrt(0.26), 0.0, -1 / np.sqrt(0.26)])


def gaussian(calls):
    """Stands for the model: a normal target, and a note of the sample asked for."""

    def score_on(places, people):
        calls.append(people)
        return -0.5 * ((places - 1.0) ** 2).sum(axis=1) * (people / 100)

    return score_on


def options(folder, stages="100:6,200:6"):
    return Namespace(walkers=2 * len(STATUS_QUO) + 2, stages=stages, seed=3, out=folder / "draws.parquet")


def test_a_stopped_search_goes_on_as_if_undisturbed(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = Search(options(tmp_path / "a"), gaussian([]))
    whole.rounds()

    def stopping(places, people, left=[15]):  # noqa: B006 (counts down over calls)
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return gaussian([])(places, people)

    with pytest.raises(KeyboardInterrupt):
        Search(options(tmp_path / "b"), stopping).rounds()
    calls: list[int] = []
    resumed = Search(options(tmp_path / "b"), gaussian(calls))
    resumed.rounds()
    assert calls  # something was left to do
    assert np.array_equal(whole.places, resumed.places)
    assert np.array_equal(whole.scores, resumed.scores)


def test_other_settings_do_not_resume(tmp_path):
    Search(options(tmp_path), gaussian([])).rounds()
    with pytest.raises(SystemExit, match="made with other settings"):
        Search(options(tmp_path, "100:6,300:6"), gaussian([])).rounds()


def test_stages_use_their_samples(tmp_path):
    calls: list[int] = []
    search = Search(options(tmp_path), gaussian(calls))
    search.rounds()
    assert set(calls) == {100, 200}
    assert calls == sorted(calls)
    assert len(search.last_stage()) == 6
