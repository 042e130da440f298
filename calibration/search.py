"""Adaptive search over the priors for parameters that reproduce the published stocks.

``python -m calibration.search`` makes ``calibration/data/draws.parquet``. An ensemble sampler (emcee, Foreman-Mackey
et al. 2013) moves walkers through the priors, whitened to independent standard normals; each place is scored by
running the model to the last stock on a sample of its own. Only the stocks are used, not the surveys beyond the four
prevalences that are solved for at every place. This is a search, not yet the posterior: ``docs/odd.md`` says what it
leaves out.

The search goes in stages: a small sample first, to come near; then a larger one, because whatever is particular to the
sample of a stage is common to all its draws. Draws come from the second half of the last stage, without those that
miss a stock by more than two standard deviations.

The state is saved after every round, so an interrupted search goes on where it was (same options, same file).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import emcee
import numpy as np
import numpy.typing as npt
from scipy import stats

from calibration.draws import DRAWS_FILE, data_hashes, save_draws
from calibration.inputs import load_demography, load_history
from calibration.priors import Prior, load_priors
from calibration.roles import STATUS_QUO, to_parameters
from calibration.tables import DATA
from calibration.targets import StockTarget, load_stock_targets, load_surveyed
from model import PrevalenceError
from model.prevalence import solved_model
from model.weeks import position

Floats = npt.NDArray[np.float64]
DISCREPANCY = 0.01
"""Relative standard deviation of what the model can't reproduce, *assumed*."""
PLAUSIBLE = 2.0
"""Standard deviations (published error, discrepancy and sampling) by which a draw may miss a stock."""
FIRST_LOOK = 32
"""Prior draws per walker among which the starting places are chosen."""
MOVES = [
    (emcee.moves.DEMove(gamma0=0.1), 0.4),
    (emcee.moves.DEMove(), 0.4),
    (emcee.moves.DESnookerMove(), 0.2),
]
"""Differential evolution in short and in usual steps: the stocks leave narrow ridges between the parameters."""
STAGES = "5000:50,20000:50,60000:35"
"""Small samples first: their sampling error flattens the score, so that walkers come near from afar."""


@lru_cache(maxsize=1)
def _priors() -> tuple[Prior, ...]:
    priors = load_priors()
    return tuple(priors[name] for name in STATUS_QUO)


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return {"demography": load_demography(), "history": load_history(), "surveyed": load_surveyed()}


@lru_cache(maxsize=1)
def _targets() -> tuple[StockTarget, ...]:
    return tuple(target for target in load_stock_targets() if target.kind != "initial")


def values_at(place: Floats) -> dict[str, float]:
    """Parameter values at a place of the whitened priors, shape [parameter]."""
    quantiles = np.clip(stats.norm.cdf(place), 1e-9, 1 - 1e-9)
    return {p.name: float(p.quantile(u)) for p, u in zip(_priors(), quantiles, strict=True)}


def stocks_at(values: dict[str, float], people: int) -> tuple[Floats, Floats]:
    """Simulated stocks on the days of the targets and their sampling standard deviations, millions.

    Raises:
        PrevalenceError: no prevalences at launch give the surveyed ones.
    """
    model = solved_model(to_parameters(values), people=people, **_tables())
    days = np.array([position(target.day) for target in _targets()])
    model.advance(ceil(days.max()))
    activated = model.outcome().activated
    stocks = np.interp(days, np.arange(len(activated)), activated)
    share = stocks / (model.population.weight * model.population.people)
    sampling = model.population.weight * np.sqrt(people * share * (1 - share))
    return stocks / 1e6, sampling / 1e6


def log_likelihood(stocks: Floats, sampling: Floats, targets: Sequence[StockTarget]) -> float:
    """Normal errors: published, model discrepancy and sampling; a lower bound counts from one side only."""
    total = 0.0
    for found, noise, target in zip(stocks, sampling, targets, strict=True):
        sd = float(np.hypot(np.hypot(target.error, DISCREPANCY * target.millions), noise))
        law = stats.norm(target.millions, sd)
        total += float(law.logcdf(found) if target.kind == "lower bound" else law.logpdf(found))
    return total


def score(task: tuple[Floats, int]) -> float:
    """Log posterior density of a place, up to a constant; -inf where the surveyed prevalences can't be had."""
    place, people = task
    try:
        stocks, sampling = stocks_at(values_at(place), people)
    except PrevalenceError:
        return -np.inf
    return log_likelihood(stocks, sampling, _targets()) - 0.5 * float(place @ place)


def first_places(
    score_all: Callable[[Floats], Floats], walkers: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The best of ``FIRST_LOOK`` prior draws a walker, with their scores."""
    places = rng.standard_normal((FIRST_LOOK * walkers, len(STATUS_QUO)))
    scores = score_all(places)
    likely = scores + 0.5 * (places**2).sum(axis=1)
    best = np.argsort(-likely, kind="stable")[:walkers]
    return places[best], scores[best]


class Search:
    """Rounds of the ensemble sampler with a saved state."""

    def __init__(self, options: argparse.Namespace, score_on: Callable[[Floats, int], Floats]) -> None:
        self.options, self.score_on = options, score_on
        self.stages = parse_stages(options.stages)
        self.settings = json.dumps([options.walkers, options.stages, options.seed, data_hashes(), DISCREPANCY])
        self.saved = Path(f"{options.out}.search.npz")
        self.sampler = emcee.EnsembleSampler(
            options.walkers,
            len(STATUS_QUO),
            lambda places: score_on(places, self.people),
            moves=MOVES,
            vectorize=True,
        )
        self.places: list[Floats] = []
        self.scores: list[Floats] = []

    def rounds(self) -> None:
        """Run until the rounds asked for are done, saving after each."""
        state = self._resumed() or self._begun()
        began, done_before = time.monotonic(), len(self.places)
        while len(self.places) < self.stages[-1][0]:
            if len(self.places) in [end for end, _ in self.stages]:
                state.log_prob = self.score_on(state.coords, self.people)  # a stage begins: another sample
            state = self.sampler.run_mcmc(state, 1, store=False, skip_initial_state_check=True)
            self.places.append(state.coords.copy())
            self.scores.append(state.log_prob.copy())
            self._save(state)
            self._tell(began, done_before)
        print(file=sys.stderr)

    @property
    def people(self) -> int:
        """Size of the sample of the round to come."""
        return next(people for end, people in self.stages if len(self.places) < end)

    def last_stage(self) -> list[Floats]:
        """Places of every round of the last stage."""
        return self.places[self.stages[-2][0] if len(self.stages) > 1 else 0 :]

    def _begun(self) -> Any:
        rng = np.random.default_rng(self.options.seed)
        print(f"first look at {FIRST_LOOK * self.options.walkers} prior draws", file=sys.stderr)
        places, scores = first_places(lambda places: self.score_on(places, self.people), self.options.walkers, rng)
        self.sampler.random_state = np.random.RandomState(self.options.seed).get_state()
        return emcee.State(places, log_prob=scores, random_state=self.sampler.random_state)

    def _resumed(self) -> Any:
        if not self.saved.exists():
            return None
        with np.load(self.saved, allow_pickle=False) as file:
            if str(file["settings"]) != self.settings:
                raise SystemExit(f"{self.saved}: made with other settings or data; remove it to begin again")
            self.places, self.scores = list(file["places"]), list(file["scores"])
            words = ("MT19937", file["words"], int(file["at"][0]), int(file["at"][1]), float(file["gauss"]))
        return emcee.State(self.places[-1], log_prob=self.scores[-1], random_state=words)

    def _save(self, state: Any) -> None:
        _, words, at, has_gauss, gauss = state.random_state
        temporary = self.saved.with_suffix(".part")
        with temporary.open("wb") as file:
            np.savez(
                file,
                places=self.places,
                scores=self.scores,
                settings=self.settings,
                words=words,
                at=[at, has_gauss],
                gauss=gauss,
            )
        os.replace(temporary, self.saved)

    def _tell(self, began: float, before: int) -> None:
        done, elapsed = len(self.places), time.monotonic() - began
        costs = [self._cost(k) for k in range(self.stages[-1][0])]
        left = sum(costs[done:]) * elapsed / sum(costs[before:done])
        median = np.median(self.scores[-1])
        text = f"\rround {done}/{self.stages[-1][0]}, median score {median:.1f}, {left / 60:.0f} min left "
        print(text, end="", file=sys.stderr, flush=True)

    def _cost(self, number: int) -> int:
        return next(people for end, people in self.stages if number < end)


def parse_stages(text: str) -> list[tuple[int, int]]:
    """``people:rounds,...`` as (rounds done at the end of the stage, people).

    Raises:
        SystemExit: not of this form, or a number below 1.
    """
    stages: list[tuple[int, int]] = []
    for part in text.split(","):
        people, _, rounds = part.partition(":")
        if not (people.isdigit() and rounds.isdigit() and int(people) > 0 and int(rounds) > 0):
            raise SystemExit(f"--stages: {text!r}; needed people:rounds, people:rounds, e.g. 20000:60,60000:70")
        stages.append(((stages[-1][0] if stages else 0) + int(rounds), int(people)))
    return stages


def late_places(places: Sequence[Floats], rng: np.random.Generator) -> Floats:
    """Distinct places of the second half of these rounds, in random order, shape [place, parameter]."""
    late = np.concatenate(list(places[len(places) // 2 :]))
    # A place kept over several rounds is likely to come early in a random order, and so to be kept.
    order = rng.permutation(len(late))
    _, first = np.unique(late[order], axis=0, return_index=True)
    return np.asarray(late[order][np.sort(first)])


def plausible(task: tuple[Floats, int]) -> bool:
    """Whether a place gives every stock within ``PLAUSIBLE`` standard deviations (history matching, Craig et al. 1997);
    for a lower bound, not below it by more."""
    place, people = task
    stocks, sampling = stocks_at(values_at(place), people)
    return bool(np.all(np.abs(implausibility(stocks, sampling, _targets())) <= PLAUSIBLE))


def implausibility(stocks: Floats, sampling: Floats, targets: Sequence[StockTarget]) -> Floats:
    """Misses in standard deviations, [target]; 0 above a lower bound."""
    misses = np.array([found - target.millions for found, target in zip(stocks, targets, strict=True)])
    bounds = np.array([target.kind == "lower bound" for target in targets])
    errors = np.array([np.hypot(target.error, DISCREPANCY * target.millions) for target in targets])
    return np.where(bounds, np.minimum(misses, 0.0), misses) / np.hypot(errors, sampling)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the search."""
    parser = argparse.ArgumentParser(prog="python -m calibration.search", description=__doc__)
    parser.add_argument("--draws", type=int, default=100, help="distinct draws to keep")
    parser.add_argument("--walkers", type=int, default=96)
    parser.add_argument("--stages", default=STAGES, help="people:rounds of each stage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path(str(DATA / DRAWS_FILE)))
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(options.workers) as pool:

        def score_on(places: Floats, people: int) -> Floats:
            tasks = [(place, people) for place in places]
            return np.array(list(pool.map(score, tasks, chunksize=ceil(len(tasks) / (4 * options.workers)))))

        search = Search(options, score_on)
        search.rounds()
        places = late_places(search.last_stage(), np.random.default_rng(options.seed))
        fits = np.array(list(pool.map(plausible, [(place, search.stages[-1][1]) for place in places], chunksize=8)))
    kept = places[fits][: options.draws]
    print(f"{fits.sum()} of {len(places)} places late in the search give every stock", file=sys.stderr)
    if len(kept) < options.draws:
        raise SystemExit(f"{options.draws} draws wanted: more rounds (--stages), or --draws {len(kept)}")
    names = ("draws", "walkers", "stages", "seed")
    command = "python -m calibration.search " + " ".join(f"--{name} {getattr(options, name)}" for name in names)
    columns = [values_at(place) for place in kept]
    save_draws(
        options.out,
        {name: [values[name] for values in columns] for name in STATUS_QUO},
        command=command,
        data_end=load_history().data_end,
        seed=options.seed,
    )
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(f"{len(kept)} draws in {options.out.name} (sha256 {digest[:16]})")
    search.saved.unlink()


if __name__ == "__main__":
    main()
