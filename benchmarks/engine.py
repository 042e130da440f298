"""How fast the engine is and where the time goes: ``python -m benchmarks.engine [people]``.

All mechanisms on: the widest mix of the catalogue from the policy start. Each phase is timed warm, best of three, on
one thread and on two, in one process. Prints a Markdown table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from calibration.draws import load_draws
from calibration.inputs import load_demography, load_history
from model import AdoptionModel, build_population, solve_prevalence
from model.levers import Lever
from model.outcome import DIMENSIONS
from model.parameters import Parameters
from model.weeks import WEEKS, week_of
from scenarios.files import load_scenario
from scenarios.resolve import resolve

POLICY_START, UNTIL = date(2026, 1, 5), date(2027, 12, 31)
REPEATS = 3
MIX = "mix-broad"


def timed(times: dict[str, float], phase: str, work: Callable[[], Any]) -> Any:
    """The result of ``work``; its best time so far is kept under ``phase``, seconds."""
    began = time.perf_counter()
    result = work()
    times[phase] = min(times.get(phase, float("inf")), time.perf_counter() - began)
    return result


def measure(people: int, threads: int) -> tuple[dict[str, float], dict[str, float]]:
    """Best seconds by phase, and sizes."""
    inputs = {"demography": load_demography(), "history": load_history()}
    draw = load_draws(1, seed=1)[0]
    parameters = solve_prevalence(draw.parameters, **inputs)
    levers = resolve(load_scenario(MIX), draw, policy_start=POLICY_START, until=UNTIL)
    times: dict[str, float] = {}
    for _ in range(REPEATS):
        sizes = once(times, people, threads, parameters, levers, inputs)
    return times, sizes


def once(
    times: dict[str, float],
    people: int,
    threads: int,
    parameters: Parameters,
    levers: tuple[Lever, ...],
    inputs: dict[str, Any],
) -> dict[str, float]:
    """One timed run; the sizes of what was run."""
    demography = inputs["demography"]
    phase = "population and ties"
    population = timed(times, phase, lambda: build_population(demography, people=people, seed=1, threads=threads))
    options = {**inputs, "seed": 1, "threads": threads}
    model = timed(times, "first contacts", lambda: AdoptionModel(population, parameters, **options))
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
        "contacts counted (agents)": float(outcome.contacts.sum() / population.weight),
    }


def main() -> None:
    """Print the table."""
    people = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    columns = {threads: measure(people, threads) for threads in (1, 2)}
    one, two = columns[1][0], columns[2][0]
    print(f"{people:,} people × {WEEKS} weeks, {MIX} from {POLICY_START}, seconds, best of {REPEATS}, warm\n")
    print("| phase | 1 thread | 2 threads | ratio |\n|---|---|---|---|")
    simulated = [phase for phase in one if phase not in ("population and ties", "weekly outcome", "groups, 24 dates")]
    rows = [*((phase, one[phase], two[phase]) for phase in one)]
    rows.append(("**simulation**", sum(one[p] for p in simulated), sum(two[p] for p in simulated)))
    rows.append(("**all**", sum(one.values()), sum(two.values())))
    for phase, first, second in rows:
        print(f"| {phase} | {first:.3f} | {second:.3f} | {first / second:.2f} |")
    print()
    for name, size in columns[1][1].items():
        print(f"- {name}: {size:,.0f}")
    rate = people * WEEKS / sum(one[p] for p in simulated) / 1e6
    print(f"- agent-weeks per second on one thread, simulation: {rate:,.0f} million")


if __name__ == "__main__":
    main()
