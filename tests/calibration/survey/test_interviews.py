"""The joint law of answers: closed forms, consistent people, and samples within the bounds of their law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.facts.targets import CSA, DNS
from calibration.survey.instrument import RECOMMENDING, TRUTHFUL, Answers, Respondents, shares
from calibration.survey.question import NOT_MODELLED, Line
from calibration.survey.question import lines as all_lines
from calibration.survey.work import expectation, interview, question, respondents
from model.counting import interview as iv
from tests.calibration.surveyed import ANSWERS, state

INTENTION = 0.455
FALSE_ALARM = 1e-6
CLAIMS = [ANSWERS, TRUTHFUL, replace(ANSWERS, overclaim_used=0.1), Answers(**dict.fromkeys(vars(ANSWERS), 1.0))]


def lines(survey: str) -> list[Line]:
    return [line for line in all_lines() if line.survey == survey and (survey, line.key) not in NOT_MODELLED]


def asked(survey: str, answers: Answers = ANSWERS) -> Respondents:
    return respondents(*state(survey)[1], answers, survey)


@pytest.mark.parametrize("answers", CLAIMS)
@pytest.mark.parametrize("survey", [CSA, DNS])
def test_expectations_are_the_closed_forms(survey: str, answers: Answers) -> None:
    who, closed = asked(survey, answers), shares(state(survey)[0], answers, survey)
    found = {line.key: expectation(who, line, INTENTION) for line in lines(survey) if line.key in closed}
    assert set(found) == set(closed)
    for key, (share, base) in found.items():
        assert share == pytest.approx(closed[key].share, rel=1e-9), key
        assert base == pytest.approx(closed[key].base, rel=1e-9), key


def test_a_rule_that_is_wrong_in_one_of_the_two_is_seen() -> None:
    """Negative control: claims by everybody not activated, with or without an account."""
    bits, agents = state(DNS)[1]
    wrong = respondents(bits | iv.HAS_ACCOUNT, agents, ANSWERS, DNS)
    closed = shares(state(DNS)[0], ANSWERS, DNS)
    found, _ = expectation(wrong, Line(DNS, "activated", "all"), INTENTION)
    assert abs(found - closed["activated"].share) > 0.01


@pytest.mark.parametrize("answers", CLAIMS)
@pytest.mark.parametrize("survey", [CSA, DNS])
def test_nobody_contradicts_themselves(survey: str, answers: Answers) -> None:
    who = asked(survey, answers)
    assert who.weight.sum() == pytest.approx(state(survey)[1][1].sum())
    assert np.all(who.used >= who.activated)
    assert np.all(who.knows >= who.used)
    assert not np.any(who.visited_only & who.activated)
    assert np.all(who.used[who.visited_only])
    assert np.all(who.activated[who.true(iv.ACTIVATED)]), "nobody denies what is true"
    mail, talk = (question(who, Line(CSA, key, "says_activated"))[1] for key in ("after_email", "after_professional"))
    assert not np.any(mail & talk), "one trigger a person"


def within(hits: float, size: float, share: float) -> bool:
    """Whether a count is one that the binomial law gives, two-sided."""
    law = stats.binom(int(size), share)
    return bool(min(law.cdf(int(hits)), law.sf(int(hits) - 1)) > FALSE_ALARM / 2)


@pytest.mark.parametrize(("survey", "n"), [(CSA, 1505), (DNS, 2032)])
def test_samples_follow_their_law(survey: str, n: int) -> None:
    who, asked_lines = asked(survey), lines(survey)
    found, sizes = interview(who, asked_lines, n, INTENTION, np.random.default_rng(1), 200)
    for row, line in enumerate(asked_lines):
        share, base = expectation(who, line, INTENTION)
        size, hits = sizes[row].sum(), np.nansum(found[row] * sizes[row])
        assert within(size, 200 * n, base), line
        assert within(round(hits), size, share), line
        assert not within(round(hits), size, min(1.0, share * 1.1 + 0.02)), f"negative control: {line}"


def test_spread_of_samples_is_that_of_one_survey() -> None:
    who, line = asked(DNS), Line(DNS, "activated", "all")
    found, _ = interview(who, [line], 2032, INTENTION, np.random.default_rng(2), 4000)
    share, _ = expectation(who, line, INTENTION)
    ratio = found[0].var(ddof=1) / (share * (1 - share) / 2032)
    low, high = stats.chi2.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], 3999) / 3999
    assert low < ratio < high
    assert not low < 2 * ratio < high, "negative control: half the respondents"


def test_the_items_of_one_survey_are_answered_by_the_same_people() -> None:
    who = asked(DNS)
    three = [Line(DNS, key, "all") for key in ("aware", "used", "activated")]
    found, _ = interview(who, three, 2032, INTENTION, np.random.default_rng(3), 500)
    assert np.all(found[0] >= found[1])
    assert np.all(found[1] >= found[2])
    used, activated = (expectation(who, line, INTENTION)[0] for line in three[1:])
    law = np.sqrt(activated * (1 - used) / (used * (1 - activated)))  # counts of a set and of a part of it
    bound = 4.9 / np.sqrt(len(found[1]) - 3)  # Fisher's z, two-sided 1e-6
    assert abs(np.arctanh(np.corrcoef(found[1], found[2])[0, 1]) - np.arctanh(law)) < bound
    apart = np.random.default_rng(4).permuted(found[1])
    assert abs(np.arctanh(np.corrcoef(apart, found[2])[0, 1]) - np.arctanh(law)) > bound, "negative control"


def test_who_intends_to_recommend_could() -> None:
    two = [Line(DNS, key, "says_activated") for key in RECOMMENDING]
    found, sizes = interview(asked(DNS), two, 2032, INTENTION, np.random.default_rng(5), 50)
    assert np.all(found[0] <= found[1])
    np.testing.assert_array_equal(sizes[0], sizes[1])


@pytest.mark.parametrize(("survey", "n", "published"), [(DNS, 2032, 0.35), (CSA, 1505, 0.38)])
def test_an_instrument_without_claims_is_rejected(survey: str, n: int, published: float) -> None:
    """The real share can't give the published one by chance; with the claim that the gap asks for it does."""
    line = Line(survey, "activated", "all")
    truth, _ = expectation(asked(survey, TRUTHFUL), line, INTENTION)
    # The busy population has activated more than France had: thin it out to the real share.
    bits, agents = state(survey)[1]
    real = {DNS: 0.18, CSA: 0.13}[survey]
    done = (bits & iv.ACTIVATED) > 0
    thinned = np.where(done, agents * real / truth, agents * (1 - real) / (1 - truth))
    honest = respondents(bits, thinned, TRUTHFUL, survey)
    assert expectation(honest, line, INTENTION)[0] == pytest.approx(real)
    could = thinned[(bits & (iv.HAS_ACCOUNT | iv.ACTIVATED)) == iv.HAS_ACCOUNT].sum() / thinned.sum()
    claim = (published - real) / could
    given = Answers(**dict.fromkeys(vars(ANSWERS), claim))
    for who, fits in ((honest, False), (respondents(bits, thinned, given, survey), True)):
        found, _ = interview(who, [line], n, INTENTION, np.random.default_rng(6), 2000)
        low, high = np.quantile(found[0], [0.025, 0.975])
        assert bool(low <= published <= high) is fits
        share, _ = expectation(who, line, INTENTION)
        assert within(round(published * n), n, share) is fits


def test_nobody_asked_has_no_share() -> None:
    bits, agents = np.array([iv.AWARE]), np.array([10.0])
    who = respondents(bits, agents, TRUTHFUL, DNS)
    line = Line(DNS, "visited_only", "users")
    assert np.isnan(expectation(who, line, INTENTION)[0])
    found, sizes = interview(who, [line], 100, INTENTION, np.random.default_rng(7), 3)
    assert np.isnan(found).all()
    assert (sizes == 0).all()
