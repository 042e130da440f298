"""What is done with a finished folder: ``mes plot`` draws its pictures again, ``mes verify`` proves it whole, ``mes
columns`` says what its tables hold, ``mes report`` makes one HTML file of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import write
from cli.completing import folders
from cli.errors import FAILED, reported

if TYPE_CHECKING:
    from foundation.store.reading import Document
    from foundation.store.store import Store
    from foundation.store.verification import Finding, Verification

DRAWN = ("command", "seed", "quick", "sealed")
"""What the manifest of a folder says whose pictures can be drawn."""


def plot(
    folder: Annotated[Path, typer.Argument(help="A run folder.", autocompletion=folders)],
    workers: o.Workers = None,
    lang: o.Language = o.Lang.en,
    json: Annotated[bool, typer.Option("--json", help="Print the list of pictures as JSON.")] = False,
) -> None:
    """Draw the pictures of a finished run again (for instance in the other language)."""
    with reported():
        from cli.runs.showing import Shown, draw, print_json
        from foundation.store.reading import as_left
        from foundation.tasks.journal import journal

        with as_left(folder):
            store = _finished(folder)
            journal.keep_in(folder)
            pictures = draw(store, Shown(lang=lang, json=json, pictures=o.Pictures.all, workers=workers), [lang])
        if json:
            quick = store.manifest["quick"]
            print_json({"folder": str(folder), "quick": quick, "pictures": [str(path) for path in pictures]})
        else:
            for picture in pictures:
                print(picture)


def _finished(folder: Path) -> Store:
    """A folder whose tables are there and as its command left them.

    Raises:
        UserError: they are not.
    """
    from cli.runs.albums import RUN, album_of
    from foundation.store.manifest import require
    from foundation.store.store import Store, check, load
    from scenarios.compare.comparison import refuse_earlier
    from scenarios.frames import ORDER

    manifest, _ = load(folder, [])
    album = album_of(manifest)
    require(folder, manifest, (*DRAWN, *(("people", "draws", "until", "scenarios") if album is RUN else ())))
    names = ORDER if album is RUN else sorted({name for tables in album.shows.values() for name in tables})
    for name in names:  # each picture reads its own
        check(folder, manifest, f"{name}.parquet")
    if album is RUN:
        refuse_earlier(folder)
    return Store.opened(folder)


def verify(
    folder: Annotated[Path, typer.Argument(help="A run folder.", autocompletion=folders)],
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Prove a folder complete and unaltered, or say what is missing or altered (exit status 1)."""
    with reported():
        from cli.runs.showing import print_json
        from foundation.store.reading import as_left, visible
        from foundation.store.verification import verify_folder

        with as_left(folder):
            result = verify_folder(folder)
        if json:
            print_json(_document(result, lang.value))
        else:
            print("\n".join(visible(line) for line in _lines(result, lang.value)))
        if not result.sound:
            raise typer.Exit(FAILED)


def _lines(result: Verification, lang: str) -> Iterator[str]:
    from foundation.language.numbers import moment
    from foundation.language.text import label
    from foundation.store.manifest import wanted

    manifest = result.manifest
    yield label("verify.sound" if result.sound else "verify.unsound", lang, folder=result.folder)
    for finding in result.findings:
        yield f"  {_sentence(finding, lang)}"
    if result.found is not None and "sources" not in manifest:
        yield f"  {label('verify.draws', lang, found=result.found, wanted=wanted(manifest))}"
    if result.sound:
        yield f"  {label('verify.files', lang, files=result.files)}"
        made = {"version": manifest.get("version"), "finished": moment(manifest.get("finished"), lang)}
        yield f"  {label('verify.made', lang, **made)}"


def _sentence(finding: Finding, lang: str) -> str:
    from foundation.language.text import in_language, label, status_word

    told = {key: in_language(value, lang) if isinstance(value, str) else value for key, value in finding.values.items()}
    if "status" in told:
        told["status"] = status_word(str(told["status"]), lang)
    return label(f"verify.{finding.kind}", lang, where=finding.where, **told)


def _document(result: Verification, lang: str) -> Document:
    from foundation.store.manifest import wanted

    manifest = result.manifest
    return {
        "folder": str(result.folder),
        "sound": result.sound,
        "status": manifest.get("status"),
        "draws": {"found": result.found, "wanted": wanted(manifest)},
        "files": result.files,
        "failures": [finding.values["draw"] for finding in result.findings if finding.kind == "draw_failed"],
        "version": manifest.get("version"),
        "findings": [
            {"kind": finding.kind, "where": finding.where, **finding.values, "message": _sentence(finding, lang)}
            for finding in result.findings
        ],
    }


def columns(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A CSV or Parquet file that a command wrote.  [default: all of them]"),
    ] = None,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Say what the columns of a table mean, and their units; without a file, which tables there are."""
    with reported():
        from foundation.language.numbers import typeset
        from report.guides.columns import described, tables

        if file is None:
            listed = [{"files": list(one.files), "commands": list(one.of), "what": one.what} for one in tables()]
            shown = [(", ".join(one.files), ", ".join(one.of), typeset(one.what[lang], lang)) for one in tables()]
            _print_rows({"tables": listed}, shown, json)
            return
        rows = described(file, lang.value)
        found = [dict(zip(("column", "meaning", "unit"), row, strict=True)) for row in rows]
        _print_rows({"file": str(file), "columns": found}, rows, json)


def _print_rows(document: dict[str, object], rows: list[tuple[str, str, str]], json: bool) -> None:
    from cli.runs.showing import console, print_json

    if json:
        print_json(document)
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for style in ("bold", "", "dim"):
        table.add_column(style=style, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console(140).print(table)


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
        write(target, text)
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
