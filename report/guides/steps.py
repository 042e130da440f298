"""The steps of ``mes evidence``: which command makes what, in which order, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.posterior import Effort
from model.terms.structure import Structure

TABLES = ("calibration/data/*.csv",)
QUICK_EFFORT = {"first": 128, "waves": 1, "wave": 64, "people": 2000, "draws": 20}
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
    return [*posteriors, *origins, *ships, *_studies(quick), _docs()]


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
            command=("cli.hurried" if quick else "cli", "calibrate", *_effort(effort), *what, "--out", out),
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


def _studies(quick: bool) -> Iterator[Step]:
    """What guides show, in the settings that their readers are told."""
    yield _study("fit", 5, *((*SMALL, "4") if quick else ()))
    yield _study("survey", 4, *((*SMALL, "4") if quick else ()))
    yield _study("hindcast", 12, *((*SMALL, "4") if quick else ()), resumes=True)
    yield _study("uncertainty", 40, *(("status-quo", "media", *SMALL, "4") if quick else ()))
    yield _study("compare", 25, *(("media", *SMALL, "3") if quick else ()), resumes=True)
    yield _study("study readings", 8, "--people", *(("2000", "--draws", "2") if quick else ("20000", "--draws", "60")))
    small = ("--sims", "256", "--people", "2000", "--truths", "4")
    yield _study("study sbc", 45, *(small if quick else ()), goes_on=True)
    yield _study("study second", 12, *(("--sims", "256", *SMALL, "20") if quick else ()), goes_on=True)


def _study(
    command: str,
    minutes: float,
    *arguments: str,
    needs: tuple[str, ...] = (),
    resumes: bool = False,
    goes_on: bool = False,
) -> Step:
    name = command.split()[-1]
    codes = {"readings": "calibration.readings", "sbc": "calibration.sbc.question", "second": "calibration.second.page"}
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
