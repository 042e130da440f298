"""How is a run shown? Pictures: frames in, figures out. A picture is a function registered in ``PICTURES``; it may be
redrawn at will, as it holds no numbers of its own. Of this floor it alone imports matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from foundation.drawing.style import save
from scenarios.compare.pictures.adoption import adoption_curves
from scenarios.compare.pictures.courses import driver_courses
from scenarios.compare.pictures.funnel import funnel
from scenarios.compare.pictures.groups import by_age_band, digital_gap, equity_changes, left_behind
from scenarios.compare.pictures.strategies import additional_activations, cost_against_effect

__all__ = [
    "PICTURES",
    "additional_activations",
    "adoption_curves",
    "by_age_band",
    "cost_against_effect",
    "digital_gap",
    "draw_all",
    "driver_courses",
    "equity_changes",
    "funnel",
    "left_behind",
]

Picture = Callable[[Mapping[str, pd.DataFrame], Mapping[str, object], str], Figure]
PICTURES: dict[str, Picture] = {
    "adoption": adoption_curves,
    "additional": additional_activations,
    "cost-effect": cost_against_effect,
    "funnel": funnel,
    "age-bands": by_age_band,
    "digital-gap": digital_gap,
    "equity": equity_changes,
    "left-behind": left_behind,
    "drivers": driver_courses,
}
COMPARING = ("additional", "cost-effect", "equity")
"""Pictures that need a strategy beside the reference."""
_DIMENSIONS = {"age-bands": "age_band", "digital-gap": "digital_exclusion"}


def draw_all(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, object], folder: Path, lang: str) -> list[Path]:
    """Draws every picture the run has results for into ``folder`` as ``<picture>.<lang>.png`` and ``.svg``.

    Each file appears in one step; the same frames give the same bytes. Returns the paths in order.
    """
    paths = []
    for name in _wanted(frames):
        paths += save(PICTURES[name](frames, manifest, lang), folder / f"{name}.{lang}")
    return paths


def _wanted(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    alone = frames["outcomes"]["scenario"].nunique() == 1
    dimensions = set(frames["groups"]["dimension"].unique())
    missing = {name for name, dimension in _DIMENSIONS.items() if dimension not in dimensions}
    return [name for name in PICTURES if name not in missing and not (alone and name in COMPARING)]
