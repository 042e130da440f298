"""Agent-based model of the adoption of Mon espace santé: people, doctors, ties, rules and the engine."""

from model.adoption import AdoptionModel
from model.inputs import Demography, History
from model.parameters import Parameters
from model.population import Population, build_population
from model.prevalence import PrevalenceError, Surveyed, solve_prevalence
from model.structure import Structure

__all__ = [
    "AdoptionModel",
    "Demography",
    "History",
    "Parameters",
    "Population",
    "PrevalenceError",
    "Structure",
    "Surveyed",
    "build_population",
    "solve_prevalence",
]
