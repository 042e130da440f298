"""Global sensitivity indices from given draws (SALib), with a noise floor.

Posterior draws are not independent in their inputs and follow no design, so only estimators for given data apply:

* ``first_order``: Var(E[Y | X_i]) / Var(Y) by sorting the draws along the input and reading the first harmonics
  (RBD-FAST for given data, called EASI by Plischke 2010, with the bias correction of Tissot and Prieur 2012). Y is
  taken as normal scores. With dependent inputs it holds what goes along with X_i through other inputs too: what would
  be learned about Y from X_i, not what X_i does alone. The indices need not add up to 1.
* ``pawn``: mean Kolmogorov-Smirnov distance between Y and Y within fifths of X_i (Pianosi and Wagener 2018): sees any
  change of the distribution, and is never 0 on finite draws.

Dummies, random numbers that no model has read, go through the same estimators: the 95 % quantile of their indices is
the noise floor, and one of them is shown as negative control.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from SALib.analyze import pawn, rbd_fast

from scenarios.draw import Draw

HARMONICS, SLICES = 4, 5
DUMMIES, RESAMPLES = 100, 100
LEVEL = 0.90
THIRDS = 1 / 3


@dataclass(frozen=True)
class Quantity:
    """Something decided upon, per draw."""

    name: str
    """``activated``, ``additional`` or ``cost``."""
    scenario: str
    values: np.ndarray


def indices(quantity: Quantity, inputs: pd.DataFrame, seed: int, *, resamples: int = RESAMPLES) -> pd.DataFrame:
    """A row per input, and one for the dummy: indices, 90 % half-widths, noise floors, medians in the lowest and in
    the highest third of the input with 90 % bootstrap intervals. ``known`` tells a first-order index above the floor
    whose interval excludes 0. Empty for a quantity that doesn't vary."""
    if np.ptp(quantity.values) == 0:
        return pd.DataFrame()
    y = scores(quantity.values)
    random = np.random.default_rng(seed)
    dummies = random.random((len(y), DUMMIES))
    names = [*inputs.columns, DUMMY]
    columns = np.column_stack([inputs.to_numpy(float), dummies[:, :1]])
    found = pd.DataFrame({"quantity": quantity.name, "scenario": quantity.scenario, "input": names})
    found["first_order"], found["first_order_error"] = _first_order(columns, y, resamples, seed)
    found["pawn"] = _pawn(columns, y, seed)
    noise = _first_order(dummies, y, 2, seed)[0]
    found["first_order_floor"] = float(np.quantile(noise, 0.95))
    found["pawn_floor"] = float(np.quantile(_pawn(dummies, y, seed), 0.95))
    found["known"] = (found["first_order"] > found["first_order_floor"]) & (
        found["first_order"] > found["first_order_error"]
    )
    return pd.concat([found, _thirds(columns, quantity.values, random)], axis=1)


def _problem(columns: np.ndarray) -> dict[str, Any]:
    count = columns.shape[1]
    return {"num_vars": count, "names": [f"x{i}" for i in range(count)], "bounds": [[0, 1]] * count}


def _first_order(columns: np.ndarray, y: np.ndarray, resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and half-widths of their 90 % intervals."""
    found = rbd_fast.analyze(_problem(columns), columns, y, M=HARMONICS, num_resamples=2, conf_level=LEVEL, seed=seed)
    return np.array(found["S1"], float), half_widths(columns, y, resamples, seed)


def half_widths(columns: np.ndarray, y: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """[input]: SALib's bootstrap of first-order indices, of half as many draws (on the wide side): its numbers, but all
    resamples of an input at once, which takes a twentieth of the time."""
    random, half = np.random.default_rng(seed), len(y) // 2
    double = slice(1, -1 if half % 2 == 0 else None)  # frequencies that stand for two
    widths = []
    for column in columns.T:
        picks = random.integers(0, len(y), (resamples, half))
        order = np.argsort(column[picks], axis=1)
        order = np.concatenate([order[:, ::2], order[:, 1::2][:, ::-1]], axis=1)  # up and down again: no jump
        along = np.take_along_axis(y[picks], order, axis=1)
        power = np.abs(np.fft.rfft(along - along.mean(axis=1, keepdims=True), axis=1)) ** 2
        power[:, double] *= 2
        with np.errstate(invalid="ignore"):  # of draws that are all alike: no share, and no interval
            share = power[:, 1 : HARMONICS + 1].sum(axis=1) / power[:, 1:].sum(axis=1)
        widths.append(share.std(ddof=1) / (1 - 2 * HARMONICS / half))  # corrected for the bias, a linear function
    return NormalDist().inv_cdf(0.5 + LEVEL / 2) * np.array(widths)


def _pawn(columns: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    return np.array(pawn.analyze(_problem(columns), columns, y, S=SLICES, seed=seed)["mean"], float)


def _thirds(columns: np.ndarray, values: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """The tornado: medians of the quantity where an input is low, and where it is high."""
    rows = []
    for column in columns.T:
        low, high = np.quantile(column, [THIRDS, 1 - THIRDS])
        row = {}
        for name, chosen in (("low", values[column <= low]), ("high", values[column >= high])):
            picks = random.integers(0, len(chosen), (RESAMPLES, len(chosen)))
            medians = np.median(chosen[picks], axis=1)
            row[f"when_{name}"] = float(np.median(chosen))
            row[f"when_{name}_p05"], row[f"when_{name}_p95"] = (float(q) for q in np.quantile(medians, [0.05, 0.95]))
        rows.append(row)
    return pd.DataFrame(rows)


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


def scores(values: npt.ArrayLike) -> np.ndarray:
    """Normal scores, ranks through the normal quantile function: what is heavy-tailed or skewed becomes comparable.
    Ties share their mean rank."""
    from scipy.stats import norm, rankdata

    ranks = rankdata(values, axis=0)
    return np.asarray(norm.ppf((ranks - 0.375) / (len(ranks) + 0.25)))
