"""``mes fit`` as a function: a posterior in, residuals, identifiability, pictures and a folder out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.inputs import tables_of
from calibration.fit.identifiability import correlations_table, parameters_table, products_table
from calibration.fit.patterns import lines_of
from calibration.fit.question import Fitting
from calibration.fit.residuals import Line, View, curves, residuals
from calibration.fit.work import Kind, Seen, Task, predict_all
from calibration.posterior.simulate import prior_places, values_at
from calibration.posterior.work import Sent
from calibration.warm import ensure_compiled
from foundation.errors import RunFailedError
from foundation.seeds import derive
from foundation.shapes import Floats
from foundation.store.manifest import Manifest

_LUCK = {"posterior": 13, "prior": 14}


@dataclass(frozen=True)
class Drawn:
    """What runs at some draws gave."""

    values: Floats
    """[draw, parameter]"""
    index: Sequence[int]
    """Of each draw."""
    lines: Sequence[Line]


@dataclass(frozen=True)
class Fit:
    """A finished fit: tables, and how it was made."""

    residuals: pd.DataFrame
    parameters: pd.DataFrame
    products: pd.DataFrame
    correlations: pd.DataFrame
    curves: pd.DataFrame
    draws: pd.DataFrame
    drawn: Mapping[Kind, Drawn]
    manifest: Manifest
    """All but what is known of the files once they are written."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """By the names of their files."""
        names = ("residuals", "parameters", "products", "correlations", "curves", "draws")
        return {name: getattr(self, name) for name in names}


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
