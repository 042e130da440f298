"""Forecasts that were written down before the counts came: put into the project's data once, never changed; and how
good they were, on counts published after they were registered.

A folder ``calibration/data/forecasts/<date>-v<version>`` holds ``forecast.csv`` (``date,forecast,level,millions``, 23
levels), ``paths.parquet`` (the draws, week by week), ``registered.json`` (what it was made with, and the SHA-256 of
both files) and a line for people in ``README.md``.

A figure is scored as it stands, its error being part of the forecast (``calibration.hindcast.scoring``). A headline is
scored by its middle, and by the mean over its interval, every place of which agrees with it equally well (in closed
form).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.observed import Count, counts_of
from calibration.facts.tables import DATA
from calibration.facts.targets import StockTarget
from calibration.forecast import label
from calibration.forecast.study import LEVELS, wide
from calibration.hindcast.scoring import (
    crps,
    predictive_quantile,
    score_interval,
    weighted_interval_score,
    weighted_interval_score_between,
)
from foundation.errors import UserError
from foundation.language.numbers import day as written
from foundation.shapes import Floats
from foundation.store.atomic import json_bytes, parquet_bytes, write_folder
from foundation.store.fingerprint import digest_of, sha256_of
from foundation.store.manifest import Manifest
from foundation.store.reading import Document

FORECASTS = Path(str(DATA / "forecasts"))
FEWEST = 100
"""Draws of a registered forecast at least: its outermost quantiles are those of one in a hundred."""
ABOUT, QUANTILES, PATHS = "registered.json", "forecast.csv", "paths.parquet"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered forecast."""

    name: str
    about: Mapping[str, Any]
    quantiles: pd.DataFrame
    """``date``, ``forecast`` (1 after the last count known), ``level``, ``millions``."""
    paths: pd.DataFrame
    """Millions by day (index, ISO, rising) and draw (columns)."""

    @property
    def day(self) -> date:
        """Of registering."""
        return date.fromisoformat(self.about["registered"])

    @property
    def last(self) -> date:
        """The last day it speaks of."""
        return date.fromisoformat(str(self.paths.index[-1]))

    def samples(self, day: date) -> Floats:
        """Millions [draw] at the start of a day, between two days of the paths by interpolation."""
        ordinals = [date.fromisoformat(str(one)).toordinal() for one in self.paths.index]
        return np.array([np.interp(day.toordinal(), ordinals, path) for path in self.paths.to_numpy().T])


def today() -> date:
    """The day of registering: that of UTC."""
    return datetime.now(UTC).date()


def place_of(day: date, version: str, root: Path | None = None) -> Path:
    """Where a forecast of this day and version is registered.

    Raises:
        UserError: one is there already, or this is no clone of the project.
    """
    root = root or FORECASTS
    if not root.parent.is_dir() or not (root.parents[2] / "pyproject.toml").is_file():
        raise UserError("--register: works in a clone of the project only, where the forecast becomes part of its data")
    folder = root / f"{day.isoformat()}-v{version}"
    if folder.exists():
        raise UserError(f"--register: {folder.name} is registered already; a registered forecast is never rewritten")
    return folder


def register(folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest, day: date) -> None:
    """Writes the forecast of a finished run, in one step.

    Raises:
        UserError: too few draws for its quantiles, or a folder that is there already.
    """
    refuse_few(manifest["draws"] - len(manifest["failures"]))
    if folder.exists():
        raise UserError(f"--register: {folder.name} is registered already; a registered forecast is never rewritten")
    files = {
        QUANTILES: _csv(frames["quantiles"]),
        PATHS: parquet_bytes(_kept(frames["paths"], manifest["forecast"]["from"])),
    }
    about = _about(files, manifest, day)
    write_folder(folder, {**files, ABOUT: json_bytes(about), "README.md": (line(about) + "\n").encode()})


def refuse_few(draws: int) -> None:
    """``UserError`` for fewer draws than the outermost quantiles need."""
    if draws < FEWEST:
        raise UserError(f"--register: {draws} draws; needed {FEWEST} or more, for quantiles from 1 to 99 %")


def _csv(quantiles: pd.DataFrame) -> bytes:
    table = quantiles.astype({"forecast": int})
    return table.to_csv(index=False, lineterminator="\n", float_format="%.6f").encode()


def _kept(paths: pd.DataFrame, since: str) -> pd.DataFrame:
    ahead = paths.loc[paths["date"] >= since, ["draw", "date", "millions"]]
    return ahead.astype({"millions": "float32"}).reset_index(drop=True)


def _about(files: Mapping[str, bytes], manifest: Manifest, day: date) -> Document:
    keys = ("version", "people", "draws", "seed", "structure", "averaged", "data_end", "draws_file", "draws_sha256")
    return {
        "registered": day.isoformat(),
        "forecast_from": manifest["forecast"]["from"],
        "target_millions": manifest["target_millions"],
        **{key: manifest[key] for key in keys},
        "code": manifest["code"],
        "data": digest_of(manifest["data"])[:16],
        "data_files": manifest["data"],
        "stock_targets": manifest["stock_targets"],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def line(about: Mapping[str, Any], lang: str = "en") -> str:
    """What a registered forecast is, in one line."""
    return label(
        "forecast.line",
        lang,
        **{key: about[key] for key in ("version", "draws", "people", "seed", "code", "data")},
        registered=written(about["registered"], lang),
        known=written(about["forecast_from"], lang),
        file=about["files"][QUANTILES][:16],
    )


def all_registered(root: Path | None = None) -> list[Registered]:
    """Every registered forecast, by day and version.

    Raises:
        UserError: one can't be read, or isn't as it was registered.
    """
    root = root or FORECASTS
    return [read(folder) for folder in sorted(root.glob("*-v*")) if folder.is_dir()]


def read(folder: Path) -> Registered:
    """One registered forecast; its files have to be those that were registered."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        for name, digest in about["files"].items():
            if sha256_of(folder / name) != digest:
                raise UserError(f"{folder / name}: not as it was registered (its SHA-256 differs)")
        quantiles = pd.read_csv(io.BytesIO((folder / QUANTILES).read_bytes()))
        paths = wide(pd.read_parquet(folder / PATHS).astype({"millions": "float64"}))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{folder}: can't be read as a registered forecast ({error})") from None
    return Registered(name=folder.name, about=about, quantiles=quantiles, paths=paths)


COLUMNS = (
    "registered", "date", "horizon_days", "known_days", "low_millions", "high_millions", "middle_millions",
    "p05", "p25", "p50", "p75", "p95", "crps_millions", "crps_interval_millions", "wis_millions",
    "wis_interval_millions", "inside_50", "inside_90",
)  # fmt: skip


def scored(forecasts: Sequence[Registered], targets: Sequence[StockTarget]) -> pd.DataFrame:
    """A row a registered forecast and count that came after it; empty if none did. ``horizon_days`` are those since
    it was registered, ``known_days`` those since the last count that it knew, from which on it forecasts.

    A count came after a forecast if its day did: days of publication aren't known. What lies beyond a forecast's last
    day, or has no upper end, is left out.
    """
    counts = [count for count in counts_of(targets) if np.isfinite(count.high)]
    rows = [
        [forecast.name, *_row(forecast, count)]
        for forecast in forecasts
        for count in counts
        if forecast.day < count.day <= forecast.last
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(forecast: Registered, count: Count) -> list[object]:
    samples, known = forecast.samples(count.day), date.fromisoformat(forecast.about["forecast_from"])
    quantiles = np.array([predictive_quantile(samples, level, count.error) for level in LEVELS])
    q = dict(zip(LEVELS, quantiles.tolist(), strict=True))
    middle = count.millions
    at_middle = crps(samples, middle, count.error), weighted_interval_score(quantiles, middle)
    over = at_middle
    if count.headline:
        over = (
            score_interval(samples, count.low, count.high).crps,
            weighted_interval_score_between(quantiles, count.low, count.high),
        )
    return [
        *(count.day.isoformat(), (count.day - forecast.day).days, (count.day - known).days),
        *(count.low, count.high, middle),
        *(q[level] for level in (0.05, 0.25, 0.5, 0.75, 0.95)),
        *(at_middle[0], over[0], at_middle[1], over[1]),
        q[0.25] <= middle <= q[0.75],
        q[0.05] <= middle <= q[0.95],
    ]


def document(table: pd.DataFrame, forecasts: Sequence[Registered]) -> Document:
    """The document of ``mes forecast --score --json``."""
    numbers = table[["crps_millions", "wis_millions", "inside_50", "inside_90"]].astype(float)
    means = {str(name): float(numbers[name].mean()) for name in numbers if len(table)}
    return {
        "registered": [
            {"name": f.name, **{k: f.about[k] for k in ("registered", "version", "forecast_from", "code", "data")}}
            for f in forecasts
        ],
        "scores": [_plain(record) for record in table.to_dict("records")],
        "means": means,
    }


def _plain(record: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): value.item() if hasattr(value, "item") else value for key, value in record.items()}
