"""A user's later figures: what is read, and that everything wrong is said at once."""

from datetime import date

import pytest

from calibration.facts.targets import load_stock_targets
from calibration.hindcast.actuals import read_actuals
from foundation.errors import UserError
from foundation.problems import ScenarioError

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
        HEADER + "2025-03-01,17.5,0.3\n2025-09-01,19,0.25\n",
        "\ufeffdate;activated_millions;error_millions\r\n2025-03-01;17,5;0,3\r\n\r\n2025-09-01;19;0,25\r\n",
        "error_millions, date ,activated_millions\n0.3,2025-03-01,17.5\n0.25,2025-09-01,19\n",
    ],
)
def test_a_good_file(tmp_path, text):
    found = read_actuals(write(tmp_path, text), LAST)
    assert [(t.day, t.millions, t.error) for t in found] == [
        (date(2025, 3, 1), 17.5, 0.3),
        (date(2025, 9, 1), 19.0, 0.25),
    ]
    assert {t.kind for t in found} == {"target"}


def test_everything_wrong_is_said_at_once(tmp_path):
    rows = [
        "2024-10-07,16,0.3",
        "soon,many,0.3",
        "2025-03-01,3,0",
        "2025-02-01,17,nan",
        "2025-05-01,16",
        "2030-01-01,18,0.3",
        "2025-06-01,16.5,0.3",
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
    assert '"soon": not a date; allowed: a day after 2024-10-07 and up to 2028-01-03' in found[1]
    assert '"3": out of range; allowed: a number of millions from 16 to 100' in found[3]
    assert "from 0.001 to 10, one standard deviation" in found[4]


def test_the_header(tmp_path):
    found = problems(tmp_path, "date,activated_milions,error_millions,date\n2025-03-01,17,0.3,x\n")
    assert found[0].startswith("mine.csv, line 1: column date: given more than once")
    assert found[1].startswith("mine.csv, line 1: column activated_millions: missing")
    assert found[2].endswith('did you mean "activated_millions"?')


@pytest.mark.parametrize(("text", "words"), [("", "missing"), (HEADER, "no line below the header")])
def test_an_empty_file(tmp_path, text, words):
    with pytest.raises((UserError, ScenarioError), match=words):
        read_actuals(write(tmp_path, text), LAST)


def test_what_can_not_be_read(tmp_path):
    with pytest.raises(UserError, match="not UTF-8"):
        read_actuals(write(tmp_path, HEADER + "é", "utf-16"), LAST)
    with pytest.raises(UserError, match="can't be read"):
        read_actuals(tmp_path / "none.csv", LAST)
    with pytest.raises(UserError, match="can't be read"):
        read_actuals(tmp_path, LAST)
