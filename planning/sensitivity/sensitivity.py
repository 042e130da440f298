"""Which inputs drive the results of a comparison, and what would be worth knowing: from its folder, nothing is
simulated again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from foundation.errors import RunFailedError, UserError
from foundation.problems import nearest
from foundation.work.ensemble import executor_factory, run_ensemble
from planning.sensitivity.indices import Quantity, indices
from planning.sensitivity.information import Decision, value_table
from planning.sensitivity.inputs import input_table, studies
from scenarios.draw import Draw

FEWEST = 40
VALUE = 30.0
"""Euros that an additional activation is worth where nothing is said, *assumed*."""
FRAMES = ("indices", "information", "inputs")
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What decides between strategies: a value for each activation, or a budget."""

    value: float | None
    """Euros per additional activation; net benefit in million euros."""
    budget: float | None
    """Million euros that the mean cost may reach; net benefit in million additional activations."""


@dataclass(frozen=True)
class _Task:
    quantity: Quantity
    inputs: pd.DataFrame
    seed: int


def _work(task: _Task) -> pd.DataFrame:
    return indices(task.quantity, task.inputs, task.seed)


def analyse(
    outcomes: pd.DataFrame,
    draws: Sequence[Draw],
    choice: Choice,
    *,
    scenarios: Sequence[str] | None = None,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int], None] = lambda over: None,
) -> Frames:
    """Indices of every quantity (or those of some strategies), value of information, and the inputs themselves.

    Raises:
        UserError: too few draws, an unknown strategy, or nothing to choose between.
    """
    inputs = _inputs(outcomes, draws)
    chosen = quantities(outcomes, scenarios)
    decision = decide(outcomes, choice)
    tables: dict[str, pd.DataFrame] = {}

    def done(task: _Task, table: pd.DataFrame) -> None:
        tables[f"{task.quantity.scenario} {task.quantity.name}"] = table
        progress(len(tables))

    tasks = [_Task(quantity, inputs, seed + rank) for rank, quantity in enumerate(chosen)]
    workers = max(1, min(workers, len(tasks)))
    failures = run_ensemble(_work, tasks, executor_factory(workers), window=2 * workers, done=done)
    if failures:
        raise RunFailedError(f"sensitivity of {tasks[failures[0].index].quantity}: {failures[0].error}")
    found = pd.concat([tables[f"{q.scenario} {q.name}"] for q in chosen], ignore_index=True)
    information = value_table(decision, inputs, studies(list(inputs.columns)), seed)
    information["now"] = decision.strategies[decision.now]
    return {"indices": found, "information": information, "inputs": inputs.reset_index()}


def total(outcomes: pd.DataFrame, scenarios: Sequence[str] | None) -> int:
    """Quantities to analyse, for the progress shown."""
    return len(quantities(outcomes, scenarios))


def _inputs(outcomes: pd.DataFrame, draws: Sequence[Draw]) -> pd.DataFrame:
    there = set(outcomes["draw"])
    if len(there) < FEWEST:
        raise UserError(f"sensitivity: {len(there)} draws; needed {FEWEST} or more (mes compare --draws)")
    return input_table([draw for draw in draws if draw.index in there])


def quantities(outcomes: pd.DataFrame, scenarios: Sequence[str] | None = None) -> list[Quantity]:
    """The reference's stock at the horizon; gain and cost of every strategy, or of those named."""
    names = [str(name) for name in outcomes["scenario"].unique()]
    for name in scenarios or ():
        if name not in names:
            near = nearest(name, names)
            hint = f'; did you mean "{near}"?' if near else ""
            raise UserError(f"--scenario: there is no {name!r} in this folder; allowed: {', '.join(names)}{hint}")
    wide = {n: outcomes[outcomes["scenario"] == n].sort_values("draw") for n in names}
    found = [Quantity("activated", names[0], wide[names[0]]["activated_millions"].to_numpy(float))]
    for name in names[1:]:
        if scenarios is None or name in scenarios:
            found.append(Quantity("additional", name, wide[name]["additional_millions"].to_numpy(float)))
            found.append(Quantity("cost", name, wide[name]["cost_millions_eur"].to_numpy(float)))
    return found


def decide(outcomes: pd.DataFrame, choice: Choice) -> Decision:
    """The decision between all strategies of the folder, the reference included.

    Raises:
        UserError: no strategy besides the reference can be chosen.
    """
    gain = outcomes.pivot(index="draw", columns="scenario", values="additional_millions").sort_index()
    cost = outcomes.pivot(index="draw", columns="scenario", values="cost_millions_eur").sort_index()
    order = [str(name) for name in outcomes["scenario"].unique()]
    if choice.budget is not None:
        order = [name for name in order if cost[name].mean() <= choice.budget]
    if len(order) < 2:
        raise UserError(
            "sensitivity: nothing to choose between: "
            + (
                "the folder has no strategy besides the reference"
                if choice.budget is None
                else f"no strategy costs {choice.budget:g} M€ or less on average"
            )
        )
    benefit = gain[order] if choice.budget is not None else (choice.value or 0.0) * gain[order] - cost[order]
    return Decision(tuple(order), np.asarray(benefit, float))


def tornado(table: pd.DataFrame, quantity: str, scenario: str, most: int = 12) -> pd.DataFrame:
    """The inputs of one quantity, those with the largest index first."""
    rows = table[(table["quantity"] == quantity) & (table["scenario"] == scenario) & (table["input"] != "dummy")]
    return rows.sort_values("first_order", ascending=False, kind="stable").head(most)


def best_strategy(outcomes: pd.DataFrame | Mapping[str, object]) -> str:
    """The strategy with the largest median gain."""
    medians = pd.DataFrame(outcomes).groupby("scenario", sort=False)["additional_millions"].median()
    return str(medians.iloc[1:].idxmax())
