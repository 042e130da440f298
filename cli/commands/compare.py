"""``mes compare``: strategies side by side, on the same draws, or finished run folders; ``mes run``: one alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options as o
from cli.commands import given
from cli.completing import either, scenarios
from cli.errors import reported
from cli.regions.asked import LevelFolder, Region

if TYPE_CHECKING:
    from cli.runs.request import Request

EVERY = 13
"""Weeks between the rows of groups and channels: a quarter, to keep the folder small."""


def compare(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO|RUN_FOLDER", help="Default: the whole catalogue.", autocompletion=either),
    ] = None,
    people: o.People = None,
    draws: o.Draws = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    threads: o.Threads = None,
    cluster: o.Cluster = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    engine: o.EngineChoice = o.Engine.fast,
    json: o.Json = False,
    xlsx: o.Xlsx = False,
    pictures: o.PicturesCompared = None,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    as_simulated: o.AsSimulated = False,
    policy_start: o.PolicyStart = None,
    until: o.UntilDated = None,
    target: o.Target = None,
    costs: o.Costs = None,
    effects: o.Effects = None,
    region: Region = None,
    level: LevelFolder = None,
) -> None:
    """Compare strategies against the status quo, draw by draw, and say when each reaches the target; run folders are
    compared without simulating again."""
    with reported():
        from cli.runs.request import Request

        request = given(Request, locals(), command="compare")
        folders = [Path(argument) for argument in what or () if _is_folder(argument)]
        if folders:
            _compare_folders(request, folders, what or [])
        else:
            _compare_scenarios(request, what or [])


def _is_folder(argument: str) -> bool:
    """A path that leads to a folder, however it is written; a name of the catalogue is a scenario (``./media`` is the
    folder)."""
    from scenarios.language.files import catalogue

    return argument not in catalogue() and Path(argument).is_dir()


def _compare_scenarios(request: Request, names: list[str]) -> None:
    from cli.runs.showing import present, shown_of
    from cli.runs.simulation import load_ahead, simulate

    load_ahead(request)
    from cli.runs.chosen import choose, with_reference
    from scenarios.language.files import catalogue

    chosen = with_reference([choose(name) for name in names or catalogue()])
    store = simulate(request, chosen, every=EVERY, subject=str(len(chosen)))
    from scenarios.compare.comparison import comparison_document  # loads what makes tables: not before there are any

    present(store, shown_of(request), comparison_document)


def _compare_folders(request: Request, folders: list[Path], arguments: list[str]) -> None:
    from cli.runs.showing import present, shown_of
    from foundation.store.reading import as_left
    from foundation.store.store import Store
    from scenarios.compare.beside import compare_folders
    from scenarios.compare.comparison import comparison_document
    from scenarios.compare.study import tables_for_reading, write_tables

    _refuse_mixtures(request, folders, arguments)
    with as_left(", ".join(map(str, folders))):
        merged, frames = compare_folders(folders)
        read = tables_for_reading(frames, {**merged, **_own(request)})
    store = Store.create(request.folder(f"{len(folders)}-folders"), {**merged, **_own(request)})
    write_tables(store.folder, read, merged)
    store.finish(frames, merged["failures"])
    shown = shown_of(request)
    if request.json and request.pictures is None:  # whoever reads numbers of finished runs has asked for no pictures
        shown = shown._replace(pictures=o.Pictures.none)
    present(store, shown, comparison_document)


def _own(request: Request) -> dict[str, Any]:
    """What the manifest says of this command rather than of the runs that it compares."""
    from cli.runs.request import command_line

    return {"command": request.command, "command_line": command_line()}


def _refuse_mixtures(request: Request, folders: list[Path], arguments: list[str]) -> None:
    from foundation.errors import UserError

    others = [argument for argument in arguments if Path(argument) not in folders]
    if others:
        raise UserError(f"compare: {others[0]} is no run folder: give scenarios only, or run folders only")
    if options := request.changed():
        raise UserError(f"{options[0]}: run folders are compared as they are, nothing is simulated")


def run(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A name of the catalogue, or the path of a file (with / or .toml).", autocompletion=scenarios
        ),
    ],
    people: o.People = None,
    draws: o.Draws = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    threads: o.Threads = None,
    cluster: o.Cluster = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    engine: o.EngineChoice = o.Engine.fast,
    json: o.Json = False,
    xlsx: o.Xlsx = False,
    pictures: o.PicturesChoice = None,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    as_simulated: o.AsSimulated = False,
    policy_start: o.PolicyStart = None,
    until: o.UntilDated = None,
    target: o.Target = None,
    costs: o.Costs = None,
    effects: o.Effects = None,
    region: Region = None,
    level: LevelFolder = None,
) -> None:
    """Simulate one scenario (and the status quo it is compared with), week by week, and say when it reaches the
    target."""
    with reported():
        from cli.runs.request import Request
        from cli.runs.showing import present, shown_of
        from cli.runs.simulation import load_ahead, simulate

        request = given(Request, locals(), command="run")
        load_ahead(request)
        from cli.runs.chosen import choose, with_reference

        chosen = choose(scenario)
        name = chosen.scenario.name
        store = simulate(request, with_reference([chosen]), every=1, subject=name)
        from scenarios.compare.comparison import run_document  # loads what makes tables: not before there are any

        present(store, shown_of(request), partial(run_document, scenario=name))
