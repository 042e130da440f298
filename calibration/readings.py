"""What the naive reading does: the doctor strategies under three readings of the 57 %, on the same draws.

``python -m calibration.readings`` prints the table of ``docs/readings.md``; with ``--fill docs/readings.md
docs/readings.fr.md`` it also puts it there. Draws were searched under ``trait``; the others are not fitted again.
"""

from __future__ import annotations

import argparse
import os
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
from foundation.errors import RunFailedError, UserError
from foundation.language.numbers import day, number, typeset, with_interval
from foundation.quantiles import spread
from foundation.store.atomic import write_text
from foundation.work.ensemble import Failure, executor_factory, run_ensemble
from model.terms.structure import Structure
from model.terms.weeks import WEEKS
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, simulate_draw
from scenarios.frames import at
from scenarios.language.files import load_scenario

STRATEGIES = ("doctors-training", "doctors-prompt")
READINGS = Structure.choices()["reading"]
POLICY_START, UNTIL, TARGET = date(2026, 1, 5), date(2027, 12, 31), 40.0
"""As ``mes compare`` has them."""
MARKS = "<!-- readings -->", "<!-- /readings -->"
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


def fill(path: Path, text: str, marks: tuple[str, str] = MARKS) -> None:
    """Put a table between the marks of a guide.

    Raises:
        UserError: the file can't be read or lacks the marks.
    """
    try:
        old = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read ({error})") from None
    before, first, rest = old.partition(marks[0])
    _, last, after = rest.partition(marks[1])
    if not (first and last):
        raise UserError(f"{path}: no {marks[0]} … {marks[1]} to put the table between")
    write_text(path, f"{before}{first}\n{text}{last}{after}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    options = _options(arguments)
    settings = {"people": options.people, "draws": options.draws, "seed": options.seed}
    try:
        experiments = {reading: experiment(reading, **settings) for reading in READINGS}
        draws = load_draws(options.draws, path=options.draws_file, seed=options.seed)
        tasks = [Task(reading, experiments[reading], draw) for draw in draws for reading in READINGS]
        rows, failures = simulate_all(tasks, options.workers)
        for failure in failures:
            task = tasks[failure.index]
            print(f"draw {task.draw.index}, {task.reading}: {failure.error}", file=sys.stderr)
        print(table(rows, settings, options.lang), end="")
        for path in options.fill:
            fill(path, table(rows, settings, "fr" if path.name.endswith(".fr.md") else "en"))
    except (UserError, RunFailedError) as error:
        print(f"readings: {error}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UserError) else 1) from None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m calibration.readings", description=__doc__)
    parser.add_argument("--people", type=_positive, default=50_000, help="simulated people")
    parser.add_argument("--draws", type=_positive, default=100)
    parser.add_argument("--seed", type=_positive, default=1)
    parser.add_argument("--workers", type=_positive, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--draws-file", type=Path, help="instead of the shipped draws")
    parser.add_argument("--lang", choices=tuple(_WORDS), default="en")
    parser.add_argument("--fill", type=Path, nargs="+", default=[], metavar="GUIDE", help="guides to put the table in")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r}; needed a whole number, 1 or more")
    return int(text)


if __name__ == "__main__":
    main()
