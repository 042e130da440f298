"""The pictures of a finished folder, drawn again."""

from __future__ import annotations

from pathlib import Path

from foundation.store import manifest as manifests
from planning.effects import run as effects_run
from planning.folder import load
from planning.mix import results
from planning.sensitivity import sensitivity


def redraw(folder: Path, lang: str) -> tuple[dict[str, object], list[Path]]:
    """Manifest and paths of the pictures of a plan, of effects, or of a sensitivity analysis.

    Raises:
        UserError: the folder is not finished, or not as its command left it.
    """
    from planning.effects.pictures import draw_effects
    from planning.mix.pictures import draw_plan
    from planning.sensitivity.pictures import draw_sensitivity

    tables = {"plan": results.FRAMES, "effects": effects_run.FRAMES, "sensitivity": sensitivity.FRAMES}
    draw = {"plan": draw_plan, "effects": draw_effects, "sensitivity": draw_sensitivity}
    command = manifests.read(folder)["command"]
    manifest, frames = load(folder, tables[command])
    return manifest, draw[command](frames, manifest, folder / "pictures", lang)
