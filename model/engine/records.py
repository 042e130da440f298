"""How a run lies in memory: records that the kernels read and write.

Kernels get one ``Run``. Records rather than one array a column: a person handled is one or two cache lines, and a
compiled call passes an address instead of dozens of arrays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from model.terms.channels import N_CHANNELS
from model.terms.keyed import N_DECISIONS
from model.terms.tables import Coefficients, Weekly
from model.terms.weeks import WEEKS

Records = npt.NDArray[Any]
Table: TypeAlias = Any
"""A structured array whose fields are read as attributes, as Numba can and mypy can't tell."""

BEFORE = -1
"""Week of what happened before the launch."""
NOBODY = -1
PROCESSES = 4096
MOST_LEVERS = 32
"""Levers of one scenario (one bit each of a 32-bit mask per person)."""
HEARD_DOCTOR, HEARD_PHARMACIST, HEARD_HOSPITAL, ACCOMPANIED = 1, 2, 4, 8
"""Bits of ``marks``: through whom a person heard of the service; whether an adviser has accompanied them."""
LAST_STOP, LAST_STOP_SHIFT = 7 << 4, 4
"""Three bits of ``marks`` above: 0 if no visit was stopped, otherwise 1 + the barrier (``model.engine.people.NO_USE``,
``TIME``, ``INFORMATION``, ``OTHER``) that stopped the last one."""
TOGETHER, TELL = np.arange(2)
"""Kinds of letters between persons: a child is taken along; a tie is told about the service."""

STATE = np.dtype([("aware", "i2"), ("visited", "i2"), ("activated", "i2"), ("channel", "u1"), ("marks", "u1")])
"""Weeks in which something first happened (``BEFORE``, 0.. or NEVER), by which channel, and marks."""

LETTER = np.dtype([("following", "i4"), ("target", "i4"), ("source", "i4"), ("kind", "u1")])
"""What one person sends another; linked by week of arrival. It arrives in a later week than it was written in, so the
order in which persons are handled can't matter."""

DESK = np.dtype(
    [
        ("contacts", "i8", (WEEKS, N_CHANNELS)),
        ("visits", "i8", (WEEKS, N_CHANNELS)),
        ("activations", "i8", (WEEKS, N_CHANNELS)),
        ("by_process", "i8", (PROCESSES,)),
        ("fees", "i8", (MOST_LEVERS,)),
        ("head", "i4", (WEEKS + 1,)),
        ("free", "i8"),
        ("fresh", "i8"),
        ("used", "i8"),
        ("lost", "i8"),
    ]
)
"""What one thread counts (agents; ``fees`` by lever), and its box of letters: first letter of each week, first place
given back, first place never used, numbers of letters in use and lost (the last must stay 0)."""


def _fields(values: Any) -> tuple[tuple[Any, ...], ...]:
    """Record fields for a named tuple of numbers and arrays."""
    kinds = [(name, np.asarray(value)) for name, value in values._asdict().items()]
    return tuple((name, kind.dtype.str, kind.shape) if kind.ndim else (name, kind.dtype.str) for name, kind in kinds)


@lru_cache(maxsize=16)
def _layout(fields: tuple[tuple[Any, ...], ...]) -> np.dtype[Any]:
    """The layout of a record, which takes longer to make than to fill."""
    return np.dtype(list(fields), align=True)


def world(
    coefficients: Coefficients, weekly: Weekly, keys: Records, base: Records, weeks: int, eased: int = 0
) -> Records:
    """One record with everything that is the same for everybody; ``eased``: barriers that levers ease, a bit each."""
    numbers = (("growth_most", "f8"), ("weeks", "i8"), ("eased", "i8"))
    more = ("keys", "u8", (N_DECISIONS,)), ("base", "u8", base.shape), *numbers
    record = np.zeros(1, _layout((*_fields(coefficients), *_fields(weekly), *more)))
    for name, value in {**coefficients._asdict(), **weekly._asdict()}.items():
        record[name] = value
    record["keys"], record["base"], record["weeks"], record["eased"] = keys, base, weeks, eased
    record["growth_most"] = weekly.growth.max()
    return record


class Run(NamedTuple):
    """Everything a kernel needs."""

    people: Table
    """[n + 1] PERSON (``model.population.attributes``): one record more than persons, so that ties end where the
    next begin."""
    tie: npt.NDArray[np.int32]
    """Ties of all persons; wards come first, as ~child."""
    world: Table
    """The world record."""
    levers: Table
    """[levers] LEVER"""
    aims: npt.NDArray[np.uint32]
    """[n] bits of the levers that aim at a person (empty without levers)."""
    queue: npt.NDArray[np.int32]
    """Persons in order of priority, for levers with a capacity."""
    state: Table
    """[n] STATE"""
    sure: npt.NDArray[np.int16]
    """[n] week by whose end a person is activated whatever levers do, if alive; NEVER if that is not known."""
    served: npt.NDArray[np.int64]
    """[levers, 2] next place in the queue; people accompanied so far."""
    desks: Records
    """[threads] DESK"""
    letters: Records
    """[threads, capacity] LETTER"""


def new_desks(threads: int, capacity: int) -> tuple[Records, Records]:
    """Empty desks and boxes."""
    desks = np.zeros(threads, DESK)
    desks["head"] = desks["free"] = NOBODY
    return desks, np.zeros((threads, capacity), LETTER)


def copied(records: Records) -> Records:
    """A copy of records that lie one after the other: of their bytes, as NumPy copies each field of each alone, which
    takes a hundred times as long."""
    return np.asarray(records.view(np.uint8).copy().view(records.dtype))


def moved(letters: Records, desks: Records, capacity: int) -> Records:
    """The letters of boxes in boxes of a capacity; places never used are not touched, so take no memory."""
    more, used = np.empty((len(letters), capacity), LETTER), int(desks["fresh"].max()) * LETTER.itemsize
    more.view(np.uint8)[:, :used] = letters.view(np.uint8)[:, :used]
    return more


@intrinsic
def prefetch(typing_context: Any, array: Any, row: Any) -> Any:
    """Have the cache line in which a row of a one-dimensional array begins fetched. Changes nothing but time."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, signature.args[0], struct, [arguments[1]])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]), "llvm.prefetch.p0"
        )
        read, keep, data = ir.Constant(number, 0), ir.Constant(number, 3), ir.Constant(number, 1)
        builder.call(function, [builder.bitcast(place, byte), read, keep, data])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate
