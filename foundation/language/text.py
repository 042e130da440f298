"""The words of the rooms, in French and English: each keeps its own in ``words.toml`` and says them with ``Words``; and
what the commands say in passing, errors above all, in the language of the reader.

Messages are written in English where they arise, as plain f-strings, and may have come through another process, a file
or a library. Where they are shown they are recognised by their template, the key of ``errors.fr.toml`` in the room that
says them: the text of the f-string, with a name in braces wherever a value may be.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from foundation.language.numbers import NO_BREAK, agreed, in_figures, in_words, typeset

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
        told = {name: in_figures(value, lang) if isinstance(value, float) else value for name, value in values.items()}
        return in_words(agreed(typeset(self.text(key)[lang].format(**told), lang), lang), lang)

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


def status_word(status: str, lang: str) -> str:
    """How far a folder of results has come; what is no such word as it is."""
    return label(f"status.{status}", lang) if f"status.{status}" in label else status


def header(column: str, lang: str, label: Words = label) -> str:
    """A column's name in words, where the room has some: ``cost_p50`` is "cost (million euros), median"."""
    base, _, end = column.rpartition("_")
    if f"column.{column}" in label:
        return label(f"column.{column}", lang)
    if f"column.{base}" in label and f"quantile.{end}" in label:
        return f"{label(f'column.{base}', lang)}, {label(f'quantile.{end}', lang)}"
    return column


ERRORS = "errors.fr.toml"
_VALUE = re.compile(r"\{([^{}]*)\}")
_LINES = re.compile(r"\n +\{[^{}]*\}$")
"""The end of a template whose last value has several lines."""
_TYPED = re.compile(r"(`[^`]*`)")
TO_TYPE = ("right", "typed", "port", "pid")
"""Names, in templates, of values that are to be typed as they stand, in a file or behind an option, or that count
nothing."""
_HINT = re.compile(r'(.+)(; did you mean "[^"]*"\?)', re.DOTALL)


def in_language(message: str, lang: str) -> str:
    """A message, or each of its lines, in the language; what nobody has translated stays English."""
    if lang == "en" or not message:
        return message
    if message.startswith("  "):  # of a line below another: else a value would be empty
        return "  " + in_language(message[2:], lang)
    return _hinted(message) or _known(message) or _parted(message)


def _hinted(message: str) -> str:
    """A message that ends with what may have been meant."""
    found = _HINT.fullmatch(message)
    return in_language(found[1], "fr") + _known(found[2]) if found else ""


def _known(message: str) -> str:
    """The message of a template; "" where it has none."""
    for template in _catalogue(tuple(ROOMS)):
        if found := template.pattern.fullmatch(message):
            return template.filled([in_language(value, "fr") for value in found.groups()])
    return ""


def _parted(message: str) -> str:
    """Line by line, each without its margin, or else what follows the place: ``file: message``."""
    first, end, rest = message.partition("\n")
    if end:
        return in_language(first, "fr") + end + in_language(rest, "fr")
    where, colon, what = message.partition(": ")
    said = in_language(what, "fr")
    return message if said == what else f"{where}{NO_BREAK}{colon}{said}"


class Template:
    """An English template and its French one."""

    def __init__(self, english: str, french: str) -> None:
        literals = _VALUE.split(english)
        self.names = literals[1::2]
        # What is to be typed, between backticks, stays as it is.
        self.french = "".join(part if part[:1] == "`" else typeset(part, "fr") for part in _TYPED.split(french))
        # A value right before another takes all: what is added to a message at times comes last.
        said = "(.*?)".join(map(re.escape, literals[::2])).replace("(.*?)(.*?)", "(.*)(.*?)")
        self.pattern = re.compile(said, re.DOTALL if _LINES.search(english) else 0)
        self.said = sum(map(len, literals[::2]))
        """Characters that are not values: the more, the surer."""

    def filled(self, values: list[str]) -> str:
        """The French text."""
        found = {
            name: value if name in TO_TYPE else in_figures(value, "fr")
            for name, value in zip(self.names, values, strict=True)
        }
        return agreed(_VALUE.sub(lambda name: found[name[1]], self.french), "fr")


@cache
def _catalogue(rooms: tuple[Path, ...]) -> list[Template]:
    """Templates of the rooms that have been loaded, the most telling first."""
    pairs = {pair: None for room in rooms for pair in french(room / ERRORS).items()}
    return sorted((Template(*pair) for pair in pairs), key=lambda template: -template.said)


@cache
def french(file: Path) -> dict[str, str]:
    """English to French template of one room: what its code says, and what else may be said there."""
    tables = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {english: text for table in tables.values() for english, text in table.items()}
