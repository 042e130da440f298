"""Which posterior a run draws from: a folder of ``mes calibrate``, a shipped file by structure, or that of an origin.

The posterior of an origin is fitted to nothing that was published after it: ``mes calibrate --until ORIGIN --out
DIR/ORIGIN`` makes one. There is no other source. Draws fitted to later stocks would make the hindcast a fit, so a file
that says so is refused, and an origin without draws has no forecast of the model. The end of the data is the one origin
for which the posterior of every other command is the right one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib.resources.abc import Traversable
from math import inf
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from calibration.draws.checks import refuse_unsealed
from calibration.draws.files import DEFAULT, POSTERIOR, SHIPPED, SUMMARY, load_draws, read_draws, structure_name
from calibration.facts.observed import load_observed
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.facts.tables import DATA
from calibration.facts.targets import Kind, StockTarget
from foundation.errors import UserError
from foundation.store.manifest import sha256_of
from foundation.store.reading import read_json
from model.terms.structure import Structure
from scenarios.draw import Draw


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
    shipped = name.startswith("posterior/")
    place = name.removeprefix("posterior/")
    # A manifest may come from anybody: what it names as shipped is shipped.
    ours = place.removesuffix(".parquet") in shipped_structures()
    file = _real(SHIPPED / place) if shipped and ours else Path(name) / POSTERIOR
    if (shipped and not ours) or not file.is_file():
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
    structure: Mapping[str, Any]
    """Choices that it was fitted under."""


PosteriorDraws = Callable[[date], OriginPosterior]
"""The posterior given the targets up to a day; raises ``NoPosteriorError`` where there is none."""


class NoPosteriorError(LookupError):
    """No posterior has been made that ends at an origin."""


def posterior_source(n: int, data_end: date, folder: Path | None = None) -> PosteriorDraws:
    """The first ``n`` draws of the posterior of each origin, from ``folder`` or the shipped ones; each is run under the
    structure that it was fitted under.

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
    structure = Structure(**dict(info.structure))  # type: ignore[arg-type]
    draws = [replace(draw, structure=structure) for draw in load_draws(n, path=path)]
    digest = sha256_of(path or Path(str(SHIPPED / f"{DEFAULT}.parquet")))
    return OriginPosterior(
        draws=draws,
        discrepancy=values[:n, FREE.index(DISCREPANCY)],
        data_end=fitted,
        sha256=digest,
        structure=dict(info.structure),
    )


@dataclass(frozen=True)
class Fitted:
    """What a posterior was fitted to."""

    stocks: Sequence[StockTarget]
    answers: Collection[tuple[str, str]]
    """Survey and key."""
    ages: Collection[tuple[date, int]]
    """Day and youngest age of the older."""


def fitted_to(folder: Path | None) -> Fitted:
    """What the posterior of a folder of ``mes calibrate``, or a shipped one, was fitted to.

    Raises:
        UserError: the folder's summary can't be read or doesn't list what was fitted.
    """
    if folder is None or not (folder / SUMMARY).is_file():
        shipped = load_observed()
        answers = {(answer.item.survey, answer.item.key) for answer in shipped.answers}
        return Fitted(shipped.stocks, answers, {(contrast.day, contrast.split) for contrast in shipped.contrasts})
    try:
        refuse_unsealed(folder / SUMMARY)
        targets = read_json(folder / SUMMARY)["targets"]
        stocks = [_stock(entry) for entry in targets["stocks"]]
        ages = {(date.fromisoformat(entry["date"]), int(entry["split"])) for entry in targets["ages"]}
        return Fitted(stocks, {(entry["survey"], entry["key"]) for entry in targets["answers"]}, ages)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder / SUMMARY}: doesn't say what the posterior was fitted to ({error!r})") from None


def _stock(entry: Mapping[str, Any]) -> StockTarget:
    """Raises ``ValueError`` for a kind of figure that there isn't."""
    if entry["kind"] not in get_args(Kind):
        raise ValueError(f"kind {entry['kind']!r}")
    high = entry["high_millions"]
    return StockTarget(
        day=date.fromisoformat(entry["date"]),
        millions=float(entry["millions"]),
        error=float(entry["error_millions"]),
        kind=entry["kind"],
        status="as calibrated",
        facts=(),
        region=entry["region"],
        low=float(entry["low_millions"]),
        high=inf if high is None else float(high),
    )
