"""``mes regions``: how regions differ as simulated, and by what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import reported

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from foundation.store.manifest import Manifest

DRAWS, PEOPLE = 100, 20_000


def regions(
    people: Annotated[
        int | None, typer.Option(min=1000, max=1_000_000, help=f"Simulated people of each region.  [default: {PEOPLE}]")
    ] = None,
    draws: o.DrawsNotQuick = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make.  [default: ./runs/regions-<time>]")] = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    until: o.Until = None,
) -> None:
    """The share of activated people of each region as simulated, how much regions differ, and what that comes from. No
    count of a region was fitted."""
    with reported():
        from calibration.facts.inputs import load_demography, load_history
        from calibration.facts.targets import load_surveyed
        from calibration.region import label
        from calibration.region.spread import FRAMES, Setting, Spread, document
        from calibration.region.spread_page import notes, rich_tables
        from cli.runs.request import Request
        from cli.runs.showing import console, show, shown_of, tell_failures
        from cli.runs.simulation import computed, drawn, warn_of_draws

        request = given(Request, locals(), command="regions", people=people or PEOPLE, draws=draws or DRAWS)
        settings, history = request.settings(every=1), load_history()
        source, national = drawn(settings, request)
        warn_of_draws(source, lang)
        study = Spread(
            setting=Setting(
                demography=load_demography(),
                history=history,
                surveyed=load_surveyed(),
                structure=settings.structure,
                people=settings.people,
                seed=seed,
                days=(history.data_end, settings.until),
            ),
            draws=national,
            posterior=source.name,
            data={source.name: source.sha256},
        )
        processes = min(request.process_count(), len(national))
        store = computed(study, request.folder("all"), resume, processes, lambda _: label("regions.draws", lang))

        def table(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: o.Lang) -> None:
            screen = console(120)
            for one in rich_tables(frames, manifest, lang.value):
                screen.print(one)
            for line in notes(manifest, lang.value):
                screen.print(line, markup=False, highlight=False)

        show(store, store.frames(FRAMES), document, table, shown_of(request))
        tell_failures(store.manifest, lang)
        if store.manifest.get("failures"):
            from cli.errors import FAILED

            raise typer.Exit(FAILED)
