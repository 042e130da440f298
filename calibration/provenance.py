"""What a report says of prices, priors, their sources and the draws: the data files, in the report's terms."""

from __future__ import annotations

import re

from calibration.draws import data_hashes, read_draws
from calibration.inputs import load_costs
from calibration.priors import Prior, load_priors
from calibration.roles import EFFECTS, SHARED, STATUS_QUO
from calibration.tables import DATA, read_rows
from scenarios.report.provenance import Assumption, Fact, Provenance


def load_provenance() -> Provenance:
    """Prices, priors by role, every published fact, and how the shipped draws were made."""
    priors, (_, info) = load_priors(), read_draws()
    return Provenance(
        prices=_prices(),
        effects=tuple(_assumption(priors[name]) for name in EFFECTS if name not in SHARED),
        parameters=tuple(_assumption(priors[name]) for name in STATUS_QUO),
        facts=_facts(),
        draws_command=info.command,
        hashes=data_hashes(),
    )


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
