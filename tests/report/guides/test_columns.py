"""Every column of every file that a command writes has an entry in the dictionary, and every entry a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.facts.priors import FREE
from cli.main import app
from foundation.errors import UserError
from foundation.store.manifest import package_version, read
from planning.sensitivity.words import input_title
from report.guides.columns import Column, Table, _header, _plain, _said, described, meaning, page, tables, unit

ROOT = Path(__file__).parents[3]
SMALL = ("--people", "1000", "--workers", "1")
QUICK = {
    "compare": ("compare", "media", "simplified-signup", *SMALL, "--draws", "2", "--pictures", "none"),
    "effects": ("effects", *SMALL, "--draws", "2", "--pictures", "none"),
    "survey": ("survey", *SMALL, "--draws", "2"),
    "regions": ("regions", "--people", "1000", "--workers", "1", "--draws", "1"),
    "level": ("calibrate", "--region", "Bretagne", "--counts", "COUNTS", "--people", "1000", "--workers", "1",
              "--draws", "12", "--pictures", "none"),
}  # fmt: skip
COUNTS = "date,activated_millions,error_millions\n2025-06-30,1.0,0.3\n"
LONG = {
    "run": ("run", "media", *SMALL, "--draws", "2", "--pictures", "none"),
    "many": ("compare", "media", "simplified-signup", *SMALL, "--draws", "40", "--pictures", "none"),
    "plan": ("plan", "--budget", "20M", "--levers", "email,simplify,letters", *SMALL, "--draws", "16",
             "--pictures", "none"),
    "forecast": ("forecast", *SMALL, "--draws", "8", "--pictures", "none"),
    "hindcast": ("hindcast", "--origins", "2025-01-30", *SMALL, "--draws", "4", "--pictures", "none"),
    "fit": ("fit", "--people", "2000", "--workers", "1", "--draws", "4"),
    "uncertainty": ("uncertainty", "media", *SMALL, "--draws", "12"),
    "sensitivity": ("sensitivity", "many", "--workers", "1", "--pictures", "none"),
}  # fmt: skip
NOT_MADE = {("calibrate",), ("forecast --register",), ("study readings",)}
"""Takes hours, or writes into a clone: their shipped files are looked at below, but for the last."""


def made(folder: Path, commands: dict[str, Sequence[str]]) -> Path:
    (folder / "counts.csv.txt").write_text(COUNTS, encoding="utf-8")
    places = {"many": str(folder / "many"), "COUNTS": str(folder / "counts.csv.txt")}
    for name, words in commands.items():
        words = [places.get(word, word) for word in words]
        result = CliRunner().invoke(app, [*words, "--out", str(folder / name)])
        assert result.exit_code == 0, (name, result.stderr)
    return folder


def files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in (".csv", ".parquet"))
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


def entries(path: Path) -> list[Table]:
    """The tables of the dictionary that a file agrees with, column by column."""
    columns = _header(path)
    named = [table for table in tables() if _plain(path.name) in table.files]
    if path.name.endswith(".fr.csv"):
        return [table for table in named if sum(len(column.names) for column in table.columns) == len(columns)]
    return [table for table in named if whole(table, columns)]


def whole(table: Table, columns: Sequence[str]) -> bool:
    """Whether each column has an entry and each entry a column."""
    matched = list(table.matched(columns))
    seen = {id(entry) for _, entry in matched}
    return len(matched) == len(columns) and all(id(entry) in seen for entry in table.columns)


def agree(folder: Path, commands: set[str]) -> None:
    found = {path: entries(path) for path in files(folder)}
    assert [str(path) for path, some in found.items() if not some] == []
    versions = {read(path.parent)["version"] for path in folder.glob("*/manifest.json")}
    assert versions == {package_version()}, "one key of one meaning in every kind of folder"
    seen = {id(table) for some in found.values() for table in some}
    wanted = [table for table in tables() if commands & set(table.of)]
    assert [table.files for table in wanted if id(table) not in seen] == []


def test_files_of_quick_commands(tmp_path: Path) -> None:
    folder = made(tmp_path, QUICK)
    agree(folder, {"compare", "effects", "survey", "regions"})
    french = folder / "compare/summary.fr.csv"
    assert [row[0] for row in described(french, "fr")][:2] == ["scénario", "titre"]
    assert "Inscription simplifiée" in french.read_text("utf-8-sig")
    assert described(folder / "compare/weekly.parquet", "en")[2] == (
        "week", "week at whose start the count is taken", "weeks since 31 January 2022"
    )  # fmt: skip


@pytest.mark.slow
def test_files_of_the_others(tmp_path: Path) -> None:
    agree(made(tmp_path, LONG), {"run", "plan", "forecast", "hindcast", "fit", "uncertainty", "sensitivity"})


def test_every_command_is_run_or_named() -> None:
    run = {words[0] for words in (*QUICK.values(), *LONG.values())}
    assert [table.files for table in tables() if not run & set(table.of) and table.of not in NOT_MADE] == []


@pytest.mark.parametrize("file", ["posterior/default.parquet", "forecasts/2026-11-29-v0.2.0/paths.parquet",
                                  "forecasts/2026-11-29-v0.2.0/forecast.csv"])  # fmt: skip
def test_shipped_files(file: str) -> None:
    path = ROOT / "calibration/data" / file
    columns = _header(path)
    name = "posterior.parquet" if file.startswith("posterior") else path.name
    assert any(whole(table, columns) for table in tables() if name in table.files)


def test_columns_without_number_are_what_they_stand_for() -> None:
    posterior = _header(ROOT / "calibration/data/posterior/default.parquet")
    assert set(posterior) == set(FREE)
    assert input_title("people.access", "en") != "people.access"


def outcomes() -> Table:
    return next(table for table in tables() if table.files == ("outcomes.parquet",))


def test_a_column_without_an_entry_and_an_entry_without_a_column_are_found() -> None:
    columns = [name for column in outcomes().columns for name in column.names]
    assert whole(outcomes(), columns)
    assert not whole(outcomes(), [*columns, "new"])
    assert not whole(outcomes(), columns[:-1])
    assert not whole(outcomes(), ["other", *columns[1:]])


def texts(column: Column) -> Iterator[str]:
    yield from (column.meaning["en"], column.meaning["fr"])


def test_entries_are_whole() -> None:
    for table in tables():
        assert all(table.what.values())
        for column in table.columns:
            assert column.meaning["unit"] in _said("unit"), column
            assert all(texts(column)), column


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_holds_every_file(lang: str) -> None:
    shown = page(lang)
    for table in tables():
        assert all(f"`{file}`" in shown for file in table.files)


def test_what_is_no_table_of_ours_is_said(tmp_path: Path) -> None:
    (tmp_path / "sumary.csv").write_text("a,b\n")
    said = r'no table that a command writes; `mes columns` lists them all; did you mean "summary.csv"\?$'
    with pytest.raises(UserError, match=said):
        described(tmp_path / "sumary.csv", "en")
    (tmp_path / "broken.parquet").write_text("a")
    with pytest.raises(UserError, match="no Parquet file"):
        described(tmp_path / "broken.parquet", "en")
    with pytest.raises(UserError, match="no such file"):
        described(tmp_path / "none.csv", "en")
    with pytest.raises(UserError, match=r'no such file; .*; did you mean "summary.csv"\?$'):
        described(tmp_path / "summry.csv", "en")
    (tmp_path / "when.csv").touch()
    with pytest.raises(UserError, match=r"the file is empty$"):
        described(tmp_path / "when.csv", "en")


BOUND = {"en": "bound of the|95th percentile", "fr": "borne (inf|sup)érieure de l’intervalle|95e centile"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_two_columns_of_a_table_are_said_alike(lang: str) -> None:
    """A bound says that it is one, and of which interval."""
    for table in tables():
        told = [(meaning(column, lang, name), unit(column, lang)) for column in table.columns for name in column.names]
        alike = {one for one in told if told.count(one) > 1}
        assert not alike, (table.files, alike)
        for column in table.columns:
            for name in column.names:
                if name.endswith(("_low", "_high", "_p05", "_p95")) and not name.startswith("when_"):
                    assert re.search(BOUND[lang], meaning(column, lang, name)), name


def test_of_a_file_of_another_version_what_is_known_is_said(tmp_path: Path) -> None:
    (tmp_path / "summary.en.csv").write_text("scenario,price_status,older\n")
    assert [row[1:] != ("?", "") for row in described(tmp_path / "summary.en.csv", "en")] == [True, True, False]
