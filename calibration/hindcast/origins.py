"""Origins given by a user: every problem is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from calibration.facts.targets import StockTarget
from calibration.hindcast.hindcast import default_origins, figures_of
from foundation.problems import Problem, ScenarioError


def parse_origins(text: str, targets: Sequence[StockTarget]) -> list[date]:
    """Days separated by commas, in rising order.

    Raises:
        ScenarioError: one that is no date, has no stock before it or none after it, or is given twice.
    """
    figures = figures_of(targets)
    first, last = figures[0].day, figures[-1].day
    usual = ", ".join(str(day) for day in default_origins(targets))
    allowed = f"days from {first} and before {last}, separated by commas, such as {usual}"
    days: list[date] = []
    problems: list[Problem] = []
    for part in (piece.strip() for piece in text.split(",")):
        day = _date(part)
        if day is None:
            message = "not a date"
        elif not first <= day < last:
            message = "no published stock to learn from" if day < first else "no published stock left to score"
        elif day in days:
            message = "given twice"
        else:
            days.append(day)
            continue
        problems.append(Problem(source="--origins", value=part, message=message, allowed=allowed))
    if problems:
        raise ScenarioError(problems)
    return sorted(days)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
