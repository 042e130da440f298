"""``mes fit``: one document, a folder in one step, the guides filled from it, and what a user can get wrong."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calibration.fit import netcdf
from calibration.fit.work import predict
from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.manifest import sha256_of
from report.guides.filling import drawn, folders_by_sign
from report.guides.parts import PARTS

Mes = Callable[..., Result]
SMALL = ("--people", "1000", "--draws", "2", "--workers", "1")
NAMES = ("residuals", "parameters", "products", "correlations")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    from cli.main import app

    folder = tmp_path_factory.mktemp("fitted") / "f"
    return folder, CliRunner().invoke(app, ["fit", *SMALL, "--lang", "fr", "--json", "--out", str(folder)])


def test_one_document(fitted: tuple[Path, Result]) -> None:
    folder, result = fitted
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["people"], document["draws"], document["seed"]) == (1000, 2, 1)
    lines = document["lines"]
    assert {line["pattern"] for line in lines} == {f"P{n}" for n in range(1, 12)}
    survey = next(line for line in lines if line["key"] == "share")
    assert (survey["published"], survey["unit"]) == (15, "percent")
    assert survey["predicted"]["p05"] < survey["predicted"]["p50"] < survey["predicted"]["p95"]
    assert next(line for line in lines if line["key"] == "intention")["predicted"] is None
    compared = [line["inside"] for line in lines if line["role"] != "imposed"]
    assert (document["outside"], document["compared"]) == (compared.count(False), len(compared))
    assert {row["verdict"] for row in document["parameters"]} <= {"learned", "hardly", "not"}
    assert json.loads((folder / "fit.json").read_text(encoding="utf-8")) == document


def test_the_folder(fitted: tuple[Path, Result]) -> None:
    folder, _ = fitted
    tables = [f"{name}.parquet" for name in (*NAMES, "curves", "draws")]
    sheets = [f"{name}.{lang}.csv" for name in NAMES for lang in ("en", "fr")]
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [*tables, *sheets, "fit.json", "log.txt", "manifest.json", "pictures"]
    )
    pictures = [
        f"{n}.fr.{kind}" for n in ("answers", "correlations", "parameters", "stocks") for kind in ("png", "svg")
    ]
    assert sorted(path.name for path in (folder / "pictures").iterdir()) == pictures
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["status"]) == ("fit", "complete")
    files = (*tables, *sheets, "fit.json", *(f"pictures/{name}" for name in pictures))
    assert manifest["files"] == {name: sha256_of(folder / name) for name in files}
    assert {"surveys.csv", "posterior/default.parquet"} <= set(manifest["data"])
    french = (folder / "residuals.fr.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert french[0].startswith("motif;quoi;région;date;")
    assert ";7,2;" in french[1]
    assert [path.name for path in folder.parent.iterdir()] == ["f"], "nothing half-written stays"
    for picture in folder.glob("pictures/*.svg"):
        ET.fromstring(picture.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("not fitted", "imposed", "learned", "Lines outside")), ("fr", ("non ajusté", "appris", "Lignes hors"))],
)
def test_the_tables_in_both_languages(mes: Mes, lang: str, words: tuple[str, ...]) -> None:
    result = mes("fit", *SMALL, "--lang", lang, "--out", "f")
    assert result.exit_code == 0, result.stderr
    for word in words:
        assert word in result.stdout


@pytest.mark.slow
def test_a_structure_without_posterior_of_its_own_is_said(mes: Mes) -> None:
    both = ("--structure", "barrier_base=visitors", "--structure", "driver=growth")
    result = mes("fit", *SMALL, *both, "--out", "f")
    assert result.exit_code == 0, result.stderr
    assert "not fitted under this structure" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--people", "0"), ("--people: 0", "1 or more")),
        (("--people", "many"), ("--people",)),
        (("--draws", "-1"), ("--draws: -1",)),
        (("--draws", "1000000"), ("--draws: 1000000", "allowed: 1 to")),
        (("--workers", "0"), ("--workers: 0",)),
        (("--seed", "-1"), ("--seed: -1",)),
        (("--lang", "de"), ("--lang", "fr")),
        (("--structure", "barrier_bse=visitors"), ("barrier_bse", 'did you mean "barrier_base"')),
        (("--posterior", "nowhere"), ("--posterior: nowhere holds no posterior.parquet",)),
        (("--drws", "3"), ("--drws", "--draws")),
        (("status-quo",), ("unexpected extra argument",)),
    ],
)
def test_bad_arguments(mes: Mes, arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path) -> None:
    result = mes("fit", *arguments, "--out", "f")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_posterior_that_is_none(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "posterior.parquet").write_text("no parquet")
    result = mes("fit", *SMALL, "--posterior", "p", "--out", "f")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "can't be read as a draws file" in result.stderr


def test_a_folder_that_exists_or_can_not_be_made(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("")
    for out, words in (("there", "there: exists"), ("file/f", "can't be written to")):
        result = mes("fit", *SMALL, "--out", out)
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("command", ["fit", "calibrate"])
@pytest.mark.parametrize(("lang", "words"), [("en", "--netcdf needs h5py; install it"), ("fr", "a besoin de h5py")])
def test_without_the_library_nothing_is_begun(
    mes: Mes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, lang: str, words: str
) -> None:
    monkeypatch.setattr(netcdf, "find_spec", lambda name: None if name == "h5py" else name)
    result = mes(command, "--netcdf", "--lang", lang, "--out", "f")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "mes[netcdf]" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Lets posterior draw 1 end in an exception."""

    def breaks(error: BaseException) -> None:
        def predict_or_break(task: Any) -> Any:
            if (task.kind, task.index) == ("posterior", 1):
                raise error
            return predict(task)

        monkeypatch.setattr("calibration.fit.work.predict", predict_or_break)

    return breaks


@pytest.mark.slow
def test_a_failing_draw_is_named_and_the_rest_kept(
    mes: Mes, broken: Callable[[BaseException], None], tmp_path: Path
) -> None:
    broken(ValueError("no such luck"))
    result = mes("fit", *SMALL, "--json", "--out", "f")
    assert result.exit_code == 1
    assert "1/4 draws failed (--resume tries them again)" in result.stderr
    assert "posterior 1: ValueError: no such luck" in result.stderr
    assert json.loads(result.stdout)["failures"] == [{"draw": "posterior 1", "error": "ValueError: no such luck"}]
    assert json.loads((tmp_path / "f" / "manifest.json").read_text(encoding="utf-8"))["status"] == "failed"
    assert "draw posterior 1 failed: ValueError: no such luck" in mes("verify", "f").stdout
    broken(RuntimeError("again"))
    assert "posterior 1: RuntimeError: again" in mes("fit", *SMALL, "--out", "f", "--resume").stderr


@pytest.mark.slow
def test_guides_are_filled_and_figures_drawn(fitted: tuple[Path, Result], tmp_path: Path) -> None:
    residuals, identified = (part for part in PARTS if part.made_by == "mes fit")
    english, french = (residuals.write(fitted[0], lang) for lang in ("en", "fr"))
    for words in ("| P9 |", "| not fitted |"):
        assert words in english
    assert "| non ajusté |" in french
    assert identified.write(fitted[0], "en").startswith("| Parameter |")
    names = ("answers", "correlations", "parameters", "stocks")
    assert sorted(drawn(residuals, fitted[0], tmp_path)) == [f"fit-{name}.png" for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"fit-{name}.png" for name in names]
    assert drawn(residuals, fitted[0], tmp_path) == []  # the same pictures again


def test_what_no_guide_can_be_filled_from(fitted: tuple[Path, Result], tmp_path: Path) -> None:
    copy = tmp_path / "work" / "copy"
    shutil.copytree(fitted[0], copy)
    assert folders_by_sign([tmp_path / "work"]) == {"fit.json": copy}
    whole = (copy / "parameters.parquet").read_bytes()
    (copy / "parameters.parquet").write_bytes(b"changed")
    with pytest.raises(UserError, match=r"not complete or not as it was left \(parameters\.parquet\)"):
        folders_by_sign([tmp_path / "work"])
    with pytest.raises(UserError, match=r"parameters\.parquet: not as the run left it"):
        next(part for part in PARTS if part.mark == "fit").write(copy, "en")
    (copy / "parameters.parquet").write_bytes(whole)
    with pytest.raises(UserError, match="no folder that guides are filled from"):
        folders_by_sign([tmp_path])
    with pytest.raises(UserError, match="of the same command"):
        folders_by_sign([fitted[0], copy])
    manifests.write(copy, {**manifests.read(copy), "quick": True})
    with pytest.raises(UserError, match="made with --quick"):
        folders_by_sign([copy])
