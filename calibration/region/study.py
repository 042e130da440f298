"""``mes calibrate --region``: the local level of a region fitted to its own counts, as a study with a task a national
draw; its folder is what ``mes run --level`` takes its draws from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calibration.facts.inputs import tables_of
from calibration.facts.tables import sha256_of_table
from calibration.region import label
from calibration.region.bank import Setting, Task, levels_of, on_days, work
from calibration.region.counts import OwnCounts
from calibration.region.fit import Counted, Fit, fitted, misfit
from calibration.region.law import TABLE, level_of, level_sd
from calibration.region.paths import afterwards, beforehand, carried_in
from calibration.region.verdict import Verdict, judged, refuse_worthless
from foundation.errors import RunFailedError
from foundation.quantiles import rounded
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.study import Study
from foundation.tasks.bench import Found
from model.terms.weeks import monday, position
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw

if TYPE_CHECKING:
    from foundation.shapes import Floats

COMMAND = "calibrate-region"
HORIZON = date(2027, 12, 31)
"""By when 40 million are to be reached in the country."""
FRAMES = ("level", "weights", "fan", "result")
TABLES = ("result.csv", "result.fr.csv", "level.json")
PAIRING = 20_270
"""Purpose of the seed that pairs draws and levels."""
SHOWN = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


@dataclass(frozen=True, kw_only=True)
class RegionFit(Study[Task]):
    """A region's level given its counts."""

    region: str
    insured: float
    """Of the region at the launch, persons."""
    own: OwnCounts
    setting: Setting
    draws: Sequence[Draw]
    """National draws as draws of the region, ratios drawn; their levels don't matter."""
    discrepancy: Sequence[float]
    """A number for each draw."""
    posterior: str
    """Name of the national posterior, as manifests record it."""
    data: Mapping[str, str]
    """Data files to their SHA-256, the posterior among them."""
    data_end: str
    command = COMMAND
    work = staticmethod(work)

    def question(self) -> Document:
        """What the level depends on."""
        return {
            "region": self.region,
            "people": self.setting.people,
            "draws": len(self.draws),
            "seed": self.setting.seed,
            "structure": asdict(self.setting.structure),
            "levels": list(self.setting.levels),
            "level_sd": level_sd(),
            "counts_used": [stock.described() for stock in self.own.stocks],
        }

    def inputs(self) -> Mapping[str, str]:
        """Data tables and posterior."""
        return {**self.data, **tables_of("compare"), TABLE: sha256_of_table(TABLE)}

    def code(self) -> Sequence[str]:
        """What computes runs and what is made of them."""
        return ("calibration.region.bank", "calibration.region.fit", "calibration.region.paths")

    def about(self) -> Document:
        """Where draws and counts come from."""
        return {
            "kind": COMMAND,
            "counts_file": self.own.file,
            "counts_left_out": self.own.left_out,
            "draws_file": self.posterior,
            "draws_sha256": self.data[self.posterior],
            "insured": self.insured,
            "data_end": self.data_end,
            "last_count": self.own.stocks[-1].day.isoformat(),
            "until": HORIZON.isoformat(),
            "quick": False,
        }

    def expects(self) -> Sequence[str]:
        """Tables and the document."""
        return (*(f"{name}.parquet" for name in FRAMES), *TABLES)

    def tasks(self) -> Sequence[Task]:
        """A task a national draw."""
        return [Task(setting=self.setting, draw=draw) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Mapping[str, pd.DataFrame]:
        """Pairs of draws and levels, weights, paths before and after, and what comes of them.

        Raises:
            UserError: so few national draws agree with the counts that nothing can be said.
            RunFailedError: a draw failed: weights need all of them.
        """
        in_order = found.ordered(self.number)
        if len(in_order.tasks) < len(self.draws):
            raise RunFailedError(f"{len(self.draws) - len(in_order.tasks)} of {len(self.draws)} draws failed")
        runs = np.stack([content["stocks"] for content in in_order])
        counted, levels = self._counted(runs), np.array(self.setting.levels)
        fit, rng = fitted(counted, level_sd()), np.random.default_rng([self.setting.seed, PAIRING])
        refuse_worthless(fit, self.region)
        rows, drawn = fit.pairs(len(self.draws), rng)
        prior = np.array([level_of(self.region, draw.index) for draw in self.draws])
        before = beforehand(levels, runs, prior)
        carried = carried_in(
            self.own.stocks,
            [self.discrepancy[row] for row in rows],
            people=self.setting.people,
            seed=self.setting.seed,
            insured=self.insured / 1e6,
        )
        after = afterwards(carried, beforehand(levels, runs[rows], drawn))
        verdict = judged(fit, misfit(counted, rows, drawn, rng), self.own.stocks)
        return {
            "level": self._pairs(rows, drawn),
            "weights": self._weights(fit),
            "fan": _fan(before, after),
            "result": self._result(fit, prior, before, after, verdict),
        }

    def _counted(self, runs: Floats) -> Counted:
        return Counted(
            stocks=self.own.stocks,
            levels=np.array(self.setting.levels),
            simulated=on_days(runs, [stock.day for stock in self.own.stocks]),
            discrepancy=np.array(self.discrepancy),
            people=self.setting.people,
            insured=self.insured / 1e6,
        )

    def _pairs(self, rows: Floats, drawn: Floats) -> pd.DataFrame:
        only = [self.draws[int(row)].only for row in rows]
        return pd.DataFrame(
            {
                "draw": np.arange(len(rows), dtype=np.int32),
                "national_draw": rows.astype(np.int32),
                "level": drawn,
                "illness_ratio": [np.nan if one is None or one.illness is None else one.illness for one in only],
                "exclusion_ratio": [np.nan if one is None or one.exclusion is None else one.exclusion for one in only],
            }
        )

    def _weights(self, fit: Fit) -> pd.DataFrame:
        mean = (fit.joint @ fit.places) / np.maximum(fit.weights, 1e-300)
        numbers = np.arange(len(self.draws), dtype=np.int32)
        return pd.DataFrame({"national_draw": numbers, "weight": fit.weights, "level_mean": mean})

    def _result(self, fit: Fit, prior: Floats, before: Floats, after: Floats, verdict: Verdict) -> pd.DataFrame:
        last = self.own.stocks[-1].day
        days = [on_days(paths, [last, HORIZON]) for paths in (before, after)]
        quantiles = [np.quantile(prior, list(SHOWN.values())), fit.quantile(*SHOWN.values())]
        rows = [_row("level", "", *quantiles), _row("growth_factor", "", *(np.exp(one) for one in quantiles))]
        for place, day in enumerate((last, HORIZON)):
            both = [np.quantile(one[:, place], list(SHOWN.values())) for one in days]
            rows.append(_row("activated_millions", day.isoformat(), *both))
        checks = [{"quantity": name, "date": "", "value": value} for name, value in verdict.numbers().items()]
        table = pd.DataFrame([*rows, *checks])
        table["verdict"] = verdict.said
        return table

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
        """The table for spreadsheets, and the document."""
        for lang, name in (("en", "result.csv"), ("fr", "result.fr.csv")):
            words = {
                "quantity": lambda key: label(f"quantity.{key}", "fr"),
                "verdict": lambda said: ", ".join(label(f"verdict.{key}", "fr") for key in said.split(" ")),
            }
            write_csv(frames["result"], folder / name, lang, label, words)
        write_json(folder / "level.json", document(frames, manifest))


def _row(quantity: str, day: str, before: Floats, after: Floats) -> dict[str, object]:
    ends = {
        f"{when}_{name}": value
        for when, values in (("before", before), ("after", after))
        for name, value in zip(SHOWN, values, strict=True)
    }
    return {"quantity": quantity, "date": day, "value": np.nan, **ends}


def _fan(before: Floats, after: Floats) -> pd.DataFrame:
    """Quantiles by Monday, before and after the counts were known, millions."""
    columns = {
        f"{when}_{name}": np.quantile(paths, level, axis=0)
        for when, paths in (("before", before), ("after", after))
        for name, level in SHOWN.items()
    }
    return pd.DataFrame({"date": [monday(week).isoformat() for week in range(before.shape[1])], **columns})


def weeks_needed() -> int:
    """Weeks to simulate so that the horizon is covered."""
    return ceil(position(HORIZON))


def document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The document of ``mes calibrate --region --json``."""
    result = frames["result"]
    keys = ("version", "region", "people", "draws", "seed", "structure", "draws_file", "counts_file", "counts_used")
    ranges = result[result["value"].isna() & result["before_p50"].notna()]
    return {
        **{key: manifest[key] for key in keys},
        "command_line": manifest["command_line"],
        "counts_left_out": manifest["counts_left_out"],
        "unit": "millions of activated profiles of the region; quantiles over draws",
        "results": [
            {
                "quantity": row["quantity"],
                "date": row["date"] or None,
                **{when: {name: rounded(row[f"{when}_{name}"]) for name in SHOWN} for when in ("before", "after")},
            }
            for _, row in ranges.iterrows()
        ],
        "checks": {row["quantity"]: rounded(row["value"]) for _, row in result[result["before_p50"].isna()].iterrows()},
        "verdict": result["verdict"].iloc[0].split(" "),
    }


def study_of(
    region: str, insured: float, own: OwnCounts, draws: Sequence[Draw], discrepancy: Sequence[float], **more: object
) -> RegionFit:
    """A fit at the usual levels; ``more``: demography, history, surveyed, structure, people, seed, posterior, data."""
    shared = {name: more.pop(name) for name in ("demography", "history", "surveyed", "structure", "people", "seed")}
    setting = Setting(**shared, levels=tuple(levels_of(level_sd()).tolist()), weeks=weeks_needed())  # type: ignore[arg-type]
    return RegionFit(
        region=region,
        insured=insured,
        own=own,
        setting=setting,
        draws=draws,
        discrepancy=discrepancy,
        **more,  # type: ignore[arg-type]
    )
