"""Other services: the file is read as it says, origins as chosen, ratios by hand; the law finds what made them."""

from datetime import date, timedelta
from math import exp, inf, log

import numpy as np
import pytest

from calibration.outside.law import HALF_LIFE, SD, changes, drawn_services, fit, fitted, markdown, selections
from calibration.outside.services import (
    MATURE,
    PANDEMIC,
    Count,
    Origin,
    doubt_of,
    hazard,
    origin_at,
    origins,
    stretches,
    unit_of,
)


def count(day, millions, service="S", eligible=100.0, rounding=0.0, dating=0.0):
    return Count(
        service=service, day=day, millions=millions, eligible=eligible, rounding=rounding, dating=dating, note=""
    )


def yearly(*millions, first=2010):
    return [count(date(first, 1, 1) + timedelta(days=365.25 * i), m) for i, m in enumerate(millions)]


def test_every_count_of_the_file_is_in_one_stretch():
    parts = stretches()
    assert sum(map(len, parts)) == 211
    assert len({part[0].service for part in parts}) == 31
    cut = [(part[0].service, part[0].day.isoformat()) for part in parts if "definition" in part[0].note]
    assert cut == [
        ("My Number card", "2023-07-31"),
        ("Dossier pharmaceutique", "2017-12-31"),
        ("GOV.UK One Login (identities/users)", "2025-08-01"),
    ]


def test_errors_of_rounding_and_of_days_are_read():
    assert [unit_of(text) for text in ("20", "3.5", "0.0387")] == pytest.approx([1.0, 0.1, 0.0001])
    assert doubt_of("date +-2 months") == pytest.approx(1 / 6)
    assert doubt_of("+-1.5 months") == pytest.approx(1 / 8)
    assert doubt_of("+-2 weeks") == pytest.approx(14 / 365.25)
    assert doubt_of("launch") == 0.0


def test_ratios_by_hand():
    """Outside 90, 81, 64.8 of 100: 10 and 20 % left; the last hazard forecast 8.1, the last slope 9; 16.2 came."""
    one = origin_at(yearly(10, 19, 35.2), 1, 1)
    assert hazard(one.before, one.at) == pytest.approx(-log(0.9), rel=1e-3)
    assert one.by_hazard == pytest.approx(2.0, rel=2e-3)
    assert one.by_slope == pytest.approx(1.8, rel=2e-3)
    assert one.log_hazards == pytest.approx(log(log(0.8) / log(0.9)), rel=2e-3)
    assert one.noise == 0.0


def test_noise_by_hand():
    """Gains 10 and 20, each count within 1: 0.1², (0.1 + 0.05)², 0.05²."""
    before, at, after = (
        count(day, m, rounding=1.0)
        for day, m in ((date(2010, 1, 1), 10), (date(2011, 1, 1), 20), (date(2012, 1, 1), 40))
    )
    assert Origin(before=before, at=at, after=after).noise == pytest.approx(0.01 + 0.0225 + 0.0025)


def test_what_is_no_origin():
    assert origin_at(yearly(10, 19, 35), 0, 1) is None  # nothing before
    assert origin_at(yearly(10, 19), 1, 1) is None  # nothing after
    assert origin_at(yearly(1, 4, 8), 1, 1) is None  # not mature
    assert origin_at(yearly(80, 86, 90), 1, 1) is None  # over
    assert origin_at(yearly(10, 19, 19), 1, 1) is None  # no gain
    assert origin_at(yearly(10, 19, 35), 1, 2) is None  # target too early
    assert origin_at(yearly(10, 19, 35, first=2019), 1, 1) is None  # target in the pandemic


def test_origins_of_the_file_are_as_chosen():
    parts = stretches()
    for years in (1, 2):
        clear, every = origins(parts, years), origins(parts, years, clear=False)
        assert set(clear) < set(every)
        for origin in every:
            assert MATURE[0] <= origin.at.millions / origin.at.eligible <= MATURE[1]
            assert not PANDEMIC[0] <= origin.after.day <= PANDEMIC[1]
            assert abs(origin.ahead - years) <= years / 3
        assert all(o.after.day < PANDEMIC[0] or o.at.day > PANDEMIC[1] for o in clear)


def walks(sd, rate, n, seed=1):
    """Log ratios of the means of a fading walk over a last interval of half a year and a year ahead; steps of a day."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((n, 548)) * sd / np.sqrt(365.25) - rate / 365.25
    path = np.cumsum(steps, axis=1)
    return path[:, 183:].mean(axis=1) - path[:, :183].mean(axis=1), np.full(n, 548 / 365.25)


@pytest.mark.parametrize(("sd", "rate"), [(0.5, 0.3), (0.9, 0.0)])
def test_the_law_finds_what_made_the_ratios(sd, rate):
    """Bounds: four standard errors, sd / sqrt(2 n) of the sd, that of a mean ratio over half the years for the rate."""
    n = 4000
    ratios, years = walks(sd, rate, n)
    law = fit(ratios, years, np.zeros(n))
    assert law.sd == pytest.approx(sd, abs=4 * sd / np.sqrt(2 * n) + 0.005)  # and half a step of the grid
    assert law.rate == pytest.approx(rate, abs=4 * 2 * sd * np.sqrt(1 / 3 / 1.5 / n))


def test_a_law_that_took_the_walk_within_an_interval_for_nothing_would_be_noticed():
    """Negative control: with the variance sd² x years instead of sd² x years / 3 the same ratios tell another sd."""
    ratios, years = walks(0.5, 0.3, 4000)
    assert abs(fit(ratios, 3 * years, np.zeros(4000)).sd - 0.5) > 0.15


def test_noise_is_taken_off():
    ratios, years = walks(0.5, 0.0, 4000)
    noisy = ratios + 0.4 * np.random.default_rng(2).standard_normal(4000)
    assert fit(noisy, years, np.full(4000, 0.16)).sd == pytest.approx(0.5, abs=0.05)
    assert fit(noisy, years, np.zeros(4000)).sd > 0.6


def test_the_figures_that_others_take_are_those_of_the_analysis():
    found = fitted(selections()[-1].origins)
    assert (round(found.best.sd, 2), round(found.best.half_life, 1)) == (SD[1], HALF_LIFE[1])
    assert (found.sd[0], found.sd[-1]) == pytest.approx((SD[0], SD[-1]), abs=0.02)
    assert found.half_life[0] == pytest.approx(HALF_LIFE[0], abs=0.2)
    assert found.half_life[-1] == HALF_LIFE[-1] == inf


def test_services_are_drawn_whole():
    found = selections()[0].origins
    for drawn in drawn_services(found)[:20]:
        names = [found[i].at.service for i in drawn]
        for name in set(names):
            own = sum(o.at.service == name for o in found)
            assert names.count(name) % own == 0


def test_changes_that_go_on_are_noticed():
    """Flows whose growth itself goes on, or turns round: the rank correlation says 1 or -1."""
    found = []
    for growth in (0.1, 0.2, 0.3, 0.4):
        flows = [exp(growth * i) for i in range(3)]
        part = yearly(20, *(20 + sum(flows[: i + 1]) for i in range(3)))
        found.append(origin_at(part, 2, 1))
    assert changes(found) == (pytest.approx(1.0), 4)
    assert abs(changes(selections()[0].origins)[0]) < 0.5


@pytest.mark.slow
def test_the_page_has_every_selection():
    text = markdown()
    assert text.count("\n| none |") == 8
    assert text.count("| only the target outside |") == 8
    assert "nan" not in text
