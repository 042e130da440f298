"""What a calibration checks about itself: the emulator, the settings of a folder."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior import Effort
from calibration.posterior.calibrate import Calibration
from calibration.posterior.emulator import Emulator
from calibration.posterior.evidence import agreement, check, evidence
from calibration.posterior.simulate import case_for
from calibration.posterior.work import ENGINE, WINDOW, Bank, code_of
from foundation.errors import UserError
from foundation.store.fingerprint import code_fingerprint, modules
from tests.calibration.problems import STOCKS
from tests.calibration.sbc.test_sbc import small_emulator

RUNS = 2000


LEFT_OUT = 1e-3
"""Variance that the components leave out, several times what they and their noise have together."""


def simulated(factor):
    """Runs that differ from the emulator by ``factor`` times what it says, and one that was impossible."""
    emulator, rng = replace(small_emulator(), rest=np.full(len(STOCKS), LEFT_OUT)), np.random.default_rng(1)
    places = rng.standard_normal((RUNS, len(FREE)))
    along = [c.variance(places[:, : emulator.parameters]) + c.noise for c in emulator.components]
    off = (np.sqrt(along).T * rng.standard_normal((RUNS, len(along)))) @ emulator.axes
    off += np.sqrt(emulator.rest) * rng.standard_normal((RUNS, len(STOCKS)))
    outputs = emulator.outputs(places)
    outputs[:, : len(STOCKS)] += factor * off
    outputs[0] = np.nan
    return emulator, Bank(places, outputs, np.full(RUNS, 1000))


SD_ERROR = 4 / np.sqrt(2 * RUNS)


def test_an_honest_emulator_passes():
    found = check(*simulated(1.0), len(STOCKS), 0.8)
    assert found.runs == RUNS - 1
    assert np.abs(found.z_mean).max() < 4 / np.sqrt(RUNS)
    assert found.z_sd == pytest.approx(1, abs=SD_ERROR)
    assert found.inside == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / RUNS))
    assert found.passed


def test_what_the_components_leave_out_counted_twice_shows(monkeypatch):
    """Negative control."""
    twice = lambda emulator, places: emulator.stock_error(places) + emulator.sampling  # noqa: E731
    monkeypatch.setattr(Emulator, "run_error", twice)
    found = check(*simulated(1.0), len(STOCKS), 0.8)
    assert (found.z_sd < 1 - SD_ERROR).all()
    assert (found.inside > 0.9 + 4 * np.sqrt(0.09 / RUNS)).all()


@pytest.mark.parametrize("changes", [{"effective_share": 0.05}, {"inside": np.full(4, 0.7)}, {"z_sd": np.full(4, 1.6)}])
def test_what_does_not_pass(changes):
    found = check(*simulated(1.0), len(STOCKS), 0.8)
    assert not replace(found, **changes).passed


def test_an_emulator_that_says_too_little_error_fails():
    assert not check(*simulated(2.0), len(STOCKS), 0.8).passed


def test_draws_that_disagree_with_importance_sampling_show():
    rng = np.random.default_rng(4)
    draws = rng.standard_normal((20_000, 2)) * 0.5
    found = evidence(lambda places: -1.5 * (places**2).sum(axis=1), draws, seed=1)
    same = agreement(draws, np.zeros(len(draws)), found, len(draws))
    bound = 4 / np.sqrt(found.effective) + 4 / np.sqrt(len(draws))
    assert np.abs(same.mean).max() < bound
    assert same.sd == pytest.approx(1, abs=bound)
    assert np.abs(same.errors).max() < stats.norm.ppf(1 - 0.0005 / 2)
    other = agreement(1.2 * draws + 0.2, np.zeros(len(draws)), found, len(draws))
    assert np.abs(other.errors).min() > 10
    assert np.abs(other.mean).min() > bound
    assert other.sd.min() > 1 + bound


def calibration(folder, **changes):
    observed = load_observed()
    case = case_for(observed, load_demography(), load_history(), load_surveyed())
    return Calibration(case, observed, Effort(**changes), folder, 1)


def test_a_folder_is_for_one_calibration(tmp_path):
    calibration(tmp_path)._same_settings()
    calibration(tmp_path)._same_settings()
    with pytest.raises(UserError, match=r"begun with other effort; choose another folder, or remove it"):
        calibration(tmp_path, seed=2)._same_settings()


@pytest.mark.parametrize("name", ["priors.csv", "population.csv", "documents_fed.csv"])
def test_a_table_edited_in_between_is_named(tmp_path, monkeypatch, name):
    from calibration.posterior import calibrate

    calibration(tmp_path)._same_settings()
    edited = {**tables_of("calibrate"), name: "0"}
    monkeypatch.setattr(calibrate, "tables_of", lambda _: edited)
    with pytest.raises(UserError, match=f"begun with other {name};"):
        calibration(tmp_path)._same_settings()


def test_an_edited_engine_refuses_a_resume_and_an_edited_table_does_not():
    """Imports alone don't lead to the engine: ``model`` looks its names up when they are first used."""
    ours = ("calibration.posterior.calibrate",)
    assert {"model.engine.kernel", "calibration.posterior.likelihood"} <= set(modules((*ours, *ENGINE)))
    assert {"calibration.posterior.ship", "calibration.survey.tables"}.isdisjoint(modules((*ours, *ENGINE)))
    assert "model.engine.kernel" not in modules(ours)
    assert code_of(*ours) == code_fingerprint((*ours, *ENGINE)) != code_fingerprint(ours)


def test_far_runs_teach_nothing_and_near_ones_are_thinned_evenly(tmp_path, monkeypatch):
    """Taking the nearest ones would select on the outcome: how far places behave would be forgotten."""
    from calibration.posterior import calibrate

    one = calibration(tmp_path)
    rng = np.random.default_rng(2)
    misses = np.concatenate([np.linspace(0, WINDOW - 0.001, 1000), np.linspace(1, 3, 500)])
    outputs = np.tile(one.published, (1500, 1)) + rng.choice([-1, 1], 1500)[:, None] * misses[:, None]
    bank = Bank(rng.standard_normal((1500, len(FREE))), np.hstack([outputs, np.zeros((1500, 3))]), np.full(1500, 1000))
    monkeypatch.setattr(calibrate, "MOST_TAUGHT", 500)
    monkeypatch.setattr(calibrate, "fit_emulator", lambda places, outputs, *_: outputs)
    taught = one._learn([bank], None)
    found = np.sort(np.abs(taught[:, : one.stocks] - one.published).max(axis=1))
    assert len(found) == 500
    assert found.max() < WINDOW
    # Even over the window: quantiles of the misses as those of all near runs.
    assert np.quantile(found, [0.25, 0.5, 0.75]) == pytest.approx(WINDOW * np.array([0.25, 0.5, 0.75]), abs=0.01)
