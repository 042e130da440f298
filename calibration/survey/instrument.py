"""The survey as an instrument: what share answers what, given what is true of adults online.

Rules (all *assumed*; the claims are asked for by the gap between 35 % who say activated and 15 % who are):

1. Who is asked: adults online (``model.counting.answers``). Nobody denies what is true of them.
2. Who has activated says so, and so says "used" and "knows". Who has visited the site without activating says "used".
3. A claim. An adult not activated with an insurance account online, whether visitor or not, says "activated" with the
   probability ``overclaim_activated_*`` of the survey: the account is taken for the profile. Without account no claim.
4. Likewise such a person says "used" with the probability ``overclaim_used``, or for certain after a visit. It is one
   disposition, drawn once a person: with u uniform, "activated" if u < a, "used" if u < max(a, b). So whoever says
   activated says used, and where b <= a nobody claims use alone.
5. Who claims anything says "knows", even unaware: the thing claimed is taken for the service. 2022 was not asked about
   use: there only "activated" counts.
6. "Visited the site, did not activate" is an account of a visit: it takes one that took place. So it is said by
   visitors who don't claim to have activated. A mere claim of use (b - a of the account holders who have done neither)
   is neither "activated" nor "visited only": this is how 35 + 11 stays below 50.
7. What led to the activation (2022). Who has activated names the channel of the contact that did; "after the e-mail"
   is a launch notice by e-mail. Who claims to have activated names what they have met: the e-mail if they recall it,
   otherwise a professional who has spoken of the service, otherwise neither. One trigger a person.
8. Through whom one has heard of the service: what has happened in the model until the activation (a doctor does not
   recommend to those activated). Who recalls the e-mail is who got it and notices mass messages.

Trust is outside the model, and so are pharmacists in the status quo: ``question.NOT_MODELLED`` says why.

``RULES`` has a line for each answer that follows from these rules, said twice: as a number of people (a closed form of
counts, which the likelihood takes) and as marks of people (the joint law of all answers, from which samples are drawn).
A test holds the two together. A further answer is a row of ``surveys.csv``, a line here and its texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.facts.targets import CSA, DNS, SURVEYS, Base, asked, load_survey_items
from model.counting import interview as iv
from model.counting.answers import OnlineCounts
from model.terms.weeks import position

Number: TypeAlias = float | npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Probabilities of claims by adults online not activated, with an insurance account (0..1).

    Names as in ``calibration.facts.priors.SURVEY``; numbers, or arrays of the shape of the counts.
    """

    overclaim_activated_dns2023: Number
    overclaim_activated_csa2022: Number
    overclaim_used: Number
    """In the survey of 2023; counts as at least the claim of having activated (rule 4)."""


TRUTHFUL = Answers(overclaim_activated_dns2023=0.0, overclaim_activated_csa2022=0.0, overclaim_used=0.0)
"""Nobody claims: ``expected`` then gives the real shares."""


class Claims(NamedTuple):
    """Chances that somebody who could, and has done neither, says so."""

    activated: Number
    anything: Number
    """Used, or activated (rule 4)."""


class Share(NamedTuple):
    """One answer."""

    share: Number
    """Of the base, 0..1."""
    base: Number
    """The base as a share of all asked, 0..1."""


def claims(answers: Answers, survey: str) -> Claims:
    """The claims that a survey invites.

    Raises:
        ValueError: an unknown survey.
    """
    if survey == CSA:
        return Claims(answers.overclaim_activated_csa2022, answers.overclaim_activated_csa2022)
    if survey == DNS:
        activated = answers.overclaim_activated_dns2023
        larger = np.maximum(activated, answers.overclaim_used)
        return Claims(activated, float(larger) if larger.ndim == 0 else larger)
    raise ValueError(f"survey {survey!r}; allowed: {', '.join(SURVEYS)}")


def survey_week(day: date) -> int:
    """The week whose start is nearest to a day: the state at its start is what a survey finds."""
    return round(position(day))


@dataclass(frozen=True)
class Counted:
    """Expected numbers of adults online who say something."""

    counts: OnlineCounts
    claim: Claims

    @property
    def everybody(self) -> Number:
        """All adults online."""
        return self.counts.adults

    @property
    def knows(self) -> Number:
        """Say that they know the service."""
        return self.counts.aware + self.claim.anything * self.counts.account_unaware

    @property
    def used(self) -> Number:
        """Say that they have used it."""
        return self.counts.activated + self.counts.visited + self.claim.anything * self.counts.account_unvisited

    @property
    def activated(self) -> Number:
        """Say that they have activated."""
        return self.counts.activated + self.claim.activated * self.counts.account_inactive

    @property
    def visited_only(self) -> Number:
        """Say that they visited the site and did not activate."""
        return self.counts.visited - self.claim.activated * self.counts.visited_account

    def but(self, key: str) -> Number:
        """Everybody who doesn't say ``used`` or ``activated``."""
        return self.everybody - (self.used if key == "used" else self.activated)


@dataclass(frozen=True)
class Respondents:
    """Kinds of people and what they say; arrays of one shape [kind]."""

    survey: str
    bits: npt.NDArray[np.int64]
    """What is true of them (``model.counting.interview``)."""
    weight: npt.NDArray[np.float64]
    """Agents."""
    activated: Bools
    """Say that they have activated."""
    used: Bools
    """Say that they have used it (in 2022, where it was not asked: that they have activated or visited)."""

    def true(self, bit: int) -> Bools:
        """Whom something is true of."""
        return (self.bits & bit) > 0

    @cached_property
    def everybody(self) -> Bools:
        """All of them."""
        return np.ones(len(self.bits), np.bool_)

    @property
    def knows(self) -> Bools:
        """Say that they know the service."""
        return self.true(iv.AWARE) | self.used

    @property
    def visited_only(self) -> Bools:
        """Say that they visited the site and did not activate."""
        return self.true(iv.VISITED) & ~self.activated

    def but(self, key: str) -> Bools:
        """Everybody who doesn't say ``used`` or ``activated``."""
        return ~(self.used if key == "used" else self.activated)

    def trigger(self, truly: int, otherwise: Bools) -> Bools:
        """Rule 7: what led to the activation, or what those have met who only claim it."""
        return np.where(self.true(iv.ACTIVATED), self.true(truly), otherwise)


class Rule(NamedTuple):
    """How an answer is given by those who are asked."""

    people: Callable[[Respondents], Bools]
    """Who says so."""
    number: Callable[[Counted], Number] | None = None
    """How many say so; none where the figure is imposed."""


RULES: dict[tuple[str, str], Rule] = {
    (CSA, "aware"): Rule(lambda who: who.knows, lambda n: n.knows),
    (CSA, "activated"): Rule(lambda who: who.activated, lambda n: n.activated),
    (CSA, "after_email"): Rule(
        lambda who: who.trigger(iv.BY_EMAIL, who.true(iv.RECALLS)),
        lambda n: n.counts.by_email + n.claim.activated * n.counts.account_inactive_recalls,
    ),
    (CSA, "after_professional"): Rule(
        lambda who: who.trigger(iv.BY_PROFESSIONAL, who.true(iv.PROFESSIONAL) & ~who.true(iv.RECALLS)),
        lambda n: n.counts.by_professional + n.claim.activated * n.counts.account_inactive_professional,
    ),
    (CSA, "informed_by_professional"): Rule(
        lambda who: who.true(iv.PROFESSIONAL), lambda n: n.counts.heard_professional
    ),
    (CSA, "does_not_recall_email"): Rule(
        lambda who: ~who.true(iv.RECALLS), lambda n: n.counts.adults - n.counts.recalls_notice
    ),
    (DNS, "aware"): Rule(lambda who: who.knows, lambda n: n.knows),
    (DNS, "used"): Rule(lambda who: who.used, lambda n: n.used),
    (DNS, "activated"): Rule(lambda who: who.activated, lambda n: n.activated),
    (DNS, "visited_only"): Rule(lambda who: who.visited_only, lambda n: n.visited_only),
    (DNS, "heard_doctor"): Rule(lambda who: who.true(iv.DOCTOR), lambda n: n.counts.heard_doctor),
    (DNS, "no_use"): Rule(lambda who: who.true(iv.SEES_NO_USE)),
    (DNS, "time"): Rule(lambda who: who.true(iv.LACKS_TIME)),
    (DNS, "information"): Rule(lambda who: who.true(iv.LACKS_INFORMATION)),
    (DNS, "ready"): Rule(lambda who: who.true(iv.READY)),
}
"""(survey, key) of ``surveys.csv`` to who says so."""
RECOMMENDING = ("intends_to_recommend", "could_recommend")
"""Answered with a constant probability by those who say activated, the former by some of the latter."""


def shares(counts: OnlineCounts, answers: Answers, survey: str) -> dict[str, Share]:
    """Expected answers to the modelled questions of a survey, by the keys of ``surveys.csv``.

    ``counts`` are those of the survey's week. Only ratios of counts are used; numbers and arrays may be mixed.

    Raises:
        ValueError: an unknown survey.
    """
    said = Counted(counts, claims(answers, survey))
    found = {}
    for key, number, base in _expected_in(survey):
        size = asked(base, said)
        found[key] = Share(number(said) / size, size / counts.adults)
    return found


@cache
def _expected_in(survey: str) -> tuple[tuple[str, Callable[[Counted], Number], Base], ...]:
    """Key, rule and base of what is expected of a survey."""
    rules = ((item, RULES.get((item.survey, item.key))) for item in load_survey_items() if item.survey == survey)
    return tuple((item.key, rule.number, item.base) for item, rule in rules if rule is not None and rule.number)


def expected(counts: OnlineCounts, answers: Answers, survey: str) -> dict[str, Number]:
    """The shares alone (0..1); arguments and errors as for ``shares``."""
    return {key: found.share for key, found in shares(counts, answers, survey).items()}
