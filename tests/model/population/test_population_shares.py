"""What people are like: shares and means by age band, against the sampling law, with negative controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, NO_DOCTOR, PILOT
from model.population.pyramid import EXCLUDED_REACH, by_region, region_bands
from model.terms.inputs import GP_CONTACTS, rates_by_age, relative_documents
from model.terms.spells import LEVELS as SPELL_LEVELS
from model.terms.spells import gamma_means, gp_levels
from model.terms.tables import HOSPITAL_STAYS
from model.terms.weeks import MAJORITY
from tests.model.law import demography, is_mean, is_share, population

BANDS = range(len(demography().profiles))
PEOPLE = population()
PRESENT = PEOPLE.entry == 0
BAND = PEOPLE.band_of_age[np.maximum(PEOPLE.age_at(0), 0)]
ADULT = PEOPLE.birth_week + MAJORITY <= 0
ILL = PEOPLE.ill_from == 0


def has(flag: np.uint8) -> npt.NDArray[np.bool_]:
    return (PEOPLE.flags & flag) > 0


def shares(name: str) -> tuple[npt.NDArray[np.bool_], list[float]]:
    """(who has it, share of each band)."""
    having = {
        "digitally_excluded": has(EXCLUDED),
        "email_reach": has(EMAIL),
        "long_term_illness": ILL,
        "has_own_gp": PEOPLE.doctor != NO_DOCTOR,
    }
    return having[name], [getattr(profile, name) for profile in demography().profiles]


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


LEVELS = gp_levels(demography().profiles, demography().gp_heavy_rate).reshape(-1, SPELL_LEVELS)


def test_gp_contacts_of_each_band() -> None:
    rates = rates_by_age(demography(), HOSPITAL_STAYS)[GP_CONTACTS]
    assert rates.tolist() == [profile.gp_contacts_per_year for profile in demography().profiles]
    assert LEVELS.mean(axis=1) == pytest.approx(1)


def contacts_in_a_year(people: npt.NDArray[np.bool_], levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shares of people with 0, 1, .., 11 GP contacts in a year that come at random at each one's rate."""
    size = np.bincount(BAND[people], minlength=len(levels)) / people.sum()
    means = np.array([profile.gp_contacts_per_year for profile in demography().profiles])[:, None] * levels
    return np.array([size @ stats.poisson.pmf(n, means).mean(axis=1) for n in range(12)])


def test_tails_of_gp_use() -> None:
    """Adults: 17 % none, 17 % one, 55 % some, 11 % monthly (F146), without the last as far as the means allow; of the
    65+ 1 % (F147). In brackets what one spread for all ages gave: 10 % of the 65+ none, 4 % of adults monthly."""
    adults, old = contacts_in_a_year(PRESENT & ADULT, LEVELS), contacts_in_a_year(PRESENT & (BAND >= 6), LEVELS)
    assert adults[0] == pytest.approx(0.17, abs=0.03)
    assert adults[1] == pytest.approx(0.17, abs=0.03)
    assert 0.06 < 1 - adults.sum() < 0.11
    assert old[0] < 0.025
    one_spread = np.repeat(gamma_means(1.5, 1024)[None], len(LEVELS), axis=0)
    assert contacts_in_a_year(PRESENT & (BAND >= 6), one_spread)[0] > 0.09
    assert 1 - contacts_in_a_year(PRESENT & ADULT, one_spread).sum() < 0.05


def test_heavy_users_by_hand() -> None:
    """Half go 14 times, so of a mean of 8 the others have 2: levels 2/8 and 14/8."""
    profile = replace(demography().profiles[-1], gp_contacts_per_year=8, gp_heavy_share=0.5, gp_spread_shape=1000)
    levels = gp_levels((profile,), 14.0)
    assert levels[:512].mean() == pytest.approx(2 / 8)
    assert np.array_equal(levels[512:], np.full(512, 14 / 8))
    with pytest.raises(ValueError, match="pass the mean"):
        gp_levels((replace(profile, gp_contacts_per_year=6.9),), 14.0)


def test_regions_differ_and_the_nation_does_not() -> None:
    share, ratio, people = np.array([0.02, 0.6]), np.array([1.0, 2.0]), np.array([[3.0, 1.0], [1.0, 1.0]])
    regional = by_region(share, ratio, people)
    assert (regional * people).sum(axis=0) / people.sum(axis=0) == pytest.approx(share)
    assert regional[1, 0] / regional[0, 0] == pytest.approx(2, rel=0.03)
    assert 0.6 < regional[1, 1] < 1
    assert by_region(share, np.ones(2), people) == pytest.approx(np.stack((share, share)))


def test_illness_and_exclusion_of_regions() -> None:
    for having, ratio, name in (
        (ILL, demography().region_illness, "long_term_illness"),
        (has(EXCLUDED), demography().region_exclusion, "digitally_excluded"),
    ):
        shares_by_band = np.array([getattr(profile, name) for profile in demography().profiles])
        wanted = by_region(shares_by_band, ratio, region_bands(demography()))
        for region in range(len(demography().regions)):
            there = PRESENT & (PEOPLE.region == region) & (BAND == 5)
            assert is_share(having[there], wanted[region, 5])
    overseas = PRESENT & (PEOPLE.region == 12) & (BAND == 5)
    assert not is_share(has(EXCLUDED)[overseas], demography().profiles[5].digitally_excluded)


def test_documents_have_mean_one_over_the_insured_at_launch() -> None:
    by_band = relative_documents(demography())
    rate = by_band[BAND[PRESENT]]
    assert is_mean(rate, 1.0, rate.std())
    relative = np.array([profile.documents_relative for profile in demography().profiles])
    assert by_band / by_band[5] == pytest.approx(relative / relative[5])


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
