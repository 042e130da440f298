"""The sourced tables, loaded once."""

import pytest

from calibration.facts.inputs import load_demography, load_history


@pytest.fixture(scope="session")
def demography():
    return load_demography()


@pytest.fixture(scope="session")
def history():
    return load_history()
