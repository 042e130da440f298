"""What was known on a day: documents, reminders, service growth."""

from datetime import date, timedelta

import numpy as np
import pytest

from calibration.facts.history import FACT_KNOWN, documents_known, frozen, history_for
from calibration.facts.inputs import load_history
from calibration.facts.tables import read_rows
from model.terms.drivers import STEP_KNOWN, growth_table, weekly_documents
from model.terms.parameters import HALF_YEARS, Drivers
from model.terms.weeks import position, week_of

HISTORY = load_history()
ORIGINS = [date(2023, 4, 25), date(2023, 11, 24), date(2024, 1, 10), date(2024, 2, 5)]
RATES = [6.5, 12.0, 18.0, 20.0]
"""Of the last documents figure known on each origin, millions a month."""


STILL = Drivers(document_momentum=0.0)
"""Documents stay at the last point of their curve."""


def rates(history, drivers=STILL):
    """Millions of documents a month, by week."""
    weeks = week_of(date(2026, 3, 1))
    per_week = weekly_documents(history, drivers, weeks, 1.0)
    return per_week * history.insured_millions * (365.25 / 12) / 7


@pytest.mark.parametrize(("origin", "rate"), list(zip(ORIGINS, RATES, strict=True)))
def test_documents_stay_at_the_last_rate_known(origin, rate):
    known = frozen(HISTORY, origin)
    assert np.allclose(rates(known)[week_of(origin) + 1 :], rate)
    assert all(day <= origin for day, _ in known.documents)
    assert rates(HISTORY)[-1] > 39


@pytest.mark.parametrize("origin", ORIGINS[1:])
def test_what_goes_on_after_an_origin_is_the_slope_known_by_then(origin):
    """A year's rise, fading: nothing that came later enters, however steep it was."""
    known = frozen(HISTORY, origin)
    (day, last), week = known.documents[-1], week_of(origin) + 1
    year_ago = np.interp(position(day) - 365.25 / 7, *_points(known))
    expected = last * (last / year_ago) ** (2.0 / np.log(2.0))  # all that the half-life of two years leaves to come
    going_on = rates(known, Drivers(document_half_life=2.0))
    assert (np.diff(going_on[week:]) > 0).all()
    assert last < going_on[-1] < expected


@pytest.mark.parametrize("origin", ORIGINS)
def test_nothing_that_comes_later_matters(origin):
    """The frozen history of an origin is the same whatever happened after it."""
    later = [(day, rate if day <= origin else 99.0) for day, rate in HISTORY.documents]
    other = frozen(type(HISTORY)(**{**vars(HISTORY), "documents": tuple(later), "reminders_share": 0.123}), origin)
    assert other == frozen(HISTORY, origin)


def test_a_rate_published_later_is_not_known_on_its_day():
    """The rate of September 2023 follows from a count at the end of the year."""
    assert documents_known()[date(2023, 9, 1)] == date(2023, 12, 31)
    assert (date(2023, 9, 1), 14.4) in frozen(HISTORY, date(2024, 1, 10)).documents
    assert (date(2023, 9, 1), 14.4) not in frozen(HISTORY, date(2023, 11, 24)).documents


def test_every_fact_of_the_curve_has_a_day_that_its_text_allows():
    cited = {fact for row in read_rows("documents_fed.csv", ("facts",)) for fact in row.facts()}
    assert cited == set(FACT_KNOWN)
    text = {row.cells["id"]: row.cells["date"] for row in read_rows("facts.csv", ("id", "date"))}
    assert all(text[fact].startswith(str(day.year)) for fact, day in FACT_KNOWN.items())


def test_at_the_end_of_the_data_the_whole_curve_up_to_it_is_known():
    end = HISTORY.data_end
    known = frozen(HISTORY, end)
    weeks = week_of(end)
    assert np.allclose(rates(known)[:weeks], rates(HISTORY)[:weeks])
    assert np.allclose(rates(known)[weeks + 1 :], np.interp(position(end), *_points(HISTORY)))


def test_from_the_end_of_the_data_documents_go_on_as_in_any_run():
    """No flat stretch between the last point of the curve and that day, which a forecast doesn't have."""
    going_on = Drivers(document_half_life=2.0)
    assert np.allclose(rates(frozen(HISTORY, HISTORY.data_end), going_on), rates(HISTORY, going_on))


def _points(history):
    return [position(day) for day, _ in history.documents], [rate for _, rate in history.documents]


def test_no_reminders_before_they_were_sent_and_only_the_first_weeks_early_in_the_campaign():
    origin = date(2024, 10, 7)
    assert frozen(HISTORY, ORIGINS[-1]).reminders_share == 0.0
    known = frozen(HISTORY, origin)
    weeks = [week_of(history.reminders[1]) - week_of(history.reminders[0]) + 1 for history in (known, HISTORY)]
    assert weeks == [2, 21]
    assert known.reminders_share / weeks[0] == pytest.approx(HISTORY.reminders_share / weeks[1])
    assert known.reminders[1] < origin
    whole = frozen(HISTORY, HISTORY.data_end)
    assert (whole.reminders, whole.reminders_share) == (HISTORY.reminders, HISTORY.reminders_share)


@pytest.mark.parametrize("inputs", ["frozen", "actual"])
def test_the_step_of_service_growth_is_not_there_for_who_knows_no_data_of_it(inputs):
    def growth(origin):
        return growth_table(Drivers(trend=0.0, step=1.3), 200, history_for(HISTORY, origin, inputs).data_end)

    assert (growth(STEP_KNOWN - timedelta(days=1)) == 1.0).all()
    assert growth(STEP_KNOWN)[-1] == pytest.approx(1.3)


SHOCKS = Drivers(document_half_life=2.0, document_volatility=0.5, document_shocks=(1.0,) * HALF_YEARS)


@pytest.mark.parametrize("origin", ORIGINS)
def test_actual_inputs_are_what_was_published(origin):
    """The law has no say before the end of the curve, however strong its slope and shocks; before the last rate known
    at the origin both kinds of inputs are alike."""
    known, actual = frozen(HISTORY, origin), history_for(HISTORY, origin, "actual")
    last = week_of(HISTORY.documents[-1][0])
    published = np.interp(np.arange(last) + 0.5, *_points(HISTORY))
    assert np.allclose(rates(actual, SHOCKS)[:last], published)
    assert (rates(actual, SHOCKS)[last + 2 :] > HISTORY.documents[-1][1]).all(), "nothing is published: the law"
    alike = week_of(known.documents[-1][0])
    assert np.allclose(rates(known, SHOCKS)[:alike], published[:alike], atol=2.0)
    assert not np.allclose(rates(known, SHOCKS)[alike + 1 : last], published[alike + 1 :], atol=2.0), "the control"
    assert (actual.reminders, actual.reminders_share) == (HISTORY.reminders, HISTORY.reminders_share)
    assert actual.data_end == origin


@pytest.mark.parametrize("origin", [date(2022, 7, 15), HISTORY.data_end + timedelta(days=1)])
def test_an_origin_during_the_launch_or_after_the_data(origin):
    with pytest.raises(ValueError, match="needed a day after 2022-07-15"):
        frozen(HISTORY, origin)
