"""The texts of the report, in French and English (``report/text.toml``); they may hold inline HTML."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from foundation.language.numbers import NARROW, NO_BREAK, typeset
from scenarios.lever_schemas.words import line

TEXTS = Path(__file__).with_name("text.toml")


@cache
def texts() -> dict[str, dict[str, dict[str, str]]]:
    """Section, key, language: the plain text."""
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def say(key: str, lang: str, **values: object) -> Markup:
    """The text of ``"section.key"``, typeset, with its values: Markup as it is, anything else escaped. Prices and
    effects of levers come from the words of levers.

    Raises:
        KeyError: no such key or language, or a value is missing.
    """
    section, _, name = key.partition(".")
    text = line(section, name, lang) or texts()[section][name][lang]
    return Markup(_unit_spaces(_typeset(text, lang))).format(**values)


def has(key: str) -> bool:
    """Whether there is such a text."""
    section, _, name = key.partition(".")
    return name in texts().get(section, {})


def _typeset(text: str, lang: str) -> str:
    """Typeset outside tags and entities: no-break spaces have no place in an attribute."""
    parts = re.split(r"(<[^>]*>)", text)
    return "".join(part if part.startswith("<") else typeset(part, lang) for part in parts)


def _unit_spaces(text: str) -> str:
    """No line break between a value and its unit."""
    text = re.sub(r"(?<=\}) (?=(€|M€|M\b|million|point))", NO_BREAK, text)
    return text.replace("}\u00a0%", "}" + NARROW + "%").replace("} %", "}" + NARROW + "%")
