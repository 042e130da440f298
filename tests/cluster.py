"""A Dask cluster of processes of its own, on this machine: a scheduler and workers that see this code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, place: Path) -> None:
        self.place, self.file, self.processes = place, place / "scheduler.json", []  # type: ignore[var-annotated]
        self.scheduler = self._start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")

    @property
    def address(self) -> str:
        """``tcp://127.0.0.1:PORT``, once the scheduler has written it down."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])
            except (OSError, ValueError):
                time.sleep(0.05)
        raise AssertionError("the scheduler did not start")

    def ready(self, workers: int) -> None:
        """Waits until so many workers have joined."""
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)

    def worker(self, threads: int = 1) -> subprocess.Popen[bytes]:
        """Starts one more worker process."""
        here = ("--local-directory", str(self.place), "--host", "127.0.0.1")
        return self._start("worker", "--nthreads", str(threads), "--no-nanny", "--no-dashboard", *here)

    def _start(self, role: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", role, "--scheduler-file", str(self.file), *more]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        with (self.place / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.place, env=environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process


@contextmanager
def cluster(place: Path, *threads: int) -> Iterator[Cluster]:
    """A running cluster with a worker for each number of threads."""
    running = Cluster(place)
    try:
        assert running.address
        for count in threads:
            running.worker(count)
        if threads:
            running.ready(len(threads))
        yield running
    finally:
        for process in running.processes:
            process.kill()
            process.wait()
