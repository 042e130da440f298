"""What is said of levers in both languages (``scenarios/lever_schemas/words.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from foundation.language.numbers import typeset

WORDS = Path(__file__).with_suffix(".toml")


@cache
def words() -> dict[str, dict[str, Any]]:
    """By section: ``kind``, ``means``, ``key``, ``effect`` and ``price``."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def lever_word(kind: str, lang: str) -> str | None:
    """A kind of lever, or means of doctors', as a reader names it; ``None`` for anything else."""
    found = words()["means"].get(kind) or words()["kind"].get(kind, {}).get("title")
    return typeset(found[lang], lang) if found else None


def effect_names() -> tuple[str, ...]:
    """Priors of how well levers work that no stock informs, in the order of draws."""
    return tuple(words()["effect"])


def effect_word(name: str, lang: str) -> str | None:
    """A prior of levers in a word; ``None`` for anything else."""
    found = words()["effect"].get(name)
    return typeset(found["short"][lang], lang) if found else None


def item_word(price: str, lang: str) -> str | None:
    """The item of a unit price (``lever/item``) in a word; ``None`` for anything else."""
    found = words()["price"].get(price)
    return typeset(found["short"][lang], lang) if found else None


def line(section: str, name: str, lang: str) -> str | None:
    """An ``effect`` or a ``price`` in a line, not yet typeset; ``None`` for anything else."""
    found = words().get(section, {}).get(name)
    text: str | None = found["long"][lang] if found and "long" in found else None
    return text
