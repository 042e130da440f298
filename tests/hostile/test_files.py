"""Files that are named on a command line: scenarios, counts, documents; too large, too deep, not text, formulas."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calibration.facts.inputs import load_costs, load_demography
from calibration.facts.stocks import read_stocks
from calibration.facts.targets import load_stock_targets
from calibration.hindcast.actuals import read_actuals
from foundation.errors import ScenarioError, UserError
from foundation.language.spreadsheet import write_csv
from foundation.language.text import in_language, label
from foundation.store import parts, tables
from foundation.store.reading import read_json
from foundation.store.store import seal_made
from planning.pilots.results import read_result
from report.plan import read_plan
from scenarios.language.files import load_scenario
from scenarios.own_costs import read_costs
from tests.hostile import judge

LAST = load_stock_targets()[-1]
DEMOGRAPHY = load_demography()
COSTS = load_costs()
HEAD = "date,activated_millions,error_millions\n"
LINE = "2028-01-31,40,0.5\n"
MILLION = 1_000_000
CSV: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n \n",
    "only a header": HEAD.encode(),
    "not UTF-8": HEAD.encode() + b"2028-01-31,\xff,0.5\n",
    "zeros": bytes(500),
    "random": bytes(np.random.default_rng(1).integers(0, 256, 5000, np.uint8)),
    "5 MB": (HEAD + LINE * 300_000).encode(),
    "a field over 128 KiB": (HEAD + f'2028-01-31,"{"4" * 140_000}",0.5\n').encode(),
    "an open quote": (HEAD + '2028-01-31,"40,0.5\n' * 50).encode(),
    "a zero byte": (HEAD + "2028-01-31,4\x000,0.5\n").encode(),
    "many lines": (HEAD + LINE * 2000).encode(),
    "many columns": (",".join(["a"] * 200_000) + "\n").encode(),
    "many cells": (HEAD + "," * 200_000 + "\n").encode(),
    "unknown columns": ("date,activated,eror\n" + LINE).encode(),
    "a column twice": ("date,date,activated_millions,error_millions\n" + LINE).encode(),
    "escapes": (HEAD + "2028-01-31,\x1b[31m40,0.5\n").encode(),
    "a formula": (HEAD + "2028-01-31,=40,0.5\n").encode(),
    "not a number": (HEAD + "2028-01-31,nan,0.5\n").encode(),
    "infinite": (HEAD + "2028-01-31,inf,0.5\n").encode(),
    "negative": (HEAD + "2028-01-31,-40,0.5\n").encode(),
    "no error": (HEAD + "2028-01-31,40,0\n").encode(),
    "huge": (HEAD + "2028-01-31,1e308,0.5\n").encode(),
    "no day": (HEAD + "2028-02-31,40,0.5\n").encode(),
    "another calendar": (HEAD + "31/13/2028,40,0.5\n").encode(),
    "the year 9999": (HEAD + "9999-12-31,40,0.5\n").encode(),
    "falling": (HEAD + LINE + "2028-02-28,39,0.5\n").encode(),
    "back in time": (HEAD + LINE + "2028-01-01,41,0.5\n").encode(),
    "fewer cells": (HEAD + "2028-01-31,40\n").encode(),
    "more cells": (HEAD + "2028-01-31,40,0.5,1\n").encode(),
}
CSV_READERS: dict[str, Callable[[Path], Any]] = {
    "actuals": lambda path: read_actuals(path, LAST),
    "targets": lambda path: read_stocks(path, DEMOGRAPHY),
}
PLACES: dict[str, Callable[[Path], Path]] = {
    "a pipe": lambda folder: _made(folder, judge.piped),
    "a folder": lambda folder: _made(folder, judge.foldered),
    "a device": lambda folder: Path("/dev/zero"),
    "nothing": lambda folder: folder / "no-such.toml",
    "a name of 300 bytes": lambda folder: folder / f"{'x' * 300}.toml",
    "a path of 5,000 bytes": lambda folder: folder.joinpath(*["x" * 100] * 50, "x.toml"),
    "a loop of links": lambda folder: _loop(folder),
}


def _made(folder: Path, spoil: Callable[[Path], None]) -> Path:
    path = folder / "given.toml"
    path.touch()
    spoil(path)
    return path


def _loop(folder: Path) -> Path:
    path = folder / "loop.toml"
    path.symlink_to(path)
    return path


@pytest.mark.parametrize("fault", CSV)
@pytest.mark.parametrize("reader", CSV_READERS)
def test_counts(reader: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(CSV[fault])
    judge.owed(lambda: CSV_READERS[reader](path), "nothing will do", path.name)


def zipped(*names: str, mimetype: str = "") -> bytes:
    """An archive with these files in it, as workbooks are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in (["mimetype"] if mimetype else []) + list(names):
            archive.writestr(name, mimetype if name == "mimetype" else "x")
    return made.getvalue()


FRENCH = HEAD.replace(",", ";")
FOREIGN: dict[str, tuple[bytes, str, str]] = {
    "xlsx without a workbook in it": (
        zipped("[Content_Types].xml", "xl/workbook.xml"), "can't be read as a workbook", "illisible comme classeur",
    ),
    "xlsb": (zipped("xl/workbook.bin"), "a binary Excel workbook", "un classeur Excel binaire"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook", "un ancien classeur Excel"),
    "xml of Excel": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "an Excel workbook (XML)", "un classeur Excel (XML)",
    ),
    "ods": (
        zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        "a LibreOffice spreadsheet", "une feuille de calcul LibreOffice",
    ),
    "Numbers": (zipped("Index/Document.iwa"), "a Numbers spreadsheet", "une feuille de calcul Numbers"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document", "un document PDF"),
    "HTML": (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><table>", "a web page (HTML)", "une page web (HTML)"),
    "a zip of tables": (zipped("2028/counts.csv", "read.me"), "name a file in it: 2028/counts.csv", "2028/counts.csv"),
    "a zip of pictures": (zipped("a.png"), "an archive (zip)", "une archive (zip)"),
    "a cut zip": (zipped("a.csv")[:20], "an archive (zip)", "une archive (zip)"),
    "Word": (zipped("word/document.xml"), "a Word document", "un document Word"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(20), "a compressed file", "un fichier compressé"),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), "text in UTF-16 without", "du texte en UTF-16 sans"),
    "UTF-16 without a mark, big end first": (
        HEAD.encode("utf-16-be"), "text in UTF-16 without", "du texte en UTF-16 sans",
    ),
    "zeros in a text": ((HEAD + "2028-01-31,4\0,1\n").encode(), "control characters", "caractères de contrôle"),
    "no code page": (HEAD.encode() + b"2028-01-31,\x81,1\n", "line 2: neither UTF-8 nor", "ligne 2"),
    "UTF-32": (HEAD.encode("utf-32"), "text in UTF-32", "du texte en UTF-32"),
    "UTF-32, big end first": (b"\x00\x00\xfe\xff" + HEAD.encode("utf-32-be"), "text in UTF-32", "du texte en UTF-32"),
    "UTF-32 without a mark": (HEAD.encode("utf-32-le"), "text in UTF-32", "du texte en UTF-32"),
    "UTF-32 without a mark, big end first": (HEAD.encode("utf-32-be"), "text in UTF-32", "du texte en UTF-32"),
    "nothing in it": (b"", "the file is empty", "le fichier est vide"),
    "a mark and blank lines": (b"\xef\xbb\xbf\n \n", "the file is empty", "le fichier est vide"),
    "a day twice": (
        (HEAD + "2028-01-31,40,0.5\n2028-02-28,41,0.5\n2028-01-31,42,0.5\n").encode(),
        "stands there twice, first in line 2", "figure deux fois, d'abord à la ligne 2",
    ),
    "out of range": ((HEAD + "2028-01-31,400.5,0.5\n").encode(), "a number", "un nombre"),
    "a title": (b"Profils;;\n;;\n" + FRENCH.encode(), "the header is in line 3", "ligne 3"),
    "persons": (f"{FRENCH}2028-01-31;24500000;0,5\n".encode(), "in millions 24.5", "en millions"),
    "persons, with spaces": (f"{FRENCH}2028-01-31;24 500 000;0,5\n".encode(), "in millions 24.5", "en millions"),
    "per cent": (f"{FRENCH}2028-01-31;27,0 %;0,5\n".encode(), "a percentage, not millions", "un pourcentage"),
    "a merged cell": (f"{FRENCH}2028-01-31;40;0,5\n;41;0,5\n".encode(), "empty: merged cells", "cellule fusionnée"),
    "05/03/2028": (
        f"{HEAD}05/03/2028,40,0.5\n".encode(), "2028-03-05 or 2028-05-03?", "2028-03-05 ou 2028-05-03",
    ),
    "31/31/2028": (f"{FRENCH}31/31/2028;40;0,5\n".encode(), "no such day", "ce jour n'existe pas"),
    "a day number": (f"{FRENCH}46752;40;0,5\n".encode(), "it would be 2027-12-31", "numéro de jour"),
}  # fmt: skip
"""Files as officers have them, of which more is wrong than can be put right: the content, and what is said of it in
both languages."""


@pytest.mark.parametrize("fault", FOREIGN)
@pytest.mark.parametrize("reader", CSV_READERS)
def test_files_as_officers_have_them(reader: str, fault: str, tmp_path: Path) -> None:
    """What they are is named, and nothing of them is read in silence."""
    path = tmp_path / "counts.csv"
    content, english, french = FOREIGN[fault]
    path.write_bytes(content)
    message = judge.owed(lambda: CSV_READERS[reader](path), "nothing will do", path.name)
    assert english in message
    try:
        CSV_READERS[reader](path)
    except ScenarioError as error:
        said = "\n".join(problem.line("fr") for problem in error.problems)
    except UserError as error:
        said = in_language(str(error), "fr")
    assert french.replace("'", "’") in said.replace("'", "’"), said
    for left in ("allowed", "needed", "save", "workbook"):
        assert left not in said.replace("error_millions", "").replace("xl/workbook", ""), said
    assert not re.search(r"\d\.\d", re.sub(r"'[^']*'| = \S+", "", said)), said


WHAT_IS_READ = {
    "decimal commas, blank lines": FRENCH + "2028-01-31;40,5;0,5\n\n;;\n",
    "a byte-order mark": "\ufeff" + HEAD + "2028-01-31,40.5,0.5\n",
    "tabs": (FRENCH + "2028-01-31;40,5;0,5\n").replace(";", "\t"),
    "a blank first line": "\n" + HEAD + "2028-01-31,40.5,0.5\n",
    "a day as in France": FRENCH + "31/01/2028;40,5;0,5\n",
    "a line of a total": FRENCH + "2028-01-31;40,5;0,5\nTOTAL;40,5;0,5\n",
    "people": "date;activated\n2028-01-31;40 500 000\n",
}


@pytest.mark.parametrize("form", WHAT_IS_READ)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("reader", CSV_READERS)
def test_what_is_unambiguous_is_read(reader: str, encoding: str, form: str, tmp_path: Path) -> None:
    """The negative control."""
    path = tmp_path / "counts.csv"
    path.write_bytes(WHAT_IS_READ[form].removeprefix("\ufeff" if encoding == "utf-16" else "").encode(encoding))
    (found,) = CSV_READERS[reader](path)
    assert (found.day, found.millions) == (date(2028, 1, 31), 40.5)


@pytest.mark.parametrize(
    "command",
    [("calibrate", "--out", "c", "--counts"), ("hindcast", "--actuals"), ("forecast", "--score", "--actuals")],
)
@pytest.mark.parametrize(("lang", "words"), [("en", "is a PDF document"), ("fr", "est un document PDF")])
def test_every_command_that_reads_counts_says_so(
    command: tuple[str, ...], lang: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from cli.main import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_bytes(FOREIGN["PDF"][0])
    result = CliRunner().invoke(app, [*command, "counts.csv", "--lang", lang])
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["counts.csv"]


READERS: dict[str, Callable[[Path], Any]] = {
    **CSV_READERS,
    "scenario": lambda path: load_scenario(str(path)),
    "costs": lambda path: read_costs(path, COSTS),
    "results of a trial": read_result,
    "document": read_json,
    "table": tables.read,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file(reader: str, place: str, tmp_path: Path) -> None:
    path = PLACES[place](tmp_path)
    judge.owed(lambda: READERS[reader](path), "nothing will do", path, path.name)


TITLE = '[title]\nen = "A title"\n'
LEVER = TITLE + '[[lever]]\nkind = "simplify"\n'
TOML: dict[str, bytes] = {
    "empty": b"",
    "not UTF-8": b"\xff\xfe",
    "zeros": bytes(100),
    "random": bytes(np.random.default_rng(2).integers(0, 256, 3000, np.uint8)),
    "a megabyte": ("#" * 1_100_000).encode(),
    "deep lists": (TITLE + "x = " + "[" * 50_000).encode(),
    "deep lists, closed": (TITLE + "x = " + "[" * 5000 + "]" * 5000).encode(),
    "deep tables": (TITLE + "x = " + "{a = " * 5000).encode(),
    "dotted": (TITLE + "a." * 50_000 + "a = 1\n").encode(),
    "dotted table": ("[" + "a." * 50_000 + "a]\n").encode(),
    "spaced dots": (TITLE + "a . " * 20_000 + "a = 1\n").encode(),
    "quoted dots": (TITLE + '"a".' * 20_000 + "a = 1\n").encode(),
    "many keys": (TITLE + "".join(f"k{k} = 1\n" for k in range(10_000))).encode(),
    "many levers": (TITLE + '[[lever]]\nkind = "simplify"\n' * 5000).encode(),
    "a huge number": (LEVER + "intensity = " + "9" * 5000 + "\n").encode(),
    "infinite": (LEVER + "intensity = inf\n").encode(),
    "not a number": (LEVER + "intensity = nan\n").encode(),
    "negative": (LEVER + "intensity = -1\n").encode(),
    "true": (LEVER + "intensity = true\n").encode(),
    "a table": (LEVER + "intensity = {a = 1}\n").encode(),
    "a title of escapes": b'[title]\nen = "a\\u001b[31m"\n',
    "a title of two lines": b'[title]\nen = "a\\nb"\n',
    "a title with a bell": b'[title]\nfr = "a\\u0007"\n',
    "a title with a tab": b'[title]\nfr = "a\\tb"\n',
    "a title with C1": b'[title]\nfr = "a\\u009b31m"\n',
    "a description of escapes": b'[title]\nen = "a"\n[description]\nen = "\\u001b]0;x"\n',
    "a key of escapes": b'[title]\nen = "a"\n"\\u001b[31m" = 1\n',
    "a long title": (f'[title]\nen = "{"x" * 100_000}"\n').encode(),
    "a title that is a list": b'[title]\nen = ["a"]\n',
    "lever is a table": (TITLE + '[lever]\nkind = "simplify"\n').encode(),
    "lever is a number": (TITLE + "lever = 1\n").encode(),
    "kind is a list": (TITLE + '[[lever]]\nkind = ["simplify"]\n').encode(),
    "no kind": (TITLE + "[[lever]]\nstart = 2027-01-04\n").encode(),
    "a day that isn't": (LEVER + "start = 2027-02-31\n").encode(),
    "a time": (LEVER + "start = 2027-02-01T10:00:00\n").encode(),
    "an open string": b'[title]\nen = "a\n',
    "an open long string": b'[title]\nen = """a\n',
    "a key twice": b'[title]\nen = "a"\nen = "b"\n',
    "a carriage return": b"[title]\ren = 1\r",
}


@pytest.mark.parametrize("fault", TOML)
def test_scenarios(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "given.toml"
    path.write_bytes(TOML[fault])
    judge.owed(lambda: load_scenario(str(path)), "nothing will do", path.name)


PRICE = '[[price]]\nlever = "sms"\nitem = "per message"\nstatus = "assumed"\n'
PRICES: dict[str, bytes] = {
    **TOML,
    **{f"a value of {value}": f"{PRICE}value = {value}\n".encode() for value in ("inf", "nan", "-1", "true", "1e12")},
    "a huge value": f"{PRICE}value = {'9' * 4000}\n".encode(),
    "a value that is a table": f"{PRICE}value = {{a = 1}}\n".encode(),
    "a range upside down": f"{PRICE}value = 1\nlow = 2\nhigh = 0\n".encode(),
    "a lever that is a list": b'[[price]]\nlever = ["sms"]\nitem = 3\nvalue = 1\nstatus = "assumed"\n',
    "a status that is a number": b'[[price]]\nlever = "sms"\nitem = "per message"\nvalue = 1\nstatus = 3\n',
    "a source of escapes": f'{PRICE}value = 1\nsource = "\\u001b[31m"\n'.encode(),
    "a long source": f'{PRICE}value = 1\nsource = "{"x" * 5000}"\n'.encode(),
    "a price twice": f"{PRICE}value = 1\n{PRICE}value = 1\n".encode(),
    "many prices": (f"{PRICE}value = 1\n" * 2000).encode(),
    "price is a list of numbers": b"price = [1, 2]\n",
}


@pytest.mark.parametrize("fault", PRICES)
def test_costs(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "given.toml"
    path.write_bytes(PRICES[fault])
    judge.owed(lambda: read_costs(path, COSTS), "nothing will do", path.name)


@pytest.mark.parametrize("name", ["=1+1", "+x", "@SUM(A1)", "-x", "\tx", "a\x1b[31m", "a\nb", "x" * 150, " x"])
def test_names_that_are_formulas(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(TITLE)
    judge.owed(lambda: load_scenario(str(path)), "nothing will do", name)


JSON: dict[str, bytes] = {
    "empty": b"", "cut": b'{"a": [1, ', "a list": b"[]", "a number": b"3", "null": b"null", "a text": b'"a"',
    "not UTF-8": b'{"a": "\xff"}', "NaN": b'{"a": NaN}', "infinity": b'{"a": [-Infinity]}', "overflow": b'{"a": 1e999}',
    "a key twice": b'{"a": 1, "a": 2}', "deep": b"[" * 200_000, "deep objects": b'{"a":' * 100_000,
    "deep and closed": b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}", "a huge number": b'{"a": ' + b"9" * 5000 + b"}",
    "more after it": b"{} {}", "zeros": bytes(50), "UTF-16": '{"a": 1}'.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("fault", JSON)
def test_documents(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(JSON[fault])
    judge.owed(lambda: read_json(path), "nothing will do", path)


@pytest.mark.parametrize("fault", judge.FILE_FAULTS)
def test_a_plan_that_was_altered(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"result": {"additional_p50": 2.0}}))
    seal_made(tmp_path, {"command": "plan"})
    judge.FILE_FAULTS[fault](path)
    judge.owed(lambda: read_plan(tmp_path, {}), "nothing will do", path.name)


@pytest.mark.parametrize("fault", judge.FILE_FAULTS)
@pytest.mark.parametrize("kind", ["array", "arrays"])
def test_states_of_a_calibration(kind: str, fault: str, tmp_path: Path) -> None:
    path, values = tmp_path / "places-1.npz", np.arange(12.0)
    if kind == "array":
        parts.write_array(path, values, "q")
    else:
        parts.write_arrays(path, "q", {"a": values})
    judge.FILE_FAULTS[fault](path)
    found = (parts.read_array if kind == "array" else parts.read_arrays)(path, "q")
    assert found is None or fault == "linked"


def test_a_state_of_another_question_or_place_is_made_again(tmp_path: Path) -> None:
    for bank in ("bank-0", "bank-1"):
        (tmp_path / bank).mkdir()
    path = tmp_path / "bank-0" / "block-0000.npy"
    parts.write_array(path, np.ones(3), "q")
    assert parts.read_array(path, "q") is not None
    assert parts.read_array(path, "other") is None
    other = tmp_path / "bank-1" / path.name
    other.write_bytes(path.read_bytes())
    assert parts.read_array(other, "q") is None


def test_rows_are_counted_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "weekly.parquet"
    pq.write_table(pa.table({"draw": np.zeros(tables.FEW + 1, np.int8)}), path)
    most = tables.most_rows({"draws": 4, "scenarios": [{}, {}]})
    assert "rows" in judge.owed(lambda: len(tables.read(path, most)), "nothing will do", path)
    assert path.stat().st_size < 10_000


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@SUM(A1)", "-1+1", "\t=1", "a\x1b[31m", "a\x00b"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_cells_are_no_formulas(cell: str, lang: str, tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"scenario": [cell], "x": [-1.5]}), tmp_path / "t.csv", lang, label)
    text = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    first = text.splitlines()[1].lstrip('"')
    assert first[:1] in ("'", "a", "\\")
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "-1" in text, "numbers stay numbers"


def test_pictures_are_well_formed(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    from foundation.drawing.style import save

    figure = Figure()
    figure.text(0.5, 0.5, '<a> & ]]> "b" é …')
    (path,) = save(figure, tmp_path / "p", ["svg"])
    ElementTree.parse(path)


def test_a_day_is_enough(tmp_path: Path) -> None:
    """What the faults above are faults of is read."""
    path = tmp_path / "counts.csv"
    path.write_text(HEAD + LINE)
    assert [target.day for target in read_actuals(path, LAST)] == [date(2028, 1, 31)]
    assert len(read_stocks(path, DEMOGRAPHY)) == 1
