"""From a request to a finished run folder and what is shown of it; shared by ``run`` and ``compare``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import Lang
from cli.progress import progress
from cli.request import Request, command_line, experiment_of
from cli.words import WORDS

if TYPE_CHECKING:
    import pandas as pd

    from cli.chosen import Chosen
    from scenarios.manifest import Manifest


def simulate(request: Request, chosen: Sequence[Chosen], every: int, subject: str) -> tuple[Path, Manifest]:
    """Simulates what the folder lacks, once everything asked for is known to be sound; returns folder and manifest."""
    import hashlib

    from calibration.draws import DRAWS_FILE, data_hashes, load_draws
    from calibration.tables import DATA
    from calibration.warm import ensure_compiled
    from scenarios.execution import describe, execute
    from scenarios.runs import create

    experiment = experiment_of(request, [item.scenario for item in chosen], every)
    draws = load_draws(experiment.settings.draws, seed=experiment.settings.seed)
    planned = describe(
        experiment,
        command=request.command,
        command_line=command_line(),
        texts={item.scenario.name: item.text for item in chosen},
        data={**data_hashes(), DRAWS_FILE: hashlib.sha256((DATA / DRAWS_FILE).read_bytes()).hexdigest()},
        draws_file=DRAWS_FILE,
        stock_targets=published_stocks(),
    )
    warn_of_stale_draws(request.lang)
    folder = request.folder(subject)
    manifest = create(folder, planned, resume=request.resume)
    if manifest["status"] != "complete":
        ensure_compiled()
    with progress(len(draws), WORDS[request.lang]["draws"]) as tell:
        manifest = execute(experiment, draws, folder, manifest, workers=request.process_count(), progress=tell)
    return folder, manifest


def warn_of_stale_draws(lang: Lang) -> None:
    """Says so on stderr when the data have changed since the draws were made."""
    from calibration.draws import changed_data, read_draws

    _, info = read_draws()
    if changed := changed_data(info):
        text = WORDS[lang]["stale"].format(files=", ".join(changed), command=info.command)
        print(f"mes: {text}", file=sys.stderr)


def published_stocks() -> list[dict[str, Any]]:
    """The activation figures used, for pictures."""
    from calibration.targets import load_stock_targets

    return [
        {
            "date": target.day.isoformat(),
            "millions": target.millions,
            "error_millions": target.error,
            "kind": target.kind,
        }
        for target in load_stock_targets()
    ]


def present(
    folder: Path,
    manifest: Manifest,
    request: Request,
    document: Callable[[Mapping[str, pd.DataFrame], Mapping[str, Any]], dict[str, Any]],
) -> None:
    """Adds table and pictures to a run folder, prints the result, and ends with status 1 if draws failed."""
    from scenarios.runs import load, seal
    from scenarios.tables import summary_table

    _, frames = load(folder)
    summary = summary_table(frames["outcomes"])
    write_tables(summary, frames, manifest, folder)
    manifest = seal(folder, manifest)
    draw_pictures(frames, manifest, folder, request.lang)
    if request.json:
        print_json(document(frames, manifest))
    else:
        print_table(summary, manifest, request.lang)
    say_where(folder, request.lang)
    end(manifest, request.lang)


def write_tables(
    summary: pd.DataFrame, frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], folder: Path
) -> None:
    """CSV tables for both languages: a French spreadsheet wants other separators."""
    from scenarios.equity import equity_table, obstacle_table
    from scenarios.tables import groups_table, write_csv

    tables = {
        "summary": summary,
        "groups": groups_table(frames["groups"], manifest["until"]),
        "equity": equity_table(frames["equity"], manifest["until"]),
        "left-behind": obstacle_table(frames["equity"], manifest["until"]),
    }
    for name, table in tables.items():
        for lang in Lang:
            write_csv(table, folder / f"{name}.{lang}.csv", lang.value)


def draw_pictures(
    frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], folder: Path, lang: Lang
) -> list[Path]:
    """Draws all pictures of a run into its folder ``pictures``."""
    from scenarios.plots import draw_all

    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    return draw_all(frames, manifest, pictures, lang.value)


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; ``ValueError`` rather than NaN."""
    import json

    print(json.dumps(document, ensure_ascii=False, allow_nan=False), flush=True)


def print_table(summary: pd.DataFrame, manifest: Mapping[str, Any], lang: Lang) -> None:
    """The table of results, on stdout."""
    from rich.console import Console

    from scenarios.tables import rich_table

    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(rich_table(summary, manifest, lang.value))
    for line in differences(manifest, WORDS[lang]):
        console.print(line, markup=False, highlight=False)


def differences(manifest: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    """What keeps compared folders from being one experiment; nothing for a run."""
    if not manifest.get("paired", True):
        yield words["unpaired"]
    for entry in manifest.get("differences", ()):
        plain = not isinstance(entry["value"], dict)
        yield words["differs"].format(**entry) + (words["values"].format(**entry) if plain else "")


def say_where(folder: Path, lang: Lang) -> None:
    print(f"{WORDS[lang]['written']} {folder}", file=sys.stderr)


def end(manifest: Mapping[str, Any], lang: Lang) -> None:
    """Nothing if the run is whole; otherwise names the draws that failed and leaves with status 1."""
    import typer

    from cli.errors import FAILED

    failures = manifest.get("failures", ())
    if not failures:
        return
    words = WORDS[lang]
    print(f"mes: {len(failures)}/{manifest['draws']} {words['failed']} ({words['resume']}):", file=sys.stderr)
    for failure in failures:
        print(f"  {failure['draw']}: {failure['error']}", file=sys.stderr)
    raise typer.Exit(FAILED)
