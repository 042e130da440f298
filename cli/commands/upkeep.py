"""For maintainers: ``mes docs`` fills the guides, ``mes study`` makes what only guides show, ``mes evidence`` remakes
all that is shipped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.errors import FAILED, reported


class Study(StrEnum):
    """What guides show and no other command makes."""

    readings = "readings"
    sbc = "sbc"
    second = "second"
    use = "use"


WHAT = typer.Argument(help="readings of the 57 %; simulation-based calibration; second method; use after activation.")


@contextmanager
def _in_english() -> Iterator[None]:
    """Progress and the log, as all that these commands print; what goes wrong is said in the user's language."""
    from foundation.tasks.journal import journal

    lang, journal.lang = journal.lang, "en"
    try:
        yield
    finally:
        journal.lang = lang


def docs(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FOLDER", help="Finished runs of mes fit, survey, …, or a folder of such folders."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 if a page is stale.")] = False,
) -> None:
    """Fill the guides of a checkout: what needs no run always, the rest from the folders named. For maintainers: what
    is printed is in English."""
    with reported(), _in_english():
        from report.guides.filling import STALE, fill, folders_by_sign, look, project_root, unsound

        root, sources = project_root(), folders_by_sign(folders or ())
        states = [*(look if check else fill)(root, sources), *unsound(root)]
        for one in states:
            print(f"{one.state:13} {f'{one.where} {one.mark}'.strip()}{': ' if one.note else ''}{one.note}")
        if any(one.state == STALE for one in states):
            raise typer.Exit(FAILED)


def study(
    what: Annotated[Study, WHAT],
    out: Annotated[Path, typer.Option(help="Folder to make, or to go on with.")],
    people: Annotated[int | None, typer.Option(min=1000, help="Simulated people of each run.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="readings, second, use: draws.")] = None,
    sims: Annotated[int | None, typer.Option(min=64, help="sbc, second: runs of the prior, a power of 2.")] = None,
    truths: Annotated[int | None, typer.Option(min=2, help="sbc: known truths to recover.")] = None,
    steps: Annotated[int | None, typer.Option(min=40, help="sbc: steps of the walk for each truth.")] = None,
    structure: o.StructureChoices = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    resume: o.Resume = False,
) -> None:
    """Simulate what only the guides show; the same command goes on where it was interrupted and tries again what
    failed, with --resume or without. The folder is sealed in the end; one that is finished but has no manifest yet is
    sealed as it stands. For maintainers: what is printed is in English."""
    with reported(), _in_english():
        from cli.runs.sealing import found_finished, seal
        from foundation.errors import UserError

        if resume and not out.is_dir():
            raise UserError(f"{out}: no such run folder to resume")
        if structure and what is not Study.use:
            raise UserError(f"--structure: goes with `mes study use` only, not with {what.value}")
        count, as_found = workers or os.cpu_count() or 1, False
        if what is Study.readings:
            from calibration import readings

            size, some = people or o.PEOPLE, draws or o.DRAWS
            as_found = found_finished(out, readings.SETTINGS, {"people": size, "draws": some, "seed": seed})
            if not as_found:
                _readings(out, people=size, draws=some, seed=seed, workers=count)
                return
        elif what is Study.use:
            _use(out, people, draws, seed, structure or (), count, resume)
            return
        elif what is Study.second:
            from calibration.second import page as second

            runs, size = sims or second.RUNS, people or second.PEOPLE
            second.study(out, runs=runs, people=size, draws=draws or second.DRAWS, workers=count)
        else:
            from calibration.sbc import question as sbc

            usual = sbc.Settings()
            settings = sbc.Settings(
                sims=sims or usual.sims,
                people=people or usual.people,
                truths=truths or usual.truths,
                steps=steps or usual.steps,
                workers=count,
            )
            as_found = found_finished(out, sbc.DOCUMENT, settings.shown())
            if not as_found:
                sbc.study(out, settings)
        seal(out, what.value, as_found=as_found)


def _readings(folder: Path, people: int, draws: int, seed: int, workers: int) -> None:
    """Simulates them; the folder is sealed with the draws that failed, if any: then status 1."""
    from calibration.readings import study as simulated
    from cli.runs.showing import tell_failures
    from foundation.tasks.progress import progress

    store = simulated(folder, people=people, draws=draws, seed=seed, workers=workers, progress=progress)
    tell_failures(store.manifest, o.Lang.en)
    if store.manifest["failures"]:
        raise typer.Exit(FAILED)


def _use(
    folder: Path, people: int | None, draws: int | None, seed: int, structure: Sequence[str], workers: int, resume: bool
) -> None:
    """Fits use after activation on every draw, or as many as asked for."""
    from calibration.use.question import PEOPLE, study
    from calibration.warm import ensure_compiled
    from cli.runs.request import structure_of
    from foundation.tasks.progress import progress

    ensure_compiled()
    study(
        folder,
        people=people or PEOPLE,
        draws=draws,
        seed=seed,
        structure=structure_of(structure),
        workers=workers,
        resume=resume or folder.exists(),
        progress=progress,
    )


def evidence(
    work: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the steps; it keeps all that is finished.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the work begun in --work.")] = False,
    only: Annotated[
        str | None, typer.Option(metavar="STEP,…", help="These steps only (--plan names them; * stands for any text).")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Try it with tiny settings in a copy of the project; ships nothing.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="List the steps and what they take; do nothing.")] = False,
    workers: o.Workers = None,
) -> None:
    """Remake all shipped posteriors, tables and pictures of the guides, and say what changed. For maintainers: what is
    printed is in English."""
    with reported(), _in_english():
        from report.guides.evidence import Work, carry_out, listed

        asked = Work(folder=work, only=only, quick=quick, workers=workers or os.cpu_count() or 1)
        if plan:
            print(listed(asked), end="")
        else:
            print(carry_out(asked, resume=resume), end="")
