"""The folder of ``mes fit``: tables as Parquet and CSV in both languages, one JSON document, pictures, a manifest; and
what the guides show of a finished one: tables by mark, figures as PNG.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.facts.targets import load_survey_items
from calibration.fit import label, words
from calibration.fit.report import document, identifiability_markdown, residual_markdown, spreadsheets
from calibration.fit.study import Fit
from foundation.errors import UserError
from foundation.language.numbers import day
from foundation.language.text import LANGUAGES
from foundation.store import manifest as manifests
from foundation.store.atomic import write_bytes, write_parquet, write_text
from foundation.store.manifest import Manifest
from foundation.store.store import Store, seal_made
from scenarios.compare.tables import write_csv

TABLES = ("residuals", "parameters", "products", "correlations", "curves", "draws")
PICTURES = ("stocks", "answers", "parameters", "correlations")
DOCUMENT, FOLDER = "fit.json", "pictures"


def write_all(folder: Path, fit: Fit, lang: str, more: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """Fill an existing folder, the manifest last, with ``more`` files by their names; pictures in one language. Returns
    the document."""
    for name, table in fit.tables().items():
        write_parquet(folder / f"{name}.parquet", table)
    for language in LANGUAGES:
        for name, table in spreadsheets(fit, language):
            write_csv(table, folder / f"{name}.{language}.csv", language, label)
    found = document(fit)
    text = json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)
    write_text(folder / DOCUMENT, text + "\n")
    for name, content in (more or {}).items():
        write_bytes(folder / name, content)
    pictures = folder / FOLDER
    pictures.mkdir()
    draw_pictures(fit.tables(), fit.manifest, pictures, lang)
    seal_made(folder, fit.manifest)
    return found


def read_folder(folder: Path) -> tuple[dict[str, pd.DataFrame], Manifest]:
    """Tables and manifest of a folder that ``mes fit`` made.

    Raises:
        UserError: it is none, or a table is missing, can't be read or has changed since.
    """
    manifest = manifests.read(folder)
    if manifest.get("kind") != "fit":
        raise UserError(f"{folder}: not a folder of mes fit")
    return Store(folder, manifest).frames(TABLES), manifest


def draw_pictures(
    tables: Mapping[str, pd.DataFrame],
    manifest: Manifest,
    folder: Path,
    lang: str,
    stem: str = "{name}.{lang}",
) -> list[Path]:
    """Every picture as PNG and SVG; ``stem`` gives their names."""
    from foundation.drawing.style import save

    paths: list[Path] = []
    for name in PICTURES:
        paths += save(picture(name, tables, manifest, lang), folder / stem.format(name=name, lang=lang))
    return paths


def picture(name: str, tables: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Any:
    """One figure."""
    from calibration.fit.pictures import correlation_map, identified_parameters, predicted_answers, predicted_stocks

    if name == "stocks":
        return predicted_stocks(tables["curves"], tables["residuals"], manifest, lang)
    if name == "answers":
        return predicted_answers(_panels(tables["residuals"], lang), manifest, lang)
    if name == "parameters":
        return identified_parameters(tables["parameters"], manifest, lang)
    return correlation_map(tables["correlations"], manifest, lang)


def _panels(table: pd.DataFrame, lang: str) -> list[tuple[str, list[Any]]]:
    """Answers by survey, those without a predicted interval left out."""
    items = {item.survey: item for item in load_survey_items()}
    asked = table[(table["survey"] != "") & table["predicted_p50"].notna()]
    return [
        (
            label("fit_answers.panel", lang, survey=name, day=day(items[str(name)].midpoint, lang)),
            [_answer(row, lang) for row in words.rows_of(asked[asked["survey"] == name])],
        )
        for name in asked["survey"].unique()
    ]


def _answer(row: Mapping[str, Any], lang: str) -> Any:
    from calibration.fit.pictures import PredictedAnswer

    levels = ("p05", "p50", "p95")
    prior = tuple(row[f"prior_{p}"] for p in levels)
    published = words.published({**row, "error": 0.0}, lang)
    return PredictedAnswer(
        name=words.named(row["key"], lang),
        published=row["published"],
        posterior=tuple(row[f"predicted_{p}"] for p in levels),
        prior=None if pd.isna(prior[1]) else prior,
        inside=bool(row["inside"]),
        numbers=" · ".join([published, words.spread(row, "predicted", lang), words.role(row, lang)]),
    )


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
