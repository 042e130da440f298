"""Simulation-based calibration: ``mes study sbc --calibration DIR --out DIR``.

1. The fast method, with truths from the prior and near the real figures (``calibration.sbc.methods``).
2. The sampler, with truths from the posterior (``calibration.sbc.methods``).

The calibration is a folder of ``mes calibrate`` (its emulator, walk and draws are used). The other folder holds
finished work, so that an interrupted command goes on where it was.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.observed import Observed, load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior.simulate import Case, case_for
from calibration.posterior.work import Bank, code_fingerprint, fill, same_settings
from calibration.sbc.methods import fast_ranks
from calibration.sbc.page import page_text
from calibration.sbc.ranks import DISTANCE
from calibration.sbc.work import NAMES, outputs_and_quantities, sampler_ranks
from foundation.errors import UserError
from foundation.shapes import Floats
from foundation.store.atomic import write_json
from model.terms.structure import Structure

SEED, FIRST = 11, 800_000_000
"""Seed of the Sobol sequence and number of the first run: the calibration has other ones."""
LINES = (*FREE, *NAMES, DISTANCE)
LIKELIHOOD = "log likelihood"
DOCUMENT, RANKS = "sbc.json", "ranks.npz"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked of a study."""

    calibration: Path
    """A folder of ``mes calibrate``."""
    sims: int = 4096
    """Runs of the prior bank, a power of 2."""
    people: int = 20_000
    """Simulated people of each run."""
    truths: int = 150
    """Truths of each set of the fast method."""
    sampler_truths: int = 20
    workers: int = 1

    def shown(self) -> dict[str, Any]:
        """For ``sbc.json``: no folder of one machine."""
        return {**asdict(self), "calibration": self.calibration.name}


def study(folder: Path, settings: Settings) -> None:
    """Everything that isn't done yet, into ``folder``: ``ranks.npz``, and ``sbc.json`` at the end.

    Raises:
        UserError: the calibration isn't finished or was fitted to other figures; the folder is of other settings.
    """
    if settings.sims & (settings.sims - 1):
        raise UserError(f"--sims: {settings.sims}; needed a power of 2")
    case, observed = problem(settings.calibration)
    folder.mkdir(parents=True, exist_ok=True)
    _same_settings(folder, settings)
    bank, quantities = prior_bank(case, folder, settings)
    teller = _Teller("fast method, prior", settings.truths)
    prior = fast_ranks(bank, quantities, observed, truths=settings.truths, near=False, tell=teller)
    teller = _Teller("fast method, near the data", settings.truths)
    near = fast_ranks(bank, quantities, observed, truths=settings.truths, near=True, tell=teller)
    posterior = sampler_ranks(
        case,
        observed,
        settings.calibration,
        folder / "posterior",
        truths=settings.sampler_truths,
        people=settings.people,
        workers=settings.workers,
        tell=_Teller,
    )
    save_ranks(folder, {"prior": prior, "near": near, "posterior": posterior})
    write_json(folder / DOCUMENT, settings.shown())


def save_ranks(folder: Path, ranks: Mapping[str, Mapping[str, Floats]]) -> None:
    """``ranks.npz`` [truth, line] by set of truths and control (``prior/narrow``; ``prior/`` as they are)."""
    arrays = {f"{name}/{control}": found for name, part in ranks.items() for control, found in part.items()}
    np.savez(folder / RANKS, **arrays)  # type: ignore[arg-type]


def read_ranks(folder: Path) -> dict[str, dict[str, Floats]]:
    """What ``save_ranks`` wrote."""
    ranks: dict[str, dict[str, Floats]] = {}
    with np.load(folder / RANKS) as saved:
        for key in saved.files:
            name, _, control = key.partition("/")
            ranks.setdefault(name, {})[control] = saved[key]
    return ranks


def markdown(folder: Path) -> str:
    """The page of a finished study."""
    settings = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    names = ("calibration", "sims", "people", "truths", "sampler_truths")
    chosen = " ".join(f"--{name.replace('_', '-')} {settings[name]}" for name in names)
    return page_text(read_ranks(folder), LINES, LIKELIHOOD, settings, f"mes study sbc --out sbc {chosen}")


def problem(folder: Path) -> tuple[Case, Observed]:
    """The case of a calibration, and the shipped figures, which it must have been fitted to.

    Raises:
        UserError: the folder holds no calibration, or one of other figures.
    """
    file = folder / "settings.json"
    if not file.is_file() or not (folder / "posterior.parquet").is_file():
        raise UserError(f"--calibration: {folder} holds no finished calibration; `mes calibrate --out DIR` makes one")
    settings, observed = json.loads(file.read_text(encoding="utf-8")), load_observed()
    if len(settings["stocks"]) != len(observed.stocks) or len(settings["answers"]) != len(observed.answers):
        raise UserError(f"--calibration: {folder} was fitted to other figures than the shipped ones")
    history = replace(load_history(), data_end=observed.data_end)
    structure = Structure(**settings["structure"])
    return case_for(observed, load_demography(), history, load_surveyed(), structure=structure), observed


def prior_bank(case: Case, folder: Path, settings: Settings) -> tuple[Bank, Floats]:
    """Runs at Sobol places of the prior, and their quantities [run, quantity]."""
    sobol = stats.qmc.Sobol(len(FREE), seed=SEED).random(settings.sims)
    width = len(case.outputs)
    bank = fill(
        case,
        special.ndtri(np.clip(sobol, 1e-6, 1 - 1e-6)),
        people=settings.people,
        first=FIRST,
        folder=folder / "bank",
        workers=settings.workers,
        done=_Teller("simulations of the prior", settings.sims, adding=True),
        simulator=outputs_and_quantities,
        width=width + len(NAMES),
    )
    return Bank(bank.places, bank.outputs[:, :width], bank.people), bank.outputs[:, width:]


def _same_settings(folder: Path, settings: Settings) -> None:
    """What the work folder is for, or an error."""
    wanted = {
        "calibration": str(settings.calibration.resolve()),
        "sims": settings.sims,
        "people": settings.people,
        "sampler_truths": settings.sampler_truths,
        "code": code_fingerprint(),
        **tables_of("sbc"),
    }
    same_settings(folder, wanted)


class _Teller:
    """Progress and time left on stderr."""

    def __init__(self, stage: str, total: int, adding: bool = False) -> None:
        self.stage, self.total, self.adding = stage, total, adding
        self.began, self.first, self.sum, self.last = time.monotonic(), -1, 0, 0.0

    def __call__(self, done: int) -> None:
        self.sum = self.sum + done if self.adding else done
        now = time.monotonic()
        if self.first < 0:
            self.first = self.sum
        terminal = sys.stderr.isatty()
        if now - self.last < (0.2 if terminal else 30) and self.sum < self.total:
            return
        self.last, gained = now, self.sum - self.first
        left = f", about {(now - self.began) / gained * (self.total - self.sum) / 60:.1f} min left" if gained else ""
        end = "\x1b[K\r" if terminal and self.sum < self.total else "\n"
        print(f"{self.stage}: {self.sum}/{self.total}{left}", end=end, file=sys.stderr, flush=True)
