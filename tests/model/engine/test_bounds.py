"""No index of a kernel lies outside of its array: kernels don't ask (``model.terms.jit``), here they do."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from model.terms import jit
from model.terms.jit import kernel

MODEL = Path(__file__).parents[3] / "model"
COMPILED = {"compiled", "kernel", "inlined"}
START, UNTIL = date(2027, 1, 4), date(2028, 12, 31)


@pytest.mark.slow
def test_no_index_is_out_of_bounds(tmp_path: Path) -> None:
    """Every lever of the catalogue and every count, on few people; compiled anew, with bounds checked."""
    checked = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "MES_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(MODEL.parent)}
    done = subprocess.run([sys.executable, __file__], env=checked, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert done.stdout == b"all inside\n"


def test_an_index_is_not_asked_whether_it_counts_from_the_end() -> None:
    """That question took a twentieth of a run."""

    def at(values: np.ndarray, place: int) -> float:
        return float(values[place])

    ours, theirs = njit(_nrt=False)(at), njit(_nrt=False)(at)  # not from the cache, which can't be looked into
    jit._KERNELS.add(ours)
    assert ours(np.arange(3.0), 2) == theirs(np.arange(3.0), 2) == 2.0
    assert theirs(np.arange(3.0), -1) == 2.0, "what others compile counts from the end as ever"
    asks = [any(word in body(made) for word in ("select", "icmp", "lshr", "ashr")) for made in (ours, theirs)]
    assert asks == [False, True]
    assert kernel_of_ours in jit._KERNELS


@kernel
def kernel_of_ours(value: int) -> int:
    return value


def body(made: Any) -> str:
    (code,) = made.inspect_llvm().values()
    return str(code.partition("define")[2].partition("}")[0])


def from_the_end(text: str) -> list[str]:
    """Subscripts of compiled functions that are negative numbers."""
    found = []
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef) and COMPILED & {ast.unparse(d) for d in function.decorator_list}:
            places = [node.slice for node in ast.walk(function) if isinstance(node, ast.Subscript)]
            parts = [part for place in places for part in (place.elts if isinstance(place, ast.Tuple) else [place])]
            found += [ast.unparse(part) for part in parts if isinstance(part, ast.UnaryOp)]
    return found


def test_no_kernel_counts_from_the_end() -> None:
    assert from_the_end("@kernel\ndef last(a):\n    return a[0, -1]") == ["-1"]
    files = list(Path(MODEL).rglob("*.py"))
    assert len(files) > 50
    assert {path.name: found for path in files if (found := from_the_end(path.read_text("utf-8")))} == {}


def main() -> None:
    """Simulate and count."""
    from calibration.draws.files import load_draws
    from calibration.facts.inputs import load_demography, load_history
    from model import AdoptionModel, build_population, solve_prevalence
    from model.counting.answers import online_counts
    from model.terms.outcome import DIMENSIONS
    from model.terms.weeks import WEEKS, week_of
    from scenarios.language.files import catalogue, load_scenario
    from scenarios.language.resolve import resolve

    draw, demography, history = load_draws(1)[0], load_demography(), load_history()
    parameters = solve_prevalence(draw.parameters, demography=demography, history=history)
    people = build_population(demography, people=3000, seed=5)
    model = AdoptionModel(people, parameters, demography=demography, history=history)
    model.advance(week_of(START))
    online_counts(model)
    for name in catalogue():
        branch = model.branch(resolve(load_scenario(name), draw, policy_start=START, until=UNTIL))
        branch.advance(WEEKS)
        branch.outcome()
        for dimension in DIMENSIONS:
            branch.groups(dimension, range(0, WEEKS, 13))
    print("all inside")


if __name__ == "__main__":
    main()
