"""The model as Mesa knows models: a ``mesa.Model`` whose agents are the columns of the engine."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Sequence
from functools import partial
from types import MethodType
from typing import NoReturn, Self

import mesa

from model.fast import FastModel
from model.levers.base import Lever
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters, Structure
from model.terms.weeks import WEEKS

REPORTED = ("aware", "visited", "activated")


class AdoptionModel(FastModel, mesa.Model):
    """The engine, stepped and collected like any ``mesa.Model``; the same results as ``FastModel``, whose arguments it
    takes. ``datacollector`` holds the persons aware, having visited and activated at the launch (row 0) and after each
    ``step`` (row k: after k weeks, unless ``advance`` has run some). Agents are columns: ``to_frame`` shows them.

    Args:
        seed: ``None`` draws one, found again in ``seed``.
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
        seed: int | None = None,
        threads: int = 1,
        weeks: int = WEEKS,
    ) -> None:
        seed = drawn_seed() if seed is None else seed
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
        reporters = {name: partial(_persons, name=name) for name in REPORTED}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)
        self.datacollector.collect(self)

    def step(self) -> None:
        """One week, collected; after the last, ``running`` is false."""
        if self.week < self.weeks:
            super().step()
            self.datacollector.collect(self)
        self.running = self.week < self.weeks

    @property
    def agents(self) -> NoReturn:
        """None, for speed.

        Raises:
            AttributeError: says what to use.
        """
        raise AttributeError("agents are columns here: use to_frame(), or ReferenceModel with its mesa.Agents")

    def branch(self, levers: Sequence[Lever]) -> Self:
        """As of the engine; what was collected goes along."""
        other = super().branch(levers)
        other._user_step = MethodType(type(self).step, other)
        other.step = other._wrapped_step  # type: ignore[method-assign]
        other.datacollector = copy.deepcopy(self.datacollector)
        return other


def _persons(model: FastModel, name: str) -> float:
    return float((model.run.state[name] < model.week).sum() * model.population.weight)


def drawn_seed() -> int:
    """A seed that nobody has chosen."""
    return secrets.randbelow(2**63)
