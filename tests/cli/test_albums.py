"""Pictures of a folder: each from the tables its album names, in one process or several, whole at any moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from cli.albums import ALBUMS, RUN, names_of
from cli.options import Lang, Pictures
from cli.simulation import Shown, draw
from foundation.drawing import album as albums
from foundation.drawing.album import draw_pictures
from foundation.errors import Interrupted
from foundation.store.manifest import FORMAT
from foundation.store.store import Store
from foundation.store.verification import verify_folder
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


def test_processes_give_the_same_bytes(tmp_path: Path) -> None:
    names = ["additional", "cost-effect", "equity", "drivers"]
    one, two = (drawn(folder_of(tmp_path / str(count), 2), names, count) for count in (1, 2))
    digests = [[hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] for paths in (one, two)]
    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 2 * len(names), "negative control: pictures differ"


def test_a_single_scenario_has_nothing_to_compare() -> None:
    names = names_of(RUN, manifest(1), Pictures.all)
    assert names == ["adoption", "funnel", "age-bands", "digital-gap", "left-behind", "drivers"]
    assert names_of(RUN, manifest(2), Pictures.main) == list(RUN.main)
    assert names_of(RUN, manifest(2), Pictures.none) == []


def test_an_interruption_leaves_a_whole_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, draw_one = folder_of(tmp_path / "r", 2), albums.draw

    def once(sheet: albums.Sheet) -> list[Path]:
        if sheet.name == "cost-effect":
            raise KeyboardInterrupt
        return draw_one(sheet)

    monkeypatch.setattr(albums, "draw", once)
    shown = Shown(lang=Lang.en, json=False, pictures=Pictures.main, workers=1)
    with pytest.raises(Interrupted, match=r"mes plot .*/r` draws the missing pictures"):
        draw(store, shown, [Lang.en])
    assert [path.name for path in (tmp_path / "r/pictures").glob("*.png")] == ["adoption.en.png"]
    assert "pictures/adoption.en.svg" in Store.opened(tmp_path / "r").manifest["files"]
    kinds = {(finding.kind, finding.where) for finding in verify_folder(tmp_path / "r").findings}
    assert not any(where.startswith("pictures/") for _, where in kinds)


@pytest.mark.parametrize(("choice", "count"), [("none", 0), ("main", 3)])
def test_as_many_pictures_as_asked(mes: Mes, tmp_path: Path, choice: str, count: int) -> None:
    small = ("--people", "500", "--draws", "2", "--workers", "1", "--out", "r", "--json")
    result = mes("compare", "media", *small, "--pictures", choice)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["people"] == 500
    assert len(list(tmp_path.glob("r/pictures/*.png"))) == count
    assert ("pictures: " in result.stderr) == (count > 0)
    assert mes("verify", "r").exit_code == 0
