"""Runs the command line in this process, in an empty folder, apart from the user's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import Markup
from typer.testing import CliRunner, Result

from cli.main import app
from cli.runs import albums
from report.hover import Drawn


@pytest.fixture
def mes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``mes("run", "status-quo")`` gives the result: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("MES_LANG", "MES_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports without curves and crosses, and the first picture of a folder alone: drawing takes most of the time."""
    names = albums.names_of
    monkeypatch.setattr(albums, "names_of", lambda *asked: names(*asked)[:1])
    for name in ("report_adoption", "report_costs"):
        monkeypatch.setattr(f"report.page.{name}", lambda *_: Drawn(Markup('<svg aria-hidden="true"></svg>')))
