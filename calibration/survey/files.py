"""Files of ``mes survey``: tables in both languages, the draws, one JSON document, the picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.facts.targets import SurveyItem
from calibration.survey.report import base, claims_line, heading, question, rows_of, shown, spreadsheet, status
from foundation.language.numbers import percent
from foundation.language.text import LANGUAGES, label
from foundation.store.atomic import write_parquet, write_text
from scenarios.compare.tables import write_csv


def write_all(folder: Path, table: pd.DataFrame, draws: pd.DataFrame, document: Mapping[str, object]) -> None:
    """``survey.<lang>.csv``, ``answers.parquet`` (a row per line and draw) and ``survey.json`` into a folder."""
    for lang in LANGUAGES:
        write_csv(spreadsheet(table, lang), folder / f"survey.{lang}.csv", lang)
    write_parquet(folder / "answers.parquet", draws)
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(folder / "survey.json", text + "\n")


def draw_picture(
    folder: Path, table: pd.DataFrame, items: Sequence[SurveyItem], manifest: Mapping[str, Any], lang: str
) -> list[Path]:
    """``survey.<lang>.png`` and ``.svg``."""
    from scenarios.compare.pictures import save

    return save(picture(table, items, manifest, lang), folder / f"survey.{lang}")


def picture(table: pd.DataFrame, items: Sequence[SurveyItem], manifest: Mapping[str, Any], lang: str) -> Any:
    """The figure; surveys of which nothing is simulated are left out."""
    from calibration.survey.pictures import Answer, survey_answers

    panels = []
    for name in table["survey"].unique():
        rows = rows_of(table[table["survey"] == name])
        if any(row["simulated_p50"] is not None for row in rows):
            answers = [Answer(**_answer(row, lang)) for row in rows]
            panels.append((heading(str(name), items, lang), answers))
    return survey_answers(panels, manifest, lang, note=claims_line(manifest, lang))


def _answer(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    there = row["simulated_p50"] is not None
    simulated = shown(row, lang, 0) if there else label("survey_status.not_modelled", lang)
    name = question(row, lang)
    if row["base"] not in ("all", "adults"):
        name = label("survey.read", lang, question=name, base=base(row, lang))
    published, role = percent(row["published"], lang), row["status"]
    numbers = "survey.numbers_role" if role in ("imposed", "fitted") else "survey.numbers"
    return {
        "name": name,
        "published": 100 * row["published"],
        "simulated": tuple(100 * row[f"simulated_{p}"] for p in ("p025", "p50", "p975")) if there else None,
        "real": 100 * row["real_p50"] if there else None,
        "inside": row["inside"],
        "numbers": label(numbers, lang, published=published, simulated=simulated, role=status(row, lang)),
    }
