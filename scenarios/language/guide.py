"""The tables of ``docs/scenarios.md`` and ``docs/scenarios.fr.md``, from the schema itself."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from foundation.language.pages import markdown_table
from scenarios.language.describe import allowed, one_of, shown_number
from scenarios.language.regions import REGIONS
from scenarios.language.schema import DriversTable
from scenarios.lever_schemas import KINDS
from scenarios.lever_schemas.base import LeverTable, TargetTable
from scenarios.lever_schemas.words import words

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
            if key != "kind" and (key not in LeverTable.model_fields or row != _row(key, _base(key), lang)):
                rows.setdefault(row, []).append(f"`{kind}`")
    lines = [(key, ", ".join(kinds), *rest) for (key, *rest), kinds in rows.items()]
    return markdown_table(_HEADS["own"][lang], sorted(lines, key=lambda line: line[0]))


def _target(lang: str) -> str:
    rows = [_row(key, field, lang) for key, field in TargetTable.model_fields.items()]
    return markdown_table(_HEADS["common"][lang], [(f"`target.{row[0].strip('`')}`", *row[1:]) for row in rows])


def _drivers(lang: str) -> str:
    rows = [_row(key, field, lang) for key, field in DriversTable.model_fields.items()]
    return markdown_table(_HEADS["common"][lang], [(f"`drivers.{row[0].strip('`')}`", *row[1:]) for row in rows])


def _base(key: str) -> FieldInfo:
    return LeverTable.model_fields[key]


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
