"""What a ``[[lever]]`` table may say: one schema a kind, the lever it resolves to, and what it is charged for.

``KINDS``, from which the schema of files, the guide, plans and tests derive, are the schemas found in this folder, in
the order of ``words.toml``, which has their words; priors of effects and prices are rows of ``calibration/data``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args

from pydantic import Field

from foundation.language.numbers import typeset
from foundation.language.text import Words
from scenarios.lever_schemas.base import LeverTable

label = Words(__file__)


def words() -> dict[str, dict[str, Any]]:
    """By section: ``kind``, ``means``, ``key``, ``effect`` and ``price``."""
    return label.own


def lever_word(kind: str, lang: str) -> str | None:
    """A kind of lever, or means of doctors', as a reader names it; ``None`` for anything else."""
    found = words()["means"].get(kind) or words()["kind"].get(kind, {}).get("title")
    return typeset(found[lang], lang) if found else None


def lever_named(name: str, lang: str) -> str:
    """A lever of a file for its reader: what its kind is called, and the name by which options and files know it; a
    name that its author gave as it is."""
    title = lever_word(name, lang)
    return name if title is None else f"{title} ({name})"


def effect_names() -> tuple[str, ...]:
    """Priors of how well levers work that no stock informs, in the order of draws."""
    return tuple(words()["effect"])


def effect_word(name: str, lang: str) -> str | None:
    """A prior of levers in a word; ``None`` for anything else."""
    found = words()["effect"].get(name)
    return typeset(found["name"][lang], lang) if found else None


def effect_detail(name: str, lang: str) -> str:
    """What such a prior measures; "" for anything else."""
    found = words()["effect"].get(name)
    return typeset(found["detail"][lang], lang) if found else ""


def item_word(item: str, lang: str) -> str:
    """What is paid for: the price in a line where only one lever pays for it, otherwise what all of them call it."""
    found = [price for price in words()["price"] if price.partition("/")[2] == item]
    if len(found) == 1:
        return str(price_word(found[0], lang))
    return typeset(words()["item"][item][lang], lang) if item in words().get("item", {}) else item


def price_word(price: str, lang: str) -> str | None:
    """A unit price (``lever/item``) in a line; ``None`` for anything else."""
    found = words()["price"].get(price)
    return typeset(found["name"][lang], lang) if found else None


def _schemas(of: type[LeverTable] = LeverTable) -> Iterator[tuple[str, type[LeverTable]]]:
    """Kind and schema of every table that says which kind it is of."""
    for table in of.__subclasses__():
        if kinds := get_args(table.model_fields["kind"].annotation):
            yield kinds[0], table
        yield from _schemas(table)


def _ordered() -> dict[str, type[LeverTable]]:
    """All kinds in the order of their words; a schema without words, or words without a schema, is an error."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    found, told = dict(_schemas()), words()["kind"]
    if set(found) != set(told):
        raise ValueError(f"schemas and words of levers differ: {', '.join(sorted(set(found) ^ set(told)))}")
    return {kind: found[kind] for kind in told}


KINDS = _ordered()
"""In the order of the guide."""

if TYPE_CHECKING:
    AnyLever = LeverTable
else:
    AnyLever = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007
