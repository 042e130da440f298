"""``mes effects``: what each channel of the status quo brings, by attribution and by taking it out of the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli import options as o
from cli.errors import reported


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
    quick: o.Quick = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    until: o.Until = None,
) -> None:
    """Show what each channel of the status quo brings: attributed activations, and what is missing without it."""
    with reported():
        from cli.request import Request

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
            engine=o.Engine.fast,
            json=json,
            quick=quick,
            structure=structure or (),
            posterior=posterior,
            policy_start=None,
            until=until,
            target=None,
        )
        _effects(request)


def _effects(request: Any) -> None:
    from calibration.warm import ensure_compiled
    from cli.request import experiment_of
    from cli.simulation import drawn, end, say_where, study_of, warn_of_draws
    from cli.words import WORDS
    from foundation.work.progress import progress
    from model.terms.weeks import WEEKS
    from planning.effects.run import carry_out
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    experiment = experiment_of(request, [load_scenario(REFERENCE)], every=WEEKS)
    source, draws = drawn(experiment.settings, request)
    warn_of_draws(source, request.lang)
    ensure_compiled()
    folder = request.folder(REFERENCE)
    with progress(len(draws), WORDS[request.lang]["draws"]) as tell:
        manifest, frames = carry_out(
            experiment,
            draws,
            study_of(experiment, request.command, source).planned(),
            folder,
            workers=request.process_count(experiment),
            resume=request.resume,
            progress=tell,
        )
    _present(folder, manifest, frames, request)
    say_where(folder, request.lang)
    end(manifest, request.lang)


def _present(folder: Path, manifest: dict[str, Any], frames: Any, request: Any) -> None:
    import sys

    from rich.console import Console

    from cli.simulation import print_json
    from foundation.store.store import Store
    from planning.effects.pictures import draw_effects
    from planning.effects.run import effects_document
    from planning.effects.table import effects_table

    for lang in o.Lang:
        draw_effects(frames, manifest, folder / "pictures", lang.value)
    Store.opened(folder).seal()
    if request.json:
        print_json(effects_document(frames, manifest))
    else:
        console = Console() if sys.stdout.isatty() else Console(width=120)
        console.print(effects_table(frames["effects"], manifest, request.lang.value))
