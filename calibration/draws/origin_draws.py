"""Posterior draws of each origin: fitted to nothing that was published after it.

``mes calibrate --until ORIGIN --out DIR/ORIGIN`` makes them. There is no other source: draws fitted to later stocks
would make the hindcast a fit, so a file that says so is refused, and an origin without draws has no forecast of the
model. The end of the data is the one origin for which the posterior of every other command is the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.draws.draws import DEFAULT, SHIPPED, load_draws, read_draws
from calibration.facts.roles import DISCREPANCY, FREE
from calibration.facts.tables import DATA
from foundation.errors import UserError
from foundation.store.manifest import sha256_of
from scenarios.draw import Draw

SHIPPED_ORIGINS = Path(str(DATA / "origins"))
"""The shipped posteriors of origins; ``default.parquet`` stands for the end of the data elsewhere."""

MAKE = "`mes calibrate --until ORIGIN --out DIR/ORIGIN`, `mes hindcast --posteriors DIR`"


@dataclass(frozen=True, kw_only=True)
class OriginPosterior:
    """What the calibration knew on an origin."""

    draws: Sequence[Draw]
    discrepancy: npt.NDArray[np.float64]
    """[draw] standard deviation of the model discrepancy of log stocks."""
    data_end: date
    """Day of the last stock that it was fitted to."""
    sha256: str
    """Of the file."""


PosteriorDraws = Callable[[date], OriginPosterior]
"""The posterior given the targets up to a day; raises ``NoPosteriorError`` where there is none."""


class NoPosteriorError(LookupError):
    """No posterior has been made that ends at an origin."""


def posterior_source(n: int, data_end: date, folder: Path | None = None) -> PosteriorDraws:
    """The first ``n`` draws of the posterior of each origin, from ``folder`` or the shipped ones.

    ``folder`` holds ``<origin>/posterior.parquet``, as ``mes calibrate`` leaves it, or ``<origin>.parquet``.
    """
    return partial(_posterior_of, n=n, data_end=data_end, folder=folder)


def _posterior_of(origin: date, *, n: int, data_end: date, folder: Path | None) -> OriginPosterior:
    places = [f"{origin.isoformat()}/posterior.parquet", f"{origin.isoformat()}.parquet"]
    found = [file for place in places if (file := (folder or SHIPPED_ORIGINS) / place).is_file()]
    if not found and origin != data_end:
        raise NoPosteriorError(MAKE)
    path: Path | None = found[0] if found else None
    values, info = read_draws(path)
    fitted = date.fromisoformat(info.data_end)
    if fitted > origin:
        name = "the shipped posterior" if path is None else str(path)
        raise UserError(f"{name}: fitted to data up to {fitted}; for this origin allowed: {origin} or earlier")
    draws = load_draws(n, path=path)
    digest = sha256_of(path or Path(str(SHIPPED / f"{DEFAULT}.parquet")))
    return OriginPosterior(draws=draws, discrepancy=values[:n, FREE.index(DISCREPANCY)], data_end=fitted, sha256=digest)
