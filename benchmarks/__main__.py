"""Measures the engine beside its peers and fills the pages: ``python -m benchmarks`` (``make bench``).

``--only engine,mesa`` measures some parts and keeps the other results of before; ``--only none`` measures nothing and
fills the pages again. ``--all`` adds all of France. Results stand in ``--out`` as JSON and CSV.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from benchmarks import page, sample_table
from benchmarks.plan import CELLS, PARTS, SIZES, sizes_to
from calibration.warm import ensure_compiled
from cli.errors import reported
from foundation.errors import UserError
from foundation.language.pages import fill_marks
from foundation.store.atomic import write_text
from foundation.store.manifest import FILE as MANIFEST
from foundation.store.manifest import read as read_manifest
from foundation.store.reading import read_json
from foundation.store.store import check, seal_made

Row = dict[str, Any]
DOCS = Path(__file__).parents[1] / "docs"
PERFORMANCE = DOCS / "performance.md"
SAMPLE = {"en": DOCS / "sample-size.md", "fr": DOCS / "sample-size.fr.md"}


def parts_of(text: str) -> list[str]:
    """Names of parts.

    Raises:
        UserError: an unknown one.
    """
    names = [name.strip() for name in text.split(",") if name.strip() not in ("", "none")]
    if unknown := [name for name in names if name not in PARTS]:
        raise UserError(f"--only {unknown[0]}: no such part; allowed: {', '.join(PARTS)}, none")
    return names


def read(path: Path) -> dict[str, Any]:
    """Results of before, none if there are none.

    Raises:
        UserError: the file can't be read, or was altered since it was sealed.
    """
    if not path.exists():
        return {"parts": {}}
    if (path.parent / MANIFEST).exists():
        check(path.parent, read_manifest(path.parent), path.name)
    try:
        return {"parts": dict(read_json(path)["parts"])}
    except (UserError, TypeError, ValueError, KeyError) as error:
        raise UserError(f"{path}: no results of a benchmark ({error!r}); remove it") from None


def machine() -> str:
    """What it was measured on, and when."""
    names = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    name = names[0].partition(":")[2].strip() if names else platform.processor() or platform.machine()
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.now(UTC).date().isoformat()
    load = os.getloadavg()[0]
    return (
        f"{name}, {os.cpu_count()} cores, {gib:.0f} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"{today}; "
        f"load average before the start {load:.1f}"
    )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def store(folder: Path, parts: dict[str, Any]) -> None:
    """Results as JSON, and as CSV one row a cell; sealed, so that what was measured is kept if the next part fails."""
    write_text(folder / "bench.json", json.dumps({"parts": parts}, indent=1))
    rows = [row for part in parts.values() for row in part["rows"]]
    write_text(folder / "bench.csv", pd.DataFrame(rows).to_csv(index=False))
    seal(folder)


def seal(folder: Path) -> None:
    """Writes the manifest of the folder as it stands."""
    seal_made(folder, {"command": "benchmarks", "command_line": ["python", "-m", "benchmarks", *sys.argv[1:]]})


def fill(parts: dict[str, Any], folder: Path, *, into_docs: bool) -> None:
    """The pages, in the docs or beside the results."""
    rows = [row for name, part in parts.items() if name != "sample" for row in part["rows"]]
    machines = list(dict.fromkeys(part["machine"] for name, part in parts.items() if name != "sample"))
    text = page.page(rows, "; ".join(machines))
    if rows:
        write_text(folder / "performance.md", text)
        if into_docs:
            fill_marks(PERFORMANCE, "bench", text)
    for lang, target in SAMPLE.items() if "sample" in parts else ():
        text = sample_table.section(parts["sample"]["rows"], lang)
        write_text(folder / target.name, text)
        if into_docs:
            fill_marks(target, "sample", text)


def run(options: argparse.Namespace) -> None:
    """Measure, store after each part, fill."""
    names = parts_of(options.only)
    if options.largest < SIZES[0]:
        raise UserError(f"--largest {options.largest}: the smallest size is {SIZES[0]:,}")
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    parts = read(folder / "bench.json")["parts"]
    ensure_compiled()
    sizes, where, began = sizes_to(options.largest, options.all), machine(), time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", file=sys.stderr)

    for name in names:
        parts[name] = {"machine": where, "rows": CELLS[name](tell, sizes)}
        store(folder, parts)
    fill(parts, folder, into_docs=options.docs)
    seal(folder)
    tell(f"done: {folder}/bench.json, bench.csv and performance.md{', docs filled' if options.docs else ''}")


def main(given: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", default=",".join(PARTS), help=f"parts, by commas: {', '.join(PARTS)}; none: fill only"
    )
    parser.add_argument("--all", action="store_true", help="all of France too, one agent a person")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="largest size, to try it out")
    parser.add_argument("--out", default="runs/bench", help="folder of the results")
    parser.add_argument("--no-docs", dest="docs", action="store_false", help="leave docs/ as it is")
    options = parser.parse_args(given)
    try:
        with reported():
            run(options)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)


if __name__ == "__main__":
    main()
