"""What people are like: shares and means by age band, against the sampling law, with negative controls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from calibration.facts.inputs import load_history
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, ILL, NO_DOCTOR, PILOT
from model.population.pyramid import EXCLUDED_REACH, MAJORITY, RATE_UNITS
from tests.model.law import demography, is_mean, is_share, population

BANDS = range(len(demography().profiles))
PEOPLE = population()
PRESENT = PEOPLE.entry == 0
BAND = PEOPLE.band_of_age[np.maximum(PEOPLE.age_at(0), 0)]
ADULT = PEOPLE.birth_week + MAJORITY <= 0


def has(flag: np.uint8) -> npt.NDArray[np.bool_]:
    return (PEOPLE.flags & flag) > 0


def shares(name: str) -> tuple[npt.NDArray[np.bool_], list[float]]:
    """(who has it, share of each band)."""
    flag = {"digitally_excluded": EXCLUDED, "email_reach": EMAIL, "long_term_illness": ILL}
    having = PEOPLE.doctor != NO_DOCTOR if name == "has_own_gp" else has(flag[name])
    return having, [getattr(profile, name) for profile in demography().profiles]


@pytest.mark.parametrize("name", ["digitally_excluded", "email_reach", "long_term_illness", "has_own_gp"])
def test_shares_of_each_band(name: str) -> None:
    having, by_band = shares(name)
    for band in BANDS:
        if by_band[band] is not None:
            assert is_share(having[PRESENT & (band == BAND)], by_band[band]), (name, band)


def test_share_check_rejects_the_share_of_another_band() -> None:
    having, by_band = shares("digitally_excluded")
    for band in BANDS[3:]:
        assert not is_share(having[PRESENT & (band == BAND)], by_band[band - 1])


def test_gp_contacts_of_each_band() -> None:
    rate, shape = PEOPLE.gp_rate / RATE_UNITS, demography().gp_spread_shape
    for band, profile in enumerate(demography().profiles):
        mean = profile.gp_contacts_per_year
        assert is_mean(rate[PRESENT & (band == BAND)], mean, mean / np.sqrt(shape))
        assert not is_mean(rate[PRESENT & (band == BAND)], mean * 1.1, mean / np.sqrt(shape))


def test_spread_of_gp_contacts_is_gamma() -> None:
    rate = PEOPLE.gp_rate[PRESENT & (BAND == 4)] / RATE_UNITS
    assert rate.std() / rate.mean() == pytest.approx(1 / np.sqrt(demography().gp_spread_shape), abs=0.03)


def test_documents_have_mean_one_over_the_insured_at_launch() -> None:
    rate = PEOPLE.document_rate[PRESENT] / RATE_UNITS
    assert is_mean(rate, 1.0, rate.std())
    relative = np.array([profile.documents_relative for profile in demography().profiles])
    means = np.array([PEOPLE.document_rate[PRESENT & (band == BAND)].mean() for band in BANDS])
    assert means / means[5] == pytest.approx(relative / relative[5], rel=0.12)


def without_document(spread: bool = True) -> float:
    """Share of the insured without a document in 2024 if documents come at random at each person's rate."""
    history = load_history()
    year = [millions for day, millions in history.documents if day.year == 2024]
    per_person = 12 * float(np.mean(year)) / history.insured_millions
    rate = PEOPLE.document_rate[PRESENT] / RATE_UNITS
    return float(np.exp(-per_person * (rate if spread else np.ones_like(rate))).mean())


def test_about_one_third_without_a_document_in_2024() -> None:
    assert 0.28 < without_document() < 0.38


def test_document_check_rejects_equal_rates() -> None:
    assert without_document(spread=False) < 0.1


def test_excluded_people_are_less_often_reached_by_email() -> None:
    oldest = PRESENT & (BANDS[-1] == BAND)
    reach = demography().profiles[-1].email_reach
    assert is_share(has(EMAIL)[oldest & has(EXCLUDED)], reach * EXCLUDED_REACH)
    assert not is_share(has(EMAIL)[oldest & has(EXCLUDED)], reach)


def test_accounts_online_of_all_insured() -> None:
    accounts = PRESENT & ADULT & has(ACCOUNT)
    assert is_share(accounts[PRESENT], demography().account_share)
    assert not is_share(accounts[PRESENT], demography().account_share + 0.02)


def test_offline_points_at_excluded_adults_but_not_surely() -> None:
    adults = PRESENT & ADULT
    offline = adults & ~has(EMAIL) & ~has(ACCOUNT)
    assert 0.6 < has(EXCLUDED)[offline].mean() < 0.98
    assert 0.3 < offline[adults & has(EXCLUDED)].mean() < 0.8
    assert has(EXCLUDED)[adults & ~offline].mean() < 0.15


def test_pilot_reaches_its_number_in_its_regions() -> None:
    names = np.array(PEOPLE.regions)[PEOPLE.region]
    inside = np.isin(names, demography().pilot_regions)
    assert not has(PILOT)[~inside | ~PRESENT].any()
    chance = demography().pilot_notified / (inside[PRESENT].sum() * PEOPLE.weight)
    # Minors share their guardian's notice: the adults are the independent draws.
    assert is_share(has(PILOT)[inside & PRESENT & ADULT], chance)
    assert not is_share(has(PILOT)[inside & PRESENT & ADULT], chance * 1.1)
    wards = PRESENT & ~ADULT
    assert np.array_equal(has(PILOT)[wards], has(PILOT)[PEOPLE.guardian[wards]])
