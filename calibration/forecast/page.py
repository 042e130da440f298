"""A forecast and its scores as tables, for a terminal and for a guide; and a registered one beside other services: its
gains over those that the hazard of the last year would give, the same ratio as in ``docs/other-services.md``, where it
says how far services went from their last hazard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.facts.targets import StockTarget, load_stock_targets
from calibration.forecast import label
from calibration.forecast.registered import Registered, all_registered, line
from calibration.forecast.study import SHOWN, TARGET_DAY, bands, raised, target
from calibration.hindcast.forecasters import LIVING_INSURED
from calibration.outside.law import HORIZONS, LEVELS, selections
from foundation.language.numbers import chance, colon, day, exact, interval, number, percent
from foundation.language.pages import markdown_table
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from scenarios.words import run_line

if TYPE_CHECKING:
    from rich.table import Table
YEAR = timedelta(days=365)
HEAD = ("day", "millions", "gain", "unchanged", "ratio", "others")


def unchanged(counts: Sequence[StockTarget], days: Sequence[date], holders: float = LIVING_INSURED) -> Floats:
    """Gains [day], millions, from the last count on if those outside go on with the hazard of the year before it."""
    last = counts[-1]
    before = min(counts[:-1], key=lambda count: abs(last.day - YEAR - count.day))
    outside = holders - last.millions
    hazard = -np.log(outside / (holders - before.millions)) / (last.day - before.day).days
    return outside * -np.expm1(-hazard * np.array([(later - last.day).days for later in days]))


def beside_rows(forecast: Registered, counts: Sequence[StockTarget], lang: str) -> list[list[str]]:
    """A row one and two years after the last count known: quantiles 5, 50 and 95 %."""
    known = [count for count in counts if count.day.isoformat() <= forecast.about["forecast_from"]]
    days = [_anniversary(known[-1].day, years) for years in HORIZONS]
    others = {selection.years: selection for selection in selections()}
    found = []
    for at, years, no_change in zip(days, HORIZONS, unchanged(known, days), strict=True):
        quantiles = np.quantile(forecast.samples(at), LEVELS)
        gains = quantiles - known[-1].millions
        ratios = np.quantile([o.by_hazard for o in others[years].origins], LEVELS)
        found.append(
            [
                day(at, lang),
                *(_spread(values, 1, lang) for values in (quantiles, gains)),
                number(no_change, 1, lang),
                *(_spread(values, 2, lang) for values in (gains / no_change, ratios)),
            ]
        )
    return found


def beside_head(lang: str) -> list[str]:
    """Columns of ``rows``."""
    return [label(f"forecast.beside_{name}", lang) for name in HEAD]


def _anniversary(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _spread(values: Floats, decimals: int, lang: str) -> str:
    low, middle, high = values
    return f"{number(middle, decimals, lang)} {interval(low, high, decimals, lang)}"


Row = Sequence[str]


def head(lang: str) -> Row:
    """Columns of a table of quantiles."""
    return [label("forecast.day", lang), " ", *(percent(level, lang) for level in SHOWN.values())]


def rows(quantiles: pd.DataFrame, lang: str) -> list[Row]:
    """A row a day: what it is, and five quantiles."""
    return [
        [
            day(band["date"], lang),
            label("forecast.mark" if band["forecast"] else "forecast.last_count", lang),
            *(number(band[name], 1, lang) for name in SHOWN),
        ]
        for band in bands(quantiles)
    ]


def said(found: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Sentences on the target (``study.target``)."""
    millions, by = exact(found["target_millions"], lang), day(TARGET_DAY, lang)
    share = found["probability_of_target"]
    if share is not None:
        low, high = found["probability_of_target_interval"]
        text = chance(share, low, high, lang, ends=True)
        yield label("forecast.chance", lang, millions=millions, day=by, chance=text)
    if found["share_never_within_horizon"] == 1.0:
        yield label("forecast.never", lang, millions=millions, horizon=day(found["horizon"], lang))
        return
    dates = {name: day(date, lang) if date else label("forecast.later", lang) for name, date in _dates(found).items()}
    never = percent(found["share_never_within_horizon"], lang)
    yield label("forecast.reached", lang, millions=millions, never=never, horizon=day(found["horizon"], lang), **dates)


def _dates(found: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: found["target_date"][name] for name in ("p05", "p50", "p95")}


def notes(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> list[str]:
    """What stands below the table."""
    found = target(frames["paths"], manifest["target_millions"])
    shown = {key: value for key, value in manifest.items() if key != "policy_start"}
    return [
        *said(found, lang),
        label("forecast.raised", lang, millions=number(raised(frames["paths"]), 2, lang)),
        label("forecast.from", lang, day=day(manifest["forecast"]["from"], lang)),
        label("forecast.caveat", lang),
        run_line(shown, lang),
    ]


def rich_table(quantiles: pd.DataFrame, lang: str) -> Table:
    """The table of quantiles for a terminal."""
    return _rich(label("forecast.table", lang), head(lang), rows(quantiles, lang), label("forecast.caption", lang))


def _rich(title: str, columns: Row, cells: Sequence[Row], caption: str = "") -> Table:
    from rich.text import Text

    from foundation.language.screen import framed

    table = framed(title, caption)
    for place, name in enumerate(columns):
        table.add_column(Text(name), justify="left" if place < 2 else "right", no_wrap=place == 0)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    return table


SCORES = ("registered", "date", "published", "forecast", "crps", "wis", "inside_50", "inside_90")


def score_rows(table: pd.DataFrame, lang: str) -> list[Row]:
    """A row a registered forecast and count; behind a score, in brackets, its mean over a headline's interval."""
    return [_score_row(record, lang) for record in table.to_dict("records")]


def _score_row(record: Mapping[Any, Any], lang: str) -> Row:
    published = interval(record["low_millions"], record["high_millions"], 1, lang)
    ends = interval(record["p05"], record["p95"], 1, lang)
    yes, no = label("forecast.yes", lang), label("forecast.no", lang)
    return [
        record["registered"],
        day(record["date"], lang),
        f"{number(record['middle_millions'], 1, lang)} {published}",
        f"{number(record['p50'], 1, lang)} {ends}",
        *(
            f"{number(record[f'{name}_millions'], 2, lang)} ({number(record[f'{name}_interval_millions'], 2, lang)})"
            for name in ("crps", "wis")
        ),
        *(yes if record[f"inside_{level}"] else no for level in (50, 90)),
    ]


def rich_scores(table: pd.DataFrame, lang: str) -> Table:
    """The scores for a terminal."""
    columns = [label(f"forecast.score_{name}", lang) for name in SCORES]
    return _rich(label("forecast.scores", lang), columns, score_rows(table, lang))


def nothing_to_score(forecasts: Sequence[Registered], lang: str) -> str:
    """Why there is no score."""
    if not forecasts:
        return label("forecast.none_registered", lang)
    first = min(forecast.day for forecast in forecasts)
    return label("forecast.no_count", lang, day=day(first, lang))


def markdown(root: Path | None, lang: str) -> str:
    """The latest registered forecast, for a guide, and a line for each one there is."""
    forecasts = all_registered(root)
    if not forecasts:
        return label("forecast.none_registered", lang) + "\n"
    latest = forecasts[-1]
    title = label("forecast.registered_title", lang, name=latest.name, day=day(latest.about["forecast_from"], lang))
    found = target(_long(latest.paths), latest.about["target_millions"])
    counts = [stock for stock in load_stock_targets() if stock.kind != "initial"]
    picture = "forecast.fr.png" if lang == "fr" else "forecast.png"
    lines = "\n".join(f"- `{forecast.name}`{colon(lang)}{line(forecast.about, lang)}" for forecast in forecasts)
    parts = [
        f"**{title}**",
        markdown_table(head(lang), rows(latest.quantiles, lang), words=2),
        *said(found, lang),
        label("forecast.caveat", lang),
        f"**{label('forecast.beside_title', lang)}**",
        markdown_table(beside_head(lang), beside_rows(latest, counts, lang), words=1),
        f"![{label('forecast.title', lang)}](figures/{picture})",
        lines,
    ]
    return "\n\n".join(parts) + "\n"


def _long(paths: pd.DataFrame) -> pd.DataFrame:
    return paths.reset_index().melt(id_vars="date", var_name="draw", value_name="millions")
