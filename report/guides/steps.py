"""The steps of ``mes evidence`` (which command makes what, in which order, and what it takes), and what a remake
changed: posteriors in standard deviations, numbers of the guides, files.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from calibration.draws.files import read_draws
from calibration.facts.priors import FREE
from calibration.posterior import Effort
from foundation.errors import UserError
from foundation.language.pages import between
from foundation.store.fingerprint import sha256_of
from model.terms.parameters import Structure
from report.guides.parts import PARTS

TABLES = ("calibration/data/*.csv",)
QUICK_EFFORT = {"first": 128, "waves": 1, "wave": 64, "people": 2000, "draws": 40}
QUICK_POSTERIORS = ("default", "2023-11-24")
SMALL = ("--people", "2000", "--draws")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command of the project, carried out in the folder of the work."""

    name: str
    command: tuple[str, ...]
    """Module and arguments, as after ``python -m``."""
    minutes: float
    """What it takes on two cores, roughly; from the second run on, what it took is known."""
    code: tuple[str, ...]
    """Modules that it begins with: what they import counts as its code."""
    makes: str = ""
    """Folder in the work."""
    data: tuple[str, ...] = ()
    """Files it reads, relative to the project; empty: all that results depend on."""
    needs: tuple[str, ...] = ()
    resumes: bool = False
    """Whether it takes ``--resume``."""
    goes_on: bool = False
    """Whether the same command goes on with its folder."""
    always: bool = False
    """Quick enough to be done each time."""
    parallel: bool = True

    def typed(self, workers: int) -> list[str]:
        """The command with the number of processes."""
        return [*self.command, *(["--workers", str(workers)] if self.parallel else [])]

    def shown(self) -> str:
        """As a reader would type it."""
        return " ".join(["mes", *self.command[1:]] if self.command[0] == "cli" else ["python", "-m", *self.command])


def steps(root: Path, *, quick: bool) -> list[Step]:
    """Everything, in order: posteriors first, as all that follows draws from them."""
    posteriors, origins = (list(_calibrations(root, place, quick)) for place in ("posterior", "origins"))
    ships = [_ship("posterior", posteriors, ()), _ship("origins", origins, ("--origins",))]
    return [*posteriors, *origins, *ships, *_uses(posteriors, quick), *_studies(quick), _docs()]


def _calibrations(root: Path, place: str, quick: bool) -> Iterator[Step]:
    """One for each shipped posterior, with the effort that it was made with."""
    manifest = json.loads((root / "calibration/data" / place / "manifest.json").read_text(encoding="utf-8"))
    names = sorted(manifest["posteriors"], key=lambda name: (name != "default", name))
    for name in names:
        if quick and name not in QUICK_POSTERIORS:
            continue
        summary = manifest["posteriors"][name]
        what = _structure(summary["structure"]) if place == "posterior" else ("--until", name)
        effort = QUICK_EFFORT if quick else summary["effort"]
        out = f"{place}/{name}"
        yield Step(
            name=f"calibrate/{name}",
            command=("cli.runs.hurried" if quick else "cli", "calibrate", *_effort(effort), *what, "--out", out),
            minutes=1.0 if quick else 12.0 if place == "posterior" else 5.0,
            code=("cli.commands.calibrate",),
            makes=out,
            data=TABLES,
            resumes=True,
        )


def _structure(chosen: Mapping[str, Any]) -> tuple[str, ...]:
    usual = vars(Structure())
    return tuple(
        word for key, value in chosen.items() if value != usual[key] for word in ("--structure", f"{key}={value}")
    )


def _effort(effort: Mapping[str, int]) -> tuple[str, ...]:
    usual = vars(Effort())
    return tuple(word for key, value in effort.items() if value != usual[key] for word in (f"--{key}", str(value)))


def _ship(place: str, calibrations: list[Step], options: tuple[str, ...]) -> Step:
    return Step(
        name=f"ship/{place}",
        command=("calibration.posterior.ship", *options, *(step.makes for step in calibrations)),
        minutes=0.1,
        code=("calibration.posterior.ship",),
        data=TABLES,
        needs=tuple(step.name for step in calibrations),
        parallel=False,
    )


def _uses(posteriors: list[Step], quick: bool) -> Iterator[Step]:
    """Use after activation on each posterior, and its shipping."""
    code, few, made = ("calibration.use.question",), (*SMALL, "8") if quick else (), []
    for name, words in ((step.name.removeprefix("calibrate/"), step.command) for step in posteriors):
        what = [word for pair in pairwise(words) if pair[0] == "--structure" for word in pair]
        out, command = f"use-{name}", ("cli", "study", "use", *what, *few, "--out", f"use-{name}")
        made.append(out)
        needs = ("ship/posterior",)
        yield Step(name=f"use/{name}", command=command, minutes=5, code=code, makes=out, needs=needs, goes_on=True)
    all_of = tuple(name.replace("-", "/", 1) for name in made)
    ships = (*code, *made)
    yield Step(name="ship/use", command=ships, minutes=0.1, code=code, data=TABLES, needs=all_of, parallel=False)


def _studies(quick: bool) -> Iterator[Step]:
    """What guides show, in the settings that their readers are told."""
    yield _study("fit", 5, *((*SMALL, "4") if quick else ()), resumes=True)
    yield _study("survey", 4, *((*SMALL, "4") if quick else ()), resumes=True)
    yield _study("hindcast", 12, *((*SMALL, "4") if quick else ()), resumes=True)
    yield _study("uncertainty", 5, *(("status-quo", "media", *SMALL, "12") if quick else ()), resumes=True)
    yield _study("compare", 3, *(("media", *SMALL, "3") if quick else ()), resumes=True)
    few = ("2000", "--draws", "2") if quick else ("20000", "--draws", "60")
    yield _study("study readings", 8, "--people", *few, goes_on=True)
    yield _study("regions", 8, *((*SMALL, "2") if quick else ()), resumes=True)
    counts = str(Path(__file__).parents[2] / "docs/examples/region-counts.csv")
    one = (*SMALL, "20", "--until", "2024-01-31") if quick else ()  # one count: few draws are enough for it
    yield _study("calibrate", 3, "--region", "Bretagne", "--counts", counts, *one, name="level", resumes=True)
    few = ("2000", "--draws", "5") if quick else ("10000", "--draws", "60")
    words = ("--budget", "3M", "--level", "level", "--people", *few)
    yield _study("plan", 12, *words, needs=("level",), name="region-plan", resumes=True)
    small = ("--sims", "256", "--people", "2000", "--truths", "4")
    yield _study("study sbc", 85, *(small if quick else ()), goes_on=True)
    yield _study("study second", 12, *(("--sims", "256", *SMALL, "20") if quick else ()), goes_on=True)


def _study(
    command: str,
    minutes: float,
    *arguments: str,
    needs: tuple[str, ...] = (),
    resumes: bool = False,
    goes_on: bool = False,
    name: str = "",
) -> Step:
    name = name or command.split()[-1]
    codes = {
        "level": "cli.regions.fit",
        "region-plan": "cli.commands.plan",
        "readings": "calibration.readings",
        "sbc": "calibration.sbc.question",
        "second": "calibration.second.method",
    }
    return Step(
        name=name,
        command=("cli", *command.split(), *arguments, "--out", name),
        minutes=minutes,
        code=(codes.get(name, f"cli.commands.{name}"),),
        makes=name,
        needs=needs,
        resumes=resumes,
        goes_on=goes_on,
    )


def _docs() -> Step:
    return Step(
        name="docs",
        command=("cli", "docs", "."),
        minutes=1.0,
        code=("cli.commands.upkeep",),
        always=True,
        parallel=False,
    )


NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d\u00a0\u202f,]*(?:\.\d+)?")
WATCHED = (
    "*.md", "docs/*.md", "docs/figures/*.png", "calibration/data/SOURCES.md",
    "calibration/data/posterior/*", "calibration/data/origins/*", "calibration/data/use/*",
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
    for path in (path for path in _watched(after) if path.suffix == ".parquet" and path.parent.name != "use"):
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
