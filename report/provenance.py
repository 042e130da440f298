"""Where assumptions come from: what a report says of data that lie outside the run folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from calibration.draws.files import data_hashes, read_draws
from calibration.draws.posteriors import posterior_named
from calibration.facts.inputs import load_costs
from calibration.facts.priors import EFFECTS, SHARED, STATUS_QUO, Prior, load_priors
from calibration.facts.tables import DATA, read_rows
from foundation.errors import UserError


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
    """Empty where the posterior that the run drew from is not there any more."""
    hashes: Mapping[str, str]
    """SHA-256 of the data files now, by name: compared with those of the run."""


def load_provenance(draws_file: str) -> Provenance:
    """Prices, priors by role, every published fact, and how the draws of a run were made.

    ``draws_file`` is the posterior as the manifest of the run names it.
    """
    priors, command = load_priors(), _command(draws_file)
    return Provenance(
        prices=_prices(),
        effects=tuple(_assumption(priors[name]) for name in EFFECTS if name not in SHARED),
        parameters=tuple(_assumption(priors[name]) for name in STATUS_QUO),
        facts=_facts(),
        draws_command=command,
        hashes=data_hashes(),
    )


def _command(draws_file: str) -> str:
    """What makes the posterior again; empty where its file is not there any more."""
    try:
        source = posterior_named(draws_file)
    except UserError:
        return ""
    return "; ".join(dict.fromkeys(read_draws(path)[1].command for path in source.paths))


def _prices() -> tuple[Assumption, ...]:
    cited = {(row.cells["lever"], row.cells["item"]): row.facts() for row in read_rows("costs.csv", _COSTS, DATA)}
    return tuple(
        Assumption(
            name=item.key,
            location=item.value,
            low=item.low,
            high=item.high,
            status=_kind(item.status),
            facts=cited[item.lever, item.item],
        )
        for item in load_costs()
    )


_COSTS = ("lever", "item", "facts")


def _assumption(prior: Prior) -> Assumption:
    location, low, high = prior.stated
    return Assumption(
        name=prior.name, location=location, low=low, high=high, status=_kind(prior.status), facts=prior.facts
    )


def _kind(status: str) -> str:
    """A status without its reason."""
    return status.partition(":")[0].strip()


def _facts() -> dict[str, Fact]:
    rows = read_rows("facts.csv", ("id", "date", "source_url"), DATA)
    found = (Fact(id=r.cells["id"], date=_day(r.cells["date"]), address=r.cells["source_url"]) for r in rows)
    return {fact.id: fact for fact in found}


def _day(text: str) -> str:
    """A date or a span of dates as recorded; nothing where words stand in its place."""
    return text if re.fullmatch(r"[\d/ –-]+", text) else ""
