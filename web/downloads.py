"""What can be taken away: the file that `mes run` repeats, tables, a run folder as `mes compare` leaves it, its
pictures and its report. Pictures and report are made by the commands that make them, from that folder.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd

from foundation.errors import RunFailedError
from foundation.store import manifest as manifests
from foundation.store.manifest import Manifest
from foundation.study import carry_out
from report.workbook import workbook
from scenarios.compare.study import Comparison, tables_for_reading
from scenarios.compare.tables import titled, write_csv
from scenarios.draw import Draw
from scenarios.experiment import Experiment
from scenarios.language.schema import Scenario
from web.errors import RefusedError

Frames = Mapping[str, pd.DataFrame]
KINDS = {
    "toml": "application/toml", "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8",
    "zip": "application/zip", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
WHOLE = ("csv", "xlsx", "folder", "report", "pictures")


@dataclass(frozen=True)
class File:
    """What is downloaded."""

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """As HTTP calls it."""
        return KINDS[self.name.rpartition(".")[2]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer, as a study has it."""

    study: Comparison
    scenarios: Sequence[Scenario]
    """The status quo first."""
    frames: Frames
    manifest: Manifest
    line: Sequence[str]
    """The command that gives the same."""

    @property
    def name(self) -> str:
        """Of its files."""
        return self.scenarios[1].name if len(self.scenarios) == 2 else "strategies"


def toml_file(scenario: Scenario) -> File:
    """The scenario's file."""
    return File(f"{scenario.name}.toml", scenario.text.encode())


async def file_of(answer: Answer, what: str, lang: str) -> File:
    """A file of a whole answer.

    Raises:
        RefusedError: there is no such file.
    """
    if what not in WHOLE:
        raise RefusedError(422, f"what = {what[:40]!r}; allowed: toml, {', '.join(WHOLE)}")
    if what == "csv":
        return await asyncio.to_thread(_csv, answer, lang)
    with TemporaryDirectory(prefix="mes-web-") as place:
        folder = Path(place) / answer.name
        await asyncio.to_thread(_write, answer, folder)
        if what == "xlsx":
            book = await asyncio.to_thread(_workbook, folder, lang)
            return File(f"{answer.name}.{lang}.xlsx", book)
        if what == "report":
            await _command("report", str(folder), "--lang", lang)
            return File(f"{answer.name}.{lang}.html", (folder / f"report.{lang}.html").read_bytes())
        if what == "pictures":
            await _command("plot", str(folder), "--lang", lang, "--workers", "1")
        inside = sorted(folder.rglob(f"*.{lang}.png" if what == "pictures" else "*"))
        return File(f"{answer.name}.zip", await asyncio.to_thread(_zipped, folder, inside))


async def _command(*words: str) -> None:
    """A command of `mes` in a process of its own, which ends with whoever waits for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RunFailedError(said.decode(errors="replace").strip())


def _csv(answer: Answer, lang: str) -> File:
    table = tables_for_reading(answer.frames, answer.manifest)["summary"]
    with TemporaryDirectory(prefix="mes-web-") as place:
        path = Path(place) / "summary.csv"
        write_csv(titled(table, answer.manifest, lang), path, lang)
        return File(f"{answer.name}.{lang}.csv", path.read_bytes())


def _workbook(folder: Path, lang: str) -> bytes:
    return workbook(folder, manifests.read(folder), lang)


@dataclass(frozen=True, kw_only=True)
class _Computed(Comparison):
    """A comparison whose draws have been computed, and whose folder says which command gives the same."""

    line: Sequence[str]

    def planned(self) -> Manifest:
        return {**super().planned(), "command_line": list(self.line)}


def _write(answer: Answer, folder: Path) -> None:
    """The run folder."""
    study = answer.study
    settings = study.experiment.settings
    if "dates_until" not in answer.manifest:
        settings = replace(settings, dates_until=None)
    by_draw = {name: dict(iter(frame.groupby("draw", sort=False))) for name, frame in answer.frames.items()}

    def known(experiment: Experiment, draw: Draw) -> dict[str, object]:
        empty = {name: frame.iloc[:0] for name, frame in answer.frames.items()}
        return {name: by_draw[name].get(draw.index, empty[name]).reset_index(drop=True) for name in by_draw}

    computed = _Computed(
        command="compare",
        experiment=replace(study.experiment, settings=settings, scenarios=tuple(answer.scenarios)),
        draws=study.draws,
        texts={scenario.name: scenario.text for scenario in answer.scenarios},
        data=study.data,
        draws_file=study.draws_file,
        stock_targets=study.stock_targets,
        modules=study.modules,
        simulate=known,
        line=answer.line,
    )
    carry_out(computed, folder)


def _zipped(folder: Path, files: Sequence[Path]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for file in files:
            if file.is_file():
                archive.write(file, Path(folder.name) / file.relative_to(folder))
    return target.getvalue()
