"""Agent-based model of the adoption of Mon espace santé: people, doctors, ties, rules and the engine.

Names are looked up when first used: who only reads a table or draws a picture does not wait for the compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.adoption import AdoptionModel
    from model.counting.prevalence import PrevalenceError, solve_prevalence
    from model.population.building import build_population
    from model.population.population import Population
    from model.terms.inputs import Demography, History, Surveyed
    from model.terms.parameters import Parameters
    from model.terms.structure import Structure
    from model.twin.reference import ReferenceModel

__all__ = [
    "AdoptionModel",
    "Demography",
    "History",
    "Parameters",
    "Population",
    "PrevalenceError",
    "ReferenceModel",
    "Structure",
    "Surveyed",
    "build_population",
    "solve_prevalence",
]
_HOMES = {
    "AdoptionModel": "adoption",
    "Demography": "terms.inputs",
    "History": "terms.inputs",
    "Parameters": "terms.parameters",
    "Population": "population.population",
    "PrevalenceError": "counting.prevalence",
    "ReferenceModel": "twin.reference",
    "Structure": "terms.structure",
    "Surveyed": "terms.inputs",
    "build_population": "population.building",
    "solve_prevalence": "counting.prevalence",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'model' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"model.{_HOMES[name]}"), name)
