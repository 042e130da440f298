"""The levers of a scenario as arrays for the kernels, with the keys of their draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.engine.records import MOST_LEVERS, world
from model.levers.base import ALIKE_CODES, BASE_PROCESSES, HELP, Lever, Target
from model.population.population import Population
from model.terms.jit import compiled
from model.terms.keyed import SELECTION, TIMING, stream, streams, uniform
from model.terms.tables import GUIDES, Coefficients, Weekly, cumulated, guide_to
from model.terms.weeks import WEEKS

MOST_WAVES = 64
"""Waves of one message lever."""
MOST_KEPT = 2_000_000
"""Most people of whom it is kept whom targets cover."""

SPONTANEOUS, BASE_MEDIA, DOCUMENT, DOCTOR, NOTICE, REMINDER, INVITATION, PEER, MENTION = range(BASE_PROCESSES)
"""Processes of the status quo; levers have codes from ``BASE_PROCESSES`` upwards (``model.levers.base.Lever.code``)."""
_PROCESS_DECISIONS = 200

LEVER = np.dtype(
    [
        ("effect", "i8"),  # model.levers.base.EFFECTS
        ("adults_only", "?"),
        ("tires", "?"),
        ("at_birth", "?"),
        ("fee", "?"),  # whether activations after its recommendations are paid for
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
        ("child_code_helps", "f8"),
        ("spread", "i8"),
        ("n_waves", "i8"),
        ("waves", "i8", (MOST_WAVES,)),
        ("uptake", "f8"),
        ("factor", "f8"),
        ("recruits", "f8"),
        ("boost", "f8"),
        ("success", "f8"),
        ("cum", "f8", (WEEKS + 1,)),  # exposure of an average person
        ("guide", "i2", (GUIDES,)),
        ("received", "f8", (WEEKS + 1,)),  # additional documents of a person of relative rate 1
        ("quota", "f8", (WEEKS + 1,)),  # agents that advisers can accompany by the start of each week
        ("queue_start", "i8"),
        ("queue_end", "i8"),
    ]
)
"""One lever as the kernels read it; times in weeks."""
_SHARED = ("effect", "adults_only", "tires", "at_birth", "fee", "code", "start", "end", "ramp", "dose", "keep")
"""What every lever says of itself."""


class Programme(NamedTuple):
    """The levers of a scenario: records, whom they aim at, and the queues of those with a capacity."""

    records: npt.NDArray[Any]  # [levers] LEVER
    aims: npt.NDArray[np.uint32]  # [n], one bit a lever; empty without levers
    queue: npt.NDArray[np.int32]  # persons in order of priority, queue after queue


@lru_cache(maxsize=256)
def process_keys(seed: int, code: int) -> npt.NDArray[np.uint64]:
    """Keys of the four decisions of one process: arrival, success, selection, timing."""
    return _lasting(np.array([stream(seed, _PROCESS_DECISIONS + 4 * code + part) for part in range(4)], np.uint64))


def _lasting(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Keys that all scenarios of a draw are given."""
    keys.flags.writeable = False
    return keys


@lru_cache(maxsize=4)
def base_keys(seed: int) -> npt.NDArray[np.uint64]:
    """Keys of the processes of the status quo, shape [process, 4]."""
    return _lasting(np.stack([process_keys(seed, code) for code in range(BASE_PROCESSES)]))


def _check(levers: Sequence[Lever]) -> None:
    if len(levers) > MOST_LEVERS:
        raise ValueError(f"{len(levers)} levers in one scenario; at most {MOST_LEVERS}")
    codes = [lever.code for lever in levers]
    for lever, code in zip(levers, codes, strict=True):
        if not 0 <= lever.ordinal < ALIKE_CODES:
            raise ValueError(f"lever {lever.name}: number {lever.ordinal}; allowed: 0 to {ALIKE_CODES - 1}")
        if codes.count(code) > 1:
            raise ValueError(f"lever {lever.name}: another lever of its kind has number {lever.ordinal} too")


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


class Chosen:
    """Whom targets cover, kept for the scenarios to come unless people are so many that memory matters more."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self._kept: dict[tuple[Target, int, bool], npt.NDArray[np.bool_]] = {}

    @staticmethod
    def asked(lever: Lever) -> tuple[Target, int, bool]:
        """All that whom a lever aims at depends on."""
        return lever.target, max(lever.start, 0), lever.at_birth

    def by(self, lever: Lever) -> npt.NDArray[np.bool_]:
        """Mask of the people whom a lever aims at."""
        asked = self.asked(lever)
        if asked in self._kept:
            return self._kept[asked]
        target, week, by_parents = asked
        mask = self.population.select(target, week, by_parents=by_parents)
        if self.population.n <= MOST_KEPT:
            self._kept[asked] = mask
        return mask


def compile_programme(levers: Sequence[Lever], chosen: Chosen, status_quo: Weekly, seed: int) -> Programme:
    """Records of a scenario's levers; an empty sequence gives the status quo."""
    population = chosen.population
    _check(levers)
    records = np.zeros(len(levers), LEVER)
    aims = np.zeros(population.n if levers else 0, np.uint32)
    queues: list[npt.NDArray[np.int32]] = []
    for bit, lever in enumerate(levers):
        aimed = chosen.by(lever)
        np.bitwise_or(aims, np.uint32(1 << bit), out=aims, where=aimed)
        _fill(records[bit], lever, status_quo, population.weight, seed)
        if lever.effect == HELP:
            records[bit]["queue_start"] = sum(len(queue) for queue in queues)
            queues.append(_queue(aimed, records[bit]["keys"][SELECTION]))
            records[bit]["queue_end"] = sum(len(queue) for queue in queues)
    return Programme(records, aims, np.concatenate(queues) if queues else np.empty(0, np.int32))


def _fill(record: Any, lever: Lever, status_quo: Weekly, weight: float, seed: int) -> None:
    columns = {"fatigue": 1.0, "spread": 1, "uptake": 1.0, "boost": 1.0, **lever.columns(status_quo, weight)}
    waves = columns.pop("waves", ())
    if len(waves) > MOST_WAVES:
        raise ValueError(f"lever {lever.name}: {len(waves)} waves; at most {MOST_WAVES}")
    record["waves"][: len(waves)] = waves
    for name in _SHARED:
        record[name] = getattr(lever, name)
    for name, value in columns.items():
        record[name] = value
    record["channel"], record["inherits_growth"] = int(lever.through), lever.inherits_growth
    record["keys"] = process_keys(seed, lever.code)
    if lever.effect == HELP and record["quota"][-1] > 0.0:
        # Rounded up or down by a keyed draw: on a sample, what stands for part of an agent is not lost.
        record["quota"] += uniform(record["keys"][TIMING], 0, 0) - 0.5
    record["cum"] = cumulated(lever.exposure(status_quo))
    record["guide"] = guide_to(record["cum"])


def world_with(rates: Coefficients, weekly: Weekly, levers: Sequence[Lever], *, seed: int, weeks: int) -> np.void:
    """What is the same for everybody under some levers, as one record (``model.engine.records.world``)."""
    eased = reduce(or_, (lever.eases() for lever in levers), 0)
    return world(rates, weekly, streams(seed), base_keys(seed), weeks, eased)[0]


def with_levers(status_quo: Weekly, levers: Sequence[Lever]) -> Weekly:
    """Weekly tables as the levers change them: what a simpler sign-up removes."""
    weeks = len(status_quo.growth)
    information, time = np.zeros(weeks), np.zeros(weeks)
    for lever in levers:
        removed = lever.removes(weeks)
        if removed is not None:
            information, time = 1 - (1 - information) * (1 - removed[0]), 1 - (1 - time) * (1 - removed[1])
    return status_quo._replace(soft_information=information, soft_time=time)
