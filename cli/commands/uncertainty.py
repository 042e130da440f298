"""``mes structures``: what the data say of each alternative; ``mes uncertainty``: what uncertainty consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.completing import scenarios
from cli.errors import reported

if TYPE_CHECKING:
    import pandas as pd

    from foundation.store.manifest import Manifest

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
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesNotQuick = None,
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
) -> None:
    """Split the uncertainty of results into structure, fitted parameters, lever effects and chance."""
    with reported():
        from calibration.draws.posteriors import fitted
        from calibration.uncertainty.study import FRAMES, UncertaintyStudy, document
        from calibration.uncertainty.work import LEAST_DRAWS, tasks_for
        from cli import label
        from cli.runs.chosen import choose, with_reference
        from cli.runs.request import Request, experiment_of, placed
        from cli.runs.showing import present_study, shown_of
        from cli.runs.simulation import computed
        from foundation.errors import UserError
        from scenarios.language.files import catalogue

        size, some = people or PEOPLE, draws or DRAWS
        request = given(Request, locals(), command="uncertainty", people=size, draws=some, threads=1)
        if some < LEAST_DRAWS:
            raise UserError(f"--draws: {draws}; at least {LEAST_DRAWS} are needed to estimate variances")
        chosen = with_reference([choose(name) for name in what or catalogue()])
        experiment = experiment_of(request, [item.scenario for item in chosen], every=10_000)
        alternatives = fitted()
        experiment = placed(request, experiment, ())
        runs = tasks_for(experiment, alternatives, some)
        study = UncertaintyStudy(experiment=experiment, alternatives=alternatives, runs=runs)
        processes = request.process_count(experiment)
        folder = request.folder(str(len(chosen)))
        store = computed(study, folder, resume, processes, lambda _: label("said.runs", lang))
        present_study(store, shown_of(request), FRAMES, document, _print)


def _print(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
    from calibration.uncertainty.study import uncertainty_table
    from cli.runs.showing import console

    console(140).print(uncertainty_table(frames["split"], manifest, lang.value))


def structures(lang: o.Language = o.Lang.en, json: o.Json = False) -> None:
    """Structural alternatives fitted to the same targets: evidence, Bayes factors, weights."""
    with reported():
        from calibration.draws.posteriors import fitted
        from calibration.uncertainty.study import structures_document, structures_table
        from cli.runs.showing import print_json
        from foundation.language.screen import screen

        alternatives = fitted()
        if json:
            print_json(structures_document(alternatives))
            return
        console = screen(120)
        console.print(structures_table(alternatives, lang.value))
