"""``mes plot``: the pictures of a run folder, drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.errors import reported


def plot(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    lang: o.Language = o.Lang.en,
    json: Annotated[bool, typer.Option("--json", help="Print the list of pictures as JSON.")] = False,
) -> None:
    """Draw the pictures of a finished run again (for instance in the other language)."""
    with reported():
        from cli.simulation import draw_pictures, print_json
        from scenarios.runs import load

        manifest, frames = load(folder)
        pictures = draw_pictures(frames, manifest, folder, lang)
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "pictures": [str(p) for p in pictures]})
        else:
            for picture in pictures:
                print(picture)
