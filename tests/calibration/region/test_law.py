"""What is believed of a region beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_demography
from calibration.region.law import believed, level_of, level_sd, region_of, unpublished

Z = 4.0


def test_what_nobody_published_is_drawn_within_the_others() -> None:
    demography = load_demography()
    unknown = {region: set(unpublished(demography, region)) for region in demography.regions}
    assert {region for region, names in unknown.items() if "exclusion" in names} == {
        "Bretagne",
        "Normandie",
        "Occitanie",
    }
    assert {region for region, names in unknown.items() if "illness" in names} == {"Île-de-France"}
    low, high = unpublished(demography, "Bretagne")["exclusion"]
    assert 0.7 < low < 1.0 < high < 2.5
    drawn = np.array([region_of(demography, "Bretagne", index).exclusion for index in range(400)], float)
    assert low <= drawn.min()
    assert drawn.max() <= high
    assert abs(drawn.mean() - (low + high) / 2) < Z * (high - low) / np.sqrt(12 * 400)
    known = region_of(demography, "Grand Est", 3)
    assert known.exclusion is None
    assert known.illness is None


def test_levels_have_the_law_that_the_table_states() -> None:
    levels = np.array([level_of("Bretagne", index) for index in range(2000)])
    assert abs(levels.mean()) < Z * level_sd() / np.sqrt(2000)
    assert levels.std() == pytest.approx(level_sd(), rel=Z / np.sqrt(2 * 2000))
    others = np.array([level_of("Normandie", index) for index in range(2000)])
    assert abs(np.corrcoef(levels, others)[0, 1]) < Z / np.sqrt(2000)


def test_draws_of_a_region_differ_from_the_country_in_level_and_people_alone() -> None:
    national = load_draws(3)
    own = believed(national, load_demography(), "Bretagne")
    for there, here in zip(national, own, strict=True):
        assert here.effects == there.effects
        assert here.only is not None
        assert here.only.name == "Bretagne"
        flat, before = here.parameters.flat(), there.parameters.flat()
        assert {name for name in flat if flat[name] != before[name]} == {"drivers.local"}
    assert believed(national[:2], load_demography(), "Bretagne") == own[:2]
