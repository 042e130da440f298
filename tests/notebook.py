"""The notebook, executed in a kernel as Jupyter does; ``python -m tests.notebook`` ships it with its outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "docs/notebook.ipynb"


def executed(notebook: nbformat.NotebookNode, place: Path) -> nbformat.NotebookNode:
    """Run from top to bottom in ``place``; progress (stderr) is left out, it tells times."""
    where = {"metadata": {"path": str(place)}}
    NotebookClient(notebook, timeout=300, record_timing=False, resources=where).execute()
    notebook.metadata["language_info"] = {"name": "python"}  # not the version at hand
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def read() -> nbformat.NotebookNode:
    """As it is shipped."""
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Its cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """What is printed, cell by cell, without pictures."""
    shown = [output for cell in code(notebook) for output in cell.outputs if "image/png" not in output.get("data", {})]
    return [output["data"]["text/plain"] if "data" in output else output["text"] for output in shown]


def pictures(notebook: nbformat.NotebookNode) -> list[int]:
    """Numbers of the cells that draw."""
    return [
        number
        for number, cell in enumerate(code(notebook))
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
    ]


if __name__ == "__main__":
    nbformat.write(executed(read(), NOTEBOOK.parent), NOTEBOOK)
