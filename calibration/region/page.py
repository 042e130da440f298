"""A fitted level as tables, for a terminal and for a guide, and what they mean in words."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from calibration.region import label
from calibration.region.fit import FEWEST
from calibration.region.verdict import ALLOWED, FAR, FEW
from foundation.language.numbers import day, number, percent, with_interval
from foundation.store.manifest import Manifest
from foundation.store.store import load
from scenarios.words import group_label, run_line

if TYPE_CHECKING:
    from rich.table import Table

Row = Sequence[str]
NAMES = {"level": "level.local", "growth_factor": "level.factor", "activated_millions": "level.activated"}
ENDS = ("p05", "p50", "p95")
WIDTH = 120
"""Characters of a line in a guide."""


def title(manifest: Manifest, lang: str) -> str:
    """Of which region, from how many counts."""
    counts, region = len(manifest["counts_used"]), group_label("region", manifest["region"], lang)
    return label("level.title_one" if counts == 1 else "level.title", lang, region=region, counts=counts)


def head(lang: str) -> Row:
    """Columns of ``rows``."""
    return [label(f"level.{name}", lang) for name in ("quantity", "before", "after")]


def rows(result: pd.DataFrame, lang: str) -> list[Row]:
    """The level and stocks, before and after."""
    found: list[Row] = []
    for _, row in result[result["before_p50"].notna()].iterrows():
        name = label(NAMES[row["quantity"]], lang, day=day(row["date"], lang) if row["date"] else "")
        found.append([name, *(_spread(row, when, lang) for when in ("before", "after"))])
    return found


def _spread(row: pd.Series[float], when: str, lang: str) -> str:
    low, middle, high = (float(row[f"{when}_{end}"]) for end in ENDS)
    if row["quantity"] == "activated_millions":
        return with_interval(low, middle, high, lang)
    low_text, middle_text, high_text = (
        number(value, 2, lang, sign=row["quantity"] == "level") for value in (low, middle, high)
    )
    return label("level.interval", lang, low=low_text, middle=middle_text, high=high_text)


def check_head(lang: str) -> Row:
    """Columns of ``check_rows``."""
    return [label(f"level.{name}", lang) for name in ("check", "found", "wanted")]


def check_rows(result: pd.DataFrame, manifest: Manifest, lang: str) -> list[Row]:
    """The checks with what is wanted of them."""
    values = {row["quantity"]: float(row["value"]) for _, row in result.iterrows() if pd.notna(row["value"])}
    least = {"effective": label("level.at_least", lang, least=FEW)}
    most = {"far": label("level.at_most", lang, most=percent(ALLOWED, lang))}
    shares = dict.fromkeys(("trend", "whole"), label("level.at_least", lang, least=percent(ALLOWED, lang)))
    wanted = {**least, **most, **shares, "largest_weight": label("level.no_bound", lang)}
    found: list[Row] = []
    for name, value in values.items():
        some = number(value, 0, lang)
        shown = (
            label("level.of", lang, some=some, all=number(manifest["draws"], 0, lang))
            if name == "effective"
            else percent(value, lang, 1 if value < 0.1 else 0)
        )
        found.append([label(f"level.{name}", lang, far=number(FAR, 1, lang)), shown, wanted[name]])
    return found


def said(result: pd.DataFrame, lang: str) -> list[str]:
    """The verdict in sentences."""
    return [label(f"said.{key}", lang, least=FEWEST) for key in str(result["verdict"].iloc[0]).split(" ")]


def notes(manifest: Manifest, lang: str) -> Iterator[str]:
    """What stands below the tables."""
    yield label("level.note", lang, sd=number(manifest["level_sd"], 2, lang))
    if left := manifest["counts_left_out"]:
        yield label("level.left_out_one" if left == 1 else "level.left_out", lang, count=left)
    yield run_line(told(manifest), lang)


def told(manifest: Manifest) -> Mapping[str, object]:
    """The manifest as far as a source line says it: the title says which region."""
    return {key: value for key, value in manifest.items() if key not in ("region", "policy_start")}


def rich_tables(result: pd.DataFrame, manifest: Manifest, lang: str) -> list[Table]:
    """Level and checks for a terminal."""
    return [
        plain_table(title(manifest, lang), head(lang), rows(result, lang)),
        plain_table(label("level.checks", lang), check_head(lang), check_rows(result, manifest, lang)),
    ]


def plain_table(name: str, heads: Row, lines: Sequence[Row]) -> Table:
    """Words on the left, numbers on the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", title_style="bold", title=Text(name))
    for place, one in enumerate(heads):
        table.add_column(one, justify="right" if place else "left", no_wrap=bool(place))
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    return table


def markdown(folder: Path, lang: str) -> str:
    """What the command prints, for a guide."""
    manifest, frames = load(folder, ["result"])
    lines = [*said(frames["result"], lang), *notes(manifest, lang)]
    return printed(rich_tables(frames["result"], manifest, lang), lines)


def printed(tables: Sequence[Table], lines: Sequence[str], first: Sequence[str] = ()) -> str:
    """Tables and sentences as a terminal shows them, as a block of a page; ``first``: sentences above the tables."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=WIDTH, color_system=None)
    for line in first:
        console.print(line, markup=False, highlight=False)
    for table in tables:
        console.print(table)
    for line in lines:
        console.print(line, markup=False, highlight=False)
    shown = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "```text\n" + "\n".join(line.rstrip() for line in shown).strip("\n") + "\n```\n"
