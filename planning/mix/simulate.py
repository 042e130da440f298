"""What a worker does: mixes and scenarios on one draw, branched off one history. Counted at the horizon are activated
profiles, or, for a target on them, users of a month.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from foundation.shapes import Floats
from foundation.store.reading import Document
from model.terms.inputs import OneRegion
from model.terms.parameters import Parameters
from model.terms.use import months
from planning.mix.measures import Cohorts, Measures, cohorts, lag, shares
from planning.mix.question import Mixes, Space, strictly
from scenarios.carried import by_odds
from scenarios.costs import CostLine, Ledger, YearLine, cost_lines, year_lines, years_of
from scenarios.draw import Draw
from scenarios.experiment import Experiment, Settings, history_of
from scenarios.frames import at
from scenarios.language.resolve import Within, resolve
from scenarios.language.schema import Scenario

if TYPE_CHECKING:
    from foundation.tasks.bench import Bench
    from model.counting.census import Census
    from model.counting.use import UseCensus
    from model.world import World

SPENT = "spent_"
"""What names of columns of years begin with."""
PEOPLE_KEPT = 4_000_000
"""Simulated people whose histories a process keeps; beyond it, those not used for longest are given up."""


@dataclass(frozen=True)
class Task:
    """What a worker is sent: the mixes and scenarios to simulate on one draw."""

    experiment: Experiment
    space: Space
    draw: Draw
    mixes: Mixes
    scenarios: tuple[Scenario, ...] = ()

    @property
    def branches(self) -> int:
        """How many are simulated."""
        return len(self.mixes) + len(self.scenarios)

    @property
    def key(self) -> str:
        """Names its answer, unlike that to any other mixes or scenarios on any other draw."""
        asked = self.mixes.tobytes() + json.dumps([scenario.sha256 for scenario in self.scenarios]).encode()
        return f"{hashlib.sha256(asked).hexdigest()[:12]}/draw-{self.draw.index:05d}"


@dataclass(frozen=True)
class Answer:
    """Rows: the mixes, then the scenarios."""

    draw: int
    results: pd.DataFrame
    """``activated`` or users, as simulated, ``cost`` (M€), ``minutes``, millions, ``spent_2027`` … (M€ of each calendar
    year); a first row holds the status quo."""
    carried: float
    """Millions that the forecast adds to the status quo, and to every row alike."""
    shares: Floats
    """Shares activated of groups and of their complements, [1 + row, group, 2], the status quo first."""
    costs: pd.DataFrame
    """A line per row, lever and item, as ``scenarios.costs.CostLine``."""
    groups: tuple[tuple[str, str], ...]

    @property
    def lags(self) -> Floats:
        """Points by which each group is further behind than under the status quo, [row, group]."""
        behind = lag(self.shares)
        return np.asarray(behind[1:] - behind[0])

    def followed_by(self, other: Answer) -> Answer:
        """With the mixes of another answer on the same draw behind its own rows."""
        rows = len(self.results) - 1
        return replace(
            self,
            results=pd.concat([self.results, other.results.iloc[1:]], ignore_index=True),
            shares=np.concatenate([self.shares, other.shares[1:]]),
            costs=pd.concat([self.costs, other.costs.assign(row=other.costs["row"] + rows)], ignore_index=True),
        )

    def content(self) -> Document:
        """As it is kept."""
        return {
            "results": self.results,
            "carried": self.carried,
            "shares": self.shares,
            "costs": self.costs,
            "groups": list(self.groups),
        }

    @classmethod
    def of(cls, task: Task, content: Mapping[str, Any]) -> Answer:
        """From what was kept."""
        groups = tuple((str(dimension), str(group)) for dimension, group in content["groups"])
        return cls(**{**content, "draw": task.draw.index, "groups": groups})


@dataclass(frozen=True)
class _Known:
    model: World
    cohorts: Cohorts
    status_quo: float
    carried: float
    shares: Floats
    more: Floats
    """[group, 2] share that the forecast adds."""
    use: UseCensus | None = None
    """Of the status quo, where the target is on users."""


_HISTORIES: OrderedDict[tuple[Settings, int, Parameters, bool, OneRegion | None, Within | None], _Known] = OrderedDict()


def work(task: Task) -> Document:
    """What is kept of one task."""
    return simulate(task).content()


def simulate(task: Task) -> Answer:
    """One row for each mix and scenario, and the status quo before them."""
    known = _history(task.experiment, task.draw)
    scenarios = [*(task.space.mixed(mix) for mix in task.mixes), *task.scenarios]
    years = years_of(task.experiment.settings.policy_start, task.experiment.settings.until)
    rows = [{"activated": known.status_quo, "cost": 0.0, "minutes": 0.0, **_spent([], years)}]
    shares, costs = [known.shares + known.more], []
    for number, scenario in enumerate(scenarios):
        activated, share, lines, by_year = _branch(task, known, scenario)
        cost, minutes = (sum(getattr(line, name) for line in lines) / 1e6 for name in ("eur", "minutes"))
        rows.append({"activated": activated, "cost": cost, "minutes": minutes, **_spent(by_year, years)})
        shares.append(share + known.more)
        costs += [{"row": number, **{name: getattr(line, name) for name in _LINE}} for line in lines]
    return Answer(
        draw=task.draw.index,
        results=pd.DataFrame(rows),
        carried=known.carried,
        shares=np.array(shares),
        costs=pd.DataFrame(costs, columns=["row", *_LINE]),
        groups=known.cohorts.names,
    )


def _spent(lines: Sequence[YearLine], years: Sequence[int]) -> dict[str, float]:
    """Million euros of each calendar year."""
    return {f"{SPENT}{year}": sum(line.eur for line in lines if line.year == year) / 1e6 for year in years}


_LINE = ("lever", "item", "status", "quantity", "unit_eur", "eur", "minutes")


def _branch(task: Task, known: _Known, scenario: Scenario) -> tuple[float, Floats, list[CostLine], list[YearLine]]:
    """Millions activated, shares of groups, cost lines and those of years of one scenario."""
    from model.counting.census import Census

    settings, draw = task.experiment.settings, task.draw
    levers = resolve(scenario, draw, policy_start=settings.policy_start, until=settings.until)
    branch = known.model.branch([lever for lever in levers if lever.dose > 0])
    ledger = Ledger(settings.policy_start, settings.until)
    for week in ledger.weeks:
        branch.advance(week)
        census = Census(branch)
        ledger.note(census.counters())
    uses, used = ledger.uses(census), strictly(scenario)
    lines = cost_lines(used, uses[-1], draw, task.experiment.costs)
    years = year_lines(used, ledger, uses, lines, settings.policy_start)
    found = reached(census.activated(), use_of(census, settings, draw, known.use), settings)
    return found, known.cohorts.shares(branch), lines, years


def _history(experiment: Experiment, draw: Draw) -> _Known:
    """The draw at the policy start and its status quo at the horizon, simulated once in a process."""
    one = (draw.only, experiment.region)
    key = (experiment.settings, draw.index, draw.parameters, experiment.carried is None, *one)
    if key not in _HISTORIES:
        _HISTORIES[key] = _simulated(experiment, draw)
        while len(_HISTORIES) > max(1, PEOPLE_KEPT // experiment.settings.people):
            _HISTORIES.popitem(last=False)
    _HISTORIES.move_to_end(key)
    return _HISTORIES[key]


def _simulated(experiment: Experiment, draw: Draw) -> _Known:
    from model.counting.census import Census

    model, settings = history_of(experiment, draw), experiment.settings
    groups = cohorts(model)
    branch = model.branch(())
    branch.advance(settings.last_week)
    census, counts = Census(branch), groups.counts(branch)
    stock, use = census.activated(), use_of(census, settings, draw)
    found = reached(stock, use, settings)
    if experiment.carried is None:
        return _Known(model, groups, found, 0.0, shares(counts), np.zeros(counts.shape[:2]), use)
    added = experiment.carried(draw.index, stock)
    growth = added[-1] / stock[-1]
    carried = at(added, settings.until) / 1e6 if use is None else _growth(added, stock, use.month) * found
    return _Known(model, groups, found, carried, shares(counts), _more(counts, growth), use)


def _growth(added: Floats, stock: Floats, month: int) -> float:
    """What is added to the stock at the end of a month, as a share of it: by so much its users grow, too, as those of a
    run do (``scenarios.used.carried_use``)."""
    week = min(int(months().end[month]), len(stock) - 1)
    return max(-1.0, float(added[week] / stock[week]))


def _more(counts: Floats, growth: float) -> Floats:
    """Shares [group, 2] that are added where those who have activated grow by so much (``scenarios.carried``)."""
    done, living = counts[..., 0], counts[..., 1]
    now = by_odds(living, done, growth * done.sum(axis=1))
    return np.divide(now - done, living, out=np.zeros(done.shape), where=living > 0)


def use_of(census: Census, settings: Settings, draw: Draw, beside: UseCensus | None = None) -> UseCensus | None:
    """Use in a world at the horizon, where the target is on users.

    Raises:
        ValueError: the draw has no posterior of use.
    """
    if settings.target_on != "users":
        return None
    if draw.use is None:
        raise ValueError("a target on users needs draws with a posterior of use")
    from model.counting.use import UseCensus
    from model.terms.weeks import week_of

    return UseCensus(census.world, draw.use, beside, since=None if beside else week_of(settings.policy_start))


def reached(stock: Floats, use: UseCensus | None, settings: Settings) -> float:
    """Millions at the horizon of what the target is on; ``stock`` [week] are activated persons."""
    return at(stock, settings.until) / 1e6 if use is None else use.outcome().at("users") / 1e6


@dataclass(kw_only=True)
class Simulator:
    """Answers for one set of draws. A draw that fails at its first stage is left out of all; later, nothing may."""

    experiment: Experiment
    space: Space
    draws: list[Draw]
    bench: Bench[Task]
    _begun: bool = False

    def __call__(self, mixes: Mixes, stage: str) -> Measures:
        """Measures of the mixes, draws in order."""
        return measures(self.answers(mixes, stage))

    def answers(self, mixes: Mixes, stage: str, scenarios: Sequence[Scenario] = ()) -> list[Answer]:
        """An answer per draw, in order: rows are the mixes, then the scenarios."""
        return self.each([mixes] * len(self.draws), stage, scenarios)

    def each(self, mixes: Sequence[Mixes], stage: str, scenarios: Sequence[Scenario] = ()) -> list[Answer]:
        """The same with mixes of its own for every draw."""
        pairs = zip(self.draws, mixes, strict=True)
        tasks = [Task(self.experiment, self.space, draw, own, tuple(scenarios)) for draw, own in pairs]
        found = self.bench.each(tasks, stage, whole=self._begun)
        self._begun, self.draws = True, [task.draw for task in found.tasks]
        return [Answer.of(task, content) for task, content in zip(found.tasks, found, strict=True)]


def measures(answers: Sequence[Answer], rows: slice = slice(None)) -> Measures:
    """What the answers say of the mixes (or of some rows)."""
    plain = {name: np.stack([a.results[name].to_numpy()[1:][rows] for a in answers], axis=1) for name in _PLAIN}
    years = [name for name in answers[0].results if str(name).startswith(SPENT)]
    spent = [a.results[years].to_numpy(float)[1:][rows] for a in answers]
    status_quo = np.array([a.results["activated"].iloc[0] for a in answers])
    return Measures(
        gain=plain["activated"] - status_quo,
        cost=plain["cost"],
        minutes=plain["minutes"],
        lag=np.stack([a.lags[rows] for a in answers], axis=1),
        spent=np.stack(spent, axis=1),
        status_quo=status_quo + [a.carried for a in answers],
    )


_PLAIN = ("activated", "cost", "minutes")
