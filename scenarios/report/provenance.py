"""Where assumptions come from: what a report says of data that lie outside the run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """A price or a parameter: three numbers, how well they are known, and on what grounds."""

    name: str
    """``"lever/item"`` of ``costs.csv`` or a name of ``priors.csv``."""
    location: float
    low: float
    high: float
    """Ends of a 90 % interval."""
    status: str
    """``published``, ``derived``, ``proxy`` or ``assumed``."""
    facts: tuple[str, ...]
    """Rows of ``facts.csv``."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One published figure and its address."""

    id: str
    date: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Prices, priors, their sources, and how the draws were made."""

    prices: tuple[Assumption, ...]
    effects: tuple[Assumption, ...]
    """Of levers: drawn from their priors."""
    parameters: tuple[Assumption, ...]
    """Of the status quo: those that the published stocks could inform."""
    facts: Mapping[str, Fact]
    draws_command: str
    hashes: Mapping[str, str]
    """SHA-256 of the data files now, by name: compared with those of the run."""
