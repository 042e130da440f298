"""What a draw fixes, as columns: parameters of the status quo, lever effects, prices."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scenarios.draw import Draw

PRICE = "price:"
REST, DUMMY = "rest", "dummy"
STUDIES = Path(__file__).with_name("studies.toml")


def input_table(draws: Sequence[Draw]) -> pd.DataFrame:
    """A row per draw (its index), a column per uncertain input. Inputs that are the same on all draws are left out,
    and lever effects that repeat a parameter."""
    rows = [
        {**draw.parameters.flat(), **draw.effects, **{f"{PRICE}{k}": u for k, u in draw.cost_uniforms.items()}}
        for draw in draws
    ]
    table = pd.DataFrame(rows, index=pd.Index([draw.index for draw in draws], name="draw"))
    varying = table.loc[:, table.nunique() > 1]
    return varying.loc[:, ~varying.T.duplicated().to_numpy()]


@cache
def _studies() -> dict[str, dict[str, Any]]:
    return tomllib.loads(STUDIES.read_text(encoding="utf-8"))


def study_of(name: str) -> str:
    """The study that would inform an input."""
    for study, entry in _studies().items():
        if any(fnmatchcase(name, pattern) for pattern in entry["inputs"]):
            return study
    return REST


def studies(names: Sequence[str]) -> dict[str, list[str]]:
    """Study to the inputs it would inform, in the order of ``studies.toml``, the rest last; no empty ones."""
    found: dict[str, list[str]] = {study: [] for study in (*_studies(), REST)}
    for name in names:
        found[study_of(name)].append(name)
    return {study: members for study, members in found.items() if members}


def study_titles() -> dict[str, dict[str, str]]:
    """Study to its title in both languages."""
    return {study: dict(entry["title"]) for study, entry in _studies().items()}


def scores(values: Any) -> np.ndarray:
    """Normal scores, ranks through the normal quantile function: what is heavy-tailed or skewed becomes comparable.
    Ties share their mean rank."""
    from scipy.stats import norm, rankdata

    ranks = rankdata(values, axis=0)
    return np.asarray(norm.ppf((ranks - 0.375) / (len(ranks) + 0.25)))
