"""The pictures of a finished folder, drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planning import effects_run, results, sensitivity
from planning.folder import load
from scenarios import manifest as manifests


def redraw(folder: Path, lang: str) -> tuple[dict[str, Any], list[Path]]:
    """Manifest and paths of the pictures of a plan, of effects, or of a sensitivity analysis.

    Raises:
        UserError: the folder is not finished, or not as its command left it.
    """
    from planning.plots.effects import draw_effects
    from planning.plots.plan import draw_plan
    from planning.plots.sensitivity import draw_sensitivity

    tables = {"plan": results.FRAMES, "effects": effects_run.FRAMES, "sensitivity": sensitivity.FRAMES}
    draw = {"plan": draw_plan, "effects": draw_effects, "sensitivity": draw_sensitivity}
    command = manifests.read(folder)["command"]
    manifest, frames = load(folder, tables[command])
    return manifest, draw[command](frames, manifest, folder / "pictures", lang)
