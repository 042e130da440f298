"""The tables of ``mes structures`` and ``mes uncertainty``, and the folder of the latter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from calibration.draws.posteriors import Alternative
from calibration.facts.inputs import tables_of
from calibration.uncertainty import label
from calibration.uncertainty.work import SOURCES, Task
from foundation.language.numbers import NO_BREAK, UNDEFINED, day, interval, number, percent
from foundation.language.screen import framed
from foundation.store.atomic import write_parquet
from foundation.store.manifest import Manifest, package_version
from foundation.store.reading import Document
from foundation.store.store import seal_made
from foundation.tasks.ensemble import Failure
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


OUTCOMES, SPLIT = "outcomes.parquet", "split.parquet"


def manifest_of(
    experiment: Experiment,
    alternatives: Sequence[Alternative],
    command_line: Sequence[str],
    failures: Sequence[Failure],
    tasks: Sequence[Task],
) -> dict[str, Any]:
    """What was run; files are added when written."""
    settings = experiment.settings
    return {
        "kind": "uncertainty",
        "command": "uncertainty",
        "version": package_version(),
        "command_line": list(command_line),
        "people": settings.people,
        "draws": settings.draws,
        "seed": settings.seed,
        "policy_start": settings.policy_start.isoformat(),
        "until": settings.until.isoformat(),
        "data_end": experiment.history.data_end.isoformat(),
        "quick": False,
        "averaged": {one.name: one.weight for one in alternatives},
        "scenarios": [scenario_entry(scenario, scenario.text) for scenario in experiment.scenarios],
        "data": tables_of("uncertainty"),
        "failures": [
            {
                "draw": tasks[failure.index].draw.index,
                "structure": tasks[failure.index].structure,
                "run": tasks[failure.index].run,
                "error": failure.error,
            }
            for failure in failures
        ],
    }


def write_all(folder: Path, rows: pd.DataFrame, shares: pd.DataFrame, manifest: Manifest, lang: str) -> dict[str, Any]:
    """Tables, picture and manifest; returns the document of ``--json``."""
    from calibration.uncertainty.pictures import uncertainty_split
    from foundation.drawing.style import save

    write_parquet(folder / OUTCOMES, rows)
    write_parquet(folder / SPLIT, shares)
    for language in ("en", "fr"):
        words = {"measure": lambda name: label(f"column.{name}", "fr")}
        write_csv(titled(shares, manifest, language), folder / f"split.{language}.csv", language, label, words)
    save(uncertainty_split(shown_rows(shares), manifest, lang), folder / f"uncertainty.{lang}")
    seal_made(folder, manifest)
    return document(shares, manifest)


def document(shares: pd.DataFrame, manifest: Manifest) -> Document:
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
            for _, row in shares.iterrows()
        ],
    }


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
