"""What was known on a day: documents, reminders, service growth."""

from datetime import date, timedelta

import numpy as np
import pytest

from calibration.facts.history import FACT_KNOWN, documents_known, frozen, history_for
from calibration.facts.inputs import load_history
from calibration.facts.tables import read_rows
from model.terms.parameters import Parameters
from model.terms.tables import weekly_documents, weekly_tables
from model.terms.weeks import position, week_of

HISTORY = load_history()
ORIGINS = [date(2023, 4, 25), date(2023, 11, 24), date(2024, 1, 10), date(2024, 2, 5)]
RATES = [6.5, 12.0, 15.0, 20.0]
"""Of the last documents figure known on each origin, millions a month."""


def rates(history):
    weeks = week_of(date(2026, 1, 1))
    per_week = weekly_documents(history, weeks, 1.0)
    return per_week * history.insured_millions * (365.25 / 12) / 7


@pytest.mark.parametrize(("origin", "rate"), list(zip(ORIGINS, RATES, strict=True)))
def test_documents_stay_at_the_last_rate_known(origin, rate):
    known = frozen(HISTORY, origin)
    assert np.allclose(rates(known)[week_of(origin) + 1 :], rate)
    assert all(day <= origin for day, _ in known.documents)
    assert rates(HISTORY)[-1] > 39


@pytest.mark.parametrize("origin", ORIGINS)
def test_nothing_that_comes_later_matters(origin):
    """The frozen history of an origin is the same whatever happened after it."""
    later = [(day, rate if day <= origin else 99.0) for day, rate in HISTORY.documents]
    other = frozen(type(HISTORY)(**{**vars(HISTORY), "documents": tuple(later), "reminders_share": 0.123}), origin)
    assert other == frozen(HISTORY, origin)


def test_a_rate_published_later_is_not_known_on_its_day():
    """The rate of March 2023 follows from a figure of January 2024."""
    assert documents_known()[date(2023, 3, 15)] == date(2024, 1, 31)
    assert (date(2023, 3, 15), 10.0) in frozen(HISTORY, date(2024, 2, 5)).documents
    assert (date(2023, 3, 15), 10.0) not in frozen(HISTORY, date(2024, 1, 10)).documents


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


def _points(history):
    return [position(day) for day, _ in history.documents], [rate for _, rate in history.documents]


def test_no_reminders_before_they_were_sent_and_only_the_first_weeks_at_the_end_of_the_data():
    assert frozen(HISTORY, ORIGINS[-1]).reminders_share == 0.0
    known = frozen(HISTORY, HISTORY.data_end)
    weeks = [week_of(history.reminders[1]) - week_of(history.reminders[0]) + 1 for history in (known, HISTORY)]
    assert weeks == [2, 21]
    assert known.reminders_share / weeks[0] == pytest.approx(HISTORY.reminders_share / weeks[1])
    assert known.reminders[1] < HISTORY.data_end


@pytest.mark.parametrize("inputs", ["frozen", "actual"])
def test_service_growth_ends_at_the_origin(inputs):
    origin = ORIGINS[1]
    growth = weekly_tables(Parameters(), history_for(HISTORY, origin, inputs)).growth
    assert growth[-1] == growth[week_of(origin) + 1] < weekly_tables(Parameters(), HISTORY).growth[-1]


@pytest.mark.parametrize("origin", ORIGINS)
def test_actual_inputs_share_the_past_and_follow_what_came(origin):
    known, actual = frozen(HISTORY, origin), history_for(HISTORY, origin, "actual")
    week = week_of(origin)
    assert np.allclose(rates(actual)[:week], rates(known)[:week])
    assert np.allclose(rates(actual)[week + 2 :], rates(HISTORY)[week + 2 :], atol=0.05)
    assert (actual.reminders, actual.reminders_share) == (HISTORY.reminders, HISTORY.reminders_share)
    days = [day for day, _ in actual.documents]
    assert days == sorted(set(days))


@pytest.mark.parametrize("origin", [date(2022, 7, 15), HISTORY.data_end + timedelta(days=1)])
def test_an_origin_during_the_launch_or_after_the_data(origin):
    with pytest.raises(ValueError, match="needed a day after 2022-07-15"):
        frozen(HISTORY, origin)
