"""A user's later figures: what is read, and that everything wrong is said at once."""

from datetime import date

import pytest

from calibration.facts.targets import load_stock_targets
from calibration.hindcast.actuals import LAST_DAY, read_actuals
from foundation.errors import ScenarioError, UserError

LAST = load_stock_targets()[-1]
HEADER = "date,activated_millions,error_millions\n"


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "mine.csv"
    path.write_bytes(text.encode(encoding))
    return path


def problems(tmp_path, text):
    with pytest.raises(ScenarioError) as caught:
        read_actuals(write(tmp_path, text), LAST)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "2026-03-01,25.5,0.3\n2026-09-01,27,0.25\n",
        "\ufeffdate;activated_millions;error_millions\r\n2026-03-01;25,5;0,3\r\n\r\n2026-09-01;27;0,25\r\n",
        "error_millions, date ,activated_millions\n0.3,2026-03-01,25.5\n0.25,2026-09-01,27\n",
    ],
)
def test_a_good_file(tmp_path, text):
    found = read_actuals(write(tmp_path, text), LAST)
    assert [(t.day, t.millions, t.error) for t in found] == [
        (date(2026, 3, 1), 25.5, 0.3),
        (date(2026, 9, 1), 27.0, 0.25),
    ]
    assert {t.kind for t in found} == {"measured"}


def test_everything_wrong_is_said_at_once(tmp_path):
    rows = [
        "2026-01-29,25,0.3",
        "soon,many,0.3",
        "2026-03-01,3,0",
        "2026-02-01,26,nan",
        "2026-05-01,25",
        "2030-01-01,27,0.3",
        "2026-06-01,25.5,0.3",
    ]
    found = problems(tmp_path, HEADER + "\n".join(rows))
    assert [problem.partition(" =")[0].replace(":", "", 1) for problem in found] == [
        "mine.csv, line 2 column date",
        "mine.csv, line 3 column date",
        "mine.csv, line 3 column activated_millions",
        "mine.csv, line 4 column activated_millions",
        "mine.csv, line 4 column error_millions",
        "mine.csv, line 5 column date",
        "mine.csv, line 5 column error_millions",
        "mine.csv, line 6 2 cells; needed 3, as in the header",
        "mine.csv, line 7 column date",
        "mine.csv, line 8 column activated_millions",
    ]
    assert f'"soon": not a date; allowed: a day after 2026-01-29 and up to {LAST_DAY}' in found[1]
    assert '"3": out of range; allowed: a number of millions from 25 to 75' in found[3]
    assert "from 0.001 to 10, one standard deviation" in found[4]


def test_the_header(tmp_path):
    found = problems(tmp_path, "date,activated_milions,error_millions,date\n2026-03-01,26,0.3,x\n")
    assert found[0].startswith("mine.csv, line 1: column date: given more than once")
    assert found[1].startswith("mine.csv, line 1: column activated_millions: missing")
    assert found[2].endswith('did you mean "activated_millions"?')


@pytest.mark.parametrize(("text", "words"), [("", "the file is empty"), (HEADER, "no line below the header")])
def test_an_empty_file(tmp_path, text, words):
    with pytest.raises((UserError, ScenarioError), match=words):
        read_actuals(write(tmp_path, text), LAST)


def test_what_can_not_be_read(tmp_path):
    with pytest.raises(UserError, match="text in UTF-16 without a byte-order mark"):
        read_actuals(write(tmp_path, HEADER + "2026-03-01,25.5,0.3\n", "utf-16-le"), LAST)
    with pytest.raises(UserError, match="there is no such file"):
        read_actuals(tmp_path / "none.csv", LAST)
    with pytest.raises(UserError, match="is a folder, not a file"):
        read_actuals(tmp_path, LAST)


def test_figures_with_ends(tmp_path):
    text = "date,activated_millions,low,high\n2026-07-01,27,27,28\n"
    (found,) = read_actuals(write(tmp_path, text), LAST)
    assert (found.kind, found.millions, found.low, found.high) == ("headline", 27.5, 27.0, 28.0)
    assert found.error == pytest.approx(1 / 12**0.5)
    (french,) = read_actuals(write(tmp_path, text.replace(",", ";").replace("28", "27,9")), LAST)
    assert french.high == 27.9


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-07-01,27,28,29", 'column low = "28": out of range'),
        ("2026-07-01,27,26,26.5", 'column high = "26.5": out of range'),
        ("2026-07-01,27,27,27", 'column high = "27": no higher than low; allowed: a number above low (27)'),
        ("2026-07-01,27,,28", "column low"),
    ],
)
def test_damaged_ends(tmp_path, row, words):
    (found,) = problems(tmp_path, "date,activated_millions,low,high\n" + row)
    assert words in found


def test_an_error_and_ends_at_once_are_refused(tmp_path):
    found = problems(tmp_path, "date,activated_millions,error_millions,low,high\n2026-07-01,27,0.1,27,28\n")
    assert len(found) == 1
    assert "error_millions" in found[0]
    assert "allowed: date, activated, activated_millions, low, high" in found[0]


@pytest.mark.parametrize("cell", ["95", "2_7", "٢٧", "nan"])
def test_odd_digits_and_more_profiles_than_people_are_refused(tmp_path, cell):
    (found,) = problems(tmp_path, HEADER + f"2026-07-01,{cell},0.1\n")
    assert "column activated_millions" in found


def test_a_quoted_decimal_comma_is_read(tmp_path):
    (one,) = read_actuals(write(tmp_path, HEADER + '2026-07-01,"27,5","0,2"\n'), LAST)
    assert (one.millions, one.error) == (27.5, 0.2)


def test_figures_of_days_to_come_are_refused(tmp_path, monkeypatch):
    path = write(tmp_path, HEADER + "2026-07-01,27.5,0.2\n")
    monkeypatch.setattr("calibration.facts.stocks.today", lambda: date(2026, 7, 1))
    assert len(read_actuals(path, LAST)) == 1
    monkeypatch.setattr("calibration.facts.stocks.today", lambda: date(2026, 6, 30))
    with pytest.raises(ScenarioError, match=r"line 2: column date.*lies in the future, today is 2026-06-30"):
        read_actuals(path, LAST)
