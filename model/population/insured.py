"""The columns of the insured and what is asked of them (built by ``model.population.population``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from model.levers.base import Target
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, ILL, NO_DOCTOR, PILOT, TYPES
from model.population.chances import RATE_UNITS, completed_years
from model.population.selection import ages_at, bands_at, selected
from model.terms.weeks import NEVER

FLAGS = {"digitally_excluded": EXCLUDED, "email": EMAIL, "account": ACCOUNT, "illness": ILL, "pilot": PILOT}
SOMEBODY = {
    "birth_week": -2609,
    "exit": NEVER,
    "guardian": -1,
    "doctor": 0,
    "gp_rate": 3072,
    "document_rate": 1024,
    "flags": int(EMAIL | ACCOUNT),
}
"""A woman of 50 of the first region, for ``Population.with_isolated_person``."""
ANY_AGE = -(2**15), 2**15


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """One record a person, ``n`` in all: everybody there at launch or joining until 2028. Never written to."""

    people: int
    """Rows present at launch: the number asked for."""
    weight: float
    """Insured persons that a row stands for."""
    regions: tuple[str, ...]
    bands: tuple[str, ...]
    """Age bands, youngest first."""
    band_of_age: npt.NDArray[np.uint8]
    """Index into ``bands``, shape [age]."""
    doctor_start: npt.NDArray[np.int64]
    """First GP of each region, shape [region + 1]."""
    rows: npt.NDArray[Any]
    """PERSON (``model.population.attributes``), shape [n + 1]; of the last row only ``tie_start`` means something."""
    tie: npt.NDArray[np.int32]
    """``~j`` for each ward j first, then partner and acquaintances j (``model.population.ties``)."""

    @property
    def birth_week(self) -> npt.NDArray[np.int16]:
        """Week index of birth, shape [n], negative before the launch."""
        return self._column("birth_week")

    @property
    def sex(self) -> npt.NDArray[np.uint8]:
        """0 female, 1 male."""
        return self._column("sex")

    @property
    def region(self) -> npt.NDArray[np.uint8]:
        """Index into ``regions``."""
        return self._column("region")

    @property
    def entry(self) -> npt.NDArray[np.uint16]:
        """0 for who is present at launch, else the first Monday after birth or immigration (births: ``birth_week``)."""
        return self._column("entry")

    @property
    def exit(self) -> npt.NDArray[np.uint16]:
        """First Monday after death or departure; ``NEVER`` if that is not before 2028."""
        return self._column("exit")

    @property
    def guardian(self) -> npt.NDArray[np.int32]:
        """Row of the guardian of who is a minor at entry, an adult of the region then; -1 otherwise."""
        return self._column("guardian")

    @property
    def doctor(self) -> npt.NDArray[np.uint16]:
        """The own GP, numbered through all regions; ``NO_DOCTOR`` without one. Minors have their guardian's."""
        return self._column("doctor")

    @property
    def gp_rate(self) -> npt.NDArray[np.uint16]:
        """GP contacts a year in 1/1024 ths."""
        return self._column("gp_rate")

    @property
    def document_rate(self) -> npt.NDArray[np.uint16]:
        """Documents received relative to the mean of the insured at launch, in 1/1024 ths."""
        return self._column("document_rate")

    @property
    def flags(self) -> npt.NDArray[np.uint8]:
        """Bits ``EXCLUDED``, ``EMAIL``, ``ACCOUNT`` (counts from the 18th birthday on), ``ILL``, ``PILOT``."""
        return self._column("flags")

    @property
    def tie_start(self) -> npt.NDArray[np.int64]:
        """Row i has the entries ``tie[tie_start[i]:tie_start[i + 1]]``, shape [n + 1]."""
        return self.rows["tie_start"].astype(np.int64)

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self.rows[name][:-1]

    def with_columns(self, **columns: npt.NDArray[Any]) -> Population:
        """The same people with other values in some columns."""
        rows = self.rows.copy()
        for name, values in columns.items():
            rows[name][:-1] = values
        return replace(self, rows=rows)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.rows) - 1

    def age_at(self, week: int) -> npt.NDArray[np.int16]:
        """Completed years at the start of a week, shape [n]; negative for who is not born."""
        return ages_at(self.birth_week, week)

    def band_at(self, week: int) -> npt.NDArray[Any]:
        """Age band at the start of a week as an index into ``bands``, shape [n]; the youngest for who is not born."""
        return bands_at(self.birth_week, week, self.band_of_age)

    def doctor_blocks(self, regions: Sequence[str] | None = None) -> list[tuple[int, int]]:
        """(first, one past the last) GP of each region named, or of all.

        Raises:
            ValueError: an unknown region.
        """
        numbers = range(len(self.regions)) if regions is None else self._region_numbers(regions)
        return [(int(self.doctor_start[r]), int(self.doctor_start[r + 1])) for r in numbers]

    def select(self, target: Target, week: int) -> npt.NDArray[np.bool_]:
        """Whether a target covers each row, shape [n], by ages at ``week`` (also who is not there in that week).

        ``offline`` stands for adults with neither e-mail nor account: minors have no account of their own.

        Raises:
            ValueError: an unknown region.
        """
        inside = np.ones(len(self.regions), np.bool_)
        if target.regions is not None:
            inside[:] = False
            inside[self._region_numbers(target.regions)] = True
        limits = zip((target.age_from, target.age_to), ANY_AGE, strict=True)
        low, high = (limit if wanted is None else wanted for wanted, limit in limits)
        wanted = (_wish(target.email), _wish(target.illness), _wish(target.offline))
        return selected(self.birth_week, self.region, self.flags, week, (low, high), inside, wanted)

    def _region_numbers(self, names: Sequence[str]) -> list[int]:
        unknown = [name for name in names if name not in self.regions]
        if unknown:
            raise ValueError(f"region {unknown[0]!r} is unknown; allowed: {', '.join(self.regions)}")
        return [self.regions.index(name) for name in names]

    def frame(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> pd.DataFrame:
        """People as a table in plain units, one row each, indexed by row number; ages are those at launch or entry."""
        rows, tie_start = np.asarray(rows, np.int64), self.rows["tie_start"]
        entry, leaving, guardian = (column[rows].astype(np.int64) for column in (self.entry, self.exit, self.guardian))
        age = completed_years(entry - self.birth_week[rows])
        ties = [self.tie[tie_start[row] : tie_start[row + 1]] for row in rows]
        doctor = self.doctor[rows].astype(np.int64)
        columns = {
            "age": age,
            "age_band": pd.Categorical(np.array(self.bands)[self.band_of_age[age]], list(self.bands), ordered=True),
            "sex": np.where(self.sex[rows] == 0, "F", "M"),
            "region": np.array(self.regions)[self.region[rows]],
            "birth_week": self.birth_week[rows].astype(np.int64),
            "entry": entry,
            "exit": _or_missing(leaving, leaving < NEVER),
            "guardian": _or_missing(guardian, guardian >= 0),
            "doctor": _or_missing(doctor, doctor != NO_DOCTOR),
            "gp_contacts_per_year": self.gp_rate[rows] / RATE_UNITS,
            "document_rate": self.document_rate[rows] / RATE_UNITS,
            **{name: (self.flags[rows] & bit) > 0 for name, bit in FLAGS.items()},
            "wards": np.array([(entries < 0).sum() for entries in ties], int),
            "ties": np.array([(entries >= 0).sum() for entries in ties], int),
        }
        return pd.DataFrame(columns, index=rows)

    def with_isolated_person(self, **attributes: int) -> Population:
        """The same people and one more row at the end, without ties: by default a woman of 50 of the first region.

        ``attributes`` replaces the defaults of any column. Serves to show that she changes nobody else.
        """
        rows = np.append(self.rows, self.rows[-1:])
        for name, value in {**dict.fromkeys(TYPES, 0), **SOMEBODY, **attributes}.items():
            rows[name][-2] = value
        return replace(self, people=self.people + int(rows["entry"][-2] == 0), rows=rows)


def _wish(wanted: bool | None) -> int:
    return -1 if wanted is None else int(wanted)


def _or_missing(values: npt.NDArray[np.int64], there: npt.NDArray[np.bool_]) -> pd.Series[int]:
    return pd.Series(values).astype("Int64").where(there).array  # type: ignore[return-value]
