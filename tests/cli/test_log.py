"""The log of a folder, ``--log`` and ``--verbose``: what was done, when, how it ended; no result depends on it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from foundation.store.manifest import read
from foundation.tasks import progress
from foundation.tasks.journal import LOG, Journal, journal

Mes = Callable[..., Result]
RUN = ("run", "media", "--people", "1000", "--draws", "2", "--workers", "1", "--pictures", "none")
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  .+")


def lines(file: Path) -> list[str]:
    found = [line for line in file.read_text("utf-8").splitlines() if line]
    assert all(LINE.fullmatch(line) for line in found)
    return [line.partition("  ")[2] for line in found]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Result]]:
    """Where ``RUN`` was carried out once, and once stopped before its tables, in French; what each said."""
    place, said = tmp_path_factory.mktemp("log"), {}

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(place)
        patched.delenv("MES_LANG", raising=False)
        said["out"] = CliRunner().invoke(app, [*RUN, "--out", "out"])
        patched.setattr("scenarios.compare.study.write_tables", interrupted)
        said["stopped"] = CliRunner().invoke(app, [*RUN, "--out", "stopped", "--lang", "fr"])
    assert [result.exit_code for result in said.values()] == [0, 130]
    return place, said


@pytest.fixture
def out(made: tuple[Path, dict[str, Result]], tmp_path: Path) -> Path:
    """A copy of the finished folder."""
    return Path(shutil.copytree(made[0] / "out", tmp_path / "out"))


@pytest.fixture
def stopped(made: tuple[Path, dict[str, Result]], tmp_path: Path) -> Path:
    """A copy of the one that was stopped."""
    return Path(shutil.copytree(made[0] / "stopped", tmp_path / "stopped"))


def test_a_folder_has_a_log_that_no_manifest_lists(mes: Mes, made: tuple[Path, dict[str, Result]], out: Path) -> None:
    found = lines(out / LOG)
    assert re.fullmatch(re.escape(f"command: mes {' '.join(RUN)} --out out") + r" \(mes \S+, process \d+\)", found[0])
    assert re.match(r"mes \S+, python 3\.\d+, numpy \S+, numba ", found[1])
    assert found[2] == "folder begun"
    assert re.fullmatch(r"draws \(2\): done in [\d.]+ s", found[3])
    assert "tables written and sealed, status complete, failures 0" in found
    assert re.fullmatch(r"ended after [\d.]+ s with exit status 0", found[-1])
    assert LOG not in read(out)["files"]
    assert mes("verify", "out").exit_code == 0
    assert str(made[0]) not in (out / LOG).read_text(), "no path but those that were given"


@pytest.mark.usefixtures("undrawn")
def test_a_log_may_be_altered_or_lost_and_the_folder_is_what_it_was(mes: Mes, out: Path) -> None:
    (out / LOG).write_text("anything\n")
    assert mes("verify", "out").exit_code == 0
    (out / LOG).unlink()
    assert mes("verify", "out").exit_code == 0
    assert mes("plot", "out").exit_code == 0


def test_a_resumed_run_goes_on_with_the_log(mes: Mes, made: tuple[Path, dict[str, Result]], stopped: Path) -> None:
    said = "mes: interrompu\u202f; la même commande avec --resume --out stopped achève le reste"
    assert said in made[1]["stopped"].stderr
    before = lines(stopped / LOG)
    assert before[-1].endswith("code de sortie 130")
    assert before[-2].startswith("interrompu")
    assert mes(*RUN, "--out", "stopped", "--resume").exit_code == 0
    after = lines(stopped / LOG)
    assert after[: len(before)] == before
    assert "folder taken up again, parts there: 2" in after
    assert after[-1].endswith("with exit status 0")
    assert mes("verify", "stopped").exit_code == 0


@pytest.mark.usefixtures("undrawn")
def test_every_command_that_works_in_a_folder_adds_to_its_log(mes: Mes, out: Path) -> None:
    log = out / LOG
    for words in (
        (*RUN, "--out", "out", "--resume"),
        ("plot", "out", "--workers", "1", "--lang", "fr"),
        ("report", "out"),
    ):
        before = log.read_text("utf-8")
        assert mes(*words).exit_code == 0
        after = log.read_text("utf-8")
        assert after.startswith(before + "\n"), "an empty line, and nothing of before is touched"
        first, *_, last = after.removeprefix(before + "\n").splitlines()
        begins = (
            rf"\S+Z  comm(and|ande\u00a0): mes {re.escape(' '.join(words))} \(mes \S+, process(us)? {os.getpid()}\)"
        )
        assert re.fullmatch(begins, first)
        assert re.search(r"(exit status|code de sortie) 0$", last)
    told = lines(log)
    assert "folder complete already: nothing is computed" in told
    assert any(line.startswith("image ") for line in told)
    assert "page report.en.html" in told
    assert mes("verify", "out").exit_code == 0
    kept = log.read_bytes()
    assert mes("report", "out", "--out", "elsewhere.html").exit_code == 0
    assert log.read_bytes() == kept, "a page elsewhere is no work in the folder"


def test_verbose_has_decimal_commas_in_french(mes: Mes) -> None:
    told = mes("report", "nowhere", "--verbose", "--lang", "fr").stderr
    assert re.search(r"mes: \[\d+,\d s\] fini", told)
    mes("report", "nowhere", "--verbose", "--log", "all.txt")
    assert Path("all.txt").read_text("utf-8").count(", numpy ") == 1, "versions once"
    assert not re.search(r"\[\d+\.\d s\]", told)


def test_a_log_in_french_says_how_the_folder_stands_in_french(mes: Mes, stopped: Path) -> None:
    mes(*RUN, "--out", "stopped", "--lang", "fr", "--resume")
    assert "tableaux écrits et scellés, état\u00a0: complet, échecs\u00a0: 0" in lines(stopped / LOG)


def test_no_result_depends_on_the_log(mes: Mes, out: Path, tmp_path: Path) -> None:
    mes(*RUN, "--out", "logged", "--verbose", "--log", "all.txt")
    first, second = (read(folder)["files"] for folder in (out, tmp_path / "logged"))
    assert first == second
    assert "--log all.txt (mes " in lines(tmp_path / "all.txt")[0]


def test_log_is_added_to_and_verbose_says_it_aloud(mes: Mes, tmp_path: Path) -> None:
    for _ in range(2):
        result = mes(*RUN[:-1], "nothing", "--verbose", "--log", "all.txt")
        assert result.exit_code == 2, "a picture of no such name: refused before anything is done"
    assert not (tmp_path / "all.txt").exists()
    for number in (1, 2):
        result = mes("report", "nowhere", "--verbose", "--log", "all.txt")
        assert result.exit_code == 2
        assert re.search(r"mes: \[[\d.]+ s\] mes \S+, python", result.stderr)
        assert re.search(r"mes: \[[\d.]+ s\] ended after [\d.]+ s with exit status 2", result.stderr)
        assert sum(line.startswith("command: mes report nowhere") for line in lines(tmp_path / "all.txt")) == number
    assert "nowhere: not a run folder (it holds no manifest.json)" in lines(tmp_path / "all.txt")


def test_a_log_that_cannot_be_written_to_is_refused_at_once(mes: Mes, tmp_path: Path) -> None:
    result = mes(*RUN, "--out", "out", "--log", "no/such/folder.txt")
    assert (result.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert "--log: no/such/folder.txt can't be written to (No such file or directory)" in result.stderr
    assert mes(*RUN, "--out", "out", "--log", ".").exit_code == 2


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / LOG).symlink_to(tmp_path / "elsewhere.txt")
    own = Journal()
    own.begin("mes", "en", lambda: "versions")
    own.keep_in(tmp_path / "folder")
    own.end(0)
    assert not (tmp_path / "elsewhere.txt").exists()


def test_without_a_command_there_is_no_log(tmp_path: Path) -> None:
    own = Journal()
    own.keep_in(tmp_path)
    own.end(0)
    assert not (tmp_path / LOG).exists()


def test_progress_speaks_french(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(journal, "lang", "fr")
    with progress.progress(2, "tirages") as tell:
        for done in (0, 1, 2):
            tell(done)
    assert re.search(r"tirages\u00a0: 2/2, encore \d+ s", capsys.readouterr().err)


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("name", ["thesis.txt", "out/manifest.json", "out/new.txt", "twice.txt", "link.txt"])
def test_what_is_no_log_is_left_alone(name: str, mes: Mes, tmp_path: Path) -> None:
    """A document, the files of a folder of results, other names of a file."""
    (tmp_path / "thesis.txt").write_text("my thesis")
    (tmp_path / "other.txt").touch()
    os.link(tmp_path / "other.txt", tmp_path / "twice.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "other.txt")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = mes(*RUN, "--out", "second", "--log", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"mes: --log: {name} ")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert mes("verify", "out").exit_code == 0


@pytest.mark.parametrize("how", ["link", "other name", "document"])
def test_a_log_that_is_something_else_is_not_written_to_and_said(
    how: str, mes: Mes, tmp_path: Path, stopped: Path
) -> None:
    log, other = stopped / LOG, tmp_path / "other.txt"
    other.write_text("mine")
    log.unlink()
    {"link": log.symlink_to, "other name": lambda target: os.link(target, log), "document": log.write_bytes}[how](
        b"mine" if how == "document" else other
    )
    result = mes(*RUN, "--out", "stopped", "--resume")
    assert result.exit_code == 0
    assert result.stderr.count("no log is kept") == 1
    assert other.read_text() == "mine"


def test_a_log_goes_on_with_one_of_ours(mes: Mes, tmp_path: Path) -> None:
    for lang in ("fr", "en"):
        assert mes("scenarios", "list", "--lang", lang, "--log", "mine.txt").exit_code in (0, 2)
    for number in (1, 2):
        assert mes(*RUN, "--out", f"out{number}", "--log", "log.txt", "--lang", "fr").exit_code == 0
    assert sum("commande" in line for line in lines(tmp_path / "log.txt")) == 2
