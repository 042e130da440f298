"""What is shown of a finished folder: its table or document, where it is, its pictures, what failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cli import label
from cli.options import Lang, Pictures
from foundation.language.numbers import colon
from foundation.store.manifest import LEFT_OUT, named, wanted
from foundation.tasks.journal import journal
from foundation.tasks.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from cli.runs.request import Request
    from foundation.language.screen import Screen
    from foundation.store.manifest import Manifest
    from foundation.store.store import Store

    Frames = Mapping[str, pd.DataFrame]
    Document = Callable[[Frames, Mapping[str, Any]], dict[str, Any]]
    Table = Callable[[Frames, Mapping[str, Any], Lang], None]


class Shown(NamedTuple):
    """How a finished folder is shown, as a ``Request`` says it too."""

    lang: Lang
    json: bool
    pictures: Pictures
    workers: int | None
    xlsx: bool = False


PRINTED = ("outcomes", "costs", "spending", "uses", "user_groups")
"""Tables of a run that ``print_table`` takes."""


def shown_of(request: Request) -> Shown:
    return Shown(
        lang=request.lang,
        json=request.json,
        pictures=request.wanted,
        workers=request.workers,
        xlsx=request.xlsx,
    )


def present(store: Store, shown: Shown, document: Document) -> None:
    """Prints the result of a run, then adds pictures to its folder; ends with status 1 if draws failed."""
    from scenarios.frames import ORDER

    show(store, store.frames(ORDER if shown.json else PRINTED), document, print_table, shown)
    _end(store, shown)


def present_study(store: Store, shown: Shown, names: Sequence[str], document: Document, table: Table) -> None:
    """The same for the folder of another command, with its table; pictures in the language of the command, too."""
    show(store, store.frames(names), document, table, shown)
    _end(store, shown)


def show(store: Store, frames: Frames, document: Document, table: Table, shown: Shown) -> None:
    """Prints what was found, and where it is."""
    from cli.errors import heard_or_not

    with heard_or_not():
        if shown.json:
            print_json(document(frames, store.manifest))
        else:
            table(frames, store.manifest, shown.lang)
        sys.stdout.flush()
    say_where(store.folder, shown.lang)


def _end(store: Store, shown: Shown) -> None:
    """Workbook, pictures, then what failed, which is said of an interrupted command too; status 1 if anything did."""
    import typer

    from cli.errors import FAILED

    try:
        if shown.xlsx:
            from report.workbook import write_workbook

            write_workbook(store, shown.lang.value)
        draw(store, shown, [shown.lang])
    finally:
        tell_failures(store.manifest, shown.lang)
    if store.manifest.get("failures") or store.manifest.get(LEFT_OUT):
        raise typer.Exit(FAILED)


def draw(store: Store, shown: Shown, langs: Sequence[Lang]) -> list[Path]:
    """Draws the pictures asked for into the folder; returns their paths.

    Raises:
        Interrupted: Ctrl-C; the folder is whole without the pictures that are missing.
    """
    from cli.runs.albums import album_of, names_of
    from cli.runs.request import process_count
    from foundation.drawing.album import draw_pictures
    from foundation.errors import Interrupted
    from foundation.store.atomic import give_back

    album, words = album_of(store.manifest), label("said.pictures", shown.lang)
    if names := names_of(album, store.manifest, shown.pictures):
        _tell_boxes(store.manifest, langs)
        give_back()  # of the tables that were shown
    try:
        return draw_pictures(
            album,
            store,
            names,
            [lang.value for lang in langs],
            processes=process_count(shown.workers),
            progress=lambda total: progress(total, words),
        )
    except KeyboardInterrupt:
        commands = " && ".join(f"mes plot {store.folder} --lang {lang}" for lang in langs)
        text = f"interrupted; the results are complete, `{commands}` draws the missing pictures"
        raise Interrupted(text) from None


def _tell_boxes(manifest: Manifest, langs: Sequence[Lang]) -> None:
    """Says once which characters of the titles pictures can't show."""
    from foundation.drawing.album import without_glyph
    from scenarios.words import scenario_titles

    known = [lang.value for lang in langs] if "scenarios" in manifest else []
    titles = "".join(title for lang in known for title in scenario_titles(manifest, lang).values())
    if titles.isascii():
        return

    if signs := without_glyph(titles):
        journal.tell(label("said.boxes", langs[0], signs=" ".join(signs)))


def console(width: int = 160) -> Screen:
    """Stdout; as wide as given where it is no terminal. Tables that don't fit are stacked."""
    from foundation.language.screen import screen

    return screen(width)


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout, escaped where the stream has other letters; ``ValueError`` rather than NaN."""
    import json

    escaped = "utf" not in (sys.stdout.encoding or "").lower()
    print(json.dumps(document, ensure_ascii=escaped, allow_nan=False), flush=True)


def print_table(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: Lang) -> None:
    """The table of results, on stdout."""
    from scenarios.compare.aimed import aimed_lines
    from scenarios.compare.best import best_rich_table, best_table
    from scenarios.compare.spending import spending_rich_table
    from scenarios.compare.tables import rich_table, summary_table
    from scenarios.compare.use import use_rich_table, use_table
    from scenarios.compare.when import when_rich_table

    summary, out = summary_table(frames["outcomes"], frames["costs"]), console()
    out.print(rich_table(summary, manifest, lang.value), "")
    if (spending := spending_rich_table(frames, manifest, lang.value)) is not None:
        out.print(spending, "")
    out.print(when_rich_table(frames["outcomes"], manifest, lang.value))
    if len(use := use_table(frames["outcomes"], frames["user_groups"], manifest)):
        out.print("", use_rich_table(use, manifest, lang.value))
    else:
        out.print("", label("said.no_use", lang), markup=False, highlight=False)
    if len(best := best_table(frames["outcomes"], manifest)):
        out.print("", best_rich_table(best, manifest, lang.value))
    for line in aimed_lines(frames["uses"], manifest, lang.value):
        out.print(line, markup=False, highlight=False)


def say_where(folder: Path, lang: Lang) -> None:
    print(f"{label('said.written', lang)} {folder}", file=sys.stderr)


def tell_failures(manifest: Manifest, lang: Lang) -> None:
    """Names the draws that failed, and scenarios that did, on stderr; nothing if the run is whole."""
    from cli.errors import said

    for name in dict.fromkeys(entry["scenario"] for entry in manifest.get(LEFT_OUT, ())):
        own = [entry for entry in manifest[LEFT_OUT] if entry["scenario"] == name]
        where = f"{own[0]['draw']}{colon(lang)}{said(own[0]['error'])}"
        journal.tell(f"{name}{colon(lang)}{label('said.left_out', lang)} ({len(own)}/{manifest['draws']})\n  {where}")
    failures = manifest.get("failures", ())
    if not failures:
        return
    lines = [f"  {named(failure)}{colon(lang)}{said(failure['error'])}" for failure in failures]
    of = f"{len(failures)}/{wanted(manifest)} {label('said.failed', lang)}"
    journal.tell("\n".join([f"{of} ({label('said.resume', lang)}){colon(lang).rstrip(' ')}", *lines]))
