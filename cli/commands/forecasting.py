"""``mes forecast``: what will be published if what is going on goes on; forecasts registered, and scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.commands import given
from cli.errors import reported

if TYPE_CHECKING:
    from calibration.facts.targets import StockTarget
    from calibration.forecast.study import Forecast, Frames
    from cli.runs.request import Request
    from foundation.store.manifest import Manifest

Register = Annotated[
    bool,
    typer.Option(
        "--register",
        help="Put the forecast into calibration/data/forecasts of a clone, under today's date and the version; "
        "never rewrites one.",
    ),
]
Score = Annotated[
    bool, typer.Option("--score", help="Simulate nothing: score registered forecasts on counts that came after them.")
]
Actuals = Annotated[
    Path | None, typer.Option(metavar="FILE", help="With --score: your own later counts, as in mes hindcast.")
]


def forecast(
    people: o.PeopleNotQuick = None,
    draws: o.DrawsNotQuick = None,
    seed: o.Seed = 1,
    workers: o.Workers = None,
    out: o.Out = None,
    resume: o.Resume = False,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    pictures: o.PicturesNotQuick = None,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    target: o.Target = None,
    register: Register = False,
    score: Score = False,
    actuals: Actuals = None,
) -> None:
    """Forecast the status quo from the last published count to the end of the clock; register it, score it later."""
    with reported():
        from cli.runs.request import Request

        request = given(Request, locals(), command="forecast", threads=1)
        _refuse_mixed(request, register, score, actuals)
        if score:
            _score(request, actuals)
        else:
            _forecast(request, register)


def _refuse_mixed(request: Request, register: bool, score: bool, actuals: Path | None) -> None:
    from foundation.errors import UserError

    if actuals is not None and not score:
        raise UserError("--actuals: counts to score registered forecasts on; add --score")
    if not score:
        return
    useless = [*(["--register"] if register else []), *request.changed(), *(["--out"] if request.out else [])]
    if useless:
        raise UserError(f"{useless[0]}: nothing is simulated with --score; leave it out")


def _forecast(request: Request, register: bool) -> None:
    from calibration.forecast.page import notes, rich_table
    from calibration.forecast.registered import place_of, refuse_few, today
    from calibration.forecast.registered import register as write_registered
    from calibration.forecast.study import FRAMES, document
    from cli import label
    from cli.runs.showing import console, present_study, shown_of
    from cli.runs.simulation import carried_out
    from foundation.store.manifest import package_version
    from foundation.tasks.journal import journal

    study, day = _study(request), today()
    if register:  # refused before anything is computed
        place = place_of(day, package_version())
        refuse_few(study.experiment.settings.draws)
    processes = min(request.process_count(study.experiment), len(study.draws))
    store = carried_out(study, request, "status-quo", processes)
    if register:
        write_registered(place, store.frames(FRAMES), store.manifest, day)
        journal.tell(f"{label('said.registered', request.lang)} {place}")

    def table(frames: Frames, manifest: Manifest, lang: o.Lang) -> None:
        out = console(120)
        out.print(rich_table(frames["quantiles"], lang.value))
        for line in notes(frames, manifest, lang.value):
            out.print(line, markup=False, highlight=False)

    present_study(store, shown_of(request), FRAMES, document, table)


def _study(request: Request) -> Forecast:
    from dataclasses import replace

    from calibration.facts.observed import counts_of
    from calibration.facts.targets import load_stock_targets
    from calibration.forecast.carried import discrepancy_of
    from calibration.forecast.study import HORIZON, Forecast
    from cli.runs.chosen import choose
    from cli.runs.request import experiment_of, on_profiles
    from cli.runs.simulation import CODE, drawn, study_of
    from model.terms.weeks import WEEKS
    from scenarios.experiment import REFERENCE

    counts = counts_of(load_stock_targets())
    started = counts[-1].day  # no policy: any day before the horizon gives the same status quo
    request = replace(request, policy_start=started.isoformat(), until=HORIZON.isoformat())
    experiment = experiment_of(request, [choose(REFERENCE).scenario], every=WEEKS)
    on_profiles(experiment.settings)
    source, draws = drawn(experiment.settings, request)
    study = study_of(Forecast, experiment, request, counts=counts, discrepancy=discrepancy_of(draws, source.paths[0]))
    return replace(study, modules=(*CODE, "calibration.forecast.study", "calibration.forecast.carried"))


def _score(request: Request, actuals: Path | None) -> None:
    from calibration.forecast.page import nothing_to_score, rich_scores
    from calibration.forecast.registered import all_registered, document, scored
    from cli.runs.showing import console, print_json

    forecasts = all_registered()
    table = scored(forecasts, _counts(actuals))
    if request.json:
        print_json(document(table, forecasts))
    elif not len(table):
        print(nothing_to_score(forecasts, request.lang.value))
    else:
        console(150).print(rich_scores(table, request.lang.value))


def _counts(actuals: Path | None) -> list[StockTarget]:
    """Published counts, and a user's own after them."""
    from calibration.facts.targets import load_stock_targets
    from calibration.hindcast.actuals import read_actuals

    targets = list(load_stock_targets())
    return targets if actuals is None else [*targets, *read_actuals(actuals, targets[-1])]
