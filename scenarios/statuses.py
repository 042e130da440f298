"""How well prices are known: published, derived, proxy, assumed, or set in the scenario."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from scenarios.lever_schemas.doctors import MINUTES


def status_word(status: str) -> str:
    """``assumed``, ``proxy``, ``derived``, ``published`` or "set in the scenario": what stands before the reason."""
    return status.partition(":")[0].strip()


def joined(statuses: Iterable[str]) -> str:
    """The words of several, each once, in order of appearance: ``assumed, proxy``."""
    return ", ".join(dict.fromkeys(map(status_word, statuses)))


def paid_lines(costs: pd.DataFrame) -> pd.DataFrame:
    """Cost lines of what is paid by the euro: those of doctors' time left out."""
    return costs[costs["item"] != MINUTES]


def price_statuses(costs: pd.DataFrame) -> dict[str, str]:
    """Scenario to the statuses of the prices behind its public cost (``joined``); a scenario that costs nothing is not
    there. ``costs`` are the cost lines of a run (``scenarios.frames.cost_frame``)."""
    return {str(name): joined(found) for name, found in paid_lines(costs).groupby("scenario", sort=False)["status"]}
