"""Loading the model's tables, and what is said of damaged ones."""

from datetime import date

import numpy as np
import pytest

from calibration.facts import tables
from calibration.facts.history import load_events
from calibration.facts.inputs import (
    MODEL_TABLES,
    TABLES,
    carried_on,
    load_costs,
    load_demography,
    load_history,
    tables_of,
)
from calibration.facts.observed import load_observed
from calibration.facts.priors import load_priors
from calibration.facts.tables import DATA, load_constants, read_rows
from calibration.facts.targets import StockTarget, load_stock_targets, load_surveyed
from scenarios.language.regions import REGIONS

BANDS_2022 = {(0, 15): 182, (16, 17): 183, (18, 24): 184, (25, 34): 185, (35, 49): 186, (50, 64): 187, (65, 74): 188}


@pytest.fixture
def folder(tmp_path):
    for item in DATA.iterdir():
        if item.name.endswith(".csv"):
            (tmp_path / item.name).write_bytes(item.read_bytes())
    return tmp_path


def replace(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def fact(number):
    return next(float(r.cells["value"]) for r in read_rows("facts.csv", ("id",)) if r.cells["id"] == f"F{number:03}")


def read_by(monkeypatch, *loaders):
    """Tables that some loaders read, noted as they are opened."""
    opened, real = set(), tables._text
    with monkeypatch.context() as watched:
        watched.setattr(tables, "_text", lambda name, folder: opened.add(name) or real(name, folder))
        for load in loaders:
            load()
    return opened


def test_the_tables_of_a_question_are_those_that_are_read(monkeypatch):
    """A resume compares these: one that is missing here could be edited in between and nobody would know."""
    model = (load_demography, load_history, load_surveyed)
    found = read_by(monkeypatch, *model)
    assert found == set(MODEL_TABLES)
    assert read_by(monkeypatch, *model, load_observed, load_priors) == set(TABLES["calibrate"])
    assert read_by(monkeypatch, *model, load_costs, load_priors) == set(TABLES["hindcast"])
    assert found < set(TABLES["calibrate"]), "negative control: fewer loaders, fewer tables"
    for question in TABLES:
        assert set(MODEL_TABLES) < set(tables_of(question))


def test_demography():
    demography = load_demography()
    assert demography.pyramid.shape == (8, 2, 100)
    assert demography.regions == REGIONS
    assert demography.region_share.sum() == pytest.approx(1)
    assert set(demography.pilot_regions) == {"Occitanie", "Pays de la Loire", "Hauts-de-France"}
    assert demography.account_share == pytest.approx(fact(136) / fact(190), abs=5e-4)
    assert demography.profiles[0].digitally_excluded == 0
    assert demography.profiles[0].has_own_gp is None


def test_the_published_total_of_2022_lacks_the_oldest_women():
    pyramid = load_demography().pyramid[0]
    oldest = pyramid[0, 99]
    assert (pyramid.sum() - oldest) / 1e6 == pytest.approx(fact(181), abs=5e-4)
    assert pyramid.sum() / 1e6 != pytest.approx(fact(181), abs=5e-3)
    assert (pyramid[:, 75:].sum() - oldest) / 1e6 == pytest.approx(fact(189), abs=5e-4)
    for (first, last), number in BANDS_2022.items():
        assert pyramid[:, first : last + 1].sum() / 1e6 == pytest.approx(fact(number), abs=5e-4)


def test_the_oldest_women_of_2022_are_derived_from_the_following_years():
    women = load_demography().pyramid[:, 0]
    kept = np.mean([women[year + 1, 99] / women[year, 98:].sum() for year in (1, 2, 3)])
    assert women[0, 99] == pytest.approx(women[1, 99] / kept - women[0, 98], abs=1)
    (row,) = [r for r in read_rows("population.csv", ("status",)) if r.cells["status"] == "derived"]
    assert (row.cells["year"], row.cells["sex"], row.cells["age"]) == ("2022", "F", "99")


@pytest.mark.parametrize(("year", "number"), [(2, 190), (3, 199), (4, 208)])
def test_later_totals_and_bands(year, number):
    pyramid = load_demography().pyramid[year]
    assert pyramid.sum() / 1e6 == pytest.approx(fact(number), abs=5e-4)
    for offset, (first, last) in enumerate([*BANDS_2022, (75, 99)], 1):
        assert pyramid[:, first : last + 1].sum() / 1e6 == pytest.approx(fact(number + offset), abs=6e-4)


def test_the_year_carried_on_by_hand():
    """Three ages (0, 1, 2 and older): a cohort that lost a tenth loses a tenth again; as many are born."""
    before = np.array([[100.0, 100.0, 50.0]])
    last = np.array([[80.0, 90.0, 120.0]])
    years = carried_on(np.stack([before, last]))
    assert years.shape == (3, 1, 3)
    assert (years[:2] == np.stack([before, last])).all()
    # 80 -> 80 x 90/100; those of 1 and older: (90 + 120) x 120 / (100 + 50).
    assert years[2, 0] == pytest.approx([80.0, 72.0, 168.0])


def test_the_people_of_2029():
    demography = load_demography()
    assert demography.years[-1] == 2029
    people = demography.pyramid
    assert (people[-1, :, 0] == people[-2, :, 0]).all()
    change = people[-1].sum() / people[-2].sum()
    assert change == pytest.approx(people[-2].sum() / people[-3].sum(), abs=0.002)
    assert (people[-1, :, 41] / people[-2, :, 40]) == pytest.approx(people[-2, :, 41] / people[-3, :, 40])


def test_history():
    history = load_history()
    assert history.data_end == date(2026, 1, 29)
    assert history.activated_at_start == 168_000
    assert history.notices_main == (date(2022, 1, 31), date(2022, 3, 28))
    assert history.notices_end == date(2022, 7, 15)
    assert history.reminders_share == pytest.approx(32 / 51.6 / 0.6975, abs=1e-3)
    assert history.documents[0] == (date(2022, 2, 1), 0.8)


def test_costs():
    items = {item.key: item for item in load_costs()}
    assert items["letter/per letter"].value == 0.95
    assert len(items) == len(load_costs()) >= 16, "no row twice"
    assert all(0 <= item.low <= item.value <= item.high for item in items.values())


DAMAGES = [
    ("population.csv", "2022,F,99,38426,derived\n", "", load_demography, "population.csv: no row for 2022 F 99"),
    ("population.csv", "2022,F,1,", "2022,F,0,", load_demography, "line 3, column age: '0'.*once"),
    ("population.csv", "2022,F,0,339706", "2022,F,0,many", load_demography, "line 2, column population: 'many'"),
    ("population.csv", "2022,F,0,339706", "2022,F,0,-1", load_demography, "a number from 0 to"),
    ("population.csv", "2022,F,0", "2021,F,0", load_demography, "column year: '2021'.*from 2022 to 2028"),
    ("population.csv", "2022,F,0", "2022,X,0", load_demography, "column sex: 'X'.*F, M"),
    ("regions.csv", "Bretagne", "Normandie", load_demography, "column region: 'Normandie'"),
    ("age_profiles.csv", "16-17,16,17", "16-17,17,17", load_demography, "column age_from: '17'.*16"),
    ("age_profiles.csv", "75+,75,120", "75+,75,98", load_demography, "column age_to: '98'.*99"),
    ("age_profiles.csv", ",0.69,", ",1.69,", load_demography, "column email_reach: '1.69'.*from 0 to 1"),
    ("constants.csv", "opposed", "oposed", load_history, "column name: 'oposed'.*opposed"),
    ("constants.csv", "account_share", "doctors", load_demography, "'doctors'"),
    ("costs.csv", "0.003,0.001", "0.003,0.004", load_costs, "line 2, column low: '0.004'"),
    ("costs.csv", "sms,", "email,", load_costs, "column item"),
    ("outreach_history.csv", "media,", "medias,", load_history, "'medias'"),
    ("outreach_history.csv", "2025-02-15", "2024-02-15", load_history, "column end: '2024-02-15'"),
    ("documents_fed.csv", "2022-07-01", "2022-01-01", load_history, "column date: '2022-01-01'"),
    ("documents_fed.csv", "date,", "day,", load_history, "line 1: no column 'date'"),
    ("activations.csv", "2022-10-31", "31/10/2022", load_history, "line 3, column date: '31/10/2022'.*YYYY-MM-DD"),
    ("activations.csv", ",7.9,rounded,7.8,8.0", ",6.9,rounded,6.8,7.0", load_history, "line 4, column high: '7.0'"),
    ("activations.csv", ",initial,", ",target,", load_history, "column use: 'target'.*initial"),
    ("activations.csv", "7.9,", "7.9,,", load_history, "line 4: 10 cells; needed 9"),
    ("costs.csv", "0.003,0.001", "nan,0.001", load_costs, "column value: 'nan'"),
]


@pytest.mark.parametrize(("name", "old", "new", "load", "message"), DAMAGES)
def test_damaged_tables(folder, name, old, new, load, message):
    load(folder)
    replace(folder, name, old, new)
    with pytest.raises(ValueError, match=message) as caught:
        load(folder)
    assert str(caught.value).startswith(name)


def test_unreadable_tables(folder):
    (folder / "costs.csv").write_bytes(b"lever,item\nm\xe9dia,x\n")
    with pytest.raises(ValueError, match=r"costs\.csv: byte 12 is not UTF-8"):
        load_costs(folder)
    (folder / "costs.csv").write_bytes(b"")
    with pytest.raises(ValueError, match=r"costs\.csv, line 1: no column 'lever'"):
        load_costs(folder)
    (folder / "costs.csv").unlink()
    with pytest.raises(ValueError, match=r"costs\.csv: can't be read"):
        load_costs(folder)


def test_a_byte_order_mark_is_no_error(folder):
    path = folder / "costs.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_costs(folder) == load_costs()


def test_missing_rows(folder):
    replace(folder, "constants.csv", "doctors,52500,doctors,published", "opposed,52500,doctors,published")
    with pytest.raises(ValueError, match="opposed"):
        load_constants(folder)
    lines = (folder / "outreach_history.csv").read_text(encoding="utf-8").splitlines()
    (folder / "outreach_history.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(ValueError, match="no row for reminders"):
        load_events(folder)


def test_stock_targets():
    targets = load_stock_targets()
    assert [target.is_figure for target in targets] == [False] + 11 * [True]
    by_day = {target.day: target for target in targets}
    share, exact = by_day[date(2023, 11, 24)], by_day[date(2024, 1, 10)]
    assert (share.low, share.high, share.facts) == (9.95, 10.63, ("F070", "G009"))
    assert (share.millions, share.error) == pytest.approx((10.29, 0.68 / 12**0.5))
    assert (exact.millions, exact.error) == pytest.approx((10.567231, 0.01))
    last, trade_press = targets[-1], by_day[date(2025, 10, 31)]
    assert (last.day, last.millions, last.kind, last.is_interval) == (date(2026, 1, 29), 24.5, "headline", True)
    assert (trade_press.millions, trade_press.error) == pytest.approx((23.3, 0.5))


def test_a_figure_without_ends_means_one_error_either_way():
    given = {"day": date(2025, 3, 1), "millions": 17.0, "error": 0.5, "status": "yours", "facts": ()}
    measured, bound = StockTarget(kind="measured", **given), StockTarget(kind="lower bound", **given)
    assert (measured.low, measured.high, measured.is_figure) == (16.5, 17.5, True)
    assert (bound.low, bound.high, bound.is_figure) == (17.0, float("inf"), False)
    assert bound.described()["high_millions"] is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2023-02-13,7.9,rounded,7.8,8.0", "2023-02-13,7.9,rounded,8.1,8.0", "line 4, column high"),
        ("2023-02-13,7.9,rounded,7.8,8.0", "2022-10-31,7.9,rounded,7.8,8.0", "line 4, column date"),
        ("2023-02-13,7.9,rounded,7.8,8.0", "2023-02-13,7.9,rounded,6.8,7.0", "line 4, column high: '7.0'"),
        ("2026-01-29,24,headline,24.0,25.0", "2026-01-29,24,headline,15.9,16.9", "line 13, column high: '16.9'"),
        ("2024-01-10,10.567231,exact", "2024-01-10,10.6,exact", "line 7, column published"),
        ("2024-01-10,10.567231,exact", "2024-01-10,10.567231,exactly", "line 7, column kind"),
        ("0.1675,0.1685,initial", "0.1675,0.1685,target", "line 2, column use"),
        ("7.1,7.3,target", "7.1,7.3,initial", "line 2, column use"),
    ],
)
def test_damaged_stocks(tmp_path, old, new, message):
    text = (DATA / "activations.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "activations.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_stock_targets(tmp_path)
