"""``mes plan``: the outreach mix for a budget, and the cheapest one to a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.completing import scenarios
from cli.errors import reported
from cli.regions.asked import LevelFolder, Region

if TYPE_CHECKING:
    import pandas as pd

    from cli.runs.request import Request
    from foundation.store.manifest import Manifest
    from planning.mix.question import PlanRequest
    from scenarios.experiment import Experiment

Budget = Annotated[
    str,
    typer.Option(
        metavar="EUROS",
        help="Public money, as 60M, 60e6 or 1.5bn, or of each year, as 2027=20M,2028=30M; kept in expectation.",
    ),
]
Levers = Annotated[str | None, typer.Option(metavar="A,B,...", help="Plan with these levers only.  [default: all]")]
Within = Annotated[
    str | None,
    typer.Option(
        metavar="SCENARIO",
        help="A scenario whose intensities are the ceilings, instead of the shipped ones.",
        autocompletion=scenarios,
    ),
]
Probability = Annotated[
    float,
    typer.Option(parser=o.real_number, metavar="NUMBER", help="Probability with which the target is to be reached."),
]
Minutes = Annotated[
    str | None, typer.Option(metavar="MINUTES", help="Doctors' time at most, as 2M; kept in expectation.")
]
Fair = Annotated[bool, typer.Option("--fair", help="No group falls further behind than under the status quo.")]
People = Annotated[int | None, typer.Option(help="Simulated people.  [default: 20000; with --quick: 4000]")]
Draws = Annotated[int | None, typer.Option(help="Two in five search, three judge.  [default: 100; with --quick: 16]")]


def plan(
    budget: Budget,
    target: o.Target = None,
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
    xlsx: o.Xlsx = False,
    pictures: o.PicturesChoice = None,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    as_simulated: o.AsSimulated = False,
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
    costs: o.Costs = None,
    effects: o.Effects = None,
    region: Region = None,
    level: LevelFolder = None,
) -> None:
    """Find the mix that adds most activations for a budget, the frontier of budgets, the cheapest mix to a target."""
    with reported():
        from calibration.draws.files import read_draws
        from calibration.draws.posteriors import posterior_for
        from cli.runs.request import POLICY_START, TARGET, UNTIL, Request, day, structure_of
        from planning.mix.question import plan_request
        from scenarios.costs import years_of

        request = given(Request, locals(), command="plan")
        wanted = plan_request(
            budget=budget,
            target=f"{TARGET:g}" if target is None else target,
            probability=probability,
            minutes=minutes,
            fair=fair,
            levers=levers,
            within=within,
            people=people,
            draws=draws,
            seed=seed,
            quick=quick,
            spendable=years_of(day("--policy-start", policy_start, POLICY_START), day("--until", until, UNTIL)),
            available=read_draws(posterior_for(structure_of(structure or ()), posterior).paths[0])[1].draws,
        )
        _plan(request, wanted)


def _plan(request: Request, wanted: PlanRequest) -> None:
    from cli.runs.showing import present_study, shown_of
    from cli.runs.simulation import carried_out, study_of
    from planning.mix import label
    from planning.mix.results import FRAMES
    from planning.mix.study import Planning, plan_document
    from scenarios.language.files import catalogue, load_scenario
    from scenarios.language.resolve import taken_in

    experiment, wanted = _in_region(request, _experiment(request, wanted), wanted)
    shipped = [load_scenario(name) for name in catalogue() if name != experiment.scenarios[0].name]
    if within := experiment.region:
        shipped = [taken_in(scenario, within.region, experiment.demography) for scenario in shipped]
    study = study_of(Planning, experiment, request, wanted=wanted, shipped=shipped)
    subject, lang = f"{wanted.question.budget:g}M", request.lang
    store = carried_out(study, request, subject, request.process_count(), lambda stage: label(f"stage.{stage}", lang))
    present_study(store, shown_of(request), FRAMES, plan_document, print_plan)


def _experiment(request: Request, wanted: PlanRequest) -> Experiment:
    from dataclasses import replace

    from cli.runs.request import experiment_of
    from model.terms.weeks import WEEKS
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    scenarios = [load_scenario(REFERENCE), wanted.space.scenario]
    experiment = experiment_of(request, scenarios, every=WEEKS)
    settings = replace(
        experiment.settings, people=wanted.people, draws=wanted.draws, target_millions=wanted.question.target
    )
    return replace(experiment, settings=settings)


def _in_region(request: Request, country: Experiment, wanted: PlanRequest) -> tuple[Experiment, PlanRequest]:
    """In the region asked for, if any: ceilings at its share, and the target.

    Raises:
        UserError: a lever of the space leaves it out, so that there is nothing of it to plan with.
    """
    from dataclasses import replace

    from cli.regions.asked import regional
    from foundation.errors import UserError

    experiment = regional(request, country)
    if (within := experiment.region) is None:
        return experiment, wanted
    space = replace(wanted.space, scenario=experiment.scenarios[1])
    if idle := [table.label for table in space.scenario.levers if not table.works]:
        raise UserError(
            f"lever {idle[0]}: its regions leave {within.region} out, so there is nothing of it to plan with; leave it "
            f"out (--levers) or mend its target"
        )
    question = replace(wanted.question, target=experiment.settings.target_millions)
    return experiment, replace(wanted, space=space, question=question)


def print_plan(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
    """The answer, then the tables, on stdout."""
    from cli.runs.showing import console
    from planning.mix.tables import headline, sentences, tables

    out = console()
    out.print(headline(frames, manifest, lang.value), style="bold", highlight=False, markup=False)
    for sentence in sentences(frames, manifest, lang.value):
        out.print(f"• {sentence}", highlight=False, markup=False)
    for table in tables(frames, manifest, lang.value):
        out.print()
        out.print(table)
