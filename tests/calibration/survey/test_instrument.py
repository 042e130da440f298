"""What is answered: cases worked by hand, consistency, arrays, and every row of the surveys accounted for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from calibration.facts.priors import SURVEY
from calibration.facts.targets import CSA, DNS, load_survey_items
from calibration.survey.instrument import TRUTHFUL, Answers, expected, shares, survey_week
from calibration.survey.question import NOT_MODELLED, imposed
from model.counting.answers import OnlineCounts

COUNTS = OnlineCounts(
    adults=1000,
    aware=800,
    activated=180,
    visited=120,
    account=860,
    account_inactive=700,
    visited_account=100,
    account_unvisited=600,
    account_unaware=150,
    heard_doctor=80,
    heard_pharmacist=0,
    heard_professional=100,
    recalls_notice=600,
    account_inactive_recalls=400,
    account_inactive_professional=30,
    by_notice=150,
    by_email=140,
    by_doctor=6,
    by_professional=9,
)
ANSWERS = Answers(overclaim_activated_dns2023=0.2, overclaim_activated_csa2022=0.3, overclaim_used=0.25)
IMPOSED = {"no_use", "time", "information", "ready", "could_recommend", "intends_to_recommend"}


def rounded(survey: str, keys: Collection[str]) -> dict[str, tuple[float, float]]:
    found = shares(COUNTS, ANSWERS, survey)
    return {key: (round(found[key].share, 9), round(found[key].base, 9)) for key in keys}


def test_answers_of_2023_worked_by_hand() -> None:
    worked = {
        "aware": (0.8375, 1.0),  # 800 + 0.25 x 150
        "activated": (0.32, 1.0),  # 180 + 0.2 x 700
        "used": (0.45, 1.0),  # 180 + 120 + 0.25 x 600
        "visited_only": (round(100 / 450, 9), 0.45),  # 120 - 0.2 x 100
        "heard_doctor": (round(80 / 837.5, 9), 0.8375),
    }
    assert rounded(DNS, worked) == worked


def test_answers_of_2022_worked_by_hand() -> None:
    worked = {
        "aware": (0.845, 1.0),  # 800 + 0.3 x 150
        "activated": (0.39, 1.0),  # 180 + 0.3 x 700
        "after_email": (round(260 / 390, 9), 0.39),  # 140 + 0.3 x 400
        "after_professional": (round(18 / 390, 9), 0.39),  # 9 + 0.3 x 30
        "informed_by_professional": (round(100 / 845, 9), 0.845),
        "does_not_recall_email": (0.4, 1.0),
    }
    assert rounded(CSA, worked) == worked


def test_without_claims_the_answers_are_the_real_shares() -> None:
    real = {"aware": 0.8, "activated": 0.18, "used": 0.3, "visited_only": 0.4, "heard_doctor": 0.1}
    found = expected(COUNTS, TRUTHFUL, DNS)
    assert {key: found[key] for key in real} == real


def test_used_holds_claims_that_are_neither() -> None:
    found = expected(COUNTS, ANSWERS, DNS)
    neither = found["used"] - found["activated"] - found["visited_only"] * found["used"]
    assert neither == pytest.approx((0.25 - 0.2) * 0.6)


@pytest.mark.parametrize("used", [0.0, 0.1, 0.2, 0.9, 1.0])
@pytest.mark.parametrize("activated", [0.0, 0.2, 1.0])
def test_who_says_activated_says_used_and_knows(activated: float, used: float) -> None:
    given = replace(ANSWERS, overclaim_activated_dns2023=activated, overclaim_used=used)
    found = expected(COUNTS, given, DNS)
    assert 0 <= found["activated"] <= found["used"] - found["visited_only"] * found["used"] + 1e-12
    assert found["used"] <= found["aware"] <= 1


def test_arrays_give_what_numbers_give() -> None:
    scale = np.array([1.0, 2.0, 0.5])
    counts = OnlineCounts(**{name: n * scale for name, n in asdict(COUNTS).items()})
    claims = Answers(**{name: p * np.array([1.0, 0.5, 1.3]) for name, p in asdict(ANSWERS).items()})
    for survey in (DNS, CSA):
        many = expected(counts, claims, survey)
        for k in range(3):
            one = Answers(**{name: float(p[k]) for name, p in asdict(claims).items()})
            alone = expected(COUNTS, one, survey)
            assert {key: values[k] for key, values in many.items()} == pytest.approx(alone)
        mixed = expected(COUNTS, claims, survey)
        assert mixed["activated"] == pytest.approx(many["activated"])


def test_names_are_those_of_the_priors() -> None:
    assert tuple(field.name for field in fields(Answers)) == SURVEY


def test_every_row_of_the_surveys_is_modelled_imposed_or_given_a_reason() -> None:
    modelled = {(survey, key) for survey in (DNS, CSA) for key in expected(COUNTS, ANSWERS, survey)}
    for item in load_survey_items():
        kinds = [
            (item.survey, item.key) in modelled,
            imposed(item.survey, item.key),
            (item.survey, item.key) in NOT_MODELLED,
        ]
        assert kinds.count(True) == 1, item
        if not item.modelled:
            assert kinds[2], item
    assert {item.key for item in load_survey_items() if imposed(item.survey, item.key)} == IMPOSED
    assert all(set(reason) == {"en", "fr"} for reason in NOT_MODELLED.values())


def test_an_unknown_survey() -> None:
    with pytest.raises(ValueError, match="survey 'Odoxa 2022'; allowed: CSA 2022, DNS 2023"):
        expected(COUNTS, ANSWERS, "Odoxa 2022")


def test_weeks_of_the_surveys() -> None:
    days = {item.survey: item.midpoint for item in load_survey_items()}
    assert (survey_week(days[CSA]), survey_week(days[DNS])) == (40, 95)
