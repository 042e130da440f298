"""The sourced tables, loaded once; threads at any size."""

import pytest

from calibration.facts.inputs import load_demography, load_history
from model import fast


@pytest.fixture(scope="package", autouse=True)
def threads_for_few():
    """Small populations run on as many threads as are asked for."""
    usual, fast.PER_THREAD = fast.PER_THREAD, 1
    yield
    fast.PER_THREAD = usual


@pytest.fixture(scope="session")
def demography():
    return load_demography()


@pytest.fixture(scope="session")
def history():
    return load_history()
