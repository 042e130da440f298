"""Whatever goes wrong, finished draws are kept, the rest is named, and a resumed run ends as an undisturbed one."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation.errors import StorageError
from foundation.store import manifest as manifests
from foundation.store import parts
from tests.scenarios import faulty

posix = pytest.mark.skipif(os.name == "nt", reason="signals and mounts of POSIX")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Tables of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "r"
    assert faulty.run(folder)["status"] == "complete"
    return faulty.tables(folder)


@pytest.mark.slow
@posix
def test_a_killed_worker_costs_nothing(tmp_path: Path, whole: dict[str, str]) -> None:
    manifest = faulty.run(tmp_path / "r", workers=2, kills={3: 1})
    assert (tmp_path / "died-3").read_text() == "x"
    assert (manifest["status"], manifest["failures"]) == ("complete", [])
    assert [incident["what"] for incident in manifest["incidents"]] == ["worker lost"]
    assert 3 in manifest["incidents"][0]["draws"]
    assert manifest["executor"] == {"kind": "processes", "workers": 2}
    assert faulty.tables(tmp_path / "r") == whole


@pytest.mark.slow
@posix
def test_a_draw_that_kills_every_worker_is_listed_and_can_be_resumed(tmp_path: Path, whole: dict[str, str]) -> None:
    manifest = faulty.run(tmp_path / "r", workers=2, kills={5: 3}, raises=(8,))
    failures = {failure["draw"]: failure["error"] for failure in manifest["failures"]}
    assert set(failures) == {5, 8}
    assert "killed 3 times" in failures[5]
    assert failures[8] == "ValueError: draw 8 is told to fail"
    assert manifest["status"] == "failed"
    assert faulty.tables(tmp_path / "r") != whole, "negative control: two draws less"
    manifest = faulty.run(tmp_path / "r", resume=True)
    assert (manifest["status"], manifest["failures"]) == ("complete", [])
    assert manifest["resumed"][0]["failures"] == [5, 8]
    assert faulty.tables(tmp_path / "r") == whole


def full_after(monkeypatch: pytest.MonkeyPatch, room: int, *, spare_parts: bool = False) -> None:
    """Writing fails as on a full disk once so many bytes are written; half of the last file is left."""
    write, left = Path.write_bytes, room

    def write_bytes(path: Path, data: Any) -> int:
        nonlocal left
        spared = "manifest" in path.name or (spare_parts and "parts" in path.parts)
        left -= 0 if spared else len(data)
        if left < 0 and not spared:
            write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


@pytest.mark.parametrize(
    ("room", "spare_parts", "kept"), [(100, False, {0}), (200_000, False, {*range(1, 12)}), (100, True, {faulty.DRAWS})]
)
def test_a_full_disk_ends_the_run_at_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    whole: dict[str, str],
    room: int,
    spare_parts: bool,
    kept: set[int],
) -> None:
    folder = tmp_path / "r"
    with monkeypatch.context() as patch:
        full_after(patch, room, spare_parts=spare_parts)
        with pytest.raises(StorageError, match=r"(?s)No space left.*draws are kept; --resume"):
            faulty.run(folder)
    manifest = manifests.read(folder)
    assert manifest["status"] == "failed"
    assert "No space left" in manifest["error"]
    assert faulty.parts_of(folder) in kept
    assert not [*folder.rglob("*.tmp")], "nothing half-written is left"
    assert faulty.run(folder, resume=True)["status"] == "complete"
    assert faulty.tables(folder) == whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB, where the system lets us have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.name == "nt" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting takes the superuser")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path, whole: dict[str, str]) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(100_000))
    with pytest.raises(StorageError, match="No space left"):
        faulty.run(small_disk / "r", workers=2)
    kept = parts.keys(small_disk / "r")
    assert 0 < len(kept) < faulty.DRAWS
    assert not any(parts.damage(small_disk / "r", draw) for draw in kept)
    moved = tmp_path / "roomier"
    subprocess.run(["cp", "-r", str(small_disk / "r"), str(moved)], check=True)
    assert faulty.run(moved, resume=True)["status"] == "complete"
    assert faulty.tables(moved) == whole


@posix
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_a_stopped_run_resumes_to_the_same_tables(tmp_path: Path, whole: dict[str, str], how: str) -> None:
    with faulty.started(tmp_path / "r", "--hold", "4") as process:
        faulty.parts_within(process, tmp_path / "r", 2)
        faulty.interrupt(process, how)
    assert manifests.read(tmp_path / "r")["status"] == ("interrupted" if how == "SIGINT" else "running")
    assert 2 <= len(parts.keys(tmp_path / "r")) < faulty.DRAWS
    assert faulty.run(tmp_path / "r", resume=True)["status"] == "complete"
    assert faulty.tables(tmp_path / "r") == whole


@posix
@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_a_run_can_be_stopped_at_any_moment(tmp_path: Path, whole: dict[str, str], how: str) -> None:
    with faulty.started(tmp_path / "timed") as process:
        faulty.wait_for(faulty.ready(tmp_path / "timed"))
        began = time.monotonic()
        assert process.wait() == 0
    span, rng = time.monotonic() - began, random.Random(how)
    for number in range(20):
        folder = tmp_path / f"r{number}"
        with faulty.started(folder) as process:
            faulty.wait_for(faulty.ready(folder))
            time.sleep(span * rng.random())
            if process.poll() is None:
                (os.killpg if how == "SIGINT" else os.kill)(process.pid, getattr(signal, how))
            said = process.communicate(timeout=faulty.PATIENCE)
            # A program that has done all and leaves can't answer a signal: it ends as any other does.
            late = process.returncode == -signal.SIGINT and manifests.read(folder)["status"] == "complete"
            assert late or process.returncode in (0, 130, -signal.SIGKILL), (process.returncode, said)
        if folder.exists():
            assert faulty.run(folder, resume=True)["status"] == "complete"
            assert faulty.tables(folder) == whole
