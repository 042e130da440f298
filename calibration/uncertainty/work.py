"""Where the uncertainty of a result comes from: structure, fitted parameters, what levers do, chance.

For structure s (weight w), posterior draw i, three runs: A; B with other chance; C with other lever effects and
prices. Within a structure, for a result q:

    chance      = mean (q_A - q_B)^2 / 2
    parameters  = cov (q_B, q_C) over draws: B and C share nothing but the fitted parameters
    levers      = var q_A - parameters - chance (effects and prices, with what they do only together with parameters)

and over structures: the variance of the weighted means, less what their own sampling error adds. So the four add up to
the variance of a run averaged over structures. Chance is that of the simulated people: with all the insured it is
smaller by their number over that of the simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from calibration.draws.files import draws_of
from calibration.draws.structures import Alternative
from foundation.errors import RunFailedError, UserError
from foundation.work.ensemble import Failure, executor_factory, run_ensemble
from scenarios.draw import Draw
from scenarios.drivers import steered
from scenarios.experiment import REFERENCE, Experiment, simulate_draw

SOURCES = ("structure", "parameters", "levers", "chance")
RUNS = "ABC"
MEASURES = ("activated_millions", "additional_millions")


@dataclass(frozen=True)
class Task:
    """One of the three runs of a draw."""

    experiment: Experiment
    draw: Draw
    structure: str
    run: str


def tasks_for(experiment: Experiment, alternatives: Sequence[Alternative], draws: int) -> list[Task]:
    """Three runs for each of the first ``draws`` draws of every structure.

    Raises:
        UserError: a posterior holds fewer than twice as many draws (the second half gives other lever effects).
    """
    other = replace(experiment, settings=replace(experiment.settings, seed=experiment.settings.seed + 1))
    tasks = []
    for alternative in alternatives:
        if alternative.draws < 2 * draws:
            raise UserError(
                f"--draws {draws}: the posterior of {alternative.name} allows at most {alternative.draws // 2}"
            )
        drawn = steered(draws_of(alternative.name, 2 * draws), experiment.drivers, experiment.history.data_end)
        found = [replace(draw, structure=alternative.structure) for draw in drawn]
        for mine, theirs in zip(found[:draws], found[draws:], strict=True):
            swapped = replace(mine, effects={**theirs.effects, **_shared(mine)}, cost_uniforms=theirs.cost_uniforms)
            tasks += [
                Task(experiment, mine, alternative.name, "A"),
                Task(other, mine, alternative.name, "B"),
                Task(experiment, swapped, alternative.name, "C"),
            ]
    return tasks


def _shared(draw: Draw) -> dict[str, float]:
    """Lever effects that are fitted parameters too."""
    from calibration.facts.priors import SHARED

    return {name: draw.effects[name] for name in SHARED}


def simulate(task: Task) -> pd.DataFrame:
    """Outcomes of one run."""
    outcomes = simulate_draw(task.experiment, task.draw)["outcomes"]
    return outcomes.assign(structure=task.structure, run=task.run)


def simulate_all(
    tasks: Sequence[Task], workers: int, progress: Callable[[int], None] = lambda finished: None
) -> tuple[pd.DataFrame, tuple[Failure, ...]]:
    """Outcomes of every draw whose three runs came through.

    Raises:
        RunFailedError: none did.
    """
    parts: list[pd.DataFrame] = []

    def keep(_: Task, part: pd.DataFrame) -> None:
        parts.append(part)
        progress(len(parts))

    failures = run_ensemble(simulate, tasks, executor_factory(workers), window=2 * workers, done=keep)
    if not parts:
        raise RunFailedError(f"all {len(failures)} runs failed, the first by {failures[0].error}")
    rows = pd.concat(parts, ignore_index=True)
    whole = rows.groupby(["structure", "draw"])["run"].transform("nunique") == len(RUNS)
    # Within a run the scenarios keep the order in which they were given.
    return rows[whole].sort_values(["structure", "draw", "run"], kind="stable", ignore_index=True), failures


def split(rows: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """A row a scenario and measure: mean, sd, and the share of the variance that each source makes up (0..1)."""
    found = []
    for scenario in rows["scenario"].unique():
        measures = MEASURES[:1] if scenario == REFERENCE else MEASURES
        for measure in measures:
            table = rows[rows["scenario"] == scenario].pivot_table(
                index=["structure", "draw"], columns="run", values=measure
            )
            found.append({"scenario": scenario, "measure": measure, **components(table, weights)})
    return pd.DataFrame(found)


def components(table: pd.DataFrame, weights: dict[str, float]) -> dict[str, float]:
    """Mean, sd and shares, from results [structure x draw, run]; ``weights`` of the structures sum to 1.

    Shares below 0, which the estimators allow, are set to 0 and the others scaled to the sum 1.
    """
    parts = dict.fromkeys(SOURCES, 0.0)
    means, noise = {}, 0.0
    for name, weight in weights.items():
        a, b, c = (table.loc[name][run].to_numpy() for run in RUNS)
        chance, total = float(((a - b) ** 2).mean() / 2), float(np.var([*a, *b], ddof=1))
        parameters = float(np.cov(b, c)[0, 1])
        means[name] = float(np.mean([a, b]))
        noise += weight * (1 - weight) * total / len(a)
        parts["chance"] += weight * chance
        parts["parameters"] += weight * parameters
        parts["levers"] += weight * (total - parameters - chance)
    mean = sum(weights[name] * means[name] for name in weights)
    parts["structure"] = sum(weights[name] * (means[name] - mean) ** 2 for name in weights) - noise
    kept = {source: max(0.0, part) for source, part in parts.items()}
    variance = sum(kept.values())
    shares = {source: part / variance if variance > 0 else 0.0 for source, part in kept.items()}
    return {"mean": mean, "sd": variance**0.5, **shares}
