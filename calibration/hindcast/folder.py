"""The folder of a hindcast: what it is for, the model's runs as they finish, and the results as one document (settings,
summary of each forecaster, every forecast, and what there is none of).

A run is one line of ``model-runs.jsonl``, appended when it is over; an interrupted hindcast goes on from them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.hindcast.question import MODEL, NAMES
from calibration.hindcast.work import Key
from foundation.errors import UserError
from foundation.quantiles import records, rounded
from foundation.store import store
from foundation.store.atomic import new_folder, refuse_links, write_text
from foundation.store.fingerprint import digest_of
from foundation.store.reading import parsed, read_bytes, read_json

SETTINGS, RUNS, RESULTS = "settings.json", "model-runs.jsonl", "hindcast.json"
MOST = 2**30
"""Bytes of the runs at most."""
SHIPPED = files("calibration.hindcast") / "data" / "scores.csv"
"""Every forecast of the guide's hindcast with its scores, for the report."""
ALTERNATIVE = "hindcast-alternative.json"
"""Results of another structure than the default: a guide shows both."""


def begin(folder: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
    """Makes the folder, or checks that an earlier one was begun with the same settings.

    Raises:
        UserError: it is there already (without ``resume``), isn't (with it), differs, or can't be written to.
    """
    if resume:
        _compare(folder, settings)
    else:
        with new_folder(folder) as made:
            write_text(made / SETTINGS, _text(settings))


def _compare(folder: Path, settings: Mapping[str, Any]) -> None:
    refuse_links(folder)
    try:
        old = read_json(folder / SETTINGS)
    except UserError:
        raise UserError(f"{folder}: no hindcast to resume (it holds no readable {SETTINGS})") from None
    new = json.loads(_text(settings))
    if other := [key for key in {**old, **new} if old.get(key) != new.get(key)]:
        raise UserError(f"{folder}: can't be resumed with other settings ({', '.join(other)})")


def read_runs(folder: Path, question: str = "") -> dict[Key, list[float]]:
    """Stocks of the finished runs of a ``question`` (``question_of``); a line that was cut short by a kill, altered, or
    is of another question is dropped, so that its run is made again."""
    runs: dict[Key, list[float]] = {}
    path = folder / RUNS
    for line in read_bytes(path, MOST).split(b"\n") if path.exists() else []:
        try:
            *run, digest = parsed(line.decode())
            (origin, inputs, draw, stocks) = run
        except (ValueError, TypeError, RecursionError):
            continue
        if digest == _digest(question, run):
            runs[origin, inputs, draw] = stocks
    return runs


def question_of(settings: Mapping[str, Any]) -> str:
    """Hash of what a hindcast is for."""
    return digest_of(json.loads(_text(settings)))


def _digest(question: str, run: Sequence[Any]) -> str:
    return digest_of([question, *run])[:32]


def keep_run(folder: Path, key: Key, stocks: Sequence[float], question: str = "") -> None:
    """Adds a finished run; on a line of its own even after one that was cut short."""
    run = [*key, list(stocks)]
    path = folder / RUNS
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps([*run, _digest(question, run)]).encode() + b"\n")


def write_results(folder: Path, results: Mapping[str, Any], *, alternative: bool = False) -> None:
    """The document of the hindcast, in one step."""
    write_text(folder / (ALTERNATIVE if alternative else RESULTS), _text(results))


def read_results(folder: Path, *, alternative: bool = False) -> dict[str, Any]:
    """The document of a finished hindcast.

    Raises:
        UserError: there is none that can be read.
    """
    name = ALTERNATIVE if alternative else RESULTS
    if not (folder / name).is_file():
        raise UserError(f"{folder}: no finished hindcast (it holds no readable {name})")
    return store.document(folder, name)


def seal(folder: Path, results: Mapping[str, Any], command_line: Sequence[str]) -> None:
    """Writes the manifest of a hindcast that is over, with the hash of every file."""
    names = ("people", "draws", "seed", "structure", "data_end", "data")
    about = {name: results[name] for name in names if name in results}
    failures = [{"draw": failure.get("draw"), "error": failure.get("error")} for failure in results["failures"]]
    store.seal_made(folder, {"command": "hindcast", "command_line": list(command_line), **about, "failures": failures})


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


BENCHMARK = "last-slope"
"""What the model is set against first: it costs nothing and is hard to beat."""
FORECAST = ["origin", "date"]
CONVENTIONS = {
    "crps": "fair ensemble form; small is good",
    "predictive": "of the published figure: its error (one standard deviation) is part of the forecast",
    "headlines": "low to high: the middle for absolute error, bias and inside; CRPS averaged over the interval",
    "bias": "median less published figure",
    "absolute_error": "between the median and the published figure",
    "interval": "5 % to 95 %",
    "by_horizon": "days from origin to count, both ends included; the last range is all of six months and more",
    "lower_bounds": "not scored; probability of the bound or more",
    "structure": "designed knowing the counts up to January 2026, so that the model's hindcast flatters it",
    "documents": "millions deposited a month, foreseen with the inputs of the origin; came: documents_fed.csv",
    "outside_view": "its law, and the damped trend, were chosen knowing the counts up to January 2026",
}
BINS: tuple[tuple[int, int | None], ...] = ((0, 182), (183, 365), (366, 730), (731, None), (183, None))
"""Horizons, days: from and to; the last one is six months and more, all together."""
_SCORED = ("absolute_error_millions", "crps_millions")


def document(
    settings: Mapping[str, Any],
    scored: pd.DataFrame,
    bounded: pd.DataFrame,
    banded: pd.DataFrame,
    absent: Sequence[Mapping[str, Any]],
    failures: Sequence[Mapping[str, Any]],
    documents: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything, as plain values for JSON; numbers in millions of profiles."""
    return {
        **settings,
        "conventions": CONVENTIONS,
        "forecasters": summary(scored, absent),
        "model_against_last_slope": [against(scored, name) for name in MODEL if name in set(scored["forecaster"])],
        "forecasts": records(scored),
        "lower_bounds": records(bounded),
        "absent": [dict(entry) for entry in absent],
        "failures": [dict(entry) for entry in failures],
        "bands": records(banded),
        "documents": [dict(entry) for entry in documents],
    }


def summary(scored: pd.DataFrame, absent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row a forecaster: means of its scores and how many figures its 90 % intervals held; ``common`` has the same
    for the forecasts that every forecaster with any has made, so that the rows can be compared."""
    shared = common(scored)
    return [_summed(scored, shared, name, absent) for name in NAMES]


def common(scored: pd.DataFrame) -> pd.DataFrame:
    """The scores of forecasts made by everybody who has made one at all."""
    if scored.empty:
        return scored
    many = scored.groupby(FORECAST)["forecaster"].transform("nunique")
    return scored[many == scored["forecaster"].nunique()]


def against(scored: pd.DataFrame, name: str) -> dict[str, Any]:
    """Where a forecaster does worse than the last slope: forecasts (origin, day) by either score."""
    both = [scored[scored["forecaster"] == which].set_index(FORECAST)[list(_SCORED)] for which in (name, BENCHMARK)]
    ours, theirs = (scores.loc[both[0].index.intersection(both[1].index)] for scores in both)
    worse = ours > theirs
    return {
        "forecaster": name,
        "benchmark": BENCHMARK,
        "compared": len(worse),
        **{
            f"worse_{column.removesuffix('_millions')}": [
                {"origin": origin, "date": day} for origin, day in worse.index[worse[column]]
            ]
            for column in _SCORED
        },
    }


def _summed(
    scored: pd.DataFrame, shared: pd.DataFrame, name: str, absent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "forecaster": name,
        "inputs": MODEL.get(name),
        **_means(scored[scored["forecaster"] == name]),
        "common": _means(shared[shared["forecaster"] == name]),
        "by_horizon": by_horizon(scored[scored["forecaster"] == name]),
        "absent": [
            {key: value for key, value in entry.items() if key != "forecaster"}
            for entry in absent
            if entry["forecaster"] == name
        ],
    }


def by_horizon(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Means over the forecasts of each of ``BINS``, ``None`` without any."""
    return [_of_bin(rows, low, high) for low, high in BINS]


def _of_bin(rows: pd.DataFrame, low: int, high: int | None) -> dict[str, Any]:
    within = rows[rows["horizon_days"].between(low, inf if high is None else high)]
    return {
        "from_days": low,
        "to_days": high,
        "forecasts": len(within),
        "crps_millions": rounded(float(within["crps_millions"].mean())),
        "inside": int(within["inside"].sum()),
        "coverage_90": float(within["inside"].mean()) if len(within) else None,
        "bias_millions": rounded(float(within["bias_millions"].mean())),
    }


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    """Means over forecasts, ``None`` without any."""
    n = len(rows)
    return {
        "forecasts": n,
        "absolute_error_millions": rounded(float(rows["absolute_error_millions"].mean())) if n else None,
        "crps_millions": rounded(float(rows["crps_millions"].mean())) if n else None,
        "inside": int(rows["inside"].sum()),
        "coverage_90": float(rows["inside"].mean()) if n else None,
    }


def shipped_scores() -> pd.DataFrame:
    """Every scored forecast: columns of ``table_of_scores``."""
    with SHIPPED.open(encoding="utf-8") as file:
        return pd.read_csv(file)
