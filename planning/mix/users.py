"""What a plan counts at the horizon: activated profiles, or, for a target on them, users of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.shapes import Floats
from scenarios.frames import at

if TYPE_CHECKING:
    from model.counting.census import Census
    from model.counting.use import UseCensus
    from scenarios.draw import Draw
    from scenarios.experiment import Settings


def use_of(census: Census, settings: Settings, draw: Draw, beside: UseCensus | None = None) -> UseCensus | None:
    """Use in a world at the horizon, where the target is on users.

    Raises:
        ValueError: the draw has no posterior of use.
    """
    if settings.target_on != "users":
        return None
    if draw.use is None:
        raise ValueError("a target on users needs draws with a posterior of use")
    from model.counting.use import UseCensus
    from model.terms.weeks import week_of

    return UseCensus(census.world, draw.use, beside, since=week_of(settings.policy_start))


def reached(stock: Floats, use: UseCensus | None, settings: Settings) -> float:
    """Millions at the horizon of what the target is on; ``stock`` [week] are activated persons."""
    return at(stock, settings.until) / 1e6 if use is None else use.outcome().at("users") / 1e6
