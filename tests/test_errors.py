"""Every error that the product can show has a French text with the same values, and is recognised by it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from importlib import import_module
from pathlib import Path

import pytest

from foundation.errors import Problem
from foundation.language.numbers import agreed
from foundation.language.text import ERRORS, TO_TYPE, Template, french, in_language
from tests.test_words import FLOORS, MODULES, ROOT, SPACES

RAISED = {
    "UserError", "RunFailedError", "StorageError", "ClusterLostError", "BadParameter", "Problem",
    "Interrupted", "_wrong", "PydanticCustomError", "RefusedError", "refusal",
}  # fmt: skip
VALIDATORS = ("scenarios/lever_schemas", "scenarios/language/schema.py")
"""Where a ``ValueError`` is a message to the author of a scenario."""

CATALOGUES = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob(ERRORS))
VALUES = re.compile(r"\{([^{}]*)\}")

Function = ast.FunctionDef | ast.Module


def written() -> Iterator[tuple[str, str]]:
    """Place and template of every error of the product."""
    for file in MODULES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        scopes = [node for node in ast.walk(tree) if isinstance(node, Function)]
        for scope in scopes:
            validates = str(file.relative_to(ROOT)).startswith(VALIDATORS)
            for call in calls_in(scope, {*RAISED, "ValueError"} if validates else RAISED):
                for template in (*templates(said(call), [scope, tree]), *templates(may_be(call), [scope, tree])):
                    if VALUES.sub("", template).strip(" \n:"):
                        yield f"{file.relative_to(ROOT)}:{call.lineno}", template


def calls_in(scope: ast.AST, names: Set[str] = RAISED) -> Iterator[ast.Call]:
    """Errors made in a function itself, not in functions inside of it."""
    for node in ast.iter_child_nodes(scope):
        own = not isinstance(getattr(node, "func", None), ast.Attribute) or name_of(node.func) != "_wrong"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and name_of(node.func) in names and own:
            yield node
        if not isinstance(node, ast.FunctionDef):
            yield from calls_in(node, names)


def may_be(call: ast.Call) -> ast.expr | None:
    """What a problem says is allowed: words, where it isn't made of names and numbers only."""
    return next((word.value for word in call.keywords if word.arg == "allowed"), None)


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def said(call: ast.Call) -> ast.expr | None:
    named = next((word.value for word in call.keywords if word.arg == "message"), None)
    place = 1 if name_of(call.func) in ("_wrong", "PydanticCustomError", "RefusedError", "refusal") else 0
    return named or (call.args[place] if len(call.args) > place else None)


def templates(node: ast.expr | None, scopes: Sequence[ast.AST]) -> list[str]:
    """What an expression can say: names and functions of the module are followed, anything else is a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = (getattr(part, "value", part) for part in node.values)
        return ["".join(part if isinstance(part, str) else f"{{{ast.unparse(part)}}}" for part in parts)]
    if isinstance(node, ast.IfExp):
        return [*templates(node.body, scopes), *templates(node.orelse, scopes)]
    if isinstance(node, ast.BoolOp):
        return [template for value in node.values for template in templates(value, scopes)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [a + b for a in templates(node.left, scopes) for b in templates(node.right, scopes)]
    if isinstance(node, ast.Dict):
        return [template for value in node.values for template in templates(value, scopes)]
    if isinstance(node, ast.Name):
        return assigned(node.id, scopes) or [f"{{{node.id}}}"]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return returned(node.func.id, scopes) or [f"{{{ast.unparse(node)}}}"]
    if isinstance(node, ast.Call) and name_of(node.func) == "get" and isinstance(node.func.value, ast.Name):  # type: ignore[attr-defined]
        return [*assigned(node.func.value.id, scopes), *templates(node.args[1], scopes)]  # type: ignore[attr-defined]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return assigned(node.value.id, scopes) or [f"{{{ast.unparse(node)}}}"]
    return [f"{{{ast.unparse(node)}}}"] if node else []


def assigned(name: str, scopes: Sequence[ast.AST]) -> list[str]:
    for scope in scopes:
        nodes = [node for node in ast.walk(scope) if isinstance(node, ast.Assign | ast.AnnAssign)]
        values = [value for node in nodes for value in value_of(node, name)]
        if values:
            return [template for value in values for template in templates(value, scopes)]
    return []


def value_of(node: ast.Assign | ast.AnnAssign, name: str) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and target.id == name and node.value is not None:
            yield node.value
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for part, value in zip(target.elts, node.value.elts, strict=True):
                if isinstance(part, ast.Name) and part.id == name:
                    yield value


def returned(name: str, scopes: Sequence[ast.AST]) -> list[str]:
    found = [node for node in ast.walk(scopes[-1]) if isinstance(node, ast.FunctionDef) and node.name == name]
    values = [node.value for function in found for node in ast.walk(function) if isinstance(node, ast.Return)]
    return [template for value in values for template in templates(value, [*found, scopes[-1]])]


def shape(template: str) -> str:
    """A template without the names of its values."""
    return VALUES.sub("{}", template)


def floor(file: Path) -> int:
    return FLOORS.index(file.relative_to(ROOT).parts[0])


@pytest.fixture(scope="module")
def translated() -> dict[str, int]:
    """Shape and lowest floor of every template that has a French text."""
    found: dict[str, int] = {}
    for file in CATALOGUES:
        for english in french(file):
            found[shape(english)] = min(floor(file), found.get(shape(english), len(FLOORS)))
    return found


def lacking(errors: Sequence[tuple[str, str]], translated: dict[str, int]) -> list[str]:
    """Errors that nothing at their floor or below says in French."""
    return [
        f"{place}: {template}"
        for place, template in errors
        if translated.get(shape(template), len(FLOORS)) > floor(ROOT / place.partition(":")[0])
    ]


def test_every_error_has_a_french_text(translated: dict[str, int]) -> None:
    errors = list(written())
    assert len(errors) > 180
    assert lacking(errors, translated) == []


def test_an_error_without_a_french_text_is_found(translated: dict[str, int]) -> None:
    code = 'def f(a):\n    why = "broken" if a else f"late by {a}"\n    raise UserError(f"{a}: quite new, " + why)\n'
    tree = ast.parse(code)
    (call,) = [call for scope in ast.walk(tree) if isinstance(scope, ast.FunctionDef) for call in calls_in(scope)]
    found = templates(said(call), [tree.body[0], tree])
    assert [shape(template) for template in found] == ["{}: quite new, broken", "{}: quite new, late by {}"]
    assert len(lacking([("cli/x.py:3", template) for template in found], translated)) == 2
    below = [("foundation/x.py:1", "--levers: {a} is named twice")]
    assert lacking(below, translated), "said in French on a higher floor only"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_french_texts_have_the_same_values_and_are_typeset(file: Path) -> None:
    for english, text in french(file).items():
        assert sorted(set(VALUES.findall(english))) == sorted(set(VALUES.findall(text))), english
        assert text or not english
        assert not SPACES.search(
            re.sub(r"tcp://\S+|{[^{}]*}|`[^`]*`|'mes\[(?:cluster|netcdf|web)\]'", "x", Template(english, text).french)
        ), text


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_every_message_is_recognised_by_its_own_template(file: Path) -> None:
    (
        import_module("calibration"),
        import_module("planning"),
        import_module("report"),
        import_module("web"),
        import_module("cli"),
    )
    for english, text in french(file).items():
        beside = re.findall(r"(?<=\})\{([^{}]*)\}", english)
        values = {name: "" if name in beside else f"V{place}" for place, name in enumerate(VALUES.findall(english))}
        message, wanted = (filled(template, values) for template in (english, Template(english, text).french))
        assert in_language(message, "fr") == agreed(wanted, "fr")
        assert in_language(message, "en") == message


def filled(template: str, values: Mapping[str, str]) -> str:
    return VALUES.sub(lambda name: values[name[1]], template)


DECIMAL = re.compile(r"\d\.\d|\de[-+]?\d")
"""A number as no French reader writes it."""
AS_TYPED = re.compile(r"`[^`]*`|60e6")
VALUES_SHOWN = ("23.634", "-0.5", "1e-06", "1,234.5")


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_numbers_have_a_decimal_comma_in_french(file: Path) -> None:
    """Those of the text, and those that it is given; what is to be typed in a file stays."""
    import_module("calibration"), import_module("planning"), import_module("report"), import_module("cli")
    for english, text in french(file).items():
        assert not DECIMAL.search(AS_TYPED.sub("", text)), text
        beside = re.findall(r"(?<=\})\{([^{}]*)\}", english)
        for shown in VALUES_SHOWN:
            message = filled(english, {name: "" if name in beside else shown for name in VALUES.findall(english)})
            told = {name: "" if name in beside else "N" for name in VALUES.findall(english)}
            typed = [name for name in TO_TYPE if name in told]
            said = in_language(message, "fr")
            assert len(DECIMAL.findall(AS_TYPED.sub("", said))) <= len(typed), said


def test_what_is_to_be_typed_keeps_its_point() -> None:
    import_module("scenarios")
    assert in_language("line 3: 0,950 is not TOML; write 0.950", "fr").endswith(
        "0,950 n’est pas du TOML\u202f; écrire 0.950"
    )
    assert in_language("is text; write 0.95, without quotes", "fr").startswith("est du texte\u202f; écrire 0.95,")
    assert "de 0,5 à 10\u202f000" in in_language("a number from 0.5 to 10,000", "fr")


def test_no_french_text_is_left_of_an_error_that_is_gone() -> None:
    there = {shape(text) for file in MODULES for text in strings(file)}
    for file in CATALOGUES:
        ours = tomllib.loads(file.read_text(encoding="utf-8"))["ours"]
        assert [english for english in ours if shape(english) not in there] == []


def strings(file: Path) -> Iterator[str]:
    """Every text in a module, with its values; sums of texts as one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            yield from templates(node, [ast.Module(body=[], type_ignores=[])])
        if isinstance(node, ast.Call) and name_of(node.func) in RAISED:
            yield from templates(said(node), [tree])


def test_what_nobody_has_translated_stays_english() -> None:
    assert in_language("x.toml: a new kind of trouble", "fr") == "x.toml: a new kind of trouble"


def test_messages_in_parts() -> None:
    import_module("cli")
    said = in_language("r: can't be resumed with other settings\n  seed: 1 there, 2 now\n  every: 4 there, 1 now", "fr")
    assert said == (
        "r\u00a0: reprise impossible avec d’autres réglages\n  seed\u00a0: 1 dans le dossier, 2 à présent\n"
        "  every\u00a0: 4 dans le dossier, 1 à présent"
    )
    assert in_language("x.csv: can't be read (Permission denied)", "fr").endswith("(droits insuffisants)")


def test_what_is_allowed_may_begin_with_a_value() -> None:
    days = "2027-01-04 to 2027-12-31 (set by --policy-start and --until)"
    problem = Problem(source="a.toml", key="lever[1].start", message="is after the horizon, 2027-12-31", allowed=days)
    assert "; allowed: 2027-01-04 to" in problem.line("en")
    told = " ".join(problem.line("fr").split())
    assert told.endswith("; valeurs permises : du 2027-01-04 au 2027-12-31 (fixés par --policy-start et --until)"), told
