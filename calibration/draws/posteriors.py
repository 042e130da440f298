"""Which posterior a run draws from: a folder of ``mes calibrate``, or a shipped file by structure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from calibration.draws.draws import DEFAULT, POSTERIOR, SHIPPED, read_draws, structure_name
from foundation.errors import UserError
from model.terms.structure import Structure


@dataclass(frozen=True)
class Source:
    """A posterior file, or several that are mixed."""

    paths: tuple[Path, ...]
    name: str
    """As manifests record it."""
    fitted: bool
    """Whether it was fitted under the structure that is run."""

    @property
    def sha256(self) -> str:
        """Of the files one after the other."""
        return hashlib.sha256(b"".join(path.read_bytes() for path in self.paths)).hexdigest()


def posterior_for(structure: Structure, folder: Path | None = None) -> Source:
    """The posterior of ``folder``, or the shipped one of ``structure`` (of the default structure where there is none).

    Raises:
        UserError: the folder holds no posterior.
    """
    if folder is not None:
        file = folder / POSTERIOR
        if not file.is_file():
            raise UserError(f"--posterior: {folder} holds no {POSTERIOR}; `mes calibrate --out DIR` makes one")
        _, info = read_draws(file)
        return Source((file,), str(folder), dict(info.structure) == _choices(structure))
    name = structure_name(structure)
    own = SHIPPED / f"{name}.parquet"
    chosen, fitted = (name, True) if own.is_file() else (DEFAULT, False)
    return Source((_real(SHIPPED / f"{chosen}.parquet"),), f"posterior/{chosen}.parquet", fitted)


MIXTURE = "posterior/*.parquet"
"""Name of all shipped posteriors together."""


def posterior_named(name: str) -> Source:
    """The posterior that a manifest names as its draws file.

    Raises:
        UserError: it is not there any more.
    """
    if name == MIXTURE:
        return shipped_mixture()
    shipped = SHIPPED / name.removeprefix("posterior/")
    file = _real(shipped) if name.startswith("posterior/") else Path(name) / POSTERIOR
    if not file.is_file():
        raise UserError(f"{name}: the posterior that the run drew from is not there any more")
    return Source((file,), name, fitted=True)


def shipped_mixture() -> Source:
    """All shipped posteriors."""
    paths = tuple(_real(SHIPPED / f"{name}.parquet") for name in shipped_structures())
    return Source(paths, MIXTURE, fitted=True)


def shipped_structures() -> tuple[str, ...]:
    """Names of the structures with a posterior of their own, the default first."""
    names = sorted(item.name.removesuffix(".parquet") for item in SHIPPED.iterdir() if item.name.endswith(".parquet"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT))


def _choices(structure: Structure) -> dict[str, Any]:
    return dict(vars(structure))


def _real(item: Traversable) -> Path:
    """Path of a data file; the packages are folders, in a clone and when installed."""
    return Path(str(item))
