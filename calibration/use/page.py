"""What the guide shows of a finished fit of use: figures and parameters, before beside after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from calibration.draws.use import DRAWS
from calibration.facts.priors import Z95
from calibration.facts.use import PARAMETERS, load_use_figures
from calibration.use.method import TRIED, priors
from calibration.use.question import FIGURES, SETTINGS
from foundation.language.numbers import number, typeset, with_interval
from foundation.language.pages import markdown_table
from foundation.language.text import Words
from foundation.shapes import Floats
from foundation.store.reading import read_json
from foundation.store.tables import read

label = Words(__file__)
LEVELS = (0.05, 0.5, 0.95)
NARROWED, MOVED = 0.8, 0.5


def markdown(folder: Path, lang: str) -> str:
    """Both tables, and what they are of."""
    used, figures = (read(folder / f"{name}.parquet") for name in (DRAWS, FIGURES))
    settings = read_json(folder / SETTINGS)
    note = label(
        "page.note",
        lang,
        draws=number(len(used), 0, lang),
        people=number(settings["people"], 0, lang),
        seed=settings["seed"],
        tried=TRIED,
        effective=number(settings["effective"]["median"], 0, lang),
        least=number(settings["effective"]["least"], 1, lang),
    )
    found = markdown_table(label("page.figures", lang).split("|"), figure_rows(figures, lang))
    parameters = markdown_table(label("page.parameters", lang).split("|"), parameter_rows(used, lang))
    return "\n\n".join([found, note, parameters, label("page.note_parameters", lang)]) + "\n"


def figure_rows(figures: pd.DataFrame, lang: str) -> list[list[str]]:
    """A row a published figure."""
    rows = []
    for figure in load_use_figures():
        part = figures[figures["key"] == figure.key]
        before, after, other = (np.quantile(part[name], LEVELS) for name in ("before", "after", "other"))
        inside = label("page.yes" if after[0] <= figure.value <= after[2] else "page.no", lang)
        value = number(figure.value, 2, lang)
        if figure.sd is None:
            inside = label("page.compared", lang)
        else:
            value = label("page.published", lang, value=value, error=number(Z95 * figure.sd, 2, lang))
        shown = [_interval(quantiles, lang) for quantiles in (before, after)]
        name = typeset(label(f"figure.{figure.key}", lang), lang)
        rows.append([name, value, *shown, inside, number(float(other[1]), 2, lang)])
    return rows


def _interval(quantiles: Floats, lang: str) -> str:
    low, middle, high = map(float, quantiles)
    return with_interval(low, middle, high, lang, 2)


def parameter_rows(used: pd.DataFrame, lang: str) -> list[list[str]]:
    """A row a parameter."""
    rows = []
    for name, prior in zip(PARAMETERS, priors(), strict=True):
        values = used[name].to_numpy(np.float64)
        places = special.ndtri(np.clip(prior.cdf(values), 1e-9, 1 - 1e-9))
        left, moved = float(places.std()), float(np.median(places))
        known = left < NARROWED or abs(moved) > MOVED
        shown = [_interval(np.quantile(values, LEVELS), lang), number(left, 2, lang)]
        before = _interval(prior.quantile(LEVELS), lang)
        told = number(moved, 2, lang, sign=True)
        rows.append([f"`{name}`", before, *shown, told, label("page.yes" if known else "page.little", lang)])
    return rows
