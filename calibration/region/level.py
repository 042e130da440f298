"""Draws of a region: national ones with the level fitted in a folder of ``mes calibrate --region``, or, where no count
of the region is known, the level believed beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import cast

from calibration.draws.posteriors import Source
from calibration.facts.priors import SHARED
from calibration.facts.targets import Kind, StockTarget
from calibration.region.law import with_level
from calibration.region.study import COMMAND
from foundation.errors import UserError
from foundation.store import store
from foundation.store.reading import Document
from model.terms.inputs import OneRegion
from scenarios.draw import Draw


@dataclass(frozen=True, kw_only=True)
class Level:
    """A fitted level."""

    folder: str
    sha256: str
    """Of the table of draws."""
    region: str
    pairs: Sequence[tuple[int, float, OneRegion]]
    """National draw, level and ratios of each draw."""
    stocks: tuple[StockTarget, ...]
    """The counts that it was fitted to."""
    posterior_sha256: str
    posterior: str


def read_level(folder: Path) -> Level:
    """A finished folder of ``mes calibrate --region``.

    Raises:
        UserError: it is none, unfinished, or altered.
    """
    manifest, _ = store.load(folder, [])
    if manifest.get("command") != COMMAND:
        raise UserError(f"--level: {folder} is no folder of `mes calibrate --region`")
    table = store.load(folder, ["level"])[1]["level"]
    try:
        region = str(manifest["region"])
        rows = zip(
            *(table[name].tolist() for name in ("national_draw", "level", "illness_ratio", "exclusion_ratio")),
            strict=True,
        )
        pairs = [
            (int(row), float(level), OneRegion(name=region, illness=_or_none(illness), exclusion=_or_none(exclusion)))
            for row, level, illness, exclusion in rows
        ]
        stocks = tuple(_stock(entry, region) for entry in manifest["counts_used"])
        return Level(
            folder=str(folder),
            sha256=str(manifest["files"]["level.parquet"]),
            region=region,
            pairs=pairs,
            stocks=stocks,
            posterior_sha256=str(manifest["draws_sha256"]),
            posterior=str(manifest["draws_file"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{folder}: of another version; make it again ({type(error).__name__}: {error})") from None


def _or_none(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _stock(entry: Document | Mapping[str, object], region: str) -> StockTarget:
    from datetime import date
    from math import inf

    high = entry["high_millions"]
    return StockTarget(
        day=date.fromisoformat(str(entry["date"])),
        millions=float(str(entry["millions"])),
        error=float(str(entry["error_millions"])),
        kind=cast(Kind, entry["kind"]),
        status="as calibrated",
        facts=(),
        region=region,
        low=float(str(entry["low_millions"])),
        high=inf if high is None else float(str(high)),
    )


def refuse_other_posterior(level: Level, source: Source) -> None:
    """``UserError`` unless the level was fitted on the national draws that the run takes."""
    if level.posterior_sha256 != source.sha256:
        raise UserError(
            f"--level: {level.folder} was fitted on the posterior {level.posterior}, the run draws from {source.name}; "
            "take the same --posterior and --structure, or fit the level again"
        )


def fitted_draws(level: Level, national: Sequence[Draw], n: int) -> list[Draw]:
    """The first ``n`` draws of a fitted region.

    Draw k has the parameters of the national draw of pair k and its level; effects of levers and prices, of which
    counts say nothing, are those of national draw k, so that a national draw that comes up twice doesn't bring the
    same effects twice.

    Args:
        national: all draws of the posterior.

    Raises:
        UserError: more draws than the folder has.
    """
    if not 1 <= n <= len(level.pairs):
        held = len(level.pairs)
        raise UserError(f"--draws: {n}; {level.folder} holds {held} draws; allowed: 1 to {held}")
    found = []
    for index, (row, value, only) in enumerate(level.pairs[:n]):
        own, told = national[index], national[row]
        draw = replace(
            own,
            parameters=told.parameters,
            effects={**own.effects, **{name: told.effects[name] for name in SHARED}},
            answers=told.answers,
            use=told.use,
            only=only,
        )
        found.append(with_level(draw, value))
    return found
