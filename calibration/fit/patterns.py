"""The patterns P1 to P9 (``docs/odd.md``), every line of them."""

from __future__ import annotations

from calibration.fit.counts import pilot, reminders, stocks
from calibration.fit.lines import Line, View
from calibration.fit.surveys import answers, aware_at_start, intention, prevalences


def lines_of(view: View) -> list[Line]:
    """Every line, by pattern."""
    asked = list(answers(view))
    aware, funnel, triggers = ([line for line in asked if line.pattern == name] for name in ("P2", "P3", "P7"))
    return [
        *stocks(view),
        aware_at_start(view),
        *aware,
        *funnel,
        *prevalences(view),
        intention(view),
        *triggers,
        *reminders(view),
        pilot(view),
    ]
