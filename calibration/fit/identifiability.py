"""What the data teach about each free parameter, about pairs of them, and about products.

All on places (``calibration.posterior.simulate``): there every prior is a standard normal, so a posterior is compared
with mean 0 and standard deviation 1. If the data say nothing of a parameter, n posterior draws are n draws of its
prior, and

    2 n x information,  information = (sd^2 + mean^2 - 1) / 2 - log(sd)   (nats; Kullback-Leibler of two normals),

the likelihood ratio of "its mean and variance have changed", follows a chi-squared law of 2 degrees of freedom. That is
the bound beyond which a parameter counts as informed; it allows for the number of parameters (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special, stats

from calibration.facts.priors import FREE
from calibration.posterior.simulate import SMALLEST, free_priors, quick_values_at, values_at
from foundation.quantiles import LEVELS
from foundation.seeds import uniform
from foundation.shapes import Floats
from model.terms.drivers import GROWTH_STARTS

ERROR = 0.001
"""Chance that a parameter of which the data say nothing is called informed, all parameters of a table together."""
HALVED = float(np.sqrt(0.5))
"""Posterior over prior standard deviation at and below which a parameter counts as learned: the variance is halved."""
FAR = 1.0
"""Prior standard deviations by which a mean has to move to count as learned all the same."""
CONTROL = "control"
"""Name of the parameter of nothing."""


@dataclass(frozen=True)
class Product:
    """A combination that the stocks may know better than its parts: a sum of logarithms."""

    key: str
    parts: tuple[str, ...]
    years: float = 0.0
    """Of service growth that enter: its part is growth x years."""


def products(data_end: date) -> tuple[Product, ...]:
    """The combinations of the table; growth is counted from January 2023 to the last data."""
    years = max((data_end - GROWTH_STARTS).days / 365.25, 0.0)
    return (
        Product("advice", ("recommendation_rate", "follow_through")),
        Product("word", ("peer_pull", "tell")),
        Product("documents", ("document_pull", "document_scale")),
        Product("documents_at_end", ("document_pull", "document_scale", "growth_trend"), years),
    )


def places_of(values: Floats) -> Floats:
    """Places [..., parameter] of values [..., parameter]: the inverse of ``simulate.values_at``."""
    columns = [prior.cdf(values[..., k]) for k, prior in enumerate(free_priors())]
    return np.asarray(special.ndtri(np.clip(np.stack(columns, axis=-1), SMALLEST, 1 - SMALLEST)))


def control(key: str, draws: int) -> Floats:
    """Places [draw] of a parameter that no data can inform, drawn from its prior."""
    return np.asarray(special.ndtri(np.array([uniform(key, draw, CONTROL) for draw in range(draws)])))


def information(places: Floats) -> Floats:
    """Nats [parameter] that posterior places [draw, parameter] hold beyond a standard normal."""
    mean, sd = places.mean(axis=0), places.std(axis=0)
    return np.asarray((sd**2 + mean**2 - 1) / 2 - np.log(sd))


def bound(draws: float, tests: int) -> float:
    """Information beyond which one of ``tests`` parameters counts as informed, for so many independent draws."""
    return float(stats.chi2.isf(ERROR / tests, 2) / (2 * draws))


def verdict(sd: float, mean: float, nats: float, limit: float) -> str:
    """``not``, ``hardly`` or ``learned``."""
    if nats <= limit:
        return "not"
    return "learned" if sd <= HALVED or abs(mean) >= FAR else "hardly"


def parameters_table(values: Floats, effective: float, key: str) -> pd.DataFrame:
    """A row a free parameter and one for the control, from posterior values [draw, parameter].

    ``effective``: independent draws they are worth at most. Columns ``parameter``; ``prior_*`` and ``posterior_*`` with
    p05, p50, p95 in natural units (places for the control); ``sd_ratio`` (posterior over prior), ``shift`` (posterior
    mean) and ``place_*`` on places; ``information`` (nats), ``limit`` and ``verdict``.
    """
    places = np.column_stack([places_of(values), control(key, len(values))])
    levels = np.array(list(LEVELS.values()))
    at = np.reshape(stats.norm.ppf(levels), (-1, 1))
    spreads = {
        "prior": np.column_stack([values_at(np.tile(at, len(FREE))), at]),
        "posterior": np.quantile(np.column_stack([values, places[:, -1]]), levels, axis=0),
        "place": np.quantile(places, levels, axis=0),
    }
    columns = {f"{what}_{p}": row for what, found in spreads.items() for p, row in zip(LEVELS, found, strict=True)}
    table = pd.DataFrame({"parameter": (*FREE, CONTROL), **columns}).assign(
        sd_ratio=places.std(axis=0),
        shift=places.mean(axis=0),
        information=information(places),
        limit=bound(independent(effective, len(values)), places.shape[1]),
    )
    found = zip(table["sd_ratio"], table["shift"], table["information"], table["limit"], strict=True)
    return table.assign(verdict=[verdict(*row) for row in found])


def independent(effective: float, draws: int) -> float:
    """Independent draws that ``draws`` are worth: no more than the effective sample behind them, where it is known."""
    return min(effective, draws) if np.isfinite(effective) else draws


def correlations_table(values: Floats, effective: float) -> pd.DataFrame:
    """Every pair of parameters with its posterior correlation on places, the strongest first.

    ``significant``: beyond what independent parameters give, all pairs together (Fisher's z, Bonferroni).
    """
    places = places_of(values)
    matrix = np.atleast_2d(np.corrcoef(places, rowvar=False))
    pairs = list(combinations(range(len(FREE)), 2))
    n = independent(effective, len(values))
    limit = float(np.tanh(stats.norm.isf(ERROR / (2 * len(pairs))) / np.sqrt(max(n - 3, 1))))
    rows = [{"first": FREE[i], "second": FREE[j], "correlation": float(matrix[i, j]), "limit": limit} for i, j in pairs]
    table = pd.DataFrame(rows).assign(significant=lambda found: found["correlation"].abs() > limit)
    return table.sort_values("correlation", key=abs, ascending=False, kind="stable", ignore_index=True)


def products_table(values: Floats, effective: float, data_end: date) -> pd.DataFrame:
    """Combinations beside their parts: columns ``combination, part`` (empty for the whole), ``prior_sd`` and
    ``posterior_sd`` of the logarithm (of growth x years for growth), ``sd_ratio`` and, for the whole, ``verdict``.

    A whole is known ``only`` as such if its variance is halved and that of no part is; ``better`` than its parts if
    its ratio is below all of theirs by more than sampling explains; else ``no_better``; ``not`` if nothing is learned.
    """
    whole = products(data_end)
    names = {name for product in whole for name in product.parts}
    before = quick_values_at(np.random.default_rng(1).standard_normal((100_000, len(FREE))), names)
    n, rows = independent(effective, len(values)), []
    for product in whole:
        prior, posterior = _logs(before, product), _logs(values, product)
        sds = [(float(prior[name].std()), float(posterior[name].std())) for name in (*product.parts, "")]
        ratios = [posterior_sd / prior_sd for prior_sd, posterior_sd in sds]
        found = product_verdict(ratios[-1], ratios[:-1], n)
        for name, (prior_sd, posterior_sd), ratio in zip((*product.parts, ""), sds, ratios, strict=True):
            rows.append(
                {
                    "combination": product.key,
                    "part": name,
                    "prior_sd": prior_sd,
                    "posterior_sd": posterior_sd,
                    "sd_ratio": ratio,
                    "verdict": "" if name else found,
                }
            )
    return pd.DataFrame(rows)


def _logs(values: Floats, product: Product) -> dict[str, Floats]:
    """[draw] logarithm of each part, and of the whole under the empty name."""
    columns = {name: values[:, FREE.index(name)] for name in product.parts}
    logs = {
        name: product.years * column if name == "growth_trend" else np.log(column) for name, column in columns.items()
    }
    return {**logs, "": np.sum(list(logs.values()), axis=0)}


def product_verdict(whole: float, parts: Sequence[float], draws: float) -> str:
    """How a combination with this ratio of standard deviations stands to its parts (``products_table``)."""
    noise = stats.norm.isf(ERROR) / np.sqrt(2 * draws)
    if np.log(whole) > -noise:
        return "not"
    if whole <= HALVED < min(parts):
        return "only"
    return "better" if np.log(whole) + noise * np.sqrt(2) < np.log(min(parts)) else "no_better"
