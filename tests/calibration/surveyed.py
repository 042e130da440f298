"""A busy population in the week of a survey, for several tests."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from calibration.facts.inputs import load_demography, load_history
from calibration.facts.targets import CSA, DNS
from calibration.survey.instrument import Answers
from model import AdoptionModel, build_population
from model.counting.answers import OnlineCounts, online_cells, online_counts
from tests.model.busy import BUSY

WEEKS = {CSA: 40, DNS: 95}
ANSWERS = Answers(overclaim_activated_dns2023=0.2, overclaim_activated_csa2022=0.3, overclaim_used=0.27)


@lru_cache
def state(survey: str) -> tuple[OnlineCounts, tuple[Any, np.ndarray]]:
    """Counts, and cells, of 5,000 people in the week of a survey."""
    demography = load_demography()
    population = build_population(demography, people=5_000, seed=4)
    model = AdoptionModel(population, BUSY, demography=demography, history=load_history(), seed=5)
    model.advance(WEEKS[survey])
    return online_counts(model), online_cells(model)
