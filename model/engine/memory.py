"""How much memory a run takes, told before anything is allocated, and how much there is.

The figures follow from the widths of the records; how many rows, ties and contacts a person brings was measured
(``tests/model/engine/test_memory.py`` measures again). They are upper bounds, but for contacts, which differ by the
draw: half of 200 draws of the posterior had 2.2 a person or fewer, 98 of 100 no more than ``CONTACTS``, the widest 7.0.
A command counts those of its own draws in a smaller run first (``scenarios.compare.placement.contacts_a_person``).
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path

import psutil

ROWS, TIES = 1.08, 6.6
"""Rows per person at launch, with those who join later; entries of ties per row, before repeated ones are dropped."""
CONTACTS, LEVER_CONTACTS = 5.0, 1.2
"""Contacts to come per person: of the status quo; through the levers of the widest mix of the catalogue."""
LETTERS = 0.15
"""Places for letters between persons ever used at a time, per person."""
PROCESS = 400 * 2**20
"""Bytes of a process that simulates nobody: Python, its libraries, the compiled engine."""
CODES = 10
"""Bytes per row while people are counted: their groups and how they stand, or their use (millions, status quo: 8)."""
_TIE, _AIM, _QUEUED, _DRAWN, _SURE = 4, 4, 12, 20, 2
_BESIDE = 16
"""Bytes per row that are kept of the status quo while a scenario is counted beside it."""
_LARGE = 1_000_000
MOST_PEOPLE = 200_000_000
"""Rows, ties and contacts are numbered with 32 bits."""
_UNLIMITED = 2**60
_CGROUPS = Path("/sys/fs/cgroup")


class ShortOfMemoryError(MemoryError):
    """A run would take more memory than there is; nothing has been allocated."""


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """Most memory that one process takes, in bytes, by part."""

    people: int
    parts: dict[str, int]

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts.values())

    def __str__(self) -> str:
        return ", ".join(f"{name} {gib(size)}" for name, size in self.parts.items())


def memory_plan(people: int, *, threads: int = 1, levers: bool = True, contacts: float | None = None) -> MemoryPlan:
    """What a run of ``people`` needs at its peak: a history and one scenario branched off it.

    Args:
        people: agents present at launch.
        threads: threads of the process.
        levers: whether the scenario has levers; ``False`` for the status quo alone.
        contacts: to come per person, those of levers included, where they are known from a smaller run.
    """
    from model.engine.agenda import BLOCK, CONTACT, GUESS  # loads the compiler
    from model.engine.records import LETTER, STATE
    from model.population.attributes import PERSON

    contacts = CONTACTS + LEVER_CONTACTS * levers if contacts is None else contacts
    rows = ROWS * people
    copies = 1 + levers  # the last branch takes the history's own
    sizes = {
        "persons": rows * PERSON.itemsize,
        "ties": rows * TIES * _TIE,
        "states": rows * (copies * STATE.itemsize + _SURE),
        "contacts": contacts * people * CONTACT.itemsize,
        "levers": rows * (_AIM + _QUEUED + _BESIDE) * levers,
        "letters": copies * LETTERS * people * LETTER.itemsize,
        "working space": max(rows * CODES, threads * BLOCK * GUESS * (CONTACT.itemsize + 2)),
        "process": PROCESS,
    }
    drawing = rows * _DRAWN  # while ties are drawn there are no states and contacts yet
    held = sum(sizes[name] for name in ("states", "contacts", "levers", "letters", "working space"))
    sizes["working space"] += max(0.0, drawing - held)
    return MemoryPlan(people=people, parts={name: int(size) for name, size in sizes.items() if size > 0})


def most_people(room: float, *, threads: int = 1, levers: bool = True, contacts: float | None = None) -> int:
    """The largest number of people, in thousands, whose plan fits into ``room`` bytes; 0 if none does."""
    low, high = 0, MOST_PEOPLE // 1000
    while low < high:
        middle = (low + high + 1) // 2
        fits = memory_plan(1000 * middle, threads=threads, levers=levers, contacts=contacts).total <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return 1000 * low


def reclaim(people: int) -> None:
    """Before much is allocated for ``people``: have what ended models held given back. Mesa's models refer to
    themselves, so theirs returns only when Python looks for such cycles, which it would do too late."""
    if people >= _LARGE:
        gc.collect()


def require_memory(people: int, *, threads: int = 1, contacts: float | None = None) -> None:
    """Before a large population is built; small ones pass. ``contacts`` as in ``memory_plan``.

    Raises:
        ShortOfMemoryError: the run would take more than is free, with the figures.
    """
    if people < _LARGE:
        return
    reclaim(people)
    plan, free = memory_plan(people, threads=threads, levers=False, contacts=contacts), free_bytes()
    if plan.total > free:
        raise ShortOfMemoryError(
            f"{people:,} people need {gib(plan.total)} of memory ({plan}); {gib(free)} are free: enough for "
            f"{most_people(free, threads=threads, levers=False, contacts=contacts):,}"
        )


def free_bytes() -> int:
    """Memory that this process can take without swapping: what the system has available, and what the control groups
    that it is in leave."""
    return min([int(psutil.virtual_memory().available), *(_left(folder) for folder in _control_groups())])


def gib(size: float) -> str:
    """``7.4 GiB``."""
    return f"{size / 2**30:.1f} GiB"


def _control_groups() -> list[Path]:
    """Folders of the memory control groups of this process and of those above them (Linux)."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found: list[Path] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        root = _CGROUPS / controllers
        place = root / path.lstrip("/")
        found += [folder for folder in (place, *place.parents) if folder.is_relative_to(root)]
    return found


def _left(folder: Path) -> int:
    """What a control group (version 1 or 2) still allows; file pages that can be dropped count as free."""
    for limit, used, dropped in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most = (folder / limit).read_text().strip()
            if not most.isdigit() or int(most) >= _UNLIMITED:
                continue
            entries = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            return max(0, int(most) - int((folder / used).read_text()) + int(entries.get(dropped, 0)))
        except (OSError, ValueError):
            continue
    return _UNLIMITED
