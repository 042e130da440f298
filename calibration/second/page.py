"""Two methods side by side: the posterior of ``mes calibrate``, and a population that draws nearer to the figures.

``mes study second --out DIR`` runs generation by generation in ``DIR`` (resumable) and leaves the second posterior in
``DIR/posterior.parquet``; ``mes docs`` puts the table into ``docs/calibration.md``. Where the two disagree, no claim is
made.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import special

from calibration.draws.files import POSTERIOR, read_draws, save_draws
from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.observed import Observed, load_observed
from calibration.facts.priors import FREE, Prior
from calibration.facts.targets import load_surveyed
from calibration.posterior.simulate import Case, case_for, free_priors, prior_places, values_at
from calibration.posterior.work import code_of, feasible, fill, same_settings
from calibration.second.method import Synthetic, drawn_near, infer, published, published_figures
from foundation.errors import UserError
from foundation.language.numbers import with_interval
from foundation.language.pages import markdown_table
from foundation.shapes import Floats
from foundation.store.atomic import held, write_json
from foundation.store.reading import read_json

RUNS, PEOPLE, DRAWS, SEED, FIRST = 4096, 20_000, 400, 7, 900_000_000
"""Runs of the first generation, a power of 2, people of each; draws to keep; number of the first run."""
SIZE, GENERATIONS, PER_GENERATION = 1024, 13, 100_000
"""Places of the population (a quarter of the first runs where these are few), generations after the first, numbers set
aside for each."""
SETTINGS = "second.json"
FAR = 0.5
"""Medians further apart than this many posterior standard deviations, or spreads that differ by more than this share:
the methods disagree."""
MEDIAN = float(np.sqrt(np.pi / 2))
"""Standard error of a median over that of a mean, of normal draws."""


class Simulations:
    """Figures of one generation after the other; finished blocks in ``folder`` are not run again."""

    def __init__(self, case: Case, observed: Observed, folder: Path, people: int, workers: int, question: str) -> None:
        self.case, self.observed, self.folder, self.people, self.workers = case, observed, folder, people, workers
        self.question = question

    def __call__(self, places: Floats, generation: int) -> Floats:
        """[place, figure] as published; NaN where prevalences can't be had or a lower bound isn't kept."""
        print(f"generation {generation} of {GENERATIONS}: {len(places)} runs", file=sys.stderr, flush=True)
        bank = fill(
            self.case,
            places,
            people=self.people,
            first=FIRST + PER_GENERATION * generation,
            folder=self.folder / f"generation-{generation}",
            workers=self.workers,
            question=self.question,
        )
        rng = np.random.default_rng([SEED, generation])
        figures, holds = published(bank.outputs, values_at(places), self.observed, rng)
        return np.where((holds & bank.possible)[:, None], figures, np.nan)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One parameter by both methods; distance and spreads on the whitened scale."""

    name: str
    first: Floats
    """Quantiles 5, 50 and 95 % of the first method."""
    second: Floats
    distance: float
    """Of the medians, in standard deviations of the first."""
    error: float
    """Monte Carlo error of ``distance``."""
    ratio: float
    """Spread of the second over that of the first."""

    @property
    def agree(self) -> bool:
        """Whether medians and spreads are as near as is asked."""
        return abs(self.distance) <= FAR and 1 / (1 + FAR) <= self.ratio <= 1 + FAR


def rows(first: Sample, second: Sample) -> list[Row]:
    """A row a parameter."""
    found = []
    for k, prior in enumerate(free_priors()):
        one, two = (np.quantile(sample.values[:, k], [0.05, 0.5, 0.95]) for sample in (first, second))
        a, b = (place_of(prior, sample.values[:, k]) for sample in (first, second))
        distance, ratio = float((np.median(b) - np.median(a)) / a.std()), float(b.std() / a.std())
        found.append(
            Row(
                name=prior.name,
                first=one,
                second=two,
                distance=distance,
                error=MEDIAN * float(np.sqrt(1 / first.effective + ratio**2 / second.effective)),
                ratio=ratio,
            )
        )
    return found


@dataclass(frozen=True)
class Sample:
    """Draws of one method."""

    values: Floats
    """[draw, parameter]"""
    effective: float
    """Independent draws they are worth, at most their number."""


def sample_of(path: Path | None) -> Sample:
    """Of a draws file; ``None``: the shipped one."""
    values, info = read_draws(path)
    known = info.effective if np.isfinite(info.effective) else len(values)
    return Sample(values, min(known, len(values)))


def place_of(prior: Prior, values: Floats) -> Floats:
    """Whitened coordinates of values of one parameter, by its distribution's table."""
    grid = np.linspace(-6, 6, 4001)
    return np.asarray(np.interp(values, prior.quantile(special.ndtr(grid)), grid))


def table(found: Sequence[Row]) -> str:
    """Markdown."""
    head = ["Parameter", "Emulator and walk", "Population", "Medians apart (posterior sd)", "Spreads, ratio", "Agree"]
    lines = []
    for row in found:
        shown = [with_interval(q[0], q[1], q[2], "en") for q in (row.first, row.second)]
        apart = f"{row.distance:+.2f} ± {row.error:.2f}"
        lines.append([f"`{row.name}`", *shown, apart, f"{row.ratio:.2f}", "yes" if row.agree else "**no**"])
    return f"{markdown_table(head, lines)}\n"


def study(folder: Path, *, runs: int, people: int, draws: int, workers: int) -> None:
    """The second posterior into ``folder`` (it goes on where it was): ``posterior.parquet``, and ``second.json`` at the
    end.

    Raises:
        UserError: ``runs`` is no power of 2; the folder was begun with other settings.
    """
    if runs & (runs - 1):
        raise UserError(f"--sims: {runs}; needed a power of 2")
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        _study(folder, runs, people, draws, workers)


def _study(folder: Path, runs: int, people: int, draws: int, workers: int) -> None:
    settings = {"runs": runs, "people": people, "size": min(SIZE, runs // 4), "generations": GENERATIONS}
    question = same_settings(folder, {**settings, "code": code_of(Synthetic.__module__), **tables_of("second")})
    observed = load_observed()
    history = replace(load_history(), data_end=observed.data_end)
    case = case_for(observed, load_demography(), history, load_surveyed())
    given = published_figures(observed)
    found = drawn_near(
        Simulations(case, observed, folder, people, workers, question),
        given,
        prior_places(runs, SEED),
        size=settings["size"],
        generations=GENERATIONS,
        seed=SEED,
    )
    adjusted = infer(Synthetic(found.places, found.figures, found.run), given)
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
    told = {**settings, "tolerance": found.tolerance, "moved": found.moved}
    write_json(folder / SETTINGS, {**told, "effective": adjusted.effective})


def markdown(folder: Path) -> str:
    """A finished study beside the shipped posterior, for the guide."""
    told = read_json(folder / SETTINGS)
    found = rows(sample_of(None), sample_of(folder / POSTERIOR))
    agreeing = sum(row.agree for row in found)
    note = (
        f"Median and 90 % interval. A population of {told['size']} places after {told['runs']} runs of the prior, "
        f"{told['people']} people each; in the end {100 * told['moved']:.0f} % of moves were taken, within a "
        f"distance of {told['tolerance']:.2f}, and its places are worth {told['effective']:.0f} draws. ±: Monte Carlo "
        f"error. The two agree on {agreeing} of {len(found)} parameters: medians at most {FAR} posterior standard "
        f"deviations apart, spreads within a factor of {1 + FAR}.\n"
    )
    return f"{table(found)}\n{note}"
