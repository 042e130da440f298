"""Reading scenarios, from the catalogue by name or from a file by path; and writing them."""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from foundation.errors import Problem, ScenarioError, nearest
from foundation.language.amounts import is_day, iso_day, with_point
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
        found = _as_in_france(text, str(error)) or [_syntax(str(error))]
        raise ScenarioError([Problem(source=source, message=message) for message in found]) from None
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


_DAY = re.compile(r"(?<![\w.:+-])\d{4}-\d{2}-\d{2}(?![\w.:-])")
"""A day as TOML writes it, whether there is such a day or not."""


def _as_in_france(text: str, message: str) -> list[str]:
    """Where the parser stumbles over a day, of this calendar or not, or over a decimal comma: all that stand in the
    text, each with its line and, where it means something, how TOML writes it. Nothing for another stumbling block."""
    at = re.search(r"at line (\d+), column (\d+)", message)
    bare = _QUOTED.sub(lambda quoted: re.sub(r"[^\n]", " ", quoted[0]), text).split("\n")
    found = [
        (number, value.end(), said)
        for number, line in enumerate(bare, 1)
        for value in sorted((*_BARE.finditer(line), *_DAY.finditer(line)), key=lambda value: value.start())
        if not any(mark in line[: value.start()] for mark in "'\"") and (said := _not_toml(number, value[0]))
    ]
    # In the line where the parser stopped only behind where it did: before that it was content.
    if at is None or not any(number == int(at[1]) and end + 2 >= int(at[2]) for number, end, _ in found):
        return []
    return [said for _, _, said in found]


def _not_toml(line: int, typed: str) -> str:
    if right := iso_day(typed) or with_point(typed):
        return f"line {line}: {typed} is not TOML; write {right}"
    return f"line {line}: {typed} is no day of the calendar" if _DAY.fullmatch(typed) and not is_day(typed) else ""


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


def scenario_text(scenario: Scenario, *, remarks: Mapping[str, str] | None = None, head: str = "") -> str:
    """TOML that reads back as the same scenario; ``remarks`` go behind the name of a lever, ``head`` on top.

    Raises:
        ValueError: it would read back as another one.
    """
    text = "\n".join(_lines(scenario, remarks or {}, head)) + "\n"
    read = parse_scenario(text, source=scenario.source)
    if (read.levers, read.drivers) != (scenario.levers, scenario.drivers):
        raise ValueError(f"{scenario.source}: can't be written as a file")
    return text


def _lines(scenario: Scenario, remarks: Mapping[str, str], head: str) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in head.splitlines())
    for name, table in (
        ("title", scenario.titles),
        ("description", scenario.descriptions),
        ("drivers", scenario.drivers),
    ):
        if words := table.model_dump(exclude_none=True):
            yield f"\n[{name}]" if head or name != "title" else f"[{name}]"
            yield from _keys(words)
    for lever in scenario.levers:
        yield "\n[[lever]]"
        content = {"kind": lever.kind, **lever.model_dump(exclude_none=True, exclude_defaults=True)}
        tables = {key: content.pop(key) for key in ("target", "cost", "one_off_cost") if key in content}
        remark = remarks.get(lever.label)
        first, *others = _keys(content)
        yield f"{first}  # {remark}" if remark else first
        yield from others
        for key, table in tables.items():
            yield f"\n[lever.{key}]"
            yield from _keys(table)


def _keys(table: Mapping[str, object]) -> list[str]:
    return [f"{key} = {toml_value(value)}" for key, value in table.items()]


def toml_value(value: object) -> str:
    """A value as a file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_keys(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return repr(value)


def template(name: str, lang: str = "en") -> str:
    """The file that ``mes scenarios new NAME`` writes, valid as it stands: one live lever, others to be uncommented;
    comments in English (``en``) or French (``fr``).

    Raises:
        ValueError: another language.
    """
    if lang not in ("en", "fr"):
        raise ValueError(f"language {lang!r}; allowed: en, fr")
    text = (Path(__file__).parent / f"template.{lang}.toml").read_text(encoding="utf-8")
    return text.replace("%(name)s", "".join(sign for sign in name if sign.isprintable()))
