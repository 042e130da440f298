"""An answer as the page gets it: the tables of a run and the sentences that go with them, from its frames. No number is
computed here that the tables of ``scenarios.compare`` hold; what a reader sees is rounded and typeset as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from foundation.language.numbers import (
    NO_BREAK,
    UNDEFINED,
    chance,
    chances,
    interval,
    number,
    percent,
    share_of_draws,
    typeset,
    with_interval,
)
from foundation.quantiles import rounded, spread
from foundation.store.manifest import Manifest, entries, references_of
from foundation.store.reading import Document
from model.terms.outcome import BARRIERS, WOULD_PASS
from scenarios.compare import label as compared
from scenarios.compare.aimed import aimed_lines
from scenarios.compare.best import best_document, best_table
from scenarios.compare.comparison import MEASURES, bands, run_document
from scenarios.compare.equity import equity_table, obstacle_table
from scenarios.compare.spending import price_statuses, status_word
from scenarios.compare.tables import groups_table, probability, summary_table
from scenarios.compare.when import dates, notes
from scenarios.language.schema import Scenario
from scenarios.lever_schemas import item_word, lever_word, words
from scenarios.words import group_label, price_line, run_line, scenario_titles
from web import label
from web.use import use_document, years_document

QUANTILES = ("p05", "p50", "p95")
STOPS_OF = ("all", "age_band", "digital_exclusion", "long_term_illness")
SETTINGS = (
    "people", "draws", "seed", "policy_start", "until", "target_millions", "data_end", "continued", "structure",
    "drivers", "quick",
)  # fmt: skip
FEW = 30
"""Draws below which it is said that intervals are rough."""

Frames = Mapping[str, pd.DataFrame]


def answer_document(
    frames: Frames, manifest: Manifest, scenarios: Sequence[Scenario], lang: str, whole: int
) -> Document:
    """All of one answer; ``scenarios`` are those of the frames, the status quo first, ``whole`` all draws."""
    names = [str(entry["name"]) for entry in entries(manifest)]
    table = summary_table(frames["outcomes"], frames["costs"])
    summary = {str(row["scenario"]): row for _, row in table.iterrows()}
    known = {scenario.name: scenario for scenario in scenarios}
    runs = {name: run_document(frames, manifest, name) for name in names}
    years = years_document(frames, manifest, lang)
    return {
        "settings": {
            **{key: manifest[key] for key in SETTINGS},
            "dates_until": manifest.get("dates_until", manifest["until"]),
            "target_on": manifest.get("target_on", "activated"),
        },
        "dates": runs[names[0]]["weeks"],
        "published": [dict(target) for target in manifest["stock_targets"]],
        "scenarios": [
            {**_scenario(frames, manifest, runs[name], summary[name], known.get(name), lang), "years": years[name]}
            for name in names
        ],
        "use": use_document(frames, manifest, lang),
        "left_behind": list(_left_behind(frames["equity"], manifest, lang, frames["outcomes"]["draw"].nunique())),
        "stops": list(_stops(frames["equity"], manifest, lang)),
        "regions": list(_regions(frames["groups"], manifest, lang)),
        "best": best_document(best_table(frames["outcomes"], manifest)),
        "assumed": list(_assumed(frames, manifest, scenarios, lang, whole)),
        "courses": manifest["courses"],
    }


def _scenario(
    frames: Frames, manifest: Manifest, run: Document, row: pd.Series, scenario: Scenario | None, lang: str
) -> Document:
    name = str(row["scenario"])
    found = run["at_horizon"]
    days = frames["outcomes"].loc[frames["outcomes"]["scenario"] == name, "reached_date"].to_list()
    low, high = found["probability_of_target_interval"]
    return {
        "name": name,
        "title": scenario_titles(manifest, lang)[name],
        "reference": name == str(entries(manifest)[0]["name"]),
        "activated": run["activated_millions"],
        "additional": _additional(frames["weekly"], manifest, name, len(run["weeks"])),
        "measures": {measure: found[measure] for measure in MEASURES},
        **{key: found[key] for key in ("probability_of_target", "probability_of_target_interval", "target_date")},
        "target_reached_by": found["target_reached_by"],
        "shown": {
            "activated": _shown(row, "activated_millions", lang),
            "share": percent(row["activated_share_p50"], lang),
            "additional": _shown(row, "additional_millions", lang),
            "cost": _shown(row, "cost_millions_eur", lang, 2),
            "each": _shown(row, "cost_per_additional_eur", lang, 2),
            "minutes": _shown(row, "doctor_minutes_millions", lang, 2),
            "probability": probability(row, lang),
            "probability_interval": chances(low, high, lang),
            "date": dates(days, manifest, lang),
            "by": [
                chance(one["probability"], one["interval"][0], one["interval"][1], lang, ends=True)
                for one in found["target_reached_by"]
            ],
        },
        "costs": list(_costs(frames["costs"], name, scenario, lang)),
        "levers": list(_levers(frames["uses"], name, scenario, lang)),
        "few_aimed": aimed_lines(frames["uses"][frames["uses"]["scenario"] == name], manifest, lang),
    }


def _shown(row: Document | pd.Series, measure: str, lang: str, figures: int = 3) -> str:
    low, middle, high = (row[f"{measure}_{quantile}"] for quantile in QUANTILES)
    return with_interval(low, middle, high, lang, figures)


def _additional(weekly: pd.DataFrame, manifest: Manifest, name: str, weeks: int) -> Document:
    """Millions over the status quo of the same draw, week by week."""
    ours, theirs = (
        weekly[(weekly["scenario"] == one) & (weekly["week"] < weeks)].set_index(["draw", "week"])["simulated"]
        for one in (name, references_of(manifest)[name])
    )
    return bands(((ours - theirs) / 1e6).rename("additional").reset_index(), "additional")


def _costs(costs: pd.DataFrame, name: str, scenario: Scenario | None, lang: str) -> Iterator[Document]:
    """A record a lever and item, over draws."""
    rows = costs[costs["scenario"] == name]
    for (lever, item), lines in rows.groupby(["lever", "item"], sort=False, observed=True):
        euros = spread(lines["eur"] / 1e6)
        minutes = spread(lines["minutes"] / 1e6)
        status = status_word(str(lines["status"].iloc[0]))
        shown = minutes if not lines["eur"].any() and lines["minutes"].any() else euros
        yield {
            "lever": str(lever),
            "lever_title": _lever_title(str(lever), scenario, lang),
            "item": str(item),
            "item_title": item_word(str(item), lang),
            "status": status,
            "status_title": label(f"price_status.{status}", lang),
            "eur_millions": euros,
            "minutes_millions": minutes,
            "quantity_millions": spread(lines["quantity"] / 1e6),
            "shown": with_interval(shown["p05"], shown["p50"], shown["p95"], lang, 2),
        }


def _levers(uses: pd.DataFrame, name: str, scenario: Scenario | None, lang: str) -> Iterator[Document]:
    rows = uses[uses["scenario"] == name]
    for lever, lines in rows.groupby("lever", sort=False, observed=True):
        yield {
            "lever": str(lever),
            "title": _lever_title(str(lever), scenario, lang),
            "contacts_millions": spread(lines["contacts"] / 1e6),
            "fees_millions": spread(lines["activations"] / 1e6),
            "aimed_people": spread(lines["aimed"]),
        }


def _lever_title(name: str, scenario: Scenario | None, lang: str) -> str:
    """A lever in words: its kind, and the name it was given beside it."""
    found = next((lever for lever in scenario.levers if lever.label == name), None) if scenario else None
    if found is None:
        return lever_word(name, lang) or name
    title = lever_word(getattr(found, "means", None) or found.kind, lang) or found.kind
    return f"{title} ({found.name})" if found.name else title


def _left_behind(equity: pd.DataFrame, manifest: Manifest, lang: str, draws: int) -> Iterator[Document]:
    against = references_of(manifest)
    for row in _rows(equity_table(equity, manifest["until"], against)):
        shares = [row[f"share_{quantile}"] for quantile in QUANTILES]
        gap, change = (_points(row, measure, lang) for measure in ("gap_points", "gap_change_points"))
        moved = row["scenario"] not in against.values() and not np.isnan(row["lag"])
        lag = share_of_draws(row["lag"], draws, lang) if moved else UNDEFINED
        yield {
            **_group(row, lang),
            "members_millions": rounded(row["members_millions"]),
            **{measure: _quantiles(row, measure) for measure in ("share", "gap_points", "gap_change_points")},
            "lag": rounded(row["lag"]),
            "shown": {"share": _share(shares, lang), "gap": gap, "change": change, "lag": lag},
        }


def _stops(equity: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[Document]:
    table = obstacle_table(pd.concat([_everybody(equity), equity]), manifest["until"])
    for row in _rows(table[table["dimension"].isin(STOPS_OF)]):
        obstacle = str(row["obstacle"])
        kind = "barrier" if obstacle in BARRIERS else WOULD_PASS if obstacle == WOULD_PASS else "place"
        shares = [row[f"share_left_{quantile}"] for quantile in QUANTILES]
        yield {
            **_group(row, lang),
            "obstacle": obstacle,
            "obstacle_title": compared(f"obstacle.{obstacle}", lang),
            "kind": kind,
            "people_millions": _quantiles(row, "people_millions"),
            "share_left": _quantiles(row, "share_left"),
            "shown": _share(shares, lang),
            "people_shown": _shown(row, "people_millions", lang),
        }


def _everybody(equity: pd.DataFrame) -> pd.DataFrame:
    """All members together, as one group: those of both groups of digital exclusion, which everybody is in one of."""
    counts = [name for name in equity.columns if name not in ("scenario", "draw", "week", "dimension", "group")]
    rows = equity[equity["dimension"] == "digital_exclusion"]
    whole = rows.groupby(["scenario", "draw", "week"], sort=False, observed=True)[counts].sum().reset_index()
    return whole.assign(dimension="all", group="all")[list(equity.columns)]


def _regions(groups: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[Document]:
    table = groups_table(groups[groups["dimension"] == "region"], manifest["until"], references_of(manifest))
    for row in _rows(table):
        yield {
            "scenario": row["scenario"],
            "region": row["group"],
            "region_title": group_label("region", str(row["group"]), lang),
            "living_millions": rounded(row["living_millions"]),
            **{measure: _quantiles(row, measure) for measure in ("share", "gap_points", "gain_points")},
            "shown": {
                "share": _share([row[f"share_{quantile}"] for quantile in QUANTILES], lang),
                "gain": _points(row, "gain_points", lang),
            },
        }


def _rows(table: pd.DataFrame) -> Iterator[Document]:
    return ({str(key): value for key, value in row.items()} for row in table.to_dict("records"))


def _group(row: Document, lang: str) -> Document:
    dimension, group = str(row["dimension"]), str(row["group"])
    whole = dimension == "all"
    return {
        "scenario": row["scenario"],
        "dimension": dimension,
        "dimension_title": label("group.all", lang) if whole else label(f"dimension.{dimension}", lang),
        "group": group,
        "group_title": label("group.all", lang) if whole else group_label(dimension, group, lang),
    }


def _quantiles(row: Document, measure: str) -> Document:
    return {quantile: rounded(row[f"{measure}_{quantile}"]) for quantile in QUANTILES}


def _share(shares: Sequence[float], lang: str) -> str:
    """``31 % [25; 38]``."""
    low, middle, high = (None if np.isnan(share) else share for share in shares)
    if low is None or high is None:
        return percent(middle, lang)
    return f"{percent(middle, lang)}{NO_BREAK}{interval(100 * low, 100 * high, 0, lang)}"


def _points(row: Document, measure: str, lang: str) -> str:
    """``−8.1 [−10.2; −6.3]``, percentage points."""
    low, middle, high = (row[f"{measure}_{quantile}"] for quantile in QUANTILES)
    return f"{number(middle, 1, lang, sign=True)}{NO_BREAK}{interval(low, high, 1, lang)}"


def _assumed(frames: Frames, manifest: Manifest, scenarios: Sequence[Scenario], lang: str, whole: int) -> Iterator[str]:
    """What stands behind the numbers, a sentence each."""
    yield run_line(manifest, lang)
    draws = len(pd.unique(frames["outcomes"]["draw"]))
    if draws < FEW:
        yield label("assumed.so_far" if draws < whole else "assumed.few", lang, draws=draws)
    yield compared("table.continued" if manifest["continued"] else "table.simulated", lang)
    titles, statuses = scenario_titles(manifest, lang), price_statuses(frames["costs"], "scenario")
    yield from filter(None, [price_line({titles[name]: found for name, found in statuses.items()}, lang)])
    kinds = dict.fromkeys(lever.kind for scenario in scenarios for lever in scenario.levers)
    for kind in kinds:
        title = lever_word(kind, lang) or kind
        text = typeset(words()["kind"][kind]["assumes"][lang], lang)
        yield label("assumed.lever", lang, lever=f"{title[0].upper()}{title[1:]}", text=text)
    yield from notes(manifest, lang)
