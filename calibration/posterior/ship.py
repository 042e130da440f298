"""Puts finished calibrations into the shipped data: ``python -m calibration.posterior.ship DIR [DIR ...]``.

``calibration/data/posterior`` gets one Parquet file a structure (``--origins``: ``calibration/data/origins``, one for
each last day of data), and a manifest with what ``mes calibrate`` said of each, which ``mes verify`` checks. No folder
of the machine gets in.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from calibration.draws.checks import refuse_unsealed
from calibration.draws.files import POSTERIOR, SHIPPED, SUMMARY, read_draws, save_draws, structure_name
from calibration.facts.priors import FREE
from calibration.facts.tables import DATA
from calibration.posterior import Effort
from calibration.posterior.tables import KIND
from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.reading import read_json
from model.terms.parameters import Structure

TAKE_A_VALUE = {"--out", "--workers", "--lang", "--until", "--structure", "--counts", "--targets"}


def ship(folder: Path, into: Path, name: str) -> dict[str, object]:
    """Copy one posterior as ``name``.parquet; returns its summary.

    Raises:
        UserError: the folder holds no finished calibration.
    """
    if not (folder / SUMMARY).is_file():
        raise UserError(f"{folder}: no finished calibration (it holds no {SUMMARY})")
    refuse_unsealed(folder / SUMMARY)
    summary: dict[str, object] = read_json(folder / SUMMARY)
    values, info = read_draws(folder / POSTERIOR)
    save_draws(
        into / f"{name}.parquet",
        dict(zip(FREE, values.T, strict=True)),
        command=neutral(info.command, name),
        data_end=date.fromisoformat(info.data_end),
        seed=info.seed,
        key=info.key,
        structure=Structure(**dict(info.structure)),  # type: ignore[arg-type]
        log_evidence=info.log_evidence,
        log_evidence_error=info.log_evidence_error,
        effective=info.effective,
    )
    _, saved = read_draws(into / f"{name}.parquet", sealed=False)  # the manifest comes last
    if saved.data_sha256 != info.data_sha256:
        raise UserError(f"{folder}: fitted to other data than those of this version; calibrate again")
    return summary


def neutral(command: str, name: str) -> str:
    """The command as anybody would type it: ``--out`` is the name; what is usual or changes no result is left out."""
    usual = {f"--{key}": str(value) for key, value in asdict(Effort()).items()}
    head, *words = shlex.split(command)
    kept = [head]
    while words:
        word = words.pop(0)
        if word not in TAKE_A_VALUE | usual.keys() or not words:
            kept.append(word)
            continue
        value = words.pop(0)
        if word in ("--workers", "--lang") or usual.get(word) == value:
            continue
        kept += [word, name if word == "--out" else value]
    return shlex.join(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.posterior.ship", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--origins", action="store_true", help="named by their last day of data")
    options = parser.parse_args(arguments)
    into = Path(str(DATA / "origins")) if options.origins else Path(str(SHIPPED))
    into.mkdir(exist_ok=True)
    summaries = {}
    for folder in options.folders:
        _, info = read_draws(folder / POSTERIOR)
        name = info.data_end if options.origins else structure_name(Structure(**dict(info.structure)))  # type: ignore[arg-type]
        summaries[name] = ship(folder, into, name)
        print(f"{name}: {summaries[name]['draws']} draws")
    manifests.write(into, _manifest(into, summaries))


def _manifest(into: Path, summaries: dict[str, Any]) -> dict[str, Any]:
    """All posteriors there, with the summaries of those shipped before."""
    before = manifests.read(into)["posteriors"] if (into / manifests.FILE).exists() else {}
    files = sorted(into.glob("*.parquet"))
    known = {**before, **summaries}
    return {
        "format": manifests.FORMAT,
        "kind": KIND,
        "version": manifests.package_version(),
        "status": "complete",
        "finished": manifests.now(),
        "posteriors": {file.stem: known[file.stem] for file in files},
        "failures": [],
        "files": {file.name: manifests.sha256_of(file) for file in files},
    }


if __name__ == "__main__":
    main()
