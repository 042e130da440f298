"""Errors that are shown to the user as they are, without traceback; and what is wrong with a scenario, said so that its
author can mend it: where, what, what is allowed, what was meant.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.language.numbers import colon
from foundation.language.text import in_language


class UserError(Exception):
    """Caused by what the user gave: exit status 2."""


class RunFailedError(Exception):
    """The run itself failed: exit status 1."""


class StorageError(RunFailedError):
    """A result can't be written (disk full, folder gone): what is computed from here on would be lost."""


class ClusterLostError(RunFailedError):
    """The cluster that computes doesn't answer any more, or has no workers left."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a message that says how to go on: exit status 130."""


NOT_SHOWN = object()
"""The value of a problem that has none (a missing key, a whole file)."""
_LONGEST_VALUE = 60


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem; ``str()`` gives one line."""

    source: str
    """File, or "catalogue"."""
    key: str = ""
    """Path of the key, tables counted from 1: ``lever[2]`` is the second ``[[lever]]`` of the file."""
    value: object = NOT_SHOWN
    message: str
    allowed: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        return self.line("en")

    def line(self, lang: str) -> str:
        """The problem in the language."""
        between = colon(lang)
        where = f"{in_language(self.source, lang)}{between}{in_language(self.key, lang)}".removesuffix(between)
        value = "" if self.value is NOT_SHOWN else f" = {shown(self.value)}"
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        suggestion = f'; did you mean "{self.suggestion}"?' if self.suggestion else ""
        parts = [in_language(part, lang) for part in (self.message, allowed, suggestion)]
        if (known := in_language(self.allowed, lang)) != self.allowed:  # its template may begin with a value
            parts[1] = in_language("; allowed: @", lang).replace("@", known)
        return f"{where}{value}{between}{''.join(parts)}"


class ScenarioError(Exception):
    """All problems of one file (or one argument); the text has one line for each. Exit status 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


def shown(value: object) -> str:
    """A value as TOML writes it, shortened."""
    text = value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def nearest(word: str, names: Iterable[str]) -> str:
    """The name most like ``word`` (case, accents and punctuation aside), or "" when none is near."""
    plain = {_plain(name): name for name in names}
    wanted = _plain(word)
    close = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.6)
    parts = [name for name in plain if len(wanted) >= 4 and wanted in name]
    return plain[(close or parts)[0]] if close or parts else ""


def _plain(text: str) -> str:
    """Lower case without accents; every other sign is a space."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
