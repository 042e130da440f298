"""``--xlsx``: the tables of a folder in one workbook, cell by cell those of the CSV files."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

from cli.main import app
from foundation.store import manifest as manifests
from planning.mix.study import TABLES
from report import say
from report.guides.columns import columns_of
from report.sources import load_provenance
from report.workbook import _counted, _sources, workbook
from scenarios.compare.study import NAMES

SMALL = ("--people", "1000", "--draws", "2", "--workers", "1", "--pictures", "none")
HOSTILE = '[title]\nen = "=1+1"\nfr = "@SUM(A1)"\n[description]\nen = "-1"\n[[lever]]\nkind = "letter"\n'
FIXED = {"en": ["About", "Sources", "Columns"], "fr": ["À propos", "Sources", "Colonnes"]}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One comparison by language, with titles that a spreadsheet would compute."""
    place = tmp_path_factory.mktemp("books")
    (place / "t.toml").write_text(HOSTILE, encoding="utf-8")
    for lang in ("en", "fr"):
        words = ["compare", "doctors-fee", str(place / "t.toml"), *SMALL, "--xlsx", "--lang", lang]
        result = CliRunner().invoke(app, [*words, "--out", str(place / lang)])
        assert result.exit_code == 0, result.stderr
    return {lang: place / lang for lang in ("en", "fr")}


def book_of(folder: Path, lang: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(folder / f"tables.{lang}.xlsx")


def as_in_csv(value: object, unit: str, lang: str) -> str:
    """How a cell would stand in the CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, str):
        return f"'{value}" if value[0] in "=+@-" else value
    shown = repr(value) if isinstance(value, int) else f"{value:.16g}"
    return shown.replace(".", ",") if lang == "fr" else shown


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_cell_is_that_of_the_table(folders: dict[str, Path], lang: str) -> None:
    folder, book = folders[lang], book_of(folders[lang], lang)
    tables = [str(say(f"sheet.{name}", lang)) for name in NAMES]
    assert book.sheetnames == [*FIXED[lang][:2], *tables, FIXED[lang][2]]
    for name, title in zip(NAMES, tables, strict=True):
        path = folder / f"{name}.{lang}.csv"
        units = [entry.meaning["unit"] for _, _, entry in columns_of(path) if entry]
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";" if lang == "fr" else ","))
        found = list(book[title].iter_rows(values_only=True))
        assert list(found[0]) == rows[0]
        assert len(found) == len(rows)
        for mine, row in zip(found[1:], rows[1:], strict=True):
            for value, text, unit in zip(mine, row, units, strict=True):
                shown = as_in_csv(value, unit, lang)
                same = shown == text or float(shown.replace(",", ".")) == pytest.approx(float(text.replace(",", ".")))
                assert same, (name, value, text)
                assert not isinstance(value, str) or unit == "text" or (lang == "fr" and unit == "yes"), (name, value)
                if unit == "date" and text:
                    assert isinstance(value, datetime.datetime)


@pytest.mark.parametrize(("lang", "title"), [("en", "=1+1"), ("fr", "@SUM(A1)")])
def test_a_title_is_never_computed(folders: dict[str, Path], lang: str, title: str) -> None:
    cells = [cell for sheet in book_of(folders[lang], lang) for row in sheet.iter_rows() for cell in row]
    assert title in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def test_a_formula_would_be_noticed(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "x.xlsx")) as book:
        book.add_worksheet().write(0, 0, "=1+1")
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").active["A1"].data_type == "f"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_it_says_sources_dates_and_columns(folders: dict[str, Path], lang: str) -> None:
    book = book_of(folders[lang], lang)
    about = dict(list(book[FIXED[lang][0]].iter_rows(values_only=True))[1:])
    assert datetime.datetime(2026, 1, 29) in about.values()
    sources = list(book["Sources"].iter_rows(min_row=2, values_only=True))
    count = str(say("workbook.count", lang))
    assert (24.5, count) in {(row[2], row[0]) for row in sources}
    assert {str(say(f"workbook.{kind}", lang)) for kind in ("count", "price", "minutes", "effect")} == {
        row[0] for row in sources
    }
    assert any(row[7] and str(row[9]).startswith("https://") for row in sources)
    explained = {(row[0], row[1]) for row in book[FIXED[lang][2]].iter_rows(min_row=2, values_only=True)}
    heads = {(s.title, c.value) for s in book if s.title not in FIXED[lang] for c in s[1]}
    assert explained == heads


def test_the_folder_is_whole_with_it_and_it_is_the_same_each_time(folders: dict[str, Path]) -> None:
    folder = folders["fr"]
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 0
    assert (folder / "tables.fr.xlsx").read_bytes() == workbook(folder, manifests.read(folder), "fr")
    assert not (folder / "tables.en.xlsx").exists()


def test_of_folders_and_of_one_run(folders: dict[str, Path], tmp_path: Path) -> None:
    words = ["compare", str(folders["en"]), str(folders["fr"]), "--xlsx", "--pictures", "none"]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "both")])
    assert result.exit_code == 0, result.stderr
    assert "Summary" in book_of(tmp_path / "both", "en").sheetnames
    result = CliRunner().invoke(app, ["run", "media", *SMALL, "--xlsx", "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.stderr
    assert len(list(book_of(tmp_path / "run", "en")["Summary"].iter_rows())) == 3


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_table_has_a_name_that_a_sheet_takes(lang: str) -> None:
    names = [str(say(f"sheet.{name}", lang)) for name in (*NAMES, *TABLES, "about", "sources", "columns")]
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_counts_of_a_region_are_among_the_sources() -> None:
    count = {"date": "2025-12-31", "millions": 1.3, "low_millions": 1.2, "high_millions": 1.4, "kind": "measured"}
    run = {"region": "Bretagne", "stock_targets": [count]}
    rows = list(_sources(run, load_provenance("posterior/default.parquet"), "fr"))
    (own,) = (row for row in rows if row[0] == "votre comptage de la région, en millions")
    assert own[1:7] == ("31\u00a0déc.\u00a02025", 1.3, 1.2, 1.4, "votre comptage", "Bretagne")
    published = [row for row in rows if row[0] == "comptage publié du pays, en millions"]
    assert published
    assert all(row[2] == round(row[2], 9) for row in published)
    assert not [row for row in rows if row[0] == "comptage publié, en millions"], "whose count it is, is said"
    assert not any(row[6] == "Bretagne" for row in _sources({}, load_provenance("posterior/default.parquet"), "fr"))


@pytest.mark.parametrize(
    ("counts", "own"),
    [(["2024-06-30", "2025-12-31"], datetime.date(2025, 12, 31)), ([], "none: at the level believed of")],
)
def test_the_first_sheet_says_whose_the_last_count_is(counts: list[str], own: datetime.date | str) -> None:
    """Of a region its own, or that none is known, and that of the country as such."""
    run = {"region": "Bretagne", "data_end": "2026-01-29", "stock_targets": [{"date": day} for day in counts]}
    found = _counted(run, "en")
    assert found["region"] == "Bretagne"
    shown = found["own_data_end"]
    assert shown == own or str(shown).startswith(str(own))
    assert found["country_data_end"] == datetime.date(2026, 1, 29)
    assert _counted({"data_end": "2026-01-29"}, "fr") == {"data_end": datetime.date(2026, 1, 29)}
