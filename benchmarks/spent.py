"""Where the time of whole commands goes: the default comparison and a calibration, part by part.

Every compiled function that Python calls is watched by a clock, and so is the search for prevalences, with the compiled
functions that it calls; what else a draw or a run takes is collecting. Each second is counted once, for the innermost
part that it falls into. Seconds are those of the processor, so that what else the machine does hardly matters.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rows import Row, chosen, quantity, table

IMPORTS = {
    "compare": ("cli.main", "cli.runs.simulation", "scenarios.experiment", "model.fast", "model.prevalence", "pandas"),
    "calibrate": ("cli.main", "calibration.posterior.calibrate", "calibration.posterior.ship"),
}
"""Modules that a command loads before its first draw or run."""
PARTS = ("compile", "imports", "load", "kernels", "prevalences", "collecting", "learning", "tables", "pictures")
TITLES = {
    "compile": "compile, once an installation",
    "imports": "imports",
    "load": "load compiled code, first tables",
    "kernels": "kernels: people, weeks, counts",
    "prevalences": "prevalences: solved for each draw or run",
    "collecting": "collecting: from counts to a file",
    "learning": "emulators, walk, evidence",
    "tables": "tables: draws put together, CSV, screen",
    "pictures": "pictures, PNG and SVG",
}
ONCE = "compile"
"""Done beforehand: no part of a command's time."""
HEADS = {"compare": "comparison", "calibrate": "calibration"}


class Clock:
    """Seconds of the processor by part, each counted for the innermost part only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.inside: list[str] = []
        self.since = time.process_time()

    def _charge(self) -> None:
        now = time.process_time()
        if self.inside:
            self.seconds[self.inside[-1]] += now - self.since
        self.since = now

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Counts the block."""
        self._charge()
        self.inside.append(part)
        try:
            yield
        finally:
            self._charge()
            self.inside.pop()

    def watched(self, function: Callable[..., Any], part: str = "kernels") -> Callable[..., Any]:
        """The function, its time counted as that of a part: not that of kernels which prevalences are solved with."""

        @wraps(function)
        def timed(*given: Any, **more: Any) -> Any:
            if self.inside and self.inside[-1] == "prevalences":
                return function(*given, **more)
            with self.on(part):
                return function(*given, **more)

        return timed

    def watch_prevalences(self) -> None:
        """Count the search for prevalences, wherever it is called from."""
        from model.prevalence import solve_prevalence

        watched = self.watched(solve_prevalence, "prevalences")
        for name, module in list(sys.modules.items()):
            if name.startswith(("model", "scenarios", "calibration")) and "solve_prevalence" in vars(module):
                setattr(module, "solve_prevalence", watched)  # noqa: B010

    def watch_kernels(self) -> None:
        """Count all compiled functions of the model that Python calls: once they are loaded, as the compiler can't see
        through the clock."""
        from numba.core.dispatcher import Dispatcher

        for name, module in list(sys.modules.items()):
            for key, value in list(vars(module).items()) if name.startswith("model.") else ():
                if isinstance(value, Dispatcher):
                    setattr(module, key, self.watched(value))


def once(clock: Clock, command: str) -> None:
    """What is done once: compiling, into an empty folder, and loading modules in a process of its own."""
    with TemporaryDirectory() as empty:
        compiled = {**os.environ, "MES_CACHE_DIR": empty}
        clock.seconds["compile"] = of_children([sys.executable, "-m", "calibration.warm"], compiled)
    lines = "\n".join(f"import {name}" for name in IMPORTS[command])
    clock.seconds["imports"] = min(of_children([sys.executable, "-c", lines]) for _ in range(3))


def of_children(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Seconds of the processor of a program and all that it starts."""
    before = os.times()
    subprocess.run(command, env=environment, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def loaded(clock: Clock, work: Callable[[], Any]) -> None:
    """Do a piece of work twice: what the first takes longer is loading. Then watch."""
    began = time.process_time()
    work()
    middle = time.process_time()
    work()
    clock.seconds["load"] = max(0.0, 2 * middle - began - time.process_time())
    clock.watch_kernels()
    clock.watch_prevalences()


def compare(people: int, draws: int, warmed: Callable[[], None], **_: Any) -> Row:
    """``mes compare`` of the whole catalogue in one process."""
    from cli.commands.compare import EVERY
    from cli.options import Lang
    from cli.runs.albums import RUN
    from cli.runs.chosen import choose, with_reference
    from cli.runs.request import Request, experiment_of
    from cli.runs.showing import PRINTED, print_table
    from cli.runs.simulation import study_of
    from foundation.drawing.album import draw_pictures
    from foundation.study import carry_out
    from foundation.tasks.progress import silent
    from scenarios.compare.study import Comparison, looking_on, work
    from scenarios.language.files import catalogue

    clock = Clock()
    once(clock, "compare")
    request = Request(
        command="compare", people=people, draws=draws, seed=1, workers=1, threads=None, out=None, resume=False,
        lang=Lang.en, json=False, quick=False, structure=(), posterior=None,
    )  # fmt: skip
    chosen_ = with_reference([choose(name) for name in catalogue()])
    experiment = looking_on(experiment_of(request, [item.scenario for item in chosen_], EVERY))
    study = study_of(Comparison, experiment, request, {item.scenario.name: item.text for item in chosen_})
    loaded(clock, lambda: work(study.tasks()[0]))
    warmed()

    @contextmanager
    def drawn(total: int, stage: str) -> Iterator[Callable[[int], None]]:
        with clock.on("collecting"):
            yield lambda done: None

    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        with clock.on("tables"):
            store = carry_out(study, Path(folder) / "run", progress=drawn)
            print_table(store.frames(PRINTED), store.manifest, Lang.en)
        with clock.on("pictures"):
            draw_pictures(RUN, store, list(RUN.shows), ["en"], progress=lambda total: silent(total, ""))
    return {"scenarios": len(chosen_), **parts(clock)}


def calibrate(people: int, first: int, wave: int, warmed: Callable[[], None], **_: Any) -> Row:
    """``mes calibrate`` in one process."""
    from calibration.posterior import Effort
    from calibration.posterior import calibrate as posterior
    from calibration.posterior import work as runs
    from calibration.posterior.ship import Provenance, publish
    from calibration.posterior.simulate import prior_places, simulate, values_at
    from cli.calibration import Request, problem
    from cli.options import Lang

    clock = Clock()
    once(clock, "calibrate")
    effort = Effort(people=people, first=first, wave=wave)
    request = Request(
        out=Path(), effort=effort, counts=None, until=None, surveys=True, structure=(), workers=1, resume=False,
        netcdf=False, lang=Lang.en, json=False,
    )  # fmt: skip
    case, observed = problem(request)
    values = values_at(prior_places(1, 1))[0]
    loaded(clock, lambda: simulate(case, values, people, 1))
    warmed()

    def filled(*given: Any, **more: Any) -> runs.Bank:
        with clock.on("collecting"):
            return runs.fill(*given, **more)

    setattr(posterior, "fill", filled)  # noqa: B010
    with TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
        calibration = posterior.Calibration(case, observed, effort, Path(folder), 1)
        with clock.on("learning"):
            found = calibration.run()
        with clock.on("tables"):
            publish(calibration, found, Path(folder), Provenance(command="", command_line=[], targets=None))
    return parts(clock)


def parts(clock: Clock) -> Row:
    """Seconds by part."""
    return {f"part: {part}": clock.seconds[part] for part in PARTS if part in clock.seconds}


def section(rows: Sequence[Row]) -> str:
    """Both commands side by side."""
    found = {job: row for job in HEADS for row in chosen(rows, job)}
    if not found:
        return ""
    lines = []
    for part in PARTS:
        if any(f"part: {part}" in row for row in found.values()):
            lines.append([TITLES[part], *(cell for row in found.values() for cell in _cells(row, part))])
    sums = (cell for row in found.values() for cell in (quantity(total(row)), "100 %"))
    lines.append(["**all but compiling**", *sums])
    head = ("part", *(cell for job in found for cell in (f"{HEADS[job]}, s", "share")))
    return f"### Where the time goes\n\n{said(found)}\n\n{table(head, lines)}"


def _cells(row: Row, part: str) -> tuple[str, str]:
    seconds = row.get(f"part: {part}")
    if seconds is None:
        return "–", ""
    return quantity(seconds), "" if part == ONCE else f"{100 * seconds / total(row):.0f} %"


def total(row: Row) -> float:
    """Seconds of the command, once compiled."""
    return sum(float(row[f"part: {part}"]) for part in PARTS if part != ONCE and f"part: {part}" in row)


def said(found: dict[str, Row]) -> str:
    """What was run."""
    whats = []
    if row := found.get("compare"):
        whats.append(f"`mes compare`, {row['people']:,} people × {row['draws']} draws × {row['scenarios']} scenarios")
    if row := found.get("calibrate"):
        whats.append(f"`mes calibrate`, {row['people']:,} people, {row['first']} runs and waves of {row['wave']}")
    return (
        f"{'; '.join(whats)}; each in one process, in seconds of the processor, so that parts add up: on two cores "
        "draws, runs and pictures take half."
    )
