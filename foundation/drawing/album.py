"""The pictures of a finished folder, each drawn from the folder's tables, several at once in processes of their own.

Nothing here loads what draws: a command prints its tables first, and knows which pictures there are without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import RunFailedError
from foundation.store import tables
from foundation.store.atomic import drop_unfinished, give_back, refuse_link
from foundation.store.manifest import Manifest
from foundation.store.store import check
from foundation.tasks.ensemble import run_ensemble
from foundation.tasks.executors import LocalProcesses, kept_site
from foundation.tasks.journal import journal

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from foundation.store.store import Store

    Picture = Callable[[Mapping[str, pd.DataFrame], Mapping[str, Any], str], Figure]

FOLDER = "pictures"
MOST = 4
"""Processes at most: one more costs as much memory again, and none of them ends before the largest picture."""
EACH = 2
"""Pictures that make the start of a process worth while."""
KEPT = 2
"""Tables that a process keeps, those used last: a large one, and the outcomes that most pictures show beside it."""
_read: dict[tuple[Path, str], pd.DataFrame] = {}
_begun: list[LocalProcesses] = []
"""Processes that wait for pictures."""


@dataclass(frozen=True, kw_only=True)
class Album:
    """The pictures of one kind of folder."""

    pictures: Callable[[], Mapping[str, Picture]]
    """A function of a module that loads and returns them by name; called where they are drawn."""
    shows: Mapping[str, tuple[str, ...]]
    """Every picture, in order (those that take longest first), with the tables it is made of."""
    main: tuple[str, ...]
    """Those that answer the question."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One picture to draw: a task that can be sent to a process."""

    name: str
    lang: str
    pictures: Callable[[], Mapping[str, Picture]]
    tables: tuple[str, ...]
    folder: Path
    manifest: Manifest


def draw(sheet: Sheet) -> list[Path]:
    """Draws a picture as ``pictures/<name>.<lang>.png`` and ``.svg``, each of which appears in one step.

    The same tables give the same bytes.
    """
    from foundation.drawing.style import save

    frames = {name: _table(sheet, name) for name in sheet.tables}
    figure = sheet.pictures()[sheet.name](frames, sheet.manifest, sheet.lang)
    return save(figure, sheet.folder / FOLDER / f"{sheet.name}.{sheet.lang}")


def _table(sheet: Sheet, name: str) -> pd.DataFrame:
    """One table, checked each time; several pictures of a process are made of the same ones. What is done to one for a
    picture is not seen by others: pandas copies what is written to."""
    path = check(sheet.folder, sheet.manifest, f"{name}.parquet")
    key = (path.resolve(), sheet.manifest["files"][path.name])
    if key not in _read:
        while len(_read) >= KEPT:
            del _read[next(iter(_read))]
        _read[key] = tables.read(path, tables.most_rows(sheet.manifest))
        give_back()  # what it took to read it, as much again, and the one that went
    _read[key] = _read.pop(key)  # the last to go
    return _read[key].copy(deep=False)


def begin(album: Album, pictures: int, processes: int) -> None:
    """Starts the first of the processes with which ``draw_pictures`` will draw so many: it loads what draws while this
    one is at something else."""
    count = _worth_while(pictures, processes)
    if count > 1 and not _begun:
        _begun.append(LocalProcesses(count))
        _begun[0].submit(_load, album.pictures)  # the others start with the pictures: tables need the memory now


def _load(pictures: Callable[[], Mapping[str, Picture]]) -> None:
    from importlib import import_module

    for name in ("foundation.drawing.style", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"):
        import_module(name)
    pictures()


def _worth_while(pictures: int, processes: int) -> int:
    return min(processes, MOST, ceil(pictures / EACH))


def draw_pictures(
    album: Album,
    store: Store,
    names: Sequence[str],
    langs: Sequence[str],
    *,
    processes: int = 1,
    progress: Callable[[int], AbstractContextManager[Callable[[int], None]]],
) -> list[Path]:
    """Draws pictures of an album into the folder of a finished store; returns their paths in order.

    The manifest seals each as it is done, and at the end what processes had finished when they were stopped: whoever
    interrupts this has a sound folder with fewer pictures.

    Args:
        processes: at most so many; with 1 this process draws.
        progress: given how many there are, a context whose value is told how many are done.

    Raises:
        UserError: a table is not as the command left it.
        RunFailedError: processes are killed as they draw (no memory is left).
    """
    sheets = [_sheet(album, store, name, lang) for lang in langs for name in names]
    if not sheets:
        return []
    refuse_link(store.folder / FOLDER)
    (store.folder / FOLDER).mkdir(exist_ok=True)
    try:
        with progress(len(sheets)) as tell:
            found = _drawn(sheets, store, _worth_while(len(sheets), processes), tell)
    finally:
        drop_unfinished(store.folder / FOLDER)  # of processes that were stopped
        store.seal(f"{FOLDER}/")  # theirs, too, that nobody has been told of
    return [path for sheet in sheets for path in found[sheet.name, sheet.lang]]


def _drawn(
    sheets: Sequence[Sheet], store: Store, processes: int, tell: Callable[[int], None]
) -> dict[tuple[str, str], list[Path]]:
    """Paths by picture and language, as they come."""
    found: dict[tuple[str, str], list[Path]] = {}

    def done(sheet: Sheet, paths: list[Path]) -> None:
        found[sheet.name, sheet.lang] = paths
        journal.note("picture", name=f"{sheet.name}.{sheet.lang}")
        store.seal(f"{FOLDER}/")
        tell(len(found))

    tell(0)
    # Serial work is done when it is submitted: one at a time, so that each is sealed before the next begins.
    with kept_site(processes, begun=_begun.pop() if _begun else None) as site:
        failures = run_ensemble(draw, sheets, site.make, window=2 * processes - 1, done=done, fatal=(Exception,))
    if failures:
        raise RunFailedError(f"{store.folder}: {failures[0].error}")  # a process was killed again and again
    return found


def _sheet(album: Album, store: Store, name: str, lang: str) -> Sheet:
    return Sheet(
        name=name,
        lang=lang,
        pictures=album.pictures,
        tables=album.shows[name],
        folder=store.folder,
        manifest=store.manifest,
    )


def without_glyph(text: str) -> str:
    """The characters of a text that the font of the pictures doesn't have, each once: a box stands for them there."""
    from matplotlib.font_manager import findfont, get_font

    from foundation.drawing.style import FONT

    font = get_font(findfont(FONT))
    return "".join(sign for sign in dict.fromkeys(text) if sign.isprintable() and not font.get_char_index(ord(sign)))
