"""What a user can get wrong: exit status 2, a message that helps, no traceback, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Mes = Callable[..., Result]


def refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rnu",), ("rnu", "Did you mean 'run'")),
        (("scenarios", "shw"), ("shw", "Did you mean 'show'")),
        (("run", "status-quo", "--peopel", "3"), ("--peopel", "--people")),
        (("run",), ("'SCENARIO'",)),
        (("run", "statu-quo"), ("statu-quo", 'did you mean "status-quo"')),
        (("compare", "media", "medai"), ("medai", 'did you mean "media"')),
        (("run", "status-quo", "--people", "0"), ("--people: 0", "1 or more")),
        (("compare", "media", "--people", "12"), ("--people: 12", "so few say nothing", "40 or more")),
        (("run", "status-quo", "--people", "-5"), ("--people: -5", "1 or more")),
        (("run", "status-quo", "--people", "many"), ("--people", "whole number, or: all")),
        (("run", "status-quo", "--people", "1_000_000_000"), ("--people 1000000000", "at most 200000000")),
        (("run", "status-quo", "--draws", "0"), ("--draws: 0",)),
        (("run", "status-quo", "--workers", "0"), ("--workers: 0",)),
        (("run", "status-quo", "--seed", "-1"), ("--seed: -1",)),
        (("run", "status-quo", "--lang", "de"), ("--lang", "fr")),
        (("run", "status-quo", "--engine", "slow"), ("--engine", "mesa")),
        (("run", "status-quo", "--engine", "mesa"), ("50,000", "at most 20,000")),
        (("run", "status-quo", "--target", "0"), ("--target: '0'", "more than 0")),
        (("run", "status-quo", "--target", "nan"), ("--target: 'nan'",)),
        (("run", "status-quo", "--target", "95M"), ("--target: '95M'", "69 million insured")),
        (("run", "status-quo", "--target", "8M"), ("8 million profiles was reached already", "2023-04-25")),
        (("compare", "--target", "24M"), ("reached already", "24 million or more", "2026-01-29")),
        (("compare", "--target", "users=1M"), ("1 million users of a month", "published for 2026-01")),
        (("plan", "--budget", "5M", "--target", "20M"), ("reached already", "give more than 24 million")),
        (("web", "--check", "--target", "20M"), ("reached already", "2025-10-31")),
        *(
            ((*words, "--target", "users=70M"), ("70 million users", "about 55 million adults"))
            for words in (("web", "--check"), ("run", "status-quo"), ("compare",), ("plan", "--budget", "5M"))
        ),
        (("run", "media", "--region", "Bretagne", "--target", "users=3.2M"), ("Bretagne has 2.7 million adults",)),
        (("run", "status-quo", "--until", "31/12/2027"), ("--until", "31/12/2027", "2027-12-31")),
        (("run", "status-quo", "--until", "2025-01-01"), ("policy start 2027-01-04", "end 2025-01-01")),
        (("run", "status-quo", "--until", "2030-01-01"), ("2030-01-01", "2029-01-01")),
        (("run", "status-quo", "--policy-start", "2021-01-01"), ("2021-01-01", "2022-01-31")),
        (("run", "status-quo", "--structure", "readng=naive"), ("readng", 'did you mean "reading"')),
        (("run", "status-quo", "--structure", "reading=niave"), ("niave", 'did you mean "naive"')),
        (("run", "status-quo", "--resume"), ("--resume", "--out")),
        (("run", "./no-such.toml"), ("no-such.toml",)),
        (("compare", "media", "media"), ("media", "more than once")),
        (("plot", "no-such-folder"), ("no-such-folder", "not a run folder")),
        (("scenarios", "check", "./no-such.toml"), ("no-such.toml",)),
    ],
)
def test_bad_arguments(mes: Mes, arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path) -> None:
    refused(mes(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_existing_folder(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    refused(mes("run", "status-quo", "--out", "r"), "r: exists", "--resume")


def test_resuming_nothing(mes: Mes) -> None:
    refused(mes("run", "status-quo", "--out", "r", "--resume"), "r: no such run folder")


def test_an_unwritable_folder(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(mes("run", "status-quo", "--out", "file/r"), "file/r", "can't be written to")


def test_folders_and_scenarios_do_not_mix(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    refused(mes("compare", "./r", "media"), "media", "run folders only")
    refused(mes("compare", "./r"), "r: not a run folder")
    refused(mes("compare", "./r", "--people", "100"), "--people", "nothing is simulated")


def test_a_scenario_called_like_the_reference(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "status-quo.toml").write_text('[title]\nen = "Something else"\n')
    refused(mes("run", "./status-quo.toml"), "status-quo.toml", "another name")


def test_a_date_outside_the_run(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "early.toml").write_text('[title]\nen = "Early"\n[[lever]]\nkind = "simplify"\nstart = 2020-01-06\n')
    refused(mes("run", "./early.toml"), "early.toml", "lever[1].start", "2020-01-06", "--policy-start")
    assert [path.name for path in tmp_path.iterdir()] == ["early.toml"]


def test_all_of_france_on_a_small_machine(mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.compare.placement.free_bytes", lambda: 2 * 2**30)
    refused(mes("run", "status-quo", "--people", "all", "--draws", "1"), "--people 68", "needs 6.3", "2.0 GiB are free")
    assert list(tmp_path.iterdir()) == []
