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
        Store.opened(folder).seal()
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "pictures": [str(p) for p in pictures]})
        else:
            for picture in pictures:
                print(picture)


def _planning(folder: Path, lang: o.Lang) -> tuple[Any, list[Path]]:
    """Manifest and pictures of a plan, of effects, or of a sensitivity analysis."""
    from planning.pictures import redraw

    return redraw(folder, lang.value)
