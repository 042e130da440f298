"""``mes plan``: the outreach mix for a budget, and the cheapest one to a target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options as o
from cli.errors import reported

if TYPE_CHECKING:
    from planning.mix.request import PlanRequest
    from scenarios.experiment import Experiment

Budget = Annotated[str, typer.Option(metavar="EUROS", help="Public money, as 60M, 60e6 or 1.5bn; kept in expectation.")]
Target = Annotated[str, typer.Option(metavar="PROFILES", help="Target, in activated profiles.")]
By = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Horizon.  [default: 2027-12-31]")]
Levers = Annotated[str | None, typer.Option(metavar="A,B,...", help="Plan with these levers only.  [default: all]")]
Within = Annotated[
    str | None,
    typer.Option(
        metavar="SCENARIO", help="A scenario whose intensities are the ceilings, instead of the shipped ones."
    ),
]
Probability = Annotated[float, typer.Option(help="With which the target is to be reached.")]
Minutes = Annotated[
    str | None, typer.Option(metavar="MINUTES", help="Doctors' time at most, as 2M; kept in expectation.")
]
Fair = Annotated[bool, typer.Option("--fair", help="No group falls further behind than under the status quo.")]
People = Annotated[int | None, typer.Option(help="Simulated people.  [default: 20000; with --quick: 4000]")]
Draws = Annotated[int | None, typer.Option(help="Two in five search, three judge.  [default: 100; with --quick: 16]")]


def plan(
    budget: Budget,
    target: Target = "40M",
    by: By = None,
    levers: Levers = None,
    within: Within = None,
    probability: Probability = 0.9,
    minutes: Minutes = None,
    fair: Fair = False,
    people: People = None,
    draws: Draws = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    threads: o.Threads = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    policy_start: o.PolicyStart = None,
) -> None:
    """Find the mix that adds most activations for a budget, the frontier of budgets, the cheapest mix to a target."""
    with reported():
        from calibration.draws.files import read_draws
        from calibration.draws.posteriors import posterior_for
        from cli.request import UNTIL, Request, day, structure_of
        from planning.mix.request import plan_request

        day("--by", by, UNTIL)  # elsewhere the option is called --until

        request = Request(
            command="plan",
            people=people,
            draws=draws,
            seed=seed,
            workers=workers,
            threads=threads,
            out=out,
            resume=resume,
            lang=lang,
            engine=o.Engine.fast,
            json=json,
            quick=quick,
            structure=structure or (),
            posterior=posterior,
            policy_start=policy_start,
            until=by,
            target=None,
        )
        wanted = plan_request(
            budget=budget,
            target=target,
            probability=probability,
            minutes=minutes,
            fair=fair,
            levers=levers,
            within=within,
            people=people,
            draws=draws,
            seed=seed,
            quick=quick,
            available=read_draws(posterior_for(structure_of(structure or ()), posterior).paths[0])[1].draws,
        )
        _plan(request, wanted)


def _plan(request: Any, wanted: PlanRequest) -> None:
    from dataclasses import replace

    from calibration.warm import ensure_compiled
    from cli.simulation import drawn, study_of, warn_of_draws
    from foundation.work.progress import progress
    from planning.mix.run import carry_out
    from planning.text import label
    from scenarios.language.files import catalogue, load_scenario

    experiment = _experiment(request, wanted)
    folder = _folder(request, wanted)
    ensure_compiled()
    source, draws = drawn(replace(experiment.settings, draws=wanted.draws), request)
    warn_of_draws(source, request.lang)
    manifest, frames = carry_out(
        wanted,
        experiment,
        draws,
        [load_scenario(name) for name in catalogue() if name != experiment.scenarios[0].name],
        study_of(experiment, request.command, source).planned(),
        folder,
        workers=request.process_count(),
        resume=request.resume,
        progress=lambda total, stage: progress(total, label(f"stage.{stage}", request.lang)),
    )
    _present(folder, manifest, frames, request)


def _experiment(request: Any, wanted: PlanRequest) -> Experiment:
    from dataclasses import replace

    from cli.request import experiment_of
    from model.terms.weeks import WEEKS
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    scenarios = [load_scenario(REFERENCE), wanted.space.scenario]
    experiment = experiment_of(request, scenarios, every=WEEKS)
    settings = replace(
        experiment.settings, people=wanted.people, draws=wanted.draws, target_millions=wanted.question.target
    )
    return replace(experiment, settings=settings)


def _folder(request: Any, wanted: PlanRequest) -> Path:
    """The folder; one that is there is refused before anything is simulated."""
    from foundation.errors import UserError

    folder: Path = request.folder(f"{wanted.question.budget:g}M")
    if not request.resume and (folder.exists() or folder.is_symlink()):
        raise UserError(f"{folder}: exists; name another folder (--out), or finish that run with --resume")
    if request.resume and not folder.is_dir():
        raise UserError(f"{folder}: no such run folder to resume")
    return folder


def _present(folder: Path, manifest: dict[str, Any], frames: Any, request: Any) -> None:
    from cli.simulation import print_json, say_where
    from foundation.store.store import Store
    from planning.mix.document import plan_document
    from planning.mix.pictures import draw_plan

    for lang in o.Lang:
        draw_plan(frames, manifest, folder / "pictures", lang.value)
    Store.opened(folder).seal()
    if request.json:
        print_json(plan_document(frames, manifest))
    else:
        print_plan(frames, manifest, request.lang.value)
    say_where(folder, request.lang)


def print_plan(frames: Any, manifest: dict[str, Any], lang: str) -> None:
    """The answer, then the tables, on stdout."""
    import sys

    from rich.console import Console

    from planning.mix.tables import headline, sentences, tables

    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(headline(frames, manifest, lang), style="bold", highlight=False, markup=False)
    for sentence in sentences(frames, manifest, lang):
        console.print(f"• {sentence}", highlight=False, markup=False)
    for table in tables(frames, manifest, lang):
        console.print()
        console.print(table)
