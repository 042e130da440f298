"""From a request to a finished folder and what is shown of it; shared by the commands that simulate draws."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cli import label
from cli.options import DRAWS, Lang, Pictures
from cli.request import Request, experiment_of, placed
from foundation.work.progress import progress

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from calibration.draws.posteriors import Source
    from calibration.forecast.carried import CarriedForward
    from cli.chosen import Chosen
    from foundation.store.store import Store
    from foundation.work.executors import Site
    from scenarios.compare.placement import Placement
    from scenarios.compare.study import OfDraws
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment, Settings

    Frames = Mapping[str, pd.DataFrame]
    Document = Callable[[Frames, Mapping[str, Any]], dict[str, Any]]
    Table = Callable[[Frames, Mapping[str, Any], Lang], None]
    Kind = TypeVar("Kind", bound=OfDraws[Any])

LONG = 1200.0
"""Seconds from which on it is said how long a draw takes."""
CODE = (
    "scenarios.experiment", "calibration.draws.files", "calibration.draws.posteriors", "calibration.draws.structures",
    "calibration.facts.inputs", "calibration.facts.targets",
)  # fmt: skip
"""Modules that compute a draw, and those that make it and read the data."""
CONTINUED = ("run", "compare", "plan")
"""Commands whose stocks are continued from the published counts."""
CARRIED = ("calibration.forecast.carried", "calibration.forecast.draws")
"""Modules that do it."""
WORKERS = ("scenarios.experiment", "model.fast", "model.prevalence", "foundation.store.parts", "pandas")
"""What a worker loads before its first draw, and to write what it found."""


def load_ahead(request: Request) -> None:
    """What workers of this machine will compute draws with, loaded while the rest is looked at."""
    from foundation.work import executors

    if request.cluster is None and request.process_count() > 1 and (request.draws or DRAWS) > 1:
        executors.load_ahead(WORKERS)


def simulate(request: Request, chosen: Sequence[Chosen], every: int, subject: str) -> Store:
    """Simulates what the folder lacks, once everything asked for is known to be sound."""
    from scenarios.compare.study import Comparison

    experiment = experiment_of(request, [item.scenario for item in chosen], every)
    study = study_of(Comparison, experiment, request, {item.scenario.name: item.text for item in chosen})
    announce(study.experiment, request)
    return carried_out(study, request, subject, min(request.process_count(study.experiment), len(study.draws)))


def study_of(
    kind: type[Kind], experiment: Experiment, request: Request, texts: Mapping[str, str] | None = None, **more: Any
) -> Kind:
    """A study of an experiment on its first draws; ``texts`` of scenario files go before what was parsed."""
    from calibration.facts.inputs import tables_of
    from scenarios.drivers import steered

    source, draws = drawn(experiment.settings, request)
    draws = steered(draws, experiment.drivers, experiment.history.data_end)
    warn_of_draws(source, request.lang)
    experiment = placed(request, experiment, draws)
    continued = request.command in CONTINUED and not request.as_simulated
    return kind(
        command=request.command,
        experiment=replace(experiment, carried=_carried(source, draws, experiment.settings) if continued else None),
        draws=draws,
        texts={**{scenario.name: scenario.text for scenario in experiment.scenarios}, **(texts or {})},
        data={**tables_of("compare"), source.name: source.sha256},
        draws_file=source.name,
        stock_targets=published_stocks(),
        modules=(*CODE, *CARRIED) if continued else CODE,
        **more,
    )


def _carried(source: Source, draws: Sequence[Draw], settings: Settings) -> CarriedForward:
    """What continues the status quo of each draw from the published counts."""
    from calibration.facts.targets import load_stock_targets
    from calibration.forecast.carried import carried_forward
    from calibration.forecast.draws import discrepancy_of
    from calibration.posterior.conditioning import counts_of

    counts = counts_of(load_stock_targets())
    return carried_forward(counts, draws, discrepancy_of(draws, source.paths[0]), settings)


def carried_out(
    study: OfDraws[Any],
    request: Request,
    subject: str,
    processes: int,
    words: Callable[[str], str] | None = None,
) -> Store:
    """Computes what the folder lacks, on this machine or the cluster asked for; ``words`` for a stage."""
    from calibration.warm import ensure_compiled
    from foundation.study import carry_out

    with site_of(request, processes, study.experiment.threads) as site:
        return carry_out(
            study,
            request.folder(subject),
            resume=request.resume,
            site=site,
            progress=lambda total, stage: progress(total, words(stage) if words else label("said.draws", request.lang)),
            prepare=ensure_compiled if request.cluster is None else lambda: None,
        )


def site_of(request: Request, processes: int, threads: int) -> AbstractContextManager[Site]:
    """The cluster asked for, connected before a folder is made, or this machine."""
    from foundation.work.cluster import cluster_site
    from foundation.work.executors import kept_site

    return kept_site(processes, threads) if request.cluster is None else cluster_site(request.cluster, CODE)


def drawn(settings: Settings, request: Request) -> tuple[Source, list[Draw]]:
    """The posterior to draw from, and its first draws."""
    from calibration.draws.files import load_draws
    from calibration.draws.posteriors import posterior_for, shipped_mixture
    from calibration.draws.structures import averaged_draws, fitted

    if settings.averaged:
        return shipped_mixture(), averaged_draws(settings.draws, fitted())
    source = posterior_for(settings.structure, request.posterior)
    return source, load_draws(settings.draws, path=source.paths[0], seed=settings.seed)


def warn_of_draws(source: Source, lang: Lang) -> None:
    """Says so on stderr when the posterior was fitted to other data or under another structure."""
    from calibration.draws.files import changed_data, read_draws

    _, info = read_draws(source.paths[0])
    if not source.fitted:
        print(f"mes: {label('said.unfitted', lang)}", file=sys.stderr)
    if changed := changed_data(info):
        text = label("said.stale", lang, files=", ".join(changed), command=info.command)
        print(f"mes: {text}", file=sys.stderr)


def announce(experiment: Experiment, request: Request) -> None:
    """Says on stderr how long a large run will take, where, and in how much memory."""
    from foundation.language.numbers import number
    from scenarios.compare.placement import LARGE

    settings, lang = experiment.settings, request.lang.value
    if settings.people < LARGE or request.cluster is not None:
        return
    place = request.placement(experiment)
    whole, one = (_minutes(place, draws, len(experiment.scenarios), lang) for draws in (settings.draws, 1))
    text = label(
        "said.large",
        request.lang,
        people=number(settings.people, 0, lang),
        draws=settings.draws,
        scenarios=len(experiment.scenarios),
        minutes=whole,
        processes=place.processes,
        threads=place.threads,
        needed=number(place.processes * place.plan.total / 2**30, 1, lang),
        free=number(place.free / 2**30, 1, lang),
    )
    if place.seconds(settings.draws, len(experiment.scenarios)) > LONG and settings.draws > 1:
        text += label("said.one_draw", request.lang, minutes=one)
    print(f"mes: {text}", file=sys.stderr)


def _minutes(place: Placement, draws: int, scenarios: int, lang: str) -> str:
    from foundation.language.numbers import number

    minutes = place.seconds(draws, scenarios) / 60
    return number(minutes, 0 if minutes >= 3 else 1, lang)


def published_stocks() -> list[dict[str, Any]]:
    """The activation figures used, for pictures."""
    from calibration.facts.targets import load_stock_targets

    return [target.described() for target in load_stock_targets()]


class Shown(NamedTuple):
    """How a finished folder is shown, as a ``Request`` says it too."""

    lang: Lang
    json: bool
    pictures: Pictures
    workers: int | None


def shown_of(request: Request) -> Shown:
    return Shown(lang=request.lang, json=request.json, pictures=request.wanted, workers=request.workers)


def present(store: Store, shown: Shown, document: Document) -> None:
    """Prints the result of a run, then adds pictures to its folder; ends with status 1 if draws failed."""
    from scenarios.frames import ORDER

    names = ORDER if shown.json else ("outcomes", "costs")
    show(store, store.frames(names), document, print_table, shown)
    _end(store, shown, [shown.lang])


def present_in_both(store: Store, shown: Shown, names: Sequence[str], document: Document, table: Table) -> None:
    """The same for folders whose pictures are drawn in both languages."""
    show(store, store.frames(names), document, table, shown)
    _end(store, shown, list(Lang))


def show(store: Store, frames: Frames, document: Document, table: Table, shown: Shown) -> None:
    """Prints what was found, and where it is."""
    from cli.errors import heard_or_not

    with heard_or_not():
        if shown.json:
            print_json(document(frames, store.manifest))
        else:
            table(frames, store.manifest, shown.lang)
        sys.stdout.flush()
    say_where(store.folder, shown.lang)


def _end(store: Store, shown: Shown, langs: Sequence[Lang]) -> None:
    """Pictures, then what failed, which is said of an interrupted command too; status 1 if anything did."""
    import typer

    from cli.errors import FAILED

    try:
        draw(store, shown, langs)
    finally:
        tell_failures(store.manifest, shown.lang)
    if store.manifest.get("failures"):
        raise typer.Exit(FAILED)


def draw(store: Store, shown: Shown, langs: Sequence[Lang]) -> list[Path]:
    """Draws the pictures asked for into the folder; returns their paths.

    Raises:
        Interrupted: Ctrl-C; the folder is whole without the pictures that are missing.
    """
    from cli.albums import album_of, names_of
    from cli.request import process_count
    from foundation.drawing.album import draw_pictures
    from foundation.errors import Interrupted

    album, words = album_of(store.manifest), label("said.pictures", shown.lang)
    try:
        return draw_pictures(
            album,
            store,
            names_of(album, store.manifest, shown.pictures),
            [lang.value for lang in langs],
            processes=process_count(shown.workers),
            progress=lambda total: progress(total, words),
        )
    except KeyboardInterrupt:
        commands = " && ".join(f"mes plot {store.folder} --lang {lang}" for lang in langs)
        text = f"interrupted; the results are complete, `{commands}` draws the missing pictures"
        raise Interrupted(text) from None


def console(width: int = 160) -> Console:
    """Stdout; as wide as given where it is no terminal."""
    from rich.console import Console

    class Ours(Console):
        def on_broken_pipe(self) -> None:
            """As any print: rich itself would end the program, with its pictures not drawn."""
            raise

    return Ours() if sys.stdout.isatty() else Ours(width=width)


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; ``ValueError`` rather than NaN."""
    import json

    print(json.dumps(document, ensure_ascii=False, allow_nan=False), flush=True)


def print_table(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], lang: Lang) -> None:
    """The table of results, on stdout."""
    from scenarios.compare.tables import rich_table, summary_table

    summary, out = summary_table(frames["outcomes"], frames["costs"]), console()
    out.print(rich_table(summary, manifest, lang.value))
    for line in differences(manifest, lang):
        out.print(line, markup=False, highlight=False)


def differences(manifest: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """What keeps compared folders from being one experiment; nothing for a run."""
    if not manifest.get("paired", True):
        yield label("said.unpaired", lang)
    for entry in manifest.get("differences", ()):
        plain = not isinstance(entry["value"], dict)
        yield label("said.differs", lang, **entry) + (label("said.values", lang, **entry) if plain else "")


def say_where(folder: Path, lang: Lang) -> None:
    print(f"{label('said.written', lang)} {folder}", file=sys.stderr)


def tell_failures(manifest: Mapping[str, Any], lang: Lang) -> None:
    """Names the draws that failed, on stderr; nothing if the run is whole."""
    from cli.errors import said

    failures = manifest.get("failures", ())
    if not failures:
        return
    failed, resume = label("said.failed", lang), label("said.resume", lang)
    print(f"mes: {len(failures)}/{manifest['draws']} {failed} ({resume}):", file=sys.stderr)
    for failure in failures:
        print(f"  {failure['draw']}: {said(failure['error'])}", file=sys.stderr)
