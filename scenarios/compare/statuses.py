"""How well prices are known: published, derived, proxy, assumed, or set in the scenario."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from scenarios.lever_schemas.doctors import MINUTES


def status_word(status: str) -> str:
    """``assumed``, ``proxy``, ``derived``, ``published`` or "set in the scenario": what stands before the reason."""
    return status.partition(":")[0].strip()


def joined(statuses: Iterable[str]) -> str:
    """The words of several, each once, in order of appearance: ``assumed, proxy``."""
    return ", ".join(dict.fromkeys(map(status_word, statuses)))


def paid_lines(costs: pd.DataFrame) -> pd.DataFrame:
    """Cost lines of what is paid by the euro: doctors' time is among them only where it was counted."""
    return costs[(costs["item"] != MINUTES) | (costs["eur"] > 0)]


def price_statuses(costs: pd.DataFrame, by: str) -> dict[Any, str]:
    """Values of the column ``by`` of cost lines (``scenarios.frames.cost_frame``) to the statuses of the prices behind
    their public cost (``joined``); what costs nothing is not there."""
    return {key: joined(found) for key, found in paid_lines(costs).groupby(by, sort=False)["status"]}
