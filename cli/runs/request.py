"""What was asked for on the command line, checked and turned into an experiment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import DRAWS, PEOPLE, QUICK_DRAWS, QUICK_PEOPLE, Engine, Lang, Pictures
from foundation.errors import UserError, nearest
from foundation.language.amounts import iso_day, refuse_reached, target

if TYPE_CHECKING:
    from model.terms.parameters import Structure
    from scenarios.compare.placement import Placement
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment, Settings
    from scenarios.language.schema import Scenario

MOST_WORKERS, MOST_THREADS = 1024, 256
"""More processes, and more threads of one, than any machine has cores for take minutes to start, and nothing else."""
LEAST_PEOPLE = 40
"""Fewer may hold nobody who has activated when a count was published, so that nothing can be continued from it."""
AVERAGE = "average"
"""The ``--structure`` that averages over all fitted ones."""
POLICY_START, UNTIL, TARGET = date(2027, 1, 4), date(2027, 12, 31), 40.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of a command that simulates draws as given; ``None`` where the default holds."""

    command: str
    seed: int
    lang: Lang
    people: int | None = None
    draws: int | None = None
    workers: int | None = None
    threads: int | None = None
    out: Path | None = None
    resume: bool = False
    json: bool = False
    xlsx: bool = False
    quick: bool = False
    structure: Sequence[str] = ()
    posterior: Path | None = None
    engine: Engine = Engine.fast
    policy_start: str | None = None
    until: str | None = None
    target: str | None = None
    cluster: str | None = None
    pictures: Pictures | None = None
    costs: Path | None = None
    effects: Path | None = None
    as_simulated: bool = False
    """Whether stocks are left without what the forecast carries."""
    region: str | None = None
    level: Path | None = None
    """Folder of a level fitted to the region's counts."""

    def __post_init__(self) -> None:
        for option in ("people", "draws", "workers", "threads"):
            at_least_one(f"--{option}", getattr(self, option))
        at_most("--workers", self.workers, MOST_WORKERS)
        at_most("--threads", self.threads, MOST_THREADS)
        if self.people is not None and self.people < LEAST_PEOPLE:
            raise UserError(f"--people: {self.people}; so few say nothing: needed {LEAST_PEOPLE} or more")
        check_seed(self.seed)
        if self.cluster is not None and self.workers is not None:
            raise UserError("--workers: the cluster has its own; give --workers or --cluster")
        self.folder("")  # refused before anything is read

    def changed(self) -> list[str]:
        """Options given that decide on numbers: of no use where nothing is simulated."""
        named = {
            "--people": self.people, "--draws": self.draws, "--policy-start": self.policy_start,
            "--until": self.until, "--target": self.target, "--structure": self.structure or None,
            "--posterior": self.posterior, "--quick": self.quick or None, "--costs": self.costs,
            "--effects": self.effects, "--cluster": self.cluster, "--as-simulated": self.as_simulated or None,
            "--resume": self.resume or None, "--region": self.region, "--level": self.level,
        }  # fmt: skip
        return [option for option, value in named.items() if value is not None]

    @property
    def wanted(self) -> Pictures:
        """Pictures to draw; a preview is to be short."""
        return self.pictures or (Pictures.main if self.quick else Pictures.all)

    def process_count(self, experiment: Experiment | None = None) -> int:
        """Worker processes to start at most; for an experiment, no more than fit into memory."""
        if experiment is None or self.cluster is not None:
            return process_count(self.workers)
        return self.placement(experiment).processes

    def placement(self, experiment: Experiment) -> Placement:
        """Processes and threads on this machine.

        Raises:
            UserError: its people don't fit into memory.
        """
        from scenarios.compare.placement import place

        return place(
            experiment.settings.people,
            experiment.settings.draws,
            processes=self.workers,
            threads=self.threads,
            cores=process_count(None),
            levers=any(scenario.levers for scenario in experiment.scenarios),
            contacts=experiment.contacts,
        )

    @property
    def averages(self) -> bool:
        """Whether results are averaged over the fitted structures.

        Raises:
            UserError: together with a choice or a posterior of one's own.
        """
        if AVERAGE not in self.structure:
            return False
        if len(self.structure) > 1 or self.posterior is not None:
            raise UserError(f"--structure {AVERAGE}: goes with no other --structure and no --posterior")
        return True

    def _weights(self) -> dict[str, float] | None:
        from calibration.draws.posteriors import fitted

        return {alternative.name: alternative.weight for alternative in fitted()} if self.averages else None

    def settings(self, every: int) -> Settings:
        """The settings, defaults filled in."""
        from scenarios.experiment import Settings

        on, aim = target("--target", f"{TARGET:g}M" if self.target is None else self.target)
        if self.target is not None and not (self.region or self.level):  # no count of a region was published
            from calibration.facts.observed import published

            refuse_reached("--target", on, aim, published(on))
        return Settings(
            people=self.people or (QUICK_PEOPLE if self.quick else PEOPLE),
            draws=self.draws or (QUICK_DRAWS if self.quick else DRAWS),
            seed=self.seed,
            policy_start=day("--policy-start", self.policy_start, POLICY_START),
            until=day("--until", self.until, UNTIL),
            target_millions=aim,
            target_on=on,
            engine=self.engine.value,
            structure=structure_of([] if self.averages else self.structure),
            averaged=self._weights(),
            every=every,
            quick=self.quick,
        )

    def folder(self, subject: str) -> Path:
        """The run folder, by default named after the subject, too."""
        return folder_of(self.out, self.resume, f"{self.command}-{subject}")


def folder_of(out: Path | None, resume: bool, stem: str) -> Path:
    """The folder to make or to finish: as given, or named after the command and the time."""
    if resume and out is None:
        raise UserError("--resume: name the folder to finish with --out")
    return out or Path("runs") / f"{stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def on_profiles(settings: Settings) -> None:
    """``UserError`` for a target on users where all that is shown is of activated profiles."""
    if settings.target_on == "users":
        raise UserError(
            "--target: this command is of activated profiles; `mes run status-quo --target users=5M` is of users"
        )


def at_least_one(option: str, value: int | None) -> None:
    """``UserError`` unless the count is positive or not given; from Python it may be anything."""
    if value is not None and not (is_whole(value) and value >= 1):
        raise UserError(f"{option}: {value}; needed a whole number, 1 or more")


def is_whole(value: object) -> bool:
    """Whether it counts something: no truth, no text, no 2.5."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def at_most(option: str, value: int | None, most: int) -> None:
    """``UserError`` for a count that no machine has any use for."""
    if value is not None and value > most:
        raise UserError(f"{option}: {value}; allowed: at most {most}")


def check_seed(seed: int) -> None:
    """``UserError`` unless the seed can key the draws."""
    if not (is_whole(seed) and 0 <= seed < 2**63):
        raise UserError(f"--seed: {seed}; needed a whole number from 0 to 2^63 - 1")


def day(option: str, text: str | None, default: date) -> date:
    """A date given on the command line."""
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        right = iso_day(text) or default.isoformat()
        raise UserError(f"{option}: {text!r} is no date; write it as {right}") from None


def process_count(workers: int | None) -> int:
    """Processes asked for, by default as many as there are cores."""
    if workers is not None:
        at_least_one("--workers", workers)
        at_most("--workers", workers, MOST_WORKERS)
        return workers
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def hint(word: str, names: Iterable[str]) -> str:
    """``; did you mean "x"?`` or nothing, to end a message with."""
    near = nearest(word, names)
    return f'; did you mean "{near}"?' if near else ""


def structure_of(choices: Sequence[str]) -> Structure:
    """``key=value`` pairs as a structure."""
    from model.terms.parameters import Structure

    allowed = Structure.choices()
    values: dict[str, Any] = {}
    for choice in choices:
        key, _, value = choice.partition("=")
        if key not in allowed:
            near = hint(key, [*allowed, AVERAGE])
            raise UserError(f"--structure {choice}: no {key!r}; allowed: {', '.join(allowed)}, or {AVERAGE}{near}")
        if value not in allowed[key]:
            near = hint(value, allowed[key])
            raise UserError(f"--structure {choice}: {key} can't be {value!r}; allowed: {', '.join(allowed[key])}{near}")
        if key in values:
            raise UserError(f"--structure {choice}: {key} is given twice")
        values[key] = value
    return Structure(**values)


def experiment_of(request: Request, scenarios: Sequence[Scenario], every: int) -> Experiment:
    """The experiment asked for, its reference first; on one thread, or as many as asked for, until it is ``placed``."""
    from calibration.facts.inputs import load_costs, load_demography, load_history
    from calibration.facts.targets import load_surveyed
    from scenarios.costs import SHIPPED
    from scenarios.experiment import Experiment
    from scenarios.own_costs import Costs, read_costs

    shipped = tuple(load_costs())
    costs = Costs(file=SHIPPED, items=shipped) if request.costs is None else read_costs(request.costs, shipped)
    return Experiment(
        settings=request.settings(every),
        scenarios=tuple(scenarios),
        demography=load_demography(),
        history=load_history(),
        costs=costs.items,
        costs_file=costs.file,
        surveyed=load_surveyed(),
        threads=request.threads or 1,
    )


def placed(request: Request, experiment: Experiment, draws: Sequence[Draw]) -> Experiment:
    """With as many threads as this machine has for it. Of many people, a smaller run of each draw counts the contacts
    for which memory is needed.

    Raises:
        UserError: its people don't fit into the memory of this machine.
    """
    from scenarios.compare.placement import LARGE, contacts_a_person, refuse_more

    refuse_more(experiment.settings.people)
    if request.cluster is not None:
        return experiment
    if draws and experiment.settings.people >= LARGE:
        from calibration.warm import ensure_compiled
        from cli import label
        from foundation.tasks.progress import progress

        ensure_compiled()
        with progress(len(draws), label("said.memory_draws", request.lang)) as tell:
            experiment = replace(experiment, contacts=contacts_a_person(experiment, draws, tell))
    return replace(experiment, threads=request.placement(experiment).threads)


def command_line() -> list[str]:
    """The command as typed, without the path of the program."""
    return ["mes", *sys.argv[1:]]
