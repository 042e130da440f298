"""Who goes on using the service: monthly users and lasting ones of each strategy, what a lasting one costs, and where a
ranking by lasting users differs from one by activations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from foundation.language.numbers import number, with_interval
from foundation.quantiles import spread
from foundation.store.manifest import Manifest, references_of, worlds_of
from foundation.store.reading import Document
from model.terms.use import LASTING, LOOKED_BACK
from scenarios.compare import label
from scenarios.used import MEASURES
from scenarios.words import scenario_titles, units_of

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = ("additional_millions", *MEASURES)
FEWER, MORE = 0.8, 1.25
"""Share of adults, or of the excluded, over that of the strategies passed by, from which on it is named as a reason."""
LEAST = 0.005
"""Millions that have to be added, on average, for a strategy to have a rank."""
ADDED, LASTS = "additional_mean_millions", "additional_lasting_mean_millions"
_BETWEEN = "\0"
REASONS = ("children", "excluded", "less", "more", "others")


def counted(outcomes: pd.DataFrame) -> bool:
    """Whether use was counted on every draw."""
    return bool(len(outcomes) and outcomes[MEASURES[0]].notna().all())


def use_table(outcomes: pd.DataFrame, user_groups: pd.DataFrame, manifest: Manifest | None = None) -> pd.DataFrame:
    """A row a scenario: use at the horizon (p05, p50, p95), means of what is added, ranks by both, and the reason where
    they differ. Empty where use was not counted. Where ``manifest`` says that scenarios are of several worlds, ranks
    are among those of one."""
    codes, names = pd.factorize(outcomes["scenario"])
    columns = {name: outcomes[name].to_numpy() for name in SHOWN} if counted(outcomes) else {}
    rows = [
        _row(str(name), {column: values[codes == k] for column, values in columns.items()})
        for k, name in enumerate(names)
        if columns
    ]
    if rows:
        worlds, against = ({}, {}) if manifest is None else (worlds_of(manifest), references_of(manifest))
        added = _added_adults(user_groups, against)
        for world in {worlds.get(row["scenario"], 0) for row in rows}:
            _rank([row for row in rows if worlds.get(row["scenario"], 0) == world], *added)
    return pd.DataFrame(rows, columns=_columns())


def _columns() -> list[str]:
    spreads = [f"{name}_{q}" for name in SHOWN for q in ("p05", "p50", "p95")]
    ranks = ["rank_by_activations", "rank_by_lasting_users", "rank_reason"]
    return ["scenario", *spreads, ADDED, LASTS, "lasting_per_100_activations", *ranks]


def _row(name: str, values: Mapping[str, np.ndarray]) -> Document:
    found: Document = {"scenario": name}
    for measure in SHOWN:
        found |= {f"{measure}_{q}": np.nan if v is None else v for q, v in spread(values[measure]).items()}
    added = float(values["additional_millions"].mean())
    lasting = float(values["additional_lasting_users_millions"].mean())
    ratio = 100 * lasting / added if added >= LEAST else np.nan
    return found | {ADDED: added, LASTS: lasting, "lasting_per_100_activations": ratio}


def _rank(rows: Sequence[Document], adults: Mapping[str, float], excluded: Mapping[str, float]) -> None:
    """Adds ranks and reasons to rows; those that add nearly nothing have none."""
    own = [row for row in rows if row["lasting_per_100_activations"] == row["lasting_per_100_activations"]]
    for row in rows:
        row |= {"rank_by_activations": np.nan, "rank_by_lasting_users": np.nan, "rank_reason": ""}
    for rank, by in (("rank_by_activations", ADDED), ("rank_by_lasting_users", LASTS)):
        for place, row in enumerate(sorted(own, key=lambda row: -row[by]), 1):
            row[rank] = float(place)
    for row in own:
        row["rank_reason"] = _reason(row, own, adults, excluded)


def _reason(
    row: Document, ranked: Sequence[Document], adults: Mapping[str, float], excluded: Mapping[str, float]
) -> str:
    """Why a strategy stands elsewhere in the ranking by lasting users, beside those that it has changed places with; ""
    where it doesn't."""
    before, after, name = row["rank_by_activations"], row["rank_by_lasting_users"], str(row["scenario"])
    if before == after:
        return ""
    if after < before:
        usual = sum(one[LASTS] for one in ranked) / sum(one[ADDED] for one in ranked)
        return "more" if row[LASTS] > usual * row[ADDED] else "others"
    others = [one for one in ranked if one["rank_by_activations"] > before and one["rank_by_lasting_users"] < after]
    added = sum(one[ADDED] for one in others)
    grown, offline = (sum(of[str(one["scenario"])] for one in others) for of in (adults, excluded))
    if adults[name] / row[ADDED] < FEWER * grown / added:
        return "children"
    if excluded[name] * grown > MORE * max(offline, 0.0) * adults[name]:
        return "excluded"
    return "less"


def _added_adults(user_groups: pd.DataFrame, against: Mapping[str, str]) -> tuple[dict[str, float], dict[str, float]]:
    """Activated living adults that each scenario adds on average ``against`` another, by default the first, and the
    digitally excluded among them, millions."""
    codes, names = pd.factorize(user_groups["scenario"])
    split = (user_groups["dimension"] == "digital_exclusion").to_numpy()
    offline, active = split & (user_groups["group"] == "yes").to_numpy(), user_groups["active"].to_numpy()
    draws = user_groups["draw"].to_numpy()
    found = []
    for chosen in (split, offline):
        means = [
            active[chosen & (codes == k)].sum() / max(len(np.unique(draws[codes == k])), 1) for k in range(len(names))
        ]
        of = dict(zip(map(str, names), means, strict=True))
        found.append({name: float(mean - of.get(against.get(name, ""), means[0])) / 1e6 for name, mean in of.items()})
    return found[0], found[1]


def user_group_table(user_groups: pd.DataFrame) -> pd.DataFrame:
    """Who uses the service at the horizon: a row a scenario, dimension and group, over draws (p05, p50, p95): of
    activated living adults the share that has logged in in the last month, and that lasts."""
    (of, scenarios), (which, pairs) = (
        pd.factorize(values)
        for values in (
            user_groups["scenario"],
            user_groups["dimension"].astype(str) + _BETWEEN + user_groups["group"].astype(str),
        )
    )
    values = {name: user_groups[name].to_numpy(np.float64) for name in ("active", "users", "lasting")}
    rows = []
    key = of * max(len(pairs), 1) + which
    order = np.argsort(key, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else ():
        dimension, _, group = str(pairs[which[part[0]]]).partition(_BETWEEN)
        active = values["active"][part]
        found: Document = {"scenario": scenarios[of[part[0]]], "dimension": dimension, "group": group}
        found["active_millions"] = float(np.median(active)) / 1e6
        for name, column in (("users", "share_using"), ("lasting", "share_lasting")):
            share = np.divide(values[name][part], active, out=np.full(len(active), np.nan), where=active > 0)
            found |= {f"{column}_{q}": np.nan if v is None else v for q, v in spread(share).items()}
        rows.append(found)
    spreads = [f"{name}_{q}" for name in ("share_using", "share_lasting") for q in ("p05", "p50", "p95")]
    return pd.DataFrame(rows, columns=["scenario", "dimension", "group", "active_millions", *spreads])


def use_document(outcomes: pd.DataFrame, user_groups: pd.DataFrame, manifest: Manifest | None = None) -> list[Document]:
    """Ranks and their reasons, a record a scenario, for JSON."""
    names = ("scenario", "lasting_per_100_activations", "rank_by_activations", "rank_by_lasting_users", "rank_reason")
    table = use_table(outcomes, user_groups, manifest)
    return [{name: _plain(row[name]) for name in names} for _, row in table.iterrows()]


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 6) if value % 1 else int(value)
    return value


def use_rich_table(table: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """For a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left", title_style="bold")
    shown.title = Text(label("users.title", lang))
    shown.caption = Text("\n".join(notes(table, manifest, lang)))
    shown.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    for name in ("monthly", "lasting", "each", "ranks"):
        key = "users.lasting_thousand" if name == "lasting" and units_of(manifest) > 1 else f"users.{name}"
        shown.add_column(label(key, lang), justify="right", no_wrap=True)
    titles = scenario_titles(manifest, lang)
    for _, row in table.iterrows():
        shown.add_row(*map(Text, (titles[row["scenario"]], *_cells(row, manifest, lang))))
    return shown


def _cells(row: pd.Series, manifest: Manifest, lang: str) -> Iterator[str]:
    figures = {"monthly_users_millions": 3, "additional_lasting_users_millions": 2, "cost_per_lasting_user_eur": 2}
    for name, digits in figures.items():
        times = units_of(manifest) if name == "additional_lasting_users_millions" else 1.0
        low, middle, high = (times * row[f"{name}_{end}"] for end in ("p05", "p50", "p95"))
        yield with_interval(low, middle, high, lang, digits)
    ranks = row["rank_by_activations"], row["rank_by_lasting_users"]
    yield "–" if np.isnan(ranks[0]) else f"{ranks[0]:.0f} → {ranks[1]:.0f}"


def notes(table: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[str]:
    """The status quo in full, what lasting means, and why ranks differ."""
    first = table.iloc[0]
    found = {
        name: with_interval(first[f"{name}_p05"], first[f"{name}_p50"], first[f"{name}_p95"], lang, 3)
        for name in ("weekly_users_millions", "returned_millions", "dormant_millions", "lasting_users_millions")
    }
    yield label("users.status_quo", lang, scenario=scenario_titles(manifest, lang)[str(first["scenario"])], **found)
    yield label("users.note", lang, least=number(LASTING, 0, lang), months=number(LOOKED_BACK, 0, lang))
    titles = scenario_titles(manifest, lang)
    for reason in REASONS:
        rows = table[table["rank_reason"] == reason]
        if len(rows):
            names = label("users.between", lang).join(
                label("users.quoted", lang, title=titles[n]) for n in rows["scenario"]
            )
            yield label(f"users.{reason}", lang, scenarios=names)
    yield label("users.fit", lang)
