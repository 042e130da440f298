"""A first look at a run that takes long: what its first draws say, once, while the others are being computed.

It is read from the parts that the folder holds already, and nothing is computed for it but quantiles: no result depends
on it, and where it fails the run goes on.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from foundation.language.numbers import chance, day, number, with_interval
from foundation.store import parts
from foundation.store.manifest import Manifest, read
from foundation.tasks.journal import journal
from foundation.tasks.progress import Pace
from scenarios.compare import label

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from scenarios.compare.study import Comparison

FEWEST = 19
"""Draws of a look. Of twenty draws that are exchangeable each is the lowest, and the highest, with a chance of one in
twenty: one more draw lies between the lowest and the highest of nineteen with a chance of 90 %, whatever their law."""
LONG = 10.0
"""Seconds that have to be left: a table that follows sooner needs none."""
LEVELS = (0.05, 0.5, 0.95)


class Row(NamedTuple):
    """One scenario."""

    scenario: str
    low: float
    """Millions activated at the horizon, as are ``middle`` and ``high``: median and 90 % interval."""
    middle: float
    high: float
    share: float
    """Of the draws that reach the target, with its Jeffreys 90 % interval."""
    share_low: float
    share_high: float


def look_rows(outcomes: pd.DataFrame) -> list[Row]:
    """Scenarios in their order, from the outcomes of some draws; one that failed on any is left out.

    Ends of intervals are the quantiles at which a further draw lies within with a chance of 90 % (of nineteen draws the
    lowest and the highest): those of the draws themselves, of which the tables have many, would be too narrow.
    """
    import numpy as np

    from foundation.quantiles import jeffreys

    draws, rows = outcomes["draw"].nunique(), []
    for name, found in outcomes.groupby("scenario", sort=False):
        if len(found) == draws:
            low, middle, high = np.quantile(found["activated_millions"].to_numpy(), LEVELS, method="weibull")
            reached = int(found["reached"].sum())
            bounds = (float(low), float(middle), float(high))
            rows.append(Row(str(name), *bounds, reached / draws, *jeffreys(reached, draws)))
    return rows


def look_rich_table(outcomes: pd.DataFrame, manifest: Manifest, seconds: float, lang: str) -> Table:
    """For a terminal of 60 columns, with a heading that says what it is."""
    from rich.text import Text

    from foundation.language.screen import framed
    from scenarios.compare.when import CHANCE, with_target
    from scenarios.words import region_mark, scenario_titles

    draws, titles = outcomes["draw"].nunique(), scenario_titles(manifest, lang)
    told = {"draws": draws, "all": number(manifest["draws"], 0, lang), "seconds": number(seconds, 0, lang)}
    title = region_mark(manifest, lang) + label("look.title", lang, **told)
    note = label("look.note", lang, draws=draws, until=day(manifest["until"], lang))
    shown = framed(title, note, close=True)
    shown.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    shown.add_column(label("table.activated", lang), justify="right", no_wrap=True)
    shown.add_column(with_target(CHANCE, manifest, lang), justify="right", no_wrap=True)
    for row in look_rows(outcomes):
        shares = chance(row.share, row.share_low, row.share_high, lang, ends=True)
        activated = with_interval(row.low, row.middle, row.high, lang)
        shown.add_row(*map(Text, (titles[row.scenario], activated, shares)))
    return shown


class FirstLook:
    """Told how many draws are done, it shows a look on stderr when ``FEWEST`` are and more than ``LONG`` is to come.

    It looks at the draws from the first on until one is missing, not at those that finished first: which draws those
    are depends on what is in them, while the rows of a posterior stand in random order (``calibration.draws.files``).

    As soon as every process has its draws, it loads what the look and the tables at the end are made with.
    """

    def __init__(self, study: Comparison, folder: Path, lang: str, *, wanted: bool) -> None:
        self.folder, self.lang, self.wanted, self.pace = folder, lang, wanted, Pace()
        self.keys = [study.key(task) for task in study.tasks()]
        self.kept: int | None = None
        """Draws that were there before."""

    def __call__(self, done: int, total: int) -> None:
        """So many are done."""
        self.pace.tell(done, time.monotonic())
        if self.kept is None:
            self.kept = done
        elif done > self.kept:
            import scenarios.compare.tables  # noqa: F401
        if not self.wanted or done < FEWEST:
            return
        try:
            there, left = self._there(), self.pace.left(total)
            if len(there) >= FEWEST and left is not None:
                self.wanted = False
                if left > LONG:
                    self._show(there)
        except Exception as error:  # no reason to lose a run
            self.wanted = False
            journal.note("no_look", error=f"{type(error).__name__}: {error}")

    def _there(self) -> list[str]:
        """Keys of the draws from the first on, until one is missing."""
        missing = (row for row, key in enumerate(self.keys) if not parts.place_of(self.folder, key).is_dir())
        return self.keys[: next(missing, len(self.keys))]

    def _show(self, keys: list[str]) -> None:
        from foundation.language.screen import rendered

        outcomes = parts.frame(self.folder, keys, "outcomes")
        table = look_rich_table(outcomes, read(self.folder), journal.seconds, self.lang)
        print(rendered(table, sys.stderr, 160), file=sys.stderr, flush=True)
        journal.note("look", done=len(keys), total=len(self.keys))
