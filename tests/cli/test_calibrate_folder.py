"""``mes calibrate --resume`` on a folder that somebody else has prepared."""

import pickle

import numpy as np
import pytest

from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior import Effort
from calibration.posterior.calibrate import Calibration
from calibration.posterior.emulator_file import emulator_path, save_emulator, sizes_of
from calibration.posterior.simulate import case_for, prior_places
from calibration.posterior.work import fill
from foundation.errors import UserError
from foundation.store.parts import write_array
from tests.calibration.posterior.test_emulator_file import Trap, made, object_array

EFFORT = Effort(first=64, waves=1, wave=64, people=1000)
OPTIONS = ("--first", 64, "--waves", 1, "--wave", 64, "--people", 1000, "--workers", 1, "--resume")


@pytest.fixture
def folder(tmp_path):
    """Begun, with two banks and the first emulator."""
    observed = load_observed()
    case = case_for(observed, load_demography(), load_history(), load_surveyed())
    folder, rng = tmp_path / "theirs", np.random.default_rng(1)
    folder.mkdir()
    question = Calibration(case, observed, EFFORT, folder, 1)._same_settings()
    places = [prior_places(64, EFFORT.seed), rng.standard_normal((64, len(FREE)))]
    for bank, where in enumerate(places):
        fill(
            *(case, where),
            people=1000,
            first=100_000 * bank + 10_000_000 * EFFORT.seed,
            folder=folder / f"bank-{bank}",
            workers=1,
            simulator=lambda case, values, people, number: np.full(len(case.outputs), float(number)),
            question=question,
        )
    write_array(folder / "places-1.npy", places[1], question)
    save_emulator(emulator_path(folder, 0), made(sizes_of(case)), question)
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
