"""When a local level is not enough. The rules, all *assumed*:

- fewer than ``WORTHLESS`` effective draws, or a level at the end of the grid: nothing is said at all;
- fewer than ``FEW`` effective draws: intervals rest on few national draws;
- the level lies further than ``FAR`` standard deviations from what was believed with more than ``ALLOWED``
  probability: the region differs by more than the law of levels allows for;
- what is left over has a slope, or is large: fewer than ``ALLOWED`` of replicated counts lie as far off. A level that
  is constant in time can't follow a region that grows otherwise than the country does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.facts.targets import StockTarget
from calibration.region.fit import FEWEST, Fit, Misfit
from foundation.errors import UserError

WORTHLESS, FEW = 10, 25
FAR, END, ALLOWED = 2.5, 3.75, 0.05


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the checks say."""

    effective: float
    largest_weight: float
    far: float
    """Probability that the level is further than ``FAR`` from what was believed."""
    misfit: Misfit
    counts: int
    reasons: tuple[str, ...]
    """Keys of ``[verdict]`` in ``words.toml``; ``sound`` alone where nothing speaks against the level."""

    @property
    def said(self) -> str:
        """The reasons in one word each."""
        return " ".join(self.reasons)

    def numbers(self) -> dict[str, float]:
        """By their keys in ``[quantity]``; a slope that can't be told is missing."""
        found = {"effective": self.effective, "largest_weight": self.largest_weight, "far": self.far}
        trend = {} if self.misfit.trend is None else {"trend": self.misfit.trend}
        whole = {} if self.misfit.whole is None else {"whole": self.misfit.whole}
        return {**found, **trend, **whole}


def refuse_worthless(fit: Fit, region: str) -> None:
    """``UserError`` where an answer would be worth nothing."""
    if fit.effective < WORTHLESS:
        raise UserError(
            f"--region {region}: {fit.effective:.1f} effective draws of {len(fit.weights)}, needed {WORTHLESS}; the "
            "course of these counts is that of hardly any national draw, at whatever level: a local level can't say "
            "anything of this region. Check the counts and their errors"
        )
    if fit.beyond(END) > ALLOWED:
        raise UserError(
            f"--region {region}: the counts ask for a level beyond {END:g} standard deviations of what is believed of "
            "regions; check the counts and their unit (millions)"
        )


def judged(fit: Fit, misfit: Misfit, stocks: Sequence[StockTarget]) -> Verdict:
    """The verdict on a level."""
    figures = sum(stock.is_figure for stock in stocks)
    against = {
        "few": fit.effective < FEW,
        "far": fit.beyond(FAR) > ALLOWED,
        "trend": misfit.trend is not None and misfit.trend < ALLOWED,
        "whole": misfit.whole is not None and misfit.whole < ALLOWED,
    }
    reasons = [name for name, true in against.items() if true] or ["sound"]
    untold = ["untold"] if figures < FEWEST else []
    return Verdict(
        effective=fit.effective,
        largest_weight=float(fit.weights.max()),
        far=fit.beyond(FAR),
        misfit=misfit,
        counts=len(stocks),
        reasons=(*reasons, *untold),
    )
