"""Scenario + draw = levers: weeks, ordinals, effects, doses."""

import csv
from datetime import date
from math import exp
from pathlib import Path

import pytest

from foundation.errors import ScenarioError
from model import levers as lv
from model.terms.channels import Channel
from model.terms.parameters import Parameters
from scenarios.draw import Draw
from scenarios.language.files import catalogue, load_scenario, parse_scenario
from scenarios.language.resolve import date_problems, resolve
from scenarios.language.schema import scaled

DATA = Path(__file__).parents[3] / "calibration" / "data"
NAMES = [
    "reminder_pull", "fatigue", "sms_pull", "letter_pull", "assisted_activation", "pharmacist_pull", "hospital_pull",
    "media_pull", "training_uptake", "training_effect", "prompt_effect", "fee_effect", "recruits",
    "simplify_information", "simplify_time", "relatives_boost", "child_code_helps",
]  # fmt: skip
EFFECTS = {name: 1 + rank / 100 for rank, name in enumerate(NAMES)} | {"pharmacist_pull": 0.05, "hospital_pull": 0.06}
DRAW = Draw(index=0, parameters=Parameters(), effects=EFFECTS, cost_uniforms={})
DAYS = {"policy_start": date(2026, 1, 5), "until": date(2027, 12, 31)}
FIRST, LAST = 205, 309  # weeks from 31 January 2022 to 5 January 2026, and to the end of 2027


def test_the_priors_hold_every_effect():
    with (DATA / "priors.csv").open(encoding="utf-8") as file:
        assert set(NAMES) <= {row["name"] for row in csv.DictReader(file)}


def levers(body, **days):
    return resolve(parse_scenario(f'[title]\nen = "A"\n{body}', source="f.toml"), DRAW, **{**DAYS, **days})


def lever(body, **days):
    (one,) = levers(f"[[lever]]\n{body}", **days)
    return one


def test_email_twice_a_year():
    assert lever('kind = "email"\nevery_weeks = 26') == lv.Messages(
        name="email",
        start=FIRST,
        end=LAST,
        channel=Channel.EMAIL,
        waves=(205, 231, 257, 283),
        pull=EFFECTS["reminder_pull"],
        fatigue=EFFECTS["fatigue"],
        inherits_growth=True,
    )
    assert not lever('kind = "email"\ninherits_growth = false').inherits_growth


def test_a_single_wave_with_a_ramp_is_refused():
    with pytest.raises(ScenarioError, match="ramp_weeks"):
        lever('kind = "letter"\nramp_weeks = 8')
    assert lever('kind = "letter"\nramp_weeks = 8\nevery_weeks = 13').ramp == 8


def test_sms_on_given_dates_in_any_order():
    sms = lever('kind = "sms"\nwaves = [2026-06-03, 2026-01-05]\nintensity = 0.4\ninherits_growth = true')
    assert (sms.channel, sms.waves, sms.pull) == (Channel.SMS, (205, 226), EFFECTS["sms_pull"])
    assert (sms.dose, sms.inherits_growth) == (0.4, True)


def test_letters_at_most_twice_with_target():
    letter = lever(
        'kind = "letter"\nevery_weeks = 26\ntimes = 2\nramp_weeks = 3\n'
        'target = { age_to = 15, regions = ["Bretagne"], email = false }'
    )
    assert (letter.waves, letter.ramp, letter.carries_code) == ((205, 231), 3, True)
    assert letter.target == lv.Target(age_to=15, regions=("Bretagne",), email=False)


def test_one_wave_at_the_start_when_no_rhythm_is_given():
    assert lever('kind = "email"\nstart = 2026-02-01').waves == (208,)


def test_the_week_of_the_last_day_belongs_to_the_lever():
    # 1 February 2026 is a Sunday, of week 208; 1 March 2026 too, of week 212
    one = lever('kind = "simplify"\nstart = 2026-02-01\nend = 2026-03-01')
    assert (one.start, one.end) == (208, 213)


def test_nothing_lasts_beyond_the_weeks_simulated():
    # the horizon is the start of a Monday: its own week is not run
    monday = date(2026, 12, 7)
    assert lever('kind = "simplify"', until=monday).end == 253
    assert lever('kind = "simplify"\nend = 2026-12-07', until=monday).end == 253


def test_media_bursts_are_cut_where_the_lever_ends():
    often = lever('kind = "media"\nevery_weeks = 26\nweeks_on_air = 3')
    assert often.bursts == ((205, 3), (231, 3), (257, 3), (283, 3))
    assert lever('kind = "media"\nbursts = [{ start = 2027-12-20, weeks = 8 }]').bursts == ((307, 2),)
    assert lever('kind = "media"').bursts == ((205, 4),)


def test_doctors_by_their_means():
    training, prompt, fee = (lever(f'kind = "doctors"\nmeans = "{means}"') for means in ("training", "prompt", "fee"))
    assert (training.uptake, training.factor, training.recruits) == (
        EFFECTS["training_uptake"],
        EFFECTS["training_effect"],
        EFFECTS["recruits"],
    )
    assert (prompt.uptake, prompt.factor, prompt.recruits) == (1, EFFECTS["prompt_effect"], EFFECTS["recruits"])
    assert (fee.uptake, fee.factor, fee.recruits) == (1, EFFECTS["fee_effect"], 0)


def test_a_factor_drawn_below_one_counts_as_one():
    draw = Draw(index=0, parameters=Parameters(), effects={**EFFECTS, "fee_effect": 0.7}, cost_uniforms={})
    (fee,) = resolve(load_scenario("doctors-fee"), draw, **DAYS)
    assert fee.factor == 1


def test_the_other_kinds():
    assert lever('kind = "newborn"').pull == EFFECTS["letter_pull"]
    pharmacist, hospital = lever('kind = "pharmacist"'), lever('kind = "hospital"')
    assert (pharmacist.channel, hospital.channel) == (Channel.PHARMACIST, Channel.HOSPITAL)
    # Drawn as chances: 1 - exp(-pull) of an average person.
    assert 1 - exp(-pharmacist.pull) == pytest.approx(EFFECTS["pharmacist_pull"])
    assert 1 - exp(-hospital.pull) == pytest.approx(EFFECTS["hospital_pull"])
    assisted = lever('kind = "assisted"\ncapacity_per_week = 7')
    assert (assisted.capacity, assisted.success) == (7, EFFECTS["assisted_activation"])
    simplify = lever('kind = "simplify"')
    assert (simplify.information, simplify.time) == (EFFECTS["simplify_information"], EFFECTS["simplify_time"])
    assert lever('kind = "relatives"').boost == EFFECTS["relatives_boost"]
    documents = lever('kind = "documents"\nintensity = 2')
    assert (documents.dose, documents.inherits_growth) == (2, True)


def test_draws_follow_the_name_and_not_the_place():
    alone, other = '[[lever]]\nkind = "letter"\nname = "families"\n', '[[lever]]\nkind = "letter"\n'
    (one,), mixed = levers(alone), levers(other + alone)
    assert mixed[1].code == one.code != mixed[0].code
    (fee,) = levers('[[lever]]\nkind = "doctors"\nmeans = "fee"\n')
    (named,) = levers('[[lever]]\nkind = "doctors"\nmeans = "fee"\nname = "doctors-fee"\n')
    assert fee.code == named.code


def test_levers_that_are_alike_have_numbers_of_their_own():
    body = "".join(
        f'[[lever]]\nkind = "{kind}"\nname = "n{rank}"\n{more}\n'
        for rank, (kind, more) in enumerate(
            [("email", ""), ("sms", ""), ("email", ""), ("doctors", 'means = "fee"'), ("doctors", 'means = "prompt"')]
        )
    )
    assert len({one.code for one in levers(body)}) == 5
    crowd = "".join(f'[[lever]]\nkind = "email"\nname = "n{rank}"\n' for rank in range(8))
    assert len({one.code for one in levers(crowd)}) == 8


@pytest.mark.parametrize("name", catalogue())
def test_scaled_to_zero_keeps_every_lever_with_dose_zero(name):
    scenario = load_scenario(name)
    before, after = resolve(scenario, DRAW, **DAYS), resolve(scaled(scenario, 0), DRAW, **DAYS)
    assert [one.dose for one in after] == [0] * len(before)
    assert [(one.name, one.start, one.end) for one in after] == [(one.name, one.start, one.end) for one in before]


def test_scaled_by_one_is_the_same_content_and_by_less_is_not():
    scenario = load_scenario("mix-broad")
    assert scaled(scenario, 1).sha256 == scenario.sha256 != scaled(scenario, 0.5).sha256
    assert scaled(scenario, 0.5).levers[0].intensity == scenario.levers[0].intensity / 2


def test_scaled_out_of_range_is_refused():
    with pytest.raises(ValueError, match="less than or equal to 1"):
        scaled(load_scenario("email-reminders"), 1.1)


def test_dates_outside_the_run_all_at_once():
    body = (
        '[title]\nen = "A"\n[[lever]]\nkind = "email"\nstart = 2025-12-31\nend = 2028-01-01\n'
        '[[lever]]\nkind = "sms"\nwaves = [2026-03-02, 2028-03-06]\n'
        '[[lever]]\nkind = "media"\nbursts = [{ start = 2025-03-03, weeks = 2 }]\n'
    )
    with pytest.raises(ScenarioError) as caught:
        resolve(parse_scenario(body, source="f.toml"), DRAW, **DAYS)
    allowed = "allowed: 2026-01-05 to 2027-12-31 (set by --policy-start and --until)"
    assert str(caught.value).splitlines() == [
        f"f.toml: lever[1].start = 2025-12-31: is before the policy start, 2026-01-05; {allowed}",
        f"f.toml: lever[1].end = 2028-01-01: is after the horizon, 2027-12-31; {allowed}",
        f"f.toml: lever[2].waves[2] = 2028-03-06: is after the horizon, 2027-12-31; {allowed}",
        f"f.toml: lever[3].bursts[1].start = 2025-03-03: is before the policy start, 2026-01-05; {allowed}",
    ]


def test_what_begins_on_a_monday_that_is_the_horizon_is_refused():
    scenario = parse_scenario(
        '[title]\nen = "A"\n[[lever]]\nkind = "simplify"\nstart = 2026-12-07\nend = 2026-12-07\n', source="f.toml"
    )
    days = {"policy_start": date(2026, 1, 5), "until": date(2026, 12, 7)}
    assert [problem.key for problem in date_problems(scenario, **days)] == ["lever[1].start"]
    assert date_problems(scenario, **DAYS) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("every_weeks = 1\nspread_weeks = 1", "every_weeks = 1: makes 104 waves up to 2027-12-31; allowed: at most 64"),
        ("every_weeks = 52\ntimes = 1\nramp_weeks = 10", "ramp_weeks = 10: up to 2027-12-31 there is a single wave"),
        ("every_weeks = 300\nramp_weeks = 4", "which would go to 1/4 of the target only"),
    ],
)
def test_waves_that_cannot_be_sent_are_refused_before_anything_is_simulated(body, words):
    scenario = parse_scenario(f'[title]\nen = "A"\n[[lever]]\nkind = "letter"\n{body}\n', source="f.toml")
    (problem,) = date_problems(scenario, **DAYS)
    assert words in str(problem)


def test_waves_that_can_be_sent_are_not():
    """Negative control: 64 waves, and two with a ramp."""
    for body in ("every_weeks = 1\nspread_weeks = 1\ntimes = 64", "every_weeks = 52\nramp_weeks = 10"):
        scenario = parse_scenario(f'[title]\nen = "A"\n[[lever]]\nkind = "letter"\n{body}\n', source="f.toml")
        assert date_problems(scenario, **DAYS) == []
