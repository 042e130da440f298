"""The notebook runs from top to bottom, shows what it says, and asks nothing of the project but ``import mes``."""

import ast
import re

import nbformat
import pytest

from model.terms.weeks import START
from tests.notebook import code, executed, pictures, read, texts

USED = {"mes", "matplotlib", "pandas", "pathlib", "tempfile"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return executed(read(), tmp_path_factory.mktemp("notebook"))


def imported(notebook):
    trees = [ast.walk(ast.parse(cell.source)) for cell in code(notebook)]
    nodes = [node for tree in trees for node in tree]
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return {name.partition(".")[0] for name in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_it_gives_what_it_was_shipped_with(run):
    assert texts(run) == texts(read()) != []
    assert pictures(run) == pictures(read())
    assert len(pictures(run)) == 2


def test_its_weeks_begin_when_those_of_the_model_do():
    """Week 0 as the notebook has it: four weeks off, curves would miss the published counts by little."""
    assert [START.isoformat()] == re.findall(
        r'pd\.Timestamp\("(.*?)"\)', "\n".join(cell.source for cell in code(read()))
    )


def test_it_uses_the_surface_alone():
    assert imported(read()) == USED


def test_another_import_and_another_number_are_noticed(tmp_path):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("from cli.main import app\n1 + 1")])
    assert imported(other) == {"cli"}
    other.cells[0].source = "1 + 1"
    assert texts(executed(other, tmp_path)) == ["2"]
