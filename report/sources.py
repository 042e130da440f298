"""What is assumed, and where figures come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from calibration import parameter_line
from calibration.draws.files import read_draws
from calibration.draws.posteriors import posterior_named
from calibration.facts.inputs import load_costs, tables_of
from calibration.facts.priors import AHEAD, EFFECTS, SHARED, STATUS_QUO, Prior, load_priors
from calibration.facts.tables import DATA, read_rows
from foundation.errors import UserError
from foundation.language.numbers import UNDEFINED, day, interval, month, number, typeset
from foundation.language.pages import markdown_table
from foundation.store.manifest import Manifest
from report import say
from report.shown import traced
from scenarios.compare.spending import status_word
from scenarios.lever_schemas import price_word

Row = dict[str, Any]
UNRECORDED = {"sms_pull": "southwark", "growth_volatility": "services"}
"""What priors rest on that is no row of ``facts.csv``, by the key of its words."""


def assumption_rows(rows: Iterable[Assumption], file: str, facts: Mapping[str, Fact], lang: str) -> list[Row]:
    """Prices or parameters in words, with value, status and sources."""
    return [
        {
            "name": price_word(row.name, lang) if "/" in row.name else parameter_line(row.name, lang),
            "value": _value(row, file, lang),
            "status": row.status,
            "status_words": say(f"status.{row.status}", lang),
            "between": typeset(" ; ", lang) if lang == "fr" else "; ",
            "sources": _documents([facts[name] for name in row.facts if name in facts], lang) or _known_by(row, lang),
        }
        for row in rows
    ]


def documents_behind(lang: str) -> dict[str, str]:
    """What each shipped price (``lever/item``) and each effect rests on: documents and what they are of, in a line; no
    entry where nothing is recorded."""
    effects = (_assumption(prior) for prior in load_priors().values() if prior.name in EFFECTS)
    facts, between = _facts(), typeset(" ; ", lang) if lang == "fr" else "; "
    found = {}
    for row in (*_prices({}), *effects):
        known = _documents([facts[name] for name in row.facts if name in facts], lang) or _known_by(row, lang)
        found[row.name] = between.join(str(one["name"]) for one in known)
    return {name: text for name, text in found.items() if text}


def _documents(facts: Sequence[Fact], lang: str) -> list[Row]:
    """Each document once, by its name and the day of what it says."""
    found: dict[str, Row] = {}
    for fact in facts:
        name = f"{fact.publisher or _without_address(fact, lang)}{f', {when(fact.date, lang)}' if fact.date else ''}"
        found.setdefault(name, {"name": name, "id": fact.id, "link": fact.address if fact.publisher else ""})
    return list(found.values())


def _known_by(row: Assumption, lang: str) -> list[Row]:
    """What a figure rests on of which no document is recorded."""
    if row.place is not None:
        key = "learned" if row.status == "learned" else "own" if row.source else "own_bare"
        return [{"name": say(f"source.{key}", lang, source=row.source), "id": row.name, "link": ""}]
    found = UNRECORDED.get(row.name)
    return [{"name": say(f"source.{found}", lang), "id": row.name, "link": ""}] if found else []


def _without_address(fact: Fact, lang: str) -> str:
    kind = "computed" if fact.address.startswith("derived") else "not_found" if fact.missing else "no_address"
    return say(f"assumed.{kind}", lang)


def _value(row: Assumption, file: str, lang: str) -> Markup:
    """The three numbers with as many decimals as the smallest needs."""
    decimals = next((n for n in range(7) if all(_shows(v, n) for v in (row.location, row.low, row.high))), 7)
    text = f"{number(row.location, decimals, lang)}\u00a0{interval(row.low, row.high, decimals, lang)}"
    lever, _, item = row.name.partition("/")
    where: Row = {"lever": lever, "item": item} if item else {"name": row.name}
    measures = ["value" if item else "location", "low", "high"]
    values = [row.location, row.low, row.high]
    if row.place is not None:
        measure, measures = ("learned", ["p50", "p05", "p95"]) if row.status == "learned" else ("prices", measures)
        where = {"place": row.place}
        return traced(text, values, file="manifest.json", measure=measure, stats=measures, where=where)
    return traced(text, values, file=f"calibration/data/{file}", measure="stated", stats=measures, where=where)


def _shows(value: float, decimals: int) -> bool:
    """Whether so many decimals show a number to half a per cent."""
    return value == 0 or (abs(round(value, decimals) - value) <= 0.005 * abs(value))


def cited(provenance: Provenance) -> list[str]:
    """Facts that the tables cite, in order."""
    rows = (*provenance.prices, *provenance.effects, *provenance.parameters)
    return sorted({fact for row in rows for fact in row.facts if fact in provenance.facts})


def document_rows(provenance: Provenance, lang: str) -> list[Row]:
    """The documents cited that have an address, in the order of their names."""
    rows = _documents([provenance.facts[name] for name in cited(provenance)], lang)
    return sorted((row for row in rows if row["link"]), key=lambda row: str(row["name"]))


def when(text: str, lang: str) -> str:
    """A day, a month or a year as recorded (``2023-11``), or a span of two (``2021-12-31/2022-10-31``), in words."""
    return " – ".join(_when(part, lang) for part in text.split("/")) if text else UNDEFINED


def _when(text: str, lang: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return day(text, lang)
    return month(f"{text}-01", lang) if re.fullmatch(r"\d{4}-\d\d", text) else text.replace("-", "–")


def changed(manifest: Manifest, provenance: Provenance) -> list[str]:
    """Data files that are no longer those of the run."""
    then = manifest["data"]
    return sorted(name for name in then if name in provenance.hashes and then[name] != provenance.hashes[name])


def effects_known(lang: str) -> str:
    """Markdown: what is known of each lever's effect, what is assumed, and whether a pilot can teach it."""
    from planning.pilots.response import LEVERS, effect_of

    pilots = {effect_of(lever): f"`mes pilot {lever}`" for lever in LEVERS}
    effects, facts = tuple(_assumption(prior) for prior in load_priors().values() if prior.name in EFFECTS), _facts()
    rows = [
        (
            str(row["name"]),
            row["value"].striptags(),
            str(row["status_words"]),
            str(row["between"]).join(f"{one['name']} ({one['id']})" for one in row["sources"]) or UNDEFINED,
            pilots.get(effect.name, UNDEFINED),
        )
        for row, effect in zip(assumption_rows(effects, "priors.csv", facts, lang), effects, strict=True)
    ]
    head = tuple(say(f"known.{key}", lang).striptags() for key in ("effect", "prior", "status", "sources", "pilot"))
    return typeset(markdown_table(head, rows), lang) + "\n"


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
    """``published``, ``derived``, ``proxy``, ``assumed``, or ``learned`` from trials."""
    facts: tuple[str, ...]
    """Rows of ``facts.csv``."""
    source: str = ""
    """Where the person has a price of their own from, or the file of learned effects."""
    place: int | None = None
    """Of a price or a learned effect, among those of the manifest."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One published figure, and the document where it stands."""

    id: str
    date: str
    address: str
    publisher: str
    """Of the document; empty where there is none, because it was computed or not found."""
    missing: bool
    """Whether it was looked for and not found."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Prices, priors, their sources, and how the draws were made."""

    prices: tuple[Assumption, ...]
    effects: tuple[Assumption, ...]
    """Of levers: drawn from their priors, or from what trials have made of them."""
    parameters: tuple[Assumption, ...]
    """Of the status quo: those that the published stocks could inform, and those of documents beyond the data."""
    facts: Mapping[str, Fact]
    draws_command: str
    """Empty where the posterior that the run drew from is not there any more."""
    hashes: Mapping[str, str]
    """SHA-256 of the data files now, by name: compared with those of the run."""


def load_provenance(draws_file: str, own: Sequence[Row] = (), learned: Sequence[Assumption] = ()) -> Provenance:
    """Prices, priors by role, every published fact, and how the draws of a run were made.

    ``draws_file`` is the posterior as the manifest of the run names it, ``own`` are prices of the person's own as it
    records them, ``learned`` effects that trials have taught.
    """
    priors, command, taught = load_priors(), _command(draws_file), {effect.name: effect for effect in learned}
    return Provenance(
        prices=_prices({(row["lever"], row["item"]): row for row in own}),
        effects=tuple(taught.get(name, _assumption(priors[name])) for name in EFFECTS if name not in SHARED),
        parameters=tuple(_assumption(priors[name]) for name in (*STATUS_QUO, *AHEAD)),
        facts=_facts(),
        draws_command=command,
        hashes=tables_of("compare"),
    )


def _command(draws_file: str) -> str:
    """What makes the posterior again; empty where its file is not there any more."""
    try:
        source = posterior_named(draws_file)
    except UserError:
        return ""
    return "; ".join(dict.fromkeys(read_draws(path)[1].command for path in source.paths))


def learned_effects(manifest: Manifest) -> list[Assumption]:
    """Effects that trials have taught, as the manifest records them."""
    known = partial(Assumption, status="learned", facts=(), source=", ".join(manifest.get("effects") or ()))
    rows = enumerate(manifest.get("learned") or ())
    return [known(name=r["name"], location=r["p50"], low=r["p05"], high=r["p95"], place=n) for n, r in rows]


def own_prices(manifest: Manifest) -> list[Row]:
    """Prices that a file of the person's own sets otherwise than shipped, as the manifest records them."""
    return [{**row, "place": place} for place, row in enumerate(manifest.get("prices") or ()) if row["own"]]


def _prices(own: Mapping[tuple[str, str], Row]) -> tuple[Assumption, ...]:
    cited = {(row.cells["lever"], row.cells["item"]): row.facts() for row in read_rows("costs.csv", _COSTS, DATA)}
    return tuple(
        _own_price(own[item.lever, item.item])
        if (item.lever, item.item) in own
        else Assumption(
            name=item.key,
            location=item.value,
            low=item.low,
            high=item.high,
            status=status_word(item.status),
            facts=cited[item.lever, item.item],
        )
        for item in load_costs()
    )


def _own_price(row: Row) -> Assumption:
    numbers = {"location": float(row["value"]), "low": float(row["low"]), "high": float(row["high"])}
    status, source = status_word(row["status"]), row["source"]
    name, place = f"{row['lever']}/{row['item']}", int(row["place"])
    return Assumption(name=name, **numbers, status=status, facts=(), source=source, place=place)


_COSTS = ("lever", "item", "facts")


def _assumption(prior: Prior) -> Assumption:
    location, low, high = prior.stated
    return Assumption(
        name=prior.name, location=location, low=low, high=high, status=status_word(prior.status), facts=prior.facts
    )


def _facts() -> dict[str, Fact]:
    publishers = {r.text("host"): r.text("publisher") for r in read_rows("publishers.csv", ("host", "publisher"), DATA)}
    return {
        row.cells["id"]: Fact(
            id=row.cells["id"],
            date=_day(row.cells["date"]),
            address=row.cells["source_url"].partition(" ")[0],
            publisher=_publisher(row.cells["source_url"], publishers),
            missing=row.cells["value"].startswith("NOT FOUND"),
        )
        for row in read_rows("facts.csv", ("id", "value", "date", "source_url"), DATA)
    }


def _publisher(address: str, publishers: Mapping[str, str]) -> str:
    """The name that goes with the host of an address, or the host; nothing where there is no address."""
    host = (urlsplit(address.partition(" ")[0]).hostname or "").removeprefix("www.")
    parts = host.split(".")
    ends = [".".join(parts[place:]) for place in range(len(parts))]
    return next((publishers[end] for end in ends if end in publishers), host)


def _day(text: str) -> str:
    """A date or a span of dates as recorded; nothing where words stand in its place."""
    return text if re.fullmatch(r"[\d/ –-]+", text) else ""
