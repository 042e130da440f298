"""Single worlds: a draw of the posterior, its history up to the policy start, and what scenarios make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.runs.request import POLICY_START, TARGET, UNTIL, at_least_one, check_seed, structure_of
from foundation.errors import UserError
from scenarios.draw import Draw
from scenarios.experiment import Experiment, Settings, branch_of, history_of
from scenarios.language.files import load_scenario, parse_scenario
from scenarios.language.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from model.world import World

Day = date | str
"""A date, or ``YYYY-MM-DD``."""


def load_posterior(
    draws: int = 100, folder: str | Path | None = None, *, structure: Mapping[str, str] | None = None, seed: int = 1
) -> list[Draw]:
    """The first draws of a posterior, as ``mes run`` takes them with the same seed.

    Args:
        draws: how many; the shipped posterior says how many there are.
        folder: of ``mes calibrate``; by default the shipped posterior.
        structure: structural alternatives, as ``{"reading": "naive"}``.

    Raises:
        UserError: a folder without a posterior, more draws than it holds, an unknown alternative.
    """
    from calibration.draws.files import load_draws
    from calibration.draws.posteriors import posterior_for

    at_least_one("draws", draws)
    source = posterior_for(structure_of(pairs(structure)), None if folder is None else Path(folder))
    return load_draws(draws, path=source.paths[0], seed=seed)


def scenario(text: str, name: str = "mine") -> Scenario:
    """A scenario from the text of its file (``docs/scenarios.md``).

    Raises:
        ScenarioError: all problems of the text.
    """
    return parse_scenario(text, source=f"{name}.toml")


@dataclass(frozen=True)
class Past:
    """A world at the policy start, from which every scenario branches with the same people and the same chance."""

    experiment: Experiment
    draw: Draw
    world: World
    """As it is at the policy start: ``model.world.World``."""

    def branch(self, what: str | Path | Scenario) -> World:
        """The world of a scenario (shipped name, path of a file, or ``scenario``), run to the horizon.

        Raises:
            ScenarioError: all problems of the file, a lever outside of policy start and horizon among them.
            UserError: it fixes ``[drivers]``, which change the history too; ``compare`` and ``run`` take it.
        """
        chosen = loaded(what)
        if chosen.drivers.model_dump(exclude_none=True):
            raise UserError(f"{chosen.source}: [drivers] change the history too; use mes.run or mes.compare")
        return branch_of(replace(self.experiment, scenarios=(chosen,)), chosen, self.draw, self.world)


def history(
    draw: Draw,
    *,
    people: int = 20_000,
    seed: int = 1,
    policy_start: Day = POLICY_START,
    until: Day = UNTIL,
    structure: Mapping[str, str] | None = None,
    engine: str = "fast",
    threads: int = 1,
) -> Past:
    """Simulate from the launch in January 2022 to the policy start.

    Args:
        draw: of ``load_posterior``.
        people: agents; each stands for the 68 million insured over their number.
        until: horizon of the branches.
        engine: ``fast``, or ``mesa`` for the readable twin with one ``mesa.Agent`` a person (20,000 people at most).

    Raises:
        UserError: dates, numbers or an engine that can't be.
    """
    from calibration.facts.inputs import load_costs, load_demography, load_history
    from calibration.facts.targets import load_surveyed
    from calibration.warm import ensure_compiled

    at_least_one("people", people)
    at_least_one("threads", threads)
    check_seed(seed)
    if engine not in ("fast", "mesa"):
        raise UserError(f"engine: {engine!r}; allowed: fast, mesa")
    experiment = Experiment(
        settings=Settings(
            people=people,
            draws=1,
            seed=seed,
            policy_start=as_date(policy_start),
            until=as_date(until),
            target_millions=TARGET,
            engine="mesa" if engine == "mesa" else "fast",
            structure=structure_of(pairs(structure)),
        ),
        scenarios=(load_scenario("status-quo"),),
        demography=load_demography(),
        history=load_history(),
        costs=tuple(load_costs()),
        surveyed=load_surveyed(),
        threads=threads,
    )
    ensure_compiled()
    return Past(experiment, draw, history_of(experiment, draw))


def weekly(world: World) -> pd.DataFrame:
    """Persons of the whole country at the start of each week, from the launch to the present one: ``date``, ``living``,
    ``adults``, ``aware``, ``visited``, ``activated`` (since the launch), ``activated_living``, ``activated_minors``. As
    simulated, not continued from the published counts.
    """
    import pandas as pd

    from model.terms.weeks import monday

    outcome = world.outcome()
    stocks = ("living", "adults", "aware", "visited", "activated", "activated_living", "activated_minors")
    dates = pd.to_datetime([monday(week) for week in range(world.week + 1)])
    return pd.DataFrame({"date": dates, **{name: getattr(outcome, name) for name in stocks}})


def loaded(what: str | Path | Scenario) -> Scenario:
    """A scenario by name, path, or as it is."""
    return what if isinstance(what, Scenario) else load_scenario(str(what))


def pairs(structure: Mapping[str, str] | None) -> list[str]:
    """As the command line writes structural alternatives."""
    return [f"{key}={value}" for key, value in (structure or {}).items()]


def as_date(given: Day) -> date:
    """``ValueError`` for a text that is no date."""
    return given if isinstance(given, date) else date.fromisoformat(str(given))
