"""Which posterior a run draws from: a folder of ``mes calibrate``, or a shipped file by structure; what it was fitted
to; and structural alternatives: what the data say of each, and draws averaged over them.

Each alternative differs from the default in one choice and has a posterior of its own. Weights are proportional to the
evidence (equal prior probability, *assumed*): Bayesian model averaging (Hoeting et al. 1999). That they are the right
set is an assumption too, and the weights hold for these targets and priors only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from math import inf
from pathlib import Path
from typing import Any, get_args

import numpy as np

from calibration.draws.checks import refuse_unsealed
from calibration.draws.files import (
    DEFAULT,
    POSTERIOR,
    SHIPPED,
    SUMMARY,
    DrawsInfo,
    draws_of,
    load_draws,
    read_draws,
    structure_name,
)
from calibration.facts.observed import load_observed
from calibration.facts.targets import Kind, StockTarget
from foundation.errors import UserError
from foundation.store.fingerprint import hashes_of
from foundation.store.reading import read_json
from model.terms.parameters import Structure
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

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of the posterior by its name, and of the summary that says what one's own was fitted to."""
        told = (path.with_name(SUMMARY) for path in self.paths)
        return {self.name: self.sha256, **hashes_of(path for path in told if path.is_file())}


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


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """One fitted structure."""

    name: str
    structure: Structure
    log_evidence: float
    log_evidence_error: float
    weight: float
    """Probability among the fitted ones, 0..1."""
    draws: int


def fitted() -> tuple[Alternative, ...]:
    """Every structure with a shipped posterior, the default first.

    Raises:
        UserError: two were fitted to different data, or one lacks its evidence.
    """
    infos = {name: _info(name) for name in shipped_structures()}
    if len({tuple(sorted(info.data_sha256.items())) for info in infos.values()}) > 1:
        raise UserError("the shipped posteriors were fitted to different data: their evidence can't be compared")
    evidence = np.array([info.log_evidence for info in infos.values()])
    if not np.isfinite(evidence).all():
        raise UserError("a shipped posterior lacks its evidence")
    weights = np.exp(evidence - evidence.max())
    return tuple(
        Alternative(
            name=name,
            structure=Structure(**dict(info.structure)),  # type: ignore[arg-type]
            log_evidence=info.log_evidence,
            log_evidence_error=info.log_evidence_error,
            weight=float(weight / weights.sum()),
            draws=info.draws,
        )
        for (name, info), weight in zip(infos.items(), weights, strict=True)
    )


def _info(name: str) -> DrawsInfo:
    return read_draws(_real(SHIPPED / f"{name}.parquet"))[1]


def averaged_draws(n: int, alternatives: Sequence[Alternative]) -> list[Draw]:
    """The first ``n`` draws of the mixture: draw k is a draw of one structure, which it carries along.

    Which one is decided by a van der Corput sequence, so that any number of first draws holds each structure in
    proportion to its weight, and draw k is the same whatever ``n``.

    Raises:
        UserError: more draws than a structure has.
    """
    edges = np.cumsum([alternative.weight for alternative in alternatives])
    chosen = [int(np.searchsorted(edges, van_der_corput(k) * edges[-1], side="right")) for k in range(n)]
    taken = [0] * len(alternatives)
    draws = []
    for k, number in enumerate(chosen):
        alternative = alternatives[number]
        if taken[number] == alternative.draws:
            raise UserError(f"draws = {n}: the posterior of {alternative.name} holds {alternative.draws} draws only")
        draws.append((k, number, taken[number]))
        taken[number] += 1
    rows = {number: _with_use(structure_name(alternatives[number].structure), taken[number]) for number in set(chosen)}
    return [replace(rows[number][row], index=k, structure=alternatives[number].structure) for k, number, row in draws]


def _with_use(name: str, n: int) -> list[Draw]:
    from calibration.draws.use import with_use

    return with_use(draws_of(name, n), _real(SHIPPED / f"{name}.parquet"))


def draws_named(name: str, n: int) -> list[Draw]:
    """The first ``n`` draws of a run whose manifest names its draws file ``name``.

    Raises:
        UserError: the file is not there any more, or holds fewer draws.
    """
    if name == MIXTURE:
        return averaged_draws(n, fitted())
    return load_draws(n, path=posterior_named(name).paths[0])


def van_der_corput(k: int) -> float:
    """The k-th number of the sequence in base 2: bits of k mirrored at the point, in [0, 1)."""
    value, step = 0.0, 0.5
    while k:
        value += step * (k & 1)
        k >>= 1
        step /= 2
    return value
