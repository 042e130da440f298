"""What a key may hold, in words, taken from the schema itself: for error messages, and for the tables of
``docs/scenarios.md`` and ``docs/scenarios.fr.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from foundation.language.pages import markdown_table
from foundation.language.text import in_language
from scenarios.language.regions import REGIONS
from scenarios.language.schema import DriversTable
from scenarios.lever_schemas import KINDS, words
from scenarios.lever_schemas.base import LeverTable, Price, TargetTable
from scenarios.lever_schemas.media import Burst

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
_HEADS: dict[str, dict[str, Sequence[str]]] = {
    "kinds": {
        "en": ("`kind`", "What is done", "What `intensity` means", "What it assumes", "What is paid"),
        "fr": ("`kind`", "Ce qui est fait", "Sens de `intensity`", "Ce qui est supposé", "Ce qui est payé"),
    },
    "common": {"en": ("Key", "Meaning", "Allowed", "Default"), "fr": ("Clé", "Sens", "Valeurs permises", "Par défaut")},
    "own": {
        "en": ("Key", "Of", "Meaning", "Allowed", "Default"),
        "fr": ("Clé", "Pour", "Sens", "Valeurs permises", "Par défaut"),
    },
}
_REQUIRED = {"en": "required", "fr": "obligatoire"}


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


def reference_table(lang: str = "en") -> str:
    """Markdown: kinds of levers, keys common to all, keys of some, of a target, names of regions, keys of drivers."""
    regions = "\n".join(f"- `{region}`" for region in REGIONS)
    return "\n\n".join((_kinds(lang), _common(lang), _own(lang), _target(lang), regions, _drivers(lang))) + "\n"


def _kinds(lang: str) -> str:
    columns = ("what", "intensity", "assumes", "paid")
    rows = [(f"`{kind}`", *(words()["kind"][kind][column][lang] for column in columns)) for kind in KINDS]
    return markdown_table(_HEADS["kinds"][lang], rows)


def _common(lang: str) -> str:
    fields = {key: field for key, field in LeverTable.model_fields.items() if key != "kind"}
    first = ("`kind`", words()["key"]["kind"][lang], one_of(KINDS, lang), _REQUIRED[lang])
    return markdown_table(_HEADS["common"][lang], [first, *(_row(key, field, lang) for key, field in fields.items())])


def _own(lang: str) -> str:
    """Keys that only some kinds have, and those whose range differs."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for kind, table in KINDS.items():
        for key, field in table.model_fields.items():
            row = _row(key, field, lang)
            if key != "kind" and (
                key not in LeverTable.model_fields or row != _row(key, LeverTable.model_fields[key], lang)
            ):
                rows.setdefault(row, []).append(f"`{kind}`")
    lines = [(key, ", ".join(kinds), *rest) for (key, *rest), kinds in rows.items()]
    return markdown_table(_HEADS["own"][lang], sorted(lines, key=lambda line: line[0]))


def _target(lang: str) -> str:
    rows = [_row(key, field, lang) for key, field in TargetTable.model_fields.items()]
    return markdown_table(_HEADS["common"][lang], [(f"`target.{row[0].strip('`')}`", *row[1:]) for row in rows])


def _drivers(lang: str) -> str:
    rows = [_row(key, field, lang) for key, field in DriversTable.model_fields.items()]
    return markdown_table(_HEADS["common"][lang], [(f"`drivers.{row[0].strip('`')}`", *row[1:]) for row in rows])


def _row(key: str, field: FieldInfo, lang: str) -> tuple[str, ...]:
    return f"`{key}`", words()["key"][key][lang], allowed(key, field, lang), _default(field, lang)


def _default(field: FieldInfo, lang: str) -> str:
    value = field.default
    if field.is_required():
        return _REQUIRED[lang]
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, BaseModel):
        return "–"
    return shown_number(value)
