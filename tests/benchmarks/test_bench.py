"""The command: cells in processes of their own, results kept, pages filled, what is left out and what fails said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import plan
from benchmarks.bars import bars
from benchmarks.cells import ROOT, CellError, measure
from benchmarks.memory import STAGES, held_by, stage_of
from benchmarks.page import page
from benchmarks.sample_table import QUANTITIES, section
from benchmarks.setting import MIX, STATUS_QUO
from benchmarks.spent import PARTS, Clock
from foundation.store.verification import verify_folder

Row = dict[str, Any]


def cell(job: str, people: int, took: float, **more: Any) -> Row:
    base = {"job": job, "people": people, "threads": 1, "scenario": STATUS_QUO, "population_s": 0.1, "setup_s": 0.0}
    counts = {"visits": 1000.0, "activations": 400.0, "contacts": 5000.0, "activated_share": 0.34}
    return {**base, "weeks_s": took, **counts, "base_mib": 300.0, "peak_mib": 400.0, **more}


def test_bars_are_met_or_missed() -> None:
    rows = [cell("engine", 20_000, 0.1), cell("numpy", 20_000, 0.05), cell("mesa", 20_000, 19.0)]
    text = bars(rows)
    assert "190 times | **missed**" in text
    assert "0.5 times at least (NumPy weekly loop at 20,000) | **missed**" in text
    rows = [cell("engine", 20_000, 0.1), cell("starsim", 20_000, 3.0), cell("mesa", 20_000, 21.0)]
    assert "missed" not in bars(rows)
    assert "210 times | met" in bars(rows)


def test_all_of_france_and_time_per_person_have_bars_of_their_own() -> None:
    took = {1_000_000: 1.0, 10_000_000: 12.9, 68_000_000: 61.0}
    rows = [cell("engine", people, seconds, threads=2) for people, seconds in took.items()]
    text = bars(rows)
    assert "68,000,000 people, threads: 2 | 60 s | 61.0 s | **missed**" in text
    assert "population and ties, 68,000,000 people, threads: 2 | 60 s | 0.1 s | met" in text
    assert "threads: 2 | within 30 % | 29 % apart | met" in text
    assert "10 GiB | 10.1 GiB | **missed**" in bars([cell("engine", 68_000_000, 61.0, threads=2, peak_mib=10_300.0)])


def test_the_twin_must_agree_and_sizes_left_out_are_said() -> None:
    rows = [
        cell("engine", 20_000, 0.1, scenario=MIX),
        cell("mesa", 20_000, 50.0, scenario=MIX, activations=401.0),
        {"job": "numpy", "people": 10_000_000, "threads": 1, "scenario": STATUS_QUO, "why": "not run: about 5 min"},
    ]
    text = page(rows, "a machine")
    assert "DO NOT AGREE to the last one" in text
    assert "| 10,000,000 | NumPy weekly loop | 1 | not run: about 5 min |" in text
    rows[1]["activations"] = 400.0
    assert "contacts agree to the last one" in page(rows, "a machine")


def test_peers_stop_where_a_run_would_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def pretend(tell: Any, job: str, **given: Any) -> Row:
        asked.append(given["people"])
        return cell(job, given["people"], 30.0 * given["people"] / 20_000)

    monkeypatch.setattr(plan, "attempt", pretend)
    rows = plan.ladder(print, "mesa", [10_000, 20_000, 100_000, 1_000_000])
    assert asked == [10_000, 20_000]
    assert rows[-1]["why"] == "not run: about 2 min"
    assert len(rows) == 3


def test_memory_is_planned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "free_bytes", lambda: 8.0 * 2**30)
    last = cell("numpy", 1_000_000, 1.0, peak_mib=1300.0)
    assert plan.too_much(last, 10_000_000) == "not run: about 10 GiB"
    assert plan.too_much(last, 2_000_000) is None


def test_where_the_time_goes_adds_up() -> None:
    spent = {"compile": 30.0, "imports": 1.0, "kernels": 16.0, "collecting": 2.0, "pictures": 1.0}
    row = {"job": "compare", "people": 50_000, "draws": 100, "scenarios": 19}
    text = page([{**row, **{f"part: {part}": value for part, value in spent.items()}}], "a machine")
    assert "| kernels: people, weeks, counts | 16.0 | 80 % |" in text
    assert "| compile, once an installation | 30.0 |  |" in text
    assert "| **all but compiling** | 20.0 | 100 % |" in text
    assert "calibration, s" not in text


def test_the_memory_of_a_comparison_is_that_of_its_worst_stage() -> None:
    row = {"job": "memory", "people": 50_000, "draws": 100, "command_s": 30.0}
    row |= {"most: draws": 640.0, "most: tables": 712.0, "most: pictures": 787.4}
    text = page([row], "a machine")
    assert "| peak memory of `mes compare`, 50,000 people × 100 draws | 994 MiB | 787 MiB | met |" in text
    assert "| tables are made | 712 |" in text
    assert "995 MiB | **missed**" in bars([{**row, "most: tables": 994.6}])


def test_all_of_france_is_measured_on_request() -> None:
    assert plan.france(lambda text: None, plan.SIZES) == []
    row = {"job": "france", "people": 68_000_000, "threads": 2, "most": 7270.4, "command_s": 49.6}
    text = page([row], "a machine")
    assert "threads: 2 | 50 s | 50 s | met |" in text
    assert "threads: 2 | 6 GiB | 7.1 GiB | **missed**" in text


def test_the_stage_of_a_comparison_is_told_by_its_folder(tmp_path: Path) -> None:
    folder, parts = tmp_path / "run", tmp_path / "run" / "parts"
    assert stage_of(folder, 2) == "draws"
    for name in ("draw-0", ".draw-1.7.tmp"):
        (parts / name).mkdir(parents=True)
    assert stage_of(folder, 2) == "draws", "what is being written is no part"
    (parts / "draw-1").mkdir()
    assert stage_of(folder, 2) == "tables"
    shutil.rmtree(parts)
    assert stage_of(folder, 2) == "tables"
    (folder / "pictures").mkdir()
    assert stage_of(folder, 2) == "pictures"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't tell")
def test_what_processes_hold_is_added_up() -> None:
    fill = "import sys; x = bytearray(64 << 20); print(flush=True); sys.stdin.read()"
    before = held_by(os.getpid())
    with subprocess.Popen([sys.executable, "-c", fill], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert held_by(os.getpid()) - before > 60
        child.communicate()
    assert held_by(child.pid) == 0.0, "it has ended"


@pytest.mark.slow
def test_a_comparison_is_watched_from_outside() -> None:
    row = measure("memory", people=1000, draws=2)
    assert all(100 < row[f"most: {stage}"] < 3000 for stage in STAGES)


def test_the_clock_counts_kernels_called_from_python() -> None:
    def busy(seconds: float) -> None:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass

    clock = Clock()
    kernel = clock.watched(busy)
    kernel(0.02)
    began = time.process_time()
    with clock.on("tables"):
        busy(0.01)
        time.sleep(0.1)
        kernel(0.03)
        clock.watched(kernel, "prevalences")(0.02)
    whole = time.process_time() - began
    busy(0.05)
    assert 0.05 <= clock.seconds["kernels"] < 0.1
    assert 0.02 <= clock.seconds["prevalences"] < 0.05, "with the kernels that are called for them"
    assert 0.01 <= clock.seconds["tables"] < 0.05, "without what is counted within"
    assert sum(clock.seconds.values()) == pytest.approx(whole + 0.02, abs=0.01), "every second once, and none outside"


@pytest.mark.slow
def test_a_comparison_is_split_into_parts() -> None:
    row = measure("compare", people=1000, draws=2)
    took = {name: value for name, value in row.items() if name.startswith("part: ")}
    assert set(took) == {f"part: {part}" for part in PARTS} - {"part: learning"}
    assert all(value > 0 for value in took.values())


HURRIED = """
import json
from functools import partial
from benchmarks import spent
from calibration.posterior import calibrate, walk
from calibration.posterior.evidence import Check
calibrate.walk = partial(walk.walk, segments=1)
Check.passed = property(lambda check: True)
spent.once = lambda clock, command: clock.seconds.update(compile=1.0, imports=1.0)
print(json.dumps(spent.calibrate(people=1000, first=64, wave=64, warmed=lambda: None)))
"""


@pytest.mark.slow
def test_a_calibration_is_split_into_parts() -> None:
    # In a process of its own: what is watched stays so.
    done = subprocess.run([sys.executable, "-c", HURRIED], cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout.splitlines()[-1])
    assert set(row) == {f"part: {part}" for part in PARTS} - {"part: pictures"}
    assert all(value > 0 for value in row.values())


@pytest.mark.slow
def test_a_cell_is_measured_in_a_process_of_its_own() -> None:
    row = measure("engine", people=1000, threads=1, scenario=STATUS_QUO, repeats=1)
    assert row["people"] == 1000
    assert 0 < row["weeks_s"] < row["wall_s"]
    assert 0 < row["activations"] <= row["visits"]
    assert 50 < row["base_mib"] <= row["peak_mib"] < 2000


@pytest.mark.slow
def test_a_cell_that_fails_says_so() -> None:
    with pytest.raises(CellError, match="people = 0"):
        measure("engine", people=0, threads=1, scenario=STATUS_QUO, repeats=1)


def sample_rows() -> list[Row]:
    rng, rows = np.random.default_rng(1), []
    for people, count in ((10_000, 30), (100_000, 20)):
        for _ in range(count):
            values = {name: rng.normal(5.0, 30.0 / people**0.5) for name in QUANTITIES}
            rows.append({"job": "sample", "people": people, **values})
    for draw in range(10):
        middle = {name: rng.normal(5.0, 1.0) for name in QUANTITIES}
        for _ in range(2):
            values = {name: middle[name] + rng.normal(0, 30.0 / 50_000**0.5) for name in QUANTITIES}
            rows.append({"job": "draws", "people": 50_000, "draw": draw, **values})
    return rows


def test_the_answer_on_sample_size_reads_in_both_languages() -> None:
    english, french = section(sample_rows(), "en"), section(sample_rows(), "fr")
    assert english.count("\n|") == french.count("\n|")
    assert "holds" in english
    assert "tient" in french
    assert "Recommended number of people" in english
    assert "’échantillonnage" in french
    assert "nan" not in english


def test_results_are_kept_and_pages_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, samples = tmp_path / "performance.md", {lang: tmp_path / f"{lang}.md" for lang in ("en", "fr")}
    target.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    for file in samples.values():
        file.write_text("<!-- sample -->\n<!-- /sample -->\n")
    monkeypatch.setattr(command, "PERFORMANCE", target)
    monkeypatch.setattr(command, "SAMPLE", samples)
    monkeypatch.setitem(command.CELLS, "engine", lambda tell, sizes: [cell("engine", size, 1.0) for size in sizes])
    monkeypatch.setitem(command.CELLS, "sample", lambda tell, sizes: sample_rows())
    out = tmp_path / "bench"
    command.main(["--only", "engine", "--largest", "20000", "--out", str(out)])
    command.main(["--only", "sample", "--largest", "20000", "--out", str(out)])
    assert set(json.loads((out / "bench.json").read_text())["parts"]) == {"engine", "sample"}
    assert verify_folder(out).sound
    assert "| 20,000 | engine | 1 |" in target.read_text()
    assert target.read_text().startswith("before\n")
    assert target.read_text().endswith("after\n")
    assert "Purpose" in samples["en"].read_text()
    target.write_text("<!-- bench -->\n<!-- /bench -->\n")
    command.main(["--only", "none", "--out", str(out)])
    assert "| 20,000 | engine | 1 |" in target.read_text()
    (out / "bench.json").write_text((out / "bench.json").read_text().replace("20000", "20001"))
    assert [finding.where for finding in verify_folder(out).findings] == ["bench.json"]
    with pytest.raises(SystemExit):
        command.main(["--only", "none", "--out", str(out)])


@pytest.mark.parametrize(
    ("given", "said"),
    [(["--only", "nmpy"], "allowed: engine, mesa"), (["--largest", "5"], "the smallest size is 10,000")],
)
def test_bad_requests_are_refused(
    given: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([*given, "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_results_that_cannot_be_read_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bench.json").write_text("{")
    with pytest.raises(SystemExit) as ended:
        command.main(["--only", "none", "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert "no results of a benchmark" in capsys.readouterr().err
