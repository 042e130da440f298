"""The levers of a scenario as arrays for the kernels, with the keys of their draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.levers import kinds as lv
from model.population.population import Population
from model.terms.channels import Channel
from model.terms.jit import compiled
from model.terms.keyed import stream, uniform
from model.terms.rules import ramp
from model.terms.shapes import Floats
from model.terms.tables import GUIDES, Weekly, cumulated, guide_to
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR

MESSAGES, NEWBORNS, DOCTORS, DOCUMENTS, COUNTER, MEDIA, ASSISTED, SIMPLIFY, RELATIVES = range(9)
MOST_LEVERS = 32
"""Levers of one scenario (one bit each of a 32-bit mask per person)."""
MOST_WAVES = 64
"""Waves of one message lever."""
MOST_ALIKE = 8
"""Levers of the same kind in one scenario."""

SPONTANEOUS, BASE_MEDIA, DOCUMENT, DOCTOR, NOTICE, REMINDER, INVITATION, PEER = range(8)
"""Processes of the status quo; levers have codes from 8 upwards, see ``process_code``."""
ARRIVAL, SUCCESS, SELECTION, TIMING = range(4)
_PROCESS_DECISIONS = 200
_NAMES = ("email", "sms", "letter", "newborns", "training", "prompt", "fee", "documents", "pharmacist", "hospital")
_SLOTS = {name: slot for slot, name in enumerate((*_NAMES, "media", "assisted", "simplify", "relatives"))}


LEVER = np.dtype(
    [
        ("kind", "i8"),
        ("code", "i8"),
        ("keys", "u8", (4,)),  # arrival, success, selection, timing
        ("channel", "i8"),
        ("start", "i8"),
        ("end", "i8"),
        ("ramp", "i8"),
        ("dose", "f8"),
        ("keep", "f8"),  # share of the contacts of a process that take place
        ("pull", "f8"),
        ("inherits_growth", "?"),
        ("fatigue", "f8"),
        ("carries_code", "?"),
        ("spread", "i8"),
        ("n_waves", "i8"),
        ("waves", "i8", (MOST_WAVES,)),
        ("uptake", "f8"),
        ("factor", "f8"),
        ("recruits", "f8"),
        ("cum", "f8", (WEEKS + 1,)),  # exposure of an average person
        ("guide", "i2", (GUIDES,)),
        ("received", "f8", (WEEKS + 1,)),  # additional documents of a person of relative rate 1
        ("quota", "f8", (WEEKS + 1,)),  # agents accompanied by the start of each week
        ("queue_start", "i8"),
        ("queue_end", "i8"),
    ]
)
"""One lever as the kernels read it; times in weeks."""
_SPECIFIC = (
    ("pull", "success", 0.0),
    ("fatigue", "", 1.0),
    ("spread", "", 1),
    ("uptake", "", 1.0),
    ("factor", "boost", 1.0),
    ("recruits", "", 0.0),
)
"""Fields that only some levers have: name, other name, value where absent."""


class Programme(NamedTuple):
    """The levers of a scenario: records, whom they aim at, and the queues of those with a capacity."""

    records: npt.NDArray[Any]  # [levers] LEVER
    aims: npt.NDArray[np.uint32]  # [n], one bit a lever; empty without levers
    queue: npt.NDArray[np.int32]  # persons in order of priority, queue after queue


def process_keys(seed: int, code: int) -> npt.NDArray[np.uint64]:
    """Keys of the four decisions of one process: arrival, success, selection, timing."""
    return np.array([stream(seed, _PROCESS_DECISIONS + 4 * code + part) for part in range(4)], dtype=np.uint64)


def base_keys(seed: int) -> npt.NDArray[np.uint64]:
    """Keys of the processes of the status quo, shape [8, 4]."""
    return np.stack([process_keys(seed, code) for code in range(8)])


def lever_kind(lever: lv.Lever) -> int:
    """The kind the kernels know a lever by."""
    kinds = {
        lv.Messages: MESSAGES,
        lv.Newborns: NEWBORNS,
        lv.Doctors: DOCTORS,
        lv.Documents: DOCUMENTS,
        lv.Counter: COUNTER,
        lv.Media: MEDIA,
        lv.Assisted: ASSISTED,
        lv.Simplify: SIMPLIFY,
        lv.Relatives: RELATIVES,
    }
    return kinds[type(lever)]


def process_code(lever: lv.Lever) -> int:
    """Stable identity of a lever's draws: its kind (with channel or means) and its rank among its like."""
    if isinstance(lever, lv.Messages | lv.Counter):
        name = lever.channel.name.lower()
    elif isinstance(lever, lv.Doctors):
        name = lever.means
    else:
        name = type(lever).__name__.lower()
    return 8 + MOST_ALIKE * _SLOTS[name] + lever.ordinal


def lever_channel(lever: lv.Lever) -> int:
    """The channel a lever's contacts come through."""
    if isinstance(lever, lv.Messages | lv.Counter):
        return int(lever.channel)
    fixed = {
        lv.Newborns: Channel.LETTER,
        lv.Doctors: Channel.DOCTOR,
        lv.Documents: Channel.DOCUMENT,
        lv.Media: Channel.MEDIA,
        lv.Assisted: Channel.ASSISTED,
        lv.Relatives: Channel.PEER,
    }
    return int(fixed.get(type(lever), Channel.SPONTANEOUS))


def doses(lever: lv.Lever, weeks: int) -> Floats:
    """Dose of a lever in each week relative to its intensity, shape [weeks]."""
    return np.array([ramp(week, lever.start, lever.end, lever.ramp) for week in range(weeks)])


def _exposure(lever: lv.Lever, status_quo: Weekly, weeks: int) -> Floats:
    """Exposure per week of an average person to a lever that works as a process; zeros for the others.

    A dose below 1 keeps a share of the contacts (``keep``), one above 1 makes more of them.
    """
    level = doses(lever, weeks)
    growth = status_quo.growth if lever.inherits_growth else np.ones(weeks)
    if isinstance(lever, lv.Doctors):
        return level / WEEKS_PER_YEAR
    if isinstance(lever, lv.Counter):
        return level / WEEKS_PER_YEAR
    if isinstance(lever, lv.Documents):
        carried = np.diff(status_quo.cum_document) / status_quo.growth
        return np.asarray(level * max(1.0, lever.dose) * carried * growth)
    if isinstance(lever, lv.Media):
        on_air = np.zeros(weeks)
        for first, count in lever.bursts:
            on_air[max(first, 0) : max(first + count, 0)] = 1.0
        return np.asarray(level * max(1.0, lever.dose) * lever.pull * on_air * growth)
    return np.zeros(weeks)


def _check(levers: Sequence[lv.Lever]) -> None:
    if len(levers) > MOST_LEVERS:
        raise ValueError(f"{len(levers)} levers in one scenario; at most {MOST_LEVERS}")
    for lever in levers:
        if isinstance(lever, lv.Messages) and len(lever.waves) > MOST_WAVES:
            raise ValueError(f"lever {lever.name}: {len(lever.waves)} waves; at most {MOST_WAVES}")
    codes = [process_code(lever) for lever in levers]
    for lever, code in zip(levers, codes, strict=True):
        if not 0 <= lever.ordinal < MOST_ALIKE:
            raise ValueError(f"lever {lever.name}: rank {lever.ordinal}; at most {MOST_ALIKE} levers of one kind")
        if codes.count(code) > 1:
            raise ValueError(f"lever {lever.name}: another lever of its kind has rank {lever.ordinal} too")


def _queue(chosen: npt.NDArray[np.bool_], key: np.uint64) -> npt.NDArray[np.int32]:
    """Persons whom advisers may accompany, in keyed order of priority."""
    persons = np.flatnonzero(chosen).astype(np.int32)
    return persons[np.argsort(_priorities(persons, key), kind="stable")]


@compiled
def _priorities(persons: np.ndarray, key: np.uint64) -> np.ndarray:
    priority = np.empty(len(persons))
    for row in range(len(persons)):
        priority[row] = uniform(key, persons[row], 0)
    return priority


def compile_programme(levers: Sequence[lv.Lever], population: Population, status_quo: Weekly, seed: int) -> Programme:
    """Records of a scenario's levers; an empty sequence gives the status quo."""
    _check(levers)
    records = np.zeros(len(levers), LEVER)
    aims = np.zeros(population.n if levers else 0, np.uint32)
    queues: list[npt.NDArray[np.int32]] = []
    for bit, lever in enumerate(levers):
        chosen = population.select(lever.target, max(lever.start, 0))
        np.bitwise_or(aims, np.uint32(1 << bit), out=aims, where=chosen)
        _fill(records[bit], lever, status_quo, population.weight, seed)
        records[bit]["queue_start"] = sum(len(queue) for queue in queues)
        if isinstance(lever, lv.Assisted):
            queues.append(_queue(chosen, records[bit]["keys"][SELECTION]))
        records[bit]["queue_end"] = sum(len(queue) for queue in queues)
    return Programme(records, aims, np.concatenate(queues) if queues else np.empty(0, np.int32))


def _fill(record: Any, lever: lv.Lever, status_quo: Weekly, weight: float, seed: int) -> None:
    weeks = len(status_quo.growth)
    record["kind"], record["code"], record["channel"] = lever_kind(lever), process_code(lever), lever_channel(lever)
    record["keep"] = 1.0 if isinstance(lever, lv.Doctors) else min(1.0, lever.dose)
    record["keys"] = process_keys(seed, process_code(lever))
    for name in ("start", "end", "ramp", "dose", "inherits_growth"):
        record[name] = getattr(lever, name)
    for name, alias, default in _SPECIFIC:
        record[name] = getattr(lever, name, getattr(lever, alias, default))
    waves = lever.waves if isinstance(lever, lv.Messages) else ()
    record["n_waves"], record["waves"][: len(waves)] = len(waves), waves
    record["carries_code"] = getattr(lever, "carries_code", isinstance(lever, lv.Newborns))
    record["cum"] = cumulated(_exposure(lever, status_quo, weeks))
    record["guide"] = guide_to(record["cum"])
    if isinstance(lever, lv.Documents):
        record["received"] = cumulated(doses(lever, weeks) * lever.dose * np.diff(status_quo.cum_received))
    record["quota"] = _quota(lever, weeks, weight)


def _quota(lever: lv.Lever, weeks: int, weight: float) -> Floats:
    """Agents accompanied by the start of each week; half an agent is added so that rounding down is fair."""
    if not isinstance(lever, lv.Assisted):
        return np.zeros(weeks + 1)
    return cumulated(doses(lever, weeks) * lever.dose * lever.capacity / weight) + 0.5


def with_levers(status_quo: Weekly, levers: Sequence[lv.Lever]) -> Weekly:
    """Weekly tables as the levers change them: what a simpler sign-up removes."""
    weeks = len(status_quo.growth)
    information, time = np.zeros(weeks), np.zeros(weeks)
    for lever in levers:
        level = doses(lever, weeks) * lever.dose
        if isinstance(lever, lv.Simplify):
            information = 1 - (1 - information) * (1 - level * lever.information)
            time = 1 - (1 - time) * (1 - level * lever.time)
    return status_quo._replace(soft_information=information, soft_time=time)
