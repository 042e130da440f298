"""A strategy as the page holds it, JSON with the keys of a scenario file, and as a ``Scenario``; checked by the very
validation of files.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias, cast

from foundation.errors import Problem, ScenarioError
from scenarios.experiment import REFERENCE
from scenarios.language.files import parse_scenario, scenario_text
from scenarios.language.schema import DriversTable, Scenario
from scenarios.language.validation import validate

Table: TypeAlias = "dict[str, object]"
DATES = ("start", "end", "waves")
LONGEST_NAME, OTHERWISE = 60, "strategy"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{,99}")


def scenario_of(table: object, drivers: Mapping[str, object] | None = None) -> Scenario:
    """The scenario that a table of JSON says; ``drivers`` are those of the request, where it has none of its own. Its
    text is the file that it could have been read from.

    Raises:
        ScenarioError: all problems of the table.
    """
    source = f"{OTHERWISE}.toml"
    if not isinstance(table, dict):
        raise ScenarioError([Problem(source=source, message="is no table; needed title and lever, as in a file")])
    given = cast(Table, _dated(table))
    if drivers and not given.get("drivers"):
        given["drivers"] = dict(drivers)
    found, problems = validate(given, source)
    if found is None:
        raise ScenarioError(problems)
    title = found.title.en or found.title.fr or ""
    scenario = Scenario(
        source=f"{name_of(title)}.toml",
        titles=found.title,
        descriptions=found.description,
        levers=found.lever,
        drivers=found.drivers,
    )
    return replace(scenario, text=scenario_text(scenario))


def named_apart(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The same with names of which none is there twice, nor the status quo's."""
    taken = {REFERENCE}
    named = []
    for scenario in scenarios:
        candidates = (f"{scenario.name}-{n}" if n > 1 else scenario.name for n in range(1, len(scenarios) + 3))
        name = next(name for name in candidates if name not in taken)
        taken.add(name)
        named.append(replace(scenario, source=f"{name}.toml"))
    return named


def name_of(title: str) -> str:
    """The name of a file for a title: lower case, no accents, hyphens."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-")
    return name if name and _NAME.fullmatch(name) else OTHERWISE


def table_of(text: str, name: str) -> Table:
    """The table of a file's text, with dates as ISO strings.

    Raises:
        ScenarioError: all problems of the text.
    """
    scenario = parse_scenario(text, source=f"{name}.toml")
    found = tomllib.loads(scenario_text(scenario))
    return cast(Table, json.loads(json.dumps(found, default=date.isoformat)))


def fixed_by(drivers: DriversTable) -> dict[str, float]:
    """What a table of drivers fixes."""
    return drivers.model_dump(exclude_none=True)


def _dated(value: object, key: str = "") -> object:
    """With dates where a file has them; a text that is none stays, for validation to name it."""
    if isinstance(value, Mapping):
        return {str(name): _dated(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, key) for inner in value]
    if key in DATES and isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else value
        except ValueError:
            return value
    return value
