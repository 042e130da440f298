"""Published answers beside simulated ones, a row a line of the survey; and the same in words: for a spreadsheet, a
terminal, a program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.facts.targets import SurveyItem, asked, published_of
from calibration.survey import label
from calibration.survey.question import BARRIERS, NOT_MODELLED, Line, lines, status
from calibration.survey.work import Finding
from foundation.language.numbers import UNDEFINED, day, interval, number, percent, typeset
from foundation.quantiles import LEVELS, spread_of_defined
from foundation.store.manifest import Manifest
from scenarios.words import run_line

if TYPE_CHECKING:
    from rich.table import Table

Rows = list[dict[str, Any]]


def compare(
    findings: Sequence[Finding],
    items: Sequence[SurveyItem],
    fitted: Collection[tuple[str, str]],
    barrier_base: str = "non_activated",
) -> pd.DataFrame:
    """Every line with its published and its simulated share.

    ``fitted``: survey and key of the answers that the posterior was fitted to. ``barrier_base``: the structural choice
    that the draws were simulated with. Columns: ``survey, key, base, status`` (codes), ``n`` (respondents),
    ``base_size`` (number asked, from the published shares), ``published``; medians and 90 % intervals ``simulated_*``
    (over draws and samples), ``base_size_*`` (simulated number asked) and ``real_*`` (over draws); ``inside``. Shares
    are 0..1; missing where the model has no process for the answer.
    """
    return pd.DataFrame([_row(line, items, findings, status(line, fitted, barrier_base)) for line in lines()])


def _row(line: Line, items: Sequence[SurveyItem], findings: Sequence[Finding], role: str) -> dict[str, Any]:
    item = next(item for item in items if (item.survey, item.key) == (line.survey, line.key))
    size = None if item.n is None else asked(line.base, published_of(items, line.survey)) * item.n
    row: dict[str, Any] = {
        "survey": line.survey,
        "key": line.key,
        "base": line.base,
        "status": role,
        "n": item.n,
        "base_size": None if size is None else round(size),
        "published": item.share,
    }
    samples = [finding.samples[line] for finding in findings if line in finding.samples]
    sizes = [finding.sizes[line] for finding in findings if line in finding.sizes]
    real = [finding.real[line] for finding in findings if line in finding.real]
    groups = ("simulated", samples), ("base_size", sizes), ("real", real)
    quantiles = {name: spread_of_defined(*values) for name, values in groups}
    row |= {f"{name}_{p}": value for name, found in quantiles.items() for p, value in found.items()}
    return {**row, "inside": inside(item.share, row["simulated_p05"], row["simulated_p95"])}


def inside(published: float, low: float, high: float) -> bool | None:
    """Whether a figure printed as a whole percent lies in an interval, its ends printed likewise; None without one."""
    if np.isnan(low) or np.isnan(high):
        return None
    return _printed(low) <= _printed(published) <= _printed(high)


def _printed(share: float) -> int:
    """Whole percent, halves up."""
    return floor(100.0 * share + 0.5 + 1e-9)


def per_draw(findings: Sequence[Finding]) -> pd.DataFrame:
    """Expected and real share and expected base of each line and draw, with the draw's chances of claims."""
    rows: Rows = []
    for finding in findings:
        for line in finding.expected:
            key = {"survey": line.survey, "key": line.key, "base": line.base, "draw": finding.draw}
            shares = {"expected": finding.expected[line], "real": finding.real[line], "base_share": finding.base[line]}
            rows.append({**key, **shares, **vars(finding.answers)})
    return pd.DataFrame(rows)


def reason_key(row: Mapping[str, Any]) -> str | None:
    """Which explanation a row needs: a key of ``words.toml``, section survey_reason; None if it needs none.

    What the model has no process for is explained by ``question.NOT_MODELLED``.
    """
    if (row["survey"], row["key"]) in NOT_MODELLED or row["inside"] is not False:
        return None
    return "other_base" if row["key"] in BARRIERS and row["status"] != "imposed" else str(row["key"])


Row = Mapping[str, Any]
WHOLE = ("n", "base_size")


def question(row: Row, lang: str) -> str:
    """What was asked."""
    return label(f"survey_item.{row['key']}", lang)


def base(row: Row, lang: str) -> str:
    """Whom it was asked of."""
    return label(f"survey_base.{row['base']}", lang)


def role(row: Row, lang: str) -> str:
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
        "role": role(row, lang),
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
        role(row, lang),
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
