"""The guides as a site (``make site``): Sphinx reads them where they stand, so that links between them are as in the
checkout, and a broken one fails; the reference of ``import mes`` is made of its docstrings."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

project, author, language = "mes", "the mes authors", "en"
project_copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
include_patterns = ["README*.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "docs/site/*.md"]
include_patterns += ["calibration/data/SOURCES.md"]
exclude_patterns = [".venv", ".git", "runs", "build", "tests"]
root_doc = "docs/site/index"
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # parts that `mes docs` fills begin a level lower
html_theme, html_title = "furo", "mes"
html_extra_path = ["root"]  # index.html
html_copy_source = html_show_sphinx = False
autodoc_member_order = "bysource"
FOLDER = re.compile(r"\[([^\]]*)\]\((?:\.\./)*[\w/]+/\)")


def without_folders(app: Sphinx, name: str, source: list[str]) -> None:
    """A folder of the checkout is no page: its name stays, the link goes."""
    source[0] = FOLDER.sub(r"\1", source[0])


def in_its_language(app: Sphinx, page: str, template: str, context: dict[str, object], tree: object) -> None:
    """So that French pages are read aloud as French."""
    if page.endswith(".fr"):
        context["language"] = "fr"


def setup(app: Sphinx) -> None:
    app.connect("source-read", without_folders)
    app.connect("html-page-context", in_its_language)
