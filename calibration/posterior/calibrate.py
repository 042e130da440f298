"""The posterior of the free parameters: waves of simulations, an emulator, a walk over it, and a check.

1. A first bank of runs at a Sobol sequence of prior places.
2. Waves: learn an emulator from all runs so far, look where its posterior lies, simulate there.
3. Over the emulator of the last wave: a long walk of many chains (elliptical slice sampling), for the draws.
4. A check: simulate at posterior draws; compare with what the emulator had said; learn it anew with these runs, and
   reweight the draws by the ratio of the two likelihoods. An effective sample close to the full one says that the
   emulator has stopped mattering. An emulator that fails the check is not used: the runs of the check become one more
   wave, and 3 and 4 are done again, at most ``REPEATS`` times.
5. The evidence, by importance sampling about the draws; a rough one after each wave tells how it goes.

Every stage leaves a file when done, and every block of runs too: an interrupted calibration goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from calibration.facts.inputs import tables_of
from calibration.facts.observed import Observed
from calibration.facts.priors import FREE, STATUS_QUO
from calibration.posterior import Effort
from calibration.posterior.emulator import Emulator, fit_emulator
from calibration.posterior.emulator_file import emulator_path, load_emulator, refuse_pickled, save_emulator, sizes_of
from calibration.posterior.evidence import Agreement, Check, Evidence, agreement, check, effective, evidence, systematic
from calibration.posterior.likelihood import Likelihood, Target
from calibration.posterior.simulate import Case, prior_places
from calibration.posterior.walk import Walk, explore, walk
from calibration.posterior.work import Bank, code_of, fill, joined, misses, same_settings, teaching
from foundation.errors import RunFailedError
from foundation.shapes import Floats
from foundation.store.parts import read_array, write_array
from foundation.tasks.progress import adding
from foundation.tasks.threads import one_thread_of_algebra

MOST_TAUGHT, FEWEST_TAUGHT = 2400, 400
"""Runs an emulator learns from: an even part of them beyond the first number, at least the second."""
NEAREST = 200
"""Runs of the first bank about which the first wave is looked for."""
REPEATS = 2


@dataclass(frozen=True)
class Posterior:
    """What a calibration gives."""

    places: Floats
    """[draw, parameter] distinct draws of equal weight."""
    walk: Walk
    evidence: Evidence
    """Over the emulator that learned from the check too."""
    emulator: Emulator
    check: Check
    possible: float
    """Share of runs at posterior draws at which the surveyed prevalences could be had."""
    effective: float
    agreement: Agreement


@dataclass(frozen=True)
class Progress:
    """What is told while it runs."""

    stage: str
    done: int
    total: int
    evidence: tuple[float, float] | None = None
    """Log evidence so far and its error."""


Tell = Callable[[Progress], None]


class Calibration:
    """One calibration in a folder; ``run`` begins it or goes on with it."""

    def __init__(
        self, case: Case, observed: Observed, effort: Effort, folder: Path, workers: int, tell: Tell = lambda _: None
    ) -> None:
        self.case, self.observed, self.effort = case, observed, effort
        self.folder, self.workers, self.tell = folder, workers, tell
        self.stocks = len(observed.stocks)
        self.published = np.log([stock.millions for stock in observed.stocks])
        self.so_far: tuple[float, float] | None = None

    def run(self) -> Posterior:
        """Everything that is not done yet.

        Raises:
            UserError: the folder holds a calibration with other settings, data or code, or an emulator that is none.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        refuse_pickled(self.folder)
        self.question = self._same_settings()
        with one_thread_of_algebra():
            return self._run()

    def _run(self) -> Posterior:
        banks = [self._first_bank()]
        emulator = self._emulator(0, banks, None)
        for wave in range(1, self.effort.waves + 1):
            banks.append(self._wave(wave, emulator, banks))
            emulator = self._emulator(wave, banks, emulator)
        target = self._target(emulator, banks[-1].places)
        for repeat in range(REPEATS + 1):
            walked = self._walked(target, banks[-1].places, f"-again-{repeat}" if repeat else "")
            posterior, bank = self._checked(walked, target, banks)
            if posterior.check.passed:
                return posterior
            banks.append(bank)
            target = self._target(posterior.emulator, bank.places)
        raise RunFailedError(
            f"the emulator failed its check {REPEATS + 1} times (see the files in {self.folder}); "
            "more runs of each wave (--wave) or more waves (--waves) in another folder may do"
        )

    def target_of(self, posterior: Posterior) -> Target:
        """The likelihood over the emulator that learned from the check too."""
        return self._target(posterior.emulator, posterior.places)

    def _same_settings(self) -> str:
        """Write what the folder is for, or compare; the hash of it."""
        return same_settings(
            self.folder,
            {
                "effort": asdict(self.effort),
                "structure": asdict(self.case.structure),
                "stocks": [f"{s.day} {s.region} {s.low} {s.high} {s.error} {s.kind}" for s in self.observed.stocks],
                "answers": [f"{a.item.survey} {a.item.key} {a.item.share} {a.sd}" for a in self.observed.answers],
                "ages": [f"{c.day} {c.split} {c.log_ratio} {c.sd}" for c in self.observed.contrasts],
                "code": code_of(__name__),
                **tables_of("calibrate"),
            },
        )

    def _first_bank(self) -> Bank:
        return self._fill(0, prior_places(self.effort.first, self.effort.seed))

    def _wave(self, number: int, emulator: Emulator, banks: list[Bank]) -> Bank:
        file = self.folder / f"places-{number}.npy"
        places = read_array(file, self.question)
        if places is None:
            before = banks[-1].places if number > 1 else self._nearest(banks)
            target, seed = self._target(emulator, before), self.effort.seed + number
            places = explore(target.many, len(FREE), self.effort.wave, seed=seed, start=before)
            rough = evidence(target.many, places, seed=seed, blocks=1)
            self.so_far = rough.log, rough.error
            write_array(file, places, self.question)
        return self._fill(number, places)

    def _fill(self, number: int, places: Floats) -> Bank:
        name = f"bank {number + 1}/{self.effort.waves + 2}"
        return fill(
            self.case,
            places,
            people=self.effort.people,
            first=100_000 * number + 10_000_000 * self.effort.seed,
            folder=self.folder / f"bank-{number}",
            workers=self.workers,
            done=adding(lambda done: self._tell(name, done, len(places))),
            question=self.question,
        )

    def _nearest(self, banks: list[Bank]) -> Floats:
        bank = joined(banks)
        return bank.places[np.argsort(misses(bank, self.published), kind="stable")[:NEAREST]]

    def _emulator(self, number: int, banks: list[Bank], before: Emulator | None) -> Emulator:
        file = emulator_path(self.folder, number)
        found = load_emulator(file, sizes_of(self.case), self.question) if file.exists() else None
        if found is not None:
            return found
        self._tell(f"emulator {number + 1}/{self.effort.waves + 2}", 0, 1)
        emulator = self._learn(banks, before)
        save_emulator(file, emulator, self.question)
        return emulator

    def _learn(self, banks: list[Bank], before: Emulator | None) -> Emulator:
        bank = joined(banks)
        chosen = teaching(bank, self.published, fewest=FEWEST_TAUGHT, most=MOST_TAUGHT)
        places = bank.places[chosen, : len(STATUS_QUO)]
        return fit_emulator(
            places, bank.outputs[chosen], self.stocks, before.components if before else None, self.workers
        )

    def _target(self, emulator: Emulator, places: Floats) -> Target:
        """The likelihood over an emulator, with its error about ``places`` as part of it."""
        new = about(places, self.effort.seed)
        likelihood = Likelihood(self.observed, emulator.stock_error(new))
        shares = likelihood.answer_errors(emulator, new)
        return Target(emulator, replace(likelihood, answer_error=shares), self.workers)

    def _walked(self, target: Target, start: Floats, more: str) -> Walk:
        return walk(
            target.many,
            len(FREE),
            seed=self.effort.seed,
            start=start,
            saved=self.folder / f"walk{more}.npz",
            tell=lambda share: self._tell("walk", round(1000 * share), 1000),
            question=self.question,
        )

    def _evidence(self, target: Target, walked: Walk) -> Evidence:
        def tell(log: float, error: float, share: float) -> None:
            self.so_far = log, error
            self._tell("evidence", round(1000 * share), 1000)

        thinned = walked.places[:: max(1, len(walked.places) // 20_000)]
        return evidence(target.many, thinned, seed=self.effort.seed, tell=tell)

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.tell(Progress(stage, done, total, self.so_far))

    def _checked(self, walked: Walk, target: Target, banks: list[Bank]) -> tuple[Posterior, Bank]:
        """Simulate at posterior draws, learn anew, reweight, and keep draws of equal weight; also the simulations."""
        number, rng = len(banks), np.random.default_rng(self.effort.seed)
        chosen = walked.places[rng.choice(len(walked.places), self.effort.wave, replace=False)]
        bank = self._fill(number, chosen)
        better = self._emulator(number, [*banks, bank], target.emulator)
        again = self._target(better, chosen)
        # A chain that stays where it is gives one place several times.
        distinct, times = np.unique(walked.places, axis=0, return_counts=True)
        parts = np.array_split(distinct, max(1, len(distinct) // 2000))
        ratio = np.concatenate([again.many(part) - target.many(part) for part in parts])
        share = effective(np.repeat(ratio, times)) / times.sum()
        weights = ratio + np.log(times)
        found = self._evidence(again, walked)
        kept = systematic(weights, min(self.effort.draws, len(distinct) // 2), self.effort.seed + 1)
        posterior = Posterior(
            places=distinct[kept],
            walk=walked,
            evidence=found,
            emulator=better,
            check=check(target.emulator, bank, self.stocks, share),
            possible=float(bank.possible.mean()),
            effective=walked.effective * share,
            agreement=agreement(distinct, weights, found, walked.effective * share),
        )
        return posterior, bank


def about(places: Floats, seed: int) -> Floats:
    """As many new places [place, parameter] with the mean and covariance of ``places``: an emulator knows more at those
    that it learned from than beside them, so its error there is no guide."""
    mean, covariance = places.mean(axis=0), np.cov(places.T)
    return np.random.default_rng(seed).multivariate_normal(mean, covariance, len(places), method="eigh")
