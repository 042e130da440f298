"""The law of the log hazard of those outside, fitted to how comparable services went on; and what a page on them shows:
realised gains over forecast ones, and that law.

log hazard(t + h) = log hazard(t) - rate x h + walk(h), a random walk of standard deviation sd a root year; the level
halves in log(2) / rate years. Only means over intervals are seen: that of the last interval (length D) lies off its
value at the origin by a variance sd² D / 3, that of the time to the target (H) by sd² H / 3, so that

    log(hazard to the target / last hazard) ~ normal(-rate (D + H) / 2, sd² (D + H) / 3 + noise),

as with ``calibration.hindcast.forecasters.curves``; the noise is that of rounded counts and uncertain days.
Fitted by maximum likelihood to the ratios at both horizons as if they were independent; they aren't, so intervals come
from drawing whole services anew. The same law is fitted to flows in place of hazards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, log

import numpy as np

from calibration.outside.services import Origin, origins, stretches
from foundation.language.pages import markdown_table
from foundation.shapes import Floats

LEVELS = 0.05, 0.5, 0.95
SD = 0.64, 0.84, 0.95
"""The law that others take: standard deviation of log hazards a root year (5 %, best, 95 %), fitted to both horizons
without a day in the pandemic; the table is in ``docs/other-services.md``."""
HALF_LIFE = 2.1, 22.9, inf
"""Of the level, years: the shortest that is likely, the best, no fading."""
GRID = np.arange(0.05, 2.0, 0.01)
"""Standard deviations that are tried."""
REPLICATES, SEED = 2000, 1
"""Of the bootstrap over services."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """A fitted law."""

    sd: float
    """Of the walk, a root year."""
    rate: float
    """At which the level fades, a year; 0 or more."""

    @property
    def half_life(self) -> float:
        """Years in which the level halves; infinite without fading."""
        return log(2) / self.rate if self.rate > 0 else inf


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The law and how uncertain it is."""

    best: Law
    sd: tuple[float, ...]
    """Quantiles at ``LEVELS`` of the bootstrap."""
    half_life: tuple[float, ...]
    """As ``sd``, years; the shortest first."""


def fit(ratios: Floats, years: Floats, noise: Floats) -> Law:
    """The law from log ratios [origin], the lengths D + H [origin] and the variances by measurement [origin].

    The best rate for each of ``GRID`` (weighted least squares, no lower than 0: levels don't rise by themselves), then
    the best of these.
    """
    weight = 1.0 / (np.outer(GRID**2, years / 3) + noise)
    rate = np.maximum(-2.0 * (weight @ (ratios * years)) / (weight @ years**2), 0.0)
    missed = ratios + rate[:, None] * years / 2
    best = int(np.argmin(np.sum(weight * missed**2 - np.log(weight), axis=1)))
    return Law(sd=float(GRID[best]), rate=float(rate[best]))


def fitted(origins: Sequence[Origin], ratio: str = "log_hazards") -> Fitted:
    """The law from origins at one or more horizons; ``ratio`` is what is compared: ``log_hazards``, ``log_slopes``."""
    ratios = np.array([getattr(origin, ratio) for origin in origins])
    years = np.array([origin.last + origin.ahead for origin in origins])
    noise = np.array([origin.noise for origin in origins])
    laws = [fit(ratios[drawn], years[drawn], noise[drawn]) for drawn in drawn_services(origins)]
    rates = np.quantile([law.rate for law in laws], LEVELS)[::-1]
    return Fitted(
        best=fit(ratios, years, noise),
        sd=tuple(np.quantile([law.sd for law in laws], LEVELS).tolist()),
        half_life=tuple(Law(sd=0.0, rate=float(rate)).half_life for rate in rates),
    )


def drawn_services(origins: Sequence[Origin]) -> list[np.ndarray]:
    """Places of the origins in ``REPLICATES`` samples of services, drawn with replacement and whole."""
    names = sorted({origin.at.service for origin in origins})
    places = {name: np.array([i for i, o in enumerate(origins) if o.at.service == name]) for name in names}
    rng = np.random.default_rng(SEED)
    return [
        np.concatenate([places[names[i]] for i in row])
        for row in rng.integers(len(names), size=(REPLICATES, len(names)))
    ]


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
    from scipy.stats import spearmanr  # takes a second to load

    pairs = [(o.last_change, o.log_slopes) for o in found if o.last_change is not None]
    return float(spearmanr([a for a, _ in pairs], [b for _, b in pairs]).statistic), len(pairs)
