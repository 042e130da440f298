"""Tables of a folder that may come from anybody: how many rows there are is known from the foot of the file, and told
before any is read. A file of a few kilobytes can hold as many as would fill the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import UserError
from foundation.store.manifest import Manifest
from foundation.store.reading import reason, refuse_special

if TYPE_CHECKING:
    import pandas as pd

EACH, FEW, MOST = 20_000, 1_000_000, 100_000_000
"""Rows of one scenario in one draw at most (``mes run`` has some 9,000, of groups week by week); of any table, however
few scenarios and draws there are; of any table at all."""
LARGEST = 8 * 2**30
"""Bytes of a table in memory at most."""


def most_rows(manifest: Manifest) -> int:
    """Rows that a table of this folder can have."""
    scenarios = manifest.get("scenarios")
    units = (len(scenarios) if isinstance(scenarios, list) else 1) * _count(manifest.get("draws"))
    return min(MOST, max(FEW, EACH * units))


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def read(path: Path, most: int = MOST, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table, whole or some columns of it.

    Raises:
        UserError: it is none, lacks a column, or has more rows than ``most``.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    refuse_special(path)
    try:
        with ParquetFile(path) as file:
            foot = file.metadata
            _refuse_large(path, foot, most)
            if columns is not None and (lacking := [name for name in columns if name not in foot.schema.names]):
                raise UserError(f"{path}: the table has no column {lacking[0]}")
            return file.read(columns=None if columns is None else list(columns)).to_pandas()
    except (OSError, ArrowException, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: can't be read as a table ({reason(error).splitlines()[0]})") from None


def _refuse_large(path: Path, foot: Any, most: int) -> None:
    size = sum(foot.row_group(k).total_byte_size for k in range(foot.num_row_groups))
    if foot.num_rows > most or size > LARGEST:
        raise UserError(f"{path}: {foot.num_rows} rows, {size} bytes; a table of this run has at most {most} rows")


def columns(path: Path) -> list[str]:
    """Names of a table's columns; ``UserError`` if it is none."""
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    refuse_special(path)
    try:
        return list(read_schema(path).names)
    except (OSError, ArrowException, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table ({reason(error).splitlines()[0]})") from None
