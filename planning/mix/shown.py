"""How money and intervals of a plan are written, and the frame of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from foundation.language.numbers import colon, number, with_interval
from foundation.store.reading import Document

if TYPE_CHECKING:
    from rich.table import Table


def euros(value: float, lang: str) -> str:
    """``60 M€``, a budget without needless decimals."""
    return f"{million_euros(value, lang)}\u00a0M€"


def million_euros(value: float, lang: str) -> str:
    """A budget without needless decimals."""
    return number(value, 0 if value >= 10 or value == round(value) else 1, lang)


def median_interval(row: pd.Series, name: str, lang: str) -> str:
    """``4.1 [2.0; 6.3]``: median and 90 % interval over draws."""
    return with_interval(row[f"{name}_p05"], row[f"{name}_p50"], row[f"{name}_p95"], lang)


def blank_table(title: str, caption: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title_justify="left", caption_justify="left"
    )
    table.title, table.caption = Text(title, style="bold"), Text(caption)
    return table


def asked_budget(plan: Document, lang: str) -> str:
    """``60 M€``, or with what each year has: ``50 M€ (2027: 20 M€, 2028: 30 M€)``."""
    whole, years = euros(plan["budget_millions_eur"], lang), plan.get("budget_by_year") or {}
    return f"{whole} ({', '.join(f'{y}{colon(lang)}{euros(m, lang)}' for y, m in years.items())})" if years else whole
