"""Simulation-based calibration: ``mes study sbc --out DIR``.

1. A bank of runs at Sobol places of the prior; those whose figures are nearest to the real ones are the truths
   (``calibration.sbc.methods``).
2. Waves, as of a calibration but shared: each truth says where to simulate, and all learn from all of these runs.
3. Draws for every truth, and what decisions rest on at the truth and at draws (``calibration.sbc.work``).

The folder holds finished work, so that an interrupted command goes on where it was.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.observed import Observed, load_observed
from calibration.facts.priors import FREE, STATUS_QUO
from calibration.facts.targets import load_surveyed
from calibration.posterior.emulator import Emulator, fit_emulator
from calibration.posterior.emulator_file import emulator_path, load_emulator, save_emulator, sizes_of
from calibration.posterior.simulate import Case, case_for, prior_places
from calibration.posterior.work import Bank, Sent, code_of, fill, joined, same_settings
from calibration.sbc.methods import SEGMENT, chosen, near_runs
from calibration.sbc.ranks import DISTANCE, FORECASTS, NAMES, Ranks, ahead
from calibration.sbc.work import (
    FIRST,
    PER_WAVE,
    SEED,
    Task,
    carry_out,
    distances_of,
    finish,
    found_in,
    look,
    places_in,
    ranks_of,
)
from foundation.errors import UserError
from foundation.shapes import Floats
from foundation.store.atomic import held, write_arrays, write_json
from foundation.store.parts import whole
from foundation.store.reading import read_json
from foundation.tasks.progress import adding, progress

LIKELIHOOD = "log likelihood"
LINES = (*FREE, *FORECASTS, *NAMES, DISTANCE, LIKELIHOOD)
DOCUMENT, RANKS = "sbc.json", "ranks.npz"
DISTANCES = "distances"
NEAR = "near/"
"""Before the name of a control in ``RANKS``: of truths near the real figures, the only ones there are."""
SHARED = 1600
"""Runs that lengths and noise are learned from."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked of a study."""

    sims: int = 2048
    """Runs of the prior bank, a power of 2."""
    people: int = 20_000
    """Simulated people of each run."""
    truths: int = 200
    waves: int = 2
    wave: int = 16
    """Runs that each truth adds to the pool in a wave."""
    steps: int = 400
    """Of the chains that give the draws for each truth, a multiple of ``methods.SEGMENT``."""
    workers: int = 1

    def shown(self) -> dict[str, int]:
        """What makes the result, for ``sbc.json``."""
        return {name: value for name, value in asdict(self).items() if name != "workers"}


OPTIONS = ("sims", "people", "truths", "steps")
"""Settings that the command line knows."""


def study(folder: Path, settings: Settings) -> None:
    """Everything that isn't done yet, into ``folder``: ``ranks.npz``, and ``sbc.json`` at the end.

    Raises:
        UserError: the settings can't be met; the folder is of other settings.
    """
    if settings.sims & (settings.sims - 1):
        raise UserError(f"--sims: {settings.sims}; needed a power of 2")
    if settings.truths > settings.sims // 4:
        raise UserError(f"--truths: {settings.truths}; allowed: at most a quarter of --sims, {settings.sims // 4}")
    if settings.steps % SEGMENT:
        raise UserError(f"--steps: {settings.steps}; needed a multiple of {SEGMENT}")
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        question = same_settings(folder, {**settings.shown(), "code": code_of(__name__), **tables_of("sbc")})
        Study(folder, settings, *problem(), question).run()


def problem() -> tuple[Case, Observed]:
    """The shipped figures, and what is simulated for them."""
    observed = load_observed()
    history = replace(load_history(), data_end=observed.data_end)
    return case_for(observed, load_demography(), history, load_surveyed()), observed


class Study:
    """One study in a folder."""

    def __init__(self, folder: Path, settings: Settings, case: Case, observed: Observed, question: str = "") -> None:
        self.folder, self.settings, self.case, self.observed = folder, settings, case, observed
        self.question = question
        self.sent = Sent(case)

    def run(self) -> None:
        """Stage by stage."""
        banks = [self._prior()]
        self._choose(banks[0])
        emulator = self._shared(0, banks, None)
        for wave in range(1, self.settings.waves + 1):
            banks.append(self._wave(wave))
            emulator = self._shared(wave, banks, emulator)
        tasks = self._tasks(self.settings.waves)
        missing = [task for task in tasks if not whole(task.file, self.question)]
        with progress(len(tasks), "truths") as tell:
            carry_out(finish, tasks, missing, self.settings.workers, adding(tell))
        found = [found_in(task.file, self.question) for task in tasks]
        save_ranks(self.folder, ranks_of(found), distances_of(found))
        write_json(self.folder / DOCUMENT, self.settings.shown())

    def _tasks(self, stage: int) -> list[Task]:
        given = self.settings
        kept = (given.people, stage, given.steps, self.question)
        return [Task(self.sent, self.observed, self.folder, k, *kept) for k in range(given.truths)]

    def _fill(self, wave: int, places: Floats) -> Bank:
        name = f"simulations, wave {wave} of {self.settings.waves}" if wave else "simulations of the prior"
        with progress(len(places), name) as tell:
            return fill(
                self.case,
                places,
                people=self.settings.people,
                first=FIRST + PER_WAVE * wave,
                folder=self.folder / f"bank-{wave}",
                workers=self.settings.workers,
                done=adding(tell),
                question=self.question,
            )

    def _prior(self) -> Bank:
        return self._fill(0, prior_places(self.settings.sims, SEED))

    def _choose(self, bank: Bank) -> None:
        found = chosen(bank, self.observed, ahead(self.observed.data_end), self.settings.truths, SEED)
        write_arrays(self.folder / "truths.npz", **vars(found))

    def _wave(self, wave: int) -> Bank:
        tasks = self._tasks(wave - 1)
        missing = [task for task in tasks if not whole(task.look_file(wave - 1), self.question)]
        with progress(len(tasks), f"looks, wave {wave} of {self.settings.waves}") as tell:
            carry_out(look, tasks, missing, self.settings.workers, adding(tell))
        looks = [places_in(task.look_file(wave - 1), self.question)[: self.settings.wave] for task in tasks]
        return self._fill(wave, np.concatenate(looks))

    def _shared(self, stage: int, banks: list[Bank], before: Emulator | None) -> Emulator:
        """The pool of a stage, and lengths and noise learned from it."""
        pool, file = joined(banks), emulator_path(self.folder, stage)
        write_arrays(self.folder / f"pool-{stage}.npz", **vars(pool))
        found = load_emulator(file, sizes_of(self.case), self.question) if file.exists() else None
        if found is None:
            rows = near_runs(pool, self.observed, SHARED)
            places, known = pool.places[rows, : len(STATUS_QUO)], before.components if before else None
            stocks, workers = len(self.observed.stocks), self.settings.workers
            with progress(1, "lengths of the emulator") as tell:
                found = fit_emulator(places, pool.outputs[rows], stocks, known, workers)
                tell(1)
            save_emulator(file, found, self.question)
        return found


def save_ranks(folder: Path, ranks: Ranks, distances: Floats) -> None:
    """``ranks.npz`` [truth, line] by control (``near/narrow``; ``near/`` as they are), and ``distances_of``."""
    write_arrays(
        folder / RANKS, **{DISTANCES: distances}, **{f"{NEAR}{control}": found for control, found in ranks.items()}
    )


def read_ranks(folder: Path) -> dict[str, Floats]:
    """What ``save_ranks`` wrote."""
    with np.load(folder / RANKS) as saved:
        return {key.removeprefix(NEAR): saved[key] for key in saved.files if key.startswith(NEAR)}


def read_distances(folder: Path) -> Floats:
    """What ``save_ranks`` wrote.

    Raises:
        UserError: a version before 0.5.0 did.
    """
    with np.load(folder / RANKS) as saved:
        if DISTANCES not in saved.files:
            raise UserError(f"{folder / RANKS}: of an earlier version, without distances; make the study again")
        return np.asarray(saved[DISTANCES])


def markdown(folder: Path) -> str:
    """The page of a finished study."""
    from calibration.sbc.pictures import page_text  # draws, too

    settings = read_json(folder / DOCUMENT)
    usual = Settings().shown()
    told = [f"--{name} {value}" for name, value in settings.items() if name in OPTIONS and value != usual[name]]
    return page_text(
        read_ranks(folder), read_distances(folder), LINES, settings, " ".join(["mes study sbc --out sbc", *told])
    )
