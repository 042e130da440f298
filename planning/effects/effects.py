"""What each channel of the status quo brings: by attribution, and by taking it out of the history.

*Attributed* to a channel are the activations whose last contact came through it. The *effect* of a channel is what is
missing when the status quo is simulated again, from the launch on, without it: people it would have reached may
activate through another channel later, and whom they would have told never hear of it. The two differ, and neither
adds up to the other. Prevalences at launch stay as solved with the channel: the people are the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from foundation.seeds import DECISIONS, POPULATION, derive
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.tasks.bench import Found
from model.terms.inputs import History
from model.terms.outcome import CHANNEL_NAMES, Outcome
from model.terms.parameters import Parameters
from model.terms.weeks import position
from planning.effects import label
from scenarios.compare.study import OfDraws
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw
from scenarios.experiment import Experiment, Settings
from scenarios.frames import at

if TYPE_CHECKING:
    from model.population.population import Population
    from model.world import World

Change = Callable[[Parameters, History], tuple[Parameters, History]]


def _pulls(**values: float) -> Change:
    return lambda p, h: (replace(p, pulls=replace(p.pulls, **values)), h)


REMOVALS: dict[str, Change] = {
    "notice": _pulls(notice=0.0),
    "document": _pulls(document=0.0),
    "doctor": lambda p, h: (replace(p, practice=replace(p.practice, recommendation_rate=0.0, mention_rate=0.0)), h),
    "peer": lambda p, h: (replace(p, word_of_mouth=replace(p.word_of_mouth, tell=0.0)), h),
    "media": _pulls(media=0.0),
    "spontaneous": _pulls(spontaneous=0.0),
    "email": lambda p, h: (p, replace(h, reminders_share=0.0)),
    "guardian": lambda p, h: (replace(p, people=replace(p.people, child_together=0.0)), h),
}
"""Channel of the status quo to how it is taken out; everything else, draws included, stays. Documents go on
to be deposited and to wear down the barrier "no perceived use"; people are merely not led to the site by them."""
FRAMES = ("effects",)


@dataclass(frozen=True)
class Task:
    """What a worker is sent."""

    experiment: Experiment
    draw: Draw


def work(task: Task) -> dict[str, pd.DataFrame]:
    """What is kept of one draw."""
    return {"effects": simulate(task)}


def simulate(task: Task) -> pd.DataFrame:
    """Rows ``draw, channel, day, attributed, effect, activated`` in millions, for the end of the data and the horizon;
    ``activated`` is the whole stock under the status quo."""
    runs = {name: _outcome(task, change) for name, change in {"": _unchanged, **REMOVALS}.items()}
    settings, base = task.experiment.settings, runs[""]
    days = {"data_end": task.experiment.history.data_end, "horizon": settings.until}
    rows = [
        {
            "draw": task.draw.index,
            "channel": channel,
            "day": name,
            "attributed": _attributed(base, channel, position(day)) / 1e6,
            "effect": (at(base.activated, day) - at(runs[channel].activated, day)) / 1e6,
            "activated": at(base.activated, day) / 1e6,
        }
        for channel in REMOVALS
        for name, day in days.items()
    ]
    return pd.DataFrame(rows).astype({"draw": "int32"})


def _unchanged(parameters: Parameters, history: History) -> tuple[Parameters, History]:
    return parameters, history


def _outcome(task: Task, change: Change) -> Outcome:
    """The status quo from the launch to the horizon, changed, on the same people and draws."""
    from model.fast import FastModel

    experiment, settings = task.experiment, task.experiment.settings
    kept = _kept(task)
    parameters, history = change(kept.solved, experiment.history)
    model: World = FastModel(
        kept.people,
        parameters,
        demography=experiment.demography,
        history=history,
        structure=settings.structure,
        seed=derive(settings.seed, task.draw.index, DECISIONS),
        threads=experiment.threads,
    )
    model.advance(settings.last_week)
    return model.outcome()


@dataclass(frozen=True)
class _Kept:
    """What is the same for the nine simulations of a task."""

    of: tuple[Settings, int, Parameters]
    people: Population
    solved: Parameters


_LAST: list[_Kept] = []


def _kept(task: Task) -> _Kept:
    """People and prevalences of a draw, made once for the tasks in a row that need them."""
    of = (task.experiment.settings, task.draw.index, task.draw.parameters)
    if not _LAST or _LAST[0].of != of:
        _LAST[:] = [_Kept(of, _population(task), _solved(task))]
    return _LAST[0]


def _solved(task: Task) -> Parameters:
    from model.prevalence import solve_prevalence

    experiment = task.experiment
    return solve_prevalence(
        task.draw.parameters,
        demography=experiment.demography,
        history=experiment.history,
        structure=experiment.settings.structure,
        surveyed=experiment.surveyed,
    )


def _population(task: Task) -> Population:
    from model.population.building import build_population

    experiment, settings = task.experiment, task.experiment.settings
    seed = derive(settings.seed, task.draw.index, POPULATION)
    return build_population(experiment.demography, people=settings.people, seed=seed, threads=experiment.threads)


def _attributed(outcome: Outcome, channel: str, until: float) -> float:
    """Persons activated through a channel before a position in weeks; within a week in proportion."""
    flow = outcome.activations[:, CHANNEL_NAMES.index(channel)]
    return float(np.interp(until, np.arange(len(flow) + 1), np.concatenate([[0.0], np.cumsum(flow)])))


@dataclass(frozen=True, kw_only=True)
class Effects(OfDraws[Task]):
    """``mes effects`` as a study: each draw without each channel in turn."""

    work = staticmethod(work)

    def code(self) -> Sequence[str]:
        """That of the removals too."""
        return (__name__, *self.modules)

    def about(self) -> Document:
        """Which command's tables these are."""
        return {**super().about(), "effects": {}}

    def expects(self) -> Sequence[str]:
        """The table, for a spreadsheet too, and the document."""
        return ("effects.parquet", "effects.en.csv", "effects.fr.csv", "effects.json")

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        return [Task(self.experiment, draw) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Mapping[str, pd.DataFrame]:
        """Rows of all draws, in order."""
        return {"effects": found.frame("effects")}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """The summary for a spreadsheet, and the document."""
        from planning.effects.pictures import dated, effects_document, summary

        for lang in ("en", "fr"):
            write_csv(dated(summary(frames["effects"]), manifest), folder / f"effects.{lang}.csv", lang, label)
        write_json(folder / "effects.json", effects_document(frames, manifest))
