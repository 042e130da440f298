"""Nested sampling on a normal with known evidence; weighted draws; interruptions."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration import nested as module
from calibration.nested import Nested, NestedTask, combined, effective, run_nested, systematic

PARAMETERS, LIVE = 3, 100
SD = np.array([0.2, 0.5, 3.0])


class Normal:
    """A likelihood with known evidence, picklable as the real one is."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def __call__(self, place):
        if self.seconds:
            time.sleep(self.seconds)
        return float(stats.norm.logpdf(np.asarray(place) / SD).sum() - np.log(SD).sum())


LOG_EVIDENCE = float(stats.norm.logpdf(0, 0, np.sqrt(1 + SD**2)).sum())
POSTERIOR_SD = np.sqrt(SD**2 / (1 + SD**2))


def task(folder, name="run", seed=1, seconds=0.0):
    return NestedTask(Normal(seconds), PARAMETERS, LIVE, seed, str(folder / name))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nested")
    return run_nested(task(folder))


def test_evidence_and_moments(whole):
    # The volume left after k points is known within sqrt(information / live) (Skilling 2006).
    sd = np.sqrt(whole.information / LIVE)
    assert whole.log_evidence == pytest.approx(LOG_EVIDENCE, abs=3.3 * sd)
    assert whole.log_evidence != pytest.approx(LOG_EVIDENCE + 2, abs=3.3 * sd)
    weights = np.exp(whole.log_weights)
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    mean = weights @ whole.places
    n = effective(whole.log_weights)
    assert np.abs(np.sqrt(n) * mean / POSTERIOR_SD).max() < stats.norm.ppf(1 - 0.0005 / PARAMETERS)
    variance = weights @ (whole.places - mean) ** 2
    assert np.abs(np.sqrt(n / 2) * (variance / POSTERIOR_SD**2 - 1)).max() < stats.norm.ppf(1 - 0.0005 / PARAMETERS)


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Nested.__dataclass_fields__)


class StoppedError(Exception):
    pass


def test_an_interrupted_run_goes_on_along_the_same_path(tmp_path, whole, monkeypatch):
    monkeypatch.setattr(module, "SAVE_EVERY", 0.005)
    told = []

    def tell(evidence, error, share):
        told.append(share)
        if len(told) in (2, 5, 7):
            raise StoppedError

    for _ in range(3):
        with pytest.raises(StoppedError):
            run_nested(task(tmp_path), tell)
    assert (tmp_path / "run").exists()
    assert same(run_nested(task(tmp_path), tell), whole)
    assert [file.name for file in tmp_path.iterdir()] == ["run.done"]
    assert told[-1] > 0.9
    assert (np.array(told) <= 1).all()


def test_a_finished_run_is_not_run_again(tmp_path, whole):
    run_nested(task(tmp_path))
    again = NestedTask(None, PARAMETERS, LIVE, 1, str(tmp_path / "run"))
    assert same(run_nested(again), whole)


@pytest.mark.slow
def test_a_killed_run_goes_on_along_the_same_path(tmp_path, whole):
    root = Path(__file__).parents[2]
    code = (
        "import sys; from pathlib import Path; from calibration import nested; nested.SAVE_EVERY = 0.1; "
        "from tests.calibration.test_nested import task; nested.run_nested(task(Path(sys.argv[1]), seconds=0.0005))"
    )
    kills = 0
    for attempt in range(20):
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root)
        saved = tmp_path / "run"
        before = saved.stat().st_mtime_ns if saved.exists() else 0
        began = time.monotonic()
        while process.poll() is None and kills < 3 and time.monotonic() - began < 120:
            if saved.exists() and saved.stat().st_mtime_ns != before:
                time.sleep(0.05 * (1 + attempt))
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.01)
        if process.wait() == 0:
            break
    assert kills == 3
    assert same(run_nested(task(tmp_path)), whole)


def a_run(evidence, places, weights):
    logs = np.log(weights) - np.log(np.sum(weights))
    return Nested(np.array(places, float)[:, None], logs, logs, evidence, 0.1, 2.0, 10)


def test_runs_are_combined_by_their_evidence():
    one, other = a_run(0.0, [1, 2], [1, 1]), a_run(np.log(3), [3], [1])
    both = combined([one, other])
    assert np.exp(both.log_weights) == pytest.approx([0.125, 0.125, 0.75])
    assert both.log_evidence == pytest.approx(np.log(2))
    assert both.log_evidence_error == pytest.approx(np.log(3) / 2)
    assert both.calls == 20
    assert combined([one, one]).log_evidence_error == pytest.approx(0.1 / np.sqrt(2))


def test_effective():
    assert effective(np.zeros(50)) == pytest.approx(50)
    assert effective(np.array([0.0, -800.0])) == pytest.approx(1)


def test_systematic_draws_are_distinct_and_follow_the_weights():
    rng = np.random.default_rng(1)
    places = rng.standard_normal(20_000)
    log_weights = -0.5 * ((places - 0.5) / 0.5) ** 2 + 0.5 * places**2
    kept = places[systematic(log_weights, 400, 1)]
    assert len(np.unique(kept)) == 400
    assert stats.kstest(kept, stats.norm(0.5, 0.5).cdf).pvalue > 1e-3
    assert stats.kstest(places[:400], stats.norm(0.5, 0.5).cdf).pvalue < 1e-3
    # In random order: the first half is a fair sample too.
    assert stats.kstest(kept[:200], stats.norm(0.5, 0.5).cdf).pvalue > 1e-3


def test_more_draws_than_there_are():
    with pytest.raises(ValueError, match="20 distinct draws wanted; there are no more than 10"):
        systematic(np.zeros(10), 20, 1)
