"""The answer to "How large must a sample be?" as Markdown, in English and French."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from benchmarks.rows import table
from benchmarks.sampling import Law, apart, fit_law, rounded_up, sd_interval
from benchmarks.setting import STATUS_QUO, UNTIL
from foundation.language.numbers import compact, day, number, percent, typeset
from foundation.language.text import Words

label = Words(__file__)
QUANTITIES = ("2023-11-24", STATUS_QUO, "doctors-training", "letters-with-code", "simplified-signup", "mix-broad")
PAIRED = QUANTITIES[2:]
FRANCE = 68_000_000
USUAL = 50_000
"""People of a run unless asked otherwise."""
DISCREPANCY = 0.015
"""Median of the prior of the relative discrepancy of the stocks (``calibration/data/priors.csv``)."""
FIFTH, PRECISE, GROUP = 0.2, 0.05, 20.0
Row = dict[str, Any]


def quantity(name: str, lang: str) -> str:
    """A quantity as a reader names it."""
    return label(f"quantity.{'survey' if name == QUANTITIES[0] else name}", lang)


def replicates_of(rows: Sequence[Row], name: str) -> dict[int, list[float]]:
    """Values in millions by number of people."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for row in rows:
        if row["job"] == "sample":
            found[row["people"]].append(row[name])
    return dict(found)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """What a quantity does over the posterior, millions."""

    mean: float
    sampling: float
    """Root mean square over draws, at ``people``."""
    between: float
    """Standard deviation between draws without sampling error."""
    people: int

    def sd(self, people: float) -> float:
        """Sampling error at a number of people, by the law."""
        return self.sampling * sqrt(self.people / people)

    def needed(self, sd: float) -> float:
        """People for a sampling error."""
        return self.people * (self.sampling / sd) ** 2


def section(rows: Sequence[Row], lang: str = "en") -> str:
    """Everything that is printed between the marks of the page."""
    laws = {name: fit_law(replicates_of(rows, name)) for name in QUANTITIES}
    spreads = {name: spread_of(rows, name) for name in QUANTITIES}
    drawn = {row["draw"] for row in rows if row["job"] == "draws"}
    parts = [
        label("head.advice", lang),
        advice_table(spreads, lang),
        label("head.needs", lang, draws=len(drawn), people=number(spreads[STATUS_QUO].people, 0, lang)),
        needs_table(spreads, lang),
        label("head.measured", lang, until=day(UNTIL, lang)),
        measured(rows, lang),
        label("head.law", lang),
        law_table(laws, lang),
    ]
    return "\n" + "\n\n".join(parts) + "\n\n"


def spread_of(rows: Sequence[Row], name: str) -> Spread:
    """A quantity over the posterior draws, each run under two seeds."""
    drawn = [row for row in rows if row["job"] == "draws"]
    by_draw: defaultdict[int, list[float]] = defaultdict(list)
    for row in drawn:
        by_draw[row["draw"]].append(row[name])
    sampling, between = apart([(first, second) for first, second in by_draw.values()])
    mean = float(np.mean([row[name] for row in drawn]))
    return Spread(mean=mean, sampling=sampling, between=between, people=drawn[0]["people"])


def measured(rows: Sequence[Row], lang: str) -> str:
    """Standard deviations by number of people."""
    lines = []
    found = {name: replicates_of(rows, name) for name in QUANTITIES}
    for people, values in sorted(found[STATUS_QUO].items()):
        cells = [sd_cell(found[name][people], lang) for name in QUANTITIES]
        lines.append([number(people, 0, lang), number(len(values), 0, lang), *cells])
    columns = [label("column.people", lang), label("column.replicates", lang)]
    return table([*columns, *(quantity(name, lang) for name in QUANTITIES)], lines)


def sd_cell(values: Sequence[float], lang: str) -> str:
    """``164 [145; 189]``, thousands."""
    sd, low, high = (1000.0 * value for value in sd_interval(values))
    separator = " ; " if lang == "fr" else "; "
    return typeset(f"{compact(sd, lang)} [{compact(low, lang)}{separator}{compact(high, lang)}]", lang)


def law_table(laws: dict[str, Law], lang: str) -> str:
    """The law by quantity, with its test."""
    heads = [label(f"column.{name}", lang) for name in ("quantity", "scale", "exponent", "p", "holds")]
    lines = [
        [
            quantity(name, lang),
            compact(1000.0 * law.sd(USUAL), lang),
            f"{number(law.exponent.value, 3, lang)} ± {number(law.exponent.error, 3, lang)}",
            number(law.p, 3, lang),
            label("word.holds" if law.holds else "word.fails", lang),
            number(1000.0 * law.sd(FRANCE), 2, lang),
        ]
        for name, law in laws.items()
    ]
    return table([*heads, label("column.france", lang, people=number(FRANCE, 0, lang))], lines)


def needs_table(spreads: dict[str, Spread], lang: str) -> str:
    """Sampling error beside the spread between draws, and people needed."""
    names = ("quantity", "mean", "posterior", "sampling", "ratio", "france")
    heads = [label(f"column.{name}", lang, people=number(FRANCE, 0, lang)) for name in names]
    lines = [
        [
            quantity(name, lang),
            number(spread.mean, 2, lang),
            number(spread.between, 2, lang),
            number(spread.sd(USUAL), 3, lang),
            percent(spread.sd(USUAL) / spread.between, lang),
            number(spread.sd(FRANCE), 4, lang),
        ]
        for name, spread in spreads.items()
    ]
    return table(heads, lines)


def advice_table(spreads: dict[str, Spread], lang: str) -> str:
    """Number of people by purpose, rounded up."""
    stock, status_quo = spreads[QUANTITIES[0]], spreads[STATUS_QUO]
    paired = [spreads[name] for name in PAIRED]
    compare = max(spread.needed(FIFTH * spread.between) for spread in paired)
    needed = {
        "calibrate": stock.needed(DISCREPANCY * stock.mean),
        "curve": status_quo.needed(FIFTH * status_quo.between),
        "compare": compare,
        "groups": GROUP * compare,
        "single": max(spread.needed(PRECISE * spread.mean) for spread in paired),
    }
    share = percent(DISCREPANCY, lang, 1)
    lines = [
        [label(f"purpose.{name}", lang, share=share), number(rounded_up(people), 0, lang)]
        for name, people in needed.items()
    ]
    return table([label("column.purpose", lang), label("column.people", lang)], lines)
