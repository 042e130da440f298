"""What the guides show of a finished ``mes survey``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.facts.targets import load_survey_items
from calibration.survey import label
from calibration.survey.report import claims_line, heading, rows_of_document, shown_cells, why
from foundation.errors import UserError
from foundation.store.reading import Document, NoFileError
from foundation.store.store import document as document_of
from scenarios.words import run_line

HEAD = ("question", "asked", "published_short", "simulated_short", "real_short", "inside_short", "status_short")


def read_document(folder: Path) -> Document:
    """The document of a folder that ``mes survey`` made.

    Raises:
        UserError: there is none that can be read.
    """
    path = folder / "survey.json"
    try:
        found = document_of(folder, path.name)
        found["surveys"], found["claims_from_priors"]
    except NoFileError:
        raise UserError(f"{folder}: not a folder of mes survey (no {path.name})") from None
    except KeyError as error:
        raise UserError(f"{folder}: not a folder of mes survey ({path.name}: {error})") from None
    return dict(found)


def markdown(document: Document, lang: str) -> str:
    """The table, settings, and the reasons of what is outside or not modelled."""
    rows, items = rows_of_document(document), load_survey_items()
    lines = [[label(f"survey.{name}", lang) for name in HEAD], ["---"] * len(HEAD)]
    previous = None
    for row in rows:
        if row["survey"] != previous:
            lines.append([f"**{heading(row['survey'], items, lang)}**", *[""] * (len(HEAD) - 1)])
            previous = row["survey"]
        lines.append(shown_cells(row, lang))
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join([table, _notes(document, rows, lang), "\n".join(f"- {w}" for w in why(rows, lang))]) + "\n"


def figures(document: Document, folder: Path) -> list[Path]:
    """``survey.png`` and ``survey.fr.png``."""
    from calibration.survey.study import picture
    from foundation.drawing.style import save

    items = load_survey_items()
    respondents = {survey["survey"]: survey["respondents"] for survey in document["surveys"]}
    table = pd.DataFrame([{**row, "n": respondents[row["survey"]]} for row in rows_of_document(document)])
    stems = {"en": folder / "survey", "fr": folder / "survey.fr"}
    return [path for lang, stem in stems.items() for path in save(picture(table, items, document, lang), stem, ["png"])]


def _notes(document: Document, rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    compared = [row["inside"] for row in rows if row["inside"] is not None]
    counted = label("survey.outside_count", lang, count=compared.count(False), compared=len(compared))
    return f"{run_line(document, lang)}. {counted} {claims_line(document, lang)}"
