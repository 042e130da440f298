"""``mes structures``: what the data say of each alternative; ``mes uncertainty``: what uncertainty consists of."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.completing import scenarios
from cli.errors import FAILED, reported

DRAWS, PEOPLE = 96, 20_000


def uncertainty(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO", help="Default: the whole catalogue.", autocompletion=scenarios),
    ] = None,
    people: Annotated[int | None, typer.Option(help=f"Simulated people.  [default: {PEOPLE}]")] = None,
    draws: Annotated[
        int | None, typer.Option(help=f"Draws of each structure; three runs each.  [default: {DRAWS}]")
    ] = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: o.Out = None,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
) -> None:
    """Split the uncertainty of results into structure, fitted parameters, lever effects and chance."""
    with reported():
        from calibration.draws.posteriors import fitted
        from calibration.uncertainty.tables import manifest_of, uncertainty_table, write_all
        from calibration.uncertainty.work import LEAST_DRAWS, simulate_all, split, tasks_for
        from calibration.warm import ensure_compiled
        from cli import label
        from cli.runs.chosen import choose, with_reference
        from cli.runs.request import Request, command_line, experiment_of, placed
        from cli.runs.showing import print_json, say_where
        from foundation.errors import UserError
        from foundation.store.atomic import new_folder
        from foundation.tasks.journal import journal
        from foundation.tasks.progress import progress
        from scenarios.language.files import catalogue

        size, some = people or PEOPLE, draws or DRAWS
        request = given(Request, locals(), command="uncertainty", people=size, draws=some, threads=1)
        if some < LEAST_DRAWS:
            raise UserError(f"--draws: {draws}; at least {LEAST_DRAWS} are needed to estimate variances")
        chosen = with_reference([choose(name) for name in what or catalogue()])
        experiment = experiment_of(request, [item.scenario for item in chosen], every=10_000)
        alternatives = fitted()
        experiment = placed(request, experiment, ())
        tasks = tasks_for(experiment, alternatives, some)
        folder = request.folder(str(len(chosen)))
        ensure_compiled()
        with new_folder(folder) as filling:
            with progress(len(tasks), label("said.runs", lang)) as tell:
                rows, failures = simulate_all(tasks, request.process_count(experiment), tell)
            shares = split(rows, {one.name: one.weight for one in alternatives})
            manifest = manifest_of(experiment, alternatives, command_line(), failures, tasks)
            document = write_all(filling, rows, shares, manifest, lang.value)
        if json:
            print_json(document)
        else:
            from foundation.language.screen import screen

            console = screen(140)
            console.print(uncertainty_table(shares, manifest, lang.value))
        say_where(folder, lang)
        if failures:
            journal.tell(f"{len(failures)}/{len(tasks)} {label('said.failed', lang)}")
            raise typer.Exit(FAILED)


def structures(lang: o.Language = o.Lang.en, json: o.Json = False) -> None:
    """Structural alternatives fitted to the same targets: evidence, Bayes factors, weights."""
    with reported():
        from calibration.draws.posteriors import fitted
        from calibration.uncertainty.tables import structures_document, structures_table
        from cli.runs.showing import print_json
        from foundation.language.screen import screen

        alternatives = fitted()
        if json:
            print_json(structures_document(alternatives))
            return
        console = screen(120)
        console.print(structures_table(alternatives, lang.value))
