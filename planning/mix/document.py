"""The document of ``mes plan --json``, which is also ``plan.json``: plain values, from the tables of the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from foundation.quantiles import rounded, spread
from planning.mix.measures import FAIR_POINTS
from planning.mix.results import losing

Frames = Mapping[str, pd.DataFrame]
_COMMON = (
    "people", "seed", "structure", "policy_start", "target_millions", "data_end", "quick", "version", "command_line",
)  # fmt: skip


def plan_document(frames: Frames, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a reader or another program needs; ``None`` for what is undefined."""
    frontier, asked = frames["frontier"], row_of(frames, "asked")
    return {
        **{key: manifest[key] for key in _COMMON},
        "horizon": manifest["until"],
        **{key: manifest["plan"][key] for key in ("budget_millions_eur", "probability", "fair", "levers")},
        "fair_points": FAIR_POINTS,
        "minutes_millions": manifest["plan"]["minutes_millions"],
        "most_that_can_be_spent_millions_eur": rounded(manifest["plan"]["most_millions_eur"]),
        "search_draws": manifest["plan"]["search_draws"],
        "fresh_draws": manifest["plan"]["fresh_draws"],
        "failed_draws": sorted({failure["draw"] for failure in manifest["failures"]}),
        "mix": _records(frames["plan"][frames["plan"]["mix"] == asked["mix"]]),
        "result": _record(asked),
        "regret_millions": spread(frames["regret"]["regret"]) | {"mean": rounded(frames["regret"]["regret"].mean())},
        "target": target(frames, manifest),
        "frontier": _records(frontier),
        "mixes": _records(frames["plan"][["mix", "role", "lever", "share_of_ceiling", "intensity", "cost_mean"]]),
        "shipped": _records(frames["shipped"]),
        "not_beaten": list(losing(frames["shipped"])),
        "groups": _records(frames["plan_groups"][frames["plan_groups"]["mix"] == asked["mix"]]),
        "costs": _records(frames["plan_costs"]),
        "unit": "millions of persons, euros and minutes of the whole country; quantiles and means over fresh draws",
        "choices": {
            "maximised": "mean additional activations",
            "budget": "mean cost",
            "assumed": "interval of each unit price taken as 90 %; ceilings of the levers as in the shipped strategies",
            "fair": "a group further behind by less than fair_points counts as not further behind (assumed)",
        },
    }


def row_of(frames: Frames, role: str) -> pd.Series[Any]:
    """The mix of a role on the frontier."""
    table = frames["frontier"]
    return table[table["role"] == role].iloc[0]


def has(frames: Frames, role: str) -> bool:
    """Whether there is a mix of that role."""
    return bool((frames["frontier"]["role"] == role).any())


def target(frames: Frames, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the target can be reached with the wanted probability, and how, or how far one gets."""
    far = row_of(frames, "reach")
    found: dict[str, Any] = {
        "target_millions": manifest["target_millions"],
        "probability": manifest["plan"]["probability"],
        "reachable": has(frames, "target"),
        "furthest_millions": rounded(manifest["plan"]["furthest_millions"]),
        "furthest_cost_millions_eur": rounded(float(far["cost_mean"])),
    }
    if found["reachable"]:
        row = row_of(frames, "target")
        names = ("probability_of_target", "probability_of_target_low", "probability_of_target_high", "cost_mean")
        found |= {name: rounded(float(row[name])) for name in names}
        found["search_probability"] = manifest["plan"]["target_search_probability"]
        plan = frames["plan"]
        found["mix"] = _records(plan.loc[plan["role"] == "target", ["lever", "share_of_ceiling", "intensity"]])
    return found


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [_record(row) for _, row in table.iterrows()]


def _record(row: pd.Series[Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return rounded(float(value))
    return None if value is None or value is pd.NA else str(value)
