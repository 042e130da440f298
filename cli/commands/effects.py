"""``mes effects``: what each channel of the status quo brings, by attribution and by taking it out of the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cli import options as o
from cli.errors import reported

if TYPE_CHECKING:
    import pandas as pd

    from cli.runs.request import Request
    from foundation.store.manifest import Manifest


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

        request = Request(
            command="effects",
            people=people,
            draws=draws,
            seed=seed,
            workers=workers,
            threads=threads,
            out=out,
            resume=resume,
            lang=lang,
            json=json,
            pictures=pictures,
            quick=quick,
            structure=structure or (),
            posterior=posterior,
            until=until,
        )
        _effects(request)


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
