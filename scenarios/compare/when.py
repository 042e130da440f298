"""If not by the horizon, when? The day on which each scenario reaches the target, over draws.

Of each draw it is the first day at whose start the stock is there (``scenarios.frames.target_date``), of the stock that
the column of activated profiles shows. Draws that are not there on the last day looked at are later than it, and a
quantile among them is told so: no date is extrapolated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil
from typing import TYPE_CHECKING

import pandas as pd

from foundation.language.numbers import NARROW, NO_BREAK, chance, day, exact, month
from foundation.quantiles import LEVELS, jeffreys, rounded
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from scenarios.compare import label
from scenarios.experiment import LAST
from scenarios.words import scenario_titles

if TYPE_CHECKING:
    from rich.table import Table


def last_looked_at(manifest: Manifest) -> str:
    """The last day of the target that a run has looked for; folders of earlier versions looked to the horizon."""
    return str(manifest.get("dates_until", manifest["until"]))


def date_quantiles(days: Collection[object]) -> dict[str, str | None]:
    """The day by which a share of the draws is there: a draw's own; ``None`` for later than was looked."""
    ordered = sorted(day for day in days if isinstance(day, str))
    ranks = {name: max(0, ceil(round(level * len(days), 9)) - 1) for name, level in LEVELS.items()}
    return {name: ordered[rank] if rank < len(ordered) else None for name, rank in ranks.items()}


def year_ends(manifest: Manifest) -> list[str]:
    """The last day of each year from the policy start to the last day looked at."""
    first, last = manifest["policy_start"], last_looked_at(manifest)
    ends = (f"{year}-12-31" for year in range(int(first[:4]), int(last[:4]) + 1))
    return [end for end in ends if first <= end <= last]


def reached_by(days: Collection[object], by: str) -> tuple[float, float, float]:
    """The share of draws that have reached the target by the start of a day, with its Jeffreys 90 % interval."""
    count = sum(isinstance(day, str) and day <= by for day in days)
    return (count / len(days), *jeffreys(count, len(days)))


def by_document(days: Collection[object], manifest: Manifest) -> list[Document]:
    """A record a year's end, for JSON."""
    found = []
    for by in year_ends(manifest):
        share, *ends = reached_by(days, by)
        found.append({"day": by, "probability": share, "interval": [rounded(end) for end in ends]})
    return found


def when_table(outcomes: pd.DataFrame, manifest: Manifest) -> pd.DataFrame:
    """A row a scenario and year's end: ``scenario``, ``by_day``, ``probability_by_day`` and its Jeffreys 90 % interval
    (``_low``, ``_high``), ``looked_until`` (the last day that dates of the summary can be)."""
    ends, last = year_ends(manifest), last_looked_at(manifest)
    rows = [(name, by, *reached_by(days, by), last) for name, days in _days(outcomes) for by in ends]
    chance = "probability_by_day"
    names = ("scenario", "by_day", chance, f"{chance}_low", f"{chance}_high", "looked_until")
    return pd.DataFrame(rows, columns=list(names))


def when_rich_table(outcomes: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """For a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left", title_style="bold")
    shown.title, shown.caption = Text(title(manifest, lang)), Text("\n".join(notes(manifest, lang)))
    shown.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    shown.add_column(label("when.reached", lang), justify="right", no_wrap=True)
    for by in year_ends(manifest):
        shown.add_column(label("when.by", lang, year=by[:4]), justify="right", no_wrap=True)
    titles = scenario_titles(manifest, lang)
    for name, days in _days(outcomes):
        chances = [chance(*reached_by(days, by), lang, ends=True) for by in year_ends(manifest)]
        shown.add_row(*map(Text, (titles[name], dates(days, manifest, lang), *chances)))
    return shown


def _days(outcomes: pd.DataFrame) -> Iterator[tuple[str, list[object]]]:
    """Names of the scenarios, each with a day for every draw."""
    codes, names = pd.factorize(outcomes["scenario"])
    days = outcomes["reached_date"].to_numpy(dtype=object)
    for code, name in enumerate(names):
        yield str(name), days[codes == code].tolist()


def title(manifest: Manifest, lang: str) -> str:
    """Above the table."""
    return with_target(("when.title", "when.title_users", "when.title_thousand"), manifest, lang)


CHANCE = ("table.probability", "table.probability_users", "table.probability_thousand")
"""Heads of the column with the probability of the target."""


def with_target(keys: tuple[str, str, str], manifest: Manifest, lang: str) -> str:
    """Words that hold the target as it was asked for: on profiles, on users, on fewer than a million users, which are
    told in thousands."""
    aim, (profiles, users, thousands) = float(manifest["target_millions"]), keys
    if manifest.get("target_on") == "users" and aim < 1:
        return label(thousands, lang, target=exact(1000 * aim, lang))
    return label(on(manifest, profiles, users), lang, target=exact(aim, lang))


def on(manifest: Manifest, profiles: str, users: str) -> str:
    """The key of the words for a target on activated profiles, or for one on users of a month."""
    return users if manifest.get("target_on") == "users" else profiles


def notes(manifest: Manifest, lang: str) -> Iterator[str]:
    """What the dates are, and how to look further where that can be."""
    last = last_looked_at(manifest)
    yield label(on(manifest, "when.note", "when.note_users"), lang, last=day(last, lang))
    if last > manifest["until"]:
        yield label("when.beyond", lang, until=day(manifest["until"], lang))
    if last < LAST.isoformat():
        yield label("when.further", lang, until=LAST.isoformat())


def dates(days: Collection[object], manifest: Manifest, lang: str) -> str:
    """``Sep 2028 [Aug 2027; after 2028]``: the median day and 90 % interval, by their months."""
    found = {name: date_or_later(day, manifest, lang) for name, day in date_quantiles(days).items()}
    if len({*found.values()}) == 1:
        return found["p50"]
    between = f"{NARROW};{NO_BREAK}" if lang == "fr" else f";{NO_BREAK}"
    return f"{found['p50']}{NO_BREAK}[{found['p05']}{between}{found['p95']}]"


def date_or_later(found: str | None, manifest: Manifest, lang: str) -> str:
    """A month, or later than what was looked at: ``after 2028``, or ``after 30 Jun 2027`` within a year."""
    if found is not None:
        return month(found, lang)
    last = last_looked_at(manifest)
    if last.endswith("-12-31"):
        return label("when.later_year", lang, year=last[:4]).replace(" ", NO_BREAK)
    return label("when.later", lang, last=day(last, lang)).replace(" ", NO_BREAK)


def cut_off(outcomes: pd.DataFrame, last: str) -> pd.DataFrame:
    """Outcomes as if no day after ``last`` had been looked at: of folders that stand beside others."""
    days = outcomes["reached_date"].astype("str")
    return outcomes.assign(reached_date=days.where(days.fillna("9") <= last))
