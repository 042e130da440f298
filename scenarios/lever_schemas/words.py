"""What is said of levers in both languages (``scenarios/lever_schemas/words.toml``)."""

from __future__ import annotations

from typing import Any

from foundation.language.numbers import typeset
from foundation.language.text import Words

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
