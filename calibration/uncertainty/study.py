"""``mes uncertainty`` as a study: a task for each run; its tables, and that of ``mes structures``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from calibration.draws.posteriors import Alternative, posterior_for
from calibration.facts.inputs import tables_of
from calibration.uncertainty import label
from calibration.uncertainty.work import SOURCES, Task, split, whole, work
from foundation.language.numbers import NO_BREAK, UNDEFINED, day, interval, number, percent
from foundation.language.screen import framed
from foundation.language.text import LANGUAGES
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.study import Frames, Study
from foundation.tasks.bench import Found
from scenarios.compare.study import scenario_entry
from scenarios.compare.tables import titled, write_csv
from scenarios.experiment import REFERENCE, Experiment
from scenarios.words import scenario_titles


def structures_table(alternatives: Sequence[Alternative], lang: str) -> Table:
    """A row a structure: evidence, Bayes factor to the default, weight."""
    table = framed(label("structures.title", lang), label("structures.note", lang))
    table.add_column(label("structures.structure", lang), no_wrap=True)
    for name in ("evidence", "bayes", "weight"):
        table.add_column(label(f"structures.{name}", lang), justify="right")
    base = alternatives[0].log_evidence
    for one in alternatives:
        evidence = f"{number(one.log_evidence, 2, lang)} ± {number(one.log_evidence_error, 2, lang)}"
        factor = number(float(np.exp(one.log_evidence - base)), 2, lang)
        table.add_row(*map(Text, (structure_title(one.name, lang), evidence, factor, percent(one.weight, lang))))
    return table


def structure_title(name: str, lang: str) -> str:
    """``default`` in words; otherwise the choice as the command line takes it."""
    return label("structures.default", lang) if name == "default" else name.replace("-", "=", 1)


def structures_document(alternatives: Sequence[Alternative]) -> Document:
    """The same as JSON."""
    return {
        "structures": [
            {
                "name": one.name,
                "structure": dict(vars(one.structure)),
                "log_evidence": one.log_evidence,
                "log_evidence_error": one.log_evidence_error,
                "weight": one.weight,
                "draws": one.draws,
            }
            for one in alternatives
        ]
    }


def shown_rows(shares: pd.DataFrame) -> pd.DataFrame:
    """What table and picture show: activated for the reference, additional for the others."""
    wanted = np.where(shares["scenario"] == REFERENCE, "activated_millions", "additional_millions")
    return shares[shares["measure"] == wanted].reset_index(drop=True)


def uncertainty_table(shares: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """A row a scenario: mean, sd, and the share of each source."""
    structures = ", ".join(structure_title(name, lang) for name in manifest["averaged"])
    people = number(manifest["people"], 0, lang)
    table = framed(
        label("uncertainty.title", lang, until=day(manifest["until"], lang)),
        f"{label('uncertainty.note', lang, structures=structures, people=people)}{only_one(manifest, lang)}",
    )
    table.add_column(label("uncertainty.scenario", lang), min_width=16, max_width=34, overflow="fold")
    table.add_column(label("uncertainty.result", lang), justify="right", no_wrap=True)
    for source in SOURCES:
        table.add_column(label(f"uncertainty.{source}", lang), justify="right", max_width=18)
    titles = scenario_titles(manifest, lang)
    for _, row in shown_rows(shares).iterrows():
        result = f"{number(row['mean'], 2, lang)} ± {number(row['sd'], 2, lang)}"
        cells = [titles[row["scenario"]], result, *(share_with_interval(row, source, lang) for source in SOURCES)]
        table.add_row(*map(Text, cells))
    return table


def only_one(manifest: Manifest, lang: str) -> str:
    """That structure isn't counted, if there is one only; begins with a space."""
    return "" if len(manifest["averaged"]) > 1 else f" {label('uncertainty.one', lang)}"


def share_with_interval(row: Mapping[Any, Any] | pd.Series[Any], source: str, lang: str) -> str:
    """``75 % [40; 90]``; without interval where it was made by an earlier version; a dash where it isn't known."""
    if np.isnan(row[source]):
        return UNDEFINED
    if f"{source}_low" not in row:
        return percent(row[source], lang)
    low, high = (100 * row[f"{source}_{end}"] for end in ("low", "high"))
    return f"{percent(row[source], lang)}{NO_BREAK}{interval(low, high, 0, lang)}"


FRAMES = ("outcomes", "split")


@dataclass(frozen=True, kw_only=True)
class UncertaintyStudy(Study[Task]):
    """Three runs of each draw of each structure."""

    experiment: Experiment
    alternatives: Sequence[Alternative]
    runs: Sequence[Task]
    command = "uncertainty"
    unit = "run"
    work = staticmethod(work)

    def question(self) -> Document:
        """Settings, weights of the structures, scenarios."""
        settings = self.experiment.settings
        return {
            "people": settings.people,
            "draws": settings.draws,
            "seed": settings.seed,
            "policy_start": settings.policy_start.isoformat(),
            "until": settings.until.isoformat(),
            "averaged": {one.name: one.weight for one in self.alternatives},
            "scenarios": [scenario_entry(scenario, scenario.text) for scenario in self.experiment.scenarios],
        }

    def inputs(self) -> Mapping[str, str]:
        """Data tables, and the posterior of each structure."""
        sources = (posterior_for(one.structure).inputs for one in self.alternatives)
        return {**tables_of("uncertainty"), **{name: digest for one in sources for name, digest in one.items()}}

    def code(self) -> Sequence[str]:
        """What runs and makes the draws, and what reads the data."""
        return (work.__module__, tables_of.__module__)

    def about(self) -> Document:
        """What tables and pictures say of the data."""
        data_end = self.experiment.history.data_end.isoformat()
        return {"kind": "uncertainty", "data_end": data_end, "quick": False, "tasks": len(self.runs)}

    def expects(self) -> Sequence[str]:
        """Tables of every kind."""
        return (*(f"{name}.parquet" for name in FRAMES), *(f"split.{lang}.csv" for lang in LANGUAGES))

    def tasks(self) -> Sequence[Task]:
        """As given."""
        return self.runs

    def named(self, task: Task) -> Document:
        """Structure, draw and which of the three."""
        return {"structure": task.structure, "draw": task.draw.index, "run": task.run}

    def tables(self, found: Found[Task]) -> Frames:
        """Outcomes of whole draws, and shares of the variance."""
        rows = whole(found.frame("outcomes"))
        return {"outcomes": rows, "split": split(rows, {one.name: one.weight for one in self.alternatives})}

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """The shares for a spreadsheet."""
        words = {"measure": lambda name: label(f"column.{name}", "fr")}
        for lang in LANGUAGES:
            write_csv(titled(frames["split"], manifest, lang), folder / f"split.{lang}.csv", lang, label, words)


def _picture(frames: Frames, manifest: Manifest, lang: str) -> Any:
    from calibration.uncertainty.pictures import uncertainty_split

    return uncertainty_split(shown_rows(frames["split"]), manifest, lang)


PICTURES = {"uncertainty": _picture}


def document(frames: Frames, manifest: Manifest) -> Document:
    """The split as JSON."""
    keys = ("people", "draws", "seed", "policy_start", "until", "data_end", "averaged", "version", "command_line")
    return {
        **{key: manifest[key] for key in keys},
        "results": [
            {
                "scenario": row["scenario"],
                "measure": row["measure"],
                "mean": row["mean"],
                "sd": row["sd"],
                "share_of_variance": {source: _or_none(row[source]) for source in SOURCES},
                "share_interval": {
                    source: [_or_none(row[f"{source}_{end}"]) for end in ("low", "high")] for source in SOURCES
                },
            }
            for _, row in frames["split"].iterrows()
        ],
    }


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
