"""``--netcdf``: ArviZ opens the file, and what it says of it is what our own tables say."""

from types import SimpleNamespace

import arviz_base
import arviz_stats
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from calibration.draws.files import read_draws
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.fit import netcdf
from calibration.fit.residuals import TIMES
from calibration.posterior import Effort
from calibration.posterior.calibrate import Calibration
from calibration.posterior.simulate import values_at
from cli.main import app
from foundation.store import manifest as manifests
from foundation.store.store import check, document
from model.terms.parameters import Structure
from tests.calibration.problems import STOCKS
from tests.calibration.sbc.test_sbc import OBSERVED, small_emulator

UNITS = ("million", "percent", "ratio")
DRAWS = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("fit") / "f"
    small = ("--people", "1000", "--draws", "2", "--workers", "1")
    result = CliRunner().invoke(app, ["fit", *small, "--netcdf", "--json", "--out", str(place)])
    assert result.exit_code == 0, result.stderr
    return place


@pytest.fixture(scope="module")
def tree(folder):
    """As ArviZ opens a file."""
    return arviz_base.convert_to_datatree(xr.open_datatree(folder / netcdf.FILE, engine="h5netcdf"))


def test_the_summary_of_arviz_is_that_of_the_draws(tree):
    values, info = read_draws()
    found = arviz_stats.summary(tree, round_to="none")
    assert list(found.index) == list(FREE)
    assert found["mean"].to_numpy(float) == pytest.approx(values.mean(axis=0))
    spread = found["sd"].to_numpy(float)  # ArviZ divides by n up to 0.8, by n - 1 from 1.0 on
    assert any(spread == pytest.approx(values.std(axis=0, ddof=ddof)) for ddof in (0, 1))
    assert tree.attrs["effective_sample"] == info.effective
    assert float(tree.sample_stats["weight"].sum()) == pytest.approx(1)


@pytest.mark.parametrize(("group", "columns"), [("posterior", "predicted"), ("prior", "prior")])
def test_predictions_are_those_of_the_residuals(tree, folder, group, columns):
    rows, found = pd.read_parquet(folder / "residuals.parquet"), tree[f"{group}_predictive"]
    rows = rows[rows["predicted_p50"].notna()]
    for unit in UNITS:
        own = rows[rows["unit"] == unit]
        for name, level in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            mine = [quantile(found[unit][..., k], level) for k in range(len(own))]
            assert mine == pytest.approx(own[f"{columns}_{name}"].to_numpy(), nan_ok=True)
        assert tree.observed_data[unit].to_numpy() == pytest.approx(own["published"].to_numpy())
        assert tree.constant_data[f"{unit}_error"].to_numpy() == pytest.approx(own["error"].to_numpy())
        assert list(tree.observed_data[f"{unit}_key"].to_numpy()) == list(own["key"])
    assert sum(found[unit].shape[-1] for unit in UNITS) == len(rows)
    assert found.sizes["chain"] == TIMES


def quantile(values, level):
    some = np.ravel(values)
    return float(np.quantile(some[~np.isnan(some)], level)) if not np.isnan(some).all() else np.nan


def test_before_the_data_it_was_otherwise(tree):
    """Negative control: the comparison above tells the groups apart."""
    assert not np.allclose(tree.prior_predictive["million"], tree.posterior_predictive["million"])


def test_the_manifest_seals_it(folder):
    assert check(folder, manifests.read(folder), netcdf.FILE)
    assert "lines" in document(folder, "fit.json")


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """Of a small emulator, at draws of the prior, one of which was impossible."""
    places = np.random.default_rng(3).standard_normal((DRAWS + 1, len(FREE)))
    case = SimpleNamespace(structure=Structure())
    calibration = Calibration(case, OBSERVED, Effort(), tmp_path_factory.mktemp("c"), 1)
    evidence = SimpleNamespace(log=-3.0)
    found = SimpleNamespace(places=places, emulator=small_emulator(), evidence=evidence, effective=50.0)
    possible = np.arange(DRAWS + 1) > 0
    path = tmp_path_factory.mktemp("c") / netcdf.FILE
    path.write_bytes(netcdf.of_calibration(calibration, found, possible, "mes calibrate"))
    return xr.open_datatree(path, engine="h5netcdf"), calibration, found


def test_of_a_calibration_arviz_reads_draws_and_density(calibrated):
    tree, calibration, found = calibrated
    places = found.places[1:]
    values = values_at(places)
    summary = arviz_stats.summary(tree, round_to="none")
    assert summary["mean"].to_numpy(float) == pytest.approx(values.mean(axis=0))
    target = calibration.target_of(found)
    prior = -0.5 * (places**2).sum(axis=1)
    assert tree.sample_stats["lp"].to_numpy()[0] - prior == pytest.approx(target.many(places), abs=1e-6)
    assert list(tree.observed_data["stock_line"].to_numpy()) == [str(stock.day) for stock in STOCKS]
    assert list(tree.observed_data["stock"].to_numpy()) == [stock.millions for stock in STOCKS]
    assert len(tree.observed_data["answer"]) == len(OBSERVED.answers)
    assert "age" not in tree.observed_data


def test_what_would_be_published_spreads_as_its_errors_say(calibrated):
    """Logarithms of stocks about the emulator: its error, the discrepancy and the published error, in squares."""
    tree, calibration, found = calibrated
    places = found.places[1:]
    logs = found.emulator.outputs(places)[:, : len(STOCKS)]
    missed = np.log(tree.posterior_predictive["stock"].to_numpy()) - logs  # [publication, draw, stock]
    discrepancy = values_at(places)[:, FREE.index(DISCREPANCY)]
    own = np.diag(calibration.target_of(found).likelihood.stock_error)
    published = np.array([stock.error / stock.millions for stock in STOCKS])
    wanted = own + published**2 + (discrepancy**2).mean()
    # Publications of a draw share the emulator's error: the draws alone count.
    bound = 5 * np.sqrt(3 / DRAWS)
    assert (missed**2).mean(axis=(0, 1)) == pytest.approx(wanted, rel=bound)
    assert (missed**2).mean(axis=(0, 1)) != pytest.approx(wanted - published**2, rel=0.02), "without that error"
