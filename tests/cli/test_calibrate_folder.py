"""``mes calibrate --resume`` on a folder that somebody else has prepared."""

import pickle

import numpy as np
import pytest

from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior.calibrate import Calibration
from calibration.posterior.emulator_file import emulator_path, save_emulator, sizes_of
from calibration.posterior.question import Effort
from calibration.posterior.simulate import case_for
from foundation.errors import UserError
from tests.calibration.posterior.test_emulator_file import Trap, made, object_array

EFFORT = Effort(first=64, waves=1, wave=64, people=1000)
OPTIONS = ("--first", 64, "--waves", 1, "--wave", 64, "--people", 1000, "--workers", 1, "--resume")


@pytest.fixture
def folder(tmp_path):
    """Begun, with two banks and the first emulator."""
    observed = load_observed()
    case = case_for(observed, load_demography(), load_history(), load_surveyed())
    folder, rng = tmp_path / "theirs", np.random.default_rng(1)
    Calibration(case, observed, EFFORT, folder, 1)._same_settings()
    for bank in range(2):
        (folder / f"bank-{bank}").mkdir()
        for block in range(4):
            np.save(folder / f"bank-{bank}" / f"block-{block:04d}.npy", rng.standard_normal((16, len(case.outputs))))
    np.save(folder / "places-1.npy", rng.standard_normal((64, len(FREE))))
    save_emulator(emulator_path(folder, 0), made(sizes_of(case)))
    return folder


@pytest.fixture(autouse=True)
def taught(monkeypatch):
    """The calibration ends where an emulator is learned."""

    def learn(*_):
        raise UserError("an emulator is learned")

    monkeypatch.setattr(Calibration, "_learn", learn)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("emulator-1.pickle", pickle.dumps),
        ("emulator-1.npz", pickle.dumps),
        ("emulator-1.npz", object_array),
        ("emulator-0.npz", object_array),
    ],
)
def test_a_prepared_folder_runs_nothing(mes, folder, tmp_path, name, form):
    marker = tmp_path / "marker"
    (folder / name).write_bytes(form(Trap(marker)))
    result = mes("calibrate", *OPTIONS, "--out", folder)
    assert result.exit_code == 2
    assert f"mes: {folder / name}: " in result.stderr
    assert not marker.exists()


def test_it_goes_on_where_files_are_missing_or_cut_short(mes, folder):
    for change in (lambda file: None, lambda file: file.touch(), lambda file: file.write_bytes(b"PK\x03\x04half")):
        change(folder / "emulator-1.npz")
        result = mes("calibrate", *OPTIONS, "--out", folder)
        assert "an emulator is learned" in result.stderr
