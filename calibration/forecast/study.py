"""``mes forecast`` as a study: a task for each draw; the status quo run to the end of the clock, then conditioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.facts.counts import Count
from calibration.forecast import label
from calibration.forecast.carried import CarriedForward, carried_forward
from calibration.forecast.summary import document, hub_table, path_days, quantile_table
from foundation.store.atomic import write_bytes, write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.work.bench import Found
from scenarios.compare.study import OfDraws
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, simulate_draw
from scenarios.frames import at

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
