"""From a request to a finished run folder and what is shown of it; shared by ``run`` and ``compare``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import Lang
from cli.progress import progress
from cli.request import Request, command_line, experiment_of
from cli.words import WORDS

if TYPE_CHECKING:
    import pandas as pd

    from calibration.draws.posteriors import Source
    from cli.chosen import Chosen
    from foundation.store.manifest import Manifest
    from foundation.work.executors import Site
    from scenarios.compare.placement import Placement
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment, Settings

LONG = 1200.0
"""Seconds from which on it is said how long a draw takes."""


def simulate(request: Request, chosen: Sequence[Chosen], every: int, subject: str) -> tuple[Path, Manifest]:
    """Simulates what the folder lacks, once everything asked for is known to be sound; returns folder and manifest."""
    from calibration.warm import ensure_compiled
    from scenarios.compare.execution import execute
    from scenarios.compare.runs import create

    experiment = experiment_of(request, [item.scenario for item in chosen], every)
    source, draws = drawn(experiment.settings, request)
    planned = described(experiment, request.command, source, {item.scenario.name: item.text for item in chosen})
    warn_of_draws(source, request.lang)
    announce(experiment, request)
    folder = request.folder(subject)
    with site_of(request) as site:
        manifest = create(folder, planned, resume=request.resume)
        if manifest["status"] != "complete" and site is None:
            ensure_compiled()
        with progress(len(draws), WORDS[request.lang]["draws"]) as tell:
            workers = request.process_count(experiment)
            manifest = execute(experiment, draws, folder, manifest, workers=workers, site=site, progress=tell)
    return folder, manifest


def described(experiment: Experiment, command: str, source: Source, texts: Mapping[str, str] | None = None) -> Manifest:
    """The manifest of a command that has not begun; ``texts`` of scenario files go before what was parsed."""
    from calibration.draws.draws import data_hashes
    from scenarios.compare.execution import describe

    own = {scenario.name: scenario.text for scenario in experiment.scenarios}
    return describe(
        experiment,
        command=command,
        command_line=command_line(),
        texts={**own, **(texts or {})},
        data={**data_hashes(), source.name: source.sha256},
        draws_file=source.name,
        stock_targets=published_stocks(),
    )


def site_of(request: Request) -> AbstractContextManager[Site | None]:
    """The cluster asked for, connected before a folder is made; ``None`` for this machine."""
    if request.cluster is None:
        return nullcontext()
    from foundation.work.cluster import cluster_site

    return cluster_site(request.cluster)


def drawn(settings: Settings, request: Request) -> tuple[Source, list[Draw]]:
    """The posterior to draw from, and its first draws."""
    from calibration.draws.draws import load_draws
    from calibration.draws.posteriors import posterior_for, shipped_mixture
    from calibration.draws.structures import averaged_draws, fitted

    if settings.averaged:
        return shipped_mixture(), averaged_draws(settings.draws, fitted())
    source = posterior_for(settings.structure, request.posterior)
    return source, load_draws(settings.draws, path=source.paths[0], seed=settings.seed)


def warn_of_draws(source: Source, lang: Lang) -> None:
    """Says so on stderr when the posterior was fitted to other data or under another structure."""
    from calibration.draws.draws import changed_data, read_draws

    _, info = read_draws(source.paths[0])
    if not source.fitted:
        print(f"mes: {WORDS[lang]['unfitted']}", file=sys.stderr)
    if changed := changed_data(info):
        text = WORDS[lang]["stale"].format(files=", ".join(changed), command=info.command)
        print(f"mes: {text}", file=sys.stderr)


def announce(experiment: Experiment, request: Request) -> None:
    """Says on stderr how long a large run will take, where, and in how much memory."""
    from foundation.language.numbers import number
    from scenarios.compare.placement import LARGE

    settings, lang = experiment.settings, request.lang.value
    if settings.people < LARGE or request.cluster is not None:
        return
    place = request.placement(experiment)
    whole, one = (_minutes(place, draws, len(experiment.scenarios), lang) for draws in (settings.draws, 1))
    text = WORDS[request.lang]["large"].format(
        people=number(settings.people, 0, lang),
        draws=settings.draws,
        scenarios=len(experiment.scenarios),
        minutes=whole,
        processes=place.processes,
        threads=place.threads,
        needed=number(place.processes * place.plan.total / 2**30, 1, lang),
        free=number(place.free / 2**30, 1, lang),
    )
    if place.seconds(settings.draws, len(experiment.scenarios)) > LONG and settings.draws > 1:
        text += WORDS[request.lang]["one_draw"].format(minutes=one)
    print(f"mes: {text}", file=sys.stderr)


def _minutes(place: Placement, draws: int, scenarios: int, lang: str) -> str:
    from foundation.language.numbers import number

    minutes = place.seconds(draws, scenarios) / 60
    return number(minutes, 0 if minutes >= 3 else 1, lang)


def published_stocks() -> list[dict[str, Any]]:
    """The activation figures used, for pictures."""
    from calibration.facts.targets import load_stock_targets

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
    from scenarios.compare.runs import load, seal
    from scenarios.compare.tables import summary_table

    _, frames = load(folder)
    summary = summary_table(frames["outcomes"], frames["costs"])
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
    from scenarios.compare.equity import equity_table, obstacle_table
    from scenarios.compare.tables import groups_table, write_csv

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
    from scenarios.compare.pictures import draw_all

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

    from scenarios.compare.tables import rich_table

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
