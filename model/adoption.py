"""The model as Mesa knows models: a ``mesa.Model`` whose agents are the columns of the engine."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Self

import mesa

from model.fast import FastModel
from model.levers.base import Lever
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters
from model.terms.structure import Structure
from model.terms.weeks import WEEKS

REPORTED = ("aware", "visited", "activated")


class AdoptionModel(FastModel, mesa.Model):
    """The engine, stepped and collected like any ``mesa.Model``; the same results as ``FastModel``, whose arguments it
    takes. ``datacollector`` holds the persons aware, having visited and activated after each ``step``.
    """

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        *,
        demography: Demography,
        history: History,
        structure: Structure | None = None,
        levers: Sequence[Lever] = (),
        seed: int = 0,
        threads: int = 1,
        weeks: int = WEEKS,
    ) -> None:
        mesa.Model.__init__(self, rng=seed)
        FastModel.__init__(
            self,
            population,
            parameters,
            demography=demography,
            history=history,
            structure=structure,
            levers=levers,
            seed=seed,
            threads=threads,
            weeks=weeks,
        )
        self.datacollector = mesa.DataCollector(model_reporters={name: _reporter(name) for name in REPORTED})

    def step(self) -> None:
        """One week, collected."""
        super().step()
        self.datacollector.collect(self)

    def branch(self, levers: Sequence[Lever]) -> Self:
        """As of the engine; what was collected goes along."""
        other = super().branch(levers)
        other._user_step = MethodType(type(self).step, other)
        other.step = other._wrapped_step  # type: ignore[method-assign]
        other.datacollector = copy.deepcopy(self.datacollector)
        return other


def _reporter(name: str) -> Callable[[FastModel], float]:
    return lambda model: float((model.run.state[name] < model.week).sum() * model.population.weight)
