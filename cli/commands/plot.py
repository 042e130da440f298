"""``mes plot``: the pictures of a run folder, drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import options as o
from cli.errors import reported

PLANNING = ("plan", "effects", "sensitivity")
"""Commands whose folders hold other tables than a run's."""


def plot(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    lang: o.Language = o.Lang.en,
    json: Annotated[bool, typer.Option("--json", help="Print the list of pictures as JSON.")] = False,
) -> None:
    """Draw the pictures of a finished run again (for instance in the other language)."""
    with reported():
        from cli.simulation import draw_pictures, print_json
        from foundation.store import manifest as manifests
        from foundation.store.store import Store
        from scenarios.compare.comparison import load

        if manifests.read(folder).get("command") in PLANNING:
            manifest, pictures = _planning(folder, lang)
        else:
            manifest, frames = load(folder)
            pictures = draw_pictures(frames, manifest, folder, lang)
        Store.opened(folder).seal("pictures/")
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "pictures": [str(p) for p in pictures]})
        else:
            for picture in pictures:
                print(picture)


def _planning(folder: Path, lang: o.Lang) -> tuple[Any, list[Path]]:
    """Manifest and pictures of a plan, of effects, or of a sensitivity analysis.

    Raises:
        UserError: the folder is not finished, or not as its command left it.
    """
    from foundation.store import manifest as manifests
    from foundation.store.store import load
    from planning.effects.effects import FRAMES as EFFECTS
    from planning.effects.pictures import draw_effects
    from planning.mix.pictures import draw_plan
    from planning.mix.results import FRAMES as PLAN
    from planning.sensitivity.pictures import draw_sensitivity
    from planning.sensitivity.study import FRAMES as SENSITIVITY

    kinds = {"plan": (PLAN, draw_plan), "effects": (EFFECTS, draw_effects)}
    names, draw = (kinds | {"sensitivity": (SENSITIVITY, draw_sensitivity)})[manifests.read(folder)["command"]]
    manifest, frames = load(folder, names)
    return manifest, draw(frames, manifest, folder / "pictures", lang.value)
