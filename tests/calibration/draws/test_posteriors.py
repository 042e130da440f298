"""Which posterior a run draws from, and names of structures."""

from datetime import date

import numpy as np
import pytest

from calibration.draws.files import DEFAULT, POSTERIOR, save_draws, structure_name
from calibration.draws.posteriors import posterior_for, shipped_structures
from calibration.facts.priors import FREE, load_priors
from foundation.errors import UserError
from model.terms.parameters import Structure


def folder_with(path, structure):
    priors, rng = load_priors(), np.random.default_rng(1)
    values = {name: priors[name].quantile(rng.random(3)) for name in FREE}
    save_draws(path / POSTERIOR, values, command="made", data_end=date(2024, 10, 7), seed=1, structure=structure)
    return path


def test_names_of_structures():
    assert structure_name(Structure()) == DEFAULT
    assert structure_name(Structure(driver="growth")) == "driver-growth"


def test_the_default_is_shipped():
    assert shipped_structures()[0] == DEFAULT
    source = posterior_for(Structure())
    assert (source.name, source.fitted) == ("posterior/default.parquet", True)


def test_a_structure_without_posterior_runs_on_that_of_the_default():
    odd = Structure(driver="growth", barriers="redrawn", reading="naive")
    source = posterior_for(odd)
    assert (source.name, source.fitted) == ("posterior/default.parquet", False)


def test_a_folder_of_ones_own(tmp_path):
    folder = folder_with(tmp_path, Structure(driver="growth"))
    assert posterior_for(Structure(driver="growth"), folder).fitted
    assert not posterior_for(Structure(), folder).fitted
    with pytest.raises(UserError, match=r"--posterior: .*none holds no posterior\.parquet; `mes calibrate"):
        posterior_for(Structure(), tmp_path / "none")
