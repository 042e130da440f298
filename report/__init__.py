"""What does a reader get who has no time? One HTML page from finished folders: answer, curves, costs, who is left
behind, provenance of every number. Pictures and words may change; a number is traced to its file or isn't shown.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from foundation.language.numbers import NO_BREAK, agreed, in_words, typeset
from foundation.language.text import Words
from scenarios import label as below


class PageWords(Words):
    """Texts as Markup: their values as they are if Markup themselves, anything else escaped."""

    def __call__(self, key: str, lang: str, **values: object) -> Markup:
        text = Markup(_unit_spaces(_typeset(self.text(key)[lang], lang))).format(**values)
        return Markup(in_words(agreed(str(text), lang), lang))


say = PageWords(__file__, below)
"""The words of the room (``words.toml``), in French and English; they may hold inline HTML."""


def _typeset(text: str, lang: str) -> str:
    """Typeset outside tags and entities: no-break spaces have no place in an attribute."""
    parts = re.split(r"(<[^>]*>)", text)
    return "".join(part if part.startswith("<") else typeset(part, lang) for part in parts)


def _unit_spaces(text: str) -> str:
    """No line break between a value and its unit."""
    return re.sub(r"(?<=\}) (?=(€|M€|M\b|million|point|\{(total_)?unit\}|\{money\}))", NO_BREAK, text)
