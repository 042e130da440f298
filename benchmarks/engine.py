"""Where the engine's time goes, by phase: ``python -m benchmarks.engine [people]``; part of ``make bench``.

All mechanisms on: the widest mix of the catalogue from the policy start. Each phase is timed warm, best of three, on
one thread and on two, in one process. Prints a Markdown table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.setting import MIX, POLICY_START, SEED, Setting, load_setting
from model import AdoptionModel
from model.terms.outcome import DIMENSIONS
from model.terms.weeks import WEEKS, week_of

REPEATS = 3
OUTSIDE = ("population and ties", "weekly outcome", "groups, 24 dates")
"""Phases that are not simulation."""


def timed(times: dict[str, float], phase: str, work: Callable[[], Any]) -> Any:
    """The result of ``work``; its best time so far is kept under ``phase``, seconds."""
    began = time.perf_counter()
    result = work()
    times[phase] = min(times.get(phase, float("inf")), time.perf_counter() - began)
    return result


def measure(people: int, threads: int, repeats: int = REPEATS) -> tuple[dict[str, float], dict[str, float]]:
    """Best seconds by phase, and sizes."""
    times: dict[str, float] = {}
    for _ in range(repeats):
        sizes = once(times, people, threads, load_setting())
    return times, sizes


def once(times: dict[str, float], people: int, threads: int, setting: Setting) -> dict[str, float]:
    """One timed run; the sizes of what was run."""
    levers = setting.levers(MIX)
    population = timed(times, "population and ties", lambda: setting.population(people, threads=threads))
    tables = {"demography": setting.demography, "history": setting.history}
    options: dict[str, Any] = {**tables, "seed": SEED, "threads": threads}
    model = timed(times, "first contacts", lambda: AdoptionModel(population, setting.parameters, **options))
    timed(times, "history, 205 weeks", lambda: model.advance(week_of(POLICY_START)))
    branch = timed(times, f"branch, {len(levers)} levers", lambda: model.branch(levers))
    timed(times, "policy, 104 weeks", lambda: branch.advance(WEEKS))
    outcome = timed(times, "weekly outcome", branch.outcome)
    timed(times, "groups, 24 dates", lambda: [branch.groups(d, range(0, 309, 13)) for d in DIMENSIONS])
    return {
        "persons": float(population.n),
        "ties": float(len(population.tie)),
        "visits": float(branch.run.desks["visits"].sum()),
        "activations": float(branch.run.desks["activations"].sum()),
        "contacts": float(outcome.contacts.sum() / population.weight),
    }


def phase_table(one: dict[str, float], two: dict[str, float]) -> str:
    """Seconds by phase on one thread and on two."""
    simulated = [phase for phase in one if phase not in OUTSIDE]
    rows = [*((phase, one[phase], two[phase]) for phase in one)]
    rows.append(("**simulation**", sum(one[p] for p in simulated), sum(two[p] for p in simulated)))
    rows.append(("**all**", sum(one.values()), sum(two.values())))
    lines = ["| phase | 1 thread | 2 threads | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {phase} | {first:.3f} | {second:.3f} | {first / second:.2f} |" for phase, first, second in rows]
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    people = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    (one, sizes), (two, _) = (measure(people, threads) for threads in (1, 2))
    print(f"{people:,} people × {WEEKS} weeks, {MIX} from {POLICY_START}, seconds, best of {REPEATS}, warm\n")
    print(phase_table(one, two) + "\n")
    for name, size in sizes.items():
        print(f"- {name}: {size:,.0f}")


if __name__ == "__main__":
    main()
