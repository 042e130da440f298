"""``mes forecast`` as a study: a task for each draw, the status quo run to the end of the clock, then conditioned; and
what its paths say: the days that a forecast speaks of, quantiles on them (also as hubs of forecasts exchange them), the
probability of the target, the day of reaching it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.observed import Count
from calibration.forecast import label
from calibration.forecast.carried import CarriedForward, carried_forward
from calibration.hindcast.scoring import HUB_LEVELS
from foundation.quantiles import jeffreys, rounded
from foundation.shapes import Floats
from foundation.store.atomic import write_bytes, write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.tasks.bench import Found
from model.terms.weeks import START, WEEKS, monday
from scenarios.compare import courses
from scenarios.compare.study import OfDraws
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, simulate_draw
from scenarios.frames import at

HORIZON = monday(WEEKS)
"""The end of the clock: the last stock there is."""
TARGET_DAY = date(2027, 12, 31)
"""By when 40 million are to be reached."""
ASKED = (date(2027, 1, 29), TARGET_DAY, date(2028, 1, 29))
"""Besides the quarters: the days of the yearly figures, and that of the target."""
WEEK, MONTH = timedelta(weeks=1), timedelta(weeks=4)


def quarters(after: date, until: date) -> list[date]:
    """First days of the quarters after a day, up to another one; that of 2029 stands for the end of 2028."""
    firsts = (date(year, month, 1) for year in range(after.year, until.year + 1) for month in (1, 4, 7, 10))
    return [day for day in firsts if after < day <= until]


def asked_days(last: date, until: date = HORIZON) -> list[date]:
    """Days of the table: that of the last count, the quarters after it, and those asked for besides."""
    besides = (day for day in ASKED if last < day <= until)
    return sorted({last, *quarters(last, until), *besides})


def path_days(counts: Sequence[Count], until: date = HORIZON) -> list[date]:
    """Days of a path, rising: every four weeks from the launch on and those of the counts, then every week and those of
    the table."""
    last = counts[-1].day
    past = {START + i * MONTH for i in range((last - START) // MONTH + 1)} | {count.day for count in counts}
    future = {last + i * WEEK for i in range((until - last) // WEEK + 1)} | {until, *asked_days(last, until)}
    return sorted({day for day in past if day <= last} | future)


Frames = Mapping[str, pd.DataFrame]
LEVELS = HUB_LEVELS
"""The 23 levels of forecast hubs (Bracher et al. 2021)."""
SHOWN = courses.LEVELS
WHY = (
    "The structure was designed knowing the counts to January 2026; only counts published after a registered forecast "
    "test it."
)
"""As documents say it; ``forecast.caveat`` for readers."""


def wide(paths: pd.DataFrame) -> pd.DataFrame:
    """Millions by day (index, ISO) and draw (columns)."""
    return paths.pivot(index="date", columns="draw", values="millions").sort_index()


def quantile_table(paths: pd.DataFrame, last: date, until: date) -> pd.DataFrame:
    """A row a day of the table and level: ``date``, ``forecast`` (whether after the last count), ``level``,
    ``millions``."""
    table = wide(paths)
    days = [day for day in asked_days(last, until) if day.isoformat() in table.index]
    found = np.quantile(table.loc[[day.isoformat() for day in days]].to_numpy(), LEVELS, axis=1)  # [level, day]
    return pd.DataFrame(
        {
            "date": np.repeat([day.isoformat() for day in days], len(LEVELS)),
            "forecast": np.repeat([day > last for day in days], len(LEVELS)),
            "level": np.tile(LEVELS, len(days)),
            "millions": found.T.ravel(),
        }
    )


def bands(quantiles: pd.DataFrame) -> list[dict[str, Any]]:
    """A record a day: ``date``, ``forecast``, ``p05`` … ``p95``, millions."""
    found = []
    for day, rows in quantiles.groupby("date", sort=True):
        by_level = dict(zip(rows["level"].round(3), rows["millions"], strict=True))
        shown = {name: rounded(by_level[level]) for name, level in SHOWN.items()}
        found.append({"date": str(day), "forecast": bool(rows["forecast"].iloc[0]), **shown})
    return found


def target(paths: pd.DataFrame, millions: float) -> dict[str, Any]:
    """Probability of the target by its day (``None`` if the clock ends before), its Jeffreys 90 % interval over draws,
    the day of reaching it (``None`` for a quantile later than the horizon), and the share that never does within it."""
    table = wide(paths)
    values, days = table.to_numpy(), [date.fromisoformat(day) for day in table.index]
    reached = _reached(values, days, millions)
    horizon, draws = days[-1], values.shape[1]
    by = TARGET_DAY.isoformat()
    hits = int((table.loc[by].to_numpy() >= millions).sum()) if by in table.index else None
    return {
        "target_millions": millions,
        "target_day": by,
        "horizon": horizon.isoformat(),
        "probability_of_target": None if hits is None else hits / draws,
        "probability_of_target_interval": None if hits is None else [rounded(end) for end in jeffreys(hits, draws)],
        "target_date": {name: _day(np.sort(reached), level) for name, level in SHOWN.items()},
        "share_never_within_horizon": float(np.mean(np.isinf(reached))),
    }


def raised(paths: pd.DataFrame) -> float:
    """Millions by which keeping paths from falling raised them on the last day: median over draws."""
    last = paths[paths["date"] == paths["date"].max()]
    return float((last["millions"] - last["conditioned_millions"]).median())


def _reached(values: Floats, days: list[date], millions: float) -> Floats:
    """Ordinal [draw] of the first day at whose start a path [day, draw] has so many; infinite where none has."""
    ordinals = np.array([day.toordinal() for day in days], np.float64)
    found = np.full(values.shape[1], np.inf)
    for draw, stock in enumerate(values.T):
        if stock[-1] < millions:
            continue
        at = int(np.argmax(stock >= millions))
        if at == 0:
            found[draw] = ordinals[0]
        else:
            share = (millions - stock[at - 1]) / (stock[at] - stock[at - 1])
            found[draw] = ceil(ordinals[at - 1] + share * (ordinals[at] - ordinals[at - 1]))
    return found


def _day(ordered: Floats, level: float) -> str | None:
    """The day by which a share ``level`` of the draws is there: a draw's own, not one between two draws."""
    found = ordered[max(0, ceil(level * len(ordered)) - 1)]
    return None if np.isinf(found) else (date.min + timedelta(days=int(found) - 1)).isoformat()


def document(frames: Frames, manifest: Manifest) -> Document:
    """The document of ``mes forecast --json``; everything after ``forecast_from`` is marked forecast."""
    keys = ("version", "people", "draws", "seed", "structure", "averaged", "data_end", "quick", "code")
    return {
        **{key: manifest[key] for key in keys},
        "command_line": manifest["command_line"],
        "forecast_from": manifest["forecast"]["from"],
        "unit": "million activated profiles",
        "quantiles": bands(frames["quantiles"]),
        **target(frames["paths"], manifest["target_millions"]),
        "raised_by_not_falling_millions": rounded(raised(frames["paths"])),
        "caveat": WHY,
        "failures": [{key: f[key] for key in ("draw", "error")} for f in manifest["failures"]],
    }


TARGET, LOCATION = "cumulative activated profiles", "FR"
COLUMNS = ("reference_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id",
           "value")  # fmt: skip


def hub_table(quantiles: pd.DataFrame, last: date) -> pd.DataFrame:
    """The forecast days of a table of quantiles (``quantile_table``), without that of the last count itself."""
    ahead = quantiles[quantiles["forecast"]]
    columns = {
        "reference_date": last.isoformat(),
        "target": TARGET,
        "horizon": [(date.fromisoformat(day) - last).days for day in ahead["date"]],
        "target_end_date": ahead["date"].to_numpy(),
        "location": LOCATION,
        "output_type": "quantile",
        "output_type_id": ahead["level"].to_numpy(),
        "value": (ahead["millions"] * 1e6).round().astype("int64").to_numpy(),
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


FRAMES = ("paths", "quantiles")
TABLES = ("forecast.csv", "forecast.fr.csv", "hubverse.csv", "forecast.json")
COUNTS = {"files": ["paths.parquet"], "groups": "scenarios", "group": "scenario", "units": "draws", "unit": "draw"}
"""As ``foundation.store.verification`` checks them."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One draw; what all share is small enough to be sent with each."""

    experiment: Experiment
    draw: Draw
    carried: CarriedForward
    days: tuple[date, ...]


def work(task: Task) -> dict[str, pd.DataFrame]:
    """A path: a row a day, with the stock as simulated, as conditioned, and kept from falling, millions."""
    weekly = simulate_draw(task.experiment, task.draw)["weekly"]["activated"].to_numpy()
    return {"paths": path(task, weekly)}


def path(task: Task, weekly: np.ndarray) -> pd.DataFrame:
    """The path from one run's weekly stocks [W+1], persons."""
    found = task.carried.path(task.draw.index, weekly)
    return pd.DataFrame(
        {
            "scenario": REFERENCE,
            "draw": np.full(len(task.days), task.draw.index, dtype=np.int32),
            "date": [day.isoformat() for day in task.days],
            "simulated_millions": [at(weekly, day) / 1e6 for day in task.days],
            "conditioned_millions": found.on(task.days, found.drawn),
            "millions": found.on(task.days, found.kept),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Forecast(OfDraws[Task]):
    """The status quo forecast."""

    discrepancy: Sequence[float]
    """A number for each draw."""
    counts: tuple[Count, ...]
    """Published counts, all of which a path agrees with."""
    work = staticmethod(work)

    def __post_init__(self) -> None:
        if len(self.discrepancy) != len(self.draws):
            raise ValueError(f"{len(self.discrepancy)} discrepancies for {len(self.draws)} draws")

    def question(self) -> dict[str, object]:
        """The paths are continued from the counts, though each is simulated as it is."""
        return {**super().question(), "continued": True}

    def about(self) -> Document:
        """From which day on it forecasts, too."""
        forecast = {"from": self.counts[-1].day.isoformat(), "counts": len(self.counts)}
        return {**super().about(), "counts": COUNTS, "forecast": forecast}

    def expects(self) -> Sequence[str]:
        """Paths, quantiles, and every table made of them."""
        return (*(f"{name}.parquet" for name in FRAMES), *TABLES)

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        settings = self.experiment.settings
        days = tuple(path_days(self.counts, settings.until))
        carried = carried_forward(self.counts, self.draws, self.discrepancy, settings)
        return [Task(experiment=self.experiment, draw=draw, carried=carried, days=days) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Mapping[str, pd.DataFrame]:
        """Paths by draw, and their quantiles on the days of the table."""
        paths = found.ordered(self.number).frame("paths")
        return {"paths": paths, "quantiles": quantile_table(paths, self.counts[-1].day, self.experiment.settings.until)}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """Tables for a spreadsheet and for a hub, and the document."""
        last = self.counts[-1].day
        table = frames["quantiles"].astype({"forecast": int})
        write_bytes(folder / "forecast.csv", plain_csv(table))
        write_csv(table, folder / "forecast.fr.csv", "fr", label)
        write_bytes(folder / "hubverse.csv", plain_csv(hub_table(frames["quantiles"], last)))
        write_json(folder / "forecast.json", document(frames, manifest))


def plain_csv(table: pd.DataFrame) -> bytes:
    """A table for programs: UTF-8, commas, line feeds."""
    return table.to_csv(index=False, lineterminator="\n").encode()
