"""All that the golden results need of the project: when files move, only this one changes."""

from __future__ import annotations

from calibration.draws.files import load_draws, read_draws
from calibration.draws.posteriors import posterior_for
from calibration.draws.use import with_use
from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import load_priors
from calibration.facts.targets import load_stock_targets, load_survey_items, load_surveyed
from calibration.hindcast.forecasters import FORECASTERS, series_until, years_at
from calibration.posterior.likelihood import Likelihood
from calibration.posterior.simulate import case_for
from calibration.posterior.simulate import simulate as simulate_outputs
from calibration.survey.work import Fieldwork, answers_of, ask, surveys_of
from calibration.survey.work import Task as SurveyTask
from model.adoption import AdoptionModel
from model.population.building import build_population
from model.twin.reference import ReferenceModel
from planning.mix.question import load_space
from planning.mix.simulate import Task as PlanTask
from planning.mix.simulate import simulate as simulate_mixes
from scenarios.compare.equity import equity_table, obstacle_table
from scenarios.compare.tables import groups_table, summary_table
from scenarios.experiment import Experiment, Settings, simulate_draw
from scenarios.language.files import catalogue, load_scenario
from tests.model.busy import FLOWS as BUSY_FLOWS
from tests.model.busy import STATE as BUSY_STATE
from tests.model.busy import campaign as busy_campaign

__all__ = [
    "BUSY_FLOWS",
    "BUSY_STATE",
    "FORECASTERS",
    "AdoptionModel",
    "Experiment",
    "Fieldwork",
    "Likelihood",
    "PlanTask",
    "ReferenceModel",
    "Settings",
    "SurveyTask",
    "answers_of",
    "ask",
    "build_population",
    "busy_campaign",
    "case_for",
    "catalogue",
    "equity_table",
    "groups_table",
    "load_costs",
    "load_demography",
    "load_draws",
    "load_history",
    "load_observed",
    "load_priors",
    "load_scenario",
    "load_space",
    "load_stock_targets",
    "load_survey_items",
    "load_surveyed",
    "obstacle_table",
    "posterior_for",
    "read_draws",
    "series_until",
    "simulate_draw",
    "simulate_mixes",
    "simulate_outputs",
    "summary_table",
    "surveys_of",
    "with_use",
    "years_at",
]
