"""How forecasts from earlier days would have done: the model beside simple forecasters, from the shipped scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from calibration.hindcast import label as named
from calibration.hindcast.page import shipped_scores
from calibration.hindcast.question import NAMES
from foundation.language.numbers import day, number
from report import say
from report.shown import Subject, traced
from report.sources import Row

FILE = "calibration/hindcast/data/scores.csv"
AHEAD = 183
"""Days from which on a forecast counts as one of six months and more: what decisions look at."""
MODEL, SLOPE = "model-frozen", "last-slope"
KNEW = {
    "model-frozen": "structure",
    "model-actual": "inputs",
    "bass-fixed": "ceiling",
    "damped-trend": "chosen",
    "outside-view": "chosen",
    "mean": "chosen",
}
"""What of a forecaster was made knowing the counts that it is scored on; the others know nothing but earlier ones."""


def hindcast_context(subject: Subject) -> Row:
    """What the page shows: a sentence for the answer, and a row a forecaster, the smallest loss first."""
    lang = subject.lang
    scores = shipped_scores()
    far = scores[scores["horizon_days"] >= AHEAD]
    losses = far.groupby("forecaster")["crps_millions"].mean()
    simple = losses.drop([name for name in losses.index if name.startswith("model-")])
    order = sorted(NAMES, key=lambda name: float(losses.get(name, np.inf)))
    days = sorted(scores["origin"].unique())
    return {
        "caveat": subject.say(
            "caveats.hindcast",
            origins=len(days),
            first=day(days[0], lang),
            last=day(days[-1], lang),
            model=_mean(far, MODEL, "crps_millions", AHEAD, lang),
            slope=_mean(far, SLOPE, "crps_millions", AHEAD, lang),
            name=_named(str(simple.idxmin()), lang),
            best=_mean(far, str(simple.idxmin()), "crps_millions", AHEAD, lang),
        ),
        "rows": [_row(scores, far, name, lang) for name in order],
        "first": day(days[0], lang),
        "last": day(days[-1], lang),
        "origins": len(days),
        "figures": scores["date"].nunique(),
        "end": day(scores["date"].max(), lang),
    }


def _named(name: str, lang: str) -> str:
    return named(f"forecaster.{name}", lang)


def _row(scores: pd.DataFrame, far: pd.DataFrame, name: str, lang: str) -> Row:
    return {
        "name": _named(name, lang),
        "model": name.startswith("model-"),
        "far": _mean(far, name, "crps_millions", AHEAD, lang),
        "bias": _mean(far, name, "bias_millions", AHEAD, lang, sign=True),
        "inside": _inside(far, name, AHEAD, lang),
        "all": _mean(scores, name, "crps_millions", 0, lang),
        "all_inside": _inside(scores, name, 0, lang),
        "knew": say(f"hindcast.knew_{KNEW.get(name, 'nothing')}", lang),
    }


def _mean(rows: pd.DataFrame, name: str, measure: str, ahead: int, lang: str, *, sign: bool = False) -> Markup:
    value = float(rows[rows["forecaster"] == name][measure].mean())
    return _traced(number(value, 2, lang, sign=sign), [value], name, measure, ["mean"], ahead)


def _inside(rows: pd.DataFrame, name: str, ahead: int, lang: str) -> Markup:
    held = rows[rows["forecaster"] == name]["inside_90"]
    text = named("hindcast.of", lang, inside=int(held.sum()), all=len(held))
    return _traced(text, [int(held.sum()), len(held)], name, "inside_90", ["sum", "count"], ahead)


def _traced(text: str, values: Sequence[float], name: str, measure: str, stats: Sequence[str], ahead: int) -> Markup:
    where: dict[str, str | int] = {"forecaster": name, "from_days": ahead}
    return traced(text, values, file=FILE, measure=measure, stats=stats, where=where)
