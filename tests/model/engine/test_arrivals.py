"""The search for the week in which a contact comes."""

import numpy as np
import pytest

from model.engine.processes import week_passed
from model.terms.jit import compiled
from model.terms.tables import GUIDES, cumulated, guide_to
from model.terms.weeks import WEEKS

RNG = np.random.default_rng(20231124)
EVERY_WEEK = np.full(WEEKS, 0.02)
RARE = np.where(np.arange(WEEKS) % 52 == 7, 3.0, 0.0)
GROWING = np.exp(np.arange(WEEKS) / 40.0)
ROUGH = RNG.gamma(0.2, 1.0, WEEKS)
LATE = np.where(np.arange(WEEKS) > 290, 1e-9, 0.0)


@compiled
def weeks_of(cum, guide, exposures):
    """The weeks of many exposures."""
    found = np.empty(len(exposures), np.int64)
    for place in range(len(exposures)):
        found[place] = week_passed(cum, guide, exposures[place])
    return found


def exposures(cum):
    """Anywhere, at the edges of weeks and of parts, and as near to them as numbers can be."""
    edges = np.concatenate((cum, np.arange(GUIDES) / GUIDES * cum[-1]))
    near = np.concatenate((edges, np.nextafter(edges, 0.0), np.nextafter(edges, np.inf), RNG.random(20_000) * cum[-1]))
    return near[(near > 0) & (near <= cum[-1])]


@pytest.mark.parametrize("rates", [EVERY_WEEK, RARE, GROWING, ROUGH, LATE])
def test_the_week_is_the_first_at_whose_end_the_exposure_is_reached(rates):
    cum = cumulated(rates)
    asked = exposures(cum)
    assert np.array_equal(weeks_of(cum, guide_to(cum), asked), np.searchsorted(cum[1:], asked))


def test_a_guide_that_is_late_is_noticed():
    cum = cumulated(ROUGH)
    asked = exposures(cum)
    assert not np.array_equal(weeks_of(cum, guide_to(cum) + np.int16(1), asked), np.searchsorted(cum[1:], asked))
