"""The model: how people come to activate Mon espace santé, week by week. It imports nothing else of the project.

What is listed here is the surface (pinned by ``tests/model/test_surface.py``); a world is what both engines offer. The
codes of decisions and processes are part of every result: never renumber them. Names are looked up when first used:
who only reads a table or draws a picture does not wait for the compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.adoption import AdoptionModel
    from model.fast import FastModel
    from model.population.building import build_population
    from model.population.population import Population
    from model.prevalence import PrevalenceError, solve_prevalence
    from model.terms.inputs import Demography, History, Surveyed
    from model.terms.parameters import Parameters, Structure
    from model.twin.reference import ReferenceModel
    from model.world import World

__all__ = [
    "AdoptionModel",
    "Demography",
    "FastModel",
    "History",
    "Parameters",
    "Population",
    "PrevalenceError",
    "ReferenceModel",
    "Structure",
    "Surveyed",
    "World",
    "build_population",
    "solve_prevalence",
]
_HOMES = {
    "AdoptionModel": "adoption",
    "Demography": "terms.inputs",
    "FastModel": "fast",
    "History": "terms.inputs",
    "Parameters": "terms.parameters",
    "Population": "population.population",
    "PrevalenceError": "prevalence",
    "ReferenceModel": "twin.reference",
    "Structure": "terms.parameters",
    "Surveyed": "terms.inputs",
    "World": "world",
    "build_population": "population.building",
    "solve_prevalence": "prevalence",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'model' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"model.{_HOMES[name]}"), name)
