"""One line of a fit: a published figure, and what the model gives for it draw by draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from calibration.fit.held import Held
from calibration.fit.predictions import Seen
from foundation.shapes import Floats
from model.terms.inputs import History, Surveyed

Unit = Literal["million", "percent", "ratio"]
Role = Literal["fitted", "not fitted", "imposed"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A published figure with what the model gives for it, in the line's unit."""

    pattern: str
    key: str
    day: date
    """Of the count, the middle of the fieldwork, or the end of what is counted."""
    unit: Unit
    published: float
    error: float
    """One standard deviation of the published figure: of its publication, sampling and model error included; 0 where
    nothing is compared."""
    role: Role
    simulated: Floats
    """[draw]"""
    predicted: Floats | None
    """[draw, time] as published; None where the figure is put in as it is."""
    bound: bool = False
    """The published figure is a lower bound."""
    survey: str = ""
    region: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By language: why a survey answer is not fitted."""
    note: str = ""
    """Key of a remark in ``text.toml``, section fit_note."""


@dataclass(frozen=True)
class View:
    """Runs at some draws, and what they are held against."""

    held: Held
    surveyed: Surveyed
    history: History
    visitors: bool
    """Whether barriers were asked of the visitors who stopped."""
    runs: Sequence[Seen]
    values: Floats
    """[draw, parameter] of the runs, in the order of ``roles.FREE``."""
    luck: np.random.Generator

    def of(self, name: str) -> Floats:
        """[draw] one attribute of the runs."""
        return np.array([getattr(run, name) for run in self.runs], np.float64)
