"""What a remake changed: posteriors in standard deviations, numbers of the guides, files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from calibration.draws.files import read_draws
from calibration.facts.priors import FREE
from foundation.errors import UserError
from foundation.language.pages import between
from foundation.store.fingerprint import sha256_of
from report.guides.parts import PARTS

NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d\u00a0\u202f,]*(?:\.\d+)?")
WATCHED = (
    "*.md", "docs/*.md", "docs/figures/*.png", "calibration/data/SOURCES.md",
    "calibration/data/posterior/*", "calibration/data/origins/*",
)  # fmt: skip
NOTABLE, SHOWN = 0.1, 5
"""Standard deviations from which on a moved median is named; numbers of a part that are shown."""


def remember(root: Path, into: Path) -> None:
    """Copies all that a remake may change."""
    for path in _watched(root):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target)


def changes(before: Path, after: Path) -> str:
    """Markdown: posteriors, guides, files."""
    sections = {
        "Posteriors: medians, in standard deviations of before": list(_posteriors(before, after)),
        "Guides: numbers": list(_guides(before, after)),
        "Files": list(_files(before, after)),
    }
    return "# What changed\n" + "".join(f"\n## {title}\n\n{_bullets(lines)}" for title, lines in sections.items())


def _bullets(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines or ["nothing"])


def _watched(root: Path) -> list[Path]:
    found = {path.relative_to(root) for pattern in WATCHED for path in root.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.suffix != ".py")


def _posteriors(before: Path, after: Path) -> Iterator[str]:
    for path in (path for path in _watched(after) if path.suffix == ".parquet"):
        if not (before / path).is_file():
            yield f"{path.stem}: new"
        elif sha256_of(before / path) != sha256_of(after / path):
            yield _moved(before / path, after / path)


def _moved(before: Path, after: Path) -> str:
    try:
        (old, then), (new, now) = read_draws(before), read_draws(after)
    except UserError as error:
        return f"{after.stem}: not to be compared ({error})"
    shift = (np.median(new, axis=0) - np.median(old, axis=0)) / old.std(axis=0)
    order = [k for k in np.argsort(-np.abs(shift)) if abs(shift[k]) >= NOTABLE]
    names = ", ".join(f"{FREE[k]} {shift[k]:+.2f}" for k in order) or f"all within {NOTABLE}"
    evidence = ""
    if then.log_evidence is not None and now.log_evidence is not None:
        evidence = f"; log evidence {then.log_evidence:.2f} → {now.log_evidence:.2f}"
    return f"{after.stem}: {names}{evidence}"


def _guides(before: Path, after: Path) -> Iterator[str]:
    for part in PARTS:
        for guide in part.guides:
            if (before / guide).is_file():
                old, new = (between(place / guide, part.mark) for place in (before, after))
                if old != new:
                    yield f"{guide}, {part.mark}: {said(old, new)}"


def said(old: str, new: str) -> str:
    """How many numbers changed, and those that changed most, with the line they are in."""
    lines = old.splitlines(), new.splitlines()
    if [NUMBER.sub("#", line) for line in lines[0]] != [NUMBER.sub("#", line) for line in lines[1]]:
        gone, come = (len(set(one) - set(other)) for one, other in (lines, lines[::-1]))
        return f"{gone} lines gone, {come} new (words or rows differ)"
    pairs = [
        (abs(_value(b) - _value(a)) / max(abs(_value(a)), 1e-9), a, b, _label(line))
        for line, other in zip(*lines, strict=True)
        for a, b in zip(NUMBER.findall(line), NUMBER.findall(other), strict=True)
    ]
    moved = sorted((pair for pair in pairs if pair[1] != pair[2]), key=lambda pair: -pair[0])
    shown = "; ".join(f"{a} → {b} ({label})" for _, a, b, label in moved[:SHOWN])
    return f"{len(moved)} of {len(pairs)} numbers, most: {shown}"


def _value(text: str) -> float:
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace("−", "-")
    # 12,345 is a thousand in English; 0,13 a fraction in French.
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", plain).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return 0.0


def _label(line: str) -> str:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return ", ".join(cell for cell in cells[:2] if cell)[:60].strip()


def _files(before: Path, after: Path) -> Iterator[str]:
    old, new = (_watched(place) for place in (before, after))
    for path in sorted({*old, *new}):
        if path not in new:
            yield f"gone: {path.as_posix()}"
        elif path not in old:
            yield f"new: {path.as_posix()}"
        elif sha256_of(before / path) != sha256_of(after / path):
            yield f"changed: {path.as_posix()}"
