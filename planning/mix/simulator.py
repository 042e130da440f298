"""Simulates mixes on a set of draws: in parallel, with what is done kept in the run folder."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from foundation.errors import RunFailedError
from foundation.work.ensemble import run_ensemble
from planning.mix.measures import Measures
from planning.mix.simulate import Answer, Task, simulate
from planning.mix.space import Mixes, Space
from scenarios.draw import Draw
from scenarios.experiment import Experiment
from scenarios.language.schema import Scenario


@dataclass(kw_only=True)
class Simulator:
    """Answers for one set of draws. A draw that fails at its first stage is left out of all; later, nothing may."""

    experiment: Experiment
    space: Space
    draws: list[Draw]
    pool: Executor
    workers: int
    folder: Path | None = None
    """Where answers are kept, so that an interrupted plan goes on from there."""
    tell: Callable[[int], None] = lambda branches: None
    """Told how many branches have been simulated, each time some have."""
    failures: list[dict[str, object]] = field(default_factory=list)
    _begun: bool = False

    def __call__(self, mixes: Mixes, stage: str) -> Measures:
        """Measures of the mixes, draws in order."""
        return measures(self.answers(mixes, stage))

    def answers(self, mixes: Mixes, stage: str, scenarios: Sequence[Scenario] = ()) -> list[Answer]:
        """An answer per draw, in order: rows are the mixes, then the scenarios."""
        return self.each([mixes] * len(self.draws), stage, scenarios)

    def each(self, mixes: Sequence[Mixes], stage: str, scenarios: Sequence[Scenario] = ()) -> list[Answer]:
        """The same with mixes of its own for every draw."""
        tasks = [
            Task(self.experiment, self.space, draw, own, tuple(scenarios))
            for draw, own in zip(self.draws, mixes, strict=True)
        ]
        found = {task.draw.index: answer for task in tasks if (answer := self._kept(task, stage)) is not None}
        for task in tasks:
            if task.draw.index in found:
                self.tell(_branches(task))
        self._simulate([task for task in tasks if task.draw.index not in found], stage, found)
        self._begun = True
        return [found[draw.index] for draw in self.draws]

    def _simulate(self, tasks: list[Task], stage: str, found: dict[int, Answer]) -> None:
        def done(task: Task, answer: Answer) -> None:
            found[task.draw.index] = answer
            self._keep(task, stage, answer)
            self.tell(_branches(task))

        failures = run_ensemble(simulate, tasks, lambda: self.pool, window=2 * self.workers, done=done)
        for failure in failures:
            index = tasks[failure.index].draw.index
            self.failures.append({"draw": index, "error": failure.error, "traceback": failure.traceback})
        if failures and (self._begun or len(failures) == len(self.draws)):
            raise RunFailedError(f"draw {self.failures[-1]['draw']}: {failures[-1].error}")
        lost = {failure["draw"] for failure in self.failures}
        self.draws = [draw for draw in self.draws if draw.index not in lost]

    def _path(self, task: Task, stage: str) -> Path | None:
        if self.folder is None:
            return None
        asked = task.mixes.tobytes() + json.dumps([s.sha256 for s in task.scenarios]).encode()
        digest = hashlib.sha256(asked).hexdigest()[:12]
        return self.folder / f"{stage}-{digest}" / f"draw-{task.draw.index:05d}.npz"

    def _kept(self, task: Task, stage: str) -> Answer | None:
        path = self._path(task, stage)
        return None if path is None or not path.is_file() else read_answer(path)

    def _keep(self, task: Task, stage: str, answer: Answer) -> None:
        if path := self._path(task, stage):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_answer(path, answer)


def _branches(task: Task) -> int:
    return len(task.mixes) + len(task.scenarios)


def measures(answers: Sequence[Answer], rows: slice = slice(None)) -> Measures:
    """What the answers say of the mixes (or of some rows)."""
    plain = {name: np.stack([a.results[name].to_numpy()[1:][rows] for a in answers], axis=1) for name in _PLAIN}
    status_quo = np.array([a.results["activated"].iloc[0] for a in answers])
    return Measures(
        gain=plain["activated"] - status_quo,
        cost=plain["cost"],
        minutes=plain["minutes"],
        lag=np.stack([a.lags[rows] for a in answers], axis=1),
        status_quo=status_quo,
    )


_PLAIN = ("activated", "cost", "minutes")


def write_answer(path: Path, answer: Answer) -> None:
    """One file, in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    columns = {f"cost_{name}": answer.costs[name].to_numpy() for name in answer.costs}
    texts = {name: np.array(values.astype(str), "U") for name, values in columns.items() if values.dtype == object}
    with temporary.open("wb") as file:
        np.savez(
            file,
            draw=answer.draw,
            results=answer.results.to_numpy(np.float64),
            names=np.array(answer.results.columns, "U"),
            shares=answer.shares,
            groups=np.array(answer.groups, "U"),
            **cast(dict[str, Any], {**columns, **texts}),
        )
    os.replace(temporary, path)


def read_answer(path: Path) -> Answer | None:
    """An answer that was kept; ``None`` if the file is not whole."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    costs = {name.removeprefix("cost_"): values for name, values in found.items() if name.startswith("cost_")}
    return Answer(
        draw=int(found["draw"]),
        results=pd.DataFrame(found["results"], columns=[str(name) for name in found["names"]]),
        shares=found["shares"],
        costs=pd.DataFrame({n: v.astype(object) if v.dtype.kind == "U" else v for n, v in costs.items()}),
        groups=tuple((str(a), str(b)) for a, b in found["groups"]),
    )
