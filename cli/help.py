"""The help of the commands in French (``help.fr.toml``, by the English text)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import typer
from typer.core import TyperGroup

from foundation.language.numbers import typeset

FILE = Path(__file__).with_name("help.fr.toml")
ASKED = ("--help", "-h", "--install-completion", "--show-completion")
OF_CLICK = (
    (r"^Usage:", "Emploi :"),
    (r"^Options:", "Options :"),
    (r"^Commands:", "Commandes :"),
    (r"^Arguments:", "Arguments :"),
    (r"Show this message and exit\.", "Affiche cette aide."),
    (r"\[required\]", "[obligatoire]"),
    (r"\[default: ", "[défaut : "),
    (r"; default: ", " ; défaut : "),
    (r"\[env var: ", "[variable : "),
    (r"\bCOMMAND\b", "COMMANDE"),
)
"""Words that Click adds."""


class Formatter(Protocol):
    """What Click writes a help page with."""

    def section(self, name: str) -> AbstractContextManager[None]: ...
    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None: ...


class Group(TyperGroup):
    """Commands whose list says what each is for, to the end of the sentence."""

    def format_commands(self, ctx: typer.Context, formatter: Formatter) -> None:  # type: ignore[override]
        """As Click's, but that nothing is cut: what is too long for a line goes on below."""
        shown = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, (command.help or "").partition("\n\n")[0])
            for name, command in shown
            if command and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def is_asked(words: Sequence[str], groups: Collection[str] = ()) -> bool:
    """Whether the command line asks for help, as one without any word does, or the mere name of a group."""
    told = without_language(words)
    return not told or any(word in ASKED for word in told) or (len(told) == 1 and told[0] in groups)


def without_language(words: Sequence[str]) -> list[str]:
    """Without ``--lang`` and its value."""
    told = list(words)
    while "--lang" in told:
        del told[told.index("--lang") : told.index("--lang") + 2]
    return [word for word in told if not word.startswith("--lang=")]


def translate(command: Any) -> None:
    """Puts the French texts into a command of Click, its options and its commands."""
    known = texts()
    for part in (command, *command.params):
        english = getattr(part, "help", None)
        if english:
            part.help = typeset(known.get(english, english), "fr")
    for below in getattr(command, "commands", {}).values():
        translate(below)


def with_words_of_click(text: str) -> str:
    """A help page with Click's own words in French."""
    for pattern, french in OF_CLICK:
        text = re.sub(pattern, typeset(french, "fr"), text, flags=re.MULTILINE)
    return text


@cache
def texts() -> dict[str, str]:
    """French by English."""
    found: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return found
