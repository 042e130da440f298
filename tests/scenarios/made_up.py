"""Small made-up frames and manifests for tests of folders and comparisons: no model is run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from foundation.store.fingerprint import code_fingerprint
from model.terms.channels import N_CHANNELS
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS, GroupTable, LeverUse, Outcome, StandingTable
from model.terms.weeks import week_of
from scenarios.compare.study import COUNTS, TABLES, Comparison
from scenarios.costs import CostLine
from scenarios.frames import ORDER, Result, draw_frames

WEEKS = 309
"""To the end of 2027, the horizon of these frames."""
POLICY = week_of(date(2027, 1, 4))
MODULES = ("scenarios.frames",)
"""What computes them."""
COURSES = {
    name: [
        {"date": day, "forecast": day > "2026", "p05": 1.0, "p25": 1.1, "p50": 1.2, "p75": 1.3, "p95": 1.4}
        for day in ("2022-01-31", "2025-12-15", "2027-12-27")
    ]
    for name in ("documents", "growth")
}
"""As ``scenarios.compare.courses`` has them."""
SETTINGS = (
    "people", "draws", "seed", "engine", "structure", "averaged", "policy_start", "until", "target_millions", "every",
    "continued", "quick",
)  # fmt: skip


def outcome(draw: int, extra: float = 0.0) -> Outcome:
    """Grows in a straight line to 30 million at the end (plus ``extra`` persons), a little more in later draws."""
    activated = np.linspace(0, 30e6 + 1e5 * draw + extra, WEEKS + 1)
    stock, flow = np.full(WEEKS + 1, 1e6), np.ones((WEEKS, N_CHANNELS))
    return Outcome(
        living=np.full(WEEKS + 1, 68e6),
        adults=np.full(WEEKS + 1, 54e6),
        aware=stock,
        visited=stock,
        activated=activated,
        activated_living=activated,
        activated_minors=stock,
        contacts=flow,
        visits=flow,
        activations=flow,
        uses=(LeverUse("letters", 1e6, 1e5, 0.0, 2, 500),) if extra else (),
    )


def frames(names: dict[str, float], draw: int, *, until: Any, target: float = 40.0) -> dict[str, pd.DataFrame]:
    """Frames of one draw of the ``results``."""
    return draw_frames(draw, results(names, draw), every=13, until=until, target_millions=target)


def results(names: dict[str, float], draw: int) -> list[Result]:
    """``names`` gives each scenario's additional activations, the reference first with 0."""
    table = GroupTable("region", ("a", "b"), (0, 13), *(np.ones((2, 2)) for _ in range(4)))
    return [
        Result(
            scenario=name,
            outcome=outcome(draw, extra),
            costs=[_line(2e6, 0.0), _line(0.0, 1e6)] if extra else [],
            groups=[table],
            standing=[_standing(draw, extra)],
            simulated=outcome(draw, extra).activated,
        )
        for name, extra in names.items()
    ]


def _standing(draw: int, extra: float) -> StandingTable:
    """Two groups at the policy start and around the horizon; what a strategy adds, it adds in the first."""
    living = np.full((3, 2), 34e6)
    activated = (
        np.array([[8e6, 10e6], [12e6, 15e6], [12e6, 15e6]]) + 1e4 * draw + np.array([0, 1, 1])[:, None] * [extra, 0]
    )
    left = {name: (living - activated) / len(OBSTACLES) for name in OBSTACLES}
    return StandingTable(
        "region",
        ("a", "b"),
        POLICY,
        (POLICY, WEEKS - 1, WEEKS),
        {"living": living, "activated": activated, **left, **dict.fromkeys((WOULD_PASS, *BARRIERS), left["time"])},
    )


def _line(eur: float, minutes: float) -> CostLine:
    return CostLine(
        lever="letters",
        item="x",
        quantity=1.0,
        unit_eur=eur,
        eur=eur,
        minutes=minutes,
        minutes_eur=9 * minutes,
        status="assumed",
    )


def manifest(names: dict[str, float], **changes: Any) -> dict[str, Any]:
    """A manifest as ``scenarios.compare.study.Comparison`` plans it."""
    entries = [{"name": n, "title": {"en": n, "fr": n}, "sha256": f"hash of {n}", "text": ""} for n in names]
    plain = {
        "format": 2,
        "version": "0.1.0",
        "command": "compare",
        "command_line": ["mes", "compare"],
        "people": 1000,
        "draws": 4,
        "seed": 1,
        "engine": "fast",
        "structure": {"reading": "trait"},
        "drivers": {},
        "courses": COURSES,
        "policy_start": "2027-01-04",
        "until": "2027-12-31",
        "target_millions": 40.0,
        "every": 13,
        "continued": True,
        "quick": False,
        "data_end": "2026-01-29",
        "scenarios": entries,
        "costs": {"costs.csv": "c"},
        "prices": [],
        "data": {"draws.parquet": "d", "costs.csv": "c"},
        "draws_file": "draws.parquet",
        "draws_sha256": "d",
        "machine": {},
        "depends_on": ["format", "command", *SETTINGS, "scenarios", "data"],
        "counts": COUNTS,
        "expects": [*(f"{name}.parquet" for name in ORDER), *TABLES],
        "failures": [],
        "files": {},
    }
    return plain | changes


@dataclass(frozen=True, kw_only=True)
class MadeUp(Comparison):
    """A study of made-up frames with a manifest as told; writes no tables for a spreadsheet."""

    manifest: dict[str, Any]

    def planned(self) -> dict[str, Any]:
        return {**self.manifest, "code": code_fingerprint(self.modules)}

    def write(self, folder: Path, frames: Any, manifest: Any) -> None:
        pass


def study(experiment: Any, draws: Any, manifest: dict[str, Any], simulate: Any) -> MadeUp:
    """Carried out, it fills a run folder."""
    nothing: dict[str, Any] = {"texts": {}, "data": {}, "draws_file": "", "stock_targets": (), "modules": MODULES}
    return MadeUp(
        command="compare", experiment=experiment, draws=draws, manifest=manifest, simulate=simulate, **nothing
    )
