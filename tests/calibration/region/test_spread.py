"""What regions differ in, against answers known by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from calibration.facts.inputs import load_demography
from calibration.region.spread import drivers_table, only_of, regions_table, spreads, switched


def test_the_variance_between_regions_is_without_the_chance_of_people() -> None:
    """1000 worlds of 13 regions with a spread known, and with none."""
    rng, people, weights = np.random.default_rng(1), 2000, np.linspace(1, 3, 13)
    truth = 0.5 + 0.02 * np.linspace(-1, 1, 13)
    share = weights / weights.sum()
    wanted = float(np.square(truth - truth @ share) @ share)
    for shares, variance in ((truth, wanted), (np.full(13, 0.5), 0.0)):
        found = spreads(rng.binomial(people, np.tile(shares, (1000, 1))) / people, weights, people)
        assert abs(found.mean() - variance) < 4 * found.std() / np.sqrt(1000)
        raw = spreads(rng.binomial(people, np.tile(shares, (1000, 1))) / people, weights, 10**12)
        assert raw.mean() - variance > 10 * raw.std() / np.sqrt(1000)  # the chance would be seen


def test_what_is_as_in_the_country_is_the_same_everywhere() -> None:
    demography = load_demography()
    cases = switched(demography)
    assert np.allclose(cases["ages"].region_age_share.std(axis=1), 0)
    assert np.allclose(cases["ages"].region_age_share.sum(axis=0), 1)
    assert np.allclose(cases["ages"].region_share, demography.region_share)
    per_head = cases["doctors"].region_doctors / demography.region_share
    assert np.allclose(per_head, 1)
    assert set(cases["pilot"].pilot_regions) == set(demography.regions)
    assert cases["as_is"] is demography
    assert only_of(demography, "Bretagne", 1, "as_is").exclusion is not None
    assert only_of(demography, "Bretagne", 1, "exclusion").exclusion is None


def test_the_tables_say_what_goes() -> None:
    rows = [
        {"draw": draw, "switch": switch, "region": region, "date": "2027-12-31", "share": share}
        for draw in range(5)
        for switch, far in (("as_is", 0.02), ("ages", 0.01), ("level", 0.04), ("all", 0.0))
        for region, share in (("A", 0.5 + far), ("B", 0.5 - far))
    ]
    missing = [dict(row, switch=name) for name in ("illness", "exclusion", "doctors", "pilot") for row in rows[:2]]
    shares = pd.DataFrame([*rows, *[dict(row, draw=draw) for draw in range(5) for row in missing]])
    table = drivers_table(shares, {"A": 1.0, "B": 1.0}, 10**12).set_index("switch")
    assert table.loc["as_is", "spread_points_p50"] == pytest.approx(2.0)
    assert table.loc["ages", "variance_gone"] == pytest.approx(0.75)
    assert table.loc["all", "variance_gone"] == pytest.approx(1.0)
    assert np.isnan(table.loc["level", "variance_gone"])
    regions = regions_table(shares).set_index("region")
    assert regions.loc["A", "gap_points_p50"] == pytest.approx(2.0)
    assert regions.loc["A", "share_with_level_p95"] == pytest.approx(0.54)
