"""What the calibration is given: choices, errors, what was known when, and files of a user's own."""

from datetime import date

import numpy as np
import pytest

from calibration.facts.inputs import load_demography
from calibration.facts.observed import DESIGN_EFFECT, load_choices, load_observed
from calibration.facts.stocks import read_stocks
from calibration.facts.tables import DATA
from foundation.errors import UserError
from model.terms.inputs import Demography

OBSERVED = load_observed()


@pytest.fixture(scope="module")
def demography() -> Demography:
    return load_demography()


def test_shipped_figures():
    assert len(OBSERVED.stocks) == 11
    intervals = ["2024-02-29", "2024-10-07", "2025-01-30", "2026-01-29"]
    assert [s.day.isoformat() for s in OBSERVED.stocks if s.is_interval] == intervals
    assert OBSERVED.data_end == date(2026, 1, 29)
    choices = load_choices()
    assert len(OBSERVED.answers) == sum(choice.fitted for choice in choices)
    for choice in choices:
        assert choice.fitted == (not choice.reasons["en"]) == (not choice.reasons["fr"])


def test_the_error_of_an_answer():
    used = next(a for a in OBSERVED.answers if (a.item.survey, a.item.key) == ("DNS 2023", "used"))
    assert used.base == 1.0
    sampling = 0.5 / np.sqrt(used.item.n / DESIGN_EFFECT)
    assert used.sd == pytest.approx(np.hypot(sampling, 0.03))
    visited = next(a for a in OBSERVED.answers if a.item.key == "visited_only")
    assert visited.base == 0.5
    share, n = visited.item.share, visited.item.n * 0.5 / DESIGN_EFFECT
    assert visited.sd == pytest.approx(np.hypot(np.sqrt(share * (1 - share) / n), 0.05))


def test_what_was_known_at_an_origin():
    early = OBSERVED.until(date(2023, 11, 24))
    assert [s.day.isoformat() for s in early.stocks] == ["2022-10-31", "2023-02-13", "2023-04-25", "2023-11-24"]
    assert early.data_end == date(2023, 11, 24)
    ends = {a.item.survey: a.item.end for a in OBSERVED.answers}
    for survey, end in ends.items():
        before = OBSERVED.until(date.fromordinal(end.toordinal() - 1))
        assert survey not in {a.item.survey for a in before.answers}
        assert survey in {a.item.survey for a in OBSERVED.until(end).answers}
    assert OBSERVED.until(date(2030, 1, 1)) == OBSERVED
    with pytest.raises(UserError, match=r"2022-10-30: no stock was known then; the first is of 2022-10-31"):
        OBSERVED.until(date(2022, 10, 30))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CSA 2022,aware,yes,3", "CSA 2023,aware,yes,3", "line 2, column survey: 'CSA 2023'"),
        ("CSA 2022,aware,yes,3", "CSA 2022,aware,perhaps,3", "line 2, column fitted: 'perhaps'"),
        ("CSA 2022,aware,yes,3", "CSA 2022,aware,yes,", "line 2, column model_error_points"),
        ("CSA 2022,activated,yes", "CSA 2022,aware,yes", "line 3, column key"),
    ],
)
def test_damaged_choices(tmp_path, old, new, message):
    text = (DATA / "likelihood.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "likelihood.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_choices(tmp_path)


def test_an_answer_that_does_not_exist(tmp_path):
    for name in ("likelihood.csv", "surveys.csv", "activations.csv"):
        text = (DATA / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("CSA 2022,aware,yes", "CSA 2022,awake,yes"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"likelihood\.csv: CSA 2022, awake: no such row"):
        load_observed(tmp_path)


def read(tmp_path, text, demography, encoding="utf-8"):
    file = tmp_path / "mine.csv"
    file.write_bytes(text.encode(encoding))
    return read_stocks(file, demography)


def test_a_good_file(tmp_path, demography):
    text = "date,activated_millions,error_millions\n2023-01-02,8,0.1\n\n2024-01-01,10.5,0.2\n"
    first, last = read(tmp_path, text, demography)
    assert (first.day, first.millions, first.error, first.kind, first.region) == (
        date(2023, 1, 2),
        8.0,
        0.1,
        "measured",
        None,
    )
    assert (last.day, last.status) == (date(2024, 1, 1), "yours")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_of_a_french_spreadsheet(tmp_path, demography, encoding):
    region = demography.regions[0]
    text = (
        "date;activated_millions;error_millions;use;region\r\n"
        f"2023-01-02;0,8;0,05;;{region}\r\n2023-01-02;8,25;0,1;target;\r\n2024-02-29;11;0,15;lower bound;\r\n"
    )
    stocks = read(tmp_path, text, demography, encoding)
    assert [(s.millions, s.kind, s.region) for s in stocks] == [
        (0.8, "measured", region),
        (8.25, "measured", None),
        (11.0, "lower bound", None),
    ]


def test_a_bound_may_lie_below_an_earlier_count(tmp_path, demography):
    text = "date,activated_millions,error_millions,use\n2023-01-02,8,0.1,\n2024-01-01,7,0.2,lower bound\n"
    assert len(read(tmp_path, text, demography)) == 2


def problems(tmp_path, text, demography, encoding="utf-8"):
    with pytest.raises(UserError) as error:
        read(tmp_path, text, demography, encoding)
    return str(error.value).splitlines()


def test_all_problems_of_a_header_at_once(tmp_path, demography):
    found = problems(tmp_path, "date,activated_milion,region,region,colour\n2023-01-02,8,,,\n", demography)
    assert [line.partition("line 1: ")[2] for line in found] == [
        "no column 'activated_millions'; needed: date, activated_millions",
        "unknown column 'activated_milion' (did you mean activated_millions?); "
        "allowed: date, activated, activated_millions, error_millions, use, region",
        "unknown column 'colour'; allowed: date, activated, activated_millions, error_millions, use, region",
        "column 'region' stands there twice",
    ]


def test_all_problems_of_the_lines_at_once(tmp_path, demography):
    text = (
        "date,activated_millions,error_millions,use,region\n"
        "02/01/2023,8,0.1,,\n"
        "2023-02-01,eight,-1,goal,Bretagn\n"
        "2023-03-01,nan,inf,,\n"
        "2023-04-01,9,0.1\n"
        "2021-01-01,9,0.1,,\n"
        "2099-01-01,9,0.1,,\n"
        "2024-01-01,9,0.1,,\n"
        "2023-06-01,9.5,0.1,,\n"
        "2024-03-01,7,0.1,,\n"
    )
    found = problems(tmp_path, text, demography)
    where = [line.split("mine.csv, ")[1] for line in found]
    assert [entry.split(": ")[0] for entry in where] == [
        "line 2, column date",
        "line 3, column activated_millions",
        "line 3, column error_millions",
        "line 3, column use",
        "line 3, column region",
        "line 4, column activated_millions",
        "line 4, column error_millions",
        "line 5",
        "line 6, column date",
        "line 7, column date",
        "line 9, column date",
        "line 10, column activated_millions",
    ]
    assert "'eight'; allowed: a number from" in found[1]
    assert "'goal'; allowed: target, lower bound" in found[3]
    assert "'Bretagn' (did you mean Bretagne?); allowed: " in found[4]
    assert "3 cells; needed 5, as in the header" in found[7]
    assert "2023-06-01 after 2024-01-01; days have to rise" in found[10]
    assert "7 after 9.5; counts can't fall" in found[11]


@pytest.mark.parametrize("text", ["", "date,activated_millions,error_millions\n\n"])
def test_a_file_without_stocks(tmp_path, demography, text):
    (line,) = problems(tmp_path, text, demography)
    assert "mine.csv: " in line
    assert "empty" in line or "at least one is needed" in line


def test_files_that_cannot_be_read(tmp_path, demography):
    with pytest.raises(UserError, match=r"none\.csv: there is no such file"):
        read_stocks(tmp_path / "none.csv", demography)
    with pytest.raises(UserError, match="is a folder, not a file"):
        read_stocks(tmp_path, demography)
    (tmp_path / "odd.csv").write_bytes(b"date;activated\n2023-01-02;\x81\n")
    with pytest.raises(UserError, match=r"odd\.csv: line 2: neither UTF-8 nor the Windows code page"):
        read_stocks(tmp_path / "odd.csv", demography)


def test_figures_with_ends(tmp_path, demography):
    text = "date,activated_millions,low,high,use\n2023-01-02,8,8,9,\n2024-01-01,10.5,10,11,lower bound\n"
    figure, bound = read(tmp_path, text, demography)
    assert (figure.kind, figure.is_interval, figure.low, figure.high) == ("headline", True, 8.0, 9.0)
    assert (figure.millions, figure.error) == pytest.approx((8.5, 1 / 12**0.5))
    assert (bound.kind, bound.millions, bound.low, bound.high) == ("lower bound", 10.5, 10.5, float("inf"))


def test_damaged_ends(tmp_path, demography):
    text = "date,activated_millions,low,high\n2023-01-02,8,9,8\n2023-02-01,8,8.1,9\n2023-03-01,8,,9\n"
    found = [line.split("mine.csv, ")[1] for line in problems(tmp_path, text, demography)]
    assert found == [
        "line 2, column high: '8'; allowed: a number above low (9)",
        "line 3, column activated_millions: '8'; allowed: from low to high, 8.1 to 9",
        "line 4, column low: '' (empty); allowed: a number from 1e-06 to 100",
    ]
    header = "date,activated_millions,error_millions,low\n2023-01-02,8,0.1,8\n"
    assert [line.partition("line 1: ")[2] for line in problems(tmp_path, header, demography)] == [
        "no column 'high'; needed: date, activated_millions, low, high",
        "unknown column 'error_millions' (did you mean activated_millions?); "
        "allowed: date, activated, activated_millions, low, high, use, region",
    ]


HEADER = "date,activated_millions,error_millions,region\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2026-03-01,95,1,", "column activated_millions: '95'"),
        ("2026-03-01,50,1,Bretagne", "column activated_millions: '50'"),
        ("2026-03-01,1_8,1,", "column activated_millions: '1_8'"),
        ("2026-03-01,١٨,1,", "column activated_millions: '١٨'"),
        ("2026-03-01,6,0.1,Île-de-France\n2026-03-01,4,0.1,Occitanie\n2026-06-01,9,0.1,", "add up to 10 million"),
    ],
)
def test_more_profiles_than_people_and_odd_digits_are_refused(tmp_path, demography, rows, message):
    file = tmp_path / "mine.csv"
    file.write_text(HEADER + rows + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_stocks(file, demography)


def test_regions_may_have_what_the_country_has(tmp_path, demography):
    """Negative control: within three standard deviations, and regions counted later than the country."""
    file = tmp_path / "mine.csv"
    rows = (
        "2026-03-01,6,0.1,Île-de-France",
        "2026-03-01,4,0.1,Occitanie",
        "2026-06-01,9.5,0.1,",
        "2026-09-01,9,0.1,Île-de-France",
    )
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    assert len(read_stocks(file, demography)) == 4


def test_a_quoted_decimal_comma_is_read(tmp_path, demography):
    file = tmp_path / "mine.csv"
    file.write_text('date,activated_millions,error_millions\n2026-03-01,"25,5","0,3"\n', encoding="utf-8")
    assert [stock.millions for stock in read_stocks(file, demography)] == [25.5]
