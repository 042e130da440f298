"""Emulators in files: the same to the bit, and nothing else is taken for one."""

import io
import pickle
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

from calibration.posterior.emulator import Component, Emulator, features, fit_emulator
from calibration.posterior.emulator_file import (
    KIND,
    Sizes,
    emulator_path,
    load_emulator,
    refuse_pickled,
    save_emulator,
)
from foundation.errors import UserError
from tests.calibration.posterior.test_emulator import PARAMETERS, RUNS, STOCKS, new_places, simulated

SIZES = Sizes(parameters=PARAMETERS, stocks=STOCKS, counts=2)


class Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def made(sizes: Sizes, runs: int = 5, seed: int = 1) -> Emulator:
    """An emulator that has learned nothing."""
    rng = np.random.default_rng(seed)
    p, s, c = sizes.parameters, sizes.stocks, sizes.counts
    component = Component(
        slope=rng.standard_normal(p),
        intercept=0.5,
        scaled=rng.standard_normal((runs, p)),
        lengths=np.full(p, 2.0),
        amplitude=0.3,
        noise=0.1,
        alpha=rng.standard_normal(runs),
    )
    return Emulator(
        parameters=p,
        centre=np.ones(s),
        axes=np.ones((1, s)),
        components=(component,),
        rest=np.zeros(s),
        counts=rng.standard_normal((len(features(np.zeros(p))), c)),
        count_error=np.full(c, 0.1),
    )


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(1)
    places = rng.standard_normal((RUNS, PARAMETERS))
    return fit_emulator(places, simulated(places, rng), STOCKS)


def arrays_of(file):
    with np.load(file) as found:
        return dict(found)


def test_a_saved_emulator_is_the_same(learned, tmp_path):
    file = emulator_path(tmp_path, 3)
    save_emulator(file, learned)
    again = load_emulator(file, SIZES)
    assert (again.outputs(new_places()) == learned.outputs(new_places())).all()
    assert (again.stock_error(new_places()) == learned.stock_error(new_places())).all()
    assert (again.sampling == learned.sampling).all()
    assert (again.count_error == learned.count_error).all()
    for one, other in zip(again.components, learned.components, strict=True):
        for f in fields(Component):
            a, b = getattr(one, f.name), getattr(other, f.name)
            assert type(a) is type(b)
            # The order in memory decides how products are added up.
            assert not isinstance(a, np.ndarray) or (a.tobytes() == b.tobytes() and a.strides == b.strides)
    assert file.stat().st_size < 8 * RUNS * RUNS
    assert [f.name for f in tmp_path.iterdir()] == ["emulator-3.npz"]
    # The comparison can fail.
    other = replace(learned.components[0], noise=learned.components[0].noise * (1 + 1e-9))
    moved = replace(learned, components=(other, *learned.components[1:]))
    assert not (moved.stock_error(new_places()) == learned.stock_error(new_places())).all()


def test_what_is_cut_short_is_made_again(tmp_path):
    file = emulator_path(tmp_path, 0)
    save_emulator(file, made(SIZES))
    whole = file.read_bytes()
    for length in (0, 1, 3, 4, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert load_emulator(file, SIZES) is None
    file.write_bytes(whole)
    assert load_emulator(file, SIZES) is not None


def without(name):
    return lambda arrays: {n: a for n, a in arrays.items() if n != name}


def changed(name, change):
    return lambda arrays: {**arrays, name: change(arrays[name])}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without("kind"), "its kind is not"),
        (changed("kind", lambda _: np.array(KIND + "0")), "its kind is not"),
        (changed("kind", lambda _: np.array([KIND])), "its kind is not"),
        (without("rest"), "it holds other arrays"),
        (without("alpha-0"), "it holds other arrays"),
        (lambda arrays: {**arrays, "more": np.zeros(1)}, "it holds other arrays"),
        (changed("axes", lambda a: np.vstack([a, a])), "it holds other arrays"),
        (changed("axes", lambda a: a[0]), "it holds other arrays"),
        (changed("axes", lambda a: a[:0]), "it holds other arrays"),
        (changed("alpha-0", lambda a: a[:-1]), r"scaled-0 is of shape \(5, 3\), needed \(4, 3\)"),
        (changed("centre", lambda a: a[:-1]), "centre is of shape"),
        (changed("amplitude-0", lambda a: a[None]), "amplitude-0 is of shape"),
        (changed("counts", lambda a: a.astype(np.float32)), "counts is of type float32"),
        (changed("counts", lambda a: a.astype(">f8")), "counts is of type >f8"),
        (changed("slope-0", lambda a: a * np.nan), "slope-0 holds what is not finite"),
        (changed("noise-0", lambda a: a * 0), "noise-0 is negative or zero"),
        (changed("rest", lambda a: a - 1), "rest is negative"),
    ],
)
def test_other_arrays_are_refused(tmp_path, change, why):
    file = emulator_path(tmp_path, 0)
    save_emulator(file, made(SIZES))
    np.savez(file, **change(arrays_of(file)))
    with pytest.raises(UserError, match=rf"emulator-0\.npz: not an emulator .*{why}.*remove it"):
        load_emulator(file, SIZES)


def test_an_emulator_of_another_case_is_refused(tmp_path):
    file = emulator_path(tmp_path, 0)
    save_emulator(file, made(SIZES))
    with pytest.raises(UserError, match="needed"):
        load_emulator(file, replace(SIZES, parameters=PARAMETERS + 1))


def object_array(payload):
    """An ``.npz`` with an array of objects."""
    held = io.BytesIO()
    np.savez(held, kind=np.array(KIND), axes=np.array([payload], object))
    return held.getvalue()


def archive(payload):
    """A pickle as a member of an archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        zipped.writestr("axes", pickle.dumps(payload))
    return held.getvalue()


@pytest.mark.parametrize("form", [pickle.dumps, object_array, archive])
def test_what_is_pickled_is_never_run(tmp_path, form):
    file, marker = emulator_path(tmp_path, 0), tmp_path / "marker"
    file.write_bytes(form(Trap(marker)))
    with pytest.raises(UserError, match=r"emulator-0\.npz: not an emulator"):
        load_emulator(file, SIZES)
    assert not marker.exists()
    # Whoever unpickles it falls into the trap.
    if form is object_array:
        with np.load(file, allow_pickle=True) as found:
            assert found["axes"].shape == (1,)
    elif form is archive:
        with zipfile.ZipFile(file) as zipped:
            pickle.loads(zipped.read("axes"))
    else:
        pickle.loads(file.read_bytes())
    assert marker.exists()


def test_compressed_and_damaged_files_are_refused(tmp_path):
    file = emulator_path(tmp_path, 0)
    save_emulator(file, made(SIZES))
    whole = file.read_bytes()
    np.savez_compressed(file, **arrays_of(file))
    with pytest.raises(UserError, match="it is compressed"):
        load_emulator(file, SIZES)
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            damaged[at] = rng.integers(256)
        file.write_bytes(damaged)
        try:
            load_emulator(file, SIZES)
        except UserError:
            refused += 1
    assert refused > 100


def test_pickles_of_before_are_named(tmp_path):
    refuse_pickled(tmp_path)
    (tmp_path / "emulator-1.pickle").touch()
    with pytest.raises(UserError, match=r"emulator-1\.pickle: a pickled emulator .* is not read"):
        refuse_pickled(tmp_path)
