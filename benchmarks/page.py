"""Results of the benchmarks as the Markdown between the marks of ``docs/performance.md``."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import memory, spent
from benchmarks.bars import bars
from benchmarks.engine import phase_table
from benchmarks.growth import floors, growth
from benchmarks.rows import EXPONENT_FROM, PEERS, Row, chosen, quantity, table, total
from benchmarks.setting import MIX, POLICY_START, STATUS_QUO
from model.terms.weeks import WEEKS

LEGEND = """\
Status quo, all people and ties; the best of 5 runs of the engine and of 3 of its peers up to 200,000 people, of 2 of
the engine at a million, otherwise (and of the twin always) one run. *Times the engine*: set up and weeks, over those
of the engine on one thread at the same size. Peak memory is that of the whole process, of which about 300 MiB are
Python with its libraries; bytes a person leave out what was there before the people. *Activated*: per person at
launch, a check that the same is computed."""


def page(rows: Sequence[Row], machine: str) -> str:
    """All sections for which there are rows."""
    sections = [
        bars(rows),
        spent.section(rows),
        memory.section(rows),
        peers(rows),
        mix(rows),
        growth(rows),
        floors(rows),
        phase_section(rows),
    ]
    return "\n" + "\n\n".join([f"Measured on {machine}.", *filter(None, sections)]) + "\n\n"


def peers(rows: Sequence[Row]) -> str:
    """Everything side by side, status quo."""
    lines = [peer_line(rows, row) for row in rows if row["job"] in PEERS and row["scenario"] == STATUS_QUO]
    order = list(PEERS.values())
    lines.sort(key=lambda cells: (float(cells[0].replace(",", "")), order.index(cells[1]), cells[2]))
    if not lines:
        return ""
    head = ("people", "what", "threads", "set up, s", f"{WEEKS} weeks, s", "times the engine", "million agent-weeks/s",
            "thousand visits/s", "peak, MiB", "bytes a person", "activated")  # fmt: skip
    return f"### Side by side\n\n{LEGEND}\n\n{table(head, lines)}"


def peer_line(rows: Sequence[Row], row: Row) -> list[str]:
    """One line of the table."""
    start = [f"{row['people']:,}", PEERS[row["job"]], str(row["threads"])]
    if "why" in row:
        return [*start, row["why"], *[""] * 7]
    ours = chosen(rows, "engine", people=row["people"], threads=1, scenario=STATUS_QUO)
    ratio = f"{quantity(total(row) / total(ours[0]))}" if ours else "–"
    held = max(0.0, row["peak_mib"] - row["base_mib"]) * 2**20 / row["people"]
    return [
        *start,
        quantity(row["setup_s"]),
        quantity(row["weeks_s"]),
        ratio,
        quantity(row["people"] * WEEKS / total(row) / 1e6),
        quantity(row["visits"] / total(row) / 1e3) if "visits" in row else "–",
        f"{row['peak_mib']:,.0f}",
        f"{held:,.0f}" if row["people"] >= EXPONENT_FROM or row["job"] == "mesa" else "–",
        f"{row['activated_share']:.3f}",
    ]


def mix(rows: Sequence[Row]) -> str:
    """The engine and its twin with all levers, and the load of a calibration."""
    lines = []
    ours = {row["people"]: row for row in chosen(rows, "engine", scenario=MIX)}
    for twin in chosen(rows, "mesa", scenario=MIX):
        if own := ours.get(twin["people"]):
            same = own["activations"] == twin["activations"] and own["contacts"] == twin["contacts"]
            lines.append(
                f"With every mechanism at work (`{MIX}` from {POLICY_START}), {twin['people']:,} people: engine "
                f"{quantity(total(own))} s, twin {quantity(total(twin))} s, **{total(twin) / total(own):,.0f} times**; "
                f"{own['contacts']:,.0f} contacts, {own['contacts'] / total(own) / 1e6:,.1f} million a second; "
                f"activations and contacts {'agree' if same else 'DO NOT AGREE'} to the last one."
            )
    for row in chosen(rows, "small"):
        lines.append(
            f"Load of a calibration, {row['people']:,} people × {WEEKS} weeks, another draw each run, one core: "
            f"**{row['runs_per_second']:,.0f} runs a second**; {row['solved_runs_per_second']:,.0f} where the "
            f"prevalences of each draw are solved for too."
        )
    return "\n\n".join(lines)


def phase_section(rows: Sequence[Row]) -> str:
    """Where the time goes."""
    found = {row["threads"]: row for row in chosen(rows, "phases")}
    if set(found) != {1, 2}:
        return ""
    one, two = ({k[7:]: v for k, v in found[t].items() if k.startswith("phase: ")} for t in (1, 2))
    return (
        f"### By phase\n\n{found[1]['people']:,} people × {WEEKS} weeks, `{MIX}` from {POLICY_START}, seconds, "
        f"best of 3; "
        f"{found[1]['contacts']:,.0f} contacts, {found[1]['visits']:,.0f} visits, {found[1]['activations']:,.0f} "
        f"activations, {found[1]['ties']:,.0f} entries of ties.\n\n{phase_table(one, two)}"
    )
