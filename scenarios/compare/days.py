"""Counts of groups on a day as arrays, out of a frame with a row per scenario, draw, week, dimension and group: tables
are reductions over the axis of draws, and a data frame is made only where a person reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from foundation.quantiles import LEVELS, spreads

KEYS = ["scenario", "draw", "dimension", "group"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Block:
    """Scenarios that follow each other and have the same groups and draws: all of a run, those of a folder each where
    folders are compared."""

    scenarios: Ints
    """[scenario]: numbers in ``Day.names``."""
    pairs: Ints
    """[group]: dimension and group as ``Day`` numbers them."""
    rows: Ints
    """[scenario, group, draw]: rows of the day, -1 where there is none."""

    def of(self, values: Floats) -> Floats:
        """A number per row of the day as an array [scenario, group, draw], NaN where there is no row."""
        found = values[self.rows]
        found[self.rows < 0] = np.nan
        return found


class Day:
    """What a frame counts at a position in weeks, interpolated between the weeks around it (each scenario's own: those
    of compared folders may have others). Rows are ordered by scenario, then as in the frame. ``references`` names the
    scenario that each is compared with, where it isn't the first (``foundation.store.manifest.references_of``)."""

    def __init__(self, frame: pd.DataFrame, at: float, references: Mapping[str, str] | None = None) -> None:
        self.frame = frame
        self._scenario, self.names = _coded(frame["scenario"])
        number = {name: k for k, name in enumerate(self.names)}
        against = [number.get((references or {}).get(name, self.names[0]), 0) for name in self.names]
        self._against = np.array(against, dtype=np.intp)
        self._draw, draws = _coded(frame["draw"])
        self._dimension, self.dimensions = _coded(frame["dimension"])
        self._group, self.groups = _coded(frame["group"])
        self._weeks = frame["week"].to_numpy()
        self._sizes = len(self.names), len(draws), len(self.dimensions), len(self.groups)
        around = np.array([weeks_around(weeks, at) for weeks in self._weeks_of_scenarios()])
        self.before = self._in_weeks(around[:, 0])
        """Rows of the frame in the week before, or on the day."""
        self._after = self._beside(around[:, 1])
        self.scenario = self._scenario[self.before]
        """[row]: number in ``names``."""
        same, between = around[:, 0] == around[:, 1], np.maximum(around[:, 1] - around[:, 0], 1)
        self._weight = np.where(same, 0.0, (at - around[:, 0]) / between)[self.scenario]

    def _weeks_of_scenarios(self) -> list[np.ndarray]:
        """The weeks of each scenario, in order."""
        seen = np.zeros((len(self.names), int(self._weeks.max()) + 1), dtype=bool)
        seen[self._scenario, self._weeks] = True
        return [np.flatnonzero(row) for row in seen]

    def _in_weeks(self, weeks: Ints) -> Ints:
        """Rows of the frame in the week of their scenario."""
        rows = np.flatnonzero(self._weeks == weeks[self._scenario])
        return rows[np.argsort(self._scenario[rows], kind="stable")]

    def _key(self, rows: Ints) -> Ints:
        """One number for scenario, draw, dimension and group."""
        codes = self._scenario[rows], self._draw[rows], self._dimension[rows], self._group[rows]
        return np.ravel_multi_index(codes, self._sizes)

    def _beside(self, weeks: Ints) -> Ints:
        """For each row of the day that of the frame in another week, -1 where there is none."""
        rows, found = self._in_weeks(weeks), np.full(np.prod(self._sizes), -1)
        found[self._key(rows)] = rows
        return found[self._key(self.before)]

    def on(self, column: str) -> Floats:
        """[row]: the count on the day."""
        values = self.frame[column].to_numpy()
        return (1 - self._weight) * values[self.before] + self._weight * _taken(values, self._after)

    def at_first(self, column: str) -> Floats:
        """[row]: the count in the first week that the scenario has."""
        return _taken(self.frame[column].to_numpy(), self._first)

    @cached_property
    def _first(self) -> Ints:
        return self._beside(np.array([weeks[0] for weeks in self._weeks_of_scenarios()]))

    def keys(self) -> dict[str, object]:
        """Columns of ``KEYS`` of the rows."""
        return {name: self.frame[name].array.take(self.before) for name in KEYS}

    @cached_property
    def _pair(self) -> Ints:
        """[row]: one number for dimension and group."""
        return self._dimension[self.before] * self._sizes[3] + self._group[self.before]

    def over_groups(self, values: Floats) -> Floats:
        """[row]: the sum over all groups of the row's scenario, draw and dimension."""
        whole, wholes = pd.factorize(self._key(self.before) // self._sizes[3])
        return compensated_sums(values, whole, len(wholes))[whole]

    def over_reference(self, values: Floats) -> Floats:
        """[row]: the number less that of the scenario it is compared with, in the same draw and group; NaN where that
        has none."""
        size, keys = np.prod(self._sizes[1:]), self._key(self.before)
        there = np.full(np.prod(self._sizes), np.nan)
        there[keys] = values
        return values - there[self._against[self.scenario] * size + keys % size]

    @cached_property
    def blocks(self) -> list[Block]:
        """The rows by scenario, group and draw."""
        ends = np.searchsorted(self.scenario, np.arange(len(self.names) + 1))
        draw = self._draw[self.before]
        layouts = [
            (number, pd.unique(self._pair[low:high]), pd.unique(draw[low:high]))
            for number, (low, high) in enumerate(pairwise(ends))
        ]
        alike = groupby(layouts, key=lambda layout: (layout[1].tobytes(), layout[2].tobytes()))
        return [self._block([number for number, _, _ in same], ends) for _, same in alike]

    def _block(self, numbers: Sequence[int], ends: Ints) -> Block:
        """One block of scenarios ``numbers``; those of ``number`` end at ``ends[number + 1]``."""
        low, high = ends[numbers[0]], ends[numbers[-1] + 1]
        group, groups = pd.factorize(self._pair[low:high])
        draw, draws = pd.factorize(self._draw[self.before[low:high]])
        rows = np.full((len(numbers), len(groups), len(draws)), -1)
        rows[self.scenario[low:high] - numbers[0], group, draw] = np.arange(low, high)
        return Block(np.asarray(numbers), groups, rows)

    def labels(self, block: Block) -> dict[str, np.ndarray]:
        """Names of scenario, dimension and group, each [scenario, group]."""
        dimension, group = np.divmod(block.pairs, self._sizes[3])
        names = {
            "scenario": self.names[block.scenarios][:, np.newaxis],
            "dimension": self.dimensions[dimension],
            "group": self.groups[group],
        }
        return {name: np.broadcast_to(found, block.rows.shape[:2]) for name, found in names.items()}


def _coded(column: pd.Series) -> tuple[Ints, np.ndarray]:
    """Numbers of the values, in order of appearance, and the values."""
    codes, values = pd.factorize(column)
    return codes, np.asarray(values, dtype=object)


def _taken(values: np.ndarray, rows: Ints) -> Floats:
    """The values of rows, NaN for -1."""
    return np.where(rows < 0, np.nan, values[rows])


def compensated_sums(values: Floats, whole: Ints, wholes: int) -> Floats:
    """[whole]: sums of the values of each, in their order and without what rounding would lose (Kahan 1965); NaN counts
    as nothing. All sums go on at once, a value each at a time."""
    order = np.argsort(whole, kind="stable")
    turn = np.empty_like(order)
    turn[order] = np.arange(len(order)) - np.searchsorted(whole[order], whole[order])
    total, lost = np.zeros((2, wholes))
    for now in range(turn.max(initial=-1) + 1):
        rows = np.flatnonzero((turn == now) & ~np.isnan(values))
        at, before = whole[rows], total[whole[rows]]
        more = values[rows] - lost[at]
        total[at] = before + more
        lost[at] = (total[at] - before) - more
    return total


def weeks_around(weeks: np.ndarray, at: float) -> tuple[int, int]:
    """The weeks just before and after a position, the last twice beyond it."""
    after = min(int(np.searchsorted(weeks, at)), len(weeks) - 1)
    before = after if weeks[after] <= at else max(after - 1, 0)
    return int(weeks[before]), int(weeks[after])


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where nobody is ``below``: no share rather than a division by zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


def quantile_columns(name: str, values: Floats) -> dict[str, Floats]:
    """Columns ``name_p05, name_p50, name_p95`` of an array [..., draw], ravelled."""
    found = spreads(values.reshape(-1, values.shape[-1]))
    return {f"{name}_{level}": found[:, k] for k, level in enumerate(LEVELS)}


def medians(values: Floats) -> Floats:
    """Over the draws that have a number, of an array [..., draw], ravelled; NaN where none has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.ravel(np.nanmedian(values, axis=-1))


def stacked(parts: Sequence[Mapping[str, np.ndarray]]) -> pd.DataFrame:
    """Columns of several blocks, one under the other."""
    return pd.DataFrame({name: np.concatenate([np.ravel(part[name]) for part in parts]) for name in parts[0]})
