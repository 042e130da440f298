"""One draw of an experiment: history simulated once, a branch per scenario, tidy frames out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from foundation.errors import RunFailedError, ScenarioError, UserError
from foundation.language.amounts import TargetOn
from foundation.seeds import DECISIONS, POPULATION, derive
from foundation.store.manifest import LEFT_OUT
from model.terms.inputs import Demography, History, Surveyed
from model.terms.outcome import StandingTable
from model.terms.parameters import Structure
from model.terms.weeks import START, WEEKS, monday, position, week_of
from scenarios.carried import Carried, carried_into, carried_on
from scenarios.costs import CostItem, Ledger, cost_lines, year_lines
from scenarios.draw import Draw
from scenarios.frames import Frames, Result, draw_frames
from scenarios.language.resolve import Within, common_drivers, date_problems, going_on, refuse_missing, resolve
from scenarios.language.schema import DriversTable, Scenario
from scenarios.past import Past, groups_of, past_of

if TYPE_CHECKING:
    from model.counting.census import Census
    from model.fast import FastModel
    from model.twin.reference import ReferenceModel
    from model.world import World

    W = TypeVar("W", bound=World)

REFERENCE = "status-quo"
LAST = date(2028, 12, 31)
"""Until when it is looked for the day of the target: the last of the clock on which a year ends."""
MESA_PEOPLE = 20_000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What determines the numbers, besides scenarios and data."""

    people: int
    """Agents of the sample."""
    draws: int
    seed: int
    policy_start: date
    """Week of the branching: before it all scenarios are one history."""
    until: date
    """Horizon: results are stocks at the start of this day."""
    target_millions: float
    target_on: TargetOn = "activated"
    engine: Literal["fast", "mesa"] = "fast"
    structure: Structure = field(default_factory=Structure)
    every: int = 1
    """Weeks between the rows of groups and channels."""
    averaged: Mapping[str, float] | None = None
    """Weights of the structures that the draws are mixed of; ``None`` where all have ``structure``."""
    quick: bool = False
    dates_until: date | None = None
    """Last day of the target that is looked for, levers going on as their files say; ``None``: the horizon."""

    def __post_init__(self) -> None:
        last = monday(WEEKS)
        if not START <= self.policy_start < self.until <= last:
            raise UserError(
                f"policy start {self.policy_start} and end {self.until}: "
                f"needed {START} ≤ policy start < end ≤ {last} (--policy-start, --until)"
            )
        if self.engine == "mesa" and self.people > MESA_PEOPLE:
            raise UserError(
                f"--engine mesa: {self.people:,} people; at most {MESA_PEOPLE:,} (one Python object per person)"
            )

    @property
    def last_week(self) -> int:
        """Weeks to simulate so that the horizon is covered."""
        return ceil(position(self.until))

    @property
    def onward(self) -> date:
        """The last day that is looked at."""
        return max(self.until, self.dates_until or self.until)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything the draws share; small enough to be sent to a worker with each draw."""

    settings: Settings
    scenarios: tuple[Scenario, ...]
    """The first is the reference of all differences."""
    demography: Demography
    history: History
    costs: tuple[CostItem, ...]
    surveyed: Surveyed
    """Shares of November 2023 that the prevalences at launch are solved for."""
    costs_file: str = "costs.csv"
    effects: tuple[str, str] | None = None  # file of learned effects, SHA-256
    learned: tuple[Mapping[str, object], ...] = ()  # what they are: name, median, ends of the 90 % interval
    threads: int = 1
    contacts: float | None = None
    """Contacts to come per person, for which memory is planned, where a smaller run has counted them."""
    carried: Carried | None = None
    """What the forecast adds to the status quo, the first scenario; without it stocks are as simulated."""
    region: Within | None = None
    """The region that draws and levers are of; ``None``: the country."""

    def __post_init__(self) -> None:
        window = {"policy_start": self.settings.policy_start, "until": self.settings.until}
        if problems := [p for scenario in self.scenarios for p in date_problems(scenario, **window)]:
            raise ScenarioError(problems)
        refuse_missing(self.drivers, self.settings.structure, "[drivers]")

    @property
    def drivers(self) -> DriversTable:
        """What all scenarios fix of documents and service growth; the draws of the experiment have it already
        (``scenarios.language.resolve.steered``)."""
        return common_drivers(self.scenarios)


def simulate_draw(experiment: Experiment, draw: Draw) -> Frames:
    """Frames of one draw (``scenarios.frames.ORDER``), all scenarios, ordered as given."""
    return _frames(experiment, draw, result_of)


def simulate_what_goes(experiment: Experiment, draw: Draw) -> dict[str, Any]:
    """The same without the scenarios that fail: ``LEFT_OUT`` lists them with their errors, if there are any. Where the
    first one fails, of which all others are told as differences, or memory is short, the draw fails."""
    failed: list[dict[str, str]] = []

    def tried(experiment: Experiment, scenario: Scenario, draw: Draw, model: World, past: Past) -> Result | None:
        try:
            return result_of(experiment, scenario, draw, model, past)
        except (MemoryError, RunFailedError):
            raise
        except Exception as error:
            if scenario is experiment.scenarios[0]:
                raise
            line = (f"{type(error).__name__}: {error}".splitlines() or [""])[0]
            failed.append({"scenario": scenario.name, "error": line, "traceback": traceback.format_exc()})
            return None

    frames = _frames(experiment, draw, tried)
    return {**frames, LEFT_OUT: failed} if failed else frames


def _frames(experiment: Experiment, draw: Draw, branch: Callable[..., Result | None]) -> Frames:
    model = history_of(experiment, draw)
    past = begun(experiment, model)
    results = []
    for number, scenario in enumerate(experiment.scenarios, 1):
        if number == len(experiment.scenarios):
            model.end_with_branch()
        if (result := branch(experiment, scenario, draw, model, past)) is not None:
            results.append(result)
    if experiment.carried is not None:
        results = carried_into(results, *carried_on(experiment.carried, draw.index, results[0]))
    return framed(experiment, draw, results)


def begun(experiment: Experiment, model: World) -> Past:
    """What all scenarios of a draw share of its history."""
    return past_of(model, [week for week in _group_weeks(experiment.settings) if week <= model.week])


def framed(experiment: Experiment, draw: Draw, results: Sequence[Result], reference: Result | None = None) -> Frames:
    """The frames of a draw, the scenarios ordered as given; the first is the reference, or else it is given."""
    settings = experiment.settings
    return draw_frames(
        draw.index,
        results,
        every=settings.every,
        until=settings.until,
        dates_until=settings.onward,
        target_millions=settings.target_millions,
        target_on=settings.target_on,
        policy_start=settings.policy_start,
        reference=reference,
    )


def history_of(experiment: Experiment, draw: Draw) -> World:
    """The world of this draw at the policy start, to be branched."""
    from model.population.building import build_population
    from model.prevalence import solve_prevalence

    settings = experiment.settings
    people_seed, decisions_seed = (derive(settings.seed, draw.index, purpose) for purpose in (POPULATION, DECISIONS))
    population = build_population(
        experiment.demography,
        people=settings.people,
        seed=people_seed,
        threads=experiment.threads,
        contacts=experiment.contacts,
        only=draw.only,
    )
    structure = draw.structure or settings.structure
    parameters = solve_prevalence(
        draw.parameters,
        demography=experiment.demography,
        history=experiment.history,
        structure=structure,
        surveyed=experiment.surveyed,
    )
    model = _engine(settings.engine)(
        population,
        parameters,
        demography=experiment.demography,
        history=experiment.history,
        structure=structure,
        seed=decisions_seed,
        threads=experiment.threads,
    )
    model.advance(week_of(settings.policy_start))
    return model


def _engine(name: str) -> type[FastModel] | type[ReferenceModel]:
    """The class that simulates. Imported here: numba and mesa are of no use to whoever only plots."""
    if name == "mesa":
        from model.twin.reference import ReferenceModel

        return ReferenceModel
    from model.fast import FastModel

    return FastModel


def result_of(experiment: Experiment, scenario: Scenario, draw: Draw, model: World, past: Past) -> Result:
    """One scenario from the policy start to the horizon."""
    settings = experiment.settings
    last = max(settings.onward, going_on(scenario, settings.until))
    branch = start_branch(experiment, scenario, draw, model, last)
    ledger = Ledger(settings.policy_start, settings.until)
    standing, census = _run_to_horizon(branch, settings, past, ledger)
    uses = ledger.uses(census)
    outcome = replace(census.outcome(), uses=uses[-1])
    costs = cost_lines(scenario, outcome.uses, draw, experiment.costs)
    later = groups_of(census, [week for week in _group_weeks(settings) if week > model.week])
    result = Result(
        scenario=scenario.name,
        outcome=outcome,
        costs=costs,
        spending=year_lines(scenario, ledger, uses, costs, settings.policy_start),
        groups=[table for pair in zip(past.groups, later, strict=True) for table in pair],
        standing=[*past.standing, *standing],
        simulated=outcome.activated,
        use=past.used(branch, draw.use),
    )
    if settings.onward == settings.until:
        return result
    branch.advance(ceil(position(settings.onward)))  # what was counted above holds until here
    onward = past.census(branch).activated()[settings.last_week + 1 :]
    users = past.used(branch, draw.use) if settings.target_on == "users" else None
    return replace(result, later=onward, use_later=users)


def branch_of(experiment: Experiment, scenario: Scenario, draw: Draw, model: W) -> W:
    """The model of one scenario, run to the horizon."""
    branch = start_branch(experiment, scenario, draw, model)
    branch.advance(experiment.settings.last_week)
    return branch


def start_branch(experiment: Experiment, scenario: Scenario, draw: Draw, model: W, onward: date | None = None) -> W:
    """The model of one scenario at the policy start; its levers end with the horizon, or ``onward``."""
    settings = experiment.settings
    window = {"policy_start": settings.policy_start, "until": settings.until}
    return model.branch(resolve(scenario, draw, **window, onward=onward))


def _run_to_horizon(
    branch: World, settings: Settings, past: Past, ledger: Ledger
) -> tuple[list[StandingTable], Census]:
    """Run a branch to the horizon: how far people have come in the two weeks around it, and the census at the end; the
    ledger notes what has been used on the way."""
    tables: list[StandingTable] = []
    since = branch.week
    for week in ledger.weeks:
        branch.advance(week)
        census = past.census(branch)
        ledger.note(census.counters())
        if week > since and week in _last_weeks(settings):
            tables += census.standing(since)
    return tables, census


def _last_weeks(settings: Settings) -> tuple[int, int]:
    """The two weeks around the horizon."""
    return settings.last_week - 1, settings.last_week


def _group_weeks(settings: Settings) -> tuple[int, ...]:
    """Every so many weeks, the policy start, and the two weeks around the horizon."""
    weeks = set(range(0, settings.last_week + 1, settings.every))
    return tuple(sorted(weeks | {week_of(settings.policy_start), *_last_weeks(settings)}))
