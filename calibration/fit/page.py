"""Puts a finished ``mes fit`` into the guides.

``python -m calibration.fit.page FOLDER --fill docs/calibration.md docs/calibration.fr.md --figures docs/figures``
writes the table of residuals and those of identifiability between their marks, and draws the figures (PNG) in both
languages. Without ``--fill`` it prints the tables.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.fit.files import draw_pictures, read_folder
from calibration.fit.report import identifiability_markdown, residual_markdown
from foundation.errors import UserError
from foundation.language.pages import fill_marks
from foundation.language.text import LANGUAGES

PARTS = {"fit": residual_markdown, "identifiability": identifiability_markdown}
"""Mark in a guide (``<!-- fit -->`` … ``<!-- /fit -->``) to what stands between."""


def parts(tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Markdown by mark."""
    return {mark: write(tables, manifest, lang) for mark, write in PARTS.items()}


def language_of(guide: Path) -> str:
    """French for ``*.fr.md``."""
    return "fr" if guide.name.endswith(".fr.md") else "en"


def figures(tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], folder: Path, lang: str) -> list[Path]:
    """``fit-<picture>.png`` or, in French, ``fit-<picture>.fr.png`` into an existing folder."""
    written = []
    stem = "fit-{name}" if lang == "en" else "fit-{name}.{lang}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        for path in draw_pictures(tables, manifest, Path(beside), lang, stem):
            if path.suffix == ".png":
                written.append(folder / path.name)
                os.replace(path, written[-1])
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.fit.page", description=__doc__)
    parser.add_argument("folder", type=Path, help="made by mes fit")
    parser.add_argument("--fill", type=Path, nargs="+", default=[], metavar="GUIDE", help="French ones end in .fr.md")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="folder to draw the figures into")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of what is printed or drawn without --fill")
    options = parser.parse_args(arguments)
    try:
        tables, manifest = read_folder(options.folder)
        if options.figures is not None and not options.figures.is_dir():
            raise UserError(f"--figures: {options.figures} is no folder")
        for guide in options.fill:
            for mark, text in parts(tables, manifest, language_of(guide)).items():
                fill_marks(guide, mark, text)
        if options.figures is not None:
            languages = dict.fromkeys(map(language_of, options.fill)) or (options.lang,)
            for lang in languages:
                figures(tables, manifest, options.figures, lang)
        if not options.fill:
            print("\n".join(parts(tables, manifest, options.lang).values()), end="")
    except UserError as error:
        print(f"fit_page: {error}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
