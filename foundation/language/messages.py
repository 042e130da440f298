"""What the commands say in passing, errors above all, in the language of the reader.

Messages are written in English where they arise, as plain f-strings, and may have come through another process, a file
or a library. Where they are shown they are recognised by their template, the key of ``errors.fr.toml`` in the room that
says them: the text of the f-string, with a name in braces wherever a value may be.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from foundation.language import text
from foundation.language.numbers import NO_BREAK, typeset

FILE = "errors.fr.toml"
_VALUE = re.compile(r"\{([^{}]*)\}")
_LINES = re.compile(r"\n +\{[^{}]*\}$")
"""The end of a template whose last value has several lines."""
_TYPED = re.compile(r"(`[^`]*`)")
_HINT = re.compile(r'(.+)(; did you mean "[^"]*"\?)', re.DOTALL)


def in_language(message: str, lang: str) -> str:
    """A message, or each of its lines, in the language; what nobody has translated stays English."""
    return message if lang == "en" or not message else _hinted(message) or _known(message) or _parted(message)


def _hinted(message: str) -> str:
    """A message that ends with what may have been meant."""
    found = _HINT.fullmatch(message)
    return in_language(found[1], "fr") + _known(found[2]) if found else ""


def _known(message: str) -> str:
    """The message of a template; "" where it has none."""
    for template in _catalogue(tuple(text.ROOMS)):
        if found := template.pattern.fullmatch(message):
            return template.filled([in_language(value, "fr") for value in found.groups()])
    return ""


def _parted(message: str) -> str:
    """Line by line, each without its margin, or else what follows the place: ``file: message``."""
    first, end, rest = message.partition("\n")
    if end:
        return in_language(first, "fr") + end + in_language(rest, "fr")
    if message.startswith(" "):
        return " " + in_language(message[1:], "fr")
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
        found = dict(zip(self.names, values, strict=True))
        return _VALUE.sub(lambda name: found[name[1]], self.french)


@cache
def _catalogue(rooms: tuple[Path, ...]) -> list[Template]:
    """Templates of the rooms that have been loaded, the most telling first."""
    pairs = {pair: None for room in rooms for pair in french(room / FILE).items()}
    return sorted((Template(*pair) for pair in pairs), key=lambda template: -template.said)


@cache
def french(file: Path) -> dict[str, str]:
    """English to French template of one room: what its code says, and what else may be said there."""
    tables = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {english: text for table in tables.values() for english, text in table.items()}
