"""``mes fit`` as a study: a task for each draw of the posterior and of the prior; residuals and identifiability are its
tables. And what guides show of a finished folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.inputs import tables_of
from calibration.facts.targets import load_survey_items
from calibration.fit import label, words
from calibration.fit.identifiability import correlations_table, parameters_table, products_table
from calibration.fit.netcdf import FILE, of_fit
from calibration.fit.patterns import lines_of
from calibration.fit.question import Fitting
from calibration.fit.report import Tables, document, identifiability_markdown, residual_markdown, spreadsheets
from calibration.fit.residuals import Drawn, Line, View, curves, residuals
from calibration.fit.work import Kind, Seen, Task, seen_again, work
from calibration.posterior.simulate import prior_places, values_at
from calibration.posterior.work import Sent
from foundation.errors import RunFailedError, UserError
from foundation.language.numbers import day
from foundation.language.text import LANGUAGES
from foundation.seeds import derive
from foundation.shapes import Floats
from foundation.store import manifest as manifests
from foundation.store.atomic import write_bytes, write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.store.store import Store
from foundation.study import Study
from foundation.tasks.bench import Bench
from scenarios.compare.tables import write_csv

_LUCK = {"posterior": 13, "prior": 14}
TABLES = ("residuals", "parameters", "products", "correlations", "curves", "draws")
SHEETS = TABLES[:4]
DOCUMENT = "fit.json"


@dataclass(frozen=True, kw_only=True)
class FitStudy(Study[Task]):
    """A posterior held against everything published."""

    fitting: Fitting
    netcdf: bool = False
    """Whether the posterior is written as ArviZ reads it, too."""
    command = "fit"
    work = staticmethod(work)

    def question(self) -> Document:
        """Settings, and what is written."""
        wanted = self.fitting.wanted
        settings = {"people": wanted.people, "draws": wanted.draws, "seed": wanted.seed}
        return {**settings, "structure": asdict(wanted.structure), "netcdf": self.netcdf}

    def inputs(self) -> Mapping[str, str]:
        """Data tables and posterior."""
        return {**tables_of("fit"), **self.fitting.source.inputs}

    def code(self) -> Sequence[str]:
        """What runs, and what says where."""
        return (work.__module__, Fitting.__module__)

    def about(self) -> Document:
        """What tables and pictures say of the posterior."""
        wanted, source, info = self.fitting.wanted, self.fitting.source, self.fitting.info
        posterior = {
            "name": source.name,
            "draws": info.draws,
            "effective": info.effective if np.isfinite(info.effective) else None,
            "structure": dict(info.structure),
            "fitted_under_this_structure": source.fitted,
        }
        told = {"kind": "fit", "data_end": info.data_end, "quick": False, "posterior": posterior}
        return {**told, "prior_draws": wanted.draws, "tasks": 2 * wanted.draws}

    def expects(self) -> Sequence[str]:
        """Tables of every kind, and the document."""
        sheets = [f"{name}.{lang}.csv" for name in SHEETS for lang in LANGUAGES]
        return (*(f"{name}.parquet" for name in TABLES), *sheets, DOCUMENT, *[FILE] * self.netcdf)

    def values(self) -> dict[Kind, Floats]:
        """[draw, parameter] of the draws to run."""
        wanted = self.fitting.wanted
        places = prior_places(wanted.draws, np.random.default_rng(wanted.seed))
        return {"posterior": self.fitting.values[: wanted.draws], "prior": values_at(places)}

    def tasks(self) -> Sequence[Task]:
        """Draws of the posterior, then as many of the prior."""
        wanted, sent = self.fitting.wanted, Sent(self.fitting.case)
        return [
            Task(sent, kind, index, row, wanted.people, wanted.seed)
            for kind, rows in self.values().items()
            for index, row in enumerate(rows)
        ]

    def number(self, task: Task) -> int:
        """Its place among all."""
        return task.index + self.fitting.wanted.draws * (task.kind == "prior")

    def named(self, task: Task) -> Document:
        """``posterior 3``."""
        return {"draw": f"{task.kind} {task.index}"}

    def solve(self, bench: Bench[Task]) -> Tables:
        """Everything by the name of its file.

        Raises:
            RunFailedError: no posterior draw came through.
        """
        fitting, values, found = self.fitting, self.values(), bench.each(self.tasks())
        runs: dict[Kind, list[Seen]] = {kind: [] for kind in values}
        impossible: dict[Kind, int] = dict.fromkeys(values, 0)
        for task, kept in zip(found.tasks, found, strict=True):
            if kept:
                runs[task.kind].append(seen_again(task, kept))
            else:
                impossible[task.kind] += 1
        if not runs["posterior"]:
            failures = [failure["error"] for failure in bench.failures]
            reason = failures[0] if failures else "no prevalences at launch give the surveyed ones"
            raise RunFailedError(f"no posterior draw could be simulated; the first one: {reason}")
        found.store.note(impossible=impossible)
        views = {kind: _view(fitting, kind, runs[kind], rows) for kind, rows in values.items() if runs[kind]}
        lines = {kind: lines_of(view) for kind, view in views.items()}
        tables = {
            "residuals": residuals(lines["posterior"], lines.get("prior", ())),
            "parameters": parameters_table(fitting.values, fitting.info.effective, fitting.info.key),
            "products": products_table(fitting.values, fitting.info.effective, fitting.case.history.data_end),
            "correlations": correlations_table(fitting.values, fitting.info.effective),
            "curves": pd.concat([curves(kind, view) for kind, view in views.items()], ignore_index=True),
            "draws": pd.concat([_draws(kind, views[kind].runs, lines[kind]) for kind in views], ignore_index=True),
        }
        if self.netcdf:  # here, since no table holds what is drawn
            drawn = {k: Drawn(view.values, [run.index for run in view.runs], lines[k]) for k, view in views.items()}
            command = " ".join(found.store.manifest["command_line"])
            write_bytes(found.store.folder / FILE, of_fit(drawn, fitting, command))
        return tables

    def write(self, folder: Path, frames: Tables, manifest: Manifest) -> None:
        """Tables for a spreadsheet, and the document."""
        for lang in LANGUAGES:
            for name, table in spreadsheets(frames, lang):
                write_csv(table, folder / f"{name}.{lang}.csv", lang, label)
        write_json(folder / DOCUMENT, document(frames, manifest))


def _view(fitting: Fitting, kind: Kind, runs: Sequence[Seen], values: Floats) -> View:
    case = fitting.case
    return View(
        held=fitting.held,
        surveyed=case.surveyed,
        history=case.history,
        visitors=case.structure.barrier_base == "visitors",
        runs=runs,
        values=values[[run.index for run in runs]],
        luck=np.random.default_rng(derive(fitting.wanted.seed, 0, _LUCK[kind])),
    )


def _draws(kind: Kind, runs: Sequence[Seen], lines: Sequence[Line]) -> pd.DataFrame:
    """What each draw gives for each line, in the line's unit."""
    index = [run.index for run in runs]
    parts = [
        pd.DataFrame({"draw": index, "simulated": line.simulated}).assign(
            kind=kind, key=line.key, survey=line.survey, region=line.region or "", date=line.day.isoformat()
        )
        for line in lines
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["kind", "draw", "key", "survey", "region", "date", "simulated"]]


def read_folder(folder: Path) -> tuple[dict[str, pd.DataFrame], Manifest]:
    """Tables and manifest of a folder that ``mes fit`` made.

    Raises:
        UserError: it is none, or a table is missing, can't be read or has changed since.
    """
    manifest = manifests.read(folder)
    if manifest.get("kind") != "fit":
        raise UserError(f"{folder}: not a folder of mes fit")
    return Store(folder, manifest).frames(TABLES), manifest


def picture(name: str, tables: Tables, manifest: Manifest, lang: str) -> Any:
    """One figure."""
    from calibration.fit.pictures import correlation_map, identified_parameters, predicted_answers, predicted_stocks

    if name == "stocks":
        return predicted_stocks(tables["curves"], tables["residuals"], manifest, lang)
    if name == "answers":
        return predicted_answers(_panels(tables["residuals"], lang), manifest, lang)
    if name == "parameters":
        return identified_parameters(tables["parameters"], manifest, lang)
    return correlation_map(tables["correlations"], manifest, lang)


def _panels(table: pd.DataFrame, lang: str) -> list[tuple[str, list[Any]]]:
    """Answers by survey, those without a predicted interval left out."""
    items = {item.survey: item for item in load_survey_items()}
    asked = table[(table["survey"] != "") & table["predicted_p50"].notna()]
    return [
        (
            label("fit_answers.panel", lang, survey=name, day=day(items[str(name)].midpoint, lang)),
            [_answer(row, lang) for row in words.rows_of(asked[asked["survey"] == name])],
        )
        for name in asked["survey"].unique()
    ]


def _answer(row: Mapping[str, Any], lang: str) -> Any:
    from calibration.fit.pictures import PredictedAnswer

    levels = ("p05", "p50", "p95")
    prior = tuple(row[f"prior_{p}"] for p in levels)
    published = words.published({**row, "error": 0.0}, lang)
    return PredictedAnswer(
        name=words.named(row["key"], lang),
        published=row["published"],
        posterior=tuple(row[f"predicted_{p}"] for p in levels),
        prior=None if pd.isna(prior[1]) else prior,
        inside=bool(row["inside"]),
        numbers=" · ".join([published, words.spread(row, "predicted", lang), words.role(row, lang)]),
    )


PICTURES = {name: partial(picture, name) for name in ("stocks", "answers", "parameters", "correlations")}
PARTS = {"fit": residual_markdown, "identifiability": identifiability_markdown}
"""Mark in a guide (``<!-- fit -->`` … ``<!-- /fit -->``) to what stands between."""


def figures(tables: Tables, manifest: Manifest, folder: Path, lang: str) -> list[Path]:
    """``fit-<picture>.png`` or, in French, ``fit-<picture>.fr.png`` into an existing folder."""
    from foundation.drawing.style import save

    end = "" if lang == "en" else f".{lang}"
    drawn = ((folder / f"fit-{name}{end}", draw(tables, manifest, lang)) for name, draw in PICTURES.items())
    return [path for stem, figure in drawn for path in save(figure, stem, ["png"])]
