"""Drivers that a scenario file fixes: what its author takes for granted of documents and service growth.

Every draw carries both drivers forward from the law of their past. ``[drivers]`` puts a course in place of that law,
for the status quo too: what is fixed is an assumption about the world, not something that is done. So all scenarios of
a comparison have to fix the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import ceil, log

from foundation.errors import Problem, ScenarioError
from model.terms.drivers import GROWTH_STARTS, HALF_A_YEAR, KEPT, growth_level
from model.terms.parameters import HALF_YEARS, Drivers, Structure
from model.terms.weeks import DAYS_PER_YEAR
from scenarios.draw import Draw
from scenarios.language.schema import DriversTable, Scenario


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
