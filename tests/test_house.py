"""The shape of the project: rooms, sizes, circles, the seam of types. Each measure is shown to see what it is for."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.guides.architecture import Modules, circles, floors, read_modules, rooms

ROOT = Path(__file__).parents[1]
MOST_IN_A_ROOM, MOST_LINES = 18, 300
MOST_ANY, MOST_MODULES, MOST_CODE = 331, 377, 35_930
"""As many as there are, so that whoever adds one looks for one to take away; raised only with a reason that is said."""
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@pytest.fixture(scope="module")
def modules() -> Modules:
    return read_modules(ROOT, floors(ROOT))


def full_rooms(modules: Modules) -> dict[str, int]:
    """Rooms with more modules than one can take in; their ``__init__`` aside."""
    counts = {room: count - (room in modules) for room, count in rooms(modules).items()}
    return {room: count for room, count in counts.items() if count > MOST_IN_A_ROOM}


def long_files(modules: Modules) -> dict[str, int]:
    """Modules with more lines than one reads at a go."""
    counts = {name: len(module.text.splitlines()) for name, module in modules.items()}
    return {name: count for name, count in counts.items() if count > MOST_LINES}


def lines_with_any(modules: Modules) -> int:
    """Lines that give up on a type, imports aside."""
    lines = (line for module in modules.values() for line in module.text.splitlines())
    return sum("Any" in line for line in lines if not line.startswith(("from", "import")))


def lines_of_code(text: str) -> int:
    """Lines that do something: without docstrings, imports, comments and blanks."""
    used: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT:
            used.update(range(token.start[0], token.end[0] + 1))
    return len(used - set(said_or_imported(ast.parse(text))))


def said_or_imported(tree: ast.Module) -> Iterator[int]:
    """Lines of docstrings and imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            yield from range(first.lineno, (first.end_lineno or first.lineno) + 1)


def test_no_room_is_full(modules: Modules) -> None:
    assert full_rooms(modules) == {}


def test_no_file_is_long(modules: Modules) -> None:
    assert long_files(modules) == {}


def test_there_is_no_circle(modules: Modules) -> None:
    assert circles(modules) == []


def test_types_are_said(modules: Modules) -> None:
    assert lines_with_any(modules) <= MOST_ANY


def test_there_are_not_too_many_modules(modules: Modules) -> None:
    assert len(modules) <= MOST_MODULES


def test_there_is_not_too_much_code(modules: Modules) -> None:
    assert sum(lines_of_code(module.text) for module in modules.values()) <= MOST_CODE


def test_every_room_says_its_question(modules: Modules) -> None:
    found = [module for module in modules.values() if module.is_room]
    assert [module.name for module in found if not ast.get_docstring(ast.parse(module.text))] == []


def made_up(root: Path, files: dict[str, str]) -> Modules:
    """Modules of a house that exists for a test only."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_modules(root, tuple(sorted({name.partition("/")[0] for name in files})))


def test_a_circle_is_seen_inside_functions_too(tmp_path: Path) -> None:
    house = made_up(
        tmp_path,
        {
            "a/__init__.py": "",
            "a/one.py": "from a.two import f\n",
            "a/two.py": "def f():\n    from a import three\n    return three\n",
            "a/three.py": "import a.one\n",
            "a/four.py": "from a.one import g\n",
        },
    )
    assert circles(house) == [["a.one", "a.three", "a.two"]]
    assert circles({name: module for name, module in house.items() if name != "a.three"}) == []


def test_a_full_room_and_a_long_file_are_seen(tmp_path: Path) -> None:
    house = made_up(
        tmp_path,
        {
            "a/__init__.py": "",
            **{f"a/full/m{n}.py": "" for n in range(MOST_IN_A_ROOM + 1)},
            "a/full/__init__.py": "",
            **{f"a/m{n}.py": "" for n in range(MOST_IN_A_ROOM)},
            "b/long.py": "x = 1\n" * (MOST_LINES + 1),
            "b/short.py": "x = 1\n" * MOST_LINES,
        },
    )
    assert full_rooms(house) == {"a.full": MOST_IN_A_ROOM + 1}
    assert long_files(house) == {"b.long": MOST_LINES + 1}


def test_what_counts_as_code(tmp_path: Path) -> None:
    said = '"""Says."""\n\nimport os\nfrom a import (\n    b,\n)\n\n# why\n'
    text = said + 'def f(x):\n    """Says\n    more."""\n    return [\n        x\n    ]\n'
    assert lines_of_code(text) == 4
    house = made_up(tmp_path, {"a/m.py": "from typing import Any\n\nx: Any = 1\ny: dict[str, Any] = {}\n"})
    assert lines_with_any(house) == 2
