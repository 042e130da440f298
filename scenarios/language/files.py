"""Reading scenarios: from the catalogue by name, or from a file by path."""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from pathlib import Path

from foundation.errors import Problem, ScenarioError, nearest
from foundation.language.amounts import iso_day, with_point
from scenarios.language.schema import Scenario
from scenarios.language.validation import validate

CATALOGUE = Path(__file__).parents[1] / "catalogue"
LARGEST, DEEPEST = 200_000, 12
"""Bytes; tables within each other. A larger or deeper file is something else."""
START_FROM = "`mes scenarios new NAME` writes one to start from"

_NAME = re.compile(r"\w[^\x00-\x1f\x7f-\x9f]{,99}")
_ORDER = (
    "status-quo",
    "doctors-training",
    "doctors-prompt",
    "doctors-fee",
    "email-reminders",
    "sms-reminders",
    "letters-with-code",
    "families-letters",
    "newborn-letters",
    "assisted-offline",
    "simplified-signup",
    "pharmacists",
    "hospitals",
    "relatives",
    "media",
    "more-documents",
    "mix-digital",
    "mix-inclusive",
    "mix-broad",
)


def catalogue() -> list[str]:
    """Names of the shipped scenarios: the status quo, single levers, mixes."""
    return list(_ORDER)


def is_path(argument: str) -> bool:
    """Whether an argument names a file; otherwise it names a scenario of the catalogue."""
    return "/" in argument or os.sep in argument or argument.endswith(".toml")


def load_scenario(argument: str) -> Scenario:
    """The scenario of a file (an argument with a slash or ending in .toml) or of the catalogue.

    Raises:
        ScenarioError: with all problems of the file.
    """
    if is_path(argument):
        if not _NAME.fullmatch(Path(argument).stem):
            raise _wrong(
                argument, "names no scenario; a file's name begins with a letter or a digit, at most 100 signs"
            )
        return parse_scenario(read_text(Path(argument)), source=argument)
    if argument not in _ORDER:
        raise ScenarioError([_unknown(argument)])
    file = CATALOGUE / f"{argument}.toml"
    return parse_scenario(read_text(file), source=file.name)


def parse_scenario(text: str, *, source: str) -> Scenario:
    """The scenario written in ``text``; ``source`` is the file's name in messages and gives the scenario's name.

    Raises:
        ScenarioError: with all problems of the text.
    """
    if not text.strip():
        raise _wrong(source, f"the file is empty; {START_FROM}")
    table, problems = validate(read_toml(text, source), source)
    if table is None:
        raise ScenarioError(problems)
    return Scenario(
        source=source,
        titles=table.title,
        descriptions=table.description,
        levers=table.lever,
        drivers=table.drivers,
        text=text,
    )


def read_text(file: Path, *, what: str = "scenario file", hint: str = START_FROM) -> str:
    """The text of a file; a byte-order mark is dropped. ``what`` it should be and a ``hint`` stand in messages.

    Raises:
        ScenarioError: there is no such file, it can't be read, or it isn't text.
    """
    try:
        _check_file(file, what)
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _wrong(file, f"there is no such file; {hint}") from None
    except UnicodeDecodeError as error:
        raise _wrong(file, f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None
    except (OSError, ValueError) as error:
        raise _wrong(file, f"can't be read: {getattr(error, 'strerror', None) or error}") from None


def _check_file(file: Path, what: str) -> None:
    if file.is_dir():
        raise _wrong(file, f"is a directory, not a {what}")
    if file.exists() and not file.is_file():
        raise _wrong(file, "is not a regular file")
    if file.exists() and file.stat().st_size > LARGEST:
        raise _wrong(file, f"is larger than {LARGEST} bytes: not a {what}")


def read_toml(text: str, source: str) -> dict[str, object]:
    """What a text says as TOML.

    Raises:
        ScenarioError: it is not TOML, or nested too deeply; says where, and how a French day or decimal is written.
    """
    _refuse_deep(text, source)
    try:
        return tomllib.loads(unicodedata.normalize("NFC", text))  # some systems write é as e with an accent behind it
    except tomllib.TOMLDecodeError as error:
        raise _wrong(source, _as_in_france(text, str(error)) or _syntax(str(error))) from None
    except (RecursionError, ValueError) as error:
        raise _wrong(source, f"is not valid TOML: {error}") from None


_QUOTED = re.compile(r"""\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)
_DOTTED = re.compile(rf"(?:[\w-]+[ \t]*\.[ \t]*){{{DEEPEST}}}")


def _refuse_deep(text: str, source: str) -> None:
    """Tables and lists within each other: the parser takes minutes for thousands, and then gives up."""
    bare, depth = _QUOTED.sub("q", text), 0
    for sign in re.findall(r"[\[\]{}]", bare):
        depth += 1 if sign in "[{" else -1
        if depth > DEEPEST:
            break
    if depth > DEEPEST or _DOTTED.search(bare):
        raise _wrong(source, f"more than {DEEPEST} tables within each other")


_BARE = re.compile(r"(?<![\w.+-])(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d+,\d+)(?![\w.]|,\d)")
"""A day or a decimal as it stands in a French text."""


def _as_in_france(text: str, message: str) -> str:
    """The line, what stands there and how TOML writes it, where the parser stumbles over a day or a decimal comma."""
    found = re.search(r"at line (\d+), column (\d+)", message)
    line = text.splitlines()[int(found[1]) - 1] if found and int(found[1]) <= text.count("\n") + 1 else ""
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), line)
    for value in _BARE.finditer(bare):
        right = iso_day(value[0]) or with_point(value[0])
        open_quote = any(mark in bare[: value.start()] for mark in "'\"")
        if found and right and not open_quote and value.end() + 2 >= int(found[2]):  # before: the parser was content
            return f"line {found[1]}: {value[0]} is not TOML; write {right}"
    return ""


def _syntax(message: str) -> str:
    """The parser's message with the place in front."""
    found = re.fullmatch(r"(?P<what>.*) \(at (?P<where>.*)\)", message, flags=re.DOTALL)
    return f"is not valid TOML at {found['where']}: {found['what']}" if found else f"is not valid TOML: {message}"


def _unknown(name: str) -> Problem:
    here = f"; to read the file beside you, write ./{name}.toml" if Path(f"{name}.toml").is_file() else ""
    return Problem(
        source="catalogue",
        value=name,
        message=f"there is no scenario of this name{here}",
        allowed=", ".join(_ORDER),
        suggestion=nearest(name, _ORDER),
    )


def _wrong(source: str | Path, message: str) -> ScenarioError:
    return ScenarioError([Problem(source=str(source), message=message)])
