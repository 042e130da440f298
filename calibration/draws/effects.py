"""Effects of levers as trials have found them: a file of ``mes learn``, and draws with the posterior for the prior.
A draw keeps its rank: one at the 30 % quantile of the prior gets the 30 % quantile of the posterior.

File: JSON; ``effects`` has, by name in ``priors.csv``, the quantiles of the posterior at equal steps of probability,
and what they were learned from; ``sha256`` is the hash of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import numpy as np

from calibration.facts.priors import EFFECTS, SHARED, Prior, load_priors
from calibration.facts.tables import rows_hash
from foundation.errors import UserError
from foundation.shapes import Floats
from foundation.store.atomic import write_json
from foundation.store.fingerprint import digest_of
from foundation.store.reading import Document, plain, read_json
from scenarios.draw import Draw

FORMAT, STEPS = 1, 400
"""Quantiles are at 0.5/400, 1.5/400, …"""
LEARNABLE = tuple(name for name in EFFECTS if name not in SHARED)
LARGEST = 4 * 2**20
LEVELS = (np.arange(STEPS) + 0.5) / STEPS


@dataclass(frozen=True)
class Learned:
    """Posteriors of effects by name, and where they are from."""

    file: str
    quantiles: Mapping[str, Floats]
    """At ``LEVELS``."""
    sources: Mapping[str, Document]

    def trials(self, name: str) -> set[str]:
        """Hashes of the files that an effect was learned from."""
        found, entry = set(), self.sources.get(name)
        while isinstance(entry, dict):
            found.add(str(entry.get("sha256")))
            entry = entry.get("earlier")
        return found

    def laws(self) -> tuple[Document, ...]:
        """What a manifest records of each effect: median, ends of the 90 % interval, and the whole law."""
        at = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
        return tuple(
            {
                "name": name,
                **{key: float(np.interp(level, LEVELS, values)) for key, level in at.items()},
                "quantiles": [float(value) for value in values],
            }
            for name, values in self.quantiles.items()
        )

    @property
    def sha256(self) -> str:
        """Of all that is in the file."""
        return digest_of(content(self))


def content(learned: Learned) -> Document:
    """What the file says."""
    effects = {
        name: {**learned.sources[name], "quantiles": [float(value) for value in values]}
        for name, values in learned.quantiles.items()
    }
    return {"format": FORMAT, "effects": effects}


def write_effects(path: Path, learned: Learned) -> None:
    """Writes the file, whole or not at all."""
    write_json(path, {**content(learned), "sha256": learned.sha256})


def read_effects(path: Path) -> Learned:
    """The file of ``mes learn``.

    Raises:
        UserError: it is something else, was of another prior, was edited, or has values that no posterior can have.
    """
    found, priors = read_json(path, LARGEST), load_priors()
    effects = found.get("effects")
    if found.get("format") != FORMAT or not isinstance(effects, dict) or not effects:
        raise UserError(f"{path}: no effects as `mes learn` writes them")
    quantiles, sources = {}, {}
    for name, entry in effects.items():
        if name not in LEARNABLE or not isinstance(entry, dict):
            raise UserError(f"{path}: {name!r} is no effect that can be learned; allowed: {', '.join(LEARNABLE)}")
        quantiles[name] = _checked(path, name, entry.get("quantiles"), priors[name])
        sources[name] = {key: value for key, value in entry.items() if key != "quantiles"}
        if entry.get("prior_sha256") != prior_hash(name):
            raise UserError(f"{path}: {name} was learned from another prior than that of priors.csv; learn it again")
    if not plain(path.name):
        raise UserError(f"{path}: give the file a name without control characters")
    learned = Learned(path.name, quantiles, sources)
    if found.get("sha256") != learned.sha256:
        raise UserError(f"{path}: edited since `mes learn` wrote it (its SHA-256 of itself differs)")
    return learned


def recorded(folder: Path, laws: Sequence[Mapping[str, object]]) -> Learned:
    """What ``laws`` recorded in the manifest of a run folder.

    Raises:
        UserError: it is of a version that recorded less, or was altered.
    """
    path, priors, quantiles = folder / "manifest.json", load_priors(), {}
    for law in laws:
        name = str(law["name"])
        if name not in LEARNABLE:
            raise UserError(f"{path}: {name!r} is no effect that can be learned; allowed: {', '.join(LEARNABLE)}")
        if "quantiles" not in law:
            raise UserError(
                f"{folder}: was made with learned effects by an earlier version, which didn't keep what they were on "
                "each draw; run mes compare again"
            )
        quantiles[name] = _checked(path, name, law["quantiles"], priors[name])
    return Learned(path.name, quantiles, {})


def prior_hash(name: str) -> str:
    """Of the row that an effect is learned from."""
    return rows_hash("priors.csv", "name", (name,))


def _checked(path: Path, name: str, values: object, prior: Prior) -> Floats:
    """Ascending numbers within what the prior can be."""
    numbers = [v for v in values if isinstance(v, int | float) and isfinite(v)] if isinstance(values, list) else []
    if len(numbers) != STEPS or not isinstance(values, list) or len(values) != STEPS:
        raise UserError(f"{path}: {name}: needed {STEPS} finite numbers as quantiles")
    found = np.asarray(numbers, np.float64)
    low, high = (float(prior.quantile(level)) for level in (1e-12, 1 - 1e-12))
    if (np.diff(found) < 0).any() or found[0] < low - 1e-9 or found[-1] > high + 1e-9:
        raise UserError(f"{path}: {name}: quantiles that fall, or that its prior rules out")
    return found


def with_effects(draws: Sequence[Draw], learned: Learned) -> list[Draw]:
    """Draws whose learned effects are those of the posterior, at the rank of the prior."""
    priors = load_priors()
    ranks = {
        name: priors[name].cdf(np.array([draw.effects[name] for draw in draws]))  # by rank, whatever the prior's floor
        for name in learned.quantiles
    }
    new = {name: np.interp(ranks[name], LEVELS, values) for name, values in learned.quantiles.items()}
    return [
        replace(draw, effects={**draw.effects, **{name: float(new[name][row]) for name in new}})
        for row, draw in enumerate(draws)
    ]
