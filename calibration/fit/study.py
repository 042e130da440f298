"""``mes fit`` as a function: a posterior in, residuals and identifiability out; its folder (tables as Parquet and CSV
in both languages, one JSON document, pictures, a manifest); and what guides show of a finished one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.inputs import tables_of
from calibration.facts.targets import load_survey_items
from calibration.fit import label, words
from calibration.fit.identifiability import correlations_table, parameters_table, products_table
from calibration.fit.patterns import lines_of
from calibration.fit.question import Fitting
from calibration.fit.report import document, identifiability_markdown, residual_markdown, spreadsheets
from calibration.fit.residuals import Drawn, Fit, Line, View, curves, residuals
from calibration.fit.work import Kind, Seen, Task, predict_all
from calibration.posterior.simulate import prior_places, values_at
from calibration.posterior.work import Sent
from calibration.warm import ensure_compiled
from foundation.errors import RunFailedError, UserError
from foundation.language.numbers import day
from foundation.language.text import LANGUAGES
from foundation.seeds import derive
from foundation.shapes import Floats
from foundation.store import manifest as manifests
from foundation.store.atomic import write_bytes, write_json, write_parquet
from foundation.store.manifest import Manifest
from foundation.store.store import Store, seal_made
from scenarios.compare.tables import write_csv

_LUCK = {"posterior": 13, "prior": 14}


def carry_out(fitting: Fitting, workers: int, progress: Callable[[int], None] = lambda over: None) -> Fit:
    """Simulates at draws of the posterior and of the prior, and compares.

    Raises:
        RunFailedError: no posterior draw came through.
    """
    wanted = fitting.wanted
    ensure_compiled()
    places = prior_places(wanted.draws, np.random.default_rng(wanted.seed))
    values: dict[Kind, Floats] = {"posterior": fitting.values[: wanted.draws], "prior": values_at(places)}
    sent = Sent(fitting.case)
    tasks = [
        Task(sent, kind, index, row, wanted.people, wanted.seed)
        for kind, rows in values.items()
        for index, row in enumerate(rows)
    ]
    runs, impossible, failures = predict_all(tasks, workers, progress)
    found = {kind: [run for run in runs if run.kind == kind] for kind in values}
    if not found["posterior"]:
        reason = failures[0].error if failures else "no prevalences at launch give the surveyed ones"
        raise RunFailedError(f"no posterior draw could be simulated; the first one: {reason}")
    views = {kind: _view(fitting, kind, found[kind], rows) for kind, rows in values.items() if found[kind]}
    lines = {kind: lines_of(view) for kind, view in views.items()}
    failed = [{"draw": f"{tasks[f.index].kind} {tasks[f.index].index}", "error": f.error} for f in failures]
    return Fit(
        residuals=residuals(lines["posterior"], lines.get("prior", ())),
        parameters=parameters_table(fitting.values, fitting.info.effective, fitting.info.key),
        products=products_table(fitting.values, fitting.info.effective, fitting.case.history.data_end),
        correlations=correlations_table(fitting.values, fitting.info.effective),
        curves=pd.concat([curves(kind, view) for kind, view in views.items()], ignore_index=True),
        draws=pd.concat([_draws(kind, views[kind].runs, lines[kind]) for kind in views], ignore_index=True),
        drawn={k: Drawn(view.values, [run.index for run in view.runs], lines[k]) for k, view in views.items()},
        manifest=_manifest(fitting, impossible, failed),
    )


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


def _manifest(fitting: Fitting, impossible: Sequence[Task], failed: Sequence[dict[str, str]]) -> Manifest:
    wanted, info = fitting.wanted, fitting.info
    count: dict[str, int] = {kind: sum(task.kind == kind for task in impossible) for kind in ("posterior", "prior")}
    posterior: dict[str, Any] = {
        "name": fitting.source.name,
        "draws": info.draws,
        "effective": info.effective if np.isfinite(info.effective) else None,
        "structure": dict(info.structure),
        "fitted_under_this_structure": fitting.source.fitted,
    }
    return {
        "kind": "fit",
        "people": wanted.people,
        "draws": wanted.draws,
        "seed": wanted.seed,
        "structure": asdict(wanted.structure),
        "data_end": info.data_end,
        "quick": False,
        "posterior": posterior,
        "prior_draws": wanted.draws,
        "impossible": count,
        "failures": list(failed),
        "command": "fit",
        "command_line": list(wanted.command_line),
        "data": {**tables_of("fit"), fitting.source.name: fitting.source.sha256},
    }


TABLES = ("residuals", "parameters", "products", "correlations", "curves", "draws")
PICTURES = ("stocks", "answers", "parameters", "correlations")
DOCUMENT, FOLDER = "fit.json", "pictures"


def write_all(folder: Path, fit: Fit, lang: str, more: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """Fill an existing folder, the manifest last, with ``more`` files by their names; pictures in one language. Returns
    the document."""
    for name, table in fit.tables().items():
        write_parquet(folder / f"{name}.parquet", table)
    for language in LANGUAGES:
        for name, table in spreadsheets(fit, language):
            write_csv(table, folder / f"{name}.{language}.csv", language, label)
    found = document(fit)
    write_json(folder / DOCUMENT, found)
    for name, content in (more or {}).items():
        write_bytes(folder / name, content)
    pictures = folder / FOLDER
    pictures.mkdir()
    draw_pictures(fit.tables(), fit.manifest, pictures, lang)
    seal_made(folder, fit.manifest)
    return found


def read_folder(folder: Path) -> tuple[dict[str, pd.DataFrame], Manifest]:
    """Tables and manifest of a folder that ``mes fit`` made.

    Raises:
        UserError: it is none, or a table is missing, can't be read or has changed since.
    """
    manifest = manifests.read(folder)
    if manifest.get("kind") != "fit":
        raise UserError(f"{folder}: not a folder of mes fit")
    return Store(folder, manifest).frames(TABLES), manifest


def draw_pictures(
    tables: Mapping[str, pd.DataFrame],
    manifest: Manifest,
    folder: Path,
    lang: str,
    stem: str = "{name}.{lang}",
) -> list[Path]:
    """Every picture as PNG and SVG; ``stem`` gives their names."""
    from foundation.drawing.style import save

    paths: list[Path] = []
    for name in PICTURES:
        paths += save(picture(name, tables, manifest, lang), folder / stem.format(name=name, lang=lang))
    return paths


def picture(name: str, tables: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Any:
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


PARTS = {"fit": residual_markdown, "identifiability": identifiability_markdown}
"""Mark in a guide (``<!-- fit -->`` … ``<!-- /fit -->``) to what stands between."""


def figures(tables: Mapping[str, pd.DataFrame], manifest: Manifest, folder: Path, lang: str) -> list[Path]:
    """``fit-<picture>.png`` or, in French, ``fit-<picture>.fr.png`` into an existing folder."""
    written = []
    stem = "fit-{name}" if lang == "en" else "fit-{name}.{lang}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as beside:
        for path in draw_pictures(tables, manifest, Path(beside), lang, stem):
            if path.suffix == ".png":
                written.append(folder / path.name)
                os.replace(path, written[-1])
    return written
