"""Studies of an experiment on the draws of a posterior. That of ``mes run`` and ``mes compare`` simulates all scenarios
of a draw on one history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from foundation.store.manifest import LEFT_OUT, Manifest, entries, references_of
from foundation.store.reading import Document
from foundation.study import Study, Tables
from foundation.tasks.bench import Found
from model.terms.parameters import Structure
from scenarios.compare.courses import courses, courses_table
from scenarios.compare.placement import LARGE
from scenarios.costs import SHIPPED
from scenarios.draw import Draw
from scenarios.experiment import LAST, Experiment, simulate_what_goes
from scenarios.frames import ORDER, Frames
from scenarios.language.resolve import date_problems
from scenarios.language.schema import Lang, Scenario
from scenarios.own_costs import described, sha256_of

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES: tuple[Lang, ...] = ("en", "fr")
NAMES = ("summary", "spending", "when", "groups", "equity", "left-behind", "best", "drivers", "use", "use-groups")
TABLES = tuple(f"{name}.{lang}.csv" for name in NAMES for lang in LANGUAGES)
"""For a spreadsheet."""
READ = ("groups", "equity", "costs", "spending", "user_groups", "outcomes")
"""Frames that they are made of, the largest first: it takes most memory while it is made."""
COUNTS = {
    "files": [f"{name}.parquet" for name in ("weekly", "groups", "channels", "outcomes")],
    "groups": "scenarios",
    "group": "scenario",
    "units": "draws",
    "unit": "draw",
}
"""Tables in which each draw of each scenario has rows, as ``foundation.store.verification`` checks them."""
CODE = ("scenarios.experiment",)
Simulate = Callable[[Experiment, Draw], dict[str, Any]]
Sent = TypeVar("Sent")
"""A task."""


def looking_on(experiment: Experiment) -> Experiment:
    """The experiment, looking for the day of the target until ``LAST``: not where the horizon is as late, where so many
    people would need more memory and time, or where a scenario would have too many waves until then."""
    settings = experiment.settings
    window = {"policy_start": settings.policy_start, "until": LAST}
    if settings.until >= LAST or settings.people >= LARGE:
        return experiment
    if any(date_problems(scenario, **window) for scenario in experiment.scenarios):
        return experiment
    return replace(experiment, settings=replace(settings, dates_until=LAST))


@dataclass(frozen=True, kw_only=True)
class Task:
    """One draw; what all share is small enough to be sent with each."""

    experiment: Experiment
    draw: Draw
    simulate: Simulate = simulate_what_goes


def work(task: Task) -> dict[str, Any]:
    """Frames of one draw, and the scenarios that failed on it."""
    return task.simulate(task.experiment, task.draw)


@dataclass(frozen=True, kw_only=True)
class OfDraws(Study[Sent]):
    """One experiment on the draws of a posterior: what its manifest says, and what a resume has to share."""

    command: str
    experiment: Experiment
    draws: Sequence[Draw]
    texts: Mapping[str, str]
    """Text of each scenario's file."""
    data: Mapping[str, str]
    """Data files to their SHA-256, the draws file among them."""
    draws_file: str
    stock_targets: Sequence[Mapping[str, object]]
    """The published stocks that pictures show: date, millions, error_millions, kind."""
    modules: Sequence[str] = CODE
    """Modules that compute, those that made the draws among them."""

    def question(self) -> dict[str, object]:
        """Settings and scenarios."""
        entries = [scenario_entry(scenario, self.texts[scenario.name]) for scenario in self.experiment.scenarios]
        costs = {self.experiment.costs_file: sha256_of(self.experiment.costs)}
        learned = self.experiment.effects
        effects = {} if learned is None else {"effects": dict([learned])}
        return {**settings_of(self.experiment), "costs": costs, **effects, "scenarios": entries}

    def inputs(self) -> Mapping[str, str]:
        """The data tables, and the posterior that the draws are from."""
        return self.data

    def code(self) -> Sequence[str]:
        """As given."""
        return self.modules

    def about(self) -> dict[str, object]:
        """What tables and pictures say of the data."""
        return {
            "data_end": self.experiment.history.data_end.isoformat(),
            "draws_file": self.draws_file,
            "draws_sha256": self.data[self.draws_file],
            "stock_targets": [dict(target) for target in self.stock_targets],
            "prices": list(described(self.experiment.costs)),
            **({"learned": [dict(law) for law in self.experiment.learned]} if self.experiment.learned else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Comparison(OfDraws[Task]):
    """Scenarios side by side."""

    simulate: Simulate = simulate_what_goes
    work = staticmethod(work)

    def about(self) -> Document:
        """Which tables can be counted, and the courses of the drivers, too."""
        drivers = courses(self.draws, self.experiment.history, self.experiment.settings.until)
        return {**super().about(), "counts": COUNTS, "courses": drivers}

    def expects(self) -> Sequence[str]:
        """Tables of every kind."""
        return (*(f"{name}.parquet" for name in ORDER), *TABLES)

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        return [Task(experiment=self.experiment, draw=draw, simulate=self.simulate) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Tables:
        """Every frame ordered by scenario, as asked, then draw. A scenario that failed on some draw is left out of all:
        its others are too few to stand beside the rest, draw by draw."""
        in_order = found.ordered(self.number)
        failed = [{"draw": self.number(task), **entry} for task, some in in_order.noted(LEFT_OUT) for entry in some]
        if failed:
            found.store.note(**{LEFT_OUT: failed})
        order = [scenario["name"] for scenario in entries(found.store.manifest)]
        made = {name: partial(in_order.frame, name, ("scenario", order)) for name in ORDER}
        return {name: made[name]() for name in READ} | {name: made[name] for name in ORDER if name not in READ}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """CSV tables for both languages."""
        write_tables(folder, tables_for_reading(frames, manifest), manifest)


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
    """CSV tables for both languages: a French spreadsheet wants other separators; scenarios with their titles."""
    from scenarios.compare.tables import titled, write_csv

    for name, table in tables.items():
        for lang in LANGUAGES:
            write_csv(titled(table, manifest, lang), folder / f"{name}.{lang}.csv", lang)


def tables_for_reading(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Frames:
    """What the frames of all draws come to, by ``NAMES``."""
    from scenarios.compare.best import best_table
    from scenarios.compare.equity import equity_table, obstacle_table
    from scenarios.compare.spending import spending_table
    from scenarios.compare.tables import groups_table, summary_table
    from scenarios.compare.use import use_table, user_group_table
    from scenarios.compare.when import when_table

    against = references_of(manifest)
    return {
        "summary": summary_table(frames["outcomes"], frames["costs"]),
        "spending": spending_table(frames, manifest),
        "when": when_table(frames["outcomes"], manifest),
        "groups": groups_table(frames["groups"], manifest["until"], against),
        "equity": equity_table(frames["equity"], manifest["until"], against),
        "left-behind": obstacle_table(frames["equity"], manifest["until"]),
        "best": best_table(frames["outcomes"], manifest),
        "drivers": courses_table(manifest),
        "use": use_table(frames["outcomes"], frames["user_groups"], manifest),
        "use-groups": user_group_table(frames["user_groups"]),
    }


def settings_of(experiment: Experiment) -> dict[str, object]:
    """The settings of an experiment as a manifest records them."""
    settings = experiment.settings
    onward = {} if settings.dates_until is None else {"dates_until": settings.onward.isoformat()}
    within = {} if experiment.region is None else experiment.region.described()
    return {
        **within,
        "people": settings.people,
        "draws": settings.draws,
        "seed": settings.seed,
        "engine": settings.engine,
        "structure": asdict(settings.structure),
        "averaged": dict(settings.averaged) if settings.averaged else None,
        "drivers": experiment.drivers.model_dump(exclude_none=True),
        "policy_start": settings.policy_start.isoformat(),
        "until": settings.until.isoformat(),
        **onward,
        "target_millions": settings.target_millions,
        "target_on": settings.target_on,
        "every": settings.every,
        "continued": experiment.carried is not None,
        "quick": settings.quick,
    }


def scenario_entry(scenario: Scenario, text: str) -> dict[str, object]:
    """A scenario as the manifest records it, text of its file included."""
    titles: dict[str, str] = {lang: scenario.title(lang) for lang in LANGUAGES}
    return {"name": scenario.name, "title": titles, "sha256": scenario.sha256, "text": text}


_USUAL = {"policy_start": "2027-01-04", "until": "2027-12-31"}
SHIPPED_DRAWS = "posterior/"
"""What the name of a shipped posterior begins with."""


def options_of(manifest: Manifest, *, sample: bool) -> list[str]:
    """The options that ask for what a manifest records, those left out that say what is usual: days, target, region,
    prices, effects, structure, posterior, and with ``sample`` people, draws and seed, too. Files are named as they were
    typed."""
    found: list[str] = []
    for key, option in (("policy_start", "--policy-start"), ("until", "--until")):
        if manifest[key] != _USUAL[key]:
            found += [option, str(manifest[key])]
    region, level = manifest.get("region"), manifest.get("level")
    on, aim = manifest.get("target_on") or "activated", float(manifest["target_millions"])
    usual_aim = round(40 * float(manifest["region_share"]), 2) if region else 40.0
    if on != "activated" or aim != usual_aim:
        found += ["--target", f"{'' if on == 'activated' else f'{on}='}{aim:.12g}M"]
    if region:
        found += ["--region", str(region), *(["--level", str(level["folder"])] if level else [])]
    for key, option in (("costs", "--costs"), ("effects", "--effects")):
        if (file := next(iter(manifest.get(key) or ()), SHIPPED)) != SHIPPED:
            found += [option, _as_typed(manifest, option, file)]
    if manifest.get("averaged"):
        found += ["--structure", "average"]
    else:
        usual, chosen = asdict(Structure()), manifest["structure"]
        found += [word for k, v in chosen.items() if usual.get(k) != v for word in ("--structure", f"{k}={v}")]
    if not str(manifest.get("draws_file", SHIPPED_DRAWS)).startswith(SHIPPED_DRAWS):
        found += ["--posterior", str(manifest["draws_file"])]
    if not manifest.get("continued", True) and (level or not region):  # nothing continues a region without counts
        found.append("--as-simulated")
    if manifest.get("engine", "fast") != "fast" and sample:
        found += ["--engine", str(manifest["engine"])]
    return found + [w for k in ("people", "draws", "seed") for w in (f"--{k}", str(manifest[k]))] if sample else found


def _as_typed(manifest: Manifest, option: str, file: str) -> str:
    """The path of a file that the manifest names, as the command had it."""
    words = list(manifest.get("command_line") or ())
    given = [after for word, after in pairwise(words) if word == option]
    given += [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    return next((path for path in given if Path(path).name == Path(file).name), file)
