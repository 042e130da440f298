"""What was aimed at, what was measured, and whether it is met."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.memory import peak
from benchmarks.rows import PEERS, Row, chosen, table, total
from benchmarks.setting import MIX, STATUS_QUO
from model.terms.weeks import WEEKS

TWIN_BAR, TWIN_PEOPLE, LOAD_BAR, FLAT_BAR = 200.0, 20_000, 100.0, 1.3
TIME_BAR, MEMORY_BAR = 60.0, 10.0
"""Seconds and GiB, for all of France."""
COMPARED_BAR = 994.0
"""MiB of a default comparison: what the first model took, which counted less."""
FRANCE_BAR, FRANCE_GIB = 50.0, 6.0
"""Seconds and GiB of the whole command for all of France."""
MILLION, WHOLE = 1_000_000, 60_000_000


def bars(rows: Sequence[Row]) -> str:
    """What was aimed at, and whether it is met."""
    verdicts = [
        *twin_bar(rows),
        *peer_bar(rows),
        *load_bar(rows),
        *whole_bar(rows),
        *flat_bar(rows),
        *compared_bar(rows),
        *france_bars(rows),
    ]
    if not verdicts:
        return ""
    lines = [[name, wanted, found, "met" if met else "**missed**"] for name, wanted, found, met in verdicts]
    return table(("aim", "wanted", "measured", ""), lines)


def compared_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Memory of a comparison, all processes together."""
    return [
        (
            f"peak memory of `mes compare`, {row['people']:,} people × {row['draws']} draws",
            f"{COMPARED_BAR:,.0f} MiB",
            f"{peak(row):,.0f} MiB",
            peak(row) <= COMPARED_BAR,
        )
        for row in chosen(rows, "memory")
    ]


def france_bars(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """The whole command for everybody in France."""
    found = []
    for row in chosen(rows, "france"):
        what, gib = (
            f"`mes run status-quo --people all`, {row['people']:,} people, threads: {row['threads']}",
            row["most"] / 1024,
        )
        took = row["command_s"]
        found.append((f"whole command, {what}", f"{FRANCE_BAR:.0f} s", f"{took:.0f} s", took <= FRANCE_BAR))
        found.append((f"peak memory, {what}", f"{FRANCE_GIB:.0f} GiB", f"{gib:.1f} GiB", gib <= FRANCE_GIB))
    return found


def twin_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Against the twin, at the largest size it ran."""
    found = []
    for scenario in (STATUS_QUO, MIX):
        twins = [row for row in chosen(rows, "mesa", scenario=scenario) if row["people"] >= TWIN_PEOPLE]
        for twin in twins[-1:]:
            for own in chosen(rows, "engine", people=twin["people"], threads=1, scenario=scenario):
                times = total(twin) / total(own)
                name = f"faster than the plain Mesa twin, {twin['people']:,} people, {scenario}"
                found.append((name, f"{TWIN_BAR:.0f} times", f"{times:,.0f} times", times >= TWIN_BAR))
    return found


def peer_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Against every other peer, at every size."""
    ratios = {}
    for job in ("numpy", "starsim"):
        for row in chosen(rows, job):
            for own in chosen(rows, "engine", people=row["people"], threads=1, scenario=STATUS_QUO):
                ratios[f"{PEERS[job]} at {row['people']:,}"] = total(row) / total(own)
    if not ratios:
        return []
    least = min(ratios, key=ratios.__getitem__)
    shown_as = f"{ratios[least]:.1f} times at least ({least})"
    return [("faster than every other peer, at every size", "1 time", shown_as, ratios[least] > 1.0)]


def load_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Runs a second for a calibration."""
    return [
        (
            f"runs a second per core, {row['people']:,} people × {WEEKS} weeks",
            f"{LOAD_BAR:.0f}",
            f"{row['runs_per_second']:.0f}",
            row["runs_per_second"] >= LOAD_BAR,
        )
        for row in chosen(rows, "small")
    ]


def flat_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Time per person from a million people on, on one thread and on two."""
    found = []
    for threads in (1, 2):
        large = [
            row for row in chosen(rows, "engine", threads=threads, scenario=STATUS_QUO) if row["people"] >= MILLION
        ]
        if len(large) < 2:
            continue
        each = [total(row) / row["people"] for row in large]
        worst = max(max(e / each[0], each[0] / e) for e in each)
        name = f"time per person, 1 million to {large[-1]['people']:,}, threads: {threads}"
        wanted, measured = (f"{100 * (ratio - 1):.0f} %" for ratio in (FLAT_BAR, worst))
        found.append((name, f"within {wanted}", f"{measured} apart", worst <= FLAT_BAR))
    return found


def whole_bar(rows: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Everybody in France on this machine."""
    found = []
    for row in chosen(rows, "engine", threads=2, scenario=STATUS_QUO):
        if row["people"] < WHOLE:
            continue
        gib = row["peak_mib"] / 1024.0
        whom = f"{row['people']:,} people, threads: 2"
        found += [
            (
                f"population and ties, {whom}",
                f"{TIME_BAR:.0f} s",
                f"{row['population_s']:.1f} s",
                row["population_s"] <= TIME_BAR,
            ),
            (f"{WEEKS} weeks with set up, {whom}", f"{TIME_BAR:.0f} s", f"{total(row):.1f} s", total(row) <= TIME_BAR),
            (f"peak memory, {whom}", f"{MEMORY_BAR:.0f} GiB", f"{gib:.1f} GiB", gib <= MEMORY_BAR),
        ]
    return found
