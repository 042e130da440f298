"""What can be composed: kinds of levers with their fields, effects and prices, all from the schemas of files, the
priors and the prices; and the strategies that come along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from calibration import parameter_word
from calibration.facts.priors import Prior, load_priors
from foundation.language.numbers import typeset
from foundation.store.reading import Document
from report.sources import documents_behind
from scenarios.costs import CostItem
from scenarios.described import SOME
from scenarios.language.describe import allowed, wanted
from scenarios.language.files import catalogue, load_scenario
from scenarios.language.regions import REGIONS
from scenarios.language.schema import DriversTable, Lang, Scenario
from scenarios.lever_schemas import KINDS, effect_detail, lever_word, price_word, words
from scenarios.lever_schemas.base import LeverTable, Price, Span, TargetTable
from scenarios.lever_schemas.media import Burst
from web import label
from web.strategies import table_of


class Asked(dict[str, float]):
    """Effects of a draw that remembers which of them a lever takes."""

    def __init__(self, priors: Mapping[str, Prior]) -> None:
        super().__init__({name: prior.stated[0] for name, prior in priors.items()})
        self.taken: list[str] = []

    def __getitem__(self, name: str) -> float:
        self.taken.append(name)
        return super().__getitem__(name)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What stands on the cards, by name."""

    priors: Mapping[str, Prior]
    prices: Mapping[str, CostItem]
    sources: Mapping[str, str]


def catalogue_document(span: Span, costs: Sequence[CostItem], lang: str) -> Document:
    """All of it, in the language, at these prices."""
    prices = {item.key: item for item in costs}
    known = Known(priors=load_priors(), prices=prices, sources=documents_behind(lang))
    return {
        "kinds": [_kind(table, means, span, known, lang) for table, means in _tables()],
        "common": _fields(LeverTable, lang),
        "target": _fields(TargetTable, lang),
        "price": _fields(Price, lang),
        "burst": _fields(Burst, lang),
        "drivers": _fields(DriversTable, lang),
        "regions": list(REGIONS),
        "shipped": [_shipped(load_scenario(name), lang) for name in catalogue()],
    }


def _tables() -> Iterator[tuple[type[LeverTable], str | None]]:
    """Every kind, that of doctors once for each of its means."""
    for table in KINDS.values():
        means = table.model_fields.get("means")
        for one in get_args(means.annotation) if means else (None,):
            yield table, one


def _kind(
    table: type[LeverTable],
    means: str | None,
    span: Span,
    known: Known,
    lang: str,
) -> Document:
    kind = get_args(table.model_fields["kind"].annotation)[0]
    said = {key: typeset(text[lang], lang) for key, text in words()["kind"][kind].items()}
    lever, asked = _smallest(table, kind, means), Asked(known.priors)
    lever.resolve(span, asked, 0)
    paid = dict.fromkeys(f"{charge.lever}/{charge.item}" for charge in lever.charges(SOME))
    return {
        **said,
        "kind": kind,
        "means": means,
        "title": lever_word(means or kind, lang),
        "effects": [_effect(known.priors[name], known.sources, lang) for name in dict.fromkeys(asked.taken)],
        "prices": [_price(known.prices[key], known.sources, lang) for key in paid],
        "fields": _fields(table, lang),
    }


def _smallest(table: type[LeverTable], kind: str, means: str | None) -> LeverTable:
    """A lever of which no more is said than has to be."""
    given: dict[str, object] = {"kind": kind, "means": means} if means else {"kind": kind}
    for name, field in table.model_fields.items():
        if field.is_required() and name not in given:
            given[name] = int(next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), 1))  # type: ignore[call-overload]
    return table.model_validate(given)


def _effect(prior: Prior, sources: Mapping[str, str], lang: str) -> Document:
    value, low, high = prior.stated
    return {
        "name": prior.name,
        "title": parameter_word(prior.name, lang) or prior.name,
        "detail": effect_detail(prior.name, lang),
        "status": prior.status,
        "status_title": label(f"price_status.{prior.status}", lang),
        **{"low": low, "value": value, "high": high},
        "source": sources.get(prior.name, ""),
        "facts": list(prior.facts),
    }


def _price(item: CostItem, sources: Mapping[str, str], lang: str) -> Document:
    status, _, reason = (part.strip() for part in item.status.partition(":"))
    return {
        "item": item.item,
        "title": price_word(item.key, lang) or item.item,
        "unit": "€",
        **{"low": item.low, "value": item.value, "high": item.high},
        "status": status,
        "status_title": label(f"price_status.{status}", lang),
        "source": (item.source or reason) if item.own else sources.get(item.key, ""),
    }


def _fields(table: type[BaseModel], lang: str) -> list[Document]:
    return [_field(key, field, lang) for key, field in table.model_fields.items() if key != "kind"]


def _field(key: str, field: FieldInfo, lang: str) -> Document:
    means, bounds = words()["key"].get(key), {type(rule): rule for rule in field.metadata}
    default = field.default if isinstance(field.default, bool | int | float | str) else None
    return {
        "key": key,
        "type": _type(key, field),
        "meaning": typeset(means[lang], lang) if means else label(f"key.{key}", lang),
        "allowed": allowed(key, field, lang),
        "low": getattr(bounds.get(Ge), "ge", None),
        "high": getattr(bounds.get(Le), "le", None),
        "default": None if field.is_required() else default,
        "required": field.is_required(),
        "choices": [{"value": one, "title": lever_word(one, lang) or one} for one in _choices(field)] or None,
    }


def _choices(field: FieldInfo) -> Sequence[str]:
    found = get_args(field.annotation)
    return found if found and all(isinstance(one, str) for one in found) else ()


def _type(key: str, field: FieldInfo) -> str:
    if _choices(field):
        return "choice"
    if key == "target":
        return "target"
    kind = field.annotation
    inner = [one for one in get_args(kind) if one is not type(None)]
    kind = inner[0] if get_origin(kind) is not tuple and len(inner) == 1 else kind
    if kind is date:
        return "date"
    return {"price": "price", "regions": "regions", "bursts": "bursts"}.get(wanted(key, field)) or wanted(key, field)


def _shipped(scenario: Scenario, lang: str) -> Document:
    chosen: Lang = "fr" if lang == "fr" else "en"
    return {
        "name": scenario.name,
        "title": typeset(scenario.title(chosen), lang),
        "description": typeset(scenario.description(chosen), lang),
        "table": table_of(scenario.text, scenario.name),
        "toml": scenario.text,
    }
