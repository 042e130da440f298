"""Which inputs drive the results of a comparison, and what would be worth knowing: from its folder, nothing is
simulated again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from foundation.errors import UserError, nearest
from foundation.quantiles import records
from foundation.store.atomic import write_json
from foundation.store.fingerprint import changes
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.study import Study
from foundation.tasks.bench import Bench
from planning.sensitivity import label
from planning.sensitivity.indices import Quantity, indices, input_table, studies, study_of
from planning.sensitivity.information import Decision, value_table
from planning.sensitivity.words import input_title, study_title
from scenarios.compare.comparison import learned_document, load, refuse_region
from scenarios.compare.tables import titled, write_csv
from scenarios.draw import Draw
from scenarios.words import scenario_titles

FEWEST = 40
VALUE = 30.0
"""Euros that an additional activation is worth where nothing is said, *assumed*."""
FRAMES = ("indices", "information", "inputs")
_SAME = ("people", "draws", "seed", "engine", "structure", "policy_start", "until", "target_millions", "every", "quick",
         "scenarios")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What decides between strategies: a value for each activation, or a budget."""

    value: float | None
    """Euros per additional activation; net benefit in million euros."""
    budget: float | None
    """Million euros that the mean cost may reach; net benefit in million additional activations."""


@dataclass(frozen=True)
class Task:
    """One quantity against all inputs."""

    index: int
    quantity: Quantity
    inputs: pd.DataFrame
    seed: int


def work(task: Task) -> dict[str, pd.DataFrame]:
    """What is kept of one quantity."""
    return {"indices": indices(task.quantity, task.inputs, task.seed)}


@dataclass(frozen=True, kw_only=True)
class Sensitivity(Study[Task]):
    """``mes sensitivity`` as a study: a task for each quantity."""

    compared: Manifest
    """Of the comparison."""
    outcomes: pd.DataFrame
    drawn: pd.DataFrame
    """A row per draw, a column per input (``inputs_of``)."""
    choice: Choice
    scenarios: Sequence[str] | None
    """Strategies to analyse; by default all."""
    data: Mapping[str, str]
    """Data files from which the draws are made, with their SHA-256."""
    source: Path
    modules: Sequence[str] = ()
    seed: int = 1
    command = "sensitivity"
    unit = "quantity"
    work = staticmethod(work)

    def question(self) -> Document:
        """The settings of the comparison, and what is asked of it."""
        asked = {"value_eur": self.choice.value, "budget_millions_eur": self.choice.budget, "shown": self._shown()}
        draws = self.compared["draws"] - len(self.compared["failures"])
        same = {key: self.compared[key] for key in _SAME if key in self.compared}
        return {**same, "draws": draws, "asked": {**asked, "quantities": len(self.tasks())}}

    def inputs(self) -> Mapping[str, str]:
        """What the draws are made of, and the outcomes of the comparison."""
        files = {self.compared["draws_file"]: self.compared["draws_sha256"]}
        return {**self.data, **files, "outcomes.parquet": self.compared["files"]["outcomes.parquet"]}

    def code(self) -> Sequence[str]:
        """The estimators, and what makes the draws."""
        return (indices.__module__, *self.modules)

    def about(self) -> Document:
        """The section of the command."""
        said = {key: self.compared[key] for key in ("data_end", "draws_file", "draws_sha256")}
        said |= {key: self.compared[key] for key in ("effects", "learned") if self.compared.get(key)}
        section = {
            "source": str(self.source),
            "source_files": {"outcomes.parquet": self.compared["files"].get("outcomes.parquet")},
            "value_eur": self.choice.value,
            "budget_millions_eur": self.choice.budget,
            "shown": self._shown(),
        }
        return {**said, "sensitivity": section, "tasks": len(self.tasks())}

    def expects(self) -> Sequence[str]:
        """Tables of every kind, and the document."""
        tables = [f"{name}.{lang}.csv" for name in ("indices", "information") for lang in ("en", "fr")]
        return (*(f"{name}.parquet" for name in FRAMES), *tables, "sensitivity.json")

    def tasks(self) -> Sequence[Task]:
        """In the order of the quantities."""
        chosen = quantities(self.outcomes, self.scenarios)
        return [Task(rank, quantity, self.drawn, self.seed + rank) for rank, quantity in enumerate(chosen)]

    def solve(self, bench: Bench[Task]) -> Mapping[str, pd.DataFrame]:
        """Indices of every quantity, value of information, and the inputs themselves."""
        found = bench.each(self.tasks(), whole=True).frame("indices")
        decision, names = decide(self.outcomes, self.choice), list(self.drawn.columns)
        information = value_table(decision, self.drawn, studies(names), self.seed)
        information["now"] = decision.strategies[decision.now]
        return {"indices": found, "information": information, "inputs": self.drawn.reset_index()}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """Tables for a spreadsheet, and the document."""
        title = scenario_titles(self.compared, "fr").__getitem__
        words: dict[str, Callable[[str], str]] = {
            "quantity_name": lambda name: label(f"quantity.{name}", "fr"),
            "input": lambda name: input_title(name, "fr"),
        }
        studied: dict[str, Callable[[str], str]] = {"study": lambda name: study_title(name, "fr")}
        for lang in ("en", "fr"):
            table = frames["indices"].rename(columns={"quantity": "quantity_name"})
            write_csv(titled(table, self.compared, lang), folder / f"indices.{lang}.csv", lang, label, words)
            write_csv(frames["information"], folder / f"information.{lang}.csv", lang, label, {**studied, "now": title})
        write_json(folder / "sensitivity.json", sensitivity_document(frames, manifest))

    def _shown(self) -> list[dict[str, str]]:
        return _shown(self.outcomes, self.scenarios)


def inputs_of(outcomes: pd.DataFrame, draws: Sequence[Draw]) -> pd.DataFrame:
    """The inputs on the draws that there are outcomes for; ``UserError`` for too few draws."""
    there = set(outcomes["draw"])
    if len(there) < FEWEST:
        raise UserError(f"sensitivity: {len(there)} draws; needed {FEWEST} or more (mes compare --draws)")
    return input_table([draw for draw in draws if draw.index in there])


def quantities(outcomes: pd.DataFrame, scenarios: Sequence[str] | None = None) -> list[Quantity]:
    """The reference's stock at the horizon as simulated (no input explains what the forecast adds); gain and cost of
    every strategy, or of those named."""
    names = [str(name) for name in outcomes["scenario"].unique()]
    for name in scenarios or ():
        if name not in names:
            near = nearest(name, names)
            hint = f'; did you mean "{near}"?' if near else ""
            raise UserError(f"--scenario: there is no {name!r} in this folder; allowed: {', '.join(names)}{hint}")
    wide = {n: outcomes[outcomes["scenario"] == n].sort_values("draw") for n in names}
    found = [Quantity("activated", names[0], wide[names[0]]["simulated_millions"].to_numpy(float))]
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


def best_strategy(outcomes: pd.DataFrame | Mapping[str, Any]) -> str:
    """The strategy with the largest median gain."""
    medians = pd.DataFrame(outcomes).groupby("scenario", sort=False)["additional_millions"].median()
    return str(medians.iloc[1:].idxmax())


def source(folder: Path, sha256_of: Callable[[str], str], data: Mapping[str, str]) -> tuple[Manifest, pd.DataFrame]:
    """Manifest and outcomes of the comparison to analyse; ``sha256_of`` a draws file by its name in manifests; ``data``
    are the present files from which draws are made, with their SHA-256.

    Raises:
        UserError: no finished run folder, made of runs that share no draws, or with other draws than the present ones.
    """
    manifest, frames = load(folder)
    refuse_region(folder, manifest)
    if not manifest.get("paired", True):
        raise UserError(f"{folder}: its runs share no draws and people, so nothing can be compared draw by draw")
    if manifest["draws_sha256"] != sha256_of(manifest["draws_file"]):
        raise UserError(
            f"{folder}: was made with other draws than {manifest['draws_file']} holds now; run mes compare again"
        )
    if lines := list(changes("data file", {name: manifest["data"].get(name, "") for name in data}, data)):
        raise UserError(f"{folder}: was made with other data; run mes compare again\n  " + "\n  ".join(lines))
    return manifest, frames["outcomes"]


def _shown(outcomes: pd.DataFrame, scenarios: Sequence[str] | None) -> list[dict[str, str]]:
    """Quantities of the tornado: the status quo, and a strategy's gain and cost (where it varies)."""
    reference = str(outcomes["scenario"].iloc[0])
    found = [{"quantity": "activated", "scenario": reference}]
    if outcomes["scenario"].nunique() == 1:
        return found
    name = scenarios[0] if scenarios else best_strategy(outcomes)
    rows = outcomes[outcomes["scenario"] == name]
    for quantity, column in (("additional", "additional_millions"), ("cost", "cost_millions_eur")):
        if rows[column].nunique() > 1:
            found.append({"quantity": quantity, "scenario": name})
    return found


def sensitivity_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The document of ``mes sensitivity --json``."""
    indices = frames["indices"].assign(study=[study_of(str(name)) for name in frames["indices"]["input"]])
    settings = manifest["sensitivity"]
    return {
        **{
            key: manifest[key]
            for key in ("people", "seed", "structure", "policy_start", "data_end", "quick", "version")
        },
        "command_line": manifest["command_line"],
        "horizon": manifest["until"],
        "source": settings["source"],
        **learned_document(manifest),
        "draws": len(frames["inputs"]),
        "value_eur": settings["value_eur"],
        "budget_millions_eur": settings["budget_millions_eur"],
        "value_is": "assumed" if settings["value_eur"] is not None else None,
        "method": {
            "first_order": "RBD-FAST for given data (EASI) on normal scores, SALib",
            "pawn": "mean Kolmogorov-Smirnov distance over fifths, SALib",
            "information": "EVPPI by kernel ridge regression on the draws, less the mean over shuffled inputs",
        },
        "indices": records(indices),
        "information": records(frames["information"]),
    }
