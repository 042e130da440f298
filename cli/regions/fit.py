"""From the options of ``mes calibrate --region`` to a finished folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.options import Lang, Pictures
from cli.runs.request import AVERAGE, POLICY_START, check_seed, day, process_count, structure_of
from foundation.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from calibration.posterior import Effort
    from calibration.region.study import RegionFit
    from foundation.store.manifest import Manifest

    Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class RegionRequest:
    """The options as given."""

    region: str
    out: Path
    counts: Path | None
    posterior: Path | None
    until: str | None
    surveys: bool
    structure: Sequence[str]
    draws: int | None
    effort: Effort
    workers: int | None
    pictures: Pictures | None
    resume: bool
    lang: Lang
    json: bool


def calibrate_region(request: RegionRequest) -> None:
    """Fit the level, write the folder, print what was found.

    Raises:
        UserError: bad options or counts, or a folder that is there already.
    """
    from calibration.region import label
    from calibration.region.page import notes, rich_tables, said
    from calibration.region.study import FRAMES, document
    from cli.runs.showing import Shown, console, present_study
    from cli.runs.simulation import computed
    from foundation.language.numbers import day as day_in_words

    _refuse_useless(request)
    study, lang = study_of_request(request), request.lang.value
    processes = min(process_count(request.workers), len(study.draws))
    store = computed(study, request.out, request.resume, processes, lambda _: label("level.runs", lang))

    def table(frames: Frames, manifest: Manifest, lang: Lang) -> None:
        out = console(120)
        for one in rich_tables(frames["result"], manifest, lang.value):
            out.print(one)
        after = sum(stock.day > POLICY_START for stock in study.own.stocks)
        if after:
            told, start = day_in_words(POLICY_START, lang.value), POLICY_START.isoformat()
            out.print(
                "",
                label("level.after_start", lang.value, day=told, count=after, start=start),
                markup=False,
                highlight=False,
            )
        following = label("level.next", lang.value, region=study.region, folder=request.out)
        for line in (*said(frames["result"], lang.value), "", *notes(manifest, lang.value), following):
            out.print(line, markup=False, highlight=False)

    shown = Shown(
        lang=request.lang, json=request.json, pictures=request.pictures or Pictures.all, workers=request.workers
    )
    present_study(store, shown, FRAMES, document, table)


def study_of_request(request: RegionRequest) -> RegionFit:
    """What is fitted to what."""
    from dataclasses import replace

    from calibration.draws.files import load_draws, read_draws
    from calibration.draws.posteriors import posterior_for
    from calibration.facts.inputs import load_demography, load_history
    from calibration.facts.targets import load_surveyed
    from calibration.forecast.carried import discrepancy_of
    from calibration.region.counts import read_own
    from calibration.region.law import region_of
    from calibration.region.study import study_of
    from model.population.region import own_cohorts
    from scenarios.language.regions import region_named

    region, demography, history = region_named("--region", request.region), load_demography(), load_history()
    if request.counts is None:
        raise UserError(f"--region {region}: name the file of its counts with --counts")
    insured = own_cohorts(demography, region).insured
    until = None if request.until is None else day("--until", request.until, history.data_end)
    own = read_own(request.counts, region, demography, insured, until)
    if AVERAGE in request.structure:
        raise UserError(f"--structure {AVERAGE}: a calibration has one structure")
    structure = structure_of(request.structure)
    source = posterior_for(structure, request.posterior)
    path = source.paths[0]
    draws = load_draws(request.draws or len(read_draws(path)[0]), path=path)
    return study_of(
        region,
        insured,
        own,
        [replace(draw, only=region_of(demography, region, draw.index)) for draw in draws],
        discrepancy_of(draws, path),
        demography=demography,
        history=history,
        surveyed=load_surveyed(),
        structure=structure,
        people=request.effort.people,
        seed=request.effort.seed,
        posterior=source.name,
        data={source.name: source.sha256},
        data_end=history.data_end.isoformat(),
    )


def _refuse_useless(request: RegionRequest) -> None:
    from calibration.posterior import Effort

    check_seed(request.effort.seed)
    usual = Effort()
    useless = {
        "--first": request.effort.first != usual.first,
        "--waves": request.effort.waves != usual.waves,
        "--wave": request.effort.wave != usual.wave,
        "--no-surveys": not request.surveys,
    }
    for option in (option for option, given in useless.items() if given):
        raise UserError(f"{option}: of no use with --region, whose national posterior is fitted already; leave it out")
