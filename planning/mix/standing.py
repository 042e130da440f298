"""How surely the mix is best among what its budget can buy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from foundation.language.numbers import interval, number, percent
from planning.mix import label
from planning.mix.results import Frames, row_of
from scenarios.compare.best import of_class


def standing_at_budget(frames: Frames) -> pd.DataFrame:
    """The mix asked for (``scenario`` empty) and the shipped strategies that the budget can buy, as
    ``scenarios.compare.best`` ranks strategies of like budgets: over the fresh draws, the one of least regret first."""
    draws, shipped_ones = frames["plan_draws"], frames["shipped"]
    names = [str(name) for name in shipped_ones.loc[shipped_ones["affordable"].astype(bool), "scenario"]]
    wanted = [("frontier", f"{row_of(frames, 'asked')['budget_millions_eur']:.9g}"), *(("shipped", n) for n in names)]
    gains = [
        draws.loc[(draws["role"] == r) & (draws["name"] == n), "additional_millions"].to_numpy() for r, n in wanted
    ]
    return pd.DataFrame(of_class(["", *names], np.array(gains)))


def best_sentence(frames: Frames, lang: str) -> Iterator[str]:
    """How surely the mix is best among what the budget can buy, and what choosing it may lose; likewise the best of the
    shipped strategies."""
    found = standing_at_budget(frames)
    if len(found) < 2:
        return
    titles = frames["shipped"].set_index("scenario")[f"title_{lang}"]
    mix, rival = (found[(found["scenario"] == "") == is_mix].iloc[0] for is_mix in (True, False))
    yield label(
        "plan.best",
        lang,
        rivals=len(found) - 1,
        chance=_chance_with_interval(mix, lang),
        regret=number(mix["regret_mean"], 2, lang),
        rival=titles[rival["scenario"]],
        rival_chance=_chance_with_interval(rival, lang),
        rival_regret=number(rival["regret_mean"], 2, lang),
    )


def _chance_with_interval(row: Any, lang: str) -> str:
    bounds = interval(100 * row["probability_best_low"], 100 * row["probability_best_high"], 0, lang)
    return f"{percent(row['probability_best'], lang)} {bounds}"
