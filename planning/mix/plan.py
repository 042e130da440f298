"""The plan: search on one half of the draws, judge on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from foundation.errors import UserError
from foundation.language.numbers import compact
from foundation.shapes import Floats
from planning.mix.measures import (
    CheapestToTarget,
    FurthestReach,
    Goal,
    Measures,
    MostActivations,
    feasible,
    surely,
)
from planning.mix.question import Mixes, Question, Space
from planning.mix.search import Archive, Rival, affordable, hindsight_mixes, optimism, regret, search, without
from planning.mix.simulate import Answer, Simulator, measures
from scenarios.language.schema import Scenario

NICE = tuple(step * 10.0**power for power in range(-1, 5) for step in (1, 2, 5))
"""Budgets of the frontier, million euros."""
LOWEST = 150.0
"""The frontier begins at what all levers cost divided by this."""


@dataclass(frozen=True)
class Row:
    """A mix or scenario that was simulated on the fresh draws, by its place there."""

    role: str
    """``frontier``, ``target``, ``reach``, ``everything``, ``without`` or ``shipped``."""
    name: str
    row: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was found. ``searched`` and ``fresh`` are on disjoint draws."""

    question: Question
    space: Space
    budgets: tuple[float, ...]
    archive: Archive
    winners: tuple[int, ...]
    """Row of the archive for each budget."""
    found_for: tuple[float, ...]
    """Budget for which the search found it: the same, or a smaller one whose mix does better on the fresh draws."""
    optimisms: tuple[float, ...]
    target: int | None
    """Row of the cheapest mix that reaches it on the fresh draws as surely as was asked; ``None``: none does."""
    reach: int
    """Row of the mix that reaches furthest as surely on the fresh draws."""
    everything: int
    regrets: Floats
    """Per search draw, for the budget asked for, millions."""
    hindsight: Floats
    """Gain of the best mix in hindsight, per search draw, millions."""
    search_draws: tuple[int, ...]
    fresh_draws: tuple[int, ...]
    rivals: tuple[Rival, ...]
    rows: tuple[Row, ...]
    fresh: Measures
    answers: tuple[Answer, ...]
    """On the fresh draws: ``rows`` in order."""

    @property
    def asked(self) -> int:
        """Place of the budget asked for among ``budgets``."""
        return self.budgets.index(self.question.budget)

    @property
    def winner(self) -> Mixes:
        """The mix for the budget asked for, [lever]."""
        return self.archive.mixes[self.winners[self.asked]]

    def row(self, role: str, name: str) -> int:
        """Place on the fresh draws."""
        return next(row.row for row in self.rows if (row.role, row.name) == (role, name))


def ceiling(simulator: Simulator, question: Question) -> float:
    """Million euros that all levers at their ceilings cost on average: what a plan can spend.

    Raises:
        UserError: a lever reaches nobody, a group that must not fall behind has nobody, or the budget is larger.
    """
    everything = simulator.space.everything()[None]
    answers = simulator.answers(everything, "ceiling")
    _refuse_idle(answers, simulator.space)
    if question.limits.fair:
        _refuse_empty_groups(answers, simulator.experiment.settings.people)
    found = measures(answers)
    most = float(found.cost.mean())
    spent = found.spent[0].mean(axis=0)
    if question.years and all(spent[n] < year_most for n, (_, year_most) in enumerate(question.years)):
        raise UserError(
            f"--budget: each year has more than the levers can spend: together, each at its ceiling, they cost "
            f"{_each_year(question, spent)} on average; give at most that, or more levers (--within)"
        )
    if not question.years and question.budget > most * 1.0005:
        raise UserError(
            f"--budget: {compact(question.budget, 'en')} M€ is more than the levers can spend: together, each at its "
            f"ceiling, they cost {compact(most, 'en')} M€ on average; give at most that, or more levers (--within)"
        )
    return most


def _each_year(question: Question, spent: Floats) -> str:
    """``2027: 20 M€, 2028: 30 M€``."""
    years = zip(question.years, spent, strict=True)
    return ", ".join(f"{year}: {compact(float(money), 'en')} M€" for (year, _), money in years)


def _refuse_idle(answers: Sequence[Answer], space: Space) -> None:
    used = {str(name) for a in answers for name in a.costs.loc[a.costs["quantity"] > 0, "lever"]}
    for label in space.labels:
        if label not in used:
            raise UserError(
                f"lever {label}: reaches nobody on any draw (its target selects no one of the simulated people, or "
                f"nothing happens between its start and the horizon); leave it out (--levers) or mend its target"
            )


def _refuse_empty_groups(answers: Sequence[Answer], people: int) -> None:
    for answer in answers:
        for (dimension, group), shares in zip(answer.groups, answer.shares[0], strict=True):
            if np.isnan(shares).any():
                raise UserError(
                    f"--fair: group {group} of {dimension} is empty, or nobody is outside of it, among {people:,} "
                    f"simulated people (draw {answer.draw}); simulate more (--people)"
                )


def frontier_budgets(asked: float, most: float, points: int) -> tuple[float, ...]:
    """Round budgets up to what can be spent, the one asked for among them, ascending."""
    grid = [b for b in NICE if most / LOWEST <= b < 0.9 * most and not 0.85 < b / asked < 1.18]
    grid = grid[:: max(1, -(-len(grid) // points))]
    return tuple(sorted({*grid, asked, *([most] if not asked / most > 0.98 else [])}))


def units(space: Space, question: Question, draws: tuple[int, int], rivals: int, budgets: int) -> int:
    """Branches to simulate at most, for the progress shown."""
    levers = len(space.labels)
    search_mixes = question.effort.mixes(levers, budgets + 2, fair=question.limits.fair) + 2 + 2 * rivals
    return draws[0] * search_mixes + draws[1] * (budgets + 3 + levers + rivals)


def make_plan(
    searched: Simulator,
    fresh: Simulator,
    question: Question,
    most: float,
    shipped: Sequence[Scenario],
) -> Plan:
    """Searches, looks back, and judges on the fresh draws."""
    space, limits = searched.space, question.limits
    yearly = replace(limits, years=tuple(most for _, most in question.years))
    budgets = frontier_budgets(question.budget, most, question.points)
    goals: list[Goal] = [
        MostActivations(budget=budget, limits=yearly.scaled(budget / question.budget)) for budget in budgets
    ]
    reach = FurthestReach(probability=question.probability, limits=limits)
    aim = CheapestToTarget(target=question.target, probability=question.probability, limits=limits)
    archive = search(searched, space.switches, [*goals, aim, reach], effort=question.effort, seed=question.seed)
    searched_for = [_certain(archive.winner(goal)) for goal in goals]
    everything = archive.row(space.everything())
    rivals = affordable(searched, shipped, question.budget, yearly.years)
    scenarios = [rival.scenario for rival in rivals if rival.scenario is not None]
    names = [rival.name for rival in rivals if rival.scenario is not None]
    others = [row for row in (archive.winner(aim), archive.winner(reach), everything) if row is not None]
    finals = list(dict.fromkeys([*searched_for, *others]))
    answers = fresh.answers(archive.mixes[finals], "fresh", scenarios)
    judged = measures(answers, slice(len(finals)))
    found_at = never_worse(judged.gain.mean(axis=1)[[finals.index(row) for row in searched_for]])
    winners = tuple(searched_for[at] for at in found_at)
    asked = budgets.index(question.budget)
    regrets, hindsight = _look_back(searched, archive, goals[asked], winners[asked], question.seed)
    allowed = [row for row in finals if feasible(reach, archive.measures.take([row]))[0]]
    surest = judged.take([finals.index(row) for row in allowed])
    nearest, furthest = to_target(surest, question.target, question.probability)
    target, far = None if nearest is None else allowed[nearest], allowed[furthest]
    reported = {"target": target, "reach": far, "everything": everything}
    mixes, rows = _finals(archive, finals, budgets, winners, asked, reported, len(names))
    rows += [Row("shipped", name, len(finals) + number) for number, name in enumerate(names)]
    if len(mixes):
        pairs = zip(answers, fresh.answers(mixes, "fresh-without"), strict=True)
        answers = [one.followed_by(more) for one, more in pairs]
    answers = _labelled(answers, space)
    return Plan(
        question=question,
        space=space,
        budgets=budgets,
        archive=archive,
        winners=winners,
        found_for=tuple(budgets[at] for at in found_at),
        optimisms=tuple(optimism(goal, archive.measures, question.seed) for goal in goals),
        target=target,
        reach=far,
        everything=everything,
        regrets=regrets,
        hindsight=hindsight,
        search_draws=tuple(draw.index for draw in searched.draws),
        fresh_draws=tuple(draw.index for draw in fresh.draws),
        rivals=tuple(rivals),
        rows=tuple(rows),
        fresh=measures(answers),
        answers=tuple(answers),
    )


def _look_back(simulator: Simulator, archive: Archive, goal: Goal, winner: int, seed: int) -> tuple[Floats, Floats]:
    """Regret and the best gain in hindsight, per search draw."""
    assert isinstance(goal, MostActivations)
    proposals = hindsight_mixes(archive, goal, simulator.space.switches, seed + 1)
    answers = simulator.each(proposals, "hindsight")
    own = np.array([float(a.results["activated"].iloc[1] - a.results["activated"].iloc[0]) for a in answers])
    gains = archive.measures.gain
    admissible = np.flatnonzero(feasible(goal, archive.measures))
    lost = regret(gains[admissible], own, int(np.flatnonzero(admissible == winner)[0]))
    return lost, gains[winner] + lost


def never_worse(gains: Floats) -> list[int]:
    """For each budget, ascending, the place of the mix that adds most on average among those found for it and for
    smaller ones (``gains`` [budget]): what a smaller budget buys, a larger one buys too. Of equals its own."""
    found: list[int] = []
    for at, gain in enumerate(gains):
        found.append(found[-1] if found and gains[found[-1]] > gain else at)
    return found


def to_target(m: Measures, target: float, probability: float) -> tuple[int | None, int]:
    """Of mixes on the fresh draws, the cheapest that reaches the target on the wanted share of them (``None``: none
    does), and the one that reaches furthest so surely: the rule by which every row tells its probability."""
    reach, cost = surely(m.status_quo + m.gain, probability), m.cost.mean(axis=1)
    there = np.flatnonzero(reach >= target)
    cheapest = int(there[np.argmin(cost[there])]) if len(there) else None
    return cheapest, int(np.lexsort((cost, -reach))[0])


def _finals(
    archive: Archive,
    finals: Sequence[int],
    budgets: Sequence[float],
    winners: Sequence[int],
    asked: int,
    others: dict[str, int | None],
    scenarios: int,
) -> tuple[Mixes, list[Row]]:
    """Where to find what on the fresh draws, and the mixes that are still missing there: the one asked for without each
    of its levers, which come behind the ``finals`` (rows of the archive) and so many ``scenarios``."""
    places = {tuple(archive.mixes[row].tolist()): place for place, row in enumerate(finals)}
    rows = [
        Row("frontier", f"{budget:.9g}", finals.index(winner)) for budget, winner in zip(budgets, winners, strict=True)
    ]
    rows += [Row(role, role, finals.index(row)) for role, row in others.items() if row is not None]
    winner_mix, missing = archive.mixes[winners[asked]], list[Mixes]()
    for lever, mix in zip(np.flatnonzero(winner_mix), without(winner_mix), strict=True):
        key = tuple(mix.tolist())
        if key not in places:
            places[key] = len(finals) + scenarios + len(missing)
            missing.append(mix)
        rows.append(Row("without", str(lever), places[key]))
    return np.array(missing, np.int64), rows


def _labelled(answers: Sequence[Answer], space: Space) -> list[Answer]:
    """The answers; cost tables of mixes and scenarios alike name their levers."""
    return [replace(answer, costs=answer.costs.reset_index(drop=True)) for answer in answers]


def _certain(row: int | None) -> int:
    """The mix of nothing keeps within every limit, so there is always one."""
    if row is None:
        raise RuntimeError("no mix keeps within the limits, not even that of nothing")
    return row
