"""Simulation-based calibration: ``python -m calibration.sbc.sbc --calibration DIR --work DIR``.

1. The fast method, with truths from the prior and near the real figures (``calibration.sbc.fast``).
2. The sampler, with truths from the posterior (``calibration.sbc.sampler``).

``--calibration`` is a folder of ``mes calibrate`` (its emulator, walk and draws are used); ``--work`` holds finished
work, so that an interrupted command goes on where it was. ``--fill`` puts the result between the marks of a page and
draws its pictures in the folder ``figures`` beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import special, stats

from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import Observed, load_observed
from calibration.facts.roles import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior.bank import Bank, fill
from calibration.posterior.saved import code_fingerprint, write
from calibration.posterior.simulate import Case, case_for
from calibration.sbc.fast import fast_ranks
from calibration.sbc.page import page_text, pictures
from calibration.sbc.posterior import sampler_ranks
from calibration.sbc.quantities import NAMES, outputs_and_quantities
from calibration.sbc.ranks import DISTANCE
from foundation.errors import RunFailedError, UserError
from foundation.language.pages import fill_marks
from foundation.shapes import Floats
from model.terms.structure import Structure

SEED, FIRST = 11, 800_000_000
"""Seed of the Sobol sequence and number of the first run: the calibration has other ones."""
LINES = (*FREE, *NAMES, DISTANCE)
LIKELIHOOD = "log likelihood"


@dataclass(frozen=True)
class Sets:
    """Ranks [truth, line] of each set of truths, as they are ("") and of the negative controls."""

    prior: dict[str, Floats]
    near: dict[str, Floats]
    posterior: dict[str, Floats]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _options(given)
    try:
        run(options, shlex.join(["python", "-m", "calibration.sbc.sbc", *_shown(given)]))
    except KeyboardInterrupt:
        print("\nsbc: interrupted; the same command goes on", file=sys.stderr)
        raise SystemExit(130) from None
    except (UserError, RunFailedError) as error:
        print(f"sbc: {error}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UserError) else 1) from None


def run(options: argparse.Namespace, command: str) -> None:
    """Everything that is not done yet; the text goes to stdout."""
    case, observed = problem(options.calibration)
    _same_settings(options)
    bank, quantities = prior_bank(case, options)
    teller = _Teller("fast method, prior", options.truths)
    prior = fast_ranks(bank, quantities, observed, truths=options.truths, near=False, tell=teller)
    teller = _Teller("fast method, near the data", options.truths)
    near = fast_ranks(bank, quantities, observed, truths=options.truths, near=True, tell=teller)
    posterior = sampler_ranks(
        case,
        observed,
        options.calibration,
        options.work / "posterior",
        truths=options.sampler_truths,
        people=options.people,
        workers=options.workers,
        tell=_Teller,
    )
    ranks = Sets(prior, near, posterior)
    text = page_text(vars(ranks), LINES, LIKELIHOOD, vars(options), command)
    print(text, end="")
    for page in options.fill:
        pictures(vars(ranks), LINES, LIKELIHOOD, page.parent / "figures")
        fill_marks(page, "sbc", text)


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


def prior_bank(case: Case, options: argparse.Namespace) -> tuple[Bank, Floats]:
    """Runs at Sobol places of the prior, and their quantities [run, quantity]."""
    sobol = stats.qmc.Sobol(len(FREE), seed=SEED).random(options.sims)
    width = len(case.outputs)
    bank = fill(
        case,
        special.ndtri(np.clip(sobol, 1e-6, 1 - 1e-6)),
        people=options.people,
        first=FIRST,
        folder=options.work / "bank",
        workers=options.workers,
        done=_Teller("simulations of the prior", options.sims, adding=True),
        simulator=outputs_and_quantities,
        width=width + len(NAMES),
    )
    return Bank(bank.places, bank.outputs[:, :width], bank.people), bank.outputs[:, width:]


def _same_settings(options: argparse.Namespace) -> None:
    """What the work folder is for, or an error."""
    options.work.mkdir(parents=True, exist_ok=True)
    wanted = {
        "calibration": str(options.calibration.resolve()),
        "sims": options.sims,
        "people": options.people,
        "sampler_truths": options.sampler_truths,
        "code": code_fingerprint(),
    }
    file = options.work / "settings.json"
    if not file.exists():
        write(file, json.dumps(wanted, indent=1).encode())
    elif (found := json.loads(file.read_text(encoding="utf-8"))) != wanted:
        other = ", ".join(name for name in wanted if found.get(name) != wanted[name])
        raise UserError(f"--work: {options.work} was begun with other {other}; choose another folder, or remove it")


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


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m calibration.sbc.sbc", description=__doc__)
    parser.add_argument("--calibration", type=Path, required=True, help="folder of mes calibrate")
    parser.add_argument("--work", type=Path, required=True, help="folder for finished work")
    parser.add_argument("--sims", type=_power, default=4096, help="runs of the prior bank, a power of 2")
    parser.add_argument("--people", type=_positive, default=20_000, help="simulated people of each run")
    parser.add_argument("--truths", type=_positive, default=150, help="truths of each set of the fast method")
    parser.add_argument("--sampler-truths", type=_positive, default=20, help="truths of the sampler")
    parser.add_argument("--workers", type=_positive, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--fill", type=Path, nargs="+", default=[], metavar="PAGE", help="pages to put the result in")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r}; needed a whole number, 1 or more")
    return int(text)


def _power(text: str) -> int:
    value = _positive(text)
    if value & (value - 1):
        raise argparse.ArgumentTypeError(f"{text!r}; needed a power of 2")
    return value


def _shown(arguments: Sequence[str]) -> list[str]:
    """The command as a reader types it: folders by their names."""
    return [Path(word).name if word.startswith(("/", "~")) else word for word in arguments]


if __name__ == "__main__":
    main()
