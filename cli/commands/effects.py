"""What brings activations. ``mes effects``: what each channel of the status quo brings, by attribution and by taking it
out of the history; ``mes sensitivity``: what drives the results of a comparison, and what would be worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.completing import folders, scenarios
from cli.errors import reported

if TYPE_CHECKING:
    import pandas as pd

    from cli.runs.request import Request
    from foundation.store.manifest import Manifest
    from foundation.store.store import Store
    from planning.sensitivity.study import Choice, Sensitivity

DRAWN_FROM = ("priors.csv", "costs.csv")
"""Data tables that decide what the draws of a posterior are: effects of levers, and which prices there are."""
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A run folder of mes compare.", autocompletion=folders)]
Value = Annotated[
    float | None,
    typer.Option(
        parser=o.real_number, metavar="EUROS", help="What an additional activation is worth.  [default: 30, assumed]"
    ),
]
Budget = Annotated[
    str | None, typer.Option(metavar="EUROS", help="Choose by a budget instead: most activations for at most this.")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--scenario", help="Only these strategies' indices (repeatable).", autocompletion=scenarios),
]


def effects(
    people: o.People = None,
    draws: o.Draws = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    threads: o.Threads = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesChoice = None,
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    until: o.Until = None,
) -> None:
    """Show what each channel of the status quo brings: attributed activations, and what is missing without it."""
    with reported():
        from cli.runs.request import Request

        _effects(given(Request, locals(), command="effects"))


def _effects(request: Request) -> None:
    from cli.runs.request import experiment_of
    from cli.runs.showing import present_study, shown_of
    from cli.runs.simulation import carried_out, study_of
    from model.terms.weeks import WEEKS
    from planning.effects.effects import FRAMES, Effects
    from planning.effects.pictures import effects_document
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    experiment = experiment_of(request, [load_scenario(REFERENCE)], every=WEEKS)
    study = study_of(Effects, experiment, request)
    store = carried_out(study, request, REFERENCE, request.process_count(study.experiment))
    present_study(store, shown_of(request), FRAMES, effects_document, _table)


def _table(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
    from cli.runs.showing import console
    from planning.effects.pictures import effects_table

    console(120).print(effects_table(frames["effects"], manifest, lang.value))


def sensitivity(
    folder: Folder,
    value: Value = None,
    budget: Budget = None,
    scenario: Names = None,
    workers: o.Workers = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to make.  [default: ./runs/sensitivity-<DIR>-<time>]")
    ] = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesNotQuick = None,
) -> None:
    """Rank what drives the results of a comparison, and say which study would be worth paying for; from its folder."""
    with reported():
        from cli.runs.request import at_least_one, folder_of
        from cli.runs.showing import Shown, present_study
        from planning.sensitivity.study import FRAMES, sensitivity_document

        at_least_one("--workers", workers)
        target = folder_of(out, resume, f"sensitivity-{folder.resolve().name}")
        study = _study(folder, _choice(value, budget), scenario)
        store = _carried_out(study, target, resume, workers, lang)
        shown = Shown(lang=lang, json=json, pictures=pictures or o.Pictures.all, workers=workers)
        present_study(store, shown, FRAMES, sensitivity_document, _tables)


def _study(folder: Path, choice: Choice, scenarios: list[str] | None) -> Sensitivity:
    from datetime import date

    from calibration.draws.effects import recorded, with_effects
    from calibration.draws.posteriors import draws_named, posterior_named
    from calibration.facts.inputs import tables_of
    from cli.runs.simulation import CODE
    from foundation.store.reading import as_left
    from planning.sensitivity.study import Sensitivity, decide, inputs_of, quantities, source
    from scenarios.language.resolve import steered
    from scenarios.language.schema import DriversTable

    data = {name: digest for name, digest in tables_of("compare").items() if name in DRAWN_FROM}
    with as_left(folder):
        compared, outcomes = source(folder, lambda name: posterior_named(name).sha256, data)
        decide(outcomes, choice)  # refused before a folder is made
        quantities(outcomes, scenarios)
        learned, drivers = recorded(folder, compared.get("learned") or ()), DriversTable(**compared["drivers"])
        draws = with_effects(draws_named(compared["draws_file"], compared["draws"]), learned)
        draws = steered(draws, drivers, date.fromisoformat(compared["data_end"]))
    return Sensitivity(
        compared=compared,
        outcomes=outcomes,
        drawn=inputs_of(outcomes, draws),
        choice=choice,
        scenarios=scenarios,
        data=data,
        source=folder,
        modules=CODE,
    )


def _carried_out(study: Sensitivity, target: Path, resume: bool, workers: int | None, lang: o.Lang) -> Store:
    from cli import label
    from cli.runs.request import process_count
    from foundation.study import carry_out
    from foundation.tasks.executors import local_site
    from foundation.tasks.journal import journal
    from foundation.tasks.progress import progress

    @contextmanager
    def shown(total: int, stage: str) -> Iterator[Callable[[int], None]]:
        with progress(total, label("said.quantities", lang)) as tell:
            yield tell
        journal.tell(label("said.worth", lang))

    site = local_site(min(process_count(workers), len(study.tasks())))
    return carry_out(study, target, resume=resume, site=site, progress=shown)


def _choice(value: float | None, budget: str | None) -> Choice:
    from math import isfinite

    from foundation.errors import UserError
    from foundation.language.amounts import amount
    from planning.sensitivity.study import VALUE, Choice

    if value is not None and budget is not None:
        raise UserError("--value, --budget: give one of them: a value for each activation, or a budget")
    if value is not None and not (isfinite(value) and value > 0):
        raise UserError(f"--value: {value:g}; needed more than 0 euros per additional activation, such as 30")
    if budget is not None:
        return Choice(value=None, budget=amount("--budget", budget) / 1e6)
    return Choice(value=VALUE if value is None else value, budget=None)


def _tables(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
    from cli.runs.showing import console
    from planning.sensitivity.pictures import indices_table, information_table

    out = console(120)
    out.print(indices_table(frames["indices"], frames["inputs"], manifest, lang.value))
    out.print()
    out.print(information_table(frames["information"], len(frames["inputs"]), manifest, lang.value))
