"""Folders of strangers, finished and not: each file damaged in each way, manifests of every shape, every reader."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.commands.folders import _finished
from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.store.reading import as_left
from foundation.store.store import Store
from foundation.store.verification import verify_folder
from scenarios.compare.comparison import comparison_document, load
from tests.hostile import judge
from tests.scenarios import faulty


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run."""
    folder: Path = tmp_path_factory.mktemp("finished") / "run"
    faulty.run(folder)
    return folder


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of which a draw failed: all its parts are there."""
    folder: Path = tmp_path_factory.mktemp("begun") / "run"
    faulty.run(folder, raises=(11,))
    return folder


def shown(folder: Path) -> dict[str, Any]:
    """What ``mes compare FOLDER --json`` prints, but for what is only handed on."""
    with as_left(folder):
        manifest, frames = load(folder)
        found = comparison_document(frames, manifest)
    return {key: value for key, value in found.items() if key not in HANDED_ON}


def drawn(folder: Path) -> str:
    """What ``mes plot`` looks at before it draws."""
    with as_left(folder):
        return str(_finished(folder).manifest["until"])


HANDED_ON = ("command_line", "version", "averaged", "drivers", "structure", "engine", "differences", "failed_draws")
"""Of the manifest, shown as it stands; it enters no number."""
READERS: dict[str, Callable[[Path], Any]] = {"compare": shown, "plot": drawn}
NAMES = ("manifest.json", *(f"{name}.parquet" for name in ("outcomes", "weekly", "groups", "equity", "costs")))


@pytest.mark.parametrize("fault", judge.FILE_FAULTS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reader", READERS)
def test_damaged_files(reader: str, name: str, fault: str, finished: Path, tmp_path: Path) -> None:
    copy = judge.copied(finished, tmp_path)
    judge.FILE_FAULTS[fault](copy / name)
    message = judge.owed(lambda: READERS[reader](copy), "nothing will do", copy)
    assert name in message
    assert proved(copy, name)


def proved(folder: Path, name: str) -> bool:
    """Whether ``mes verify`` finds it out too."""
    try:
        found = verify_folder(folder).findings
    except Exception as error:
        return bool(judge.owed(lambda: verify_folder(folder), None, folder)) and bool(error)
    return any(name in finding.where for finding in found)


VALUES: dict[str, Any] = {
    "gone": None,
    "null": "null",
    "text": '"\\u001b[31mred"',
    "number": "-1",
    "list": '[{"name": 3}]',
    "table": '{"a": {"b": 1}}',
    "nan": "NaN",
    "huge": "1e999",
}
KEYS = (
    "command", "people", "draws", "seed", "engine", "structure", "policy_start", "until", "target_millions", "quick",
    "scenarios", "data_end", "draws_file", "draws_sha256", "files", "failures", "status", "continued", "courses",
    "counts", "left_out", "stock_targets", "depends_on", "resumed", "sealed", "expects", "data",
)  # fmt: skip


def rewritten(folder: Path, key: str, value: str | None, *, sealed: bool) -> None:
    """The manifest with one value replaced by a text of JSON; with ``sealed`` its hash is computed anew."""
    document = json.loads((folder / manifests.FILE).read_text())
    document.pop(key, None)
    if value is not None:
        document[key] = f"@{key}@"
    if sealed and value not in ("NaN", "1e999"):
        plain = {k: json.loads(value) if k == key and value else v for k, v in document.items()}
        document[manifests.OWN_HASH] = manifests.own_hash(plain)
    text = json.dumps(document, ensure_ascii=False)
    (folder / manifests.FILE).write_text(text.replace(f'"@{key}@"', value or ""))


@pytest.fixture(scope="module")
def whole(finished: Path) -> dict[str, Any]:
    return {name: reader(finished) for name, reader in READERS.items()}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_manifests_of_every_shape(key: str, value: str, finished: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    """Hashes that agree: the reader says what is wrong, or what it shows rests on other values."""
    folder = linked_copy(finished, tmp_path)
    rewritten(folder, key, VALUES[value], sealed=True)
    message = judge.owed(lambda: shown(folder), whole["compare"], folder)
    assert "\x1b" not in message or value == "text"
    judge.owed(lambda: drawn(folder), whole["plot"], folder)
    judge.owed(lambda: bool(verify(folder)), True, folder)


def verify(folder: Path) -> Any:
    with as_left(folder):
        return verify_folder(folder)


@pytest.mark.parametrize("key", KEYS)
def test_edited_manifests(key: str, finished: Path, tmp_path: Path) -> None:
    folder = linked_copy(finished, tmp_path)
    rewritten(folder, key, '"other"', sealed=False)
    for reader in READERS.values():
        judge.owed(lambda reader=reader: reader(folder), "nothing will do", folder)


def linked_copy(folder: Path, into: Path) -> Path:
    """A copy whose tables are the same files: only the manifest is written anew."""
    place = into / folder.name
    place.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (place / path.name).hardlink_to(path)
    (place / manifests.FILE).unlink()
    (place / manifests.FILE).write_bytes((folder / manifests.FILE).read_bytes())
    return place


def resumed(folder: Path) -> dict[str, str]:
    faulty.run(folder, resume=True)
    return faulty.tables(folder)


def part(folder: Path, key: str = "draw-00003") -> Path:
    return folder / parts.PARTS / key


def renamed(folder: Path) -> None:
    """A part of the same run under another draw's number."""
    shutil.rmtree(part(folder, "draw-00005"))
    shutil.copytree(part(folder), part(folder, "draw-00005"))


def swapped(folder: Path) -> None:
    """Files of two draws exchanged."""
    one, other = part(folder) / "outcomes.parquet", part(folder, "draw-00004") / "outcomes.parquet"
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b), other.write_bytes(a)


def more(name: str) -> Callable[[Path], None]:
    def add(folder: Path) -> None:
        shutil.copytree(part(folder), part(folder, name))

    return add


def unknown_question(folder: Path) -> None:
    path = part(folder) / parts.SEAL
    path.write_text(json.dumps({**json.loads(path.read_text()), "run": "other"}))


def filed(folder: Path) -> None:
    shutil.rmtree(folder / parts.PARTS)
    (folder / parts.PARTS).touch()


PART_FAULTS: dict[str, Callable[[Path], None]] = {
    **{f"{name}: {fault}": lambda folder, name=name, fault=fault: judge.FILE_FAULTS[fault](part(folder) / name)
       for name in (parts.SEAL, "outcomes.parquet") for fault in judge.FILE_FAULTS},
    "copied under another number": renamed,
    "files of two draws exchanged": swapped,
    "another question": unknown_question,
    "an extra part": more("draw-00099"),
    "a part of an odd name": more("draw 3\x1b[31m"),
    "a name that isn't UTF-8": more("draw-\udcff"),
    "parts is a file": filed,
}  # fmt: skip


@pytest.mark.parametrize("fault", PART_FAULTS)
def test_damaged_parts(fault: str, begun: Path, finished: Path, tmp_path: Path) -> None:
    copy = judge.copied(begun, tmp_path)
    PART_FAULTS[fault](copy)
    judge.owed(lambda: resumed(copy), faulty.tables(finished), copy)


def test_links_are_not_written_through(begun: Path, finished: Path, tmp_path: Path) -> None:
    copy, theirs = judge.copied(begun, tmp_path), tmp_path / "theirs"
    (copy / parts.PARTS).rename(theirs)
    (copy / parts.PARTS).symlink_to(theirs)
    before = sorted(path.name for path in theirs.iterdir())
    assert "is a link" in judge.owed(lambda: resumed(copy), None, copy / parts.PARTS)
    assert sorted(path.name for path in theirs.iterdir()) == before


def test_pictures_are_not_drawn_through_a_link(finished: Path, tmp_path: Path) -> None:
    from contextlib import nullcontext

    from cli.runs.albums import RUN
    from foundation.drawing.album import draw_pictures

    copy, theirs = judge.copied(finished, tmp_path), tmp_path / "theirs"
    theirs.mkdir()
    (copy / "pictures").symlink_to(theirs)
    store = Store.opened(copy)
    progress: Any = lambda total: nullcontext(lambda done: None)  # noqa: E731
    message = judge.owed(lambda: draw_pictures(RUN, store, ["additional"], ["en"], progress=progress), None, copy)
    assert "is a link" in message
    assert list(theirs.iterdir()) == []


@pytest.mark.parametrize("place", ["/etc/hostname", "../outside.csv", "a/../../outside.csv", "\x00", "x\\..\\y"])
def test_paths_stay_inside(place: str, finished: Path, tmp_path: Path) -> None:
    copy = judge.copied(finished, tmp_path)
    (tmp_path / "outside.csv").write_text("secret")
    document = manifests.read(copy)
    digest = manifests.sha256_of(tmp_path / "outside.csv")
    manifests.write(copy, {**document, "files": {**document["files"], place: digest}})
    assert ("outside", place) in {(finding.kind, finding.where) for finding in verify_folder(copy).findings}
