"""``mes report``: a run folder as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.completing import folders
from cli.errors import reported


def report(
    folder: Annotated[Path, typer.Argument(help="A finished run folder.", autocompletion=folders)],
    lang: o.Language = o.Lang.en,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write.  [default: report.<lang>.html in the folder]")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of `mes plan`.  [default: the run folder, if it holds one]",
            autocompletion=folders,
        ),
    ] = None,
    uncertainty: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of `mes uncertainty`: what the uncertainty is made of.", autocompletion=folders
        ),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of `mes sensitivity` of this run: what drives it, what to find out.",
            autocompletion=folders,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print where the report stands as JSON.")] = False,
) -> None:
    """Write the report of a finished run: one HTML file that needs nothing else and prints on A4."""
    with reported():
        from cli.runs.request import command_line
        from cli.runs.showing import print_json
        from foundation.store.reading import as_left
        from report.drivers import read_drivers, read_split
        from report.page import report as page
        from report.plan import FILE, read_plan
        from report.repeat import command
        from report.sources import learned_effects, load_provenance, own_prices
        from scenarios.compare.comparison import load, refuse_target

        with as_left(folder):
            manifest, frames = load(folder)
            goes_with = plan or (folder if (folder / FILE).is_file() else None)
            target = out or folder / f"report.{lang.value}.html"
            refuse_target(folder, manifest)
            text = page(
                frames,
                manifest,
                load_provenance(manifest["draws_file"], own_prices(manifest), learned_effects(manifest)),
                folder=folder.resolve().name,
                command=command(command_line()),
                lang=lang.value,
                plan=read_plan(goes_with, manifest) if goes_with else None,
                split=read_split(uncertainty, manifest) if uncertainty else None,
                drivers=read_drivers(sensitivity, manifest) if sensitivity else None,
            )
        _write(target, text)
        _list_in(folder, target)
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "report": str(target)})
        else:
            print(target)


def _list_in(folder: Path, page: Path) -> None:
    """A page that lies in the folder is one of its files: the manifest has its hash, as of pictures."""
    from foundation.store.store import Store
    from foundation.tasks.journal import journal

    if page.suffix == ".html" and page.parent.resolve() == folder.resolve():
        journal.keep_in(folder)
        journal.note("page", name=page.name)
        store = Store.opened(folder)
        if store.manifest.get("sealed") is True:
            store.seal(page.name)


def _write(path: Path, text: str) -> None:
    """Writes a page in one step; ``UserError`` where it can't be written."""
    from foundation.errors import StorageError, UserError
    from foundation.store.atomic import write_text

    try:
        write_text(path, text)
    except StorageError as error:
        raise UserError(str(error)) from None
