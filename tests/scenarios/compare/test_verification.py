"""A folder is proved complete and unaltered; every way of spoiling it is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.store import Store
from foundation.store.verification import Verification, ranges, verify_folder
from scenarios.compare.study import TABLES
from tests.scenarios import faulty


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete folder with tables as ``mes compare`` leaves it."""
    folder = tmp_path_factory.mktemp("original") / "r"
    faulty.run(folder)
    for name in TABLES:
        (folder / name).write_text("a;b\n", encoding="utf-8")
    Store.opened(folder).seal()
    return folder


@pytest.fixture
def finished(tmp_path: Path, original: Path) -> Path:
    """A copy of it to be spoilt."""
    return Path(shutil.copytree(original, tmp_path / "r"))


def interrupted(folder: Path, kept: int) -> Path:
    """A folder in which so many draws are done."""
    store = Store.create(folder, faulty.made_up.manifest(faulty.NAMES, draws=faulty.DRAWS))
    for draw in range(kept):
        store.keep(f"draw-{draw:05d}", faulty.simulate(faulty.Faults(marks=folder), faulty.Number(draw)))
    return folder


def kinds(result: Verification) -> list[tuple[str, str]]:
    return [(finding.kind, finding.where) for finding in result.findings]


def edit(folder: Path, change: Any, *, reseal: bool = False) -> None:
    """Changes the manifest as an editor would; ``reseal`` computes its hash of itself anew."""
    path = folder / manifests.FILE
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    if reseal:
        manifests.write(folder, manifest)
    else:
        path.write_text(json.dumps(manifest), encoding="utf-8")


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_finished_folder_is_sound(finished: Path) -> None:
    result = verify_folder(finished)
    assert (result.findings, result.sound, result.found) == ((), True, faulty.DRAWS)
    assert result.files == len(list(finished.iterdir())) - 1


def test_any_flipped_byte_is_found(finished: Path) -> None:
    for name in [*TABLES, "weekly.parquet", "outcomes.parquet"]:
        size = (finished / name).stat().st_size
        for at in (0, size // 2, size - 1):
            flip(finished / name, at)
            assert kinds(verify_folder(finished)) == [("altered", name)]
            flip(finished / name, at)
    assert verify_folder(finished).sound


def test_a_missing_or_truncated_file_is_named(finished: Path) -> None:
    (finished / "costs.parquet").unlink()
    content = (finished / "weekly.parquet").read_bytes()
    (finished / "weekly.parquet").write_bytes(content[:-10])
    assert sorted(kinds(verify_folder(finished))) == [("altered", "weekly.parquet"), ("missing", "costs.parquet")]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(people=2000),
        lambda m: m.update(draws=11),
        lambda m: m.update(format=7),
        lambda m: m["scenarios"][0].update(text="[[lever]]"),
        lambda m: m["machine"].update(python="2.7"),
        lambda m: m.pop("seed"),
    ],
)
def test_an_edited_manifest_is_noticed(finished: Path, change: Any) -> None:
    edit(finished, change)
    assert ("manifest_altered", manifests.FILE) in kinds(verify_folder(finished))


def test_an_edited_hash_does_not_hide_an_altered_table(finished: Path) -> None:
    flip(finished / "weekly.parquet", 100)
    digest = manifests.sha256_of(finished / "weekly.parquet")
    edit(finished, lambda m: m["files"].update({"weekly.parquet": digest}))
    assert ("manifest_altered", manifests.FILE) in kinds(verify_folder(finished))


def test_a_manifest_that_claims_other_contents_is_refuted_by_the_tables(finished: Path) -> None:
    edit(finished, lambda m: m.update(draws=20), reseal=True)
    assert {kind for kind, _ in kinds(verify_folder(finished))} == {"draws_differ"}
    edit(finished, lambda m: m.update(draws=faulty.DRAWS), reseal=True)
    assert verify_folder(finished).sound
    edit(finished, lambda m: m["scenarios"].pop(), reseal=True)
    assert {kind for kind, _ in kinds(verify_folder(finished))} == {"scenarios_differ"}


def test_a_list_of_files_cannot_be_cut_short(finished: Path) -> None:
    edit(finished, lambda m: m["files"].pop("uses.parquet"), reseal=True)
    assert kinds(verify_folder(finished)) == [("unlisted", "uses.parquet")]


def test_a_manifest_without_hash_of_itself_proves_nothing(finished: Path) -> None:
    edit(finished, lambda m: m.pop(manifests.OWN_HASH))
    assert kinds(verify_folder(finished)) == [("manifest_unsealed", manifests.FILE)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1', "\x00\xff"])
def test_a_truncated_manifest_is_noticed(finished: Path, text: str) -> None:
    (finished / manifests.FILE).write_text(text, encoding="utf-8")
    assert kinds(verify_folder(finished)) == [("manifest_unreadable", manifests.FILE)]


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [1]])
@pytest.mark.parametrize("key", ["files", "failures", "scenarios", "draws", "status", "error"])
def test_no_edit_makes_verification_itself_fail(finished: Path, key: str, value: Any) -> None:
    edit(finished, lambda m: m.update({key: value, "edited": True}))
    assert not verify_folder(finished).sound


def test_failed_draws_are_listed(tmp_path: Path) -> None:
    faulty.run(tmp_path / "r", raises=(2, 7))
    result = verify_folder(tmp_path / "r")
    assert [f.values["draw"] for f in result.findings if f.kind == "draw_failed"] == [2, 7]
    assert {f.kind for f in result.findings} == {"draw_failed", "unlisted"}
    assert result.found == faulty.DRAWS - 2


def test_an_unfinished_folder_says_what_is_missing(tmp_path: Path) -> None:
    folder = interrupted(tmp_path / "r", 3)
    found = verify_folder(folder)
    assert kinds(found) == [("unfinished", manifests.FILE), ("draws_missing", "parts")]
    assert found.findings[1].values == {"count": 9, "draws": 12, "which": "3-11"}
    flip(folder / "parts" / "draw-00001" / "weekly.parquet", 50)
    (folder / "parts" / "draw-00002" / "uses.parquet").unlink()
    assert kinds(verify_folder(folder))[1:3] == [
        ("altered", "parts/draw-00001/weekly.parquet"),
        ("missing", "parts/draw-00002/uses.parquet"),
    ]
    assert verify_folder(folder).found == 1


def test_a_part_of_another_run_is_noticed(tmp_path: Path) -> None:
    folder = interrupted(tmp_path / "r", 2)
    edit(folder, lambda m: m.update(seed=2), reseal=True)
    assert [kind for kind, _ in kinds(verify_folder(folder))] == [
        "unfinished", "foreign_part", "foreign_part", "draws_missing",
    ]  # fmt: skip


def test_what_is_no_run_folder_is_an_error(tmp_path: Path, finished: Path) -> None:
    with pytest.raises(UserError, match="no such run folder"):
        verify_folder(tmp_path / "none")
    with pytest.raises(UserError, match="holds no manifest"):
        verify_folder(tmp_path)
    with pytest.raises(UserError, match="no such run folder"):
        verify_folder(finished / manifests.FILE)
    edit(finished, lambda m: m.update(format=99), reseal=True)
    with pytest.raises(UserError, match="format 99"):
        verify_folder(finished)


def test_a_folder_of_another_command_is_verified_by_its_hashes(tmp_path: Path) -> None:
    (tmp_path / "posterior.parquet").write_bytes(b"PAR1")
    files = {"posterior.parquet": manifests.sha256_of(tmp_path / "posterior.parquet")}
    plain = {"format": manifests.FORMAT, "kind": "calibration", "status": "complete", "draws": 4, "files": files}
    manifests.write(tmp_path, plain)
    assert verify_folder(tmp_path).sound
    (tmp_path / "posterior.parquet").write_bytes(b"PAR2")
    assert kinds(verify_folder(tmp_path)) == [("altered", "posterior.parquet")]


def test_ranges() -> None:
    assert ranges([]) == ""
    assert ranges([0, 1, 2, 4, 7, 8]) == "0-2, 4, 7-8"
