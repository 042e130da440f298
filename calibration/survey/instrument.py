"""The survey as an instrument: what share answers what, given what is true of adults online.

Rules (all *assumed*; the claims are asked for by the gap between 35 % who say activated and 15 % who are):

1. Who is asked: adults online (``model.counting.online``). Nobody denies what is true of them.
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

Trust is outside the model, and so are pharmacists in the status quo: ``NOT_MODELLED`` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from model.counting.online import OnlineCounts
from model.terms.weeks import position

DNS, CSA = "DNS 2023", "CSA 2022"
SURVEYS = (CSA, DNS)
Number: TypeAlias = float | npt.NDArray[np.float64]


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


def shares(counts: OnlineCounts, answers: Answers, survey: str) -> dict[str, Share]:
    """Expected answers to the modelled questions of a survey, by the keys of ``surveys.csv``.

    ``counts`` are those of the survey's week. Only ratios of counts are used; numbers and arrays may be mixed.

    Raises:
        ValueError: an unknown survey.
    """
    claim = claims(answers, survey)
    knows = counts.aware + claim.anything * counts.account_unaware
    activated = counts.activated + claim.activated * counts.account_inactive
    found = {
        "aware": Share(knows / counts.adults, _everybody(counts)),
        "activated": Share(activated / counts.adults, _everybody(counts)),
    }
    own = _asked_in_2022 if survey == CSA else _asked_in_2023
    return {**found, **own(counts, claim, knows, activated)}


def expected(counts: OnlineCounts, answers: Answers, survey: str) -> dict[str, Number]:
    """The shares alone (0..1); arguments and errors as for ``shares``."""
    return {key: found.share for key, found in shares(counts, answers, survey).items()}


def _asked_in_2022(counts: OnlineCounts, claim: Claims, knows: Number, activated: Number) -> dict[str, Share]:
    by_email = counts.by_email + claim.activated * counts.account_inactive_recalls
    by_professional = counts.by_professional + claim.activated * counts.account_inactive_professional
    return {
        "after_email": Share(by_email / activated, activated / counts.adults),
        "after_professional": Share(by_professional / activated, activated / counts.adults),
        "informed_by_professional": Share(counts.heard_professional / knows, knows / counts.adults),
        "does_not_recall_email": Share(1.0 - counts.recalls_notice / counts.adults, _everybody(counts)),
    }


def _asked_in_2023(counts: OnlineCounts, claim: Claims, knows: Number, activated: Number) -> dict[str, Share]:
    used = counts.activated + counts.visited + claim.anything * counts.account_unvisited
    visited_only = counts.visited - claim.activated * counts.visited_account
    return {
        "used": Share(used / counts.adults, _everybody(counts)),
        "visited_only": Share(visited_only / used, used / counts.adults),
        "heard_doctor": Share(counts.heard_doctor / knows, knows / counts.adults),
    }


def _everybody(counts: OnlineCounts) -> Number:
    return counts.adults / counts.adults


NOT_MODELLED: dict[tuple[str, str], dict[str, str]] = {
    (DNS, "heard_pharmacist"): {
        "en": "no pharmacist speaks of the service in the status quo: counters are a lever only",
        "fr": "aucun pharmacien ne parle du service dans le statu quo : le comptoir n'existe que comme levier",
    },
    (DNS, "trusts"): {
        "en": "people have no trust in the model: nothing in it depends on it",
        "fr": "la confiance n'existe pas dans le modèle : rien n'en dépend",
    },
    ("Odoxa 2022", "intends_to_activate"): {
        "en": "an intention, and its base is unknown; intentions are traits only where a doctor recommends",
        "fr": "une intention, de base inconnue ; le modèle n'a d'intentions que devant un médecin qui recommande",
    },
}
"""Rows of ``surveys.csv`` without a process in the model, and why (survey, key): language: text."""
