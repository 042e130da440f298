"""Every picture of a run with titles that mean something to XML, to mathtext or to a terminal is well-formed XML.

The pictures are those that commands leave, not made-up ones.
"""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

Mes = Callable[..., Result]
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python shows nobody who doesn't ask for them."""
TITLES = {"xml": r"A <b>&amp; \"q\" 'a' ]]> --> <!-- -- </svg> é", "math": r"B $x_{1}$ \\frac{ 50 % %s {0} ^ œ"}
"""Of two scenarios, as written in a file."""
SCENARIO = """
[title]
en = "{title}"
fr = "{title}"
[[lever]]
kind = "letter"
name = "a-b"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of two such scenarios, with all pictures in French, and its report in both languages."""
    place: Path = tmp_path_factory.mktemp("hostile")
    for name, title in TITLES.items():
        (place / f"{name}.toml").write_text(SCENARIO.replace("{title}", title), encoding="utf-8")
    scenarios = [str(place / f"{name}.toml") for name in TITLES]
    small = ("--people", "1000", "--draws", "2", "--workers", "1", "--out", str(place / "r"))
    done("compare", *scenarios, *small, "--lang", "fr", "--pictures", "all")
    for lang in ("en", "fr"):
        done("report", str(place / "r"), "--lang", lang, "--out", str(place / f"{lang}.html"))
    return place


def done(*arguments: str) -> Result:
    from cli.main import app

    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    return result


def test_pictures_of_compare(run: Path) -> None:
    pictures = sorted((run / "r" / "pictures").glob("*.svg"))
    assert len(pictures) > 5
    drawn = [path.read_text(encoding="utf-8") for path in pictures]
    for svg in drawn:
        ET.fromstring(svg)
    assert any("&lt;b&gt;&amp;amp;" in svg or "<!-- A" in svg for svg in drawn), "the titles are in them"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_pictures_of_the_report(run: Path, lang: str) -> None:
    page = (run / f"{lang}.html").read_text(encoding="utf-8")
    found = re.findall(r"<svg\b.*?</svg>", page, re.DOTALL)
    assert len(found) > 3
    for svg in found:
        ET.fromstring(svg)
    assert "<b>&amp; " not in page, "escaped in the page too"
    assert "&lt;b&gt;&amp;amp;" in page


def test_a_title_that_is_not_escaped_would_be_noticed(run: Path) -> None:
    """Negative control."""
    svg = next((run / "r" / "pictures").glob("*.svg")).read_text(encoding="utf-8")
    with pytest.raises(ET.ParseError):
        ET.fromstring(svg.replace("</svg>", "<text>A <b>&</text></svg>"))


@pytest.mark.slow
def test_pictures_of_the_uncertainty(run: Path) -> None:
    small = ("--people", "1000", "--draws", "12", "--workers", "1", "--out", str(run / "u"))
    done("uncertainty", "status-quo", *(str(run / f"{name}.toml") for name in TITLES), *small)
    (picture,) = (run / "u").rglob("*.svg")
    ET.fromstring(picture.read_text(encoding="utf-8"))


def test_characters_without_a_glyph_are_said_once_and_warn_of_nothing(tmp_path: Path) -> None:
    """Of emoji and Chinese; a French title has all its letters."""
    for name, title in (("signs", "Letters 📬 漢字 漢"), ("plain", "Œuvre, où l’été – « là »")):
        (tmp_path / f"{name}.toml").write_text(SCENARIO.replace("{title}", title), encoding="utf-8")
        small = ("--people", "1000", "--draws", "2", "--workers", "1", "--pictures", "main")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            result = done(
                "compare", str(tmp_path / f"{name}.toml"), "status-quo", *small, "--out", str(tmp_path / name)
            )
        assert [str(one.message) for one in told if not issubclass(one.category, UNSEEN)] == []
        assert "Warning" not in result.stderr
        assert result.stderr.count("boxes in their place: 📬 漢 字") == (name == "signs")
        assert ("boxes" in result.stderr) == (name == "signs")
