"""What each person is like: dates, sex, exclusion, e-mail, account, illness, doctor.

Every attribute is a pure function of (seed, row, decision). Illness follows age: one uniform for life is compared with
the share of the band that a person is in. Exclusion, e-mail and having a GP are those of the band at launch (at entry
for those who come later) and stay, *assumed*: they belong to generations rather than to age. GP contacts and documents
are functions of the band alone (``model.terms.inputs``). Guardians follow (``model.population.households``).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int16, Int32, Shaped, UInt8, UInt16, UInt64

from model.population.pyramid import Chances
from model.terms.jit import compiled, inlined, kernel
from model.terms.keyed import stream, uniform
from model.terms.shapes import Bytes, Counts, Entries, Keys, Numbers, Records, Weeks
from model.terms.weeks import MAJORITY, NEVER, WEEKS, WEEKS_PER_YEAR

EXCLUDED, EMAIL, ACCOUNT, PILOT = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(16)
"""Bits of ``flags``: digitally excluded, reachable by e-mail, insurance account online (from 18 on), notified in the
pilot."""
NO_DOCTOR = np.uint16(65535)

Int: TypeAlias = Any
"""An integer of Python or NumPy: compiled code does not tell them apart."""
FIRST_CODE = 100
"""Decision codes of the population are 100 to 139 (``model.terms.keyed.Decision``); keys are indexed from 0."""
BIRTH, ENTRY, EXIT, IS_EXCLUDED, HAS_EMAIL, HAS_ACCOUNT, IS_ILL, IN_PILOT = 0, 1, 2, 3, 4, 5, 6, 7
HAS_GP, WHICH_GP = 8, 9
PARENT_AGE, PARENT, COUPLE, DEGREE, ACQUAINTANCE = range(12, 17)
SIBLINGS, SIBLING_GAP, OLDER_SIBLING = 17, 18, 19
_EXCLUDED, _EMAIL, _ACCOUNT, _PILOT = int(EXCLUDED), int(EMAIL), int(ACCOUNT), int(PILOT)
_MAJORITY, _NO_DOCTOR, _NEVER, _WEEKS, _PER_YEAR = MAJORITY, int(NO_DOCTOR), NEVER, WEEKS, WEEKS_PER_YEAR


class Columns(NamedTuple):
    """Columns being filled (documented in ``model.population.population.Population``)."""

    birth_week: Int16[Weeks, " person"]
    sex: UInt8[Bytes, " person"]
    region: UInt8[Bytes, " person"]
    entry: UInt16[Numbers, " person"]
    exit: UInt16[Numbers, " person"]
    guardian: Int32[Entries, " person"]
    doctor: UInt16[Numbers, " person"]
    ill_from: UInt16[Numbers, " person"]
    flags: UInt8[Bytes, " person"]


PERSON = np.dtype(
    [
        ("birth_week", np.int16),
        ("entry", np.uint16),
        ("exit", np.uint16),
        ("doctor", np.uint16),
        ("ill_from", np.uint16),
        ("guardian", np.int32),
        ("tie_start", np.uint32),
        ("flags", np.uint8),
        ("sex", np.uint8),
        ("region", np.uint8),
    ],
    align=True,
)
"""One person, 24 bytes: what is asked of somebody lies together, in one cache line or two."""
TYPES = {name: PERSON[name] for name in PERSON.names or () if name != "tie_start"}
"""Types of the columns."""


def columns_of(rows: Shaped[Records, " row"]) -> Columns:
    """Views of the columns of all rows but the last, which only says where the ties end."""
    return Columns(**{name: rows[name][:-1] for name in TYPES})


@compiled
def population_keys(seed: int) -> UInt64[Keys, " decision"]:
    """Keys of the population's decisions."""
    keys = np.empty(OLDER_SIBLING + 1, np.uint64)
    for decision in range(len(keys)):
        keys[decision] = stream(seed, FIRST_CODE + decision)
    return keys


@kernel
def fill_people(first: Int, last: Int, counts: Counts, start: Counts, c: Chances, keys: Keys, p: Columns) -> None:
    """Rows of the cells ``first <= cell < last``: each group of a cell alternates women and men, then the surplus."""
    for cell in range(first, last):
        region, cohort = divmod(cell, counts.shape[1])
        row = start[cell]
        for group in range(counts.shape[2]):
            women, men = counts[region, cohort, group, 0], counts[region, cohort, group, 1]
            paired = 2 * min(women, men)
            for place in range(women + men):
                sex = place % 2 if place < paired else int(men > women)
                fill_person(row, region, cohort, group, sex, c, keys, p)
                row += 1


@inlined
def fill_person(i: Int, region: Int, cohort: Int, group: Int, sex: Int, c: Chances, keys: Keys, p: Columns) -> None:
    """All attributes of one row but those taken from the guardian."""
    entered = entry_position(i, group, c, keys)
    entry = 0 if group == 0 else int(entered) + 1
    birth = birth_week(i, cohort, group, entry, c, keys)
    p.sex[i], p.region[i], p.entry[i], p.birth_week[i] = sex, region, entry, birth
    p.exit[i] = max(exit_week(i, cohort, group, sex, c, keys), entry + 1)
    band = c.band_of_age[min(int((entry - birth + 0.5) / _PER_YEAR), len(c.band_of_age) - 1)]
    p.flags[i] = flags_of(i, region, band, entry, c, keys)
    p.ill_from[i] = illness_week(i, region, band, birth, c, keys)
    p.guardian[i] = -1
    p.doctor[i] = _NO_DOCTOR
    if birth + _MAJORITY <= entry:
        p.doctor[i] = doctor_of(i, region, band, c, keys)


@inlined
def entry_position(i: Int, group: Int, c: Chances, keys: Keys) -> float:
    """When who joins in a group does so: uniform between two knots."""
    if group == 0:
        return 0.0
    return c.knots[group - 1] + uniform(keys[ENTRY], i, 0) * (c.knots[group] - c.knots[group - 1])


@inlined
def birth_week(i: Int, cohort: Int, group: Int, entry: Int, c: Chances, keys: Keys) -> Int:
    """Week of birth, uniform in the birth year; for the newborn the week of entry."""
    if group > 0 and cohort - group == c.birth_group:
        return entry
    begin, end = c.birth_start[cohort], c.birth_start[cohort + 1]
    if group == 0:
        end = min(end, c.born_before)
    return int(np.floor(begin + uniform(keys[BIRTH], i, 0) * (end - begin)))


@inlined
def exit_week(i: Int, cohort: Int, group: Int, sex: Int, c: Chances, keys: Keys) -> Int:
    """First Monday after death or departure: one uniform carried through the survival curve from the entry on."""
    left = (1.0 - uniform(keys[EXIT], i, 0)) * c.survival[cohort, sex, group]
    for knot in range(group + 1, c.survival.shape[2]):
        before, after = c.survival[cohort, sex, knot - 1], c.survival[cohort, sex, knot]
        if after < left:
            part = (before - left) / (before - after)
            week = int(c.knots[knot - 1] + part * (c.knots[knot] - c.knots[knot - 1])) + 1
            return week if week <= _WEEKS else _NEVER
    return _NEVER


@inlined
def flags_of(i: Int, region: Int, band: Int, entry: Int, c: Chances, keys: Keys) -> Int:
    """The bits of one person; only those present at launch can have been in the pilot."""
    excluded = int(uniform(keys[IS_EXCLUDED], i, 0) < c.excluded[region, band])
    flags = _EXCLUDED * excluded
    flags |= _EMAIL * int(uniform(keys[HAS_EMAIL], i, 0) < c.email[excluded, band])
    flags |= _ACCOUNT * int(uniform(keys[HAS_ACCOUNT], i, 0) < c.account[excluded])
    return flags | _PILOT * int(entry == 0 and uniform(keys[IN_PILOT], i, 0) < c.pilot[region])


@inlined
def doctor_of(i: Int, region: Int, band: Int, c: Chances, keys: Keys) -> Int:
    """An adult's GP, any of the region's with the same chance; ``NO_DOCTOR`` for those without their own."""
    if uniform(keys[HAS_GP], i, 0) >= c.has_gp[band]:
        return _NO_DOCTOR
    first, end = c.doctor_start[region], c.doctor_start[region + 1]
    return first + int(uniform(keys[WHICH_GP], i, 0) * (end - first)) if end > first else _NO_DOCTOR


@inlined
def illness_week(i: Int, region: Int, band: Int, birth: Int, c: Chances, keys: Keys) -> Int:
    """Week from which a person has a long-term illness: 0 if at launch or entry (``band``), else that of the birthday
    that begins a band whose share reaches the person, else NEVER. It doesn't end, even where an older band's is less.
    """
    u = uniform(keys[IS_ILL], i, 0)
    if u < c.ill[region, band]:
        return 0
    for older in range(band + 1, c.ill.shape[1]):
        if u < c.ill[region, older]:
            week = birth + c.band_start[older]
            return week if week <= _WEEKS else _NEVER
    return _NEVER


@inlined
def row_in(start: Counts, cell: Int, low: Int, high: Int, u: float) -> Int:
    """A row of a cell, or if it is empty its neighbour in age within ``low <= row < high``."""
    size = start[cell + 1] - start[cell]
    return min(max(start[cell] + int(u * size), low), high - 1)
