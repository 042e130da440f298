"""Two methods side by side: the posterior of ``mes calibrate``, and regression-adjusted ABC on a Sobol bank.

``mes study second --out DIR`` fills the bank in ``DIR`` (resumable) and leaves the second posterior in
``DIR/posterior.parquet``; ``mes docs`` puts the table into ``docs/calibration.md``. Where the two disagree, no claim is
made.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from calibration.draws.files import POSTERIOR, read_draws, save_draws
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_surveyed
from calibration.posterior.free import free_priors, values_at
from calibration.posterior.simulate import Case, case_for
from calibration.posterior.work import Bank, feasible, fill
from calibration.second.abc import infer, published_figures, synthetic
from foundation.language.numbers import with_interval
from foundation.shapes import Floats
from foundation.store.atomic import write_text

RUNS, PEOPLE, DRAWS, SEED, FIRST = 4096, 40_000, 400, 7, 900_000_000
SETTINGS = "second.json"
FAR = 0.5
"""Medians further apart than this many prior standard deviations, or spreads that differ by more than this share: the
methods disagree."""


def bank_of(case: Case, runs: int, people: int, folder: Path, workers: int) -> Bank:
    """Runs at Sobol places of the prior; finished blocks in ``folder`` are not run again."""
    sobol = stats.qmc.Sobol(len(FREE), seed=SEED).random(runs)
    began, total = time.monotonic(), [0, -1]

    def tell(more: int) -> None:
        total[0] += more
        total[1] = more if total[1] < 0 else total[1]
        gained = total[0] - total[1]
        left = (time.monotonic() - began) / gained * (runs - total[0]) / 60 if gained > 0 else 0.0
        print(f"\rsimulations {total[0]}/{runs}, about {left:.1f} min left ", end="", file=sys.stderr, flush=True)

    places = special.ndtri(np.clip(sobol, 1e-6, 1 - 1e-6))
    bank = fill(case, places, people=people, first=FIRST, folder=folder, workers=workers, done=tell)
    print(file=sys.stderr)
    return bank


def rows(first: Floats, second: Floats) -> list[dict[str, Any]]:
    """A row a parameter, from values [draw, parameter] of both methods: quantiles, distance of the medians and ratio of
    the spreads on the whitened scale, and whether they agree."""
    found = []
    for k, prior in enumerate(free_priors()):
        one, two = (np.quantile(values[:, k], [0.05, 0.5, 0.95]) for values in (first, second))
        a, b = (place_of(prior, values[:, k]) for values in (first, second))
        distance, ratio = float(np.median(b) - np.median(a)), float(b.std() / a.std())
        agree = abs(distance) <= FAR and 1 / (1 + FAR) <= ratio <= 1 + FAR
        found.append(
            {"name": prior.name, "first": one, "second": two, "distance": distance, "ratio": ratio, "agree": agree}
        )
    return found


def place_of(prior: Any, values: Floats) -> Floats:
    """Whitened coordinates of values of one parameter, by its distribution's table."""
    grid = np.linspace(-6, 6, 4001)
    return np.asarray(np.interp(values, prior.quantile(special.ndtr(grid)), grid))


def table(found: Sequence[dict[str, Any]]) -> str:
    """Markdown."""
    head = ["Parameter", "Emulator and walk", "ABC", "Medians apart (prior sd)", "Spreads, ratio", "Agree"]
    lines = [head, ["---"] * len(head)]
    for row in found:
        shown = [with_interval(q[0], q[1], q[2], "en") for q in (row["first"], row["second"])]
        agree = "yes" if row["agree"] else "**no**"
        lines.append([f"`{row['name']}`", *shown, f"{row['distance']:+.2f}", f"{row['ratio']:.2f}", agree])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def study(folder: Path, *, runs: int, people: int, draws: int, workers: int) -> None:
    """The second posterior into ``folder`` (its bank goes on where it was): ``posterior.parquet``, and
    ``second.json`` at the end."""
    observed = load_observed()
    case = case_for(observed, load_demography(), load_history(), load_surveyed())
    bank = bank_of(case, runs, people, folder / "bank", workers)
    adjusted = infer(synthetic(bank, observed, SEED), published_figures(observed))
    values = values_at(adjusted.drawn(draws, SEED))
    values = values[feasible(case, values, workers)]
    save_draws(
        folder / POSTERIOR,
        dict(zip(FREE, values.T, strict=True)),
        command=f"mes study second --sims {runs} --people {people}",
        data_end=observed.data_end,
        seed=SEED,
        structure=case.structure,
        effective=adjusted.effective,
    )
    print(f"effective sample of the second method: {adjusted.effective:.0f}", file=sys.stderr)
    write_text(folder / SETTINGS, json.dumps({"runs": runs, "people": people}) + "\n")


def markdown(folder: Path) -> str:
    """A finished study beside the shipped posterior, for the guide."""
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    found = rows(read_draws()[0], read_draws(folder / POSTERIOR)[0])
    agreeing = sum(row["agree"] for row in found)
    note = (
        f"Median and 90 % interval. {settings['runs']} runs of {settings['people']} people for ABC. "
        f"The two agree on {agreeing} of {len(found)} parameters: medians at most {FAR} prior standard deviations "
        f"apart, spreads within a factor of {1 + FAR}.\n"
    )
    return f"{table(found)}\n{note}"
