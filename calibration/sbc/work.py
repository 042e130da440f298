"""One truth of the sampler, then the decision quantities of truths and draws.

A decision quantity is what the status quo reaches, or what a strategy adds to it. Lever effects are the medians of
their priors (nothing informs them), apart from those that the status quo shares with levers. All strategies branch from
one history with common random numbers: differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from calibration.draws.files import read_draws
from calibration.facts.observed import Observed
from calibration.facts.priors import EFFECTS, FREE, SHARED, STATUS_QUO, load_priors, to_parameters
from calibration.posterior.emulator import Emulator
from calibration.posterior.emulator_file import (
    Sizes,
    emulator_numbers,
    emulator_path,
    load_emulator,
    refuse_pickled,
    sizes_of,
)
from calibration.posterior.free import places_at
from calibration.posterior.simulate import Case, launched, observe, stock_at
from calibration.posterior.work import Sent, fill
from calibration.sbc.methods import both, figures_at, posterior_given_both, target_of
from calibration.sbc.ranks import controls, place_of_truth, with_distance
from foundation.errors import RunFailedError, UserError
from foundation.shapes import Floats
from foundation.work.ensemble import executor_factory, run_ensemble
from model.terms.weeks import week_of
from scenarios.draw import Draw
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve
from scenarios.language.schema import Scenario

POLICY_START, UNTIL = date(2027, 1, 4), date(2027, 12, 31)
STRATEGIES = ("simplified-signup", "letters-with-code", "doctors-prompt", "mix-inclusive")
NAMES = ("status quo", *(f"gain of {name}" for name in STRATEGIES))
"""The quantities: millions activated at ``UNTIL``, then millions added by each strategy."""


def outputs_and_quantities(case: Case, values: Floats, people: int, seed: int) -> Floats:
    """What ``simulate`` gives, followed by the quantities [output + quantity].

    Raises:
        PrevalenceError: no prevalences at launch give the surveyed ones.
    """
    model = launched(case, values, people, seed)
    outputs = observe(case, model)
    model.advance(week_of(POLICY_START))
    draw, reached = _draw(values), []
    for scenario in _scenarios():
        branch = model.branch(resolve(scenario, draw, policy_start=POLICY_START, until=UNTIL))
        branch.advance(week_of(UNTIL) + 1)
        reached.append(stock_at(branch, UNTIL))
    return np.concatenate([outputs, reached[:1], np.array(reached[1:]) - reached[0]])


def _draw(values: Floats) -> Draw:
    own = dict(zip(STATUS_QUO, map(float, values), strict=False))
    effects = {**_medians(), **{name: own[name] for name in SHARED}}
    return Draw(index=0, parameters=to_parameters(own), effects=effects, cost_uniforms={})


@lru_cache(maxsize=1)
def _medians() -> dict[str, float]:
    priors = load_priors()
    return {name: float(priors[name].quantile(0.5)) for name in EFFECTS}


@lru_cache(maxsize=1)
def _scenarios() -> tuple[Scenario, ...]:
    return tuple(load_scenario(name) for name in ("status-quo", *STRATEGIES))


DRAWS, SAMPLE, PRICED = 100, 3000, 60
"""Draws among which a truth is ranked; further ones that describe the posterior; those with simulated quantities."""
FIRST, SEED = 850_000_000, 23
STARTS = 6000


@dataclass(frozen=True)
class Task:
    """One truth."""

    case: Sent
    observed: Observed
    calibration: Path
    folder: Path
    number: int
    people: int

    @property
    def file(self) -> Path:
        """What it leaves."""
        return self.folder / f"truth-{self.number:03d}.npz"


@lru_cache(maxsize=1)
def loaded(calibration: Path, sizes: Sizes) -> tuple[Emulator, Floats, Floats]:
    """Last emulator, posterior draws [draw, parameter], and places of the walk [place, parameter]."""
    refuse_pickled(calibration)
    numbers = emulator_numbers(calibration)
    walks = sorted(calibration.glob("walk*.npz"), key=lambda file: file.stat().st_mtime)
    emulator = load_emulator(emulator_path(calibration, numbers[-1]), sizes) if numbers else None
    if emulator is None or not walks:
        raise UserError(f"--calibration: {calibration} lacks its emulator or its walk; keep all files of the folder")
    with np.load(walks[-1]) as saved:
        chain = saved["chain"]
    walked = chain[len(chain) // 4 :].reshape(-1, len(FREE))
    values, _ = read_draws(calibration / "posterior.parquet")
    few = np.random.default_rng(SEED).permutation(len(walked))[:STARTS]
    return emulator, places_at(values), walked[few]


def sample_truth(task: Task) -> None:
    """Figures at a truth, draws given them and the real ones, and what is needed for ranks."""
    emulator, draws, walked = loaded(task.calibration, sizes_of(task.case.case))
    truth = draws[np.random.default_rng(SEED).permutation(len(draws))[task.number]]
    figures = figures_at(task.case.case, task.observed, truth, task.people, FIRST + task.number)
    joint = both(target_of(task.observed, emulator, draws), figures)
    saved = task.folder / f"walk-{task.number:03d}.npz"
    found = posterior_given_both(joint, walked, seed=SEED + task.number, saved=saved)
    chosen = np.random.default_rng(task.number).permutation(len(found.places))[: DRAWS + SAMPLE]
    places = found.places[chosen]
    temporary = task.file.with_suffix(".part")
    with temporary.open("wb") as file:
        np.savez(
            file,
            truth=truth,
            draws=places[:DRAWS],
            sample=places[DRAWS:],
            truth_likelihood=joint.parts(truth[None])[1][0],
            likelihoods=joint.parts(places)[1],
            effective=found.effective,
        )
    temporary.replace(task.file)
    saved.unlink(missing_ok=True)


def sampler_ranks(
    case: Case,
    observed: Observed,
    calibration: Path,
    folder: Path,
    *,
    truths: int,
    people: int,
    workers: int,
    tell: Callable[..., Callable[[int], None]],
) -> dict[str, Floats]:
    """Ranks [truth, parameter + quantity + 2] as they are and of the negative controls; the last lines are the distance
    and the log likelihood of the synthetic figures.

    Raises:
        UserError: the calibration has fewer draws, or lacks files.
        RunFailedError: a truth could not be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _, draws, _ = loaded(calibration, sizes_of(case))
    if truths > len(draws):
        raise UserError(f"--sampler-truths {truths}: {calibration} holds {len(draws)} draws")
    sent = Sent(case)
    tasks = [Task(sent, observed, calibration, folder, number, people) for number in range(truths)]
    waiting, done = [task for task in tasks if not task.file.exists()], tell("sampler, truths", truths, adding=True)
    done(truths - len(waiting))
    failures = run_ensemble(
        sample_truth, waiting, executor_factory(workers), window=2 * workers, done=lambda task, _: done(1)
    )
    if failures:
        raise RunFailedError(f"{len(failures)} truths failed, the first by {failures[0].error}")
    found = [dict(np.load(task.file)) for task in tasks]
    priced = np.concatenate([np.vstack([one["truth"], one["draws"][:PRICED]]) for one in found])
    total = tell("sampler, decision quantities", len(priced), adding=True)
    quantities = _quantities(case, priced, folder / "quantities", people, workers, total)
    return _ranks(found, quantities.reshape(truths, -1, len(NAMES)))


def _quantities(
    case: Case, places: Floats, folder: Path, people: int, workers: int, done: Callable[[int], None]
) -> Floats:
    """[place, quantity], each by a run of its own: figures and quantities of a truth share no chance."""
    width = len(case.outputs)
    bank = fill(
        case,
        places,
        people=people,
        first=FIRST + 1_000_000,
        folder=folder,
        workers=workers,
        done=done,
        simulator=outputs_and_quantities,
        width=width + len(NAMES),
    )
    return bank.outputs[:, width:]


def _ranks(found: list[dict[str, Floats]], quantities: Floats) -> dict[str, Floats]:
    """``quantities`` [truth, 1 + draw, quantity]: the truth's own come first; NaN where prevalences can't be had."""
    rng = np.random.default_rng(SEED)
    ranks: dict[str, list[Floats]] = {}
    for one, priced in zip(found, quantities, strict=True):
        places = controls(np.vstack([one["draws"], one["sample"]]))
        likelihoods = controls(one["likelihoods"][:DRAWS, None])
        for name, wrong in controls(priced[1:][np.isfinite(priced[1:]).all(axis=1)]).items():
            own, sample = places[name][:DRAWS], places[name][DRAWS:]
            lines = place_of_truth(*with_distance(one["truth"], own, sample, len(FREE)), rng)
            money = place_of_truth(priced[0], wrong, rng)
            last = place_of_truth(np.array([one["truth_likelihood"]]), likelihoods[name], rng)
            ranks.setdefault(name, []).append(np.concatenate([lines[:-1], money, lines[-1:], last]))
    return {name: np.array(rows) for name, rows in ranks.items()}
