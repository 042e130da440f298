"""Priors of ``priors.csv``: what is believed of each uncertain quantity before the model meets the stocks.

A row gives a location and a 90 % interval; a distribution is fitted to them by least squares.

* ``lognormal``: the location is the median and is kept; sigma is the least-squares fit of the two log quantiles,
  sigma = ln(high / low) / (2 × 1.645). An interval that lies unevenly about the median is therefore shifted.
* ``beta``: the location is the mean and is kept; the concentration a + b is the least-squares fit of the two quantiles.
* ``normal``: the location is the mean and is kept; sigma = (high − low) / (2 × 1.645).

Factors that can't harm have a ``floor`` of 1: the fitted distribution is truncated there and renormalised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib.resources.abc import Traversable
from math import log
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats
from foundation.shapes import Floats
from model.terms.parameters import (
    HALF_YEARS,
    Drivers,
    Parameters,
    People,
    Practice,
    Prevalence,
    Pulls,
    Stops,
    WordOfMouth,
)
from scenarios.lever_schemas import effect_names

Family = Literal["lognormal", "beta", "normal"]
Z95 = float(special.ndtri(0.95))
_CONCENTRATIONS = (0.05, 5000.0)


@dataclass(frozen=True, kw_only=True)
class Prior:
    """One uncertain quantity. ``shape`` is (mu, sigma) of the logarithm, (a, b), or (mean, standard deviation)."""

    name: str
    family: Family
    shape: tuple[float, float]
    floor: float | None
    """Values below it are cut off."""
    stated: tuple[float, float, float]
    """Location, 5 % and 95 % quantiles as the table states them."""
    meaning: str
    evidence: str
    status: str
    facts: tuple[str, ...]

    @cached_property
    def _law(self) -> Any:
        """The fitted scipy distribution, before truncation."""
        from scipy import stats  # takes a second to load: only for who calibrates

        if self.family == "lognormal":
            return stats.lognorm(self.shape[1], scale=np.exp(self.shape[0]))
        return stats.beta(*self.shape) if self.family == "beta" else stats.norm(*self.shape)

    def _untruncated(self, u: Floats) -> Floats:
        """Quantiles of the fitted distribution, to the bit those of ``_law``."""
        if self.family == "beta":
            return np.asarray(special.betaincinv(*self.shape, u))
        middle, width = self.shape
        if self.family == "normal":
            return np.asarray(special.ndtri(u) * width + middle)
        return np.asarray(np.exp(width * special.ndtri(u)) * np.exp(middle))

    def _below(self, x: npt.NDArray[np.float64] | np.float64) -> Floats:
        """Its mass below ``x``, likewise."""
        if self.family == "beta":
            return np.asarray(special.betainc(*self.shape, np.clip(x, 0.0, 1.0)))
        middle, width = self.shape
        if self.family == "normal":
            return np.asarray(special.ndtr((x - middle) / width))
        with np.errstate(divide="ignore"):
            return np.asarray(special.ndtr(np.log(np.maximum(x, 0.0) / np.exp(middle)) / width))

    @cached_property
    def cut(self) -> float:
        """Mass below the floor that the truncation removes, 0..1."""
        return 0.0 if self.floor is None else float(self._below(np.float64(self.floor)))

    def quantile(self, u: npt.ArrayLike) -> Floats:
        """Values at the quantiles ``u`` (0..1), of the same shape; NaN outside 0..1."""
        values = np.asarray(self._untruncated(self.cut + np.asarray(u, float) * (1 - self.cut)), np.float64)
        return values if self.floor is None else np.maximum(values, self.floor)

    def cdf(self, x: npt.ArrayLike) -> Floats:
        """Probability of at most ``x`` (0..1), of the same shape: the inverse of ``quantile``."""
        return np.clip((self._below(np.asarray(x, float)) - self.cut) / (1 - self.cut), 0.0, 1.0)

    def logpdf(self, x: npt.ArrayLike) -> Floats:
        """Log density at ``x``, of the same shape; -inf where the density is 0."""
        density = np.asarray(self._law.logpdf(x), np.float64) - np.log1p(-self.cut)
        return density if self.floor is None else np.where(np.asarray(x) < self.floor, -np.inf, density)

    def misfit(self) -> float:
        """How far the 5 % and 95 % quantiles lie from those stated: the larger distance over the stated width.

        Measured on logarithms for the lognormal family, after truncation.
        """
        scale = np.log if self.family == "lognormal" else np.asarray
        low, high, fitted = *map(scale, self.stated[1:]), scale(self.quantile([0.05, 0.95]))
        return float(np.max(np.abs(fitted - [low, high])) / (high - low))


def load_priors(folder: Traversable = DATA) -> dict[str, Prior]:
    """Priors by name, in the order of ``priors.csv``.

    Raises:
        ValueError: a row whose numbers give no distribution, or a name given twice.
    """
    columns = ("name", "family", "location", "low", "high", "floor", "prior", "meaning", "evidence", "status", "facts")
    rows = read_rows("priors.csv", columns, folder)
    refuse_repeats(rows, "name", [row.text("name") for row in rows])
    return {row.cells["name"]: _prior(row) for row in rows}


def _prior(row: Row) -> Prior:
    family = cast(Family, row.text("family", get_args(Family)))
    smallest, largest = {"lognormal": (1e-12, 1e12), "beta": (1e-6, 1 - 1e-6), "normal": (-1e12, 1e12)}[family]
    location = row.number("location", smallest, largest)
    stated = location, row.number("low", smallest, location), row.number("high", location, largest)
    if stated[1] == stated[2]:
        raise row.error("high", f"more than low ({stated[1]:g})")
    return Prior(
        name=row.text("name"),
        family=family,
        shape=fit(family, *stated),
        floor=row.optional("floor", -1e12, location),
        stated=stated,
        meaning=row.text("meaning"),
        evidence=row.text("evidence"),
        status=row.text("status", ("derived", "proxy", "assumed")),
        facts=row.facts(),
    )


def fit(family: Family, location: float, low: float, high: float) -> tuple[float, float]:
    """Shape of the distribution nearest to a location and a 90 % interval (see the head of this file)."""
    if family == "lognormal":
        return log(location), log(high / low) / (2 * Z95)
    if family == "normal":
        return location, (high - low) / (2 * Z95)
    return _fit_beta(location, low, high)


def _fit_beta(mean: float, low: float, high: float) -> tuple[float, float]:
    from scipy import optimize

    def distance(log_concentration: float) -> float:
        k = np.exp(log_concentration)
        quantiles = special.betaincinv(mean * k, (1 - mean) * k, [0.05, 0.95])
        return float(np.sum((quantiles - [low, high]) ** 2))

    bounds = tuple(np.log(_CONCENTRATIONS))
    k = float(np.exp(optimize.minimize_scalar(distance, bounds=bounds, method="bounded", options={"xatol": 1e-10}).x))
    return mean * k, (1 - mean) * k


_PATHS = {
    "notice_pull": (Pulls, "notice"),
    "letter_notice_ratio": (Pulls, "letter_notice_ratio"),
    "reminder_pull": (Pulls, "reminder"),
    "document_pull": (Pulls, "document"),
    "document_scale": (Pulls, "document_scale"),
    "peer_pull": (Pulls, "peer"),
    "spontaneous_rate": (Pulls, "spontaneous"),
    "media_pull": (Pulls, "media"),
    "notice_delay": (Pulls, "notice_delay"),
    "mention_pull": (Pulls, "mention"),
    "mention_rate": (Practice, "mention_rate"),
    "growth_trend": (Drivers, "trend"),
    "growth_step": (Drivers, "step"),
    "growth_volatility": (Drivers, "volatility"),
    "recommendation_rate": (Practice, "recommendation_rate"),
    "recommending_doctors": (Practice, "recommending_doctors"),
    "follow_through": (Practice, "follow_through"),
    "eagerness_shape": (People, "eagerness_shape"),
    "notices": (People, "notices"),
    "access": (People, "access"),
    "eagerness_spell": (People, "eagerness_spell"),
    "eagerness_lasting": (People, "eagerness_lasting"),
    "need_spell": (People, "need_spell"),
    "barrier_spell": (People, "barrier_spell"),
    "age_slope": (People, "age_slope"),
    "child_together": (People, "child_together"),
    "tell": (WordOfMouth, "tell"),
    "stop_no_use": (Stops, "no_use"),
    "stop_time": (Stops, "time"),
    "stop_information": (Stops, "information"),
    "stop_other": (Stops, "other"),
    "use_erosion": (Stops, "use_erosion"),
    "other_reason": (Prevalence, "other"),
}
"""Prior to the class and the field of ``model.terms.parameters``."""
_OF_PATHS = {
    **{f"{group.name}.{field}": name for group in fields(Parameters) for name, (kind, field) in _PATHS.items()
       if group.default_factory is kind},
    "drivers.document_half_life": "document_half_life",
    "drivers.document_volatility": "document_volatility",
}  # fmt: skip
SHOCKS = tuple(f"growth_shock_{k}" for k in range(1, 8))
"""Innovations of service growth in the half-years that the data reach into, from January 2023."""
STATUS_QUO = (*_PATHS, *SHOCKS)
"""What the simulator of the status quo takes."""
AHEAD = ("document_half_life", "document_volatility")
"""Of documents beyond the data: no count informs them."""
SHARED = ("reminder_pull", "media_pull")
"""Of the status quo and, with the same value in a draw, the effects of levers of the same kind."""
EFFECTS = (*SHARED, *effect_names())
"""What levers do; no stock informs them, apart from ``SHARED``."""
SURVEY = ("overclaim_activated_dns2023", "overclaim_activated_csa2022", "overclaim_used")
"""How people answer; used by the survey as an instrument only."""
DISCREPANCY = "discrepancy"
"""What the model can't reproduce in the stocks; part of the likelihood only."""
FREE = (*STATUS_QUO, *SURVEY, DISCREPANCY)
"""Free parameters of the calibration; one column each in the posterior's file."""


def prior_of(path: str) -> str:
    """The prior of a field of ``Parameters.flat`` ("pulls.notice"); the path itself where it has none."""
    return _OF_PATHS.get(path, path)


def check_names(given: Collection[str], needed: Sequence[str] = STATUS_QUO) -> None:
    """Raises ``ValueError`` unless ``given`` holds exactly the names ``needed``."""
    missing, unknown = [n for n in needed if n not in given], [n for n in given if n not in needed]
    problems = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
    if problems:
        raise ValueError(f"parameter values, {'; '.join(problems)}; needed: {', '.join(needed)}")


def to_parameters(values: Mapping[str, float]) -> Parameters:
    """The model's parameters from one value for each name of ``STATUS_QUO``.

    Prevalences other than ``other_reason`` keep the surveyed shares: they are solved for later. Shocks of service
    growth beyond ``SHOCKS`` are 0, and documents go on without any: a draw has its own (``calibration.draws.files``).

    Raises:
        ValueError: a name is missing or unknown.
    """
    check_names(values)
    groups: dict[type[Any], dict[str, Any]] = {}
    for name, (group, field) in _PATHS.items():
        groups.setdefault(group, {})[field] = float(values[name])
    known = tuple(float(values[name]) for name in SHOCKS)
    return Parameters(
        drivers=Drivers(**groups[Drivers], shocks=(*known, *[0.0] * (HALF_YEARS - len(known)))),
        people=People(**groups[People]),
        pulls=Pulls(**groups[Pulls]),
        practice=Practice(**groups[Practice]),
        word_of_mouth=WordOfMouth(**groups[WordOfMouth]),
        stops=Stops(**groups[Stops]),
        prevalence=Prevalence(**groups[Prevalence]),
    )
