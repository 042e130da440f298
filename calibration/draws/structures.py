"""Structural alternatives: what the data say of each, and draws averaged over them.

Each alternative differs from the default in one choice and has a posterior of its own. Weights are proportional to the
evidence (equal prior probability, *assumed*): Bayesian model averaging (Hoeting et al. 1999). That they are the right
set is an assumption too, and the weights hold for these targets and priors only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.draws.files import SHIPPED, DrawsInfo, draws_of, load_draws, read_draws, structure_name
from calibration.draws.posteriors import MIXTURE, posterior_named, shipped_structures
from foundation.errors import UserError
from model.terms.structure import Structure
from scenarios.draw import Draw


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
    from pathlib import Path

    return read_draws(Path(str(SHIPPED / f"{name}.parquet")))[1]


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
    rows = {number: draws_of(structure_name(alternatives[number].structure), taken[number]) for number in set(chosen)}
    return [replace(rows[number][row], index=k, structure=alternatives[number].structure) for k, number, row in draws]


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
