"""What the naive reading does: the doctor strategies under three readings of the 57 %, on the same draws.

``mes study readings`` simulates them, ``mes docs`` puts the table into ``docs/readings.md``. Draws were fitted under
``trait``; the other readings are not fitted again. A draw that fails under one of them is named, and left out of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration import label
from calibration.draws.files import SHIPPED, load_draws
from calibration.facts.inputs import load_costs, load_demography, load_history, tables_of
from calibration.facts.targets import load_surveyed
from foundation.errors import RunFailedError
from foundation.language.numbers import day, number, typeset, with_interval
from foundation.language.pages import markdown_table
from foundation.quantiles import spread
from foundation.store import tables
from foundation.store.atomic import write_json
from foundation.store.fingerprint import hashes_of
from foundation.store.manifest import FILE, Manifest
from foundation.store.reading import Document, read_json
from foundation.store.store import Store
from foundation.study import Study, carry_out
from foundation.tasks.bench import Found
from foundation.tasks.executors import local_site
from foundation.tasks.progress import Progress, silent
from model.terms.parameters import Structure
from model.terms.weeks import WEEKS
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, simulate_draw
from scenarios.frames import at
from scenarios.language.files import load_scenario

STRATEGIES = ("doctors-training", "doctors-prompt")
READINGS = Structure.choices()["reading"]
POLICY_START, UNTIL, TARGET = date(2027, 1, 4), date(2027, 12, 31), 40.0
"""As ``mes compare`` has them."""
ADDED, SETTINGS = "added", "readings.json"
ROWS = f"{ADDED}.parquet"


@dataclass(frozen=True)
class Task:
    """What a worker is sent: one draw, under all readings."""

    experiments: Mapping[str, Experiment]
    draw: Draw


def experiment(reading: Any, people: int, draws: int, seed: int) -> Experiment:
    """The status quo and the doctor strategies under one reading."""
    return Experiment(
        settings=Settings(
            people=people,
            draws=draws,
            seed=seed,
            policy_start=POLICY_START,
            until=UNTIL,
            target_millions=TARGET,
            structure=Structure(reading=reading),
            every=WEEKS,
        ),
        scenarios=tuple(load_scenario(name) for name in (REFERENCE, *STRATEGIES)),
        demography=load_demography(),
        history=load_history(),
        costs=load_costs(),
        surveyed=load_surveyed(),
    )


def simulate(task: Task) -> dict[str, pd.DataFrame]:
    """Added activations and the status quo's stock at the survey, million; a row a strategy and reading.

    Raises:
        RunFailedError: it failed under a reading, which is named.
    """
    return {ADDED: pd.concat([_under(reading, task) for reading in task.experiments], ignore_index=True)}


def _under(reading: str, task: Task) -> pd.DataFrame:
    try:
        frames = simulate_draw(task.experiments[reading], task.draw)
    except MemoryError:
        raise
    except Exception as error:
        raise RunFailedError(f"reading={reading}: {type(error).__name__}: {error}") from error
    weekly, outcomes = frames["weekly"], frames["outcomes"]
    stock = weekly.loc[weekly["scenario"] == REFERENCE, "activated"].to_numpy()
    rows = outcomes.loc[outcomes["scenario"] != REFERENCE, ["scenario", "draw", "additional_millions"]]
    return rows.assign(reading=reading, surveyed=at(stock, load_surveyed().day) / 1e6)


@dataclass(frozen=True, kw_only=True)
class Readings(Study[Task]):
    """The three readings on the same draws."""

    people: int
    draws: int
    seed: int
    draws_file: Path | None = None
    command = "study readings"
    work = staticmethod(simulate)

    def settings(self) -> dict[str, int]:
        """As ``readings.json`` has them."""
        return {"people": self.people, "draws": self.draws, "seed": self.seed}

    def question(self) -> Document:
        """Settings, and what is simulated."""
        days = {"policy_start": POLICY_START.isoformat(), "until": UNTIL.isoformat(), "target_millions": TARGET}
        return {**self.settings(), **days, "readings": list(READINGS), "strategies": list(STRATEGIES)}

    def inputs(self) -> Mapping[str, str]:
        """The data tables, and the draws."""
        path = self.draws_file or Path(str(SHIPPED / "default.parquet"))
        return {**tables_of("readings"), **hashes_of([path])}

    def expects(self) -> Sequence[str]:
        """The rows and what they are of."""
        return ROWS, SETTINGS

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        experiments = {reading: experiment(reading, **self.settings()) for reading in READINGS}
        drawn = load_draws(self.draws, path=self.draws_file, seed=self.seed)
        return [Task(experiments, draw) for draw in drawn]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Mapping[str, pd.DataFrame]:
        """The rows, by draw."""
        return {ADDED: found.ordered(self.number).frame(ADDED)}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """What the table says of the run."""
        write_json(folder / SETTINGS, self.settings())


def paired(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the draws that came through under every reading, with ``ratio`` to ``trait`` in the same draw (NaN where
    ``trait`` adds nothing)."""
    whole = rows.groupby("draw")["reading"].nunique() == len(READINGS)
    rows = rows[rows["draw"].map(whole)].sort_values(["scenario", "reading", "draw"])
    base = rows[rows["reading"] == "trait"].set_index(["scenario", "draw"])["additional_millions"]
    own = base.reindex(pd.MultiIndex.from_frame(rows[["scenario", "draw"]])).to_numpy()
    added = rows["additional_millions"].to_numpy()
    return rows.assign(ratio=np.divide(added, own, out=np.full(len(own), np.nan), where=own > 0))


def table(rows: pd.DataFrame, settings: Mapping[str, int], lang: str) -> str:
    """Markdown: a row a strategy and reading, and below it what was run."""
    complete = paired(rows)
    draws = complete["draw"].nunique()
    people = number(settings["people"], 0, lang)
    head = label("readings.head", lang, day=day(load_surveyed().day, lang)).split("|")
    note = label("readings.note", lang, people=people, draws=draws, seed=settings["seed"])
    if draws < settings["draws"]:
        note = f"{note} {label('readings.lost', lang, lost=settings['draws'] - draws)}"
    return f"{markdown_table(head, _lines(complete, lang))}\n\n{note}\n"


def _lines(rows: pd.DataFrame, lang: Any) -> Iterable[list[str]]:
    for strategy in STRATEGIES:
        title = typeset(load_scenario(strategy).title(lang), lang)
        for reading in READINGS:
            chosen = rows[(rows["scenario"] == strategy) & (rows["reading"] == reading)]
            cells = [_cell(chosen[column], lang) for column in ("additional_millions", "ratio", "surveyed")]
            yield [title, f"`{reading}`", cells[0], "1" if reading == "trait" else cells[1], cells[2]]


def _cell(values: pd.Series[float], lang: str) -> str:
    found = spread(values)
    return with_interval(found["p05"], found["p50"], found["p95"], lang)


def study(
    folder: Path,
    *,
    people: int,
    draws: int,
    seed: int,
    workers: int,
    draws_file: Path | None = None,
    progress: Progress = silent,
) -> Store:
    """Simulates all readings into ``folder``, or goes on with one begun for the same: ``added.parquet``, and
    ``readings.json``. Draws that failed are in its manifest, whose status then is ``failed``: they are tried again.

    Raises:
        UserError: there are fewer draws, or the folder holds something else.
        RunFailedError: nothing came through.
    """
    asked = Readings(people=people, draws=draws, seed=seed, draws_file=draws_file)
    asked.tasks()
    there = (folder / FILE).exists()
    return carry_out(asked, folder, resume=there, site=local_site(workers), progress=progress)


def markdown(folder: Path, lang: str) -> str:
    """The table of a finished study, for the guide."""
    settings = read_json(folder / SETTINGS)
    return table(tables.read(folder / ROWS), settings, lang)
