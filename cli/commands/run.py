"""``mes run``: one scenario, week by week."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli import options as o
from cli.completing import scenarios
from cli.errors import reported
from cli.regions.asked import LevelFolder, Region


def run(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A name of the catalogue, or the path of a file (with / or .toml).", autocompletion=scenarios
        ),
    ],
    people: o.People = None,
    draws: o.Draws = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    threads: o.Threads = None,
    cluster: o.Cluster = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    engine: o.EngineChoice = o.Engine.fast,
    json: o.Json = False,
    xlsx: o.Xlsx = False,
    pictures: o.PicturesChoice = None,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    as_simulated: o.AsSimulated = False,
    policy_start: o.PolicyStart = None,
    until: o.UntilDated = None,
    target: o.Target = None,
    costs: o.Costs = None,
    effects: o.Effects = None,
    region: Region = None,
    level: LevelFolder = None,
) -> None:
    """Simulate one scenario (and the status quo it is compared with), week by week, and say when it reaches the
    target."""
    with reported():
        from cli.runs.request import Request
        from cli.runs.showing import present, shown_of
        from cli.runs.simulation import load_ahead, simulate

        request = Request(
            command="run",
            people=people,
            draws=draws,
            seed=seed,
            workers=workers,
            threads=threads,
            cluster=cluster,
            out=out,
            resume=resume,
            lang=lang,
            engine=engine,
            json=json,
            xlsx=xlsx,
            pictures=pictures,
            quick=quick,
            structure=structure or (),
            posterior=posterior,
            as_simulated=as_simulated,
            policy_start=policy_start,
            until=until,
            target=target,
            costs=costs,
            effects=effects,
            region=region,
            level=level,
        )
        load_ahead(request)
        from cli.runs.chosen import choose, with_reference

        chosen = choose(scenario)
        name = chosen.scenario.name
        store = simulate(request, with_reference([chosen]), every=1, subject=name)
        from scenarios.compare.comparison import run_document  # loads what makes tables: not before there are any

        present(store, shown_of(request), partial(run_document, scenario=name))
