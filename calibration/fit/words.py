"""A fit in words: cells of its tables in a language, the same for terminal, guide and spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import floor, isfinite, log10
from typing import Any

import pandas as pd

from calibration import parameter_word
from calibration.facts.targets import Base
from calibration.fit import label
from calibration.fit.identifiability import CONTROL
from calibration.fit.residuals import outside
from calibration.survey.question import lines
from foundation.language.numbers import NARROW, NO_BREAK, UNDEFINED, day, interval, month, number, typeset
from foundation.store.manifest import Manifest

Row = Mapping[str, Any]
SHOWN_PAIRS = 12
"""Correlations in the tables shown."""
RESIDUAL_HEAD = ("pattern", "what", "when", "published", "simulated", "predicted", "residual", "inside", "role")
PARAMETER_HEAD = ("parameter", "prior", "posterior", "ratio", "shift", "verdict")
_DECIMALS = {"million": 2, "percent": 1, "ratio": 2}


def residual_cells(row: Row, lang: str) -> list[str]:
    """A line of the table of residuals, in the order of ``RESIDUAL_HEAD``."""
    return [
        str(row["pattern"]),
        what(row, lang),
        when(row, lang),
        published(row, lang),
        spread(row, "simulated", lang),
        spread(row, "predicted", lang),
        number(row["residual"], _DECIMALS[row["unit"]], lang, sign=True),
        label("fit.yes" if row["inside"] else "fit.no", lang),
        role(row, lang),
    ]


def what(row: Row, lang: str) -> str:
    """What was counted or asked, and where or by which survey and of whom."""
    if row["survey"]:
        of = asked_of(row["survey"], row["key"])
        survey = ", ".join([row["survey"], *(label(f"survey_base.{base}", lang) for base in of)])
        return label("fit.asked", lang, what=named(row["key"], lang), survey=survey)
    text = named(row["key"], lang)
    return label("fit.counted", lang, what=text, region=row["region"]) if row["region"] else text


def named(key: str, lang: str) -> str:
    """A count, or a question in the words of ``mes survey``."""
    return label(f"survey_item.{key}" if f"survey_item.{key}" in label else f"fit_what.{key}", lang)


@cache
def asked_of(survey: str, key: str) -> tuple[Base, ...]:
    """The base of a question; none where it was put to everybody, or where it depends on the structure."""
    bases = {line.base for line in lines() if (line.survey, line.key) == (survey, key)} - {"all"}
    return tuple(bases) if len(bases) == 1 else ()


def when(row: Row, lang: str) -> str:
    """The day; the month where no day is known."""
    return month(row["date"], lang) if row["key"] == "aware_at_start" else day(row["date"], lang)


def published(row: Row, lang: str) -> str:
    """``10.20 ± 0.30 M``, ``> 11.00 M``."""
    decimals = _DECIMALS[row["unit"]]
    shown = number(row["published"], decimals, lang)
    if row["bound"]:
        shown = label("fit.more_than", lang, number=shown)
    if row["error"] > 0:
        shown = label("fit.with_error", lang, number=shown, error=number(row["error"], decimals, lang))
    return label(f"fit.{row['unit']}_unit", lang, number=shown).replace(" ", NO_BREAK)


def spread(row: Row, name: str, lang: str) -> str:
    """``10.02 [9.61; 10.40]``; a dash where undefined."""
    low, middle, high = (row[f"{name}_{p}"] for p in ("p05", "p50", "p95"))
    if not isfinite(middle):
        return UNDEFINED
    decimals = _DECIMALS[row["unit"]]
    return f"{number(middle, decimals, lang)}{NO_BREAK}{interval(low, high, decimals, lang)}"


def role(row: Row, lang: str) -> str:
    """Fitted, not fitted or imposed."""
    return label(f"fit_role.{row['role'].replace(' ', '_')}", lang)


def why(row: Row, lang: str) -> str:
    """Why an answer is not fitted, or a remark on the line; may be empty."""
    if reason := row[f"reason_{lang}"]:
        return typeset(reason, lang)
    return label(f"fit_note.{row['note']}", lang) if row["note"] else ""


def remarks(table: pd.DataFrame, lang: str) -> Iterator[str]:
    """A sentence for each line that has something to be said of it."""
    for row in rows_of(table):
        if (reason := why(row, lang)) and row["key"] not in ("time", "information", "ready", "coverage"):
            yield label("fit.remark", lang, what=f"{row['pattern']}, {what(row, lang)}", why=reason)


def notes(table: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[str]:
    """How many lines are outside, how to read, what was left out, what the structure knew."""
    count, compared = outside(table)
    expected = number(compared / 10, 1, lang)
    yield label("fit.count", lang, outside=count, compared=compared, expected=expected)
    yield label("fit.reading", lang)
    yield label("fit.knew", lang)
    left_out = manifest["impossible"]
    if left_out["prior"]:
        share = number(100 * left_out["prior"] / manifest["prior_draws"], 0, lang)
        yield label("fit.prior_impossible", lang, share=share, draws=manifest["prior_draws"])
    if left_out["posterior"]:
        yield label("fit.posterior_impossible", lang, count=left_out["posterior"])


def parameter_cells(row: Row, lang: str) -> list[str]:
    """A line of the table of parameters, in the order of ``PARAMETER_HEAD``."""
    return [
        parameter(row["parameter"], lang),
        natural(row, "prior", lang),
        natural(row, "posterior", lang),
        number(row["sd_ratio"], 2, lang),
        number(row["shift"], 2, lang, sign=True),
        label(f"identified.{row['verdict']}", lang),
    ]


def parameter(name: str, lang: str) -> str:
    """What a parameter is, with its name in the files."""
    text = str(parameter_word(name, lang))
    return text if name == CONTROL else f"{text} ({name})"


def natural(row: Row, name: str, lang: str) -> str:
    """Median and interval in natural units, two significant figures."""
    low, middle, high = (figures(row[f"{name}_{p}"], lang) for p in ("p05", "p50", "p95"))
    separator = f"{NARROW};{NO_BREAK}" if lang == "fr" else f";{NO_BREAK}"
    return f"{middle}{NO_BREAK}[{low}{separator}{high}]"


def figures(value: float, lang: str, count: int = 2) -> str:
    """A number with so many significant figures, none beyond the fifth decimal."""
    decimals = 0 if value == 0 else max(0, min(5, count - 1 - floor(log10(abs(value)))))
    return number(value, decimals, lang)


def product_rows(table: pd.DataFrame, lang: str) -> list[list[str]]:
    """Combination, ratio of the whole, ratios of its parts, verdict."""
    rows = []
    for key, part in table.groupby("combination", sort=False):
        whole, parts = part[part["part"] == ""].iloc[0], part[part["part"] != ""]
        ratios = [
            f"{parameter_word(name, lang)} {number(ratio, 2, lang)}"
            for name, ratio in zip(parts["part"], parts["sd_ratio"], strict=True)
        ]
        verdict = label(f"identified.{'not_known' if whole['verdict'] == 'not' else whole['verdict']}", lang)
        rows.append([label(f"combination.{key}", lang), number(whole["sd_ratio"], 2, lang), ", ".join(ratios), verdict])
    return rows


def pair_rows(table: pd.DataFrame, lang: str) -> list[list[str]]:
    """The strongest correlations that are beyond chance."""
    chosen = table[table["significant"]].head(SHOWN_PAIRS)
    return [
        [
            " · ".join(str(parameter_word(row[place], lang)) for place in ("first", "second")),
            number(row["correlation"], 2, lang, sign=True),
        ]
        for row in rows_of(chosen)
    ]


def parameters_note(table: pd.DataFrame, manifest: Manifest, lang: str) -> str:
    """How to read the table of parameters."""
    return label("identified.note", lang, draws=number(manifest["posterior"]["draws"], 0, lang))


def correlations_note(table: pd.DataFrame, lang: str) -> str:
    """How to read the table of pairs."""
    return label(
        "identified.correlations_note", lang, limit=number(float(table["limit"].iloc[0]), 2, lang), pairs=len(table)
    )


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def heads(section: str, names: Sequence[str], lang: str) -> list[str]:
    """Column titles."""
    return [label(f"{section}.{name}", lang) for name in names]
