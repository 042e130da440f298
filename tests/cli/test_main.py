"""The command as such."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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


def test_an_unexpected_error_shows_no_traceback(mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("scenarios.language.files.catalogue", broken)
    result = mes("scenarios", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "mes: ZeroDivisionError: oh (MES_DEBUG=1 shows where)\n"
    monkeypatch.setenv("MES_DEBUG", "1")
    assert "Traceback" in mes("scenarios", "list").stderr


def test_an_interrupt_exits_130(mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.language.files.catalogue", interrupted)
    result = mes("scenarios", "list")
    assert (result.exit_code, result.stderr) == (130, "mes: interrupted\n")


PROGRAM = """
import runpy, sys, typer
import cli.main
from cli.errors import reported

def app():
    try:
        with reported():
            exec("raise KeyboardInterrupt")
    except typer.Exit as ended:
        sys.exit(ended.exit_code)

cli.main.app = app
if len(sys.argv) > 1:
    app()
runpy.run_module("cli", run_name="__main__")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupted_exec_does_not_change_the_exit_status(tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "program"]
    codes = [
        subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True).returncode
        for more in ((), ("around our entry point",))
    ]
    assert codes[0] == 130
    assert codes[1] == -signal.SIGINT, "negative control: Python itself ends it by the signal"


DROPPED = """
import os, signal, sys, time, typer
from contextlib import nullcontext
from cli.errors import reported

class Given:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)

try:
    with {block}:
        given = Given()
        del given
        for _ in range(100):
            time.sleep(0.05)
        print("went on")
except typer.Exit as ended:
    sys.exit(ended.exit_code)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("block", "status"), [("reported()", 130), ("nullcontext()", 0)])
def test_an_interrupt_that_python_drops_comes_again(block: str, status: int) -> None:
    """While memory is given back no exception can pass: the second case, Python's own way, is the negative control."""
    program = DROPPED.format(block=block).replace("range(100)", "range(100)" if status else "range(2)")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == status, done.stderr
    assert ("Exception ignored" in done.stderr) is (status == 0)
    assert ("went on" in done.stdout) is (status == 0)


LATE = """
import os, signal
import cli.main
from cli.__main__ import main
class Late:
    def __del__(self, kill=os.kill, me=os.getpid(), interrupt=signal.SIGINT):
        kill(me, interrupt)
late = Late()
cli.main.app = lambda: None
{run}
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("run", "status"), [("main()", 0), ("", -signal.SIGINT)])
def test_an_interrupt_while_python_ends_changes_nothing(run: str, status: int) -> None:
    """All is written by then; the second case, without our entry point, is the negative control."""
    told = subprocess.run([sys.executable, "-c", LATE.format(run=run)], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (status, "")
