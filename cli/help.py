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
    (r"^Usage:", "Usage :"),
    (r"^Options:", "Options :"),
    (r"^Commands:", "Commandes :"),
    (r"^Arguments:", "Arguments :"),
    (r"\bCOMMAND\b", "COMMANDE"),
    (r"Show this\s+message and\s+exit\.", "Affiche cette aide."),
)
"""Words that Click puts around its lists."""
OF_A_LINE = (
    (r"(\[|; )required\]", r"\1obligatoire]"),
    (r"(\[|; )default: (\d+)\.(\d+)", r"\1défaut : \2,\3"),
    (r"(\[|; )default: ", r"\1défaut : "),
    (r"(\[|; )env var: ", r"\1variable : "),
    (r"(\[|; )(\d+)<=x<=(\d+)\]", r"\1de \2 à \3]"),
    (r"(\[|; )x>=(\d+)\]", r"\1\2 ou plus]"),
    (r"(\[[^\]]*\w); ", r"\1 ; "),
)
"""Those it adds to what is said of an option, before lines are broken."""
PLACEHOLDERS = {
    "ARGS": "ARGUMENTS", "DIR": "DOSSIER", "FILE": "FICHIER", "FOLDER": "DOSSIER", "HOST": "HÔTE", "ID": "NUMÉRO",
    "KEY": "CLÉ", "LEVER": "LEVIER", "NUMBER": "NOMBRE", "PROFILES": "PROFILS", "RUN_FOLDER": "DOSSIER",
    "SCENARIO": "SCÉNARIO",
    "STEP": "ÉTAPE", "VALUE": "VALEUR", "YYYY-MM-DD": "AAAA-MM-JJ",
    "folder": "DOSSIER", "name": "NOM", "scenario": "SCÉNARIO", "what": "ÉTUDE",
    "<int>": "ENTIER", "<int range>": "ENTIER", "<float>": "NOMBRE", "<str>": "TEXTE", "<path>": "CHEMIN",
    "<list[str]>": "NOM", "<list[Path]>": "DOSSIER",
}  # fmt: skip
"""What stands for a value, or for its type."""
_PLACEHOLDER = re.compile(r"(?<![\w-])(?:<[^>|]+>|YYYY-MM-DD|[A-Za-z_]+)(?![\w-])")


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


def translate(command: Any, lang: str) -> None:
    """Puts the texts of the language into a command of Click, its options and its commands."""
    for part in (command, *command.params):
        english = getattr(part, "help", None)
        if english and lang == "fr":
            part.help = typeset(texts().get(english, english), "fr")
        if part is not command:
            _translate_lines(part, lang)
    for below in getattr(command, "commands", {}).values():
        translate(below, lang)


def _translate_lines(option: Any, lang: str) -> None:
    """What Click makes of an option or an argument: its line of the list, and its place in the line of usage, where
    Typer writes {folder} for what has to be there."""
    record, pieces = option.get_help_record, option.get_usage_pieces
    is_argument = option.param_type_name == "argument"
    if lang == "en":
        if is_argument:
            option.get_usage_pieces = lambda ctx: [re.sub("[{}]", "", piece).upper() for piece in pieces(ctx)]
        return

    def line(ctx: typer.Context) -> tuple[str, str] | None:
        found = record(ctx)
        if found is None:
            return None
        name, text = found
        if is_argument:  # its name says enough
            name = re.sub(r" <[^|]*>$", "", name)
        for pattern, french in OF_A_LINE:
            text = re.sub(pattern, french, text)
        return _placeholders(name), typeset(text, "fr")

    option.get_help_record = line
    option.get_usage_pieces = lambda ctx: [_placeholders(re.sub("[{}]", "", piece)) for piece in pieces(ctx)]


def _placeholders(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: PLACEHOLDERS.get(found[0], found[0]), text)


def name_argument(error: Any, lang: str) -> None:
    """An argument is called in an error as in the line of usage above it: SCENARIO, in French SCÉNARIO."""
    argument = getattr(error, "param", None)
    if argument is not None and argument.param_type_name == "argument" and not error.param_hint:
        name = str(argument.metavar or argument.name).upper()
        error.param_hint = f"'{_placeholders(name) if lang == 'fr' else name}'"


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
