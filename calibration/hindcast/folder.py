"""The folder of a hindcast: what it is for, the model's runs as they finish, and the results.

A run is one line of ``model-runs.jsonl``, appended when it is over; an interrupted hindcast goes on from them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calibration.hindcast.work import Key
from foundation.errors import StorageError, UserError
from foundation.store.atomic import refuse_links, write_text
from foundation.store.fingerprint import digest_of
from foundation.store.reading import parsed, read_bytes, read_json
from foundation.store.store import document, seal_made

SETTINGS, RUNS, RESULTS = "settings.json", "model-runs.jsonl", "hindcast.json"
MOST = 2**30
"""Bytes of the runs at most."""
ALTERNATIVE = "hindcast-alternative.json"
"""Results of another structure than the default: a guide shows both."""


def begin(folder: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
    """Makes the folder, or checks that an earlier one was begun with the same settings.

    Raises:
        UserError: it is there already (without ``resume``), isn't (with it), differs, or can't be written to.
    """
    if resume:
        _compare(folder, settings)
    elif folder.exists():
        raise UserError(f"{folder}: exists; choose another folder (--out), or finish that hindcast with --resume")
    else:
        _make(folder, settings)


def _make(folder: Path, settings: Mapping[str, Any]) -> None:
    """The folder appears together with its settings."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        write_text(temporary / SETTINGS, _text(settings))
        os.rename(temporary, folder)
    except (OSError, StorageError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise UserError(f"{folder}: can't be written to: {getattr(error, 'strerror', None) or error}") from None


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
    return document(folder, name)


def seal(folder: Path, results: Mapping[str, Any], command_line: Sequence[str]) -> None:
    """Writes the manifest of a hindcast that is over, with the hash of every file."""
    names = ("people", "draws", "seed", "structure", "data_end", "data")
    about = {name: results[name] for name in names if name in results}
    failures = [{"draw": failure.get("draw"), "error": failure.get("error")} for failure in results["failures"]]
    seal_made(folder, {"command": "hindcast", "command_line": list(command_line), **about, "failures": failures})


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
