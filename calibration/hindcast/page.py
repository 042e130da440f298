"""A hindcast as tables, for a terminal and for a guide.

Both have the same cells: a table for each origin, the bounds, the summary, and below them what a reader has to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.hindcast import label
from calibration.hindcast.question import NAMES
from foundation.errors import UserError
from foundation.language.numbers import NARROW, NO_BREAK, UNDEFINED, day, interval, number, percent
from foundation.language.pages import markdown_table
from foundation.store.store import document
from model.terms.parameters import Structure
from model.terms.weeks import DAYS_PER_MONTH
from scenarios.words import run_line

if TYPE_CHECKING:
    from rich.table import Table

Results = Mapping[str, Any]
INSIDE, OUTSIDE = "✓", "✗"


def results_file(structure: Structure) -> str:
    """The name of the document: that of another structure than the default stands in the same guide."""
    return "hindcast.json" if structure == Structure() else "hindcast-alternative.json"


def read_results(folder: Path, *, alternative: bool = False) -> dict[str, Any]:
    """The document of a finished hindcast.

    Raises:
        UserError: there is none that can be read.
    """
    name = "hindcast-alternative.json" if alternative else "hindcast.json"
    if not (folder / name).is_file():
        raise UserError(f"{folder}: no finished hindcast (it holds no readable {name})")
    return document(folder, name)


@dataclass(frozen=True)
class Grid:
    """A title, a header and rows of cells; a line break within a cell is meant."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def grids(results: Results, lang: str) -> list[Grid]:
    """Every table, in the order of reading."""
    return [
        *(by_origin(results, origin, lang) for origin in results["origins"]),
        *bound_grids(results, lang),
        *documents_grids(results, lang),
        summary_grid(results, lang),
        horizon_grid(results, lang),
    ]


def by_origin(results: Results, origin: str, lang: str) -> Grid:
    """A row a forecaster, a column a figure published after the origin."""
    found = {(f["forecaster"], f["date"]): f for f in results["forecasts"] if f["origin"] == origin}
    figures = {f["date"]: f for f in found.values()}
    absent = {entry["forecaster"]: entry for entry in results["absent"] if entry["origin"] == origin}
    rows = []
    for name in NAMES:
        if name in absent:
            cells = [_reason(absent[name], lang), *[""] * (len(figures) - 1)]
        else:
            cells = [_forecast(found[name, date], lang) for date in sorted(figures)]
        rows.append([label(f"forecaster.{name}", lang), *cells])
    head = [label("hindcast.forecaster", lang), *(_figure(figures[date], lang) for date in sorted(figures))]
    return Grid(label("hindcast.origin", lang, day=day(origin, lang)), head, rows)


def bound_grids(results: Results, lang: str) -> Iterator[Grid]:
    """For each stock published as "more than", the probability given to it, by origin."""
    bounds = {bound["date"]: bound for bound in results["lower_bounds"]}
    for date, bound in sorted(bounds.items()):
        given = {(b["forecaster"], b["origin"]): b["probability"] for b in results["lower_bounds"] if b["date"] == date}
        origins = sorted({origin for _, origin in given})
        title = label(
            "hindcast.bound_title", lang, bound=number(bound["more_than_millions"], 0, lang), day=day(date, lang)
        )
        rows = [
            [label(f"forecaster.{name}", lang), *(_percent(given.get((name, origin)), lang) for origin in origins)]
            for name in NAMES
        ]
        yield Grid(title, [label("hindcast.forecaster", lang), *(day(origin, lang) for origin in origins)], rows)


def summary_grid(results: Results, lang: str) -> Grid:
    """A row a forecaster: means over its forecasts, and over those that all have made."""
    same = max((entry["common"]["forecasts"] for entry in results["forecasters"]), default=0)
    keys = ("forecaster", "count", "error", "crps", "inside", "same_error", "same_crps")
    rows = [
        [
            label(f"forecaster.{entry['forecaster']}", lang),
            number(entry["forecasts"], 0, lang),
            *(number(entry[key], 2, lang) for key in ("absolute_error_millions", "crps_millions")),
            label("hindcast.of", lang, inside=entry["inside"], all=entry["forecasts"])
            if entry["forecasts"]
            else UNDEFINED,
            *(number(entry["common"][key], 2, lang) for key in ("absolute_error_millions", "crps_millions")),
        ]
        for entry in results["forecasters"]
    ]
    return Grid(label("hindcast.summary", lang), [label(f"hindcast.{key}", lang, n=same) for key in keys], rows)


def horizon_grid(results: Results, lang: str) -> Grid:
    """A row a forecaster, a column a range of horizons that has forecasts: mean CRPS, bias, and how many inside."""
    bins = [column for column in zip(*_by_horizon(results), strict=True) if any(found["forecasts"] for found in column)]
    names = [label(f"forecaster.{entry['forecaster']}", lang) for entry in results["forecasters"]]
    rows = [[name, *(_of_bin(column[i], lang) for column in bins)] for i, name in enumerate(names)]
    head = [_bin(column[0]["from_days"], column[0]["to_days"], lang) for column in bins]
    return Grid(label("hindcast.by_horizon", lang), [label("hindcast.forecaster", lang), *head], rows)


def documents_grids(results: Results, lang: str) -> Iterator[Grid]:
    """A row an origin, a column a point of the documents that came after one of them, and in the last row what came;
    nothing where no origin has draws."""
    found = {(entry["origin"], entry["date"]): entry for entry in results.get("documents", ())}
    if not found:
        return
    origins, days = (sorted({key[place] for key in found}) for place in (0, 1))
    rows = [[day(one, lang), *(_foreseen(found.get((one, date)), lang) for date in days)] for one in origins]
    came = {date: number(entry["came"], 1, lang) for (_, date), entry in found.items()}
    rows.append([label("hindcast.documents_came", lang), *(came[date] for date in days)])
    head = [label("hindcast.documents_origin", lang), *(day(date, lang) for date in days)]
    yield Grid(label("hindcast.documents", lang), head, rows)


def _foreseen(entry: Mapping[str, Any] | None, lang: str) -> str:
    if entry is None:
        return UNDEFINED
    return f"{number(entry['p50'], 1, lang)}{NO_BREAK}{interval(entry['p05'], entry['p95'], 1, lang)}"


def _by_horizon(results: Results) -> list[object]:
    return [entry["by_horizon"] for entry in results["forecasters"]]


def _bin(low: int, high: int | None, lang: str) -> str:
    if high is None:
        return label("hindcast.bin_open", lang, low=number(low, 0, lang))
    return label("hindcast.bin", lang, low=number(low, 0, lang), high=number(high, 0, lang))


def _of_bin(found: Mapping[str, Any], lang: str) -> str:
    if not found["forecasts"]:
        return UNDEFINED
    crps, bias = (number(found[f"{key}_millions"], 2, lang) for key in ("crps", "bias"))
    inside = label("hindcast.of", lang, inside=found["inside"], all=found["forecasts"])
    return label("hindcast.bin_value", lang, crps=crps, bias=bias, inside=inside)


def notes(results: Results, lang: str) -> list[str]:
    """What stands below all tables."""
    figures = len({forecast["date"] for forecast in results["forecasts"]})
    lines = [_behind(entry, lang) for entry in results["model_against_last_slope"]]
    lacking = {entry["origin"]: entry["make"] for entry in results["absent"] if entry["reason"] == "no posterior"}
    if lacking:
        days = ", ".join(day(origin, lang) for origin in lacking)
        make = next(iter(lacking.values()))
        if lang == "fr":
            make = make.replace("DIR", "DOSSIER").replace("ORIGIN", "ORIGINE")
        lines.append(label("hindcast.no_posterior_how", lang, days=days, make=make))
    return [
        *lines,
        label("hindcast.few", lang, figures=figures),
        label("hindcast.note", lang),
        run_line({key: results[key] for key in ("people", "draws", "seed", "data_end") if key in results}, lang),
    ]


def _behind(entry: Mapping[str, Any], lang: str) -> str:
    error, crps = entry["worse_absolute_error"], entry["worse_crps"]
    either = sorted({(case["origin"], case["date"]) for case in (*error, *crps)})
    cases = [
        label("hindcast.behind_case", lang, origin=day(origin, lang), day=day(date, lang)) for origin, date in either
    ]
    return label(
        "hindcast.behind",
        lang,
        model=label(f"forecaster.{entry['forecaster']}", lang),
        error=len(error),
        crps=len(crps),
        n=entry["compared"],
        list=label("hindcast.behind_list", lang, cases=", ".join(cases)) if cases else "",
    )


def _forecast(found: Mapping[str, Any], lang: str) -> str:
    band = f"{number(found['p50'], 2, lang)}{NO_BREAK}{interval(found['p05'], found['p95'], 2, lang)}"
    scores = [number(found[key], 2, lang) for key in ("absolute_error_millions", "crps_millions")]
    return f"{band}\n{' · '.join([*scores, INSIDE if found['inside'] else OUTSIDE])}"


def _figure(found: Mapping[str, Any], lang: str) -> str:
    months = number(found["horizon_days"] / DAYS_PER_MONTH, 1, lang)
    when = label("hindcast.figure", lang, day=day(found["date"], lang), months=months)
    if found["interval"]:
        low, high = (number(found[f"{key}_millions"], 1, lang) for key in ("low", "high"))
        return f"{when}\n{label('hindcast.figure_interval', lang, low=low, high=high)}"
    published, error = (number(found[key], 2, lang) for key in ("published_millions", "error_millions"))
    return f"{when}\n{label('hindcast.figure_value', lang, published=published, error=error)}"


def _reason(entry: Mapping[str, Any], lang: str) -> str:
    if entry["reason"] == "no posterior":
        return label("hindcast.no_posterior", lang)
    return label("hindcast.not_enough", lang, given=entry["given"], needed=entry["needed"])


def _percent(share: float | None, lang: str) -> str:
    """A probability; one that would be shown as 0 or 100 % as a bound."""
    if share is None or 0.01 <= share <= 0.99:
        return percent(share, lang)
    return f"<{NARROW}{percent(0.01, lang)}" if share < 0.01 else f">{NARROW}{percent(0.99, lang)}"


def table_of_scores(results: Results) -> pd.DataFrame:
    """Every forecast that was scored, a row each, for a spreadsheet."""
    quantiles = {name: f"forecast_millions_{name}" for name in ("p05", "p50", "p95")}
    table = pd.DataFrame(results["forecasts"]).rename(columns={**quantiles, "inside": "inside_90"})
    return table.astype({"inside_90": int, "interval": int})


SHIPPED = files("calibration.hindcast") / "data" / "scores.csv"


def shipped_scores() -> pd.DataFrame:
    """Every scored forecast of the guide's hindcast, for the report: some columns of ``table_of_scores``."""
    with SHIPPED.open(encoding="utf-8") as file:
        return pd.read_csv(file)


def shipped_text(results: Results) -> str:
    """The file of ``shipped_scores``."""
    names = ["forecaster", "origin", "date", "horizon_days", "bias_millions", "absolute_error_millions"]
    table = table_of_scores(results)[[*names, "crps_millions", "inside_90"]]
    return table.to_csv(index=False, lineterminator="\n")


def rich_table(grid: Grid, lang: str) -> Table:
    """One table for a terminal, with what has to be said of every one below it."""
    from rich.text import Text

    from foundation.language.screen import framed

    table = framed(grid.title, label("hindcast.caveat", lang))
    for place, name in enumerate(grid.head):
        table.add_column(Text(name), justify="left" if place == 0 else "right", no_wrap=place == 0, min_width=9)
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def markdown(results: Results, lang: str) -> str:
    """Everything for a guide."""
    parts = [_markdown(grid, lang) for grid in grids(results, lang)]
    return "\n\n".join([*parts, *notes(results, lang)]) + "\n"


def alternative(results: Results, lang: str) -> str:
    """The summary and the table by horizon of another structure, for a guide."""
    choices = {key: value for key, value in results["structure"].items() if value != getattr(Structure(), key, None)}
    named = ", ".join(f"`{key}={value}`" for key, value in choices.items())
    parts = [_markdown(grid, lang) for grid in (summary_grid(results, lang), horizon_grid(results, lang))]
    return "\n\n".join([label("hindcast.alternative", lang, choices=named), *parts]) + "\n"


def _markdown(grid: Grid, lang: str) -> str:
    head, *rows = ([cell.replace("\n", "<br>") for cell in line] for line in (grid.head, *grid.rows))
    table = markdown_table(head, rows, words=1)
    return f"**{grid.title}**\n\n{table}\n\n*{label('hindcast.caveat', lang)}*"


def draw_pictures(results: Results, folder: Path) -> list[Path]:
    """``hindcast.png`` and ``hindcast.fr.png`` for guides."""
    from calibration.hindcast.pictures import hindcast_panels
    from foundation.drawing.style import save

    stems = {"en": folder / "hindcast", "fr": folder / "hindcast.fr"}
    return [path for lang, stem in stems.items() for path in save(hindcast_panels(results, lang), stem, ["png"])]
