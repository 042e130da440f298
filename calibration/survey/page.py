"""Puts the table of a finished ``mes survey`` into the guides: ``python -m calibration.survey.page FOLDER GUIDE…``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calibration.facts.targets import load_survey_items
from calibration.readings import fill
from calibration.survey.report import claims_line, heading, rows_of_document, shown_cells, why
from foundation.errors import UserError
from foundation.language.captions import run_line
from foundation.language.text import label

MARKS = ("<!-- survey -->", "<!-- /survey -->")
HEAD = ("question", "asked", "published_short", "simulated_short", "real_short", "inside_short", "status_short")


def read_document(folder: Path) -> dict[str, object]:
    """The document of a folder that ``mes survey`` made.

    Raises:
        UserError: there is none that can be read.
    """
    path = folder / "survey.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found["surveys"], found["claims_from_priors"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{folder}: not a folder of mes survey ({path.name}: {error})") from None
    return dict(found)


def markdown(document: Mapping[str, Any], lang: str) -> str:
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


def _notes(document: Mapping[str, object], rows: Sequence[Mapping[str, object]], lang: str) -> str:
    compared = [row["inside"] for row in rows if row["inside"] is not None]
    counted = label("survey.outside_count", lang, count=compared.count(False), compared=len(compared))
    return f"{run_line(document, lang)}. {counted} {claims_line(document, lang)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.survey.page", description=__doc__)
    parser.add_argument("folder", type=Path, help="made by mes survey")
    parser.add_argument("guides", type=Path, nargs="+", metavar="GUIDE", help="French ones end in .fr.md")
    options = parser.parse_args(arguments)
    try:
        document = read_document(options.folder)
        for guide in options.guides:
            fill(guide, markdown(document, "fr" if guide.name.endswith(".fr.md") else "en"), MARKS)
    except UserError as error:
        print(f"survey_page: {error}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
