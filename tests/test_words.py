"""Every text of every room: there in both languages, typeset as the language wants, and asked for by the code."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from foundation.language.numbers import typeset
from foundation.language.text import FILE, LANGUAGES, Words
from report.shown import KINDS

ROOT = Path(__file__).parents[1]
FLOORS = ("foundation", "scenarios", "calibration", "planning", "report", "web", "cli")
FILES = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob(FILE))
OF_LEVERS = ROOT / "scenarios/lever_schemas" / FILE
"""Asked for by kind and name of a lever, through ``scenarios.lever_schemas``; its own tests go through them."""
MODULES = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py"))
SPACES = re.compile(r"[^\s\u00a0\u202f][;!?»]|[^\s\u00a0\u202f]:(?!/)| [;:!?%»]|« |'")
"""What French typography doesn't allow."""
MIXED = re.compile(r"\u00a0[;!?%]|\u202f[:»]|«\u202f|\d[ \u00a0]\d{3}(?!\d)")
"""The other no-break space than the one that stands there everywhere else."""
ANYTHING = "\0"
"""In a key that is asked for, what is known only when the program runs."""

OF_REPORT = "report.shown.Subject.say"

NAMED_AT_RUN_TIME = {"input.prevalence_other"}
"""Asked for by the flattened names of ``model.terms.parameters.Parameters``, which no file holds."""


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def leaves(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Key and text of every entry, however deep."""
    for key, value in tree.items():
        if isinstance(value, dict) and set(value) & set(LANGUAGES):
            yield path + key, value
        elif isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")


def flaws(text: dict[str, str]) -> str:
    """What is wrong with one text, in words."""
    if set(text) != set(LANGUAGES) or not all(text.values()):
        return "not in both languages"
    for what, pattern in (("values", r"{(\w+)}"), ("tags", r"</?\w[^>]*>")):
        first, second = (sorted(re.findall(pattern, text[lang])) for lang in LANGUAGES)
        if first != second:
            return f"other {what} in French: {first}, {second}"
    shown = typeset(re.sub(r"</?\w[^>]*>", "", text["fr"]), "fr")
    if re.search(r"\d\.\d", shown):
        return f"a decimal point: {shown}"
    return f"not typeset: {shown}" if SPACES.search(shown) or MIXED.search(shown) else ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_every_text_is_there_in_both_languages_with_the_same_values(file: Path) -> None:
    for key, text in leaves(read(file)):
        assert not flaws(text), f"{key}: {flaws(text)}"


@pytest.mark.parametrize(
    "text",
    [
        {"en": "a"},
        {"en": "a", "fr": ""},
        {"en": "{a}", "fr": "{b}"},
        {"en": "<b>a</b>", "fr": "a"},
        {"en": "a: b", "fr": "a: b"},
        {"en": "a?", "fr": "a?"},
        {"en": "0.5", "fr": "0.5"},
    ],
)
def test_flaws_are_found(text: dict[str, str]) -> None:
    assert flaws(text)


def asked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Name of the ``Words`` and key of each text that a module asks for; ``ANYTHING`` for what varies."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            yield from ((node.func.id, key) for key in keys(node.args[0]))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
            yield from ((OF_REPORT, key) for key in keys(node.args[0]))
        elif isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Name):
            yield from ((node.comparators[0].id, key) for key in keys(node.left))


def keys(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*keys(node.body), *keys(node.orelse))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else ANYTHING for part in node.values)


def speakers(tree: ast.AST, module: str) -> dict[str, Words]:
    """The ``Words`` that a module uses, by the name it gives them."""
    found = {name: value for name, value in vars(import_module(module)).items() if isinstance(value, Words)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in FLOORS:
            for name in node.names:
                value = getattr(import_module(node.module), name.name, None)
                found |= {name.asname or name.name: value} if isinstance(value, Words) else {}
    return found


@cache
def pattern(key: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(map(re.escape, key.split(ANYTHING))))


def known(words: Words | None) -> Iterator[str]:
    while words is not None:
        yield from (f"{section}.{key}" for section, texts in words.own.items() for key in texts)
        words = words.below


@cache
def requests() -> list[tuple[Path, Words, str]]:
    """Module, ``Words`` and key of every text that the product asks for."""
    found = []
    for file in MODULES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        pairs = [(name, key) for name, key in asked(tree) if re.match(r"[\w\0]+\.", key)]
        if pairs:
            words = {**speakers(tree, module), OF_REPORT: import_module("report").say}
            found += [(file, words[name], key) for name, key in pairs if name in words]
    say = import_module("report").say
    for file in sorted((ROOT / "report").glob("*.j2")):
        text = file.read_text(encoding="utf-8")
        found += [(file, say, key) for key in re.findall(r"say\('([\w.]+)'[,)]", text)]
        found += [(file, say, f"{key}{ANYTHING}") for key in re.findall(r"say\('([\w.]+)' ~", text)]
    return found


def test_every_text_that_the_code_asks_for_exists() -> None:
    assert len(requests()) > 300
    for file, words, key in requests():
        if file == ROOT / "foundation/language/text.py":
            continue  # headers are asked of the room whose table it is
        assert any(map(pattern(key).fullmatch, known(words))), f"{file}: {key!r}"


def underscored(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_")


@cache
def corpus() -> tuple[str, str]:
    """All that the product's files hold besides its words: as it is, and with one underscore between words."""
    files = [f for floor in (*FLOORS, "model") for f in (ROOT / floor).rglob("*") if f.suffix in (".py", ".csv", ".j2")]
    files += [file for floor in FLOORS for file in (ROOT / floor).rglob("*.toml") if file.name != FILE]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return text, f"_{underscored(text)}_"


@cache
def whole_sections() -> frozenset[str]:
    """Sections that the code goes through key by key (``label.own["barrier"]``)."""
    return frozenset(re.findall(r'\.own\["(\w+)"\]', corpus()[0]))


def wanted(key: str) -> bool:
    """Whether something asks for the key by name, or for its section with a name that occurs in code or data."""
    text, tokens = corpus()
    if own := [kind for kind in KINDS if key.endswith(f"_{kind}")]:  # a report takes it in place of the other
        return wanted(key.removesuffix(f"_{own[0]}"))
    if key in NAMED_AT_RUN_TIME or key.partition(".")[0] in whole_sections():
        return True
    for _, _, asking in requests():
        found = pattern(asking).fullmatch(key)
        if found and all(f"_{underscored(part)}_" in tokens for part in found.groups()):
            return True
    return bool(re.search(rf"[\"']{re.escape(key)}[\"']", text))


@pytest.mark.parametrize("file", [f for f in FILES if f != OF_LEVERS], ids=lambda f: str(f.parent.relative_to(ROOT)))
def test_every_text_is_asked_for(file: Path) -> None:
    assert [key for key, _ in leaves(read(file)) if not wanted(key)] == []


def test_a_text_that_nobody_asks_for_is_found() -> None:
    assert wanted("common.quick")
    assert not wanted("common.no_such_thing_anywhere")
    assert not wanted("column.no_such_thing_anywhere")


def test_foundation_has_no_word_of_the_service() -> None:
    for file in FILES:
        if file.is_relative_to(ROOT / "foundation"):
            assert not re.search(r"Mon espace|santé|profil|strateg|stratég|doctor|médecin", file.read_text("utf-8"))
