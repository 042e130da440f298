"""``mes verify`` proves the folder of every command: sound as it was left, and one flipped byte is found in each file.

A new command that writes a folder adds a row to ``MAKERS``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.store import Store
from foundation.store.verification import verify_folder
from foundation.study import carry_out
from tests.calibration import studies
from tests.calibration.forecast import made_up as curves
from tests.calibration.region import studies as territories
from tests.planning import folders
from tests.scenarios import faulty


def compare(folder: Path) -> None:
    faulty.run(folder)
    for name in Store.opened(folder).manifest["expects"]:
        if name.endswith(".csv"):
            (folder / name).write_text("a;b\n", encoding="utf-8")
    Store.opened(folder).seal()


def planning(command: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        with folders.hasty():
            carry_out(folders.STUDIES[command](), folder)
        (folder / "pictures").mkdir()
        (folder / "pictures" / "some.en.svg").write_text("<svg/>", encoding="utf-8")
        Store.opened(folder).seal("pictures/")

    return make


def forecast(folder: Path) -> None:
    curves.make(folder)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "forecast.en.svg").write_text("<svg/>", encoding="utf-8")
    Store.opened(folder).seal("pictures/")


def of_a_region(command: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        with territories.hasty():
            carry_out(territories.STUDIES[command](), folder)

    return make


MAKERS: dict[str, Callable[[Path], None]] = {
    "compare": compare,
    "plan": planning("plan"),
    "effects": planning("effects"),
    "sensitivity": planning("sensitivity"),
    "forecast": forecast,
    "calibrate-region": of_a_region("calibrate-region"),
    "regions": of_a_region("regions"),
    **studies.MAKERS,
}
"""Command to what makes a small folder of it, with everything that belongs in it."""


@pytest.fixture(scope="module", params=MAKERS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("every") / request.param
    MAKERS[request.param](place)
    return place


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_it_is_sound_and_says_what_it_is(folder: Path) -> None:
    found = verify_folder(folder)
    assert found.findings == ()
    assert found.manifest["command"] == folder.name
    assert found.files == len(files(folder)) - 1
    assert found.manifest["expects"], "says what it has to hold"
    assert found.manifest["data"], "says what it was made of"


def test_one_flipped_byte_is_found_in_each_file(folder: Path) -> None:
    for path in files(folder):
        content = path.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            # Of the manifest the last byte is the end of its last line; a flipped name in it is a file that lacks.
            whole = path.name == manifests.FILE and at == len(content) - 1
            found = {finding.where for finding in verify_folder(folder).findings}
            place = path.relative_to(folder).as_posix()
            assert whole or (place in found if path.name == manifests.FILE else found == {place})
        path.write_bytes(content)
    assert verify_folder(folder).sound


def test_a_missing_and_an_added_file_are_named(folder: Path, tmp_path: Path) -> None:
    for path in files(folder):
        if path.name != manifests.FILE:
            shutil.move(path, tmp_path / "kept")
            assert [f.kind for f in verify_folder(folder).findings] == ["missing"]
            shutil.move(tmp_path / "kept", path)
    (folder / "more.csv").write_text("a")
    assert [(f.kind, f.where) for f in verify_folder(folder).findings] == [("unlisted", "more.csv")]
    (folder / "more.csv").unlink()


def test_pictures_drawn_again_hide_nothing_else(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    table = next(copy.glob("*.parquet"))
    table.write_bytes(table.read_bytes()[:-1])
    (copy / "pictures").mkdir(exist_ok=True)
    (copy / "pictures" / "other.svg").write_text("<svg/>", encoding="utf-8")
    Store.opened(copy).seal("pictures/")
    assert [(f.kind, f.where) for f in verify_folder(copy).findings] == [("altered", table.name)]


OLD = {
    "format": 2,
    "version": "0.1.0",
    "created": "2026-02-01T10:00:00+00:00",
    "finished": "2026-02-01T10:01:00+00:00",
    "status": "complete",
    "command": "effects",
    "command_line": ["mes", "effects"],
    "people": 1000,
    "draws": 2,
    "seed": 1,
    "structure": {"reading": "trait"},
    "until": "2027-12-31",
    "data_end": "2024-10-07",
    "quick": False,
    "code": "0123456789abcdef",
    "failures": [],
    "resumed": [],
}
"""A manifest made before manifests said on what results depend: no ``depends_on``, ``modules``, ``sealed``."""


def test_an_old_folder_is_still_read_and_verified_but_not_resumed(tmp_path: Path) -> None:
    (tmp_path / "effects.csv").write_text("a;b\n", encoding="utf-8")
    digest = manifests.sha256_of(tmp_path / "effects.csv")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "effects.en.svg").write_text("<svg/>", encoding="utf-8")  # pictures weren't sealed
    manifests.write(tmp_path, {**OLD, "files": {"effects.csv": digest}})
    assert verify_folder(tmp_path).sound
    assert manifests.read(tmp_path)["people"] == 1000
    with pytest.raises(UserError, match="can't be resumed"):
        carry_out(folders.effects(), tmp_path, resume=True)
    (tmp_path / "effects.csv").write_text("a;c\n", encoding="utf-8")
    assert [(f.kind, f.where) for f in verify_folder(tmp_path).findings] == [("altered", "effects.csv")]
    document = json.loads((tmp_path / manifests.FILE).read_text())
    (tmp_path / manifests.FILE).write_text(json.dumps({**document, "people": 1001}))
    assert "manifest_altered" in {finding.kind for finding in verify_folder(tmp_path).findings}
