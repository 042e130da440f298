"""The notebook runs from top to bottom, shows what it says, and asks nothing of the project but ``import mes``."""

import ast
import time

import nbformat
import pytest

from tests.notebook import code, executed, pictures, read, texts

USED = {"mes", "matplotlib", "pandas", "pathlib", "tempfile"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    began, found = time.perf_counter(), executed(read(), tmp_path_factory.mktemp("notebook"))
    return found, time.perf_counter() - began


def imported(notebook):
    trees = [ast.walk(ast.parse(cell.source)) for cell in code(notebook)]
    nodes = [node for tree in trees for node in tree]
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return {name.partition(".")[0] for name in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_it_gives_what_it_was_shipped_with(run):
    assert texts(run[0]) == texts(read()) != []
    assert pictures(run[0]) == pictures(read())
    assert len(pictures(run[0])) == 2


def test_it_is_quick(run):
    assert run[1] < 60, "15 seconds on a machine that does nothing else"


def test_it_uses_the_surface_alone():
    assert imported(read()) == USED


def test_another_import_and_another_number_are_noticed(tmp_path):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("from cli.main import app\n1 + 1")])
    assert imported(other) == {"cli"}
    other.cells[0].source = "1 + 1"
    assert texts(executed(other, tmp_path)) == ["2"]
