"""The comparison of ``calibration.survey.tables`` in words: for a spreadsheet, a terminal, a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.facts.priors import SURVEY
from calibration.facts.targets import SurveyItem
from calibration.survey import label
from calibration.survey.question import NOT_MODELLED
from calibration.survey.tables import reason_key
from calibration.survey.work import Finding
from foundation.language.numbers import UNDEFINED, day, interval, number, percent, typeset
from foundation.quantiles import LEVELS, rounded, spread
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from scenarios.words import run_line

if TYPE_CHECKING:
    from rich.table import Table

Row = Mapping[str, Any]
WHOLE = ("n", "base_size")


def question(row: Row, lang: str) -> str:
    """What was asked."""
    return label(f"survey_item.{row['key']}", lang)


def base(row: Row, lang: str) -> str:
    """Whom it was asked of."""
    return label(f"survey_base.{row['base']}", lang)


def status(row: Row, lang: str) -> str:
    """The role of a line for the parameters."""
    return label(f"survey_status.{row['status'].replace(' ', '_')}", lang)


def verdict(row: Row, lang: str) -> str:
    """Yes or no; a dash where nothing is simulated."""
    return UNDEFINED if row["inside"] is None else label("survey.yes" if row["inside"] else "survey.no", lang)


def remark(row: Row, lang: str) -> str:
    """Why a line is outside its interval or not modelled; empty for all others."""
    if reason := NOT_MODELLED.get((row["survey"], row["key"])):
        return typeset(reason[lang], lang)
    key = reason_key(row)
    return label(f"survey_reason.{key}", lang) if key else ""


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; numbers that are missing are None, and numbers of people whole."""
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    rows = [{str(name): value for name, value in record.items()} for record in records]
    return [{**row, **{name: None if row[name] is None else int(row[name]) for name in WHOLE}} for row in rows]


def rows_of_document(found: Mapping[str, Any]) -> list[Document]:
    """What ``rows_of`` gives, from a document that was written (without the simulated numbers asked)."""
    return [_row_of(survey["survey"], entry) for survey in found["surveys"] for entry in survey["items"]]


def _row_of(survey: str, entry: Row) -> dict[str, Any]:
    nothing = dict.fromkeys(LEVELS)
    shares = {
        f"{name}_{p}": None if value is None else value / 100
        for name in ("simulated", "real")
        for p, value in (entry[f"{name}_percent"] or nothing).items()
    }
    return {
        "survey": survey,
        "key": entry["key"],
        "base": entry["base"],
        "status": entry["role"],
        "base_size": entry["number_asked"],
        "published": entry["published_percent"] / 100,
        "inside": entry["inside"],
        **shares,
    }


def spreadsheet(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """One row a line, texts in the language, percent with one decimal, for ``scenarios.compare.tables.write_csv``."""
    return pd.DataFrame([_cells(row, lang) for row in rows_of(table)]).astype(
        {"respondents": "Int64", "number_asked": "Int64"}
    )


def _cells(row: Row, lang: str) -> dict[str, Any]:
    return {
        "survey": row["survey"],
        "key": row["key"],
        "question": question(row, lang),
        "asked_of": base(row, lang),
        "role": status(row, lang),
        "respondents": row["n"],
        "number_asked": row["base_size"],
        "published_percent": round(100 * row["published"], 1),
        **{f"simulated_percent_{p}": _percent(row[f"simulated_{p}"]) for p in LEVELS},
        **{f"real_percent_{p}": _percent(row[f"real_{p}"]) for p in LEVELS},
        **{f"simulated_number_asked_{p}": row[f"base_size_{p}"] for p in LEVELS},
        "inside": "" if row["inside"] is None else verdict(row, lang),
        "remark": remark(row, lang),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def document(
    table: pd.DataFrame, findings: Sequence[Finding], items: Sequence[SurveyItem], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything as one JSON document; percent, medians and 90 % intervals."""
    claims = {name: spread([float(vars(finding.answers)[name]) for finding in findings]) for name in SURVEY}
    first = {item.survey: item for item in reversed(items)}
    surveys = [
        {
            "survey": str(name),
            "respondents": first[str(name)].n,
            "fieldwork": [first[str(name)].start.isoformat(), first[str(name)].end.isoformat()],
            "items": [_entry(row) for row in rows_of(table[table["survey"] == name])],
        }
        for name in table["survey"].unique()
    ]
    return {**settings, "claims": claims, "surveys": surveys}


def _entry(row: Row) -> Document:
    return {
        "key": row["key"],
        "question": question(row, "en"),
        "base": row["base"],
        "role": row["status"],
        "number_asked": row["base_size"],
        "published_percent": rounded(100 * row["published"]),
        "simulated_percent": _interval(row, "simulated", 100),
        "real_percent": _interval(row, "real", 100),
        "simulated_number_asked": _interval(row, "base_size", 1),
        "inside": row["inside"],
        "remark": remark(row, "en") or None,
    }


def _interval(row: Row, name: str, scale: float) -> dict[str, float | None] | None:
    if row[f"{name}_p50"] is None:
        return None
    return {p: rounded(scale * row[f"{name}_{p}"]) for p in LEVELS}


def shown(row: Row, lang: str, decimals: int = 1) -> str:
    """``33.1 [25.2; 41.0]``, percent; a dash where nothing is simulated."""
    if row["simulated_p50"] is None:
        return UNDEFINED
    low, middle, high = (100 * row[f"simulated_{p}"] for p in LEVELS)
    return f"{number(middle, decimals, lang)} {interval(low, high, decimals, lang)}"


def rich_table(table: pd.DataFrame, items: Sequence[SurveyItem], manifest: Manifest, lang: str) -> Table:
    """The comparison for a terminal of 110 columns."""
    from rich.text import Text

    from foundation.language.screen import framed

    shape = framed(label("survey.title", lang), "\n".join(caption(table, manifest, lang)))
    shape.add_column(label("survey.question", lang), min_width=20, max_width=46, overflow="fold")
    shape.add_column(label("survey.asked", lang), overflow="fold")
    for name in ("published_short", "simulated_short", "real_short"):
        shape.add_column(label(f"survey.{name}", lang), justify="right", no_wrap=True)
    for name in ("inside_short", "status_short"):
        shape.add_column(label(f"survey.{name}", lang), no_wrap=True)
    previous = None
    for row in rows_of(table):
        if row["survey"] != previous:
            shape.add_row(Text(heading(row["survey"], items, lang), style="bold"), end_section=False)
            previous = row["survey"]
        bold = "bold" if row["inside"] is False else ""
        shape.add_row(*(Text(cell, style=bold) for cell in shown_cells(row, lang)))
    return shape


def heading(survey: str, items: Sequence[SurveyItem], lang: str) -> str:
    """Name, size and middle of a survey."""
    item = next(item for item in items if item.survey == survey)
    if item.n is None:
        return label("survey.panel_unknown", lang, survey=survey)
    when = day(item.midpoint, lang)
    return label("survey.panel", lang, survey=survey, n=number(item.n, 0, lang), day=when)


def asked_of(row: Row, lang: str) -> str:
    """Whom, and how many."""
    if row["base_size"] is None:
        return base(row, lang)
    return label("survey.people", lang, base=base(row, lang), n=number(row["base_size"], 0, lang))


def shown_cells(row: Row, lang: str) -> list[str]:
    """A line of the table: question, whom, published, simulated, real, inside, role."""
    real = UNDEFINED if row["real_p50"] is None else number(100 * row["real_p50"], 1, lang)
    return [
        question(row, lang),
        asked_of(row, lang),
        percent(row["published"], lang),
        shown(row, lang),
        real,
        verdict(row, lang),
        status(row, lang),
    ]


def caption(table: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[str]:
    """Settings, how many lines are outside, where the claims come from, how to read."""
    compared = table["inside"].notna()
    outside = int((table.loc[compared, "inside"] == False).sum())  # noqa: E712
    yield run_line(manifest, lang)
    yield label("survey.outside_count", lang, count=outside, compared=int(compared.sum()))
    yield claims_line(manifest, lang)
    yield label("survey.note", lang)


def claims_line(manifest: Manifest, lang: str) -> str:
    """Whether chances of over-claiming were fitted."""
    names = manifest["claims_from_priors"]
    return label("survey.claims_prior", lang, names=", ".join(names)) if names else label("survey.claims_draws", lang)


def why(rows: Iterable[Row], lang: str) -> Iterator[str]:
    """A sentence for each line that is outside or not modelled."""
    for row in rows:
        if reason := remark(row, lang):
            key = "survey.why_not" if row["status"] == "not modelled" else "survey.why_outside"
            line = f"{row['survey']}, {label('survey.read', lang, question=question(row, lang), base=base(row, lang))}"
            yield label(key, lang, line=line, reason=reason[0].upper() + reason[1:])
