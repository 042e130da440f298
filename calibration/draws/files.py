"""Posterior draws: one row a plausible set of parameters, as ``mes calibrate`` finds them.

File: Parquet (zstd), one float64 column for each name of ``roles.FREE``, rows distinct, of equal weight and in random
order (so that the first n are a fair sample), metadata below the key ``mes.draws``. Lever effects and price uniforms
are not in the file: they are pure functions of the file's key, the row and the name: draw k is the same in every run.

The shipped files stand in ``calibration/data/posterior``: ``default.parquet`` and one for each structural alternative
that was fitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.resources import as_file
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from calibration.draws import checks
from calibration.facts.inputs import load_costs, tables_of
from calibration.facts.priors import (
    AHEAD,
    EFFECTS,
    FREE,
    SHARED,
    SHOCKS,
    STATUS_QUO,
    SURVEY,
    Prior,
    check_names,
    load_priors,
    to_parameters,
)
from calibration.facts.tables import DATA, rows_hash
from foundation.errors import UserError
from foundation.seeds import uniform
from foundation.store.atomic import write_bytes
from foundation.store.reading import NoFileError, read_bytes
from model.terms.parameters import HALF_YEARS, Drivers, Structure
from scenarios.draw import Draw

SHIPPED = DATA / "posterior"
"""Folder of the shipped posteriors."""
DEFAULT = "default"
POSTERIOR, SUMMARY = "posterior.parquet", "summary.json"
"""Of a folder of ``mes calibrate``: the draws, and what they were fitted to."""
_METADATA = b"mes.draws"
_FORMAT = 2


@dataclass(frozen=True, kw_only=True)
class DrawsInfo:
    """Where a draws file comes from."""

    command: str
    """What to type to make it again."""
    data_end: str
    """ISO day of the last activation figure used."""
    seed: int
    draws: int
    """Distinct rows: the most draws a run can ask for."""
    key: str
    """Enters the keys of lever effects and prices; another key gives other ones."""
    data_sha256: Mapping[str, str]
    """Hashes of the data tables at the time, by file name."""
    structure: Mapping[str, str]
    """The structural choices under which they were fitted."""
    log_evidence: float
    """Natural logarithm of the probability of the data under this structure, prior included; comparable between files
    made with the same targets."""
    log_evidence_error: float
    effective: float
    """Effective sample size behind the draws."""
    format: int = _FORMAT
    values_sha256: str = ""
    """Of the values, row by row; empty in files of versions before 0.3.1."""


def structure_name(structure: Structure) -> str:
    """``default``, or what differs from it, as ``driver-growth``."""
    default, chosen = asdict(Structure()), asdict(structure)
    return "+".join(f"{k}-{v}" for k, v in chosen.items() if v != default[k]) or DEFAULT


def save_draws(
    path: Path,
    values: Mapping[str, npt.ArrayLike],
    *,
    command: str,
    data_end: date,
    seed: int,
    key: str = "draws-1",
    structure: Structure | None = None,
    log_evidence: float = float("nan"),
    log_evidence_error: float = float("nan"),
    effective: float = float("nan"),
) -> DrawsInfo:
    """Writes a draws file, whole or not at all; ``values`` holds one vector for each name of ``FREE``.

    Raises:
        ValueError: names, lengths or numbers that don't fit, or two equal rows.
    """
    matrix = _matrix(values)
    info = DrawsInfo(
        command=command,
        data_end=data_end.isoformat(),
        seed=seed,
        draws=len(matrix),
        key=key,
        data_sha256=data_hashes(),
        structure=asdict(structure or Structure()),
        log_evidence=log_evidence,
        log_evidence_error=log_evidence_error,
        effective=effective,
        values_sha256=checks.digest(matrix),
    )
    table = pa.table(dict(zip(FREE, matrix.T, strict=True)))
    table = table.replace_schema_metadata({_METADATA: json.dumps(asdict(info), sort_keys=True)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())
    return info


def read_draws(path: Path | None = None, *, sealed: bool = True) -> tuple[npt.NDArray[np.float64], DrawsInfo]:
    """Values [draw, name of ``FREE``] and provenance of a draws file, by default the shipped one.

    Args:
        sealed: hold the file against the manifest beside it, where there is one.

    Raises:
        UserError: the file can't be read, is no draws file of this version, is not as it was written, or holds a value
            that no draw can have.
    """
    if path is None:
        with as_file(SHIPPED / f"{DEFAULT}.parquet") as shipped:
            return read_draws(shipped)
    if sealed:
        checks.refuse_unsealed(path)
    table = _read_table(path)
    metadata = checks.metadata(path, (table.schema.metadata or {}).get(_METADATA, b"{}"))
    if metadata.get("format") != _FORMAT or table.column_names != list(FREE):
        raise UserError(f"{path.name}: not a draws file of this version (format {_FORMAT}); make it again")
    info = checks.made(path, metadata, DrawsInfo)
    if any(column.type != pa.float64() or column.null_count for column in table.columns):
        raise UserError(f"{path.name}: not a draws file of this version (format {_FORMAT}); make it again")
    # By lists: ``to_numpy`` loads pandas, which takes longer than all the rest.
    values = np.column_stack([np.array(table[name].to_pylist(), np.float64) for name in FREE])
    checks.refuse_impossible(path, values, info.draws, info.values_sha256)
    return values, info


def load_draws(n: int, *, path: Path | None = None, seed: int = 0) -> list[Draw]:
    """The first ``n`` draws of a file, by default of the shipped one.

    ``seed`` is the seed of the run and on purpose without effect: runs with different seeds differ by the chance of
    persons alone, and their draws can be paired.

    Raises:
        UserError: the file can't be read, or ``n`` is not within 1 .. its number of distinct draws.
    """
    values, info = read_draws(path)
    if not 1 <= n <= len(values):
        name = "the shipped posterior" if path is None else path.name
        raise UserError(f"draws = {n}: {name} holds {len(values)} distinct draws; allowed: 1 to {len(values)}")
    priors, items = load_priors(), tuple(item.key for item in load_costs())
    return [_draw(index, values[index], info.key, priors, items) for index in range(n)]


def draws_of(name: str, n: int) -> list[Draw]:
    """The first ``n`` draws of a shipped posterior by its name."""
    return load_draws(n, path=Path(str(SHIPPED / f"{name}.parquet")))


def lever_effects(key: str, index: int, priors: Mapping[str, Prior]) -> dict[str, float]:
    """Effects of draw ``index`` that no stock informs, from their priors by keyed uniforms."""
    names = (name for name in EFFECTS if name not in SHARED)
    return {name: float(priors[name].quantile(uniform(key, index, "effect", name))) for name in names}


def drawn_forward(drivers: Drivers, key: str, index: int, priors: Mapping[str, Prior]) -> Drivers:
    """The drivers of draw ``index`` beyond the data: from the law of their past, by keyed uniforms, so that all
    scenarios of a draw share them."""
    known = len(SHOCKS)
    ahead = {name: float(priors[name].quantile(uniform(key, index, "driver", name))) for name in AHEAD}
    return replace(
        drivers,
        shocks=(*drivers.shocks[:known], *(_normal(key, index, "growth", k) for k in range(known, HALF_YEARS))),
        document_shocks=tuple(_normal(key, index, "documents", k) for k in range(HALF_YEARS)),
        **ahead,
    )


def _normal(key: str, index: int, driver: str, place: int) -> float:
    return NormalDist().inv_cdf(uniform(key, index, "shock", f"{driver} {place}"))


def changed_data(info: DrawsInfo) -> list[str]:
    """Data tables that have changed, come or gone since the draws were made."""
    now, then = data_hashes(), info.data_sha256
    return sorted(name for name in {*now, *then} if now.get(name) != then.get(name))


def data_hashes() -> dict[str, str]:
    """SHA-256 of what draws are fitted with, by the name of the table; line ends don't count. Of the priors only the
    rows of ``FREE`` enter: a lever's effect or a price changes no posterior."""
    return {**tables_of("calibrate"), "priors.csv": rows_hash("priors.csv", "name", FREE)}


def _draw(
    index: int, row: npt.NDArray[np.float64], key: str, priors: Mapping[str, Prior], items: tuple[str, ...]
) -> Draw:
    values = dict(zip(FREE, map(float, row), strict=True))
    parameters = to_parameters({name: values[name] for name in STATUS_QUO})
    return Draw(
        index=index,
        parameters=replace(parameters, drivers=drawn_forward(parameters.drivers, key, index, priors)),
        effects={**{name: values[name] for name in SHARED}, **lever_effects(key, index, priors)},
        cost_uniforms={item: uniform(key, index, "price", item) for item in items},
        answers={name: values[name] for name in SURVEY},
    )


def _matrix(values: Mapping[str, npt.ArrayLike]) -> npt.NDArray[np.float64]:
    """Values [draw, name], checked."""
    check_names(values, FREE)
    vectors = [np.atleast_1d(np.asarray(values[name], np.float64)) for name in FREE]
    if len({vector.shape for vector in vectors}) != 1 or vectors[0].ndim != 1 or not vectors[0].size:
        raise ValueError("draws: needed one vector a name, all of one length, at least one draw")
    matrix = np.column_stack(vectors)
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(f"draws: row {row}, {FREE[column]}: {matrix[row, column]} is not a finite number")
    if len(np.unique(matrix, axis=0)) != len(matrix):
        raise ValueError("draws: two rows are equal; a repeated draw adds no information")
    return matrix


def _read_table(path: Path) -> Any:
    try:
        content = read_bytes(path, checks.LARGEST)
        with pq.ParquetFile(pa.BufferReader(content)) as file:  # ``read_table`` loads pandas
            if file.metadata.num_rows > checks.MOST:
                raise UserError(f"{path.name}: {file.metadata.num_rows} draws; allowed: at most {checks.MOST}")
            return file.read()
    except NoFileError:
        reason = "no such file"
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
    raise UserError(f"{path.name}: can't be read as a draws file ({reason})")
