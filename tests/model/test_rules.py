"""The rules on cases worked by hand; each case would come out otherwise under the wrong rule named beside it."""

from math import exp, log

import pytest

from model import rules


def test_visit_chance_is_a_rate():
    assert rules.visit_chance(0.0) == 0.0
    assert rules.visit_chance(log(2)) == pytest.approx(0.5)
    # Pulls of one week add: two contacts of pull 0.1 are one of 0.2 (a sum of chances would not be).
    two = 1 - (1 - rules.visit_chance(0.1)) ** 2
    assert two == pytest.approx(rules.visit_chance(0.2))
    assert two != pytest.approx(2 * rules.visit_chance(0.1))


def test_thinning_turns_candidates_into_visits():
    # 10 documents a year of hazard 0.5 each: 5 candidates, of which 10 x (1 - exp(-0.5)) = 3.935 are visits.
    assert 10 * 0.5 * rules.thinning(0.5) == pytest.approx(10 * (1 - exp(-0.5)))
    assert rules.thinning(0.0) == 1.0
    assert rules.thinning(1e-8) == pytest.approx(1.0)


def test_access_only_for_the_excluded():
    assert rules.access_factor(True, 0.3) == 0.3
    assert rules.access_factor(False, 0.3) == 1.0


@pytest.mark.parametrize(
    ("reading", "ready", "expected"),
    [
        (rules.TRAIT, True, 0.25 * 0.5),
        (rules.TRAIT, False, 0.0),
        (rules.EACH_TIME, True, 0.57 * 0.25 * 0.5),
        (rules.EACH_TIME, False, 0.57 * 0.25 * 0.5),
        (rules.NAIVE, True, 0.57 * 0.5),
        (rules.NAIVE, False, 0.57 * 0.5),
    ],
)
def test_three_readings_of_the_57_percent(reading, ready, expected):
    assert rules.follow_chance(reading, ready, 0.57, 0.25, 0.5) == pytest.approx(expected)


def test_doctors_mean_propensity_is_the_rate():
    # Four doctors in ten recommend, at 0.025 on average: 0.01 over all doctors.
    assert rules.doctor_propensity(0.4, 0.5, 0.4, 0.01) == 0.0
    assert rules.doctor_propensity(0.39, 1 - exp(-1), 0.4, 0.01) == pytest.approx(0.025)
    assert rules.doctor_propensity(0.0, 1 - exp(-100) - 1e-16, 0.4, 0.5) == 1.0


def test_extra_propensity():
    assert rules.extra_propensity(0.02, 0.5, 3.0, True) == pytest.approx(0.04)  # 0.06 in all, not 0.02 x 3 more
    assert rules.extra_propensity(0.4, 0.5, 3.0, False) == pytest.approx(0.6)  # never above 1 in all
    assert rules.extra_propensity(0.0, 0.03, 3.0, True) == 0.03
    assert rules.extra_propensity(0.0, 0.03, 3.0, False) == 0.0
    assert rules.extra_propensity(0.02, 0.5, 0.5, True) == 0.0  # a lever never takes recommendations away


def test_no_use_erodes_with_documents():
    assert rules.no_use_stop(0.6, 0.1, 0.0) == 0.6
    assert rules.no_use_stop(0.6, log(2), 1.0) == pytest.approx(0.3)


def test_softened():
    assert rules.softened(0.5, 0.0) == 0.5
    assert rules.softened(0.5, 0.7) == pytest.approx(0.15)


@pytest.mark.parametrize(("week", "expected"), [(9, 0.0), (10, 0.25), (11, 0.5), (13, 1.0), (19, 1.0), (20, 0.0)])
def test_ramp(week, expected):
    assert rules.ramp(week, 10, 20, 4) == expected


def test_no_ramp_is_full_dose_at_once():
    assert rules.ramp(10, 10, 20, 0) == 1.0
    assert rules.ramp(9, 10, 20, 0) == 0.0


def test_weeks_drawn():
    assert rules.spread_week(100, 4, 0.0) == 100
    assert rules.spread_week(100, 4, 0.999) == 103
    # Launch: nine in ten in the first eight weeks, the rest in the sixteen after.
    assert rules.launch_notice_week(0.89, 0.999, 0.9, 8, 24) == 7
    assert rules.launch_notice_week(0.9, 0.0, 0.9, 8, 24) == 8
    assert rules.launch_notice_week(0.99, 0.999, 0.9, 8, 24) == 23
