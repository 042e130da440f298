"""``--region`` and ``--level``: an experiment of the country among the people of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.completing import folders, regions
from foundation.errors import UserError

if TYPE_CHECKING:
    from calibration.draws.posteriors import Source
    from calibration.forecast.carried import CarriedForward
    from calibration.region.level import Level
    from cli.runs.request import Request
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment
    from scenarios.language.resolve import Within

Region = Annotated[
    str | None,
    typer.Option(
        metavar="REGION",
        help="Simulate the people of one region alone, with its share of what levers buy for all. `mes regions` lists "
        "them.",
        autocompletion=regions,
    ),
]
LevelFolder = Annotated[
    Path | None,
    typer.Option(
        "--level",
        metavar="DIR",
        help="With --region: the level fitted to its counts, a folder of `mes calibrate --region`.  "
        "[default: the level believed of any region]",
        autocompletion=folders,
    ),
]


@cache
def _read(folder: Path) -> Level:
    from calibration.region.level import read_level

    return read_level(folder)


def level_asked(request: Request) -> Level | None:
    """The level asked for, as its folder has it.

    Raises:
        UserError: it can't be used, or is of another region.
    """
    from scenarios.language.regions import region_named

    if request.level is None:
        return None
    level = _read(request.level)
    if request.region is not None and (named := region_named("--region", request.region)) != level.region:
        raise UserError(f"--level: {request.level} is of {level.region}, not of {named}")
    return level


def region_of(request: Request) -> str:
    """The region asked for, by its name or by its level."""
    from scenarios.language.regions import region_named

    level = level_asked(request)
    return level.region if level is not None else region_named("--region", request.region or "")


def level_of(request: Request, source: Source) -> Level | None:
    """The level asked for; ``UserError`` if it was fitted on other draws than those of the run."""
    level = level_asked(request)
    if level is not None:
        from calibration.region.level import refuse_other_posterior

        refuse_other_posterior(level, source)
    return level


def regional(request: Request, experiment: Experiment) -> Experiment:
    """The experiment in the region asked for, if any: scenarios at its share, a target of the country too."""
    if not (request.region or request.level):
        return experiment
    from model.population.region import part_of
    from scenarios.language.resolve import Within, taken_in

    region, level, demography = region_of(request), level_asked(request), experiment.demography
    share = part_of(demography, region)
    settings = replace(experiment.settings, people=_people(experiment, region))
    if request.target is None:  # that of the country: the region's share of it, to ten thousand people
        settings = replace(settings, target_millions=round(settings.target_millions * share, 2))
    else:
        _refuse_target(experiment, region, level)
    return replace(
        experiment,
        settings=settings,
        scenarios=tuple(taken_in(scenario, region, demography) for scenario in experiment.scenarios),
        region=Within(region=region, share=share, level=None if level is None else (level.folder, level.sha256)),
    )


def _refuse_target(experiment: Experiment, region: str, level: Level | None) -> None:
    """``UserError`` for a target beyond the people of the region, or one that a count of its own says was reached."""
    from calibration.region.counts import GROWN
    from foundation.language.numbers import exact, number
    from model.levers.base import Target
    from model.population.region import aimed_at, own_cohorts, place_of

    aim, there = experiment.settings.target_millions, own_cohorts(experiment.demography, region).insured / 1e6
    wanted = exact(aim, "en")
    if aim > GROWN * there:
        raise UserError(f"--target: {wanted} million; {region} has {number(there, 1, 'en')} million insured")
    if experiment.settings.target_on == "users":
        adults = aimed_at(experiment.demography, Target(age_from=18))[place_of(experiment.demography, region)] / 1e6
        if aim > GROWN * adults:
            raise UserError(f"--target: {wanted} million users; {region} has {number(adults, 1, 'en')} million adults")
    counts = level.stocks if level is not None and experiment.settings.target_on == "activated" else ()
    reached = [stock for stock in counts if stock.low >= aim]
    if reached:
        when, least = reached[0].day, f"{max(stock.low for stock in reached):.4g}"
        raise UserError(
            f"--target: {region} had reached it by {when}, as its counts say; give more than {least} million"
        )


def _people(experiment: Experiment, region: str) -> int:
    """Simulated people: ``all`` are all of the region.

    Raises:
        UserError: more than it has.
    """
    from calibration.facts.inputs import insured_at_launch
    from model.population.region import own_cohorts

    people, there = experiment.settings.people, round(own_cohorts(experiment.demography, region).insured)
    if people > there and people != insured_at_launch():
        raise UserError(f"--people: {people}; {region} has {there} insured; all takes each of them")
    return min(people, there)


def draws_of_region(request: Request, source: Source, draws: Sequence[Draw]) -> list[Draw]:
    """National draws as those of the region: with the level fitted, or with that believed beforehand."""
    from calibration.draws.files import load_draws, read_draws
    from calibration.draws.use import with_use
    from calibration.facts.inputs import load_demography
    from calibration.region.law import believed
    from calibration.region.level import fitted_draws

    level = level_of(request, source)
    if level is None:
        return believed(draws, load_demography(), region_of(request))
    path = source.paths[0]
    national = load_draws(len(read_draws(path)[0]), path=path)
    return fitted_draws(level, with_use(national, path), len(draws))


def carried_of(level: Level, source: Source, draws: Sequence[Draw], experiment: Experiment) -> CarriedForward:
    """What continues each draw from the counts of the region."""
    from calibration.draws.files import load_draws, read_draws
    from calibration.forecast.carried import discrepancy_of
    from calibration.region.paths import carried_in
    from model.population.region import own_cohorts

    path, settings = source.paths[0], experiment.settings
    national = discrepancy_of(load_draws(len(read_draws(path)[0]), path=path), path)
    insured = own_cohorts(experiment.demography, level.region).insured / 1e6
    amounts = [national[level.pairs[draw.index][0]] for draw in draws]
    return carried_in(level.stocks, amounts, people=settings.people, seed=settings.seed, insured=insured)


def own_stocks(level: Level | None) -> list[dict[str, object]]:
    """The region's counts, for pictures."""
    return [] if level is None else [stock.described() for stock in level.stocks]


def tables_of_region(region: Within | None) -> Mapping[str, str]:
    """Files that a run of a region reads besides, with their SHA-256."""
    if region is None:
        return {}
    from calibration.facts.tables import sha256_of_table
    from calibration.region.law import TABLE

    return {TABLE: sha256_of_table(TABLE), **dict([region.level] if region.level else [])}
