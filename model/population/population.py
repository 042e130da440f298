"""The insured: one row a person, one field an attribute, and their ties; their ages, and who is targeted.

Rows are sorted by region, birth year and group (present at launch, then joiners by year); sexes alternate. Each
region has its own age pyramid. A row number is the person's key in every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int16, Int32, Int64, Shaped, UInt8, UInt16

from model.levers.base import Target
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, NO_DOCTOR, PILOT, TYPES, Int
from model.population.pyramid import completed_years
from model.terms.jit import compiled, kernel
from model.terms.shapes import Bools, Bytes, Counts, Entries, Numbers, Records, Weeks
from model.terms.weeks import MAJORITY, NEVER, WEEKS_PER_YEAR

FLAGS = {"digitally_excluded": EXCLUDED, "email": EMAIL, "account": ACCOUNT, "pilot": PILOT}
SOMEBODY = {
    "birth_week": -2609,
    "exit": NEVER,
    "guardian": -1,
    "doctor": 0,
    "ill_from": NEVER,
    "flags": int(EMAIL | ACCOUNT),
}
"""A woman of 50 of the first region, for ``Population.with_isolated_person``."""
ANY_AGE = -(2**15), 2**15


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """One record a person, ``n`` in all: everybody there at launch or joining until 2029. Never written to."""

    people: int
    """Rows present at launch: the number asked for."""
    weight: float
    """Insured persons that a row stands for."""
    regions: tuple[str, ...]
    bands: tuple[str, ...]
    """Age bands, youngest first."""
    band_of_age: UInt8[Bytes, " age"]
    """Index into ``bands``."""
    doctor_start: Int64[Counts, " bound"]
    """First GP of each region, and one past the last."""
    rows: Shaped[Records, " row"]
    """PERSON (``model.population.attributes``); of the last row only ``tie_start`` means something."""
    tie: Int32[Entries, " tie"]
    """``~j`` for each ward j first, then partner and acquaintances j (``model.population.ties``)."""

    @property
    def birth_week(self) -> Int16[Weeks, " person"]:
        """Week index of birth, negative before the launch."""
        return self._column("birth_week")

    @property
    def sex(self) -> UInt8[Bytes, " person"]:
        """0 female, 1 male."""
        return self._column("sex")

    @property
    def region(self) -> UInt8[Bytes, " person"]:
        """Index into ``regions``."""
        return self._column("region")

    @property
    def entry(self) -> UInt16[Numbers, " person"]:
        """0 for those present at launch, else the first Monday after birth or immigration (births: ``birth_week``)."""
        return self._column("entry")

    @property
    def exit(self) -> UInt16[Numbers, " person"]:
        """First Monday after death or departure; ``NEVER`` if that is not before 2029."""
        return self._column("exit")

    @property
    def guardian(self) -> Int32[Entries, " person"]:
        """Row of the guardian of a minor at entry, an adult of the region then; -1 otherwise."""
        return self._column("guardian")

    @property
    def doctor(self) -> UInt16[Numbers, " person"]:
        """The own GP, numbered through all regions; ``NO_DOCTOR`` without one. Minors have their guardian's."""
        return self._column("doctor")

    @property
    def ill_from(self) -> UInt16[Numbers, " person"]:
        """Week from which somebody has a long-term illness: 0 if at launch or entry, ``NEVER`` if not before 2029."""
        return self._column("ill_from")

    @property
    def flags(self) -> UInt8[Bytes, " person"]:
        """Bits ``EXCLUDED``, ``EMAIL``, ``ACCOUNT`` (counts from the 18th birthday on), ``PILOT``."""
        return self._column("flags")

    @property
    def tie_start(self) -> Int64[Counts, " row"]:
        """Row i has the entries ``tie[tie_start[i]:tie_start[i + 1]]``."""
        return self.rows["tie_start"].astype(np.int64)

    def _column(self, name: str) -> np.ndarray:
        return np.asarray(self.rows[name][:-1])

    def with_columns(self, **columns: Shaped[np.ndarray, " person"]) -> Population:
        """The same people with other values in some columns."""
        rows = self.rows.copy()
        for name, values in columns.items():
            rows[name][:-1] = values
        return replace(self, rows=rows)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.rows) - 1

    def age_at(self, week: int) -> Int16[Weeks, " person"]:
        """Completed years at the start of a week; negative for those not born yet."""
        return ages_at(self.birth_week, week)

    def band_at(self, week: int) -> UInt8[Bytes, " person"]:
        """Age band at the start of a week as an index into ``bands``; the youngest for those not born yet."""
        return bands_at(self.birth_week, week, self.band_of_age)

    def doctor_blocks(self, regions: Sequence[str] | None = None) -> list[tuple[int, int]]:
        """(first, one past the last) GP of each region named, or of all.

        Raises:
            ValueError: an unknown region.
        """
        numbers = range(len(self.regions)) if regions is None else self._region_numbers(regions)
        return [(int(self.doctor_start[r]), int(self.doctor_start[r + 1])) for r in numbers]

    def select(self, target: Target, week: int, *, by_parents: bool = False) -> Bool[Bools, " person"]:
        """Whether a target covers each row, by age and illness at ``week`` (whether or not there in that week).

        ``email`` asks for a minor's guardian, to whom messages go. ``offline`` stands for adults with neither e-mail
        nor account: minors have no account of their own. ``by_parents`` asks for children of parents whom the target
        covers, at the birth, instead.

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
        ages = low, high
        columns = self.birth_week, self.region, self.flags, self.ill_from, self.guardian
        return selected(*columns, week, ages, inside, wanted, by_parents)

    def _region_numbers(self, names: Sequence[str]) -> list[int]:
        unknown = [name for name in names if name not in self.regions]
        if unknown:
            raise ValueError(f"region {unknown[0]!r} is unknown; allowed: {', '.join(self.regions)}")
        return [self.regions.index(name) for name in names]

    def frame(self, rows: Sequence[int] | Counts) -> pd.DataFrame:
        """People as a table in plain units, one row each, indexed by row number; ages are those at launch or entry,
        ``ill_from`` is the week from which somebody is ill (0: since then)."""
        rows, tie_start = np.asarray(rows, np.int64), self.rows["tie_start"]
        entry, leaving, guardian = (column[rows].astype(np.int64) for column in (self.entry, self.exit, self.guardian))
        ill_from = self.ill_from[rows].astype(np.int64)
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
            "ill_from": _or_missing(ill_from, ill_from < NEVER),
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


def _or_missing(values: Int64[Counts, " row"], there: Bool[Bools, " row"]) -> pd.Series[int]:
    return pd.Series(values).astype("Int64").where(there).array  # type: ignore[return-value]


_EMAIL, _ACCOUNT, _MAJORITY, _PER_YEAR = int(EMAIL), int(ACCOUNT), MAJORITY, WEEKS_PER_YEAR


@kernel
def age_at(birth: Int, week: Int) -> Int:
    """Completed years; a birthday falls in the week ``round(age x weeks per year)`` after birth."""
    return int(np.floor((week - birth + 0.5) / _PER_YEAR))


@compiled
def ages_at(birth_week: Int16[Weeks, " person"], week: Int) -> Int16[Weeks, " person"]:
    """Completed years at the start of a week."""
    ages = np.empty(len(birth_week), np.int16)
    for i in range(len(birth_week)):
        ages[i] = age_at(np.int64(birth_week[i]), week)
    return ages


@compiled
def bands_at(
    birth_week: Int16[Weeks, " person"], week: Int, band_of_age: UInt8[Bytes, " age"]
) -> UInt8[Bytes, " person"]:
    """Age band at the start of a week."""
    bands = np.empty(len(birth_week), np.uint8)
    for i in range(len(birth_week)):
        age = age_at(np.int64(birth_week[i]), week)
        bands[i] = band_of_age[min(max(age, 0), len(band_of_age) - 1)]
    return bands


@compiled
def selected(
    birth_week: Int16[Weeks, " person"],
    region: UInt8[Bytes, " person"],
    flags: UInt8[Bytes, " person"],
    ill_from: UInt16[Numbers, " person"],
    guardian: Int32[Entries, " person"],
    week: Int,
    ages: tuple[Int, Int],
    inside: Bool[Bools, " region"],
    wanted: tuple[int, int, int],
    by_parents: bool,
) -> Bool[Bools, " person"]:
    """Mask: ages within ``ages``, regions ``inside``; e-mail, illness and offline as ``wanted`` (-1: no matter)."""
    chosen = np.empty(len(birth_week), np.bool_)
    for i in range(len(birth_week)):
        who, when = np.int64(i), week
        if by_parents:
            who, when = np.int64(guardian[i]), np.int64(birth_week[i])
            if who < 0:
                chosen[i] = False
                continue
        lived, bits = when - np.int64(birth_week[who]), np.int64(flags[who])
        age = age_at(np.int64(birth_week[who]), when)
        mailbox = np.int64(guardian[who]) if lived < _MAJORITY and guardian[who] >= 0 else who
        offline = bool(lived >= _MAJORITY and bits & (_EMAIL | _ACCOUNT) == 0)
        chosen[i] = (
            inside[region[i]]
            and ages[0] <= age <= ages[1]
            and is_wanted(wanted[0], np.int64(flags[mailbox]) & _EMAIL > 0)
            and is_wanted(wanted[1], ill_from[who] <= max(when, 0))
            and is_wanted(wanted[2], offline)
        )
    return chosen


@kernel
def is_wanted(wish: Int, has: bool | np.bool_) -> bool:
    """Whether an attribute is as wanted: 1 yes, 0 no, -1 no matter."""
    return bool(wish < 0 or bool(has) == (wish == 1))
