"""From the errors of pydantic to problems that the author of a file can act on."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from foundation.errors import NOT_SHOWN, Problem, nearest
from foundation.language.amounts import decimal, is_day, iso_day, with_point
from scenarios.language.describe import allowed, one_of, wanted
from scenarios.language.schema import (
    MOST_ALIKE,
    Description,
    DriversTable,
    ScenarioTable,
    Title,
    repeated_names,
    too_many_alike,
)
from scenarios.lever_schemas import KINDS
from scenarios.lever_schemas.base import Price, TargetTable
from scenarios.lever_schemas.media import Burst

Location = tuple[int | str, ...]

_TABLES: dict[str, type[BaseModel]] = {
    "title": Title,
    "description": Description,
    "drivers": DriversTable,
    "target": TargetTable,
    "cost": Price,
    "one_off_cost": Price,
    "bursts": Burst,
}
EFFECT_WORDS = ("pull", "effect", "factor", "uptake", "success", "boost", "fatigue", "recruits", "growth")
TRAIT_WORDS = ("barrier", "no_use", "time", "information", "ready", "notices", "eager", "exclu", "trait", "aware")
_MESSAGES = {
    "missing": "is missing",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "finite_number": "is not a number",
    "too_short": "is empty",
    "too_long": "has too many items",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not a valid name",
    "literal_error": "unknown value",
    "tuple_type": "is not a list",
}
WRONG_TYPE = "is of the wrong type"
NO_EFFECTS = (
    "how well a lever works can't be set: it is uncertain, so it is drawn anew for every draw from its prior; "
    "a scenario says what is done, for example by intensity"
)
NO_TRAITS = (
    "nobody can aim at this: an insurer's files don't hold what people think, know or find hard, "
    "only what can be observed"
)

NOT_HERE = {
    "target": "this lever has no target: everybody meets the same sign-up",
    "inherits_growth": "this lever has no pull that the growth of the service could multiply",
    "one_off_cost": 'only a prompt for doctors (means = "prompt") has a one-off cost beside another',
}
"""Keys of some kinds, why others lack them."""


def validate(raw: Mapping[str, object], source: str) -> tuple[ScenarioTable | None, list[Problem]]:
    """The valid table, or ``None`` and all problems in the order of the file's tables."""
    problems = _repeated(raw, source)
    table = None
    try:
        table = ScenarioTable.model_validate(dict(raw))
    except ValidationError as error:
        problems += [_problem(detail, raw, source) for detail in error.errors(include_url=False) if _telling(detail)]
    return (None if problems else table), problems


def key_path(location: Location) -> str:
    """``lever[2].target.regions``; items are counted from 1."""
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


def _telling(detail: ErrorDetails) -> bool:
    """Pydantic calls a list too short when its items are wrong: those have problems of their own."""
    return detail["type"] != "too_short" or not detail["input"]


def _repeated(raw: Mapping[str, object], source: str) -> list[Problem]:
    tables = raw.get("lever")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return []
    twice = "two levers bear this name; give each lever a name of its own with the key name"
    many = f"more than {MOST_ALIKE} levers of this kind in one scenario"
    found = [(index, "name", label, twice) for index, label in repeated_names(tables).items()]
    found += [(index, "kind", kind, many) for index, kind in too_many_alike(tables).items()]
    return [
        Problem(source=source, key=f"lever[{index + 1}].{key}", value=value, message=message)
        for index, key, value, message in found
    ]


def _problem(detail: ErrorDetails, raw: Mapping[str, object], source: str) -> Problem:
    location = _without_tag(detail["loc"])
    kind, table = detail["type"], _table_at(location[:-1], raw)
    key, value = key_path(location), detail["input"]
    if kind == "extra_forbidden":
        return _unknown_key(source, location, value, table)
    if kind.startswith("union_tag"):
        return _unknown_kind(source, key, value)
    context = detail.get("ctx", {})
    if kind in ("value_error", "scenario"):
        return _own(source, key, value, context, detail["msg"])
    field = _field(location, raw)
    if right := _unquoted(value, field, str(_last_name(location))):
        return Problem(source=source, key=key, value=value, message=f"is text; write {right}, without quotes")
    words = allowed(str(_last_name(location)), field) if field else ""
    shown = NOT_SHOWN if kind == "missing" else value
    return Problem(
        source=source, key=key, value=shown, message=_MESSAGES.get(kind, WRONG_TYPE), allowed=words,
        suggestion=_near_value(value, field),
    )  # fmt: skip


_TRUTHS = {"true": "true", "vrai": "true", "oui": "true", "yes": "true"} | dict.fromkeys(
    ("false", "faux", "non", "no"), "false"
)


def _unquoted(value: object, field: FieldInfo | None, key: str) -> str:
    """How TOML writes what an author has put between quotes, where a day, a number or a truth was wanted."""
    if not isinstance(value, str) or field is None:
        return ""
    text, kind = value.strip(), wanted(key, field)
    if kind in ("date", "dates"):
        return text if is_day(text) else iso_day(text)
    if kind == "bool":
        return _TRUTHS.get(text.lower(), "")
    number = with_point(text) or text
    if kind == "price":
        return f"{{ value = {number} }}" if isfinite(decimal(number)) else ""
    whole = kind == "int" and number.lstrip("+-").isdecimal()
    return number if whole or (kind == "float" and isfinite(decimal(number))) else ""


def _own(source: str, key: str, value: object, context: Mapping[str, Any], text: str) -> Problem:
    """A problem found by a validator of ours."""
    return Problem(
        source=source,
        key=key,
        value=NOT_SHOWN if value is None else context.get("value", value),
        message=text.removeprefix("Value error, "),
        allowed=context.get("allowed", ""),
        suggestion=context.get("suggestion", ""),
    )


def _unknown_key(source: str, location: Location, value: object, table: type[BaseModel]) -> Problem:
    name, keys = str(location[-1]), list(table.model_fields)
    suggestion, message = nearest(name, keys), "unknown key"
    if table is TargetTable and any(word in name for word in TRAIT_WORDS):
        suggestion, message = ("offline" if "exclu" in name else ""), NO_TRAITS
    elif table in KINDS.values() and name in NOT_HERE:
        suggestion, message = "", NOT_HERE[name]
    elif table in KINDS.values() and not suggestion and any(word in name for word in EFFECT_WORDS):
        message = NO_EFFECTS
    return Problem(
        source=source, key=key_path(location), value=value, message=message,
        allowed=", ".join(keys), suggestion=suggestion,
    )  # fmt: skip


def _unknown_kind(source: str, key: str, table: object) -> Problem:
    kind = table.get("kind") if isinstance(table, Mapping) else None
    if kind is None:
        return Problem(source=source, key=f"{key}.kind", message="is missing", allowed=one_of(KINDS))
    return Problem(
        source=source, key=f"{key}.kind", value=kind, message="unknown kind of lever",
        allowed=one_of(KINDS), suggestion=nearest(str(kind), KINDS),
    )  # fmt: skip


def _without_tag(location: Location) -> Location:
    """Pydantic puts the kind of lever into the path; the file doesn't."""
    tagged = len(location) > 2 and location[0] == "lever" and location[2] in KINDS
    return (*location[:2], *location[3:]) if tagged else location


def _table_at(location: Location, raw: Mapping[str, Any]) -> type[BaseModel]:
    """The schema of the table at a path."""
    names = [part for part in location if isinstance(part, str)]
    if not names:
        return ScenarioTable
    if names == ["lever"]:
        return KINDS[raw["lever"][location[1]]["kind"]] if len(location) > 1 else ScenarioTable
    return _TABLES.get(names[-1], ScenarioTable)


def _field(location: Location, raw: Mapping[str, object]) -> FieldInfo | None:
    while location and isinstance(location[-1], int):
        location = location[:-1]
    return _table_at(location[:-1], raw).model_fields.get(str(location[-1])) if location else None


def _last_name(location: Location) -> str:
    return next((part for part in reversed(location) if isinstance(part, str)), "")


def _near_value(value: object, field: FieldInfo | None) -> str:
    """For a misspelt word among a few allowed ones."""
    choices = getattr(field.annotation, "__args__", ()) if field else ()
    return nearest(value, [c for c in choices if isinstance(c, str)]) if isinstance(value, str) else ""
