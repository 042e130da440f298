"""Whether a file of draws is one: what it says of itself, its bytes, and every value. It may come from anybody, and a
wrong value would give tables without a word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from calibration.facts.priors import FREE, Prior, load_priors
from foundation.errors import UserError
from foundation.shapes import Floats
from foundation.store import manifest as manifests
from foundation.store import store
from foundation.store.reading import DEEPEST, day, plain, table, text, whole
from model.terms.parameters import Structure

MOST = 1_000_000
"""Draws."""
LARGEST = 2**29
"""Bytes."""
Info = TypeVar("Info")


def digest(values: Floats) -> str:
    """SHA-256 of values [draw, parameter], row by row, as 64-bit numbers with the lowest byte first."""
    return hashlib.sha256(np.ascontiguousarray(values, "<f8").tobytes()).hexdigest()


def refuse_unsealed(path: Path) -> None:
    """Holds a file against the manifest beside it: that of ``mes calibrate``, or of the shipped posteriors.

    Raises:
        UserError: it is a link, or the manifest can't be read, was edited, or has another hash for it.
    """
    folder = path.parent
    if not (folder / manifests.FILE).exists() or not path.exists():
        return
    manifest = manifests.read(folder)
    if path.name in manifest.get("files", {}):
        store.check(folder, manifest, path.name)


def metadata(path: Path, written: bytes) -> dict[str, Any]:
    """What a file says of itself.

    Raises:
        UserError: it is no JSON object.
    """
    try:
        found = json.loads(written) if len(written) < LARGEST // 100 and written.count(b"{") < DEEPEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError(f"{path.name}: doesn't say where its draws come from; make it again")
    return found


_texts = table(text)


def _structure(value: Any) -> bool:
    """Of this version or an older one, which had fewer choices."""
    allowed: Mapping[str, Any] = Structure.choices()
    return _texts(value) and all(choice in allowed.get(key, ()) for key, choice in value.items())


_KINDS: dict[str, Callable[[Any], bool]] = {
    "command": lambda value: isinstance(value, str) and plain(value),
    "data_end": day,
    "seed": whole,
    "draws": lambda value: whole(value) and 0 < value <= MOST,
    "key": text,
    "data_sha256": _texts,
    "structure": _structure,
    # NaN where there is none
    **dict.fromkeys(("log_evidence", "log_evidence_error", "effective"), lambda v: isinstance(v, float) or whole(v)),
    "format": whole,
    "values_sha256": text,
}


def made(path: Path, found: Mapping[str, Any], kind: Callable[..., Info]) -> Info:
    """What a file says of itself, as a value of ``kind``.

    Raises:
        UserError: a key is missing, unknown or of another kind.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    lacking = [name for name, field in known.items() if field.default is MISSING and name not in found]
    odd = [name for name in found if name not in known or not _KINDS[name](found[name])]
    if lacking or odd:
        raise UserError(f"{path.name}: what it says of its draws can't be ({', '.join([*lacking, *odd])})")
    return kind(**found)


def refuse_impossible(path: Path, values: Floats, draws: int, sha256: str) -> None:
    """Looks at every value of draws [draw, parameter].

    Raises:
        UserError: their number is another than the file says, two are equal, one is not finite or impossible under its
            prior, or all are not those that were written.
    """
    if len(values) != draws:
        raise UserError(f"{path.name}: {len(values)} draws, but it says {draws}: not as it was written")
    columns = [_possible(prior, column) for prior, column in zip(_priors(), values.T, strict=True)]
    possible = np.stack(columns, axis=1)
    if not possible.all():
        row, column = np.argwhere(~possible)[0]
        raise UserError(
            f"{path.name}: draw {row}, {FREE[column]}: {values[row, column]:g} can't be (its prior rules it out)"
        )
    if sha256 and digest(values) != sha256:
        raise UserError(f"{path.name}: its values are not as they were written (their SHA-256 differs)")
    if len(np.unique(values, axis=0)) != len(values):
        raise UserError(f"{path.name}: two draws are equal; a repeated draw adds no information")


@cache
def _priors() -> tuple[Prior, ...]:
    priors = load_priors()
    return tuple(priors[name] for name in FREE)


def _possible(prior: Prior, values: Floats) -> npt.NDArray[np.bool_]:
    """[draw] whether a prior gives mass to either side of a value; no mistaken bit of an exponent leaves it there."""
    with np.errstate(invalid="ignore", over="ignore"):
        below = prior.cdf(values)
        inside = (below > 0) & (below < 1) | (values == (np.inf if prior.floor is None else prior.floor))
    return np.asarray(np.isfinite(values) & inside)
