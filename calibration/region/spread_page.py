"""What regions differ in, as tables for a terminal and for a guide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from calibration.region import label
from calibration.region.page import Row, plain_table, printed
from calibration.region.spread import LEVEL, SWITCHES
from foundation.language.numbers import day, number, percent
from foundation.store.manifest import Manifest
from foundation.store.store import load
from scenarios.words import group_label, run_line

if TYPE_CHECKING:
    from rich.table import Table


def head(manifest: Manifest, lang: str) -> Row:
    """Columns of ``rows``."""
    last, horizon = (day(one, lang) for one in manifest["days"])
    return [
        label("regions.region", lang),
        label("regions.on", lang, day=last),
        label("regions.on", lang, day=horizon),
        label("regions.gap", lang),
        label("regions.with_level", lang),
    ]


def rows(table: pd.DataFrame, manifest: Manifest, lang: str) -> list[Row]:
    """A row a region, from the largest share at the horizon down."""
    by_day = {one: table[table["date"] == one].set_index("region") for one in manifest["days"]}
    last, horizon = (by_day[one] for one in manifest["days"])
    order = horizon["share_p50"].sort_values(ascending=False, kind="stable").index
    return [
        [
            group_label("region", str(region), lang),
            _spread(last.loc[region], "share", 100, 1, lang),
            _spread(horizon.loc[region], "share", 100, 1, lang),
            _spread(horizon.loc[region], "gap_points", 1, 1, lang, sign=True),
            _spread(horizon.loc[region], "share_with_level", 100, 0, lang),
        ]
        for region in order
    ]


def driver_head(manifest: Manifest, lang: str) -> Row:
    """Columns of ``driver_rows``."""
    horizon = day(manifest["days"][-1], lang)
    return [label("regions.as_country", lang), label("regions.spread", lang, day=horizon), label("regions.gone", lang)]


def driver_rows(table: pd.DataFrame, manifest: Manifest, lang: str) -> list[Row]:
    """A row a switch, at the horizon."""
    found = table[table["date"] == manifest["days"][-1]].set_index("switch")
    return [
        [
            label(f"switch.{switch}", lang),
            _spread(found.loc[switch], "spread_points", 1, 2, lang),
            "–" if pd.isna(found.loc[switch, "variance_gone"]) else percent(found.loc[switch, "variance_gone"], lang),
        ]
        for switch in (*SWITCHES, LEVEL)
    ]


def _spread(row: pd.Series[float], name: str, times: float, decimals: int, lang: str, sign: bool = False) -> str:
    low, middle, high = (number(times * float(row[f"{name}_{end}"]), decimals, lang, sign=sign) for end in _ENDS)
    return label("level.interval", lang, low=low, middle=middle, high=high)


_ENDS = ("p05", "p50", "p95")


def notes(manifest: Manifest, lang: str) -> Iterator[str]:
    """What stands below the tables."""
    yield label("regions.uncounted", lang)
    yield label("regions.note", lang, sd=number(manifest["level_sd"], 2, lang))
    yield run_line(manifest, lang)


def rich_tables(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> list[Table]:
    """Regions, and what drives them, for a terminal."""
    return [
        plain_table(label("regions.title", lang), head(manifest, lang), rows(frames["regions"], manifest, lang)),
        plain_table(
            label("regions.drivers", lang), driver_head(manifest, lang), driver_rows(frames["drivers"], manifest, lang)
        ),
    ]


def markdown(folder: Path, lang: str) -> str:
    """What the command prints, for a guide."""
    manifest, frames = load(folder, ["regions", "drivers"])
    return printed(rich_tables(frames, manifest, lang), list(notes(manifest, lang)))
