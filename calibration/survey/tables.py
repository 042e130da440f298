"""What the surveys printed beside what the simulated ones say: one row a line of ``question.lines``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.targets import SurveyItem, asked, published_of
from calibration.survey.question import BARRIERS, NOT_MODELLED, Line, lines, status
from calibration.survey.work import Finding
from foundation.quantiles import LEVELS

Rows = list[dict[str, Any]]


def compare(
    findings: Sequence[Finding],
    items: Sequence[SurveyItem],
    fitted: Collection[tuple[str, str]],
    barrier_base: str = "non_activated",
) -> pd.DataFrame:
    """Every line with its published and its simulated share.

    ``fitted``: survey and key of the answers that the posterior was fitted to. ``barrier_base``: the structural choice
    that the draws were simulated with. Columns: ``survey, key, base, status`` (codes), ``n`` (respondents),
    ``base_size`` (number asked, from the published shares), ``published``; medians and 90 % intervals ``simulated_*``
    (over draws and samples), ``base_size_*`` (simulated number asked) and ``real_*`` (over draws); ``inside``. Shares
    are 0..1; missing where the model has no process for the answer.
    """
    return pd.DataFrame([_row(line, items, findings, status(line, fitted, barrier_base)) for line in lines()])


def _row(line: Line, items: Sequence[SurveyItem], findings: Sequence[Finding], role: str) -> dict[str, Any]:
    item = next(item for item in items if (item.survey, item.key) == (line.survey, line.key))
    size = None if item.n is None else asked(line.base, published_of(items, line.survey)) * item.n
    row: dict[str, Any] = {
        "survey": line.survey,
        "key": line.key,
        "base": line.base,
        "status": role,
        "n": item.n,
        "base_size": None if size is None else round(size),
        "published": item.share,
    }
    samples = [finding.samples[line] for finding in findings if line in finding.samples]
    sizes = [finding.sizes[line] for finding in findings if line in finding.sizes]
    real = [finding.real[line] for finding in findings if line in finding.real]
    quantiles = {"simulated": _spread(samples), "base_size": _spread(sizes), "real": _spread(real)}
    row |= {f"{name}_{p}": value for name, found in quantiles.items() for p, value in found.items()}
    return {**row, "inside": inside(item.share, row["simulated_p05"], row["simulated_p95"])}


def _spread(values: Sequence[Any]) -> dict[str, float]:
    """Quantiles over draws and samples; samples in which nobody was asked are left out, NaN if none is left."""
    pooled = np.concatenate([np.atleast_1d(value) for value in values]) if values else np.array([])
    pooled = pooled[~np.isnan(pooled)]
    return {name: float(np.quantile(pooled, p)) if len(pooled) else np.nan for name, p in LEVELS.items()}


def inside(published: float, low: float, high: float) -> bool | None:
    """Whether a figure printed as a whole percent lies in an interval, its ends printed likewise; None without one."""
    if np.isnan(low) or np.isnan(high):
        return None
    return _printed(low) <= _printed(published) <= _printed(high)


def _printed(share: float) -> int:
    """Whole percent, halves up."""
    return floor(100.0 * share + 0.5 + 1e-9)


def per_draw(findings: Sequence[Finding]) -> pd.DataFrame:
    """Expected and real share and expected base of each line and draw, with the draw's chances of claims."""
    rows: Rows = []
    for finding in findings:
        for line in finding.expected:
            key = {"survey": line.survey, "key": line.key, "base": line.base, "draw": finding.draw}
            shares = {"expected": finding.expected[line], "real": finding.real[line], "base_share": finding.base[line]}
            rows.append({**key, **shares, **vars(finding.answers)})
    return pd.DataFrame(rows)


def reason_key(row: Mapping[str, Any]) -> str | None:
    """Which explanation a row needs: a key of ``words.toml``, section survey_reason; None if it needs none.

    What the model has no process for is explained by ``question.NOT_MODELLED``.
    """
    if (row["survey"], row["key"]) in NOT_MODELLED or row["inside"] is not False:
        return None
    return "other_base" if row["key"] in BARRIERS and row["status"] != "imposed" else str(row["key"])
