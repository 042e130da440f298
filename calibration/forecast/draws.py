"""How far off each draw of a posterior says that the model is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from calibration.draws.files import SHIPPED, read_draws, structure_name
from calibration.facts.priors import DISCREPANCY, FREE
from scenarios.draw import Draw


def discrepancy_of(draws: Sequence[Draw], path: Path) -> tuple[float, ...]:
    """Standard deviation [draw] of the model discrepancy of log stocks, for the first draws of the file ``path``, or
    of the mixture of all shipped ones (whose draws carry their structure and take each file's rows one by one)."""
    values: dict[Path, list[float]] = {}
    taken, found = Counter[Path](), []
    for draw in draws:
        file = path if draw.structure is None else Path(str(SHIPPED / f"{structure_name(draw.structure)}.parquet"))
        if file not in values:
            values[file] = read_draws(file)[0][:, FREE.index(DISCREPANCY)].tolist()
        found.append(values[file][taken[file]])
        taken[file] += 1
    return tuple(found)
