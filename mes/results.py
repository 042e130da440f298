"""Comparisons of scenarios over draws, and finished folders of ``mes run`` and ``mes compare``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cli.commands.compare import EVERY
from cli.options import DRAWS, PEOPLE, Lang
from cli.runs.chosen import Chosen, with_reference
from cli.runs.request import POLICY_START, UNTIL, Request, at_least_one, experiment_of
from cli.runs.simulation import carried_out, study_of
from foundation.store.manifest import Manifest, references_of
from mes.worlds import Day, as_date, loaded, pairs
from scenarios.compare.study import Comparison, looking_on
from scenarios.frames import ORDER
from scenarios.language.files import catalogue, load_scenario
from scenarios.language.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """What a run or a comparison has found; in tidy frames, a row a scenario, draw and date or group."""

    manifest: Mapping[str, Any]
    """Settings, scenarios, data and versions; ``docs/ensembles.md``."""
    frames: Mapping[str, pd.DataFrame]
    """``weekly``, ``groups``, ``channels``, ``outcomes``, ``costs``, ``spending`` (by calendar year), ``uses``,
    ``equity``; persons and euros."""

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row a scenario: medians and 90 % intervals (``_p05``, ``_p50``, ``_p95``) of the activated stock and of
        what is added (millions), cost (millions of euros), cost per additional activation (euros), probability of the
        target; as ``summary.en.csv``."""
        from scenarios.compare.tables import summary_table

        return summary_table(self.frames["outcomes"], self.frames["costs"])

    @cached_property
    def when(self) -> pd.DataFrame:
        """A row a scenario and year's end: probability of having reached the target by then, over draws; as
        ``when.en.csv``. The dates themselves (``target_date_p50``, …) are in ``summary``."""
        from scenarios.compare.when import when_table

        return when_table(self.frames["outcomes"], self.manifest)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """A row a scenario and group at the horizon: share activated (0 to 1), gap to the average and gain over the
        status quo in points, over draws; as ``groups.en.csv``."""
        from scenarios.compare.tables import groups_table

        return groups_table(self.frames["groups"], self.manifest["until"], references_of(self.manifest))

    @cached_property
    def best(self) -> pd.DataFrame:
        """Which strategy is best within classes of like cost, and how surely; as ``best.en.csv``."""
        from scenarios.compare.best import best_table

        return best_table(self.frames["outcomes"], self.manifest)


def compare(
    scenarios: Sequence[str | Path | Scenario] = (),
    *,
    people: int = PEOPLE,
    draws: int = DRAWS,
    seed: int = 1,
    policy_start: Day = POLICY_START,
    until: Day = UNTIL,
    target: str | float | None = "40M",
    structure: Mapping[str, str] | None = None,
    posterior: str | Path | None = None,
    costs: str | Path | None = None,
    as_simulated: bool = False,
    workers: int | None = 1,
    out: str | Path | None = None,
    resume: bool = False,
    every: int = EVERY,
) -> Results:
    """Simulate scenarios beside the status quo on the same draws, as ``mes compare`` with the same arguments.

    Args:
        scenarios: shipped names, paths of files, or ``mes.scenario``; none: the whole catalogue. The status quo is
            always there, first.
        people: agents of each draw.
        target: activated profiles, as ``40M``, or users of a month, as ``users=5M``; a plain number counts millions.
        costs: a file of unit prices of your own, as ``mes costs`` prints one.
        as_simulated: leave stocks as the model gives them instead of continuing them from the published counts.
        workers: processes; ``None``: the cores of the machine. A script that starts more than one has its work below
            ``if __name__ == "__main__":`` (a notebook needn't).
        out: run folder to keep (``mes report`` and ``mes plot`` read it); by default none is kept.
        resume: finish an interrupted run in ``out``.
        every: weeks between the rows of groups and channels.

    Raises:
        UserError: arguments that can't be, a folder that is there already.
        ScenarioError: all problems of a scenario file.
        RunFailedError: no draw came through.
        Interrupted: Ctrl-C; what has finished is kept in ``out``.
    """
    at_least_one("every", every)
    given = Request(
        command="compare",
        people=people,
        draws=draws,
        seed=seed,
        policy_start=as_date(policy_start).isoformat(),
        until=as_date(until).isoformat(),
        target=None if target is None else str(target),
        structure=pairs(structure),
        posterior=None if posterior is None else Path(posterior),
        costs=None if costs is None else Path(costs),
        as_simulated=as_simulated,
        workers=workers,
        threads=None,
        out=None if out is None else Path(out),
        resume=resume,
        lang=Lang.en,
        json=False,
        quick=False,
    )
    return _found(given, [loaded(one) for one in scenarios or catalogue()], every)


def run(scenario: str | Path | Scenario, **settings: Any) -> Results:
    """One scenario and the status quo, with groups and channels for each week, as ``mes run``; settings and errors as
    of ``compare``."""
    return compare([scenario], **{"every": 1, **settings})


def open_run(folder: str | Path) -> Results:
    """A finished folder of ``mes run``, ``mes compare`` or ``out``.

    Raises:
        UserError: it is unfinished, altered, or of a version whose frames were others.
    """
    from scenarios.compare.comparison import load

    manifest, frames = load(Path(folder))
    return Results(manifest, frames)


@dataclass(frozen=True, kw_only=True)
class _FromPython(Comparison):
    """A comparison whose folder says which command gives the same."""

    line: Sequence[str]

    def planned(self) -> Manifest:
        return {**super().planned(), "command_line": list(self.line)}


def _found(request: Request, scenarios: Sequence[Scenario], every: int) -> Results:
    chosen = with_reference([Chosen(one, one.text) for one in scenarios])
    experiment = looking_on(experiment_of(request, [one.scenario for one in chosen], every))
    study = study_of(_FromPython, experiment, request, line=_line(request, scenarios))
    processes = min(request.process_count(study.experiment), len(study.draws))
    with TemporaryDirectory() as temporary:
        placed = request if request.out else replace(request, out=Path(temporary) / "run")
        store = carried_out(study, placed, "", processes)
        return Results(store.manifest, store.frames(ORDER))


def _line(request: Request, scenarios: Sequence[Scenario]) -> list[str]:
    names = [one.name if _is_shipped(one) else one.source for one in scenarios]
    options = {
        "people": request.people,
        "draws": request.draws,
        "seed": request.seed,
        "policy-start": request.policy_start,
        "until": request.until,
        "target": request.target,
        "posterior": request.posterior,
        "costs": request.costs,
    }
    told = [text for name, value in options.items() if value is not None for text in (f"--{name}", str(value))]
    structures = [text for choice in request.structure for text in ("--structure", choice)]
    return ["mes", "compare", *names, *told, *structures, *["--as-simulated"] * request.as_simulated]


def _is_shipped(scenario: Scenario) -> bool:
    return scenario.name in catalogue() and scenario == load_scenario(scenario.name)
