"""What the naive reading does: the doctor strategies under three readings of the 57 %, on the same draws.

``mes study readings`` simulates them, ``mes docs`` puts the table into ``docs/readings.md``. Draws were fitted under
``trait``; the other readings are not fitted again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.targets import load_surveyed
from foundation.errors import RunFailedError
from foundation.language.numbers import day, number, typeset, with_interval
from foundation.quantiles import spread
from foundation.store import tables
from foundation.store.atomic import write_text
from foundation.store.reading import read_json
from foundation.work.ensemble import Failure, executor_factory, run_ensemble
from model.terms.structure import Structure
from model.terms.weeks import WEEKS
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, simulate_draw
from scenarios.frames import at
from scenarios.language.files import load_scenario

STRATEGIES = ("doctors-training", "doctors-prompt")
READINGS = Structure.choices()["reading"]
POLICY_START, UNTIL, TARGET = date(2027, 1, 4), date(2027, 12, 31), 40.0
"""As ``mes compare`` has them."""
ROWS, SETTINGS = "added.parquet", "readings.json"
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "head": "Strategy|Reading|Added by the end of 2027, million|Ratio to `trait`|Status quo on {day}, million",
        "note": "{people} people, {draws} draws, seed {seed}: median [5 %; 95 %] over draws, paired draw by draw.",
        "lost": " {lost} draws left out, because they failed under a reading.",
    },
    "fr": {
        "head": "Stratégie|Lecture|Gain fin 2027, en millions|Rapport à `trait`|Statu quo au {day}, en millions",
        "note": "{people} personnes, {draws} tirages, graine {seed} : médiane [5 % ; 95 %] sur les tirages, "
        "appariés un à un.",
        "lost": " {lost} tirages écartés, car ils ont échoué sous l’une des lectures.",
    },
}


@dataclass(frozen=True)
class Task:
    """What a worker is sent: one draw under one reading."""

    reading: str
    experiment: Experiment
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


def simulate(task: Task) -> pd.DataFrame:
    """Added activations and the status quo's stock at the survey, million; a row a strategy."""
    frames = simulate_draw(task.experiment, task.draw)
    weekly, outcomes = frames["weekly"], frames["outcomes"]
    stock = weekly.loc[weekly["scenario"] == REFERENCE, "activated"].to_numpy()
    rows = outcomes.loc[outcomes["scenario"] != REFERENCE, ["scenario", "draw", "additional_millions"]]
    return rows.assign(reading=task.reading, surveyed=at(stock, load_surveyed().day) / 1e6)


def simulate_all(tasks: Sequence[Task], workers: int) -> tuple[pd.DataFrame, tuple[Failure, ...]]:
    """All rows, and the tasks that failed.

    Raises:
        RunFailedError: nothing came through.
    """
    parts: list[pd.DataFrame] = []

    def keep(_: Task, part: pd.DataFrame) -> None:
        parts.append(part)
        print(f"\r{len(parts)}/{len(tasks)} ", end="", file=sys.stderr, flush=True)

    failures = run_ensemble(simulate, tasks, executor_factory(workers), window=2 * workers, done=keep)
    print(file=sys.stderr)
    if not parts:
        raise RunFailedError(f"all {len(failures)} runs failed, the first by {failures[0].error}")
    return pd.concat(parts, ignore_index=True), failures


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
    words, complete = _WORDS[lang], paired(rows)
    draws = complete["draw"].nunique()
    lost = words["lost"].format(lost=settings["draws"] - draws) if draws < settings["draws"] else ""
    people = number(settings["people"], 0, lang)
    note = words["note"].format(people=people, draws=draws, seed=settings["seed"])
    head = words["head"].format(day=day(load_surveyed().day, lang)).split("|")
    lines = [head, ["---"] * len(head), *_lines(complete, lang)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{typeset(note + lost, lang)}\n"


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


def study(folder: Path, *, people: int, draws: int, seed: int, workers: int, draws_file: Path | None = None) -> None:
    """Simulates all readings into ``folder``: ``added.parquet``, and ``readings.json`` at the end.

    Raises:
        UserError: there are fewer draws.
        RunFailedError: nothing came through.
    """
    settings = {"people": people, "draws": draws, "seed": seed}
    experiments = {reading: experiment(reading, **settings) for reading in READINGS}
    drawn = load_draws(draws, path=draws_file, seed=seed)
    tasks = [Task(reading, experiments[reading], draw) for draw in drawn for reading in READINGS]
    folder.mkdir(parents=True, exist_ok=True)
    rows, failures = simulate_all(tasks, workers)
    for failure in failures:
        task = tasks[failure.index]
        print(f"draw {task.draw.index}, {task.reading}: {failure.error}", file=sys.stderr)
    rows.to_parquet(folder / ROWS, compression="zstd")
    write_text(folder / SETTINGS, json.dumps(settings) + "\n")


def markdown(folder: Path, lang: str) -> str:
    """The table of a finished study, for the guide."""
    settings = read_json(folder / SETTINGS)
    return table(tables.read(folder / ROWS), settings, lang)
