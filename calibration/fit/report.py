"""A fit for a terminal, for a guide (Markdown), for a spreadsheet and for a program (JSON)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration import parameter_word
from calibration.fit import label, words
from calibration.fit.residuals import NAMES, outside
from calibration.fit.words import Row
from foundation.language.pages import markdown_table
from foundation.quantiles import LEVELS, plain
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from scenarios.words import run_line

if TYPE_CHECKING:
    from rich.console import Console

Grid = tuple[list[str], list[list[str]]]
Tables = Mapping[str, pd.DataFrame]


def residual_grid(table: pd.DataFrame, lang: str) -> Grid:
    """Head and cells of the table of residuals."""
    head = words.heads("fit", words.RESIDUAL_HEAD, lang)
    return head, [words.residual_cells(row, lang) for row in words.rows_of(table)]


def parameter_grid(table: pd.DataFrame, lang: str) -> Grid:
    """Head and cells of the table of parameters."""
    head = words.heads("identified", words.PARAMETER_HEAD, lang)
    return head, [words.parameter_cells(row, lang) for row in words.rows_of(table)]


def product_grid(table: pd.DataFrame, lang: str) -> Grid:
    """Head and cells of the table of combinations."""
    return words.heads("identified", ("combination", "whole", "parts", "known"), lang), words.product_rows(table, lang)


def pair_grid(table: pd.DataFrame, lang: str) -> Grid:
    """Head and cells of the strongest correlations."""
    return words.heads("identified", ("pair", "correlation"), lang), words.pair_rows(table, lang)


def show(fit: Tables, manifest: Manifest, console: Console, lang: str) -> None:
    """Print all tables with their notes."""
    from rich.text import Text

    residuals, parameters, pairs = fit["residuals"], fit["parameters"], fit["correlations"]
    console.print(Text(label("fit.title", lang), style="bold"))
    console.print(_rich(residual_grid(residuals, lang), bold=label("fit.no", lang)))
    parts = [run_line(manifest, lang)], words.notes(residuals, manifest, lang), words.remarks(residuals, lang)
    for line in (line for part in parts for line in part):
        console.print(line, markup=False, highlight=False)
    console.print()
    console.print(Text(label("identified.title", lang), style="bold"))
    console.print(_rich(parameter_grid(parameters, lang)))
    console.print(words.parameters_note(parameters, manifest, lang), markup=False, highlight=False)
    console.print(_rich(product_grid(fit["products"], lang)))
    console.print(label("identified.products_note", lang), markup=False, highlight=False)
    console.print(_rich(pair_grid(pairs, lang)))
    console.print(words.correlations_note(pairs, lang), markup=False, highlight=False)


def _rich(grid: Grid, bold: str | None = None) -> Any:
    from rich.text import Text

    from foundation.language.screen import framed

    head, rows = grid
    table = framed(close=True)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style="bold" if bold in row else "") for cell in row))
    return table


def residual_markdown(fit: Tables, manifest: Manifest, lang: str) -> str:
    """The table of residuals with its notes, for a guide."""
    table = fit["residuals"]
    remarks = "\n".join(f"- {line}" for line in words.remarks(table, lang))
    lines = [f"{run_line(manifest, lang)}.", *words.notes(table, manifest, lang)]
    return "\n\n".join([markdown_table(*residual_grid(table, lang)), *lines, remarks]) + "\n"


def identifiability_markdown(fit: Tables, manifest: Manifest, lang: str) -> str:
    """The tables of parameters, combinations and pairs with their notes, for a guide."""
    return (
        "\n\n".join(
            [
                markdown_table(*parameter_grid(fit["parameters"], lang)),
                words.parameters_note(fit["parameters"], manifest, lang),
                markdown_table(*product_grid(fit["products"], lang)),
                label("identified.products_note", lang),
                markdown_table(*pair_grid(fit["correlations"], lang)),
                words.correlations_note(fit["correlations"], lang),
            ]
        )
        + "\n"
    )


def spreadsheets(fit: Tables, lang: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and table for ``scenarios.compare.tables.write_csv``, texts in the language."""
    yield "residuals", pd.DataFrame([_residual_row(row, lang) for row in words.rows_of(fit["residuals"])])
    meaning = [parameter_word(name, lang) for name in fit["parameters"]["parameter"]]
    parameters = fit["parameters"].copy()
    parameters["verdict"] = [label(f"identified.{name}", lang) for name in parameters["verdict"]]
    parameters.insert(1, "meaning", meaning)
    yield "parameters", _shortened(parameters)
    products = fit["products"].copy()
    products["combination"] = [label(f"combination.{name}", lang) for name in products["combination"]]
    products["verdict"] = [_known(name, lang) for name in products["verdict"]]
    products["part"] = [_part(name, lang) for name in products["part"]]
    yield "products", _shortened(products)
    pairs = fit["correlations"].copy()
    pairs["significant"] = [_said(bool(found), lang) for found in pairs["significant"]]
    for place in ("first", "second"):
        pairs[place] = [_part(name, lang) for name in pairs[place]]
    yield "correlations", _shortened(pairs)


def _part(name: str, lang: str) -> str:
    """A parameter as readers of a French file name it; the English file has the names of ``priors.csv``."""
    return parameter_word(name, lang) or name if lang == "fr" else name


def _said(yes: bool, lang: str) -> str:
    """Yes or no, without the emphasis of the table on a terminal."""
    return label("fit.yes" if yes else "fit.no", lang).lower()


def _known(verdict: str, lang: str) -> str:
    return label(f"identified.{'not_known' if verdict == 'not' else verdict}", lang) if verdict else ""


def _residual_row(row: Row, lang: str) -> dict[str, Any]:
    shown = {"simulated": "simulated", "predicted": "as_published", "prior": "before_data"}
    return {
        "pattern": row["pattern"],
        "what": words.what({**row, "region": ""}, lang),
        "where": row["region"],
        "when": row["date"],
        "unit": label(f"fit_unit.{row['unit']}", lang),
        "published_figure": round(row["published"], 4),
        "published_error": round(row["error"], 4),
        "is_lower_bound": _said(row["bound"], lang),
        **{f"{column}_{p}": round(row[f"{name}_{p}"], 4) for name, column in shown.items() for p in LEVELS},
        "residual": round(row["residual"], 4),
        "agrees": _said(row["inside"], lang),
        "fitted_to": words.role(row, lang),
        "why": words.why(row, lang),
    }


def _shortened(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers with five significant digits."""
    numbers = table.select_dtypes("number").columns
    return table.assign(**{name: [float(f"{value:.5g}") for value in table[name]] for name in numbers})


def document(fit: Tables, manifest: Manifest) -> Document:
    """Everything but draws and curves, as one JSON document."""
    count, compared = outside(fit["residuals"])
    settings = ("people", "draws", "seed", "structure", "data_end", "posterior", "prior_draws", "impossible")
    significant = fit["correlations"][fit["correlations"]["significant"]]
    return {
        **{name: manifest[name] for name in settings},
        "failures": [{name: failure[name] for name in ("draw", "error")} for failure in manifest["failures"]],
        "outside": count,
        "compared": compared,
        "lines": [_entry(row) for row in words.rows_of(fit["residuals"])],
        "parameters": [_plain(row, ("prior", "posterior", "place")) for row in words.rows_of(fit["parameters"])],
        "combinations": [_plain(row) for row in words.rows_of(fit["products"])],
        "correlations": [_plain(row) for row in words.rows_of(significant)],
    }


def _entry(row: Row) -> Document:
    entry = _plain(row, NAMES)
    for name in ("note", "reason_en", "reason_fr"):
        entry.pop(name)
    return {
        **entry,
        "survey": row["survey"] or None,
        "region": row["region"] or None,
        "what": words.what(row, "en"),
        "why": words.why(row, "en") or None,
    }


def _plain(row: Row, spreads: Sequence[str] = ()) -> dict[str, Any]:
    """Quantiles as objects, numbers with six digits, null where undefined."""
    grouped = {f"{name}_{p}" for name in spreads for p in LEVELS}
    cells = {name: plain(value) for name, value in row.items() if name not in grouped}
    objects = {name: {p: plain(row[f"{name}_{p}"]) for p in LEVELS} for name in spreads}
    empty = {name: None for name, found in objects.items() if found["p50"] is None}
    return {**cells, **objects, **empty}
