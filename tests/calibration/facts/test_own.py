"""Tables as officers have them: forms that are read alike, and others that are refused with line and column."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from calibration.facts.inputs import load_demography
from calibration.facts.stocks import read_stocks, understood
from foundation.errors import UserError
from foundation.language.text import in_language
from tests.hostile import judge

DEMOGRAPHY = load_demography()


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a command before has left."""
    monkeypatch.setattr("cli.errors.Mes.lang", "en")
    monkeypatch.setattr("foundation.tasks.journal.journal.lang", "en")


WANTED = [
    (date(2025, 6, 30), 1_234_567, "Bretagne"),
    (date(2025, 6, 30), 4_100_250, "Île-de-France"),
    (date(2025, 12, 31), 1_300_001, "Bretagne"),
]
"""What each of the forms says, in people."""
SOUTH_EAST, OVERSEAS = "Provence-Alpes-Côte d'Azur et Corse", "Outre-mer (DROM)"


def workbook(
    rows: list[list[object]], *, days: str = "dd/mm/yyyy", sheet: str = "Feuil1", before: bool = False
) -> bytes:
    """A workbook as Excel writes it; ``before``: another sheet comes first."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        if before:
            book.add_worksheet("Lisez-moi").write(0, 0, "à lire")
        page, day = book.add_worksheet(sheet), book.add_format({"num_format": days})
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)
                else:
                    page.write(line, column, cell)
    return made.getvalue()


SHEET: list[list[object]] = [
    ["Date", "Région", "Profils activés"],
    *[[day, region, people] for day, people, region in WANTED],
]
TEXTS: list[list[object]] = [[f"{d:%d/%m/%Y}", r, f"{n:,}".replace(",", "\u00a0")] for d, n, r in WANTED]
FRENCH = (
    "Date;Région;Profils activés\n30/06/2025;Bretagne;1 234 567\n30/06/2025;Île-de-France;4 100 250\n"
    "31/12/2025;Bretagne;1 300 001\n"
)
FORMS: dict[str, tuple[bytes, str]] = {
    "as documented": (
        b"date,activated_millions,error_millions,region\n2025-06-30,1.234567,0.0001,Bretagne\n"
        + "2025-06-30,4.10025,0.0001,Île-de-France\n2025-12-31,1.300001,0.0001,Bretagne\n".encode(),
        "",
    ),
    "semicolons, spaces between thousands": (FRENCH.encode(), ""),
    "Windows code page": (FRENCH.encode("cp1252"), ""),
    "UTF-16 with tabs": (FRENCH.replace(";", "\t").encode("utf-16"), ""),
    "a byte-order mark, narrow no-break spaces": (
        re.sub("(?<=[0-9]) (?=[0-9])", "\u202f", FRENCH).encode("utf-8-sig"),
        "",
    ),
    "decimal commas, millions in the header": (
        "Jour;Nom de la région;Profils activés (en millions)\r\n30/06/2025;BRETAGNE;1,234567\r\n"
        "30/06/2025;ile de france;4,100250\r\n31/12/2025;bretagne;1,300001\r\n".encode(),
        "",
    ),
    "codes of regions, points between thousands, months in words": (
        "Situation au;Code région;Nb de profils activés;Commentaire\n30 juin 2025;53;1.234.567;provisoire\n"
        "30 juin 2025;11;4.100.250;\n31 déc. 2025;53;1.300.001;\n".encode(),
        "",
    ),
    "English signs": (
        b'date,region,activated\n06/30/2025,Brittany,"1,234,567"\n06/30/2025,Ile-de-France,"4,100,250"\n'
        b'12/31/2025,Bretagne,"1,300,001"\n',
        "",
    ),
    "the sign between cells in a first line, as Excel takes it": (f"sep=;\r\n{FRENCH}".encode("utf-8-sig"), ""),
    "the same in quotes, before tabs": (('"sep=\t"\n' + FRENCH.replace(";", "\t")).encode(), ""),
    "the same before a sign that no header tells": (
        f"sep=|\n{FRENCH.replace(';', '|')}".encode(),
        "",
    ),
    "a workbook": (workbook(SHEET), ""),
    "a named sheet, texts for numbers and days": (
        workbook([["Jour", "Région", "Activés"], *TEXTS], sheet="Régions", before=True),
        "#Régions",
    ),
    "shares of the insured": (
        "Date;Région;Assurés;Taux d'activation\n30/06/2025;Bretagne;2 469 134;50,0 %\n"
        "30/06/2025;Île-de-France;8 200 500;50 %\n31/12/2025;Bretagne;2 600 002;50,00 %\n".encode(),
        "",
    ),
    "the newest first, lines of totals, empty cells at the ends": (
        "Date;Région;Profils activés;;\n31/12/2025;Bretagne;1 300 001;;\n30/06/2025;Île-de-France;4 100 250;;\n"
        "30/06/2025;Bretagne;1 234 567;;\n;;;;\nTotal;;6 634 818;;\n".encode(),
        "",
    ),
}  # fmt: skip


def written(folder: Path, content: bytes, sheet: str = "", name: str = "") -> Path:
    path = folder / (name or ("counts.xlsx" if content.startswith(b"PK") else "counts.csv"))
    path.write_bytes(content)
    return Path(f"{path}{sheet}")


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What reading it says."""
    read_stocks(path, DEMOGRAPHY)
    return capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_forms_that_say_the_same(form: str, tmp_path: Path) -> None:
    path = written(tmp_path, *FORMS[form])
    found = {(one.day, one.region, round(one.millions * 1e6)) for one in read_stocks(path, DEMOGRAPHY)}
    assert found == {(day, region, people) for day, people, region in WANTED}


def test_what_was_taken_for_granted_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says = {
        "Windows code page": "read in the Windows code page (cp1252), where it says 'Région'",
        "UTF-16 with tabs": "read as UTF-16",
        "a workbook": "no error is given; counts are taken as exact to a hundred people",
        "codes of regions, points between thousands, months in words": "not read: column Commentaire",
        "shares of the insured": "counts are Taux d'activation × Assurés",
        "the newest first, lines of totals, empty cells at the ends": "the newest line comes first",
    }
    for form, words in says.items():
        assert words in told(written(tmp_path, *FORMS[form]), capsys), form
    assert told(written(tmp_path, *FORMS["as documented"]), capsys) == "", "nothing to say of what is documented"


def test_the_first_sheet_is_read_and_the_others_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = io.BytesIO()
    book = openpyxl.load_workbook(io.BytesIO(workbook(SHEET)))
    book.create_sheet("Notes")
    book.save(made)
    path = written(tmp_path, made.getvalue())
    assert "read sheet 'Feuil1'; not read: Notes (counts.xlsx#NAME reads another)" in told(path, capsys)
    with pytest.raises(UserError, match="no sheet 'Feuille1'; allowed: Feuil1, Notes; did you mean \"Feuil1\""):
        read_stocks(Path(f"{path}#Feuille1"), DEMOGRAPHY)


def lines(*rows: str, head: str = "date;région;profils activés") -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def merged() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(SHEET)))
    book.worksheets[0].merge_cells("A2:A3")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def titled() -> bytes:
    """With a title in the cells of the first line together."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("Feuil1")
        page.merge_range(0, 0, 0, 2, "Profils activés")
        for line, row in enumerate(SHEET, 1):
            page.write_row(line, 0, [str(cell) for cell in row])
    return made.getvalue()


def formulas() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(SHEET)))
    book.worksheets[0]["C4"] = "=C2+1"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


BROKEN: dict[str, tuple[bytes, str, str]] = {
    "letters in a number": (
        lines("30/06/2025;Bretagne;1 2E4 567"),
        "line 2, column profils activés: '1 2E4 567' (letters in a number)",
        "des lettres dans un nombre",
    ),
    "31 February": (
        lines("31/02/2025;Bretagne;1 234 567"),
        "line 2, column date: '31/02/2025' (no such day)",
        "ce jour n’existe pas",
    ),
    "more than live there": (
        lines("30/06/2025;Bretagne;5 234 567"),
        "line 2, column profils activés: '5 234 567'; allowed: a number from 1,000 to 3,",
        "valeurs permises",
    ),
    "no column of counts": (
        lines("30/06/2025;Bretagne", head="date;région"),
        "line 1: no column 'activated_millions'",
        "pas de colonne 'activated_millions'",
    ),
    "two values of a day": (
        lines("30/06/2025;Bretagne;1 234 567", "30/06/2025;bretagne;1 234 568"),
        "line 3, column date: 2025-06-30 stands there twice, first in line 2",
        "figure deux fois, d’abord à la ligne 2",
    ),
    "another sign between cells": (
        lines("30/06/2025;Bretagne;1 234 567", "31/12/2025,Bretagne,1300001"),
        "line 3: 1 cells; needed 3",
        "1 cellules ; il en faut 3",
    ),
    "decimal signs of two kinds": (
        lines("30/06/2025;Bretagne;1,25", "31/12/2025;Bretagne;1.31", head="date;région;profils activés (millions)"),
        "line 3, column profils activés (millions): '1.31' (a decimal point; further up a decimal comma)",
        "plus haut une virgule décimale",
    ),
    "thousands or decimals": (
        b'date,region,activated\n2025-06-30,Bretagne,"24,567"\n',
        "line 2, column activated: '24,567' (24567 or 24.567? Nothing in the file tells)",
        "24 567 ou 24,567",
    ),
    "April or March": (
        b"date,region,activated\n03/04/2025,Bretagne,1234567\n",
        "line 2, column date: '03/04/2025' (2025-04-03 or 2025-03-04?)",
        "2025-04-03 ou 2025-03-04",
    ),
    "days and months in two orders": (
        lines("30/06/2025;Bretagne;1 234 567", "12/31/2025;Bretagne;1 300 001"),
        "line 3, column date: '12/31/2025' (the month is first here, the day in another line)",
        "le jour à une autre ligne",
    ),
    "negative": (
        lines("30/06/2025;Bretagne;-1 234 567"),
        "line 2, column profils activés: '-1 234 567'",
        "un nombre de 1 000 à",
    ),
    "an unknown region": (
        lines("30/06/2025;Bretagnne;1 234 567"),
        "line 2, column région: 'Bretagnne' (did you mean Bretagne?)",
        "vouliez-vous dire Bretagne",
    ),
    "a département": (
        lines("30/06/2025;Finistère;234 567"),
        "line 2, column région: 'Finistère' is a département of Bretagne; add its",
        "est un département de Bretagne",
    ),
    "a column of départements": (
        lines("30/06/2025;29;234 567", head="date;département;profils activés"),
        "line 1, column département: counts of départements",
        "comptages de départements",
    ),
    "a falling count": (
        lines("30/06/2025;Bretagne;1 234 567", "31/12/2025;Bretagne;1 200 000"),
        "line 3, column profils activés: 1.2 after 1.23457; counts can't fall",
        "ne peuvent baisser",
    ),
    "a total that isn't one": (
        lines(
            *[f"30/06/2025;{region};{200_000 + n}" for n, region in enumerate(DEMOGRAPHY.regions)],
            "30/06/2025;Total;9 000 000",
        ),
        "line 15, column profils activés: the total says 9 million, its lines of 2025-06-30 add up to 2.60008",
        "le total dit 9 millions",
    ),
    "Corse missing": (
        lines("30/06/2025;PACA;1 234 567"),
        f"line 2: the model counts {SOUTH_EAST} as one; on 2025-06-30 there is no line for Corse",
        "pas de ligne pour Corse",
    ),
    "a region and another one's code": (
        lines("30/06/2025;Bretagne;11;1 234 567", head="date;région;code insee;profils activés"),
        "line 2, column région: 'Bretagne' (the code beside it, 11, is another region's)",
        "le code à côté, 11",
    ),
    "millions as people": (
        lines("30/06/2025;Bretagne;1,2"),
        "line 2, column profils activés: '1,2' (so few people? millions go in a column activated_millions)",
        "si peu de personnes",
    ),
    "shares alone": (
        lines("30/06/2025;Bretagne;27,0 %", head="date;région;taux d'activation"),
        "line 1, column taux d'activation: shares alone",
        "des parts seules",
    ),
    "a percentage for a count": (
        lines("30/06/2025;Bretagne;27,0 %"),
        "line 2, column profils activés: '27,0 %' (a percentage)",
        "un pourcentage",
    ),
    "two digits of a year": (
        lines("30/06/25;Bretagne;1 234 567"),
        "line 2, column date: '30/06/25' (the year has two digits; write four)",
        "en écrire quatre",
    ),
    "a shortened number": (
        lines("30/06/2025;Bretagne;1,23E+06"),
        "(shortened by a spreadsheet: show all of its digits)",
        "raccourci par un tableur",
    ),
    "a line above the header": (
        b"En milliers\n" + lines("30/06/2025;Bretagne;1 234"),
        "the header is in line 2; leave out the lines above it",
        "l’en-tête est à la ligne 2",
    ),
    "a title above names that nobody knows": (
        b"Profils, Bretagne\nJour;Nombre\n30/06/2025;1 234 567\n",
        "line 1 is a title, no names of columns; leave out what is above the names",
        "la ligne 1 est un titre",
    ),
    "a title above a table on its side": (
        "Profils activés, par région\nRégion;31/12/2024;30/06/2025\nBretagne;1 100 000;1 234 567\n".encode(),
        "the header is in line 2; leave out the lines above it",
        "l’en-tête est à la ligne 2",
    ),
    "a column a month": (
        lines("Bretagne;1 100 000;1 234 567", head="Région;déc. 2024;juin-25"),
        "line 1: days as columns (déc. 2024, juin-25); give each count a line of its own, its day in a column date",
        "des jours en colonnes",
    ),
    "a column a quarter": (
        lines("Bretagne;1 100 000;1 234 567", head="Région;T4 2024;T2 2025"),
        "line 1: days as columns (T4 2024, T2 2025)",
        "des jours en colonnes",
    ),
    "a column for one day": (
        lines("Bretagne;1 234 567", head="Région;30/06/2025"),
        "line 1: days as columns (30/06/2025)",
        "des jours en colonnes",
    ),
    "a column a day in a workbook": (
        workbook([["Région", date(2024, 12, 31), date(2025, 6, 30)], ["Bretagne", 1_100_000, 1_234_567]]),
        "line 1: days as columns (2024-12-31, 2025-06-30)",
        "des jours en colonnes",
    ),
    "a column a region": (
        lines("30/06/2025;1 234 567;1 100 000", head="date;Bretagne;Normandie"),
        "line 1: regions as columns (Bretagne, Normandie); give each count a line of its own, its region in a column",
        "des régions en colonnes",
    ),
    "a title over merged cells": (
        titled(),
        "cells A1:C1 are merged: leave out a title, give names of columns a cell each",
        "retirer un titre",
    ),
    "a web page called xls": (
        b"<html><table><tr><td>date",
        "is a web page (HTML), not a table",
        "est une page web (HTML)",
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "is an old Excel workbook",
        "est un ancien classeur Excel",
    ),
    "a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "is a workbook with a password, not a table; save it without the password",
        "protégé par un mot de passe",
    ),
    "merged cells": (
        merged(),
        "cells A2:A3 are merged; give each of them its own value",
        "les cellules A2:A3 sont fusionnées",
    ),
    "formulas without values": (
        formulas(),
        "line 4, column C: a formula without its value",
        "ligne 4, colonne C : une formule sans sa valeur",
    ),
    "an error of the spreadsheet": (
        workbook([["date", "région", "profils activés"], [date(2025, 6, 30), "Bretagne", "#REF!"]]),
        "line 2, column profils activés: '#REF!' (an error of the spreadsheet)",
        "une erreur du tableur",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_forms_that_are_refused(fault: str, tmp_path: Path) -> None:
    content, english, french = BROKEN[fault]
    path = written(tmp_path, content)
    message = judge.owed(lambda: read_stocks(path, DEMOGRAPHY), "nothing will do", path.name)
    assert english in message, message
    said = in_language(message, "fr").replace("\u202f", " ").replace("\u00a0", " ")
    assert french in said.replace("'", "’") or french in said, said
    for left in ("allowed", "needed", "column ", "line "):
        assert left not in said, said


def test_lines_keep_their_numbers_below_the_sign_between_cells(tmp_path: Path) -> None:
    path = written(tmp_path, b"sep=;\n" + lines("30/06/2025;Bretagne;1 2E4 567"))
    with pytest.raises(UserError, match="line 3, column profils activés"):
        read_stocks(path, DEMOGRAPHY)


def test_a_count_of_a_day_to_come_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last day that is taken is today: here one that the test sets."""
    path = written(tmp_path, lines("30/06/2025;Bretagne;1 234 567", "01/07/2025;Bretagne;1 300 000"))
    monkeypatch.setattr("calibration.facts.stocks.today", lambda: date(2025, 7, 1))
    assert [one.day for one in read_stocks(path, DEMOGRAPHY)] == [date(2025, 6, 30), date(2025, 7, 1)]
    monkeypatch.setattr("calibration.facts.stocks.today", lambda: date(2025, 6, 30))
    with pytest.raises(UserError) as caught:
        read_stocks(path, DEMOGRAPHY)
    (message,) = str(caught.value).splitlines()
    assert message.endswith(
        "line 3, column date: 2025-07-01 lies in the future, today is 2025-06-30; allowed: after 2022-01-31, at most "
        "today"
    )
    said = in_language(message, "fr")
    assert "ligne 3, colonne date\u00a0: 2025-07-01 est dans l’avenir, nous sommes le 2025-06-30" in said


def test_signs_of_other_cells_tell_what_a_lone_sign_is(tmp_path: Path) -> None:
    """Thousands where another cell has two commas, decimals where another has decimals."""
    both = b'date,region,activated\n2025-06-30,Bretagne,"24,567"\n2025-12-31,Bretagne,"1,234,567"\n'
    assert [round(one.millions * 1e6) for one in read_stocks(written(tmp_path, both), DEMOGRAPHY)] == [
        24_567,
        1_234_567,
    ]
    point = b"date,activated_millions,error_millions\n2025-06-30,24.567,0.1\n"
    assert [one.millions for one in read_stocks(written(tmp_path, point), DEMOGRAPHY)] == [24.567]


def test_what_the_model_counts_together_is_summed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overseas = {"971 non": 0} and {
        "Guadeloupe": 100_001,
        "Martinique": 90_000,
        "03": 60_000,
        "Réunion": 300_000,
        "Mayotte": 40_000,
    }
    rows = [f"30/06/2025;{name};{people}" for name, people in {"Corse": 120_000, "PACA": 1_900_000, **overseas}.items()]
    content = lines("30/06/2025;France entière;20 000 000", *rows, head="date;région;profils activés")
    stocks, own = understood(written(tmp_path, content), DEMOGRAPHY)
    found = {one.stock.region: round(one.stock.millions * 1e6) for one in stocks}
    assert found == {None: 20_000_000, SOUTH_EAST: 2_020_000, OVERSEAS: 590_001}
    assert stocks[-1].stock.error == pytest.approx(5**0.5 * 1e-4)
    assert "Corse are summed: the model counts them as Provence" in " ".join(own.notices)


def test_the_country_beside_all_its_regions_is_left_out(tmp_path: Path) -> None:
    regions = [f"30/06/2025;{region};{200_000 + n}" for n, region in enumerate(DEMOGRAPHY.regions)]
    content = lines(*regions, "30/06/2025;Ensemble;2 600 078", "30/06/2025;France métropolitaine;2 400 000")
    stocks, own = understood(written(tmp_path, content), DEMOGRAPHY)
    assert [one.stock.region for one in stocks] == list(DEMOGRAPHY.regions)
    assert sum("sums up others; left out" in notice for notice in own.notices) == 2


@pytest.mark.parametrize(
    ("figures", "unit"), [(("24,5", "25"), 100_000), (("24,51", "25"), 10_000), (("24,512345", "25"), 1)]
)
def test_the_error_of_a_count_that_has_none_is_its_rounding(
    figures: tuple[str, str], unit: int, tmp_path: Path
) -> None:
    content = lines(f"30/06/2025;{figures[0]}", f"31/12/2025;{figures[1]}", head="date;profils activés (millions)")
    stocks, own = understood(written(tmp_path, content), DEMOGRAPHY)
    assert [one.stock.error for one in stocks] == pytest.approx(2 * [max(unit / 1e6 / 12**0.5, 1e-4)], abs=1e-6)
    said = f"rounded to {unit:,} people" if unit > 1 else "exact to a hundred people"
    assert said in " ".join(own.notices)


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("profils activés (en milliers)", "24 500,0"), ("Activés (M)", "24,500"), ("activated_thousands", "24500"),
        ("Nb profils activés", "24.500.000"), ("activated (people)", "24500000"), ("activated_millions", "24.500"),
    ],
)  # fmt: skip
def test_units_of_columns(head: str, cell: str, tmp_path: Path) -> None:
    """Also a lone sign in a column of millions, where only decimals can be meant."""
    (one,) = read_stocks(
        written(
            tmp_path,
            lines(
                f"30/06/2025;{cell}",
                head=f"date;{head};",
            ),
        ),
        DEMOGRAPHY,
    )
    assert one.millions == 24.5


def test_an_error_in_per_cent_is_of_the_count(tmp_path: Path) -> None:
    content = lines("30/06/2025;24 000 000;1,5", head="date;profils activés;erreur (%)")
    (one,) = read_stocks(written(tmp_path, content), DEMOGRAPHY)
    assert one.error == pytest.approx(0.36)


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return made.getvalue()


def only(part: str, change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, text: change(text) if name == part else text


SHEET_1 = "xl/worksheets/sheet1.xml"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (lambda: rezipped(workbook(SHEET), only(SHEET_1, lambda text: text + b" " * 300_000_000)), "unpacks to"),
    "entities": (
        lambda: rezipped(
            workbook(SHEET), only(SHEET_1, lambda text: text.replace(b"<worksheet", LAUGHS + b"<worksheet", 1))
        ),
        "is not as a spreadsheet writes it",
    ),
    "a cell far away": (
        lambda: rezipped(workbook(SHEET), only(SHEET_1, lambda text: text.replace(b'r="C4"', b'r="XFD1048576"'))),
        "allowed: at most",
    ),
    "half of it": (lambda: workbook(SHEET)[:3000], "archive"),
    "a sheet of nonsense": (
        lambda: rezipped(workbook(SHEET), only(SHEET_1, lambda text: b"<a>")),
        "can't be read as a workbook",
    ),
    "no sheets": (lambda: rezipped(workbook(SHEET), only("xl/workbook.xml", lambda text: b"<workbook/>")), "workbook"),
    "a wrong checksum": (
        lambda: workbook(SHEET).replace(b"PK\x03\x04", b"PK\x03\x04", 1)[:-400] + b"x" * 400,
        "archive",
    ),
    "5 MB": (lambda: FRENCH.encode() + b"30/06/2025;Bretagne;1\n" * 230_000, "is larger than"),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_hostile_files(fault: str, tmp_path: Path) -> None:
    make, words = HOSTILE[fault]
    path = written(tmp_path, make())
    assert words in judge.owed(lambda: read_stocks(path, DEMOGRAPHY), "nothing will do", path.name)


def test_formulas_are_never_computed_and_links_never_opened(tmp_path: Path) -> None:
    """The value that the spreadsheet kept is what is read, whatever the formula says."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["date", "region", "activated"])
        page.write_row(1, 0, ["2025-06-30", "Bretagne"])
        page.write_formula(
            1, 2, "='http://127.0.0.1:9/[x.xlsx]A'!A1+WEBSERVICE(\"http://127.0.0.1:9\")", None, 1_234_567
        )
    (one,) = read_stocks(written(tmp_path, made.getvalue()), DEMOGRAPHY)
    assert round(one.millions * 1e6) == 1_234_567


@pytest.mark.parametrize(
    "head", ["Profils activés au 31/12/2025", "profils activés (en milliers), au 31 décembre 2025"]
)
def test_the_day_may_stand_in_the_name_of_the_column(head: str, tmp_path: Path) -> None:
    cells = ("1 300 001", "2 100 001") if "milliers" not in head else ("1 300,001", "2 100,001")
    content = lines(f"Bretagne;{cells[0]}", f"Occitanie;{cells[1]}", head=f"Région;{head}")
    found = [
        (one.day, one.region, round(one.millions * 1e6)) for one in read_stocks(written(tmp_path, content), DEMOGRAPHY)
    ]
    assert found == [(date(2025, 12, 31), "Bretagne", 1_300_001), (date(2025, 12, 31), "Occitanie", 2_100_001)]


@pytest.mark.parametrize(
    ("head", "cells", "words"),
    [
        (
            "Région;Profils activés au 31/02/2025",
            "Bretagne;1 300 001",
            "line 2, column date: '31/02/2025' .no such day",
        ),
        ("Region;activated on 03/04/2025", "Bretagne;1300001", "2025-04-03 or 2025-03-04"),
        ("Date;Profils activés au 31/12/2025", "30/06/2025;1 300 001", "line 1, column Profils .*: a day in the"),
        (
            "Région;Activés au 31/12/2024;Activés au 31/12/2025",
            "Bretagne;1 100 001;1 300 001",
            "days as columns",
        ),
        (
            "Région;31/12/2024;31/12/2025",
            "Bretagne;1 100 001;1 300 001",
            "31/12/2024, 31/12/2025.; give each",
        ),
    ],
)
def test_days_in_names_that_are_refused(head: str, cells: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=words):
        read_stocks(written(tmp_path, lines(cells, head=head)), DEMOGRAPHY)


def test_notes_and_totals_below_a_table_are_left_out(tmp_path: Path) -> None:
    rows = ("30/06/2025;Bretagne;1 234 567", ";Total;1 234 567", "Source : caisses, 2025.", "Lecture : en Bretagne…;;")
    stocks, own = understood(written(tmp_path, lines(*rows)), DEMOGRAPHY)
    assert [one.line for one in stocks] == [2]
    assert [notice.rpartition(": ")[2] for notice in own.notices[:3]] == [
        "line 4 is a note below the table; left out",
        "line 5 is a note below the table; left out",
        "line 3 sums up others; left out",
    ]
    with pytest.raises(UserError, match="line 3: 1 cells; needed 3"):
        read_stocks(written(tmp_path, lines("30/06/2025;Bretagne;1 234 567", "30/06/2025")), DEMOGRAPHY)


def test_the_error_of_a_share_is_its_rounding(tmp_path: Path) -> None:
    """27 % of ten million may be 26.5 to 27.5 %: no count to the last person. A workbook shows 0.27 as 27 %."""
    head = "date;assurés;taux d'activation"
    content = lines("30/06/2025;10 000 000;27 %", "31/12/2025;10 000 000;28 %", head=head)
    stocks, own = understood(written(tmp_path, content), DEMOGRAPHY)
    assert [(one.stock.millions, one.stock.error) for one in stocks] == [
        (2.7, pytest.approx(0.1 / 12**0.5)),
        (2.8, pytest.approx(0.1 / 12**0.5)),
    ]
    assert any("shares are taken as rounded to 1 %" in notice for notice in own.notices)
    assert not any("not read" in notice for notice in own.notices)
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        page.write_row(0, 0, ["Date", "Assurés", "Taux d'activation"])
        page.write_row(1, 0, ["2025-06-30", 10_000_000])
        page.write_number(1, 2, 0.275, percent)
    ((one,), _) = understood(written(tmp_path, made.getvalue()), DEMOGRAPHY)
    assert (one.stock.millions, one.stock.error) == (2.75, pytest.approx(0.01 / 12**0.5))


def test_a_share_that_may_be_a_fraction_is_refused(tmp_path: Path) -> None:
    content = lines("30/06/2025;10 000 000;0,27", head="date;assurés;taux d'activation")
    with pytest.raises(
        UserError, match=r"line 2, column activated_millions: '0,27 × 10 000 000' \(a share of 0 to 100"
    ):
        read_stocks(written(tmp_path, content), DEMOGRAPHY)


def test_hidden_lines_and_day_numbers_of_a_workbook_are_read_and_said(tmp_path: Path) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Jour", "Région", "Profils activés"])
        page.write_row(1, 0, [45_838, "Bretagne", 1_234_567])
        page.write_row(2, 0, [46_022, "Bretagne", 1_300_001])
        page.set_row(1, None, None, {"hidden": True})
    stocks, own = understood(written(tmp_path, made.getvalue()), DEMOGRAPHY)
    assert [one.stock.day for one in stocks] == [date(2025, 6, 30), date(2025, 12, 31)]
    assert any("line 2 is hidden in the sheet" in notice for notice in own.notices)
