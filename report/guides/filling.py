"""Fills the parts of the guides, or says which are not current."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from foundation.drawing.style import made_of, source_of
from foundation.errors import UserError
from foundation.language.pages import between, fill_marks, flaws, read_page
from foundation.store.atomic import write_text
from foundation.store.manifest import FILE, read
from foundation.store.reading import as_left
from foundation.store.verification import verify_folder
from report.guides.parts import FIGURES, PARTS, Part

CURRENT, STALE, FILLED, UNKNOWN = "current", "stale", "filled", "not compared"


@dataclass(frozen=True)
class State:
    """What is known of one part of one guide, or of the pictures that go with a part."""

    where: str
    mark: str
    state: str
    note: str = ""


def project_root() -> Path:
    """The checkout that this code is in.

    Raises:
        UserError: the package is installed without its guides.
    """
    root = Path(__file__).parents[2]
    if not (root / "docs").is_dir() or not (root / "pyproject.toml").is_file():
        raise UserError("no guides to fill: mes docs works in a checkout of the project (pip install -e .)")
    return root


def folders_by_sign(folders: Sequence[Path]) -> dict[str, Path]:
    """The file that a folder of results is known by, and the folder; folders of folders are looked into.

    Raises:
        UserError: a folder holds nothing that a guide is filled from, or two are of one command.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        inner = [folder] if _signs(folder) else sorted(path for path in folder.glob("*") if _signs(path))
        if not inner:
            commands = ", ".join(dict.fromkeys(part.made_by for part in PARTS if part.made_by))
            raise UserError(f"{folder}: no folder that guides are filled from; those of: {commands}")
        for path in inner:
            _refuse_altered(path)
            if _quick(path):
                raise UserError(f"{path}: made with --quick; guides hold full runs only")
            for sign in _signs(path):
                if sign in found:
                    raise UserError(f"{path}: {found[sign]} is of the same command; give one of them")
                found[sign] = path
    return found


def _refuse_altered(folder: Path) -> None:
    """``UserError`` for a folder with a manifest that is not complete or not as its command left it."""
    if not (folder / FILE).exists():
        return
    if findings := verify_folder(folder).findings:
        where = ", ".join(dict.fromkeys(finding.where for finding in findings))
        raise UserError(f"{folder}: not complete or not as it was left ({where}); `mes verify {folder}` says more")


def _quick(folder: Path) -> bool:
    return (folder / FILE).exists() and bool(read(folder).get("quick"))


def _signs(folder: Path) -> set[str]:
    return {part.sign for part in PARTS if part.sign and (folder / part.sign).is_file()}


def look(root: Path, sources: Mapping[str, Path]) -> Iterator[State]:
    """What is current, without writing."""
    for part in PARTS:
        source = _source(part, root, sources)
        for guide in part.guides:
            if source is None:
                between(root / guide, part.mark)
                yield State(guide, part.mark, UNKNOWN, f"give a folder of {part.made_by}")
            else:
                same = between(root / guide, part.mark) == _written(part, source, guide)
                yield State(guide, part.mark, CURRENT if same else STALE)
        yield from _tables(part, root, source, write=False)
    yield from pictures(root)
    yield _floors_state(root)


def fill(root: Path, sources: Mapping[str, Path]) -> Iterator[State]:
    """Writes every part whose source is there and that isn't current, and draws its pictures."""
    for part in PARTS:
        source = _source(part, root, sources)
        for guide in part.guides:
            if source is None:
                yield State(guide, part.mark, UNKNOWN, f"give a folder of {part.made_by}")
                continue
            text = _written(part, source, guide)
            current = between(root / guide, part.mark) == text
            if not current:
                fill_marks(root / guide, part.mark, text)
            yield State(guide, part.mark, CURRENT if current else FILLED)
        yield from _tables(part, root, source, write=True)
    for part in PARTS:  # when all tables stand: a picture carries a digest of theirs
        source = _source(part, root, sources)
        if part.draw and source is not None:
            with made_of(numbers_beside(part, root)):
                names = drawn(part, source, root / FIGURES)
            for name in names:
                yield State(f"{FIGURES}/{name}", part.mark, FILLED)
    yield from (state for state in pictures(root) if state.state == STALE)


def _tables(part: Part, root: Path, source: Path | None, *, write: bool) -> Iterator[State]:
    """The file of the project that goes with a part, if its folder is there."""
    if part.table is None or source is None:
        return
    name, made = part.table
    with as_left(source):
        text = made(source)
    current = (root / name).is_file() and (root / name).read_text(encoding="utf-8") == text
    if write and not current:
        write_text(root / name, text)
    yield State(name, part.mark, CURRENT if current else FILLED if write else STALE)


def pictures(root: Path) -> Iterator[State]:
    """Whether the pictures of guides were drawn from the numbers of the tables beside them, which needs no folder."""
    for part in PARTS:
        for name in part.pictures:
            same = source_of(root / FIGURES / name) == numbers_beside(part, root)
            note = (
                f"drawn from other numbers than the tables beside it; give a folder of {part.made_by or 'the project'}"
            )
            yield State(f"{FIGURES}/{name}", part.mark, CURRENT if same else STALE, "" if same else note)


NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def numbers_beside(part: Part, root: Path) -> str:
    """A digest of all numbers that guides show of the folder a part is filled from: words may be improved without new
    pictures, data may not change without."""
    alike = [other for other in PARTS if other.sign == part.sign] if part.sign else [part]
    texts = [between(root / other.guides[0], other.mark) for other in alike]
    return hashlib.sha256("\n".join(NUMBER.findall(" ".join(texts))).encode()).hexdigest()


def _written(part: Part, source: Path, guide: str) -> str:
    """The text of a part from a folder, or from the project."""
    with as_left(source) if part.made_by else nullcontext():
        return part.write(source, language_of(guide))


def unsound(root: Path) -> Iterator[State]:
    """Code blocks that aren't closed and marks without a counterpart, in every guide."""
    for guide in guides(root):
        for flaw in flaws(read_page(guide)):
            yield State(guide.relative_to(root).as_posix(), "", STALE, flaw)


def guides(root: Path) -> list[Path]:
    """Every page of the project."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").glob("*.md")), root / "calibration/data/SOURCES.md"]


def language_of(guide: str) -> str:
    """French for ``*.fr.md``."""
    return "fr" if guide.endswith(".fr.md") else "en"


def drawn(part: Part, source: Path, figures: Path) -> list[str]:
    """Draws the pictures of a part beside, then moves those that changed; returns their names."""
    moved = []
    with tempfile.TemporaryDirectory(dir=figures, prefix=".") as beside:
        assert part.draw is not None
        part.draw(source, Path(beside))
        for path in sorted(Path(beside).glob("*.png")):
            target = figures / path.name
            if not target.is_file() or target.read_bytes() != path.read_bytes():
                os.replace(path, target)
                moved.append(path.name)
    return moved


def _source(part: Part, root: Path, sources: Mapping[str, Path]) -> Path | None:
    return sources.get(part.sign) if part.made_by else root


def _floors_state(root: Path) -> State:
    from report.guides.architecture import floors_are_current

    name = f"{FIGURES}/architecture.png"
    return State(name, "rooms", CURRENT if floors_are_current(root, root / name) else STALE)
