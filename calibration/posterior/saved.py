"""Files of a calibration, each whole or not at all, and what tells whether the code is still the same."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

SAME_CODE = ("simulate", "free", "likelihood", "emulator", "target", "evidence", "walk", "instrument", "calibrate")
"""Files of this folder on which the result of a calibration depends, besides all of ``model``."""


def code_fingerprint() -> str:
    """Changes whenever the model or the simulation of the calibration does."""
    import calibration
    import model

    digest = sha256()
    for package, wanted in ((model, None), (calibration, SAME_CODE)):
        for file in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            if wanted is None or file.stem in wanted:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def write(file: Path, data: bytes) -> None:
    """A file whole or not at all."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    temporary.write_bytes(data)
    os.replace(temporary, file)


def save_array(file: Path, array: npt.NDArray[np.float64]) -> None:
    """An array whole or not at all."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    with temporary.open("wb") as opened:
        np.save(opened, array)
    os.replace(temporary, file)
