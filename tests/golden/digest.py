"""A frame in a few numbers, small enough for a repository and fine enough to notice a change in any cell.

Per scenario and column: texts, whole numbers and counts of agents by hash (exact) with sums that say by how much they
moved; other floats by sums. Sums of floats are compared to 1e-12, relative to the sum of magnitudes. In a sum of
thousands a small cell drowns; so there is one of logarithms too, compared as an absolute number, to which each cell
contributes its relative change whatever its size. Fixed weights by row tell permutations.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.golden.golden import Made

RESULTS = Path(__file__).with_name("results.json")
RELATIVE = 1e-12
FITTED = {"forecasters": 1e-9}
"""Least squares end where a library's iterations do: last digits belong to it."""
LOGS = 100.0
"""The sum of logarithms may move by so many times the relative tolerance."""
WHOLE = 1e-10
"""Persons are agents times a weight: counts to this relative precision."""
ALL = "all"
SAME = "="
"""In the file: as in the first scenario."""
Digest = dict[str, Any]


def digests(made: Mapping[str, Made]) -> Digest:
    return {name: digest(one) for name, one in made.items()}


def digest(made: Made) -> Digest:
    frame = made.frame
    parts = {ALL: frame}
    if "scenario" in frame and made.apart:
        parts = {str(name): part for name, part in frame.groupby("scenario", sort=False)}
    return {
        "rows": len(frame),
        "unit": made.unit,
        "dtypes": {str(name): str(dtype) for name, dtype in frame.dtypes.items()},
        "order": _hash(frame["scenario"].astype(str)) if "scenario" in frame else "",
        "scenarios": {
            name: {
                "rows": len(part),
                "columns": {str(c): column(part[c], made.unit) for c in part if c != "scenario" or not made.apart},
            }
            for name, part in parts.items()
        },
    }


def column(values: pd.Series, unit: float) -> Digest:
    """What is kept of one column of one scenario."""
    if values.dtype.kind == "f":
        floats = values.to_numpy(np.float64)
        if (counts := _counts(floats, unit)) is not None:
            return {"kind": "count", **_whole(counts[0]), "in": counts[1]}
        return {"kind": "float", **_sums(floats)}
    if values.dtype.kind in "biu":
        return {"kind": "whole", **_whole(values.to_numpy().astype(np.int64))}
    return {"kind": "text", "sha256": _hash(values), "ends": [_text(values.iloc[0]), _text(values.iloc[-1])]}


def _counts(values: np.ndarray, unit: float) -> tuple[np.ndarray, str] | None:
    """Whole numbers, or persons in agents; ``None`` for anything else."""
    if not np.isfinite(values).all() or np.abs(values).max(initial=0.0) > 2.0**53:
        return None
    if (values == np.rint(values)).all():
        return values.astype(np.int64), "ones"
    agents = values / unit
    if (np.abs(agents - np.rint(agents)) <= WHOLE * np.abs(agents)).all():
        return np.rint(agents).astype(np.int64), "agents"
    return None


def _whole(values: np.ndarray) -> Digest:
    numbers = [int(value) for value in values]
    return {
        "sha256": hashlib.sha256(np.ascontiguousarray(values, "<i8").tobytes()).hexdigest()[:12],
        "sum": sum(numbers),
        "ends": [numbers[0], numbers[-1]],
    }


def _sums(values: np.ndarray) -> Digest:
    weights = 0.5 + np.modf(np.arange(1, len(values) + 1) * 0.6180339887498949)[0]
    kinds = np.where(np.isnan(values), 9, np.where(np.isinf(values), 5 * np.sign(values), np.sign(values)))
    there, filled = np.isfinite(values), np.where(np.isfinite(values), values, 0.0)
    logs = np.log(np.abs(filled, where=there & (filled != 0), out=np.ones_like(filled)))
    return {
        "signs": hashlib.sha256(np.nan_to_num(kinds).astype(np.int8).tobytes()).hexdigest()[:12],
        "sum": fsum(filled),
        "magnitude": fsum(np.abs(filled)),
        "squares": fsum(filled**2),
        "weighted": fsum(weights * filled),
        "logs": fsum(weights * logs),
        "ends": [_number(values[0]), _number(values[-1])],
    }


def _number(value: float) -> float | str:
    return float(value) if np.isfinite(value) else str(value)


def _text(value: Any) -> str:
    return "(missing)" if pd.isna(value) else str(value)


def _hash(values: pd.Series) -> str:
    return hashlib.sha256("\0".join(map(_text, values)).encode()).hexdigest()[:12]


def moved(old: Digest, new: Digest) -> list[str]:
    """What moved between two sets of digests: one line each, naming frame, scenario and column."""
    found = [f"{name}: gone" for name in old if name not in new] + [f"{name}: new" for name in new if name not in old]
    for name in old:
        if name in new:
            found += [f"{name}{line}" for line in _frame(old[name], new[name], FITTED.get(name, RELATIVE))]
    return found


def _frame(old: Digest, new: Digest, tolerance: float) -> Iterator[str]:
    if list(old["dtypes"].items()) != list(new["dtypes"].items()):
        yield f": columns {_named(old['dtypes'])} → {_named(new['dtypes'])}"
    if old["rows"] != new["rows"]:
        yield f": {old['rows']} rows → {new['rows']}"
    if abs(new["unit"] - old["unit"]) > RELATIVE * old["unit"]:
        yield f": one agent {old['unit']!r} persons → {new['unit']!r}"
    if list(old["scenarios"]) != list(new["scenarios"]):
        yield f": scenarios {list(old['scenarios'])} → {list(new['scenarios'])}"
    elif old["order"] != new["order"]:
        yield ": rows of scenarios in another order"
    for scenario in old["scenarios"]:
        one, other = old["scenarios"][scenario], new["scenarios"].get(scenario)
        if other is None:
            continue
        if one["rows"] != other["rows"]:
            yield f", {scenario}: {one['rows']} rows → {other['rows']}"
        for name in one["columns"]:
            if name in other["columns"] and (lines := _column(one["columns"][name], other["columns"][name], tolerance)):
                yield f", {scenario}, {name}: {'; '.join(lines)}"


def _named(dtypes: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {dtype}" for name, dtype in dtypes.items())


def _column(old: Digest, new: Digest, tolerance: float) -> list[str]:
    kinds = [(one["kind"], one.get("in")) for one in (old, new)]
    if kinds[0] != kinds[1]:
        about = ", ".join(f"{name} {old[name]!r} → {new[name]!r}" for name in ("sum", "ends") if {name} <= {*old, *new})
        return [f"{' in '.join(filter(None, kinds[0]))} → {' in '.join(filter(None, kinds[1]))} ({about})"]
    if old["kind"] == "float":
        return list(_floats(old, new, tolerance))
    if old == new:
        return []
    lines = [_by(name, old[name], new[name]) for name in ("sum",) if name in old and old[name] != new[name]]
    if old["ends"] != new["ends"]:
        lines.append(f"first and last {old['ends']} → {new['ends']}")
    return lines or ["other content, same sums and ends" if "sum" in old else "other text within"]


def _floats(old: Digest, new: Digest, tolerance: float) -> Iterator[str]:
    if old["signs"] != new["signs"]:
        yield "other cells missing, zero or negative"
    scale = max(abs(old["magnitude"]), abs(new["magnitude"]))
    for name in ("sum", "magnitude", "squares", "weighted", "logs"):
        reach = {"squares": max(old["squares"], new["squares"]), "logs": LOGS}.get(name, scale)
        if abs(new[name] - old[name]) > tolerance * reach:
            yield _by(name, old[name], new[name])
    for place, one, other in zip(("first", "last"), old["ends"], new["ends"], strict=True):
        if isinstance(one, str) or isinstance(other, str):
            if one != other:
                yield f"{place} {one} → {other}"
        elif abs(other - one) > 100 * tolerance * max(abs(one), abs(other)):
            yield _by(place, one, other)


def _by(name: str, old: float, new: float) -> str:
    relative = f", {(new - old) / abs(old):+.2g} relative" if old else ""
    return f"{name} {old!r} → {new!r} ({new - old:+.6g}{relative})"


def read(path: Path = RESULTS) -> Digest:
    found: Digest = json.loads(path.read_text("utf-8"))
    for frame in found.values():
        first = next(iter(frame["scenarios"].values()))["columns"]
        for part in frame["scenarios"].values():
            part["columns"] = {name: first[name] if one == SAME else one for name, one in part["columns"].items()}
    return found


def write(found: Digest, path: Path = RESULTS) -> None:
    """JSON with a line per column, so that a change can be read in a diff; what is as in the first scenario isn't
    repeated."""
    path.write_text(_json({name: _short(frame) for name, frame in found.items()}, 5) + "\n", "utf-8")


def _short(frame: Digest) -> Digest:
    first, *others = frame["scenarios"]
    parts = {first: frame["scenarios"][first]}
    known = parts[first]["columns"]
    for scenario in others:
        part = frame["scenarios"][scenario]
        columns = {name: SAME if known.get(name) == one else one for name, one in part["columns"].items()}
        parts[scenario] = {**part, "columns": columns}
    return {**frame, "scenarios": parts}


def _json(value: Any, depth: int, indent: str = "") -> str:
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    inner = indent + " "
    lines = (f"{inner}{json.dumps(key)}:{_json(part, depth - 1, inner)}" for key, part in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
