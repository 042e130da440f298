"""How cost grows with people, weeks and ties, and the floor that memory sets."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.fits import Fit, exponent, line
from benchmarks.rows import EXPONENT_FROM, PEERS, Row, chosen, table, total
from benchmarks.setting import STATUS_QUO
from model.terms.weeks import WEEKS

LINE = 64.0
"""Bytes of a cache line."""


def growth(rows: Sequence[Row]) -> str:
    """How cost grows with people, weeks and ties."""
    lines = [*by_people(rows), *by_weeks(rows), *by_ties(rows)]
    return "\n".join(["### How cost grows\n", *lines]) if lines else ""


def by_people(rows: Sequence[Row]) -> list[str]:
    """Exponent of time in the number of people, and time per person."""
    found = []
    for job, threads in (("engine", 1), ("engine", 2), ("numpy", 1), ("starsim", 1), ("mesa", 1)):
        own = chosen(rows, job, threads=threads, scenario=STATUS_QUO)
        large = [row for row in own if row["people"] >= EXPONENT_FROM or job == "mesa"]
        if len(large) >= 3:
            fit = exponent([row["people"] for row in large], [total(row) for row in large])
            found.append(f"{PEERS[job]}, {threads} thread{'s' * (threads > 1)}: time ~ people^{shown(fit, 2)}")
    own = chosen(rows, "engine", threads=1, scenario=STATUS_QUO)
    each = ", ".join(f"{1e6 * total(row) / row['people']:.2f} at {row['people']:,}" for row in own)
    if each:
        found.append(f"engine, 1 thread, microseconds a person for {WEEKS} weeks: {each}")
    return [f"- {text}." for text in found]


def by_weeks(rows: Sequence[Row]) -> list[str]:
    """Time by week."""
    found = []
    for row in chosen(rows, "weeks"):
        points = sorted((int(name[5:]), value) for name, value in row.items() if name.startswith("week "))
        _, slope = line(*zip(*points, strict=True))
        size = row["people"] / 1e6
        weekly = Fit(1e3 * slope.value / size, 1e3 * slope.error / size)
        power = exponent(*zip(*points, strict=True))
        (first, early), (last, late) = points[0], points[-1]
        found.append(
            f"- engine, {row['people']:,} people: {shown(weekly, 2)} ms a week and million people, {early:.2f} s until "
            f"week {first}, {late:.2f} s until week {last}; time ~ weeks^{shown(power, 2)}."
        )
    return found


def by_ties(rows: Sequence[Row]) -> list[str]:
    """Time with the number of ties."""
    own = chosen(rows, "ties")
    if len(own) < 3:
        return []
    ties = [row["ties"] / 1e6 for row in own]
    _, built = line(ties, [row["population_s"] for row in own])
    base, run = line(ties, [total(row) for row in own])
    degrees = ", ".join(f"{row['degree']:.0f}" for row in own)
    return [
        f"- engine, {own[0]['people']:,} people, {degrees} ties an adult: {shown(built, 3)} s a million entries "
        f"of ties to build; {shown(run, 4)} s a million to simulate, beside {base.value:.3f} s without any."
    ]


def shown(fit: Fit, decimals: int) -> str:
    """``1.02 ± 0.01``."""
    return f"{fit.value:.{decimals}f} ± {fit.error:.{decimals}f}"


def floors(rows: Sequence[Row]) -> str:
    """What memory alone would take, and where the engine stands."""
    speeds = {row["threads"]: row for row in chosen(rows, "floor")}
    counts = chosen(rows, "weeks")
    if not speeds or not counts:
        return ""
    count = counts[0]
    contacts, state, lines = touched(count)
    own = {row["threads"]: row for row in chosen(rows, "engine", people=count["people"], scenario=STATUS_QUO)}
    body = []
    for threads, speed in sorted(speeds.items()):
        least = (contacts + state) / speed["copy_bytes_per_second"] + lines / speed["random_lines_per_second"]
        took = total(own[threads]) if threads in own else float("nan")
        body.append(
            [
                str(threads),
                f"{speed['copy_bytes_per_second'] / 1e9:.1f}",
                f"{speed['random_lines_per_second'] / 1e6:.0f}",
                f"{least:.3f}",
                f"{took:.3f}",
                f"{took / least:.1f}",
            ]
        )
    head = ("threads", "copy, GB/s", "random lines, M/s", "floor, s", "engine, s", "engine over floor")
    return (
        "### The floor that memory sets\n\n"
        f"For {count['people']:,} people the engine has to write down and read {count['noted']:,.0f} contacts "
        f"({contacts / 1e6:,.0f} MB), read each person and write the state once ({state / 1e6:,.0f} MB), and fetch "
        f"the lines of the person of each contact, of the {count['told']:,.0f} told and of the ties of those "
        f"activated ({lines / 1e6:,.1f} million lines of {LINE:.0f} bytes at scattered places). At the speed of a copy "
        "(read and write counted, as in STREAM) and of independent random reads:\n\n"
        + table(head, body)
        + "\n\nWhat is above the floor is not bandwidth: arithmetic (keyed draws, logarithms, tables), and waiting "
        "for one line before the next is known."
    )


def touched(count: Row) -> tuple[float, float, float]:
    """Bytes of contacts written down and read, bytes read and written once, and scattered lines."""
    contacts = 2.0 * count["noted"] * count["contact_bytes"]
    once = count["persons"] * (count["person_bytes"] + count["state_bytes"])
    # A contact: record and state; one told: record, state, letter; one activated: ties.
    lines = 2.0 * count["noted"] + 3.0 * count["told"] + count["activations"]
    return contacts, once, lines
