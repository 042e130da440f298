"""Small studies of calibration that really run, each in a second or two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from calibration.draws.posteriors import fitted, posterior_for
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.targets import load_stock_targets, load_surveyed
from calibration.fit.question import Wanted, prepare
from calibration.fit.study import FitStudy
from calibration.hindcast.question import question_at, simple_forecast
from calibration.hindcast.study import Hindcast
from calibration.survey.study import study_of
from calibration.uncertainty.study import UncertaintyStudy
from calibration.uncertainty.work import tasks_for
from foundation.study import carry_out
from model.terms.parameters import Structure
from scenarios.experiment import REFERENCE, Experiment, Settings
from scenarios.language.files import load_scenario

PEOPLE = 500


def survey(folder: Path) -> None:
    carry_out(study_of(PEOPLE, 2, 1, Structure(), posterior_for(Structure())), folder)


def fit(folder: Path) -> None:
    wanted = Wanted(people=PEOPLE, draws=2, seed=1, structure=Structure(), posterior=None)
    carry_out(FitStudy(fitting=prepare(wanted)), folder)


def hindcast(folder: Path) -> None:
    """Without the model, few samples of the others."""
    targets, origin = load_stock_targets(), date(2025, 1, 30)
    asked = Hindcast(
        targets=targets,
        questions=[question_at(targets, origin)],
        posteriors={},
        without={origin: "make it"},
        people=PEOPLE,
        draws=2,
        seed=1,
        structure=Structure(),
        actuals=False,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(simple_forecast.__kwdefaults__, "samples", 40)
        carry_out(asked, folder)


def uncertainty(folder: Path) -> None:
    experiment = Experiment(
        settings=Settings(
            people=PEOPLE,
            draws=2,
            seed=1,
            policy_start=date(2027, 1, 4),
            until=date(2027, 12, 31),
            target_millions=40.0,
        ),
        scenarios=(load_scenario(REFERENCE),),
        demography=load_demography(),
        history=load_history(),
        costs=load_costs(),
        surveyed=load_surveyed(),
    )
    runs = tasks_for(experiment, fitted(), 2)
    carry_out(UncertaintyStudy(experiment=experiment, alternatives=fitted(), runs=runs), folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    "survey": survey,
    "fit": fit,
    "hindcast": hindcast,
    "uncertainty": uncertainty,
}
"""Command to what makes a small folder of it."""
