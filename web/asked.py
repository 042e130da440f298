"""What a person asks: strategies side by side in one world, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from foundation.errors import ScenarioError, nearest
from model.terms.parameters import Structure
from scenarios.language.resolve import common_drivers
from scenarios.language.schema import DriversTable, Scenario
from web.errors import RefusedError, StrategyError
from web.strategies import named_apart, scenario_of

MOST = 5
"""Strategies that are compared at a time."""
_CLIENT = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, kw_only=True)
class World:
    """What is taken for granted: the default is kept in memory, another is simulated from its launch."""

    structure: Structure = field(default_factory=Structure)
    drivers: DriversTable = field(default_factory=DriversTable)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question of one person."""

    client: str
    strategies: tuple[Scenario, ...]
    world: World


def asked_of(body: Mapping[str, object]) -> Asked:
    """The question in a request.

    Raises:
        RefusedError: it is none.
        StrategyError: all problems of the first strategy that has some.
        ScenarioError: strategies that fix different drivers.
    """
    client, tables = body.get("client"), body.get("strategies", [])
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise RefusedError(400, "client is missing or wrong: 8 to 64 letters, digits, - and _")
    if not isinstance(tables, list):
        raise RefusedError(400, "strategies is no list")
    if len(tables) > MOST:
        raise RefusedError(422, f"{len(tables)} strategies; at most {MOST} are compared at a time")
    given = body.get("drivers") or {}
    if not isinstance(given, dict):
        raise RefusedError(400, "drivers is no table")
    scenarios = named_apart([_checked(table, given, number) for number, table in enumerate(tables)])
    drivers = common_drivers(scenarios)
    if given and not scenarios:
        drivers = _drivers(given)
    return Asked(
        client=client,
        strategies=tuple(scenarios),
        world=World(structure=structure_of(body.get("structure") or {}), drivers=drivers),
    )


def _checked(table: object, drivers: Mapping[str, object], number: int) -> Scenario:
    try:
        return scenario_of(table, drivers)
    except ScenarioError as error:
        raise StrategyError(error, number) from None


def _drivers(given: Mapping[str, object]) -> DriversTable:
    """Of a question without strategies: checked as those of one that does nothing."""
    return scenario_of({"title": {"en": "-"}}, given).drivers


def structure_of(given: object) -> Structure:
    """Structural alternatives by key, as ``--structure`` takes them.

    Raises:
        RefusedError: no such key or choice.
    """
    allowed, chosen = Structure.choices(), {}
    if not isinstance(given, dict):
        raise RefusedError(400, "structure is no table")
    for key, value in given.items():
        if key not in allowed:
            raise RefusedError(
                422, f"structure: no {str(key)[:60]!r}; allowed: {', '.join(allowed)}{_hint(key, allowed)}"
            )
        if value not in allowed[key]:
            hint = _hint(str(value), allowed[key])
            raise RefusedError(
                422, f"structure: {key} can't be {str(value)[:60]!r}; allowed: {', '.join(allowed[key])}{hint}"
            )
        chosen[key] = value
    return Structure(**chosen)


def _hint(word: str, names: Mapping[str, object] | tuple[str, ...]) -> str:
    near = nearest(word, names)
    return f'; did you mean "{near}"?' if near else ""
