"""The words of the rooms, in French and English: each keeps its own in ``words.toml`` and says them with ``Words``."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from foundation.language.numbers import typeset

LANGUAGES = ("en", "fr")
FILE = "words.toml"


ROOMS: list[Path] = []
"""Folders of the rooms that have been loaded."""


class Words:
    """The words of a room, then those of the rooms it builds on: ``label = Words(__file__, below)`` in a package.

    ``label("section.key", lang, name=value)`` is the text with its values filled in, typeset; ``KeyError`` where there
    is no such text or a value is missing.
    """

    def __init__(self, package: str, below: Words | None = None) -> None:
        self.folder, self.below = Path(package).parent, below
        ROOMS.append(self.folder)

    @cached_property
    def own(self) -> dict[str, dict[str, Any]]:
        """What the room itself has to say, by section and key."""
        return tomllib.loads((self.folder / FILE).read_text(encoding="utf-8"))

    def __call__(self, key: str, lang: str, **values: object) -> str:
        return typeset(self.text(key)[lang].format(**values), lang)

    def __contains__(self, key: str) -> bool:
        section, _, name = key.partition(".")
        return name in self.own.get(section, {}) or (self.below is not None and key in self.below)

    def text(self, key: str) -> dict[str, str]:
        """The plain text of ``"section.key"`` by language."""
        section, _, name = key.partition(".")
        if name in self.own.get(section, {}) or self.below is None:
            text: dict[str, str] = self.own[section][name]
            return text
        return self.below.text(key)


label = Words(__file__)
"""What any simulator says."""


def header(column: str, lang: str, label: Words = label) -> str:
    """A column's name in words, where the room has some: ``cost_p50`` is "cost (million euros), median"."""
    base, _, end = column.rpartition("_")
    if f"column.{column}" in label:
        return label(f"column.{column}", lang)
    if f"column.{base}" in label and f"quantile.{end}" in label:
        return f"{label(f'column.{base}', lang)}, {label(f'quantile.{end}', lang)}"
    return column
