"""Pictures of a folder: each from the tables its album names, in one process or several, whole at any moment."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from cli import main
from cli.options import Lang, Pictures
from cli.runs import showing
from cli.runs.albums import ALBUMS, RUN, names_of
from cli.runs.showing import Shown, draw, present
from foundation.drawing import album as albums
from foundation.drawing.album import draw_pictures
from foundation.errors import Interrupted, UserError
from foundation.store.manifest import FORMAT
from foundation.store.store import Store
from foundation.store.verification import verify_folder
from scenarios.compare.comparison import comparison_document
from tests.cluster import ROOT
from tests.scenarios import frames as made

Mes = Callable[..., Result]


def manifest(count: int) -> dict[str, Any]:
    """That of a comparison of so many scenarios."""
    about = made.manifest(count)
    scenarios = [{"name": name, "title": title} for name, title in about["titles"].items()]
    return {"format": FORMAT, "command": "compare", **about, "scenarios": scenarios, "files": {}}


def folder_of(path: Path, count: int) -> Store:
    """A finished comparison of made-up results."""
    store = Store.create(path, manifest(count))
    store.finish(made.frames(count, draws=12))
    return store


def drawn(store: Store, names: list[str], processes: int = 1) -> list[Path]:
    told: list[int] = []

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[int], None]]:
        yield told.append
        assert told == list(range(total + 1))

    return draw_pictures(RUN, store, names, ["fr"], processes=processes, progress=progress)


@pytest.mark.parametrize("album", [RUN, *ALBUMS.values()])
def test_albums_name_the_pictures_there_are(album: albums.Album) -> None:
    assert set(album.shows) == set(album.pictures())
    assert set(album.main) <= set(album.shows)


@pytest.mark.slow
def test_all_pictures_in_both_formats(tmp_path: Path) -> None:
    store = folder_of(tmp_path / "r", 3)
    names = names_of(RUN, store.manifest, Pictures.all)
    paths = drawn(store, names)
    expected = [f"{name}.fr.{kind}" for name in RUN.shows for kind in ("png", "svg")]
    assert [path.name for path in paths] == expected
    assert sorted(path.name for path in (tmp_path / "r/pictures").iterdir()) == sorted(expected), "no temporary file"
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths if path.suffix == ".png")
    assert all(b"<svg" in path.read_bytes() for path in paths if path.suffix == ".svg")
    assert not any(b"<dc:date>" in path.read_bytes() for path in paths)


@pytest.mark.slow
def test_processes_give_the_same_bytes(tmp_path: Path) -> None:
    names = ["additional", "cost-effect", "equity", "drivers"]
    one, two = (drawn(folder_of(tmp_path / str(count), 2), names, count) for count in (1, 2))
    digests = [[hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] for paths in (one, two)]
    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 2 * len(names), "negative control: pictures differ"


def test_processes_that_wait_draw_the_same_and_are_ended(tmp_path: Path) -> None:
    serial, store = folder_of(tmp_path / "serial", 4), folder_of(tmp_path / "r", 4)
    names = list(RUN.main)
    drawn(serial, names)
    albums.begin(RUN, 4, 2)
    (pool,) = albums._begun
    albums.begin(RUN, 4, 2)
    assert albums._begun == [pool], "no more wait than are needed"
    processes = list(pool._processes.values())
    paths = drawn(store, names, processes=2)
    assert not albums._begun
    for process in processes:
        process.join(30)
        assert not process.is_alive()
    for path in paths:
        assert path.read_bytes() == (serial.folder / "pictures" / path.name).read_bytes()
    albums.begin(RUN, 1, 2)
    albums.begin(RUN, 11, 1)
    assert not albums._begun, "one process draws as well as this one"


def test_a_table_is_read_once_checked_each_time_and_nobody_spoils_it_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    plain = albums.tables.read
    monkeypatch.setattr(albums.tables, "read", lambda path, most: (read.append(path), plain(path, most))[1])
    store = folder_of(tmp_path / "r", 4)
    sheet = albums._sheet(RUN, store, "equity", "en")
    first = albums._table(sheet, "outcomes")
    first["activated_millions"] = 0.0
    first.loc[0, "draw"] = 99
    assert (albums._table(sheet, "outcomes")["activated_millions"] > 0).all()
    assert 99 not in set(albums._table(sheet, "outcomes")["draw"])
    assert len(read) == 1
    (store.folder / "outcomes.parquet").write_bytes(b"other")
    with pytest.raises(UserError, match="not as the run left it"):
        albums._table(sheet, "outcomes")


def test_a_process_keeps_the_tables_used_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = albums.tables.read
    monkeypatch.setattr(albums.tables, "read", lambda path, most: (read.append(path.stem), plain(path, most))[1])
    monkeypatch.setattr(albums, "_read", {})
    sheet = albums._sheet(RUN, folder_of(tmp_path / "r", 2), "equity", "en")
    for name in ("outcomes", "weekly", "outcomes", "equity", "outcomes", "equity", "weekly"):
        albums._table(sheet, name)
        assert len(albums._read) <= albums.KEPT
    assert read == ["outcomes", "weekly", "equity", "weekly"], "not the outcomes, which pictures go on to show"


def test_a_single_scenario_has_nothing_to_compare() -> None:
    names = names_of(RUN, manifest(1), Pictures.all)
    assert names == ["adoption", "funnel", "age-bands", "digital-gap", "left-behind", "regions", "use", "drivers"]
    assert names_of(RUN, manifest(2), Pictures.main) == list(RUN.main)
    assert names_of(RUN, manifest(2), Pictures.none) == []
    assert "regions" in names_of(RUN, manifest(2), Pictures.all)
    of_one = names_of(RUN, {**manifest(2), "region": "Bretagne"}, Pictures.all)
    assert "regions" not in of_one, "a map of one region says nothing"


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("command", ["effects", "plan", "sensitivity", "forecast", "compare"])
def test_every_command_draws_in_its_language_alone(
    command: str, lang: Lang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``mes plot`` draws the other."""
    store, drawn = folder_of(tmp_path / "r", 2), []
    monkeypatch.setattr(showing, "draw", lambda store, shown, langs: drawn.append(list(langs)))
    shown = Shown(lang=lang, json=True, pictures=Pictures.main, workers=1)
    if command == "compare":
        present(store, shown, lambda frames, manifest: {})
    else:
        showing.present_study(store, shown, ("outcomes",), lambda frames, manifest: {}, lambda *_: None)
        source = inspect.getsource(sys.modules[getattr(main, command).__module__])
        assert source.count("present_study(store, ") == (2 if command in ("effects", "sensitivity") else 1)
    assert drawn == [[lang]]


def test_an_interruption_leaves_a_whole_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, draw_one = folder_of(tmp_path / "r", 2), albums.draw

    def once(sheet: albums.Sheet) -> list[Path]:
        if sheet.name == "cost-effect":
            raise KeyboardInterrupt
        return draw_one(sheet)

    monkeypatch.setattr(albums, "draw", once)
    shown = Shown(lang=Lang.en, json=False, pictures=Pictures.main, workers=1)
    with pytest.raises(Interrupted, match=r"`mes plot .*/r --lang en && mes plot .*/r --lang fr` draws the missing"):
        draw(store, shown, list(Lang))
    assert [path.name for path in (tmp_path / "r/pictures").glob("*.png")] == ["adoption.en.png"]
    assert "pictures/adoption.en.svg" in Store.opened(tmp_path / "r").manifest["files"]
    kinds = {(finding.kind, finding.where) for finding in verify_folder(tmp_path / "r").findings}
    assert not any(where.startswith("pictures/") for _, where in kinds)


def drawn_and_kept(sheet: albums.Sheet) -> list[Path]:
    """Draws, and leaves the others waiting for the word that it is done; one stands half-way."""
    place = sheet.folder / "pictures"
    if sheet.name == "adoption":
        (place / ".half.png.1.tmp").write_bytes(b"")
    else:
        draw_sheet(sheet)
        (sheet.folder / ".drawn").touch()
    time.sleep(600)
    return []


draw_sheet = albums.draw


@pytest.mark.slow
def test_an_interruption_of_processes_seals_what_they_had_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder_of(tmp_path / "r", 2)
    monkeypatch.setattr(albums, "draw", drawn_and_kept)

    def interrupt() -> None:
        while not ((store.folder / ".drawn").exists() and list((store.folder / "pictures").glob(".half*"))):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        drawn(store, ["adoption", "equity", "funnel"], 2)
    assert sorted(path.name for path in (tmp_path / "r/pictures").iterdir()) == ["equity.fr.png", "equity.fr.svg"]
    assert {f"pictures/equity.fr.{kind}" for kind in ("png", "svg")} <= set(
        Store.opened(store.folder).manifest["files"]
    )
    places = {finding.where for finding in verify_folder(store.folder).findings}
    assert not any(where.startswith("pictures/") for where in places)


def test_what_failed_is_told_of_an_interrupted_command_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = folder_of(tmp_path / "r", 2)
    store.note(failures=[{"draw": 3, "error": "spoilt"}])

    def stopped(sheet: albums.Sheet) -> list[Path]:
        raise KeyboardInterrupt

    monkeypatch.setattr(albums, "draw", stopped)
    with pytest.raises(Interrupted):
        present(store, Shown(lang=Lang.en, json=False, pictures=Pictures.main, workers=1), comparison_document)
    assert "3: spoilt" in capsys.readouterr().err


SHOWING = """
import sys
from pathlib import Path
from cli.errors import reported
from cli.options import Lang, Pictures
from cli.runs.showing import Shown, present
from foundation.store.store import Store
from scenarios.compare.comparison import comparison_document

sys.stdin.read()
with reported():
    shown = Shown(lang=Lang.en, json=False, pictures=Pictures.main, workers=1)
    present(Store.opened(Path(sys.argv[1])), shown, comparison_document)
"""


@pytest.mark.slow
def test_a_reader_who_leaves_loses_no_picture(tmp_path: Path) -> None:
    store = folder_of(tmp_path / "r", 2)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", SHOWING, str(store.folder)]
    process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate("", timeout=120)
    assert process.returncode == 0, told
    assert told.startswith("Written to "), told
    assert "BrokenPipe" not in told
    assert len(list((tmp_path / "r/pictures").glob("*.png"))) == len(RUN.main)


@pytest.mark.slow
@pytest.mark.parametrize(("more", "count"), [((), 0), (("--pictures", "main"), 3)])
def test_numbers_of_finished_runs_come_without_pictures(
    mes: Mes, tmp_path: Path, more: tuple[str, ...], count: int
) -> None:
    small = ("--people", "500", "--draws", "2", "--workers", "1", "--out", "r", "--pictures", "none")
    assert mes("compare", "media", *small).exit_code == 0
    result = mes("compare", "./r", "--json", "--out", "both", "--workers", "1", *more)
    assert result.exit_code == 0, result.stderr
    assert len(list(tmp_path.glob("both/pictures/*.png"))) == count


@pytest.mark.parametrize(
    ("command", "said", "unsaid"),
    [
        ("compare", "run folders with --json: none", ""),
        ("run", "[default: all; with --quick: main]", "run folders"),
        ("forecast", "[default: all]", "--quick"),
        ("sensitivity", "[default: all]", "--quick"),
        ("hindcast", "[default: all]", "--quick"),
    ],
)
def test_help_says_which_pictures_are_drawn(mes: Mes, command: str, said: str, unsaid: str) -> None:
    words = " ".join(mes(command, "--help").stdout.split())
    assert said in words
    assert not unsaid or unsaid not in words


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "count"), [("none", 0), ("main", 3)])
def test_as_many_pictures_as_asked(mes: Mes, tmp_path: Path, choice: str, count: int) -> None:
    small = ("--people", "500", "--draws", "2", "--workers", "1", "--out", "r", "--json")
    result = mes("compare", "media", *small, "--pictures", choice)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["people"] == 500
    assert len(list(tmp_path.glob("r/pictures/*.png"))) == count
    assert ("pictures: " in result.stderr) == (count > 0)
    assert mes("verify", "r").exit_code == 0
