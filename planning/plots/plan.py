"""All pictures of a plan folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from planning.plots.composition import composition
from planning.plots.frontier import frontier
from scenarios.plots import save

PICTURES = {"frontier": frontier, "composition": composition}


def draw_plan(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], folder: Path, lang: str) -> list[Path]:
    """Draws every picture into ``folder`` as ``<picture>.<lang>.png`` and ``.svg``; returns the paths in order."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, picture in PICTURES.items():
        paths += save(picture(frames, manifest, lang), folder / f"{name}.{lang}")
    return paths
