"""Prevalences at launch that give the surveyed ones in November 2023.

Barriers and readiness were asked of people who had not activated, twenty-two months after the launch. Activation had
selected: those without barriers were gone. So the shares at launch are solved for, by running the model to the survey
on a sample of its own and correcting the odds of each share until the surveyed ones come out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import exp, log

import numpy as np

from model.counting import tally
from model.fast import FastModel
from model.population.building import build_population
from model.population.population import Population
from model.terms.inputs import Demography, History, Surveyed
from model.terms.parameters import Parameters, Prevalence, Structure
from model.terms.weeks import position

SAMPLE = 40_000
"""People the prevalences are solved on, whatever the size of the run."""
SEED = 20231124
TOLERANCE = 0.01
"""Largest miss of a surveyed share: one point."""
CORRECTIONS = 4


class PrevalenceError(ValueError):
    """No prevalences at launch give the surveyed ones under these parameters."""


class _Launch(FastModel):
    """A model that can be launched again with other prevalences: they decide what a contact does, never when one comes.
    So it keeps the contacts that can't matter under its own."""

    _ends = False

    def relaunched(self, prevalence: Prevalence) -> FastModel:
        """This model, not yet run, with other prevalences."""
        other = self.branch(())
        other.parameters = replace(self.parameters, prevalence=prevalence)
        shares = {f"has_{name}": getattr(prevalence, name) for name in ("no_use", "time", "information", "other")}
        other.rates = self.rates._replace(ready=prevalence.ready, **shares)
        other.run = other.run._replace(world=other._world())
        return other


def surveyed_shares(model: FastModel, visitors: bool = False) -> dict[str, float]:
    """Shares with each barrier and of those ready at the model's current week, among adults online not activated.

    ``visitors``: barriers among those of them who have visited the site, the other reading of the survey.
    """
    barriers, non_users = np.zeros(4), np.zeros(2)
    tally.surveyed(model.run, 0, len(model.run.state), model.week, visitors, barriers, non_users)
    shares = dict(zip(("no_use", "time", "information"), barriers[1:] / max(barriers[0], 1.0), strict=True))
    return {**{name: float(share) for name, share in shares.items()}, "ready": float(non_users[1] / non_users[0])}


def solve_prevalence(
    parameters: Parameters,
    *,
    demography: Demography,
    history: History,
    structure: Structure | None = None,
    surveyed: Surveyed | None = None,
) -> Parameters:
    """The parameters with prevalences at launch that give the surveyed ones within ``TOLERANCE``: surveys are of the
    country, whatever the local level.

    Raises:
        PrevalenceError: a surveyed share is missed by more than a point after ``CORRECTIONS`` corrections.
    """
    structure, surveyed = structure or Structure(), surveyed or Surveyed()
    wanted = {name: getattr(surveyed, name) for name in ("no_use", "time", "information", "ready")}
    population, week = _sample(demography, SAMPLE), round(position(surveyed.day))
    country, local = _at_level(parameters, 0.0), parameters.drivers.local
    launch = _Launch(
        population, country, demography=demography, history=history, structure=structure, seed=SEED, weeks=week
    )
    best, least = parameters.prevalence, float("inf")
    prevalence = best
    for _ in range(CORRECTIONS + 1):
        model = launch.relaunched(prevalence)
        model.advance(week)
        found = surveyed_shares(model, structure.barrier_base == "visitors")
        miss = max(abs(found[name] - share) for name, share in wanted.items())
        if miss < least:
            best, least = prevalence, miss
        if least <= TOLERANCE / 4:
            break
        prevalence = _corrected(prevalence, found, wanted)
    if not least <= TOLERANCE:
        raise PrevalenceError(f"surveyed shares missed by {100 * least:.1f} points (at most {100 * TOLERANCE:.0f})")
    return replace(_at_level(launch.parameters, local), prevalence=best)


def _at_level(parameters: Parameters, local: float) -> Parameters:
    return replace(parameters, drivers=replace(parameters.drivers, local=local))


def _corrected(now: Prevalence, found: dict[str, float], wanted: dict[str, float]) -> Prevalence:
    """Move the odds of each share by the ratio of the wanted to the found odds."""
    moved = {}
    for name, share in wanted.items():
        odds = _logit(getattr(now, name)) + _logit(share) - _logit(found[name])
        moved[name] = 1.0 / (1.0 + exp(-odds))
    return replace(now, **moved)


def _logit(share: float) -> float:
    share = min(max(share, 1e-6), 1.0 - 1e-6)
    return log(share / (1.0 - share))


@lru_cache(maxsize=4)
def _sample(demography: Demography, people: int) -> Population:
    return build_population(demography, people=people, seed=SEED)
