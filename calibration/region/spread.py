"""``mes regions``: how much the shares of activated people of regions differ as simulated, and what they differ by.

Every draw is run in each region alone, then again with one thing at a time that regions differ in set to that of the
country: how much of the spread goes says what drives it. No count of a region enters; what else regions differ in is
the local level (``calibration.region.law``), which one more run has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calibration.facts.inputs import tables_of
from calibration.facts.tables import sha256_of_table
from calibration.region import label
from calibration.region.bank import Shared, on_days
from calibration.region.law import TABLE, level_of, level_sd, region_of
from foundation.quantiles import rounded
from foundation.seeds import POPULATION, derive
from foundation.shapes import Floats
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.study import Study
from foundation.tasks.bench import Found
from model.terms.inputs import Demography, OneRegion
from model.terms.weeks import position
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw

if TYPE_CHECKING:
    from model.population.population import Population

COMMAND = "regions"
FACTORS = ("ages", "illness", "exclusion", "doctors", "pilot")
"""What regions differ in, in the order of the table."""
SWITCHES = ("as_is", *FACTORS, "all")
LEVEL = "level"
"""The run with a local level as believed beforehand."""
FRAMES = ("shares", "regions", "drivers")
TABLES = ("regions.csv", "regions.fr.csv", "drivers.csv", "drivers.fr.csv", "regions.json")
SHOWN = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
SEED_STRIDE = 1000
"""Draws between the seeds of two regions: each has people of its own."""


@lru_cache(maxsize=2)
def switched(demography: Demography) -> Mapping[str, Demography]:
    """The demography by what is set to that of the country: ``as_is`` nothing, ``all`` everything."""
    share, regions = demography.region_share, len(demography.regions)
    flat: dict[str, dict[str, object]] = {
        "ages": {"region_age_share": np.repeat(share[:, None], demography.region_age_share.shape[1], axis=1)},
        "illness": {"region_illness": np.ones(regions)},
        "exclusion": {"region_exclusion": np.ones(regions)},
        "doctors": {"region_doctors": share},
        "pilot": {"pilot_regions": demography.regions},
    }
    everything = {name: value for changed in flat.values() for name, value in changed.items()}
    return {
        "as_is": demography,
        **{name: replace(demography, **changed) for name, changed in flat.items()},  # type: ignore[arg-type]
        "all": replace(demography, **everything),  # type: ignore[arg-type]
    }


def only_of(demography: Demography, region: str, index: int, switch: str) -> OneRegion:
    """The region under a switch: what is set to that of the country isn't drawn."""
    drawn = region_of(demography, region, index)
    return replace(
        drawn,
        illness=None if switch in ("illness", "all") else drawn.illness,
        exclusion=None if switch in ("exclusion", "all") else drawn.exclusion,
    )


@dataclass(frozen=True, kw_only=True)
class Setting(Shared):
    """Of the runs of all regions."""

    days: tuple[date, ...]
    """Last count and horizon."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One draw."""

    setting: Setting
    draw: Draw


def work(task: Task) -> dict[str, pd.DataFrame]:
    """A row a switch, region and day: the share of the living who have activated, 0..1."""
    from model.counting import tally
    from model.population.building import build_population

    setting, draw = task.setting, task.draw
    run = setting.runs(draw, ceil(max(position(day) for day in setting.days)))

    def shares(population: Population, level: float) -> Floats:
        stocks = run(population, level).stocks()
        return on_days(stocks[tally.ACTIVATED] / stocks[tally.LIVING], setting.days)

    found: list[dict[str, object]] = []
    for place, region in enumerate(setting.demography.regions):
        own = derive(setting.seed, SEED_STRIDE * (place + 1) + draw.index, POPULATION)
        for switch, demography in switched(setting.demography).items():
            only = only_of(setting.demography, region, draw.index, switch)
            people = build_population(demography, people=setting.people, seed=own, only=only)
            levels = {switch: 0.0} if switch != "as_is" else {switch: 0.0, LEVEL: level_of(region, draw.index)}
            for name, level in levels.items():
                values = shares(people, level)
                found += [
                    {"draw": draw.index, "switch": name, "region": region, "date": day.isoformat(), "share": value}
                    for day, value in zip(setting.days, values, strict=True)
                ]
    return {"shares": pd.DataFrame(found)}


def spreads(shares: Floats, weights: Floats, people: int) -> Floats:
    """Variance between regions [draw] of shares [draw, region], weighted by people, less what the chance of so many
    simulated people of each region adds to it; it may come out below 0."""
    weights = weights / weights.sum()
    mean = shares @ weights
    between = np.square(shares - mean[:, None]) @ weights
    chance = (shares * (1.0 - shares) / people) @ (weights * (1.0 - weights))
    return np.asarray(between - chance)


def regions_table(shares: pd.DataFrame) -> pd.DataFrame:
    """A row a region and day: quantiles of the share, of its gap to the mean of all regions in points, and of the share
    with a local level as believed beforehand."""
    rows = []
    for day in sorted(shares["date"].unique()):
        own, level = (_wide(shares, day, switch) for switch in ("as_is", LEVEL))
        gap = 100 * own.sub(own.mean(axis=1), axis=0)
        for region in own.columns:
            parts = {"share": own[region], "gap_points": gap[region], "share_with_level": level[region]}
            rows.append(
                {
                    "region": region,
                    "date": day,
                    **{
                        f"{name}_{end}": float(np.quantile(values, at))
                        for name, values in parts.items()
                        for end, at in SHOWN.items()
                    },
                }
            )
    return pd.DataFrame(rows)


def _wide(shares: pd.DataFrame, day: str, switch: str) -> pd.DataFrame:
    rows = shares[(shares["date"] == day) & (shares["switch"] == switch)]
    return rows.pivot(index="draw", columns="region", values="share")[list(dict.fromkeys(shares["region"]))]


def drivers_table(shares: pd.DataFrame, weights: Mapping[str, float], people: int) -> pd.DataFrame:
    """A row a day and switch: the spread (standard deviation between regions in points, quantiles over draws), and the
    share of the mean variance as it is that goes where a thing is as in the country."""
    rows = []
    for day in sorted(shares["date"].unique()):
        variance = {}
        for switch in (*SWITCHES, LEVEL):
            table = _wide(shares, day, switch)
            sizes = np.array([weights[region] for region in table.columns])
            variance[switch] = spreads(table.to_numpy(), sizes, people)
        whole = variance["as_is"].mean()
        for switch, found in variance.items():
            sd = 100 * np.sqrt(np.maximum(found, 0.0))
            gone = np.nan if switch in ("as_is", LEVEL) or whole <= 0 else 1.0 - found.mean() / whole
            quantiles = {f"spread_points_{end}": float(np.quantile(sd, at)) for end, at in SHOWN.items()}
            rows.append({"switch": switch, "date": day, **quantiles, "variance_gone": gone})
    return pd.DataFrame(rows)


@dataclass(frozen=True, kw_only=True)
class Spread(Study[Task]):
    """What regions differ in."""

    setting: Setting
    draws: Sequence[Draw]
    posterior: str
    data: Mapping[str, str]
    command = COMMAND
    work = staticmethod(work)

    def question(self) -> Document:
        """Settings on which the shares depend."""
        return {
            "people": self.setting.people,
            "draws": len(self.draws),
            "seed": self.setting.seed,
            "structure": asdict(self.setting.structure),
            "days": [day.isoformat() for day in self.setting.days],
            "level_sd": level_sd(),
        }

    def inputs(self) -> Mapping[str, str]:
        """Data tables and posterior."""
        return {**self.data, **tables_of("compare"), TABLE: sha256_of_table(TABLE)}

    def code(self) -> Sequence[str]:
        """What computes shares and spreads."""
        return ("calibration.region.spread",)

    def about(self) -> Document:
        """Where draws come from."""
        return {
            "kind": COMMAND,
            "draws_file": self.posterior,
            "draws_sha256": self.data[self.posterior],
            "data_end": self.setting.history.data_end.isoformat(),
            "quick": False,
        }

    def expects(self) -> Sequence[str]:
        """Tables and the document."""
        return (*(f"{name}.parquet" for name in FRAMES), *TABLES)

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        return [Task(setting=self.setting, draw=draw) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Mapping[str, pd.DataFrame]:
        """Shares of all draws, and what they come to."""
        demography = self.setting.demography
        shares = found.ordered(self.number).frame("shares")
        weights = dict(zip(demography.regions, demography.region_share.tolist(), strict=True))
        drivers = drivers_table(shares, weights, self.setting.people)
        return {"shares": shares, "regions": regions_table(shares), "drivers": drivers}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """Tables for spreadsheets, and the document."""
        words = {"switch": lambda key: label(f"switch.{key}", "fr")}
        for name in ("regions", "drivers"):
            write_csv(frames[name], folder / f"{name}.csv", "en", label)
            write_csv(frames[name], folder / f"{name}.fr.csv", "fr", label, words if name == "drivers" else None)
        write_json(folder / "regions.json", document(frames, manifest))


def document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The document of ``mes regions --json``."""
    keys = ("version", "people", "draws", "seed", "structure", "days", "data_end", "level_sd", "draws_file")
    return {
        **{key: manifest[key] for key in keys},
        "command_line": manifest["command_line"],
        "counts_of_regions": 0,
        "unit": "shares of the living insured, 0..1; spreads in points; quantiles over draws",
        "regions": _records(frames["regions"]),
        "drivers": _records(frames["drivers"]),
    }


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(name): rounded(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
