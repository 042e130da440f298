"""Every kind of wrong content, with the exact message."""

import pytest

from foundation.errors import ScenarioError
from scenarios.language.files import parse_scenario
from scenarios.language.regions import REGIONS
from scenarios.language.validation import NO_EFFECTS, NO_TRAITS
from scenarios.lever_schemas import KINDS

TITLE = '[title]\nen = "A"\n'
KINDS_SHOWN = ", ".join(f'"{kind}"' for kind in list(KINDS)[:-1]) + f' or "{list(KINDS)[-1]}"'
TARGETS = "age_from, age_to, regions, email, illness, offline"
EMAIL_KEYS = ", ".join(KINDS["email"].model_fields)


def problems(text):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, source="f.toml")
    return [str(problem).removeprefix("f.toml: ") for problem in caught.value.problems]


def of_lever(body, kind="email"):
    return problems(f'{TITLE}[[lever]]\nkind = "{kind}"\n{body}\n')


CASES = [
    ("email", "intensity = 1.5", "lever[1].intensity = 1.5: is too large; allowed: a number from 0 to 1"),
    ("email", "intensity = -0.1", "lever[1].intensity = -0.1: is too small; allowed: a number from 0 to 1"),
    ("email", "intensity = nan", "lever[1].intensity = NaN: is not a number; allowed: a number from 0 to 1"),
    ("email", 'intensity = "1"', 'lever[1].intensity = "1": is text; write 1, without quotes'),
    ("email", 'intensity = "0,95"', 'lever[1].intensity = "0,95": is text; write 0.95, without quotes'),
    ("email", 'intensity = "much"', 'lever[1].intensity = "much": is of the wrong type; allowed: a number from 0 to 1'),
    ("email", 'start = "01/03/2027"', 'lever[1].start = "01/03/2027": is text; write 2027-03-01, without quotes'),
    ("email", 'waves = ["1.3.2027"]', 'lever[1].waves[1] = "1.3.2027": is text; write 2027-03-01, without quotes'),
    ("email", 'every_weeks = "26"', 'lever[1].every_weeks = "26": is text; write 26, without quotes'),
    ("email", 'cost = "0,05"', 'lever[1].cost = "0,05": is text; write { value = 0.05 }, without quotes'),
    ("letter", 'carries_code = "oui"', 'lever[1].carries_code = "oui": is text; write true, without quotes'),
    ("email", "intensity = true", "lever[1].intensity = true: is of the wrong type; allowed: a number from 0 to 1"),
    ("documents", "intensity = 6", "lever[1].intensity = 6: is too large; allowed: a number from 0 to 5"),
    (
        "email",
        "start = 2026-05-01\nend = 2026-04-01",
        "lever[1].end = 2026-04-01: before start (2026-05-01)",
    ),
    (
        "letter",
        "[lever.target]\nemail = true\noffline = true",
        "lever[1].target.offline = true: nobody is offline and has an e-mail address; leave email or offline out",
    ),
    (
        "letter",
        "[lever.target]\nage_to = 17\noffline = true",
        "lever[1].target.offline = true: stands for adults: nobody up to age_to (17) is meant",
    ),
    (
        "email",
        'start = "2026-05-01"',
        'lever[1].start = "2026-05-01": is text; write 2026-05-01, without quotes',
    ),
    (
        "email",
        "start = 2026-05-01T00:00:00",
        "lever[1].start = 2026-05-01T00:00:00: is of the wrong type; "
        "allowed: a date such as 2027-03-01, without quotes",
    ),
    (
        "email",
        "ramp_weeks = 1.5",
        "lever[1].ramp_weeks = 1.5: is of the wrong type; allowed: a whole number from 0 to 104",
    ),
    (
        "email",
        'name = "Ma campagne"',
        'lever[1].name = "Ma campagne": is not a valid name; '
        "allowed: lower-case letters, digits and single hyphens, at most 40 signs",
    ),
    (
        "email",
        "intensty = 0.5",
        f'lever[1].intensty = 0.5: unknown key; allowed: {EMAIL_KEYS}; did you mean "intensity"?',
    ),
    ("email", "pull = 0.5", f"lever[1].pull = 0.5: {NO_EFFECTS}; allowed: {EMAIL_KEYS}"),
    (
        "email",
        'target = { barriers = "time" }',
        f'lever[1].target.barriers = "time": {NO_TRAITS}; allowed: {TARGETS}',
    ),
    (
        "email",
        "target = { would_be_ready = true }",
        f"lever[1].target.would_be_ready = true: {NO_TRAITS}; allowed: {TARGETS}",
    ),
    (
        "email",
        "target = { digitally_excluded = true }",
        f'lever[1].target.digitally_excluded = true: {NO_TRAITS}; allowed: {TARGETS}; did you mean "offline"?',
    ),
    (
        "email",
        "target = { age_from = 60, age_to = 30 }",
        "lever[1].target.age_to = 30: below age_from (60)",
    ),
    (
        "email",
        "target = { regions = [] }",
        "lever[1].target.regions = []: is empty; allowed: a list of names of regions",
    ),
    (
        "email",
        'target = { regions = "Bretagne" }',
        'lever[1].target.regions = "Bretagne": is not a list; allowed: a list of names of regions',
    ),
    (
        "email",
        "every_weeks = 26\nwaves = [2026-03-02]",
        'lever[1].waves = ["2026-03-02"]: write either every_weeks or waves, not both',
    ),
    ("email", "times = 2", "lever[1].times = 2: needs every_weeks beside it"),
    (
        "email",
        "every_weeks = 3",
        "lever[1].spread_weeks = 4: a wave would still go out when the next begins, 3 weeks later",
    ),
    (
        "email",
        "spread_weeks = 2\nwaves = [2026-03-02, 2026-03-03]",
        "lever[1].spread_weeks = 2: a wave would still go out when the next begins, 0 weeks later",
    ),
    (
        "email",
        "start = 2026-03-02\nend = 2026-12-31\nwaves = [2026-03-01, 2027-01-01]",
        'lever[1].waves = ["2026-03-01", "2027-01-01"]: '
        "2026-03-01 is before start (2026-03-02); 2027-01-01 is after end (2026-12-31)",
    ),
    ("email", "cost = { value = 1, low = 2 }", "lever[1].cost.low = 2: above value (1)"),
    ("email", "cost = { value = 1, high = 0.5 }", "lever[1].cost.high = 0.5: below value (1)"),
    (
        "email",
        "cost = { value = -1 }",
        "lever[1].cost.value = -1: is too small; allowed: a number from 0 to 1000000000",
    ),
    ("doctors", "", 'lever[1].means: is missing; allowed: "training", "prompt" or "fee"'),
    (
        "doctors",
        'means = "trainin"',
        'lever[1].means = "trainin": unknown value; allowed: "training", "prompt" or "fee"; did you mean "training"?',
    ),
    (
        "doctors",
        'means = "fee"\none_off_cost = { value = 3 }',
        'lever[1].one_off_cost = {"value": 3}: only means = "prompt" has a one-off cost',
    ),
    ("assisted", "", "lever[1].capacity_per_week: is missing; allowed: a whole number from 1 to 1000000"),
    (
        "simplify",
        "target = { email = true }",
        'lever[1].target = {"email": true}: this lever has no target: everybody meets the same sign-up; '
        "allowed: kind, name, start, end, ramp_weeks, intensity, cost",
    ),
    (
        "media",
        "every_weeks = 3\nweeks_on_air = 4",
        "lever[1].weeks_on_air = 4: a burst would still be on air when the next begins, 3 weeks later",
    ),
    (
        "media",
        "bursts = [{ start = 2026-03-02, weks = 4 }]",
        "lever[1].bursts[1].weeks: is missing; allowed: a whole number from 1 to 52",
    ),
    (
        "media",
        "bursts = [{ start = 2026-03-02, weeks = 4 }, { start = 2026-03-09, weeks = 4 }]",
        'lever[1].bursts = [{"start": "2026-03-02", "weeks": 4}, {"start": "2026-03-09…: '
        "the burst of 2026-03-09 begins while that of 2026-03-02 is on air",
    ),
]


@pytest.mark.parametrize(("kind", "body", "message"), CASES)
def test_message(kind, body, message):
    assert message in of_lever(body, kind)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Bretagn", "Bretagne"),
        ("ile de france", "Île-de-France"),
        ("Corse", "Provence-Alpes-Côte d'Azur et Corse"),
        ("Mayotte", "Outre-mer (DROM)"),
        ("La Reunion", "Outre-mer (DROM)"),
    ],
)
def test_unknown_region(written, meant):
    allowed = ", ".join(f'"{region}"' for region in REGIONS)
    (line,) = of_lever(f'target = {{ regions = ["Normandie", "{written}"] }}')
    assert line == (
        f'lever[1].target.regions[2] = "{written}": unknown region; allowed: {allowed}; did you mean "{meant}"?'
    )


def test_a_region_like_no_other_gets_no_suggestion():
    (line,) = of_lever('target = { regions = ["Xyz"] }')
    assert "did you mean" not in line


def test_unknown_kind():
    assert of_lever("", "emial") == [
        f'lever[1].kind = "emial": unknown kind of lever; allowed: {KINDS_SHOWN}; did you mean "email"?'
    ]


def test_missing_kind():
    assert problems(TITLE + "[[lever]]\nintensity = 1\n") == [f"lever[1].kind: is missing; allowed: {KINDS_SHOWN}"]


def test_missing_title():
    assert problems('[description]\nen = "A"\n') == ["title: is missing; allowed: a table with the keys en, fr"]


def test_title_without_language():
    assert problems("[title]\n") == ["title.fr: write a title in English (en), in French (fr) or in both"]


def test_single_brackets():
    (line,) = problems(TITLE + '[lever]\nkind = "email"\n')
    assert line == 'lever = {"kind": "email"}: is not a list; allowed: [[lever]] tables (two brackets), at most 32'


def test_unknown_table():
    assert problems(TITLE + "[levers]\n") == [
        'levers = {}: unknown key; allowed: title, description, drivers, lever; did you mean "lever"?'
    ]


def test_two_levers_of_one_name():
    twice = '[[lever]]\nkind = "email"\n' * 2
    message = "two levers bear this name; give each lever a name of its own with the key name"
    assert problems(TITLE + twice) == [f'lever[2].name = "email": {message}']


def test_too_many_alike():
    alike = "".join(f'[[lever]]\nkind = "email"\nname = "e{i}"\n' for i in range(9))
    assert problems(TITLE + alike) == ['lever[9].kind = "email": more than 8 levers of this kind in one scenario']


def test_too_many_levers():
    many = "".join(f'[[lever]]\nkind = "{kind}"\nname = "{kind}{i}"\n' for i in range(8) for kind in KINDS)
    assert any(line.startswith("lever = [") and "has too many items" in line for line in problems(TITLE + many))


def test_all_errors_of_a_file_at_once():
    found = problems(
        'titel = 1\n[title]\nen = ""\n[[lever]]\nkind = "emial"\n'
        '[[lever]]\nkind = "email"\nstart = 2026-05-01\nend = 2026-04-01\nintensity = 2\npull = 1\n'
        'target = { regions = ["A", "B"], age_from = 9, age_to = 3 }\n'
    )
    keys = {line.split(" = ")[0] for line in found}
    assert keys == {
        "titel",
        "title.en",
        "lever[1].kind",
        "lever[2].end",
        "lever[2].intensity",
        "lever[2].pull",
        "lever[2].target.regions[1]",
        "lever[2].target.regions[2]",
        "lever[2].target.age_to",
    }
    assert len(found) == len(keys)


@pytest.mark.parametrize(
    ("line", "value", "right"),
    [
        ("intensity = 0,95", "0,95", "0.95"),
        ("start = 01/03/2027", "01/03/2027", "2027-03-01"),
        ("cost = { value = 0,95, low = 0.7 }", "0,95", "0.95"),
        ('name = "a-1,5"  # 7,5\nintensity = 1,5', "1,5", "1.5"),
        ("waves = [01/03/2027, 2027-09-01]", "01/03/2027", "2027-03-01"),
    ],
)
def test_a_day_or_a_decimal_as_in_france_is_shown_as_toml_writes_it(line, value, right):
    number = 5 + line.count("\n")
    assert of_lever(line) == [f"line {number}: {value} is not TOML; write {right}"]


def test_all_days_that_are_none_are_told_at_once():
    """The parser stops at the first; so the second would only be told once the first is mended."""
    lines = "start = 2027-02-30\nend = 31/12/2027  # 2027-02-31\nname = '2027-13-01'\nwaves = [2027-13-01, 2027-09-01]"
    assert of_lever(lines) == [
        "line 5: 2027-02-30 is no day of the calendar",
        "line 6: 31/12/2027 is not TOML; write 2027-12-31",
        "line 8: 2027-13-01 is no day of the calendar",
    ]


@pytest.mark.parametrize("line", ["intensity = 0;95", "start = 31/02/2027", "intensity 0.5  # 0,95", 'name = "0,95'])
def test_other_slips_are_the_parsers(line):
    assert of_lever(line)[0].startswith("is not valid TOML at line")
