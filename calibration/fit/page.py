"""What the guides show of a finished ``mes fit``: tables by mark, figures as PNG."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from calibration.fit.files import draw_pictures
from calibration.fit.report import identifiability_markdown, residual_markdown
from foundation.store.manifest import Manifest

PARTS = {"fit": residual_markdown, "identifiability": identifiability_markdown}
"""Mark in a guide (``<!-- fit -->`` … ``<!-- /fit -->``) to what stands between."""


def figures(tables: Mapping[str, pd.DataFrame], manifest: Manifest, folder: Path, lang: str) -> list[Path]:
    """``fit-<picture>.png`` or, in French, ``fit-<picture>.fr.png`` into an existing folder."""
    written = []
    stem = "fit-{name}" if lang == "en" else "fit-{name}.{lang}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        for path in draw_pictures(tables, manifest, Path(beside), lang, stem):
            if path.suffix == ".png":
                written.append(folder / path.name)
                os.replace(path, written[-1])
    return written
