"""Who goes on using the service, and when money is spent, as the page gets it: the tables of ``scenarios.compare``."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import pandas as pd

from foundation.language.numbers import NO_BREAK, interval, number, percent, with_interval
from foundation.quantiles import rounded
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from scenarios.compare.spending import COST, spending_table
from scenarios.compare.use import counted, notes, use_table, user_group_table
from scenarios.words import group_label
from web import label

QUANTILES = ("p05", "p50", "p95")
MEASURES = {
    "monthly": ("monthly_users_millions", 3),
    "weekly": ("weekly_users_millions", 3),
    "returned": ("returned_millions", 3),
    "dormant": ("dormant_millions", 3),
    "lasting": ("lasting_users_millions", 3),
    "added": ("additional_lasting_users_millions", 2),
    "each": ("cost_per_lasting_user_eur", 2),
}
"""What is shown, and with how many figures."""
DIMENSIONS = ("age_band", "digital_exclusion", "long_term_illness")
Frames = Mapping[str, pd.DataFrame]
Row = Mapping[Hashable, object]


def use_document(frames: Frames, manifest: Manifest, lang: str) -> Document | None:
    """Use at the horizon by scenario, of groups, and the sentences that go with it; ``None`` where it isn't counted."""
    outcomes, groups = frames["outcomes"], frames["user_groups"]
    if not counted(outcomes):
        return None
    table = use_table(outcomes, groups, manifest)
    return {
        "scenarios": {str(row["scenario"]): _of(row, lang) for row in table.to_dict("records")},
        "groups": list(_groups(user_group_table(groups), lang)),
        "notes": list(notes(table, manifest, lang)),
    }


def _of(row: Row, lang: str) -> Document:
    shown = {short: _shown(row, name, figures, lang) for short, (name, figures) in MEASURES.items()}
    before, after = (float(str(row[f"rank_by_{by}"])) for by in ("activations", "lasting_users"))
    ranks = "–" if before != before else f"{number(before, 0, lang)} → {number(after, 0, lang)}"
    return {**{short: _numbers(row, name) for short, (name, _) in MEASURES.items()}, "shown": {**shown, "ranks": ranks}}


def _groups(table: pd.DataFrame, lang: str) -> Iterator[Document]:
    for row in table[table["dimension"].isin(DIMENSIONS) & (table["active_millions"] > 0)].to_dict("records"):
        dimension, group = str(row["dimension"]), str(row["group"])
        yield {
            "scenario": row["scenario"],
            "dimension": dimension,
            "dimension_title": label(f"dimension.{dimension}", lang),
            "group": group,
            "group_title": group_label(dimension, group, lang),
            "active_millions": rounded(row["active_millions"]),
            "shown": {name: _share(row, f"share_{name}", lang) for name in ("using", "lasting")},
        }


def _share(row: Row, name: str, lang: str) -> str:
    """``31 % [25; 38]``."""
    low, middle, high = _numbers(row, name).values()
    if low is None or high is None:
        return percent(middle, lang)
    return f"{percent(middle, lang)}{NO_BREAK}{interval(100 * low, 100 * high, 0, lang)}"


def _shown(row: Row, name: str, figures: int, lang: str) -> str:
    low, middle, high = _numbers(row, name).values()
    return with_interval(low, middle, high, lang, figures)


def _numbers(row: Row, name: str) -> dict[str, float | None]:
    return {quantile: rounded(float(str(row[f"{name}_{quantile}"]))) for quantile in QUANTILES}


def years_document(frames: Frames, manifest: Manifest, lang: str) -> dict[str, list[Document]]:
    """Public cost by scenario and calendar year, million euros."""
    found: dict[str, list[Document]] = {}
    for row in spending_table(frames, manifest).to_dict("records"):
        year = {"year": int(row["year"]), **_numbers(row, COST), "shown": _shown(row, COST, 2, lang)}
        found.setdefault(str(row["scenario"]), []).append(year)
    return found
