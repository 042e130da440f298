"""The rules on cases worked by hand; a wrong version of each rule fails on the same cases."""

from math import exp, log

import pytest

from model.terms import rules

OTHER = 1 - exp(-1)  # the uniform at which an exponential of mean 1 is 1
CASES = [
    # 1 - exp(-pull): a pull of log 2 leads one in two to the site.
    ("visit_chance", (0.0,), 0.0),
    ("visit_chance", (log(2),), 0.5),
    # A bound above the chance: a hazard of 0.5 gives 0.39 at most 0.5.
    ("most_visits", (0.5,), 0.5),
    ("most_visits", (0.0,), 1e-15),
    # Candidates come at documents x h; 10 documents of h = 0.5 give 5, of which 10 x (1 - exp(-0.5)) are visits.
    ("thinning", (0.5,), (1 - exp(-0.5)) / 0.5),
    ("thinning", (0.0,), 1.0),
    ("thinning", (1e-8,), 1.0),
    # The same rule, asked of one candidate: on either side of the share kept, where the quick answer is sure and not.
    ("is_thinned_out", (0.5, 0.78), 0),
    ("is_thinned_out", (0.5, (1 - exp(-0.5)) / 0.5 - 1e-9), 0),
    ("is_thinned_out", (0.5, (1 - exp(-0.5)) / 0.5 + 1e-9), 1),
    ("is_thinned_out", (3.0, (1 - exp(-3)) / 3 - 1e-9), 0),
    ("is_thinned_out", (3.0, (1 - exp(-3)) / 3 + 1e-9), 1),
    ("is_thinned_out", (0.0, 1 - 1e-12), 0),
    ("access_factor", (True, 0.3), 0.3),
    ("access_factor", (False, 0.3), 1.0),
    # The three readings of the 57 %, for someone with access 0.5.
    ("follow_chance", (rules.TRAIT, True, 0.57, 0.25, 0.5), 0.125),
    ("follow_chance", (rules.TRAIT, False, 0.57, 0.25, 0.5), 0.0),
    ("follow_chance", (rules.EACH_TIME, True, 0.57, 0.25, 0.5), 0.07125),
    ("follow_chance", (rules.EACH_TIME, False, 0.57, 0.25, 0.5), 0.07125),
    ("follow_chance", (rules.NAIVE, True, 0.57, 0.25, 0.5), 0.285),
    ("follow_chance", (rules.NAIVE, False, 0.57, 0.25, 0.5), 0.285),
    # Four doctors in ten recommend, at 0.025 on average: 0.01 over all doctors.
    ("doctor_propensity", (0.4, 0.5, 0.4, 0.01), 0.0),
    ("doctor_propensity", (0.39, OTHER, 0.4, 0.01), 0.025),
    ("recommender_level", (OTHER, 0.4, 0.01), 0.025),
    ("recommender_level", (1 - 1e-12, 0.4, 0.5), 1.0),  # a chance: at most 1
    ("extra_propensity", (0.02, 0.5, 3.0, True), 0.04),  # 0.06 in all
    ("extra_propensity", (0.4, 0.5, 3.0, False), 0.6),  # at most 1 in all
    ("extra_propensity", (0.0, 0.03, 3.0, True), 0.03),
    ("extra_propensity", (0.0, 0.03, 3.0, False), 0.0),
    ("extra_propensity", (0.02, 0.5, 0.5, True), 0.0),  # a lever takes no recommendation away
    ("no_use_stop", (0.6, 0.1, 0.0), 0.6),
    ("no_use_stop", (0.6, log(2), 1.0), 0.3),
    ("softened", (0.5, 0.0), 0.5),
    ("softened", (0.5, 0.7), 0.15),
    ("ramp", (9, 10, 20, 4), 0.0),
    ("ramp", (10, 10, 20, 4), 0.25),
    ("ramp", (13, 10, 20, 4), 1.0),
    ("ramp", (19, 10, 20, 4), 1.0),
    ("ramp", (20, 10, 20, 4), 0.0),
    ("ramp", (10, 10, 20, 0), 1.0),
    ("spread_week", (100, 4, 0.0), 100),
    ("spread_week", (100, 4, 0.999), 103),
    # Launch: nine in ten in the first eight weeks, the rest in the sixteen after.
    ("launch_notice_week", (0.89, 0.999, 0.9, 8, 24), 7),
    ("launch_notice_week", (0.9, 0.0, 0.9, 8, 24), 8),
    ("launch_notice_week", (0.99, 0.999, 0.9, 8, 24), 23),
    # Each earlier message takes three tenths of what is left: 1, 0.7, 0.49, 0.343.
    ("pull_left", (0.7, 0), 1.0),
    ("pull_left", (0.7, 1), 0.7),
    ("pull_left", (0.7, 3), 0.343),
    ("pull_left", (1.0, 5), 1.0),
    # A code sent in week 10 works in the weeks 10 to 15.
    ("code_works", (10, 9), False),
    ("code_works", (10, 10), True),
    ("code_works", (10, 15), True),
    ("code_works", (10, 16), False),
    ("tires", (0.999,), True),
    ("tires", (1.0,), False),
    ("boosted", (0.5, 1.2), 0.6),
    ("boosted", (0.9, 1.2), 1.0),  # a chance: at most 1
    # A capacity of 2.4 people by the end of a week lets two be seen, one of 2.5 three.
    ("has_capacity", (1, 2.4), True),
    ("has_capacity", (2, 2.4), False),
    ("has_capacity", (2, 2.5), True),
    ("has_capacity", (0, 0.0), False),
    # In week 10: an adult since week 10, not activated before it.
    ("awaits_adviser", (10, True, 10, 10, False), True),
    ("awaits_adviser", (10, True, 11, 99, False), False),  # a minor
    ("awaits_adviser", (10, True, -900, 9, False), False),  # activated last week
    ("awaits_adviser", (10, True, -900, 99, True), False),  # has been helped
    ("awaits_adviser", (10, False, -900, 99, False), False),  # not there
]
BROKEN = {
    "visit_chance": lambda hazard: hazard,  # the pull taken for a chance
    "most_visits": lambda hazard: 1 - exp(-hazard / 2),  # below the chance
    "thinning": lambda hazard: 1.0,  # every candidate a visit
    "is_thinned_out": lambda hazard, u: u >= 1 - hazard / 2,  # the series cut too early
    "access_factor": lambda excluded, access: 1.0,
    "follow_chance": lambda reading, ready, share, follow, access: share * follow * access,  # never a trait
    "doctor_propensity": lambda u, level, share, rate: rules.recommender_level(level, share, rate),  # all recommend
    "recommender_level": lambda u, share, rate: -log(1 - u) * rate / share,  # may exceed 1
    "extra_propensity": lambda own, recruited_level, factor, recruited: own * factor,  # added to what was there
    "no_use_stop": lambda stop, erosion, documents: stop,  # no erosion
    "softened": lambda stop, removed: stop * removed,  # the share removed taken for the share left
    "ramp": lambda week, start, end, weeks: float(start <= week < end),  # at once
    "spread_week": lambda first, weeks, u: first + round(weeks * u),  # one week too late
    "launch_notice_week": lambda period, u, share, main, all_weeks: int(all_weeks * u),  # evenly
    "pull_left": lambda fatigue, earlier: fatigue ** (earlier + 1),  # the first message tired already
    "code_works": lambda sent, week: sent <= week,  # for ever
    "tires": lambda fatigue: fatigue > 0,  # fatigue taken for what is lost
    "boosted": lambda intention, boost: intention * boost,  # may exceed 1
    "has_capacity": lambda accompanied, capacity: accompanied < int(capacity),  # half a person lost for good
    "awaits_adviser": lambda week, present, majority, activated, accompanied: present and activated >= week,  # anybody
}


def failures(name, rule):
    """Cases of a rule that a function gets wrong."""
    return [args for case, args, expected in CASES if case == name and rule(*args) != pytest.approx(expected, rel=1e-6)]


@pytest.mark.parametrize(("name", "args", "expected"), CASES)
def test_rule(name, args, expected):
    assert getattr(rules, name)(*args) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_fails_its_cases(name):
    assert failures(name, getattr(rules, name)) == []
    assert failures(name, BROKEN[name])


def test_every_rule_has_cases_and_a_broken_version():
    public = {
        name for name, value in vars(rules).items() if hasattr(value, "py_func") and value.__module__ == rules.__name__
    }
    assert {name for name, _, _ in CASES} == public == set(BROKEN)


def test_pulls_of_one_week_add():
    two = 1 - (1 - rules.visit_chance(0.1)) ** 2
    assert two == pytest.approx(rules.visit_chance(0.2))
    assert two != pytest.approx(2 * rules.visit_chance(0.1))
