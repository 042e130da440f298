"""Scenario + draw = levers: the scenario says what is done and when, the draw how well it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from foundation.errors import Problem, ScenarioError
from model.terms.weeks import WEEKS, monday, week_of
from scenarios.language.schema import Scenario
from scenarios.lever_schemas.base import LeverTable, Span
from scenarios.lever_schemas.messages import MOST_WAVES, MessagesTable

if TYPE_CHECKING:
    from model.levers import Lever
    from scenarios.draw import Draw


def resolve(
    scenario: Scenario, draw: Draw, *, policy_start: date, until: date, onward: date | None = None
) -> tuple[Lever, ...]:
    """The levers of a scenario for one draw, in the order of the file; those without an end go on to ``onward``.

    A lever of intensity zero stays, with dose 0.

    Raises:
        ScenarioError: a date of the scenario lies outside ``policy_start`` .. ``until``.
    """
    from model.levers.base import ALIKE_CODES  # loads the compiler

    problems = date_problems(scenario, policy_start=policy_start, until=until)
    if problems:
        raise ScenarioError(problems)
    span = Span(policy_start=policy_start, until=onward or until)
    taken: set[tuple[str, int]] = set()
    levers = []
    for table in scenario.levers:
        number = number_of(table.like, table.label)
        while (table.like, number) in taken:
            number = (number + 1) % ALIKE_CODES
        taken.add((table.like, number))
        levers.append(table.resolve(span, draw.effects, number))
    return tuple(levers)


def number_of(like: str, label: str) -> int:
    """Number of a lever among those that are alike: 0 without a name of its own (``doctors``, ``doctors-fee``), else
    from the name. So a lever has the same draws alone and in a mix, wherever it stands."""
    from model.levers.base import ALIKE_CODES

    plain = like.partition(" ")[0], like.replace(" by ", "-")
    return 0 if label in plain else 1 + crc32(label.encode()) % (ALIKE_CODES - 1)


def going_on(scenario: Scenario, until: date) -> date:
    """The day to which levers without an end go on beyond ``until``: who comes back on that day still meets them, and a
    wave that begins then is spread as the file says."""
    spreads = (table.spread_weeks for table in scenario.levers if isinstance(table, MessagesTable))
    return min(until + timedelta(weeks=max(spreads, default=1)), max(until, monday(WEEKS)))


def date_problems(scenario: Scenario, *, policy_start: date, until: date) -> list[Problem]:
    """Every date of the scenario that a run over these days can't honour, and waves that it can't send."""
    span = Span(policy_start=policy_start, until=until)
    return [
        Problem(source=scenario.source, key=f"lever[{rank}].{key}", value=day, message=message, allowed=_range(span))
        for rank, table in enumerate(scenario.levers, 1)
        for key, day in table.dates()
        if (message := _outside(key, day, span))
    ] + [problem for rank, table in enumerate(scenario.levers, 1) for problem in _of_waves(scenario, rank, table, span)]


def raw_date_problems(raw: Mapping[str, object], *, source: str, policy_start: date, until: date) -> list[Problem]:
    """The same of the dates of a file that has other problems, as far as its tables of levers can be read."""
    span, tables = Span(policy_start=policy_start, until=until), raw.get("lever")
    levers = tables if isinstance(tables, list) else []
    return [
        Problem(source=source, key=f"lever[{rank}].{key}", value=day, message=message, allowed=_range(span))
        for rank, table in enumerate(levers, 1)
        for key, day in _raw_dates(table if isinstance(table, dict) else {})
        if (message := _outside(key, day, span))
    ]


def _raw_dates(table: Mapping[str, object]) -> Iterator[tuple[str, date]]:
    waves, bursts = ((found if isinstance(found := table.get(key), list) else []) for key in ("waves", "bursts"))
    named = [("start", table.get("start")), ("end", table.get("end"))]
    named += [(f"waves[{rank}]", day) for rank, day in enumerate(waves, 1)]
    named += [
        (f"bursts[{rank}].start", burst.get("start")) for rank, burst in enumerate(bursts, 1) if isinstance(burst, dict)
    ]
    for key, day in named:
        if isinstance(day, date) and not isinstance(day, datetime):
            yield key, day


def _of_waves(scenario: Scenario, rank: int, table: LeverTable, span: Span) -> Iterator[Problem]:
    """That a lever sends more waves over these days than the engine keeps, or only one while its dose still rises."""
    if not isinstance(table, MessagesTable) or week_of(table.start or span.policy_start) >= span.last:
        return
    waves, key = len(table.wave_weeks(span)), f"lever[{rank}].{'waves' if table.waves else 'every_weeks'}"
    if waves > MOST_WAVES:
        message, allowed = f"makes {waves} waves up to {span.until}", f"at most {MOST_WAVES}; times limits them"
        yield Problem(
            source=scenario.source, key=key, value=table.every_weeks or waves, message=message, allowed=allowed
        )
    if waves == 1 and table.ramp_weeks > 1:
        key, share = f"lever[{rank}].ramp_weeks", f"1/{table.ramp_weeks} of the target"
        message = f"up to {span.until} there is a single wave, which would go to {share} only; leave ramp_weeks out"
        yield Problem(source=scenario.source, key=key, value=table.ramp_weeks, message=message)


def _outside(key: str, day: date, span: Span) -> str:
    if day < span.policy_start:
        return f"is before the policy start, {span.policy_start}"
    if day > span.until:
        return f"is after the horizon, {span.until}"
    if key != "end" and week_of(day) >= span.last:
        return f"is the day of the horizon, {span.until}: nothing that begins then can be seen"
    return ""


def _range(span: Span) -> str:
    return f"{span.policy_start} to {span.until} (set by --policy-start and --until)"
