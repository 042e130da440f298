"""How money, gains and intervals of a plan are written, of a region in thousands, and the frame of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from foundation.language.numbers import colon, compact, number, short, with_interval
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from planning.mix import label
from scenarios.lever_schemas import lever_word
from scenarios.words import units_of

if TYPE_CHECKING:
    from rich.table import Table


def euros(value: float, lang: str) -> str:
    """``60 M€``, a budget without needless decimals; of less than ten thousand euros ``1 k€``."""
    small = 0 < value < 0.01
    return f"{short(1000 * value, lang)}\u00a0k€" if small else f"{million_euros(value, lang)}\u00a0M€"


def million_euros(value: float, lang: str) -> str:
    """A budget without needless decimals."""
    return number(value, 0, lang) if value >= 10 else short(value, lang)


def paid(value: float, manifest: Manifest, lang: str, decimals: int = 1) -> str:
    """Million euros, or millions of people, in a sentence; of a region, and of less than one, with two decimals, as
    medians have them."""
    return number(value, 2 if manifest.get("region") or abs(value) < 1 else decimals, lang)


def added(value: float, manifest: Manifest, lang: str, decimals: int = 2) -> str:
    """What is added, in millions, or thousands of a region."""
    times = units_of(manifest)
    return compact(times * value, lang) if times > 1 else number(value, decimals, lang)


def added_interval(row: pd.Series, name: str, manifest: Manifest, lang: str) -> str:
    """The same with its 90 % interval over draws."""
    low, middle, high = (units_of(manifest) * row[f"{name}_{end}"] for end in ("p05", "p50", "p95"))
    return with_interval(low, middle, high, lang)


def paid_interval(row: pd.Series, manifest: Manifest, lang: str) -> str:
    """What is paid for a lever or a strategy, with its 90 % interval: million euros, or thousands for a region."""
    low, middle, high = (units_of(manifest) * row[f"cost_{end}"] for end in ("p05", "p50", "p95"))
    return with_interval(low, middle, high, lang)


def told(key: str, manifest: Manifest, lang: str, **values: object) -> str:
    """Words on what is added, with the unit in which it is told."""
    return label(key, lang, unit=label(f"unit.{_unit(manifest)}", lang), **values)


def headed(key: str, manifest: Manifest, lang: str) -> str:
    """The head of a column, likewise."""
    unit = _unit(manifest)
    return label(key, lang, unit=label(f"unit.of_{unit}", lang), money=label(f"unit.euros_{unit}", lang))


def _unit(manifest: Manifest) -> str:
    return "thousand" if units_of(manifest) > 1 else "million"


def lever_title(name: str, kind: str, lang: str) -> str:
    """A lever as a reader names it; one of a kind that has several shows its own name too."""
    if name in label.own["lever"]:
        return label(f"lever.{name}", lang)
    title = lever_word(kind, lang)
    if title is None:
        return name
    return title if name in (kind, f"doctors-{kind}") else f"{title} ({name})"


def median_interval(row: pd.Series, name: str, lang: str) -> str:
    """``4.1 [2.0; 6.3]``: median and 90 % interval over draws."""
    return with_interval(row[f"{name}_p05"], row[f"{name}_p50"], row[f"{name}_p95"], lang)


def blank_table(title: str, caption: str) -> Table:
    """The frame of every table of a plan."""
    from foundation.language.screen import framed

    return framed(title, caption, close=True)


def asked_budget(plan: Document, lang: str) -> str:
    """``60 M€``, or with what each year has: ``50 M€ (2027: 20 M€, 2028: 30 M€)``."""
    whole, years = euros(plan["budget_millions_eur"], lang), plan.get("budget_by_year") or {}
    return f"{whole} ({', '.join(f'{y}{colon(lang)}{euros(m, lang)}' for y, m in years.items())})" if years else whole
