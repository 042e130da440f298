"""Emulators in files: plain arrays in an ``.npz``, held against a schema before they are used.

A folder of a calibration may come from somebody else. Nothing in such a file is ever run: arrays of numbers and one
text are all that is read, and only if their names, types, shapes and values are those of an emulator.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.facts.priors import STATUS_QUO
from calibration.posterior.emulator import Component, Emulator, features
from calibration.posterior.simulate import Case
from foundation.errors import UserError
from foundation.store.parts import whole, write_arrays

Arrays = dict[str, npt.NDArray[Any]]
KIND = "mes emulator 1"
"""What the file says it is; the number changes with the schema."""
_ZIP = b"PK\x03\x04"
_WHOLE = ("centre", "axes", "rest", "counts", "count_error")
_PART = tuple(f.name for f in fields(Component))
_POSITIVE = ("lengths", "amplitude", "noise")
_NOT_NEGATIVE = ("rest", "count_error")


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Of the emulator that is wanted."""

    parameters: int
    stocks: int
    counts: int


def sizes_of(case: Case) -> Sizes:
    """Of the emulators of a case."""
    stocks = len(case.days)
    return Sizes(parameters=len(STATUS_QUO), stocks=stocks, counts=len(case.outputs) - stocks)


def emulator_path(folder: Path, number: int) -> Path:
    """Where a calibration keeps the emulator that it learned after bank ``number``."""
    return folder / f"emulator-{number}.npz"


def refuse_pickled(folder: Path) -> None:
    """Versions before kept emulators in pickles, which can hold any program.

    Raises:
        UserError: there is one in the folder.
    """
    for file in sorted(folder.glob("emulator-*.pickle")):
        raise UserError(
            f"{file}: a pickled emulator of an earlier version is not read (it could run anything); "
            "calibrate in another folder, or remove this file"
        )


def save_emulator(file: Path, emulator: Emulator, question: str = "") -> None:
    """Whole or not at all; ``question`` is what the folder is for (``calibration.posterior.work.same_settings``)."""
    arrays: Arrays = {"kind": np.array(KIND)}
    arrays |= {name: np.asarray(getattr(emulator, name)) for name in _WHOLE}
    for k, component in enumerate(emulator.components):
        arrays |= {f"{name}-{k}": np.asarray(getattr(component, name), np.float64) for name in _PART}
    write_arrays(file, question, arrays)


def load_emulator(file: Path, sizes: Sizes, question: str = "") -> Emulator | None:
    """As it was saved, to the bit; ``None`` if the file is empty, its end is missing, or it is not as it was saved for
    this ``question`` under this name.

    Raises:
        UserError: the file is something else than an emulator of these sizes.
    """
    try:
        arrays = None if _cut_short(file) else _read(file)
    except Exception as error:  # Whatever a file made on purpose brings about.
        raise _refused(file, str(error) or type(error).__name__) from None
    if arrays is None:
        return None
    problem = _problem(arrays, sizes)
    if problem:
        raise _refused(file, problem)
    if not whole(file, question):
        return None
    components = tuple(_component(arrays, k) for k in range(len(arrays["axes"])))
    others: dict[str, Any] = {name: arrays[name] for name in _WHOLE}
    return Emulator(parameters=sizes.parameters, components=components, **others)


def _cut_short(file: Path) -> bool:
    """The directory of an archive is its end."""
    if not file.is_file():
        raise ValueError("it is not a regular file")
    with file.open("rb") as opened:
        return _ZIP.startswith(opened.read(len(_ZIP))) and not zipfile.is_zipfile(file)


def _read(file: Path) -> Arrays:
    """Without compression no array is larger than the file."""
    with zipfile.ZipFile(file) as archive:
        if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
            raise ValueError("it is compressed")
    with np.load(file, allow_pickle=False) as found:
        return {name: np.asarray(found[name]) for name in found.files}


def _refused(file: Path, why: str) -> UserError:
    return UserError(f"{file}: not an emulator that this version has written ({why}); remove it to have it made again")


def _problem(arrays: Arrays, sizes: Sizes) -> str | None:
    """What is wrong, if anything."""
    kind = arrays.get("kind")
    if kind is None or kind.dtype.kind != "U" or kind.shape != () or kind.item() != KIND:
        return f"its kind is not {KIND!r}"
    shapes = _shapes(arrays, sizes)
    if shapes is None or set(shapes) != set(arrays) - {"kind"}:
        return "it holds other arrays"
    for name, shape in shapes.items():
        array, plain = arrays[name], name.partition("-")[0]
        if array.dtype != np.float64:
            return f"{name} is of type {array.dtype}, needed float64"
        if array.shape != shape:
            return f"{name} is of shape {array.shape}, needed {shape}"
        if not np.isfinite(array).all():
            return f"{name} holds what is not finite"
        if (plain in _POSITIVE and (array <= 0).any()) or (plain in _NOT_NEGATIVE and (array < 0).any()):
            return f"{name} is negative or zero"
    return None


def _shapes(arrays: Arrays, sizes: Sizes) -> dict[str, tuple[int, ...]] | None:
    """Of every array; components and runs are as many as the file has."""
    axes, alpha = arrays.get("axes"), arrays.get("alpha-0")
    if axes is None or alpha is None or axes.ndim != 2 or alpha.ndim != 1 or not axes.size or not alpha.size:
        return None
    runs, parameters = len(alpha), sizes.parameters
    part = {
        "slope": (parameters,),
        "intercept": (),
        "scaled": (runs, parameters),
        "lengths": (parameters,),
        "amplitude": (),
        "noise": (),
        "alpha": (runs,),
    }
    return {
        "centre": (sizes.stocks,),
        "axes": (len(axes), sizes.stocks),
        "rest": (sizes.stocks,),
        "counts": (len(features(np.zeros(parameters))), sizes.counts),
        "count_error": (sizes.counts,),
        **{f"{name}-{k}": shape for k in range(len(axes)) for name, shape in part.items()},
    }


def _component(arrays: Arrays, k: int) -> Component:
    found: dict[str, Any] = {name: arrays[f"{name}-{k}"] for name in _PART}
    parts: dict[str, Any] = {name: value if value.ndim else float(value) for name, value in found.items()}
    return Component(**parts)
