"""What a key may hold, in words, taken from the schema itself: for error messages and for the guide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from foundation.language.text import in_language
from scenarios.lever_schemas.media import Burst
from scenarios.lever_schemas.prices import Price

_WORDS = {
    "bool": "true or false",
    "date": "a date such as 2027-03-01, without quotes",
    "dates": "a list of dates such as [2027-03-01, 2027-09-06]",
    "regions": "a list of names of regions",
    "bursts": "a list such as [{{ start = 2027-03-01, weeks = 4 }}]",
    "int": "a whole number from {low} to {high}",
    "float": "a number from {low} to {high}",
    "name": "lower-case letters, digits and single hyphens, at most {most} signs",
    "text": "1 to {most} characters between quotes",
    "table": "a table with the keys {keys}",
    "levers": "[[lever]] tables (two brackets), at most {most}",
}


def allowed(key: str, field: FieldInfo, lang: str = "en") -> str:
    """What the key may hold, in a few words."""
    kind = _without_none(field.annotation)
    if get_origin(kind) is Literal:
        return one_of(get_args(kind), lang)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _say("table", lang, keys=", ".join(kind.model_fields))
    return _say(_word(key, kind), lang, **_limits(field))


def wanted(key: str, field: FieldInfo) -> str:
    """The word for what the key holds: "date", "int", "float", "bool", …; "price" for a price of one's own."""
    kind = _without_none(field.annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "price" if kind is Price else "table"
    return "" if get_origin(kind) is Literal else _word(key, kind)


def one_of(names: Iterable[object], lang: str = "en") -> str:
    """``"a", "b" or "c"``."""
    *first, last = (f'"{name}"' for name in names)
    return in_language(f"{', '.join(first)} or {last}", lang) if first else last


def shown_number(number: float) -> str:
    """As written in a file: no exponent, no needless decimals."""
    return str(int(number)) if number == int(number) else str(number)


def _word(key: str, kind: Any) -> str:
    if get_origin(kind) is tuple:
        return {"waves": "dates", "regions": "regions", "lever": "levers"}.get(key) or _items(kind)
    if kind is str:
        return "name" if key == "name" else "text"
    return {bool: "bool", date: "date", int: "int", float: "float"}[kind]


def _items(kind: Any) -> str:
    if get_args(kind)[0] is Burst:
        return "bursts"
    raise KeyError(kind)


def _limits(field: FieldInfo) -> dict[str, str]:
    """Bounds that the schema sets."""
    limits = {}
    for rule in field.metadata:
        if isinstance(rule, Ge):
            limits["low"] = shown_number(float(rule.ge))  # type: ignore[arg-type]
        if isinstance(rule, Le):
            limits["high"] = shown_number(float(rule.le))  # type: ignore[arg-type]
        if isinstance(rule, MaxLen):
            limits["most"] = str(rule.max_length)
    return limits


def _say(word: str, lang: str, **parts: str) -> str:
    return in_language(_WORDS[word].format(**parts), lang)


def _without_none(annotation: Any) -> Any:
    inner = [part for part in get_args(annotation) if part is not type(None)]
    return inner[0] if get_origin(annotation) in (UnionType, Union) and len(inner) == 1 else annotation
