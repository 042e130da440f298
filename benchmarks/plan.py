"""Which cells are measured, in which order, and what is left out because it would take too long or too much memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.cells import CellError, Row, measure
from benchmarks.setting import MIX, STATUS_QUO, load_setting
from calibration.posterior import Effort
from cli.options import DRAWS, PEOPLE
from model.population.pyramid import build_cohorts

SIZES = (10_000, 20_000, 100_000, 1_000_000, 10_000_000)
ALWAYS = 20_000
"""Sizes up to this one are measured however long they take."""
PEER_LIMIT = 120.0
"""Seconds: a peer's run that would take longer is left out, and the table says so."""
PEER_REPEATS = 3
MEMORY_SHARE = 0.8
DEGREES = (4.0, 8.0, 16.0, 32.0)
PARTS = ("engine", "mesa", "numpy", "starsim", "scaling", "sample", "floor", "compare", "memory", "france", "calibrate")
SMALL, MIDDLE, LARGE = 20_000, 200_000, 1_000_000
BANDWIDTH_WORDS = 1 << 25
LONGEST = 3600.0
"""Seconds that a whole calibration may take."""
Tell = Callable[[str], None]


def free_bytes() -> float:
    """Memory of this machine."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def sizes_to(largest: int, everybody: bool) -> list[int]:
    """Sizes up to ``largest``; all of France on request."""
    sizes = [size for size in SIZES if size <= largest]
    return [*sizes, round(build_cohorts(load_setting().demography).insured)] if everybody else sizes


def repeats_for(people: int) -> int:
    """Small runs are repeated, the best is taken."""
    return 5 if people <= MIDDLE else 2 if people <= LARGE else 1


def attempt(tell: Tell, job: str, **given: Any) -> Row:
    """A cell's row, or one that says why there is none."""
    shown = (f"{name}={value:,}" if isinstance(value, int | float) else value for name, value in given.items())
    tell(f"{job} {' '.join(shown)}")
    try:
        return measure(job, **given)
    except CellError as error:
        tell(str(error))
        return {"job": job, **given, "why": f"failed: {error}"}


def ladder(tell: Tell, job: str, sizes: Sequence[int], *, scenario: str = STATUS_QUO) -> list[Row]:
    """A peer at growing sizes, until one would take longer than ``PEER_LIMIT`` or more memory than there is."""
    rows: list[Row] = []
    for people in sizes:
        last = rows[-1] if rows else None
        why = None if last is None or people <= ALWAYS else too_much(last, people)
        repeats = PEER_REPEATS if people <= MIDDLE and job != "mesa" else 1
        given: Row = {"people": people, "threads": 1, "scenario": scenario, "repeats": repeats}
        rows.append({"job": job, **given, "why": why} if why else attempt(tell, job, **given))
        if "why" in rows[-1]:
            return rows
    return rows


def too_much(last: Row, people: int) -> str | None:
    """Why a size isn't tried, going by the last one and growth in proportion."""
    times = people / last["people"]
    took = times * (last["setup_s"] + last["weeks_s"])
    if took > PEER_LIMIT:
        return f"not run: about {took / 60:.0f} min"
    held = (last["peak_mib"] - last["base_mib"]) * times * 2**20
    if held > MEMORY_SHARE * free_bytes():
        return f"not run: about {held / 2**30:.0f} GiB"
    return None


def engine(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """All sizes on one thread and two; phases; the mix that the twin runs too; the load of a calibration."""
    rows = [
        attempt(tell, "engine", people=people, threads=threads, scenario=STATUS_QUO, repeats=repeats_for(people))
        for people in sizes
        for threads in (1, 2)
    ]
    rows.append(attempt(tell, "engine", people=SMALL, threads=1, scenario=MIX, repeats=5))
    rows.append(attempt(tell, "small", people=SMALL, threads=1, scenario=STATUS_QUO, repeats=8))
    people = min(LARGE, max(sizes))
    rows += [attempt(tell, "phases", people=people, threads=threads, scenario=MIX, repeats=3) for threads in (1, 2)]
    return rows


def mesa(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """The twin: the status quo at growing sizes, and the widest mix."""
    rows = ladder(tell, "mesa", sizes)
    return [*rows, attempt(tell, "mesa", people=SMALL, threads=1, scenario=MIX)]


def scaling(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """Time by week, and with other numbers of ties."""
    people = min(LARGE, max(sizes))
    rows = [attempt(tell, "weeks", people=people, threads=1, scenario=STATUS_QUO, repeats=2)]
    few = min(MIDDLE, max(sizes))
    for degree in DEGREES:
        rows.append(attempt(tell, "ties", people=few, threads=1, scenario=STATUS_QUO, repeats=3, degree=degree))
    return rows


def floor(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """Memory bandwidth on one thread and on two."""
    return [attempt(tell, "floor", people=BANDWIDTH_WORDS, threads=threads) for threads in (1, 2)]


def sample(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """Sampling error against the number of people (``benchmarks.sample_size``)."""
    from benchmarks.sample_size import rows

    return rows(tell, [size for size in sizes if size <= LARGE])


def compare(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """The default comparison, part by part."""
    return [attempt(tell, "compare", people=PEOPLE, draws=DRAWS)]


def memory(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """The default comparison, all its processes together."""
    return [attempt(tell, "memory", people=PEOPLE, draws=DRAWS)]


def france(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """All of France, as a user runs it, where ``sizes`` go so far."""
    return [attempt(tell, "france", people=max(sizes), threads=2)] if max(sizes) > SIZES[-1] else []


def calibrate(tell: Tell, sizes: Sequence[int]) -> list[Row]:
    """A calibration, part by part."""
    effort = Effort()
    return [attempt(tell, "calibrate", people=effort.people, first=effort.first, wave=effort.wave, limit=LONGEST)]


CELLS: dict[str, Callable[[Tell, Sequence[int]], list[Row]]] = {
    "engine": engine,
    "mesa": mesa,
    "numpy": lambda tell, sizes: ladder(tell, "numpy", sizes),
    "starsim": lambda tell, sizes: ladder(tell, "starsim", sizes),
    "scaling": scaling,
    "sample": sample,
    "floor": floor,
    "compare": compare,
    "memory": memory,
    "france": france,
    "calibrate": calibrate,
}
