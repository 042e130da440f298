"""From a request to a finished folder and what is shown of it; shared by the commands that simulate draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cli import label
from cli.options import DRAWS, Lang
from cli.runs.request import Request, experiment_of, placed
from foundation.errors import UserError
from foundation.tasks.journal import journal
from foundation.tasks.progress import Progress, progress

if TYPE_CHECKING:
    import pandas as pd

    from calibration.draws.posteriors import Source
    from calibration.forecast.carried import CarriedForward
    from calibration.region.level import Level
    from cli.runs.chosen import Chosen
    from foundation.store.store import Store
    from foundation.study import Study
    from foundation.tasks.executors import Site
    from scenarios.compare.placement import Placement
    from scenarios.compare.study import OfDraws
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment, Settings

    Frames = Mapping[str, pd.DataFrame]
    Kind = TypeVar("Kind", bound=OfDraws[Any])

Watching = Callable[[int, int], None]
"""Is told how many draws are done, and how many there are."""
LONG = 1200.0
"""Seconds from which on it is said how long a draw takes."""
CODE = (
    "scenarios.experiment", "calibration.draws.files", "calibration.draws.posteriors",
    "calibration.facts.inputs", "calibration.facts.targets",
)  # fmt: skip
"""Modules that compute a draw, and those that make it and read the data."""
CONTINUED = ("run", "compare", "plan")
"""Commands whose stocks are continued from the published counts."""
CARRIED = ("calibration.forecast.carried", "calibration.posterior.conditioning")
"""Modules that do it."""
WORKERS = ("scenarios.experiment", "model.fast", "model.prevalence", "foundation.store.parts", "pandas")
"""What a worker loads before its first draw, and to write what it found."""
CONDITIONING = ("calibration.posterior.conditioning",)
"""And to continue stocks from the counts."""
SHARED = ("foundation.tasks.settled",)
"""And last of all."""


def load_ahead(request: Request) -> None:
    """What workers of this machine will compute draws with, loaded while the rest is looked at."""
    from foundation.tasks import executors

    if request.cluster is None and request.process_count() > 1 and (request.draws or DRAWS) > 1:
        executors.load_ahead(WORKERS + CONDITIONING * (request.command in CONTINUED) + SHARED)


def simulate(request: Request, chosen: Sequence[Chosen], every: int, subject: str) -> Store:
    """Simulates what the folder lacks, once everything asked for is known to be sound."""
    from cli.regions.asked import regional
    from scenarios.compare.look import FirstLook
    from scenarios.compare.study import Comparison, looking_on

    experiment = looking_on(regional(request, experiment_of(request, [item.scenario for item in chosen], every)))
    study = study_of(Comparison, experiment, request, {item.scenario.name: item.text for item in chosen})
    announce(study.experiment, request)
    processes = min(request.process_count(study.experiment), len(study.draws))
    wanted = not (request.json or request.quick)
    return carried_out(
        study,
        request,
        subject,
        processes,
        watching=lambda folder: FirstLook(study, folder, request.lang.value, wanted=wanted),
    )


def study_of(
    kind: type[Kind], experiment: Experiment, request: Request, texts: Mapping[str, str] | None = None, **more: Any
) -> Kind:
    """A study of an experiment on its first draws; ``texts`` of scenario files go before what was parsed."""
    from calibration.draws.effects import read_effects, with_effects
    from calibration.facts.inputs import tables_of
    from cli.regions.asked import level_of, own_stocks, tables_of_region
    from scenarios.language.resolve import steered

    source, draws = drawn(experiment.settings, request)
    if request.effects is not None:
        learned = read_effects(request.effects)
        draws, told = with_effects(draws, learned), (learned.file, learned.sha256)
        experiment = replace(experiment, effects=told, learned=learned.laws())
    if experiment.settings.target_on == "users" and any(draw.use is None for draw in draws):
        raise UserError(
            f"--target users: {source.name} has no posterior of use after activation; leave out --posterior"
        )
    if request.command in CONTINUED and any(draw.use is not None for draw in draws):
        refuse_before_a_month(experiment.settings)
    draws = steered(draws, experiment.drivers, experiment.history.data_end)
    warn_of_draws(source, request.lang)
    experiment = placed(request, experiment, draws)
    level = level_of(request, source)
    continued = request.command in CONTINUED and not request.as_simulated and (experiment.region is None or level)
    counts = published_stocks() if experiment.region is None else own_stocks(level)
    return kind(
        command=request.command,
        experiment=replace(experiment, carried=_carried(source, draws, experiment, level) if continued else None),
        draws=draws,
        texts={**{scenario.name: scenario.text for scenario in experiment.scenarios}, **(texts or {})},
        data={**tables_of("compare"), source.name: source.sha256, **tables_of_region(experiment.region)},
        draws_file=source.name,
        stock_targets=counts,
        modules=(*CODE, *CARRIED) if continued else CODE,
        **more,
    )


def refuse_before_a_month(settings: Settings) -> None:
    """``UserError`` for a horizon by which no month is over whose users could be counted."""
    from model.terms.use import months
    from model.terms.weeks import monday

    if settings.last_week < (first := int(months().end[0])):
        day = monday(first - 1) + timedelta(days=1)
        raise UserError(
            f"--until {settings.until}: no month is over by then whose users could be counted; needed {day} or later"
        )


def _carried(source: Source, draws: Sequence[Draw], experiment: Experiment, level: Level | None) -> CarriedForward:
    """What continues the status quo of each draw from the published counts, or from those of the region."""
    from calibration.facts.observed import counts_of
    from calibration.facts.targets import load_stock_targets
    from calibration.forecast.carried import carried_forward, discrepancy_of
    from cli.regions.asked import carried_of

    if level is not None:
        return carried_of(level, source, draws, experiment)
    counts = counts_of(load_stock_targets())
    return carried_forward(counts, draws, discrepancy_of(draws, source.paths[0]), experiment.settings)


def computed(study: Study[Any], folder: Path, resume: bool, processes: int, words: Callable[[str], str]) -> Store:
    """Computes on this machine what the folder lacks; ``words`` for a stage."""
    from calibration.warm import ensure_compiled
    from foundation.study import carry_out
    from foundation.tasks.executors import kept_site

    def shown(total: int, stage: str) -> AbstractContextManager[Callable[[int], None]]:
        return progress(total, words(stage))

    with kept_site(processes) as site:
        return carry_out(study, folder, resume=resume, site=site, progress=shown, prepare=ensure_compiled)


def carried_out(
    study: OfDraws[Any],
    request: Request,
    subject: str,
    processes: int,
    words: Callable[[str], str] | None = None,
    watching: Callable[[Path], Watching] = lambda folder: lambda done, total: None,
) -> Store:
    """Computes what the folder lacks, on this machine or the cluster asked for; ``words`` for a stage. Of a study with
    one stage, what is ``watching`` the folder is told how many draws are done, and how many there are."""
    from calibration.warm import ensure_compiled
    from foundation.study import carry_out

    folder = request.folder(subject)
    with site_of(request, processes, study.experiment.threads) as site:
        return carry_out(
            study,
            folder,
            resume=request.resume,
            site=site,
            progress=_drawn_then_put_together(request, site, watching(folder))
            if words is None
            else lambda n, stage: progress(n, words(stage)),
            prepare=ensure_compiled if request.cluster is None else lambda: None,
        )


def _drawn_then_put_together(request: Request, site: Site, watch: Watching) -> Progress:
    """Progress of a study whose only stage is its draws, and what takes the seconds after the last of them: meanwhile
    those who will draw the pictures get ready."""
    from cli.runs.albums import begin

    @contextmanager
    def shown(total: int, stage: str) -> Iterator[Callable[[int], None]]:
        with progress(total, label("said.draws", request.lang)) as tell:

            def told(done: int) -> None:
                tell(done)
                watch(done, total)

            yield told
        journal.tell(label("said.tables", request.lang))
        site.release()
        begin(request.command, request.wanted, request.process_count())

    return shown


def site_of(request: Request, processes: int, threads: int) -> AbstractContextManager[Site]:
    """The cluster asked for, connected before a folder is made, or this machine."""
    from foundation.tasks.cluster import cluster_site
    from foundation.tasks.executors import kept_site

    return kept_site(processes, threads) if request.cluster is None else cluster_site(request.cluster, CODE)


def drawn(settings: Settings, request: Request) -> tuple[Source, list[Draw]]:
    """The posterior to draw from, and its first draws."""
    from calibration.draws.files import load_draws
    from calibration.draws.posteriors import averaged_draws, fitted, posterior_for, shipped_mixture
    from calibration.draws.use import with_use
    from cli.regions.asked import draws_of_region

    if settings.averaged:
        source, draws = shipped_mixture(), averaged_draws(settings.draws, fitted())
    else:
        source = posterior_for(settings.structure, request.posterior)
        draws = load_draws(settings.draws, path=source.paths[0], seed=settings.seed)
        draws = with_use(draws, source.paths[0]) if request.command in CONTINUED else draws
    return source, draws_of_region(request, source, draws) if request.region or request.level else draws


def warn_of_draws(source: Source, lang: Lang) -> None:
    """Says so on stderr when the posterior was fitted to other data or under another structure."""
    from calibration.draws.files import changed_data, read_draws

    _, info = read_draws(source.paths[0])
    if not source.fitted:
        journal.tell(label("said.unfitted", lang))
    if changed := changed_data(info):
        journal.tell(label("said.stale", lang, files=", ".join(changed), command=info.command))


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
    journal.tell(text)


def _minutes(place: Placement, draws: int, scenarios: int, lang: str) -> str:
    from foundation.language.numbers import number

    minutes = place.seconds(draws, scenarios) / 60
    return number(minutes, 0 if minutes >= 3 else 1, lang)


def published_stocks() -> list[dict[str, Any]]:
    """The activation figures used, for pictures."""
    from calibration.facts.targets import load_stock_targets

    return [target.described() for target in load_stock_targets()]
