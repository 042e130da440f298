"""From the options of ``mes calibrate`` to a finished folder; what ``mes counts check`` shows."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.posterior import label
from cli import label as said
from cli.options import Lang
from cli.runs.request import AVERAGE, command_line, day, process_count, structure_of
from foundation.errors import Interrupted, UserError
from foundation.language.numbers import number, percent
from foundation.tasks.journal import LOG, journal
from foundation.tasks.progress import never_silent, patience

if TYPE_CHECKING:
    from calibration.facts.observed import Observed
    from calibration.facts.own import Own
    from calibration.posterior import Effort
    from calibration.posterior.calibrate import Progress
    from calibration.posterior.simulate import Case
    from foundation.store.reading import Document


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options as given."""

    out: Path
    effort: Effort
    counts: Path | None
    until: str | None
    surveys: bool
    structure: Sequence[str]
    workers: int | None
    resume: bool
    netcdf: bool
    lang: Lang
    json: bool


def calibrate_in(request: Request) -> None:
    """Calibrate, write the folder, print what was found.

    Raises:
        UserError: bad options or counts, a folder that is there already, or one begun with other settings.
    """
    from calibration.fit.netcdf import FILE, of_calibration, refuse_without_library
    from calibration.posterior.calibrate import Calibration
    from calibration.posterior.ship import Provenance, publish
    from calibration.warm import ensure_compiled
    from foundation.store.atomic import held

    if request.netcdf:
        refuse_without_library()
    _check_effort(request.effort)
    case, observed = problem(request)
    _check_folder(request)
    ensure_compiled()
    teller = Teller(request.lang)
    calibration = Calibration(case, observed, request.effort, request.out, process_count(request.workers), teller)
    try:
        with held(request.out), never_silent(teller.again, lambda: teller.last):
            posterior = calibration.run()
            line = command_line()
            provenance = Provenance(
                command=shlex.join(line),
                command_line=line,
                targets=str(request.counts) if request.counts else None,
            )
            as_netcdf = partial(of_calibration, calibration, posterior, command=provenance.command)
            more = {FILE: as_netcdf} if request.netcdf else {}
            summary = publish(calibration, posterior, request.out, provenance, more)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; the same command with --resume --out {request.out} finishes the rest"
        ) from None
    finally:
        teller.close()
    show(summary, request)


def problem(request: Request) -> tuple[Case, Observed]:
    """What to simulate and what to compare it with."""
    from dataclasses import replace

    from calibration.facts.history import frozen
    from calibration.facts.inputs import load_demography, load_history
    from calibration.facts.observed import load_observed
    from calibration.facts.stocks import read_stocks
    from calibration.facts.targets import load_surveyed
    from calibration.posterior.simulate import case_for

    demography, history, observed = load_demography(), load_history(), load_observed()
    if request.counts is not None:
        observed = replace(observed, stocks=read_stocks(request.counts, demography))
    if not request.surveys:
        observed = replace(observed, answers=())
    if request.until is not None:
        observed = observed.until(day("--until", request.until, observed.data_end))
    history = replace(history, data_end=observed.data_end)
    if request.until is not None and request.counts is None:
        # The past as it was known then, and the same one that a hindcast from that day runs on.
        history = frozen(load_history(), observed.data_end)
    if AVERAGE in request.structure:
        raise UserError(f"--structure {AVERAGE}: a calibration has one structure")
    structure = structure_of(request.structure)
    return case_for(observed, demography, history, load_surveyed(), structure=structure), observed


def _check_effort(effort: Effort) -> None:
    if effort.first & (effort.first - 1):
        below = 1 << (effort.first.bit_length() - 1)
        raise UserError(f"--first: {effort.first}; needed a power of 2, as {below} or {2 * below}")


def _check_folder(request: Request) -> None:
    # A folder with nothing but a log is what a calibration leaves that was killed at its very start.
    there = request.out.is_dir() and any(path.name[0] != "." and path.name != LOG for path in request.out.iterdir())
    begun = request.out.exists() and (there or not request.out.is_dir())
    if begun and not request.resume:
        raise UserError(f"--out: {request.out} is there already; --resume goes on with it")
    if request.resume and (begun or not request.out.exists()) and not (request.out / "settings.json").is_file():
        raise UserError(f"--resume: {request.out} holds no calibration that was begun")
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out: {request.out} can't be made ({error.strerror})") from None


class Teller:
    """A line of progress on stderr: renewed in place on a terminal; elsewhere one a stage, and wherever there was none
    for longer than patience lasts."""

    def __init__(self, lang: Lang) -> None:
        import time

        self.clock, self.lang = time.perf_counter, lang.value
        self.began, self.stage, self.stage_began, self.first = self.clock(), "", self.clock(), 0
        self.last = self.began
        self.latest: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        now, new, self.latest = self.clock(), progress.stage != self.stage, progress
        if new:
            self._note(now)
            self.stage, self.stage_began, self.first = progress.stage, now, progress.done
        seldom = 0.2 if sys.stderr.isatty() else patience(now - self.began)
        if new or now - self.last >= seldom or progress.done >= progress.total:
            self.again()

    def again(self) -> None:
        """How far it is now."""
        self.last = self.clock()
        if self.latest is not None:
            end = "\x1b[K\r" if sys.stderr.isatty() else "\n"
            print(self._text(self.latest, self.last), end=end, file=sys.stderr, flush=True)

    def _text(self, progress: Progress, now: float) -> str:
        parts = [self._name(progress.stage)]
        if progress.evidence:
            evidence, error = progress.evidence
            parts.append(
                label(
                    "calibrate.so_far",
                    self.lang,
                    value=number(evidence, 1, self.lang),
                    error=number(error, 1, self.lang),
                )
            )
        if progress.total == 1000:
            parts.append(percent(progress.done / progress.total, self.lang))
        elif progress.total > 1:
            parts.append(f"{progress.done}/{progress.total}")
        gained = progress.done - self.first
        if gained > 0 and progress.done < progress.total:
            left = (now - self.stage_began) / gained * (progress.total - progress.done)
            parts.append(label("calibrate.left", self.lang, minutes=number(left / 60, 1, self.lang)))
        parts.append(label("calibrate.elapsed", self.lang, minutes=number((now - self.began) / 60, 1, self.lang)))
        return " · ".join(parts)

    def _note(self, now: float) -> None:
        """Tells the log how long the stage that ends has taken."""
        if self.stage:
            journal.note("stage", stage=self._name(self.stage), seconds=number(now - self.stage_began, 1, self.lang))

    def _name(self, whole: str) -> str:
        stage, _, part = whole.partition(" ")
        number_, _, planned = part.partition("/")
        if number_.isdigit() and planned.isdigit() and int(number_) > int(planned):  # repeated, after a failed check
            part = number_
        return label(f"calibrate.{stage}", self.lang) + (f" {part}" if part[:1].isdigit() else "")

    def close(self) -> None:
        """Leave the line that was renewed in place."""
        self._note(self.clock())
        if sys.stderr.isatty():
            print(file=sys.stderr)


def show(summary: Mapping[str, Any], request: Request) -> None:
    """What was found, on stdout."""
    if request.json:
        from cli.runs.showing import print_json

        print_json(summary)
        return
    from calibration.posterior.ship import summary_lines
    from foundation.language.screen import screen

    console = screen(160)
    for line in summary_lines(summary, request.lang.value):
        console.print(line, markup=False, highlight=False)
    print(label("calibrate.written", request.lang.value, folder=str(request.out)), file=sys.stderr)


def show_counts(file: Path, lang: Lang, *, json: bool) -> None:
    """How counts of the user's are read: each as it is used and as it is written, then what was taken for granted.

    Raises:
        UserError: all problems of the file at once.
    """
    from calibration.facts.inputs import load_demography
    from calibration.facts.stocks import understood
    from foundation.language.text import in_language

    counted, own = understood(file, load_demography())
    notices = [in_language(notice, lang.value) for notice in own.notices]
    found = [
        {
            "lines": list(one.lines or (one.line,)),
            "region": one.stock.region,
            **one.stock.described(),
            "written": [_as_written(own, line) for line in one.lines or (one.line,)],
        }
        for one in counted
    ]
    if json:
        from cli.runs.showing import print_json

        print_json({"file": str(file), "counts": found, "notices": notices})
        return
    _print_counts(found, lang.value)
    for notice in notices:
        print(notice)


def _as_written(own: Own, line: int) -> dict[str, str]:
    """Cells of a line as they stand in the file, by the names of their columns there."""
    row = next(row for row in own.rows if row.line == line)
    used = {column.name: column.written for column in own.columns}
    # of shares and the insured, which are no columns by now
    used.setdefault("activated_millions", "activated_millions")
    return {title: row.written[name] for name, title in used.items() if name in row.written}


def _print_counts(found: Sequence[Document], lang: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from cli.runs.showing import console
    from foundation.language.numbers import NO_BREAK, interval
    from foundation.language.numbers import day as day_words

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("line", "day", "region", "millions", "meant", "written"):
        table.add_column(
            Text(said(f"counts.{name}", lang)), justify="right" if name in ("line", "millions") else "left"
        )
    for one in found:
        millions, error, kind = one["millions"], one["error_millions"], one["kind"]
        meant = f"± {number(error, 4, lang)}"
        if kind != "measured":
            meant = said("counts.bound", lang) if kind == "lower bound" else ""
            meant = meant or interval(one["low_millions"], one["high_millions"], 4, lang)
        cells = [" · ".join(cell.replace(" ", NO_BREAK) for cell in row.values() if cell) for row in one["written"]]
        table.add_row(
            ", ".join(map(str, one["lines"])),
            day_words(one["date"], lang),
            one["region"] or said("counts.country", lang),
            number(millions, 6, lang),
            meant,
            Text(" + ".join(cells)),
        )
    console(120).print(table)
