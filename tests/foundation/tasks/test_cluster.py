"""A real Dask cluster gives the bytes of a run in this process, also when it loses workers."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.errors import ClusterLostError, UserError
from foundation.store import manifest as manifests
from foundation.tasks import cluster as clusters
from foundation.tasks.cluster import check_address, cluster_site
from tests.cluster import Cluster, cluster
from tests.scenarios import faulty
from tests.scenarios.made_up import MODULES

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, one of them on two threads."""
    with cluster(tmp_path_factory.mktemp("cluster"), 1, 2) as started:
        yield started


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("serial") / "r"
    faulty.run(folder)
    return faulty.tables(folder)


def test_the_bytes_are_those_of_one_and_of_two_processes(
    tmp_path: Path, running: Cluster, serial: dict[str, str]
) -> None:
    with cluster_site(running.address, MODULES) as site:
        manifest = faulty.run(tmp_path / "dask", site=site)
    assert manifest["status"] == "complete"
    assert manifest["executor"]["kind"] == "dask"
    faulty.run(tmp_path / "two", workers=2)
    assert faulty.tables(tmp_path / "dask") == faulty.tables(tmp_path / "two") == serial


def test_failing_draws_are_listed_and_resumed_elsewhere(
    tmp_path: Path, running: Cluster, serial: dict[str, str]
) -> None:
    with cluster_site(running.address, MODULES) as site:
        manifest = faulty.run(tmp_path / "r", site=site, raises=(4,))
    assert [(f["draw"], f["error"]) for f in manifest["failures"]] == [(4, "ValueError: draw 4 is told to fail")]
    assert faulty.run(tmp_path / "r", resume=True)["status"] == "complete"
    assert faulty.tables(tmp_path / "r") == serial


def test_a_lost_worker_is_replaced_and_noted(tmp_path: Path, running: Cluster, serial: dict[str, str]) -> None:
    third = running.worker()
    running.ready(3)
    with cluster_site(running.address, MODULES) as site:
        killer = threading.Thread(target=_kill_when_busy, args=(third, tmp_path / "r"))
        killer.start()
        manifest = faulty.run(tmp_path / "r", site=site, hold=4)
        killer.join()
    assert third.poll() == -signal.SIGKILL
    assert (manifest["status"], manifest["failures"]) == ("complete", [])
    assert faulty.tables(tmp_path / "r") == serial
    assert "cluster worker lost" in {incident["what"] for incident in manifest["incidents"]}


def _kill_when_busy(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Kills a process of the cluster when it holds a draw that waits (any does, if it is the scheduler), then lets them
    go on. Until a new worker has loaded what it works with, it holds none: others take the first draws alone, and one
    that is killed idle is no loss that is noted."""
    deadline = time.monotonic() + faulty.PATIENCE
    held = "holds-*" if "scheduler" in process.args[3:4] else f"holds-*-{process.pid}"
    while time.monotonic() < deadline and not (faulty.parts_of(folder) >= 4 and any(folder.parent.glob(held))):
        time.sleep(0.01)
    process.kill()
    (folder.parent / "go").touch()


def test_a_draw_that_kills_its_worker_is_computed_by_another(
    tmp_path: Path, running: Cluster, serial: dict[str, str]
) -> None:
    running.worker()
    with cluster_site(running.address, MODULES) as site:
        manifest = faulty.run(tmp_path / "r", site=site, kills={2: 1})
    assert manifest["status"] == "complete"
    assert "cluster worker lost" in {incident["what"] for incident in manifest["incidents"]}
    assert faulty.tables(tmp_path / "r") == serial


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_leaves_the_cluster_and_a_folder_that_resumes(
    tmp_path: Path, running: Cluster, serial: dict[str, str]
) -> None:
    with faulty.started(tmp_path / "r", "--cluster", running.address, "--hold", "4") as process:
        faulty.parts_within(process, tmp_path / "r", 2)
        faulty.interrupt(process, "SIGINT")
    (tmp_path / "go").touch()
    assert manifests.read(tmp_path / "r")["status"] == "interrupted"
    with cluster_site(running.address, MODULES) as site:
        assert faulty.run(tmp_path / "r", resume=True, site=site)["status"] == "complete"
    assert faulty.tables(tmp_path / "r") == serial


@pytest.mark.slow
def test_a_lost_scheduler_ends_the_run_which_can_be_resumed(tmp_path: Path, serial: dict[str, str]) -> None:
    (tmp_path / "cluster").mkdir()
    folder = tmp_path / "r"
    with cluster(tmp_path / "cluster", 1) as mortal, cluster_site(mortal.address, MODULES) as site:
        killer = threading.Thread(target=_kill_when_busy, args=(mortal.scheduler, folder))
        killer.start()
        with pytest.raises(ClusterLostError, match=r"(?s)doesn't answer any more.*draws are kept; --resume"):
            faulty.run(folder, site=site, hold=4)
        killer.join()
    assert manifests.read(folder)["status"] == "failed"
    assert 2 <= faulty.parts_of(folder) < faulty.DRAWS
    assert faulty.run(folder, resume=True)["status"] == "complete"
    assert faulty.tables(folder) == serial


def test_workers_with_other_code_are_refused(running: Cluster) -> None:
    with (
        pytest.raises(UserError, match="other code or libraries"),
        cluster_site(running.address, MODULES, code="0" * 16),
    ):
        pass


def test_a_cluster_without_workers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "WORKERS", 1.0)
    with (
        cluster(tmp_path) as empty,
        pytest.raises(UserError, match="has no workers"),
        cluster_site(empty.address, MODULES),
    ):
        pass


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:99999", "http://host:8786", "tcp://a b:1"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="no address of a Dask scheduler"):
        check_address(address)


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:8786", "tls://scheduler.example.org:1", "tcp://[::1]:8786"])
def test_an_address_that_is_one_is_not(address: str) -> None:
    check_address(address)


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://no-such-host.invalid:8786"])
def test_a_cluster_that_does_not_answer_is_an_error_within_seconds(address: str) -> None:
    began = time.monotonic()
    with pytest.raises(UserError, match="no Dask scheduler answers"), cluster_site(address, MODULES):
        pass
    assert time.monotonic() - began < 3 * clusters.CONNECT
