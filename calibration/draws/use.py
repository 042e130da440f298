"""Posterior of use after activation: a row for each draw of a posterior of activation, and which belongs to which.

File: Parquet, a float64 column for each name of ``calibration.facts.use.PARAMETERS``, metadata below ``mes.use``: the
SHA-256 of its own values and that of the draws of activation that it was fitted on. The shipped ones stand in
``calibration/data/use`` under the name of their structure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from calibration.draws.checks import digest
from calibration.draws.files import read_draws, structure_name
from calibration.facts.priors import load_priors
from calibration.facts.tables import DATA
from calibration.facts.use import PARAMETERS, use_of
from foundation.errors import UserError
from foundation.shapes import Floats
from foundation.store.atomic import write_bytes
from model.terms.parameters import Structure
from model.terms.use import Use
from scenarios.draw import Draw

SHIPPED = DATA / "use"
DRAWS = "use"
"""Table of a folder of ``mes study use`` with the parameters."""
_METADATA = b"mes.use"


@dataclass(frozen=True, kw_only=True)
class UseInfo:
    """Where it comes from."""

    command: str
    seed: int
    people: int
    draws_sha256: str
    """Of the values of the draws of activation (``calibration.draws.files``)."""
    effective: float
    """Median effective number of sets of parameters tried for a draw."""
    values_sha256: str = ""


def save_use(path: Path, values: Floats, info: UseInfo) -> UseInfo:
    """Writes parameters [draw, name], whole or not at all."""
    info = replace(info, values_sha256=digest(values))
    table = pa.table(dict(zip(PARAMETERS, values.T, strict=True)))
    sink = pa.BufferOutputStream()
    said = json.dumps(asdict(info), sort_keys=True)
    pq.write_table(table.replace_schema_metadata({_METADATA: said}), sink, compression="zstd")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, sink.getvalue().to_pybytes())
    return info


def read_use(path: Path) -> tuple[Floats, UseInfo]:
    """Parameters [draw, name] and where they come from.

    Raises:
        UserError: it is no such file of this version, was changed, or holds what no draw can have.
    """
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
        info = UseInfo(**json.loads((table.schema.metadata or {})[_METADATA]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise UserError(_other(path)) from None
    if table.column_names != [*PARAMETERS] or any(column.type != pa.float64() for column in table.columns):
        raise UserError(_other(path))
    values = np.column_stack([np.array(table[name].to_pylist(), np.float64) for name in PARAMETERS])
    if digest(values) != info.values_sha256:
        raise UserError(f"{path.name}: its values are not as they were written (their SHA-256 differs)")
    priors = load_priors()
    for name, column in zip(PARAMETERS, values.T, strict=True):
        below = priors[name].cdf(column)
        if not (np.isfinite(column).all() and ((below > 0) & (below < 1)).all()):
            raise UserError(f"{path.name}: {name} holds a value that can't be (its prior rules it out)")
    return values, info


def _other(path: Path) -> str:
    return f"{path.name}: not a posterior of use of this version; `mes study use` makes one"


@cache
def _shipped() -> dict[str, Floats]:
    """Parameters by the SHA-256 of the draws that they belong to."""
    if not SHIPPED.is_dir():
        return {}
    files = sorted(Path(str(item)) for item in SHIPPED.iterdir() if item.name.endswith(".parquet"))
    return {info.draws_sha256: values for values, info in map(read_use, files)}


def use_for(path: Path) -> list[Use] | None:
    """Use for every draw of a file of activation; ``None`` where it was fitted on no such draws."""
    values = _shipped().get(read_draws(path, sealed=False)[1].values_sha256)
    return None if values is None else [use_of(dict(zip(PARAMETERS, map(float, row), strict=True))) for row in values]


def with_use(draws: Sequence[Draw], path: Path) -> list[Draw]:
    """The first draws of a file of activation, with their use where there is a posterior of it."""
    found = use_for(path)
    if found is None or len(found) < len(draws):
        return list(draws)
    return [replace(draw, use=use) for draw, use in zip(draws, found, strict=False)]


def name_of(structure: Structure) -> str:
    """Name of the shipped file of a structure."""
    return f"{structure_name(structure)}.parquet"
