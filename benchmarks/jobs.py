"""What is measured, one function a kind of cell; each runs in a process of its own (``benchmarks.cells``).

A job gets plain numbers and words and returns plain numbers. Before it measures, it does the same once on few people,
so that nothing is compiled or imported within the time.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

from benchmarks.memory import france, memory
from benchmarks.setting import MIX, POLICY_START, STATUS_QUO, Setting, load_setting
from benchmarks.spent import calibrate, compare
from model.terms.weeks import WEEKS, week_of

Row = dict[str, Any]
WARM = 500
"""People of the run before the measured one."""


def seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    """What ``work`` returns, and its time."""
    gc.collect()
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def options(setting: Setting, threads: int = 1) -> dict[str, Any]:
    """Arguments of both engines of the project."""
    return {"demography": setting.demography, "history": setting.history, "seed": 1, "threads": threads}


def run_ours(kind: Any, setting: Setting, population: Any, scenario: str, threads: int) -> tuple[Any, float, float]:
    """The engine or its twin through all weeks: the model at the end, seconds to set it up, seconds of the weeks."""
    model, setup = seconds(lambda: kind(population, setting.parameters, **options(setting, threads)))
    if scenario == STATUS_QUO:
        _, weeks = seconds(lambda: model.advance(WEEKS))
        return model, setup, weeks
    _, history = seconds(lambda: model.advance(week_of(POLICY_START)))
    branch, branching = seconds(lambda: model.branch(setting.levers(scenario)))
    _, policy = seconds(lambda: branch.advance(WEEKS))
    return branch, setup + branching, history + policy


def counted(model: Any) -> Row:
    """Events of a run of ours, in agents."""
    outcome, weight = model.outcome(), model.population.weight
    return {
        "contacts": float(outcome.contacts.sum() / weight),
        "visits": float(outcome.visits.sum() / weight),
        "activations": float(outcome.activations.sum() / weight),
        "activated_share": float(outcome.activated[-1] / weight / model.population.people),
    }


def engine(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The fast engine: best of ``repeats``."""
    from model import AdoptionModel

    setting = load_setting()
    for size in (WARM, people):
        population, built = seconds(lambda size=size: setting.population(size, threads=threads))  # type: ignore[misc]
        times = []
        for _ in range(repeats if size == people else 1):
            model, setup, weeks = run_ours(AdoptionModel, setting, population, scenario, threads)
            times.append((setup + weeks, setup, weeks))
        if size == WARM:
            warmed()
    _, setup, weeks = min(times)
    return {"population_s": built, "setup_s": setup, "weeks_s": weeks, **counted(model)}


def mesa(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The readable twin in plain Mesa, past the size that it takes by default."""
    from model.twin import reference

    setting = load_setting()
    reference.MOST_PEOPLE = max(reference.MOST_PEOPLE, people)
    run_ours(reference.ReferenceModel, setting, setting.population(50), scenario, 1)
    warmed()
    population, built = seconds(lambda: setting.population(people))
    model, setup, weeks = run_ours(reference.ReferenceModel, setting, population, scenario, 1)
    return {"population_s": built, "setup_s": setup, "weeks_s": weeks, **counted(model)}


def numpy(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The weekly NumPy loop."""
    from benchmarks.weekly import WeeklyModel

    setting = load_setting()
    WeeklyModel(setting.population(WARM), setting).advance()
    warmed()
    population, built = seconds(lambda: setting.population(people))
    times = []
    for _ in range(repeats):
        model, setup = seconds(lambda: WeeklyModel(population, setting))
        _, weeks = seconds(model.advance)
        times.append((setup + weeks, setup, weeks))
    _, setup, weeks = min(times)
    activations = float(sum(model.activations.values()))
    share = float((model.activated < WEEKS).sum() / people)
    visits = float(sum(model.visits.values()))
    took = {"population_s": built, "setup_s": setup, "weeks_s": weeks}
    return {**took, "visits": visits, "activations": activations, "activated_share": share}


def starsim(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The nearest equivalent in Starsim."""
    from benchmarks.starsim_model import activated, build_sim

    setting = load_setting()
    build_sim(setting.population(WARM), setting).run()
    warmed()
    population, built = seconds(lambda: setting.population(people))
    times = []
    for _ in range(repeats):
        sim, setup = seconds(lambda: build_sim(population, setting))
        _, weeks = seconds(sim.run)
        times.append((setup + weeks, setup, weeks))
    _, setup, weeks = min(times)
    took = {"population_s": built, "setup_s": setup, "weeks_s": weeks}
    return {**took, "activations": float(activated(sim)), "activated_share": activated(sim) / people}


def phases(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """Where the engine's time goes, by phase (``benchmarks.engine``)."""
    from benchmarks.engine import measure

    measure(WARM, threads, 1)
    warmed()
    times, sizes = measure(people, threads, repeats)
    return {**{f"phase: {name}": value for name, value in times.items()}, **sizes}


def weeks(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """Seconds from the start to the start of every 26th week, and who is due in all weeks."""
    from benchmarks.counting import handled
    from model import AdoptionModel

    setting = load_setting()
    best: dict[str, float] = {}
    for size in (WARM, *[people] * repeats):
        population = setting.population(size)
        model = AdoptionModel(population, setting.parameters, **options(setting, threads))
        total = 0.0
        for until in (*range(26, WEEKS, 26), WEEKS):
            _, took = seconds(lambda until=until, model=model: model.advance(until))  # type: ignore[misc]
            total += took
            best[f"week {until}"] = min(best.get(f"week {until}", total), total) if size == people else total
        if size == WARM:
            warmed()
            best.clear()
    return {**best, **handled(AdoptionModel(population, setting.parameters, **options(setting, 1)))}


def ties(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None], degree: float) -> Row:
    """The engine with another mean number of ties an adult."""
    from model.population import ties as network

    network.MEAN_DEGREE = degree
    row = engine(people, threads, scenario, repeats, warmed)
    population = load_setting().population(people)
    return {**row, "degree": degree, "ties": float(len(population.tie))}


def small(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The load of a calibration: one run after another on one core, each with another draw, for ``repeats`` seconds."""
    from calibration.draws.files import load_draws
    from model import AdoptionModel, solve_prevalence

    setting = load_setting()
    draws = load_draws(64)
    given: Row = {"demography": setting.demography, "history": setting.history}
    population = setting.population(people)

    def runs(solve: bool) -> float:
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < repeats:
            parameters = draws[done % len(draws)].parameters
            if solve:
                parameters = solve_prevalence(parameters, **given)
            AdoptionModel(population, parameters, **given, seed=done).advance(WEEKS)
            done += 1
        return done / (time.perf_counter() - began)

    AdoptionModel(population, setting.parameters, **given).advance(WEEKS)
    warmed()
    return {"runs_per_second": runs(False), "solved_runs_per_second": runs(True)}


def floor(people: int, threads: int, scenario: str, repeats: int, warmed: Callable[[], None]) -> Row:
    """The memory bandwidth of the machine."""
    from benchmarks.bandwidth import measure

    measure(1 << 16, threads)
    warmed()
    return measure(people, threads)


JOBS: dict[str, Callable[..., Row]] = {
    job.__name__: job
    for job in (engine, mesa, numpy, starsim, phases, weeks, ties, small, floor, compare, memory, france, calibrate)
}
__all__ = ["JOBS", "MIX", "STATUS_QUO"]
