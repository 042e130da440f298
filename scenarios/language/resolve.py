"""Scenario + draw = levers: the scenario says what is done and when, the draw how well it works.

Among the people of one region alone, what is done person by person is done to the region's persons. What is bought for
all whom a lever aims at (advisers' capacity, a media campaign, a campaign of invitations, a development) is taken at
the region's share of those people, so that the parts of all regions add up to the country's. A lever whose ``regions``
leave the region out does nothing.

Every draw carries both drivers, documents and service growth, forward from the law of their past. ``[drivers]`` puts a
course in place of that law, for the status quo too: what is fixed is an assumption about the world, not something that
is done. So all scenarios of a comparison have to fix the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil, log
from typing import TYPE_CHECKING
from zlib import crc32

from foundation.errors import Problem, ScenarioError
from model.terms.drivers import GROWTH_STARTS, HALF_A_YEAR, KEPT, growth_level
from model.terms.parameters import HALF_YEARS, Drivers, Structure
from model.terms.weeks import DAYS_PER_YEAR, WEEKS, monday, week_of
from scenarios.draw import Draw
from scenarios.language.schema import DriversTable, Scenario
from scenarios.lever_schemas.base import LeverTable, Span, Targeted
from scenarios.lever_schemas.messages import MOST_WAVES, MessagesTable

if TYPE_CHECKING:
    from model.levers import Lever
    from model.terms.inputs import Demography
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


@dataclass(frozen=True, kw_only=True)
class Within:
    """The region of an experiment."""

    region: str
    share: float
    """Of the insured of the country at the launch, 0..1."""
    level: tuple[str, str] | None = None
    """Folder of the fitted level and SHA-256 of its draws; ``None``: the level is that believed beforehand."""

    def described(self) -> dict[str, object]:
        """As manifests and documents give it."""
        level = None if self.level is None else {"folder": self.level[0], "sha256": self.level[1]}
        return {"region": self.region, "region_share": self.share, "level": level}


def taken_in(scenario: Scenario, region: str, demography: Demography) -> Scenario:
    """The scenario with its levers among the people of one region.

    Raises:
        ValueError: an unknown region.
    """
    from model.levers.base import Target
    from model.population.region import part_of  # loads the compiler

    def part(table: object) -> float:
        target = table.target.resolve() if isinstance(table, Targeted) else Target()
        return part_of(demography, region, target)

    return replace(scenario, levers=tuple(table.taken(part(table)) for table in scenario.levers))


def common_drivers(scenarios: Sequence[Scenario]) -> DriversTable:
    """What all scenarios fix; one without levers that fixes nothing, as the status quo, goes along with the others.

    Raises:
        ScenarioError: two scenarios fix different things, so that there would be no one status quo to compare with.
    """
    telling = [scenario for scenario in scenarios if scenario.levers or scenario.drivers != DriversTable()]
    if not telling:
        return DriversTable()
    first = telling[0]
    if others := [scenario for scenario in telling if scenario.drivers != first.drivers]:
        raise ScenarioError([_differs(first, other) for other in others])
    return first.drivers


def _differs(first: Scenario, other: Scenario) -> Problem:
    return Problem(
        source=other.source,
        key="drivers",
        value=_written(other.drivers),
        message="scenarios that are compared need the same drivers, for their status quo is one",
        allowed=f"{_written(first.drivers)}, as in {first.source}",
    )


def _written(table: DriversTable) -> str:
    given = table.model_dump(exclude_none=True)
    return ", ".join(f"{name} = {value:g}" for name, value in given.items()) or "no [drivers]"


WITHOUT = {"documents": "growth_per_year", "growth": "documents_per_year"}
"""By what drives a structure: the driver that it doesn't have, so that nothing of it can be fixed."""


def refuse_missing(table: DriversTable, structure: Structure, source: str) -> None:
    """``ScenarioError`` where a driver is fixed that the structure does without."""
    name = WITHOUT.get(structure.driver)
    if name is not None and getattr(table, name) is not None:
        message = "the structure that is run has no such driver, so that nothing of it can be fixed"
        raise ScenarioError(
            [
                Problem(
                    source=source,
                    key=f"drivers.{name}",
                    value=getattr(table, name),
                    message=message,
                    allowed=f"--structure driver=both, or no {name}",
                )
            ]
        )


def steered(draws: Sequence[Draw], table: DriversTable, data_end: date) -> list[Draw]:
    """The draws with the drivers that are fixed; the same draws where none is."""
    if table == DriversTable():
        return list(draws)
    for structure in {draw.structure for draw in draws if draw.structure is not None}:
        refuse_missing(table, structure, "[drivers]")
    return [
        replace(draw, parameters=replace(draw.parameters, drivers=fixed(draw.parameters.drivers, table, data_end)))
        for draw in draws
    ]


def fixed(drivers: Drivers, table: DriversTable, data_end: date) -> Drivers:
    """Drivers that go on by a yearly rate: documents from the last point of their curve on, service growth from the
    first half-year on that begins after the data."""
    if table.documents_per_year is not None:
        step = 0.5 * log(1.0 + table.documents_per_year)
        shocks = (step / HALF_A_YEAR,) * HALF_YEARS
        drivers = replace(drivers, document_momentum=0.0, document_volatility=1.0, document_shocks=shocks)
    if table.growth_per_year is not None:
        drivers = replace(drivers, shocks=_growth_shocks(drivers, log(1.0 + table.growth_per_year), data_end))
    return drivers


def _growth_shocks(drivers: Drivers, slope: float, data_end: date) -> tuple[float, ...]:
    """Shocks by which trend and level together rise by ``slope`` a year from the first free knot on."""
    first = free_knot(data_end)
    levels = list(growth_level(drivers)[1][: first + 1])
    shocks = list(drivers.shocks[:first])
    for _ in range(first, HALF_YEARS):
        levels.append(levels[-1] + 0.5 * (slope - drivers.trend))
        shocks.append((levels[-1] - KEPT * levels[-2]) / (drivers.volatility * HALF_A_YEAR))
    return tuple(map(float, shocks))


def free_knot(data_end: date) -> int:
    """Half-years from January 2023 to the first that begins after the data."""
    return min(HALF_YEARS, ceil(2 * (data_end - GROWTH_STARTS).days / DAYS_PER_YEAR))
