"""The surface of the model: its names and signatures; and that both engines are worlds."""

from __future__ import annotations

import inspect

import pytest

import model
from model import AdoptionModel, FastModel, ReferenceModel, World
from tests.model.busy import build

RUN = "population, parameters, *, demography, history, structure=None, levers=(), seed=0, threads=1, weeks=361"
AS_OF_MESA = RUN.replace("seed=0", "seed=None")
SURFACE = {
    "AdoptionModel": AS_OF_MESA,
    "FastModel": RUN,
    "Demography": "*, years, pyramid, regions, region_age_share, region_doctors, region_illness, "
    "region_exclusion, profiles, pilot_regions, pilot_notified, account_share, "
    "doctors=52500, gp_heavy_rate=14.0",
    "History": "*, documents, insured_millions, notices_main, notices_end, notices_main_share, media, reminders, "
    "reminders_share, activated_at_start, aware_at_start, opposed, data_end",
    "Parameters": "*, people=…, pulls=…, practice=…, word_of_mouth=…, stops=…, prevalence=…, drivers=…",
    "Population": "*, people, weight, regions, bands, band_of_age, doctor_start, rows, tie",
    "PrevalenceError": "*args",
    "ReferenceModel": AS_OF_MESA,
    "Structure": "*, reading='trait', barriers='lasting', association='independent', barrier_base='non_activated', "
    "information='item', driver='both', word_of_mouth='on', traits='renewed'",
    "Surveyed": "*, day=…, no_use=0.23, time=0.26, information=0.24, ready=0.57",
    "World": "*args, **kwargs",
    "build_population": "demography, *, people, seed, threads=1, contacts=None, only=None",
    "solve_prevalence": "parameters, *, demography, history, structure=None, surveyed=None",
}
METHODS = {
    "step": "self",
    "advance": "self, until",
    "branch": "self, levers",
    "end_with_branch": "self",
    "outcome": "self",
    "uses": "self",
    "groups": "self, dimension, weeks",
    "standing": "self, since",
    "stock": "self, day, region=None",
    "to_frame": "self, rows=None",
}


def signature(thing: object) -> str:
    """Names, kinds and plain defaults of parameters."""
    told: list[str] = []
    if isinstance(thing, type) and issubclass(thing, Exception):
        return "*args"
    for parameter in inspect.signature(thing).parameters.values():
        kinds = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
        if parameter.kind == parameter.KEYWORD_ONLY and "*" not in told:
            told.append("*")
        plain = isinstance(parameter.default, int | float | str | tuple | None)
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}" if plain else "=…"
        told.append(f"{kinds.get(parameter.kind, '')}{parameter.name}{default}")
    return ", ".join(told)


def short_of(kind: type) -> set[str]:
    """Methods of a world that a class has not, or takes otherwise."""
    return {name for name, wanted in METHODS.items() if not _takes(getattr(kind, name, None), wanted)}


def _takes(method: object, wanted: str) -> bool:
    return callable(method) and signature(inspect.unwrap(method)) == wanted


def test_the_surface_is_as_pinned() -> None:
    assert {name: signature(getattr(model, name)) for name in model.__all__} == SURFACE


@pytest.mark.parametrize("kind", [AdoptionModel, FastModel, ReferenceModel, World])
def test_both_engines_have_the_methods_of_a_world(kind: type) -> None:
    assert short_of(kind) == set()


def test_the_methods_pinned_are_all_there_are() -> None:
    assert set(METHODS) == {name for name, member in vars(World).items() if inspect.isfunction(member)} - {
        "__init__",
        "__subclasshook__",
    }


@pytest.mark.parametrize("kind", [AdoptionModel, FastModel, ReferenceModel])
def test_both_engines_are_worlds(kind: type) -> None:
    assert isinstance(build(kind, 1), World)


def test_less_than_a_world_is_noticed() -> None:
    class Poor(AdoptionModel):
        stock = None

        def advance(self, weeks: int) -> None: ...

    assert short_of(Poor) == {"stock", "advance"}
    assert not isinstance(object(), World)
