"""Bounds from the sampling law, and the people that several tests look at."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from calibration.facts.inputs import load_demography
from model.population.building import build_population
from model.population.population import Population
from model.population.pyramid import Cohorts, build_cohorts, cell_counts
from model.terms.inputs import Demography

Z = 5.0
"""Standard deviations allowed: about one false alarm in two million comparisons."""
PEOPLE = 200_000


@lru_cache
def demography() -> Demography:
    return load_demography()


@lru_cache
def cohorts() -> Cohorts:
    return build_cohorts(demography())


@lru_cache
def population(people: int = PEOPLE, seed: int = 11, threads: int = 1) -> Population:
    return build_population(demography(), people=people, seed=seed, threads=threads)


def cells_of_rows(people: int = PEOPLE) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(birth year, group) of each row."""
    counts = cell_counts(cohorts(), demography().region_age_share, people)
    _, cohort, group, _ = np.indices(counts.shape)
    rows = counts.ravel()
    return cohorts().first_year + np.repeat(cohort.ravel(), rows), np.repeat(group.ravel(), rows)


def is_share(hits: npt.NDArray[np.bool_], share: float) -> bool:
    """Whether the share of hits is within the binomial law."""
    return bool(abs(hits.mean() - share) <= Z * np.sqrt(share * (1 - share) / len(hits)) + 1e-12)


def is_mean(values: npt.NDArray[np.float64], mean: float, sd: float) -> bool:
    """Whether the mean of independent values is within ``Z`` standard errors."""
    return bool(abs(values.mean() - mean) <= Z * sd / np.sqrt(len(values)))
