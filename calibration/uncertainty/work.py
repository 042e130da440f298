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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from calibration.draws.files import draws_of
from calibration.draws.posteriors import Alternative
from foundation.errors import RunFailedError, UserError
from foundation.shapes import Floats
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, simulate_draw
from scenarios.language.resolve import steered

SOURCES = ("structure", "parameters", "levers", "chance")
RUNS = "ABC"
MEASURES = ("activated_millions", "additional_millions")
RESAMPLES, RESAMPLING_SEED = 1000, 20_260_129
LEAST_DRAWS = 12
"""Of each structure: with fewer, the 90 % intervals of shares hold the true one too rarely (8 times in 10 with 6)."""


@dataclass(frozen=True)
class Task:
    """One of the three runs of a draw."""

    index: int
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
    tasks: list[Task] = []
    for alternative in alternatives:
        if alternative.draws < 2 * draws:
            raise UserError(
                f"--draws {draws}: the posterior of {alternative.name} allows at most {alternative.draws // 2}"
            )
        drawn = steered(draws_of(alternative.name, 2 * draws), experiment.drivers, experiment.history.data_end)
        found = [replace(draw, structure=alternative.structure) for draw in drawn]
        for mine, theirs in zip(found[:draws], found[draws:], strict=True):
            swapped = replace(mine, effects={**theirs.effects, **_shared(mine)}, cost_uniforms=theirs.cost_uniforms)
            three = zip(RUNS, (experiment, other, experiment), (mine, mine, swapped), strict=True)
            for run, under, draw in three:
                tasks.append(Task(len(tasks), under, draw, alternative.name, run))
    return tasks


def _shared(draw: Draw) -> dict[str, float]:
    """Lever effects that are fitted parameters too."""
    from calibration.facts.priors import SHARED

    return {name: draw.effects[name] for name in SHARED}


def work(task: Task) -> dict[str, pd.DataFrame]:
    """Outcomes of one run."""
    outcomes = simulate_draw(task.experiment, task.draw)["outcomes"]
    return {"outcomes": outcomes.assign(structure=task.structure, run=task.run)}


def whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Outcomes of every draw whose three runs came through, in order.

    Raises:
        RunFailedError: none did.
    """
    there = rows.groupby(["structure", "draw"])["run"].transform("nunique") == len(RUNS)
    if not there.any():
        raise RunFailedError("of no draw did all three runs come through")
    # Within a run the scenarios keep the order in which they were given.
    return rows[there].sort_values(["structure", "draw", "run"], kind="stable", ignore_index=True)


def split(rows: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """A row a scenario and measure: mean, sd, and the share of the variance (0..1) that each source makes up, with its
    90 % interval. What structure adds can't be told from a single one: NaN."""
    found = []
    for scenario in rows["scenario"].unique():
        measures = MEASURES[:1] if scenario == REFERENCE else MEASURES
        for measure in measures:
            table = rows[rows["scenario"] == scenario].pivot_table(
                index=["structure", "draw"], columns="run", values=measure
            )
            unknown = (
                {} if len(weights) > 1 else dict.fromkeys(("structure", "structure_low", "structure_high"), np.nan)
            )
            found.append({"scenario": scenario, "measure": measure, **components(table, weights), **unknown})
    return pd.DataFrame(found)


def components(table: pd.DataFrame, weights: Mapping[str, float]) -> dict[str, float]:
    """Mean, sd and shares, from results [structure x draw, run]; ``weights`` of the structures sum to 1. Each share has
    its 90 % interval (``_low``, ``_high``), from resampled draws: few draws say little of a variance."""
    runs = {name: np.stack([table.loc[name][run].to_numpy(np.float64) for run in RUNS]) for name in weights}
    found = {name: float(value) for name, value in estimates(runs, weights).items()}
    again = estimates(_resampled(runs), weights)
    ends = (("low", 0.05), ("high", 0.95))
    bounds = {f"{s}_{end}": float(np.quantile(again[s], level)) for s in SOURCES for end, level in ends}
    return found | bounds


def _resampled(runs: Mapping[str, Floats]) -> dict[str, Floats]:
    """Results [run, resample, draw] of draws drawn again, with replacement, within each structure; the three runs of a
    draw stay together."""
    rng = np.random.default_rng(RESAMPLING_SEED)
    return {name: one[:, rng.integers(one.shape[1], size=(RESAMPLES, one.shape[1]))] for name, one in runs.items()}


def estimates(runs: Mapping[str, Floats], weights: Mapping[str, float]) -> dict[str, Floats]:
    """Mean, sd and shares [...] from results [run, ..., draw] of each structure.

    Shares below 0, which the estimators allow, are set to 0 and the others scaled to the sum 1.
    """
    within = {name: _within(runs[name]) for name in weights}
    mean = sum((weights[name] * within[name]["mean"] for name in weights), start=np.zeros(()))
    parts = {
        source: sum((weights[name] * within[name][source] for name in weights), start=np.zeros(()))
        for source in SOURCES[1:]
    }
    noise = (weights[name] * (1 - weights[name]) * within[name]["noise"] for name in weights)
    between = (weights[name] * (within[name]["mean"] - mean) ** 2 for name in weights)
    parts["structure"] = sum(between, start=np.zeros(())) - sum(noise, start=np.zeros(()))
    kept = {source: np.maximum(parts[source], 0.0) for source in SOURCES}
    variance = sum(kept.values(), start=np.zeros(()))
    shares = {s: np.divide(p, variance, out=np.zeros_like(variance), where=variance > 0) for s, p in kept.items()}
    return {"mean": mean, "sd": np.sqrt(variance), **shares}


def _within(runs: Floats) -> dict[str, Floats]:
    """Of one structure: mean, its sampling variance (``noise``), and the parts of the variance of a run."""
    a, b, c = runs
    draws = a.shape[-1]
    both = np.concatenate([a, b], axis=-1)
    total, chance = both.var(axis=-1, ddof=1), ((a - b) ** 2).mean(axis=-1) / 2
    apart = (b - b.mean(axis=-1, keepdims=True)) * (c - c.mean(axis=-1, keepdims=True))
    parameters = apart.sum(axis=-1) / (draws - 1)
    rest = {"chance": chance, "parameters": parameters, "levers": total - parameters - chance}
    return {"mean": both.mean(axis=-1), "noise": total / draws, **rest}
