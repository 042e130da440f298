"""The command as such."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from typer.testing import Result

Mes = Callable[..., Result]
HEAVY = ("numpy", "pandas", "numba", "mesa", "matplotlib", "pyarrow", "scipy", "pydantic", "rich")


@pytest.mark.parametrize("command", [(), ("hindcast",), ("run",), ("compare",), ("plot",), ("scenarios",)])
def test_help(mes: Mes, command: tuple[str, ...]) -> None:
    result = mes(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_version(mes: Mes) -> None:
    assert mes("--version").stdout.startswith("mes ")


def test_help_loads_nothing_heavy() -> None:
    code = f"import cli.main, sys; print([m for m in {HEAVY} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_help_is_immediate() -> None:
    """Under 0.4 s; the best of three, because the machine may be busy."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cli.main", "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.4


def test_an_unexpected_error_shows_no_traceback(mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("scenarios.files.catalogue", broken)
    result = mes("scenarios", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "mes: ZeroDivisionError: oh (MES_DEBUG=1 shows where)\n"
    monkeypatch.setenv("MES_DEBUG", "1")
    assert "Traceback" in mes("scenarios", "list").stderr


def test_an_interrupt_exits_130(mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.files.catalogue", interrupted)
    result = mes("scenarios", "list")
    assert (result.exit_code, result.stderr) == (130, "mes: interrupted\n")
