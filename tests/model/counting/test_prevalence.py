"""Prevalences at launch that give the surveyed ones."""

from dataclasses import replace

import pytest

from model import AdoptionModel, Parameters, PrevalenceError, Structure, Surveyed, solve_prevalence
from model.prevalence import SAMPLE, SEED, TOLERANCE, _sample, surveyed_shares

SELECTIVE = replace(
    Parameters(),
    pulls=replace(Parameters().pulls, notice=0.6, document=0.05),
    stops=replace(Parameters().stops, no_use=0.95, information=0.95),
)
"""Many activate, and hardly any with a barrier: the survey meets those left."""
WANTED = {"no_use": 0.23, "time": 0.26, "information": 0.24, "ready": 0.57}


def shares(parameters, demography, history, structure=None):
    population = _sample(demography, SAMPLE)
    model = AdoptionModel(
        population, parameters, demography=demography, history=history, structure=structure, seed=SEED
    )
    model.advance(95)
    return surveyed_shares(model, bool(structure and structure.barrier_base == "visitors"))


@pytest.mark.parametrize(
    "structure",
    [Structure(), Structure(association="associated"), Structure(reading="each_time"), Structure(barriers="redrawn")],
)
def test_solved_shares_are_those_surveyed(demography, history, structure):
    solved = solve_prevalence(SELECTIVE, demography=demography, history=history, structure=structure)
    found = shares(solved, demography, history, structure)
    assert found == pytest.approx(WANTED, abs=TOLERANCE)


def test_unsolved_shares_are_not(demography, history):
    # Negative control: surveyed shares taken for those at launch miss by points, upwards, for activation selects.
    found = shares(SELECTIVE, demography, history)
    assert found["no_use"] > WANTED["no_use"] + TOLERANCE
    assert found["information"] > WANTED["information"] + TOLERANCE


def test_what_can_not_be_had_is_an_error(demography, history):
    with pytest.raises(PrevalenceError, match="missed by"):
        solve_prevalence(
            replace(SELECTIVE, prevalence=replace(SELECTIVE.prevalence, other=1.0)),
            demography=demography,
            history=history,
            structure=Structure(association="exclusive"),
            surveyed=Surveyed(no_use=0.9, information=0.9),
        )
