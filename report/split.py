"""The split of the uncertainty that goes with a run, as ``mes uncertainty`` leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import UserError
from foundation.language.numbers import percent
from foundation.language.text import label, scenario_titles
from foundation.store import manifest as manifests
from report.numbers import Numbers
from report.traced import traced

FILE = "split.parquet"
SOURCES = ("structure", "parameters", "levers", "chance")
SAME = ("until", "policy_start")


def read_split(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Shares of the variance by scenario and measure, checked to answer the question of the run.

    ``UserError`` if the folder is none of ``mes uncertainty``, has been altered, or answers another question.
    """
    theirs = manifests.read(folder)
    if theirs.get("kind") != "uncertainty":
        raise UserError(f"{folder}: no folder of mes uncertainty; make one with: mes uncertainty --out DIR")
    for key in SAME:
        if theirs[key] != manifest[key]:
            raise UserError(f"{folder}: {key} is {theirs[key]!r}, but {manifest[key]!r} in the run")
    path = folder / FILE
    if not path.is_file() or manifests.sha256_of(path) != theirs["files"].get(FILE):
        raise UserError(f"{path}: missing, or not as the run left it")
    return pd.read_parquet(path)


def split_rows(shares: pd.DataFrame, numbers: Numbers) -> list[dict[str, Any]]:
    """A row for each scenario of the run that was split: activated for the reference, additional for the others."""
    titles, found = scenario_titles(numbers.manifest, numbers.lang), []
    rows = {(str(row["scenario"]), str(row["measure"])): row for row in shares.to_dict("records")}
    for name in numbers.names:
        measure = "activated_millions" if name == numbers.reference else "additional_millions"
        if row := rows.get((name, measure)):
            cells = [_share(float(row[source]), source, name, measure, numbers.lang) for source in SOURCES]
            found.append({"name": titles[name], "cells": cells})
    return found


def heads(lang: str) -> list[str]:
    """The four sources in words."""
    return [label(f"uncertainty.{source}", lang) for source in SOURCES]


def _share(value: float, source: str, scenario: str, measure: str, lang: str) -> object:
    where = {"scenario": scenario, "measure": measure}
    return traced(percent(value, lang), [value], file=FILE, measure=source, stats=["value"], where=where)
