"""What a page on other services shows: realised gains over forecast ones, and the law fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from scipy.stats import spearmanr

from calibration.outside.law import LEVELS, Fitted, fitted
from calibration.outside.services import Origin, origins, stretches
from foundation.language.pages import markdown_table

HORIZONS = 1, 2
"""Years."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Origins of one horizon or of all, and what they are called."""

    name: str
    origins: Sequence[Origin]
    years: int | None = None
    """Their horizon; ``None``: all."""


def selections(*, clear: bool = True) -> list[Selection]:
    """Origins at each horizon and at all together."""
    parts = stretches()
    by_horizon = {years: origins(parts, years, clear=clear) for years in HORIZONS}
    both = [origin for found in by_horizon.values() for origin in found]
    names = {1: "1 year", 2: "2 years"}
    one = [Selection(name=names[years], origins=found, years=years) for years, found in by_horizon.items()]
    return [*one, Selection(name="both", origins=both)]


def markdown() -> str:
    """All tables, for ``docs/other-services.md``."""
    strict, loose = selections(), selections(clear=False)
    counts = [count for part in stretches() for count in part]
    services = len({count.service for count in counts})
    ratios = [*_ratio_rows(strict[:-1], "none"), *_ratio_rows(loose[:-1], "only the target outside")]
    laws = [*_law_rows(strict, "none"), *_law_rows(loose, "only the target outside")]
    return "\n\n".join(
        [
            f"The file holds {len(counts)} dated counts of {services} services.",
            "**Realised gain over the gain forecast: 5 %, 50 %, 95 %**",
            markdown_table(RATIOS, ratios, words=1),
            "**The law fitted (in brackets: 90 % interval, whole services drawn anew)**",
            markdown_table(LAWS, laws, words=1),
            "**Does the last change of the flow tell the next?** " + _changes(strict) + "\n",
        ]
    )


RATIOS = ("Days in the pandemic", "Horizon", "Origins", "Services", "last hazard", "last slope")
LAWS = (
    "Days in the pandemic",
    "Horizon",
    "What walks",
    "sd a root year",
    "half-life of the level, years",
    "sd by the middle half",
)


def _ratio_rows(found: Sequence[Selection], pandemic: str) -> list[list[str]]:
    return [
        [pandemic, s.name, str(len(s.origins)), str(len({o.at.service for o in s.origins})), *_ratios(s.origins)]
        for s in found
    ]


def _ratios(found: Sequence[Origin]) -> list[str]:
    return [
        ", ".join(f"{q:.2f}" for q in np.quantile([getattr(o, name) for o in found], LEVELS))
        for name in ("by_hazard", "by_slope")
    ]


def _law_rows(found: Sequence[Selection], pandemic: str) -> list[list[str]]:
    return [
        [pandemic, s.name, words, *_law(fitted(s.origins, ratio)), f"{middle_half(s.origins, ratio):.2f}"]
        for s in found
        for ratio, words in (("log_hazards", "log hazard"), ("log_slopes", "log flow"))
    ]


def _law(found: Fitted) -> list[str]:
    sd = f"{found.best.sd:.2f} [{found.sd[0]:.2f}; {found.sd[-1]:.2f}]"
    return [sd, f"{_years(found.best.half_life)} [{_years(found.half_life[0])}; {_years(found.half_life[-1])}]"]


def _years(value: float) -> str:
    return f"{value:.1f}" if isfinite(value) else "none"


def middle_half(found: Sequence[Origin], ratio: str) -> float:
    """sd of the walk that the quartiles of the ratios alone would tell: unmoved by the largest steps."""
    z = [getattr(o, ratio) / np.sqrt((o.last + o.ahead) / 3) for o in found]
    return float(np.subtract(*np.quantile(z, (0.75, 0.25))) / 1.349)


def _changes(found: Sequence[Selection]) -> str:
    return (
        "; ".join(f"{s.name}: rank correlation {r:.2f} (n = {n})" for s in found for r, n in [changes(s.origins)]) + "."
    )


def changes(found: Sequence[Origin]) -> tuple[float, int]:
    """Rank correlation (Spearman) between the last change of the log flow and the next one, and how many there are."""
    pairs = [(o.last_change, o.log_slopes) for o in found if o.last_change is not None]
    return float(spearmanr([a for a, _ in pairs], [b for _, b in pairs]).statistic), len(pairs)
