"""What a plan can buy: a scenario whose intensities are ceilings, and the mixes below it.

A mix is a vector of whole hundredths of the ceilings, one a lever. Levers whose price does not depend on their
intensity are bought whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from foundation.errors import UserError
from foundation.problems import nearest
from scenarios.language.files import load_scenario, parse_scenario, read_text
from scenarios.language.schema import Scenario, Title
from scenarios.lever_schemas.base import LeverTable

Mixes = npt.NDArray[np.int64]
"""Hundredths of each lever's ceiling, shape [mix, lever]."""
STEPS = 100
DEFAULT = Path(__file__).with_name("levers.toml")


@dataclass(frozen=True, kw_only=True)
class Space:
    """The levers of a plan, each at its ceiling."""

    scenario: Scenario

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the levers, in the order of mixes."""
        return tuple(table.label for table in self.scenario.levers)

    @property
    def switches(self) -> npt.NDArray[np.bool_]:
        """[lever]: bought whole or not at all."""
        return np.array([table.paid_once for table in self.scenario.levers])

    def everything(self) -> Mixes:
        """The mix of all ceilings, shape [lever]."""
        return np.full(len(self.labels), STEPS, np.int64)

    def intensities(self, mix: Mixes) -> npt.NDArray[np.float64]:
        """Intensities as a scenario file has them, shape [lever]."""
        ceilings = np.array([table.intensity for table in self.scenario.levers])
        return np.round(ceilings * mix / STEPS, 6)

    def mixed(self, mix: Mixes, *, name: str = "plan", titles: Title | None = None) -> Scenario:
        """The scenario of a mix. Levers at zero stay, so that the others keep their ranks and thereby their draws."""
        pairs = zip(self.scenario.levers, self.intensities(mix), strict=True)
        levers = tuple(table.model_copy(update={"intensity": float(intensity)}) for table, intensity in pairs)
        return replace(
            self.scenario, source=f"{name}.toml", titles=titles or self.scenario.titles, levers=levers, text=""
        )


def load_space(argument: str | None = None, levers: Sequence[str] | None = None) -> Space:
    """The shipped space, or that of a scenario file or of a strategy of the catalogue; only ``levers`` if given.

    Raises:
        ScenarioError: the file has problems.
        UserError: a lever is not in it or is named twice, or none is left.
    """
    scenario = load_scenario(argument) if argument else parse_scenario(read_text(DEFAULT), source=DEFAULT.name)
    usable = tuple(table for table in scenario.levers if table.intensity > 0)
    if not usable:
        raise UserError(f"{scenario.source}: has no lever above intensity 0, so there is nothing to plan with")
    return Space(scenario=replace(scenario, levers=usable if levers is None else _chosen(usable, levers)))


def _chosen(usable: Sequence[LeverTable], names: Sequence[str]) -> tuple[LeverTable, ...]:
    """The named levers, in the order of the file."""
    labels = [table.label for table in usable]
    wanted = [name.strip() for name in names]
    if not any(wanted):
        raise UserError(f"--levers: names no lever; allowed: {', '.join(labels)}")
    for name in wanted:
        if name not in labels:
            near = nearest(name, labels)
            hint = f'; did you mean "{near}"?' if near else ""
            raise UserError(f"--levers: there is no lever {name!r}; allowed: {', '.join(labels)}{hint}")
        if wanted.count(name) > 1:
            raise UserError(f"--levers: {name} is named twice")
    return tuple(table for table in usable if table.label in wanted)


def strictly(scenario: Scenario) -> Scenario:
    """The scenario without levers of intensity zero."""
    return replace(scenario, levers=tuple(table for table in scenario.levers if table.intensity > 0))


def needed(scenario: Scenario) -> Scenario:
    """Without the levers of intensity zero that nothing depends on: one before a used lever of its like keeps that
    lever's rank, and stays."""
    levers = scenario.levers
    last = {table.like: rank for rank, table in enumerate(levers) if table.intensity > 0}
    kept = tuple(t for rank, t in enumerate(levers) if t.intensity > 0 or rank < last.get(t.like, -1))
    return replace(scenario, levers=kept)
