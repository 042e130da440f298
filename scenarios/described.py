"""A scenario described for people: levers, doses, dates, whom they aim at, prices, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from foundation.language.numbers import NO_BREAK, UNDEFINED, day, decimals_for, interval, number, percent, typeset
from model.terms.outcome import LeverUse
from model.terms.weeks import monday
from scenarios import label
from scenarios.compare.spending import status_word
from scenarios.costs import OWN, CostItem
from scenarios.language.schema import Scenario
from scenarios.lever_schemas import lever_word, price_word, words
from scenarios.lever_schemas.base import Charge, LeverTable, Span, Targeted, TargetTable
from scenarios.lever_schemas.messages import MessagesTable
from scenarios.words import group_label

SHOWN_APART = ("kind", "name", "start", "end", "intensity", "target", "cost", "one_off_cost", "waves", "means")
"""Keys that have a row of their own making, or none."""
SOME = LeverUse(lever="", contacts=1.0, activations=1.0, doctor_years=1.0, bursts=1, aimed=1)
"""What a lever may have used, to ask which prices it is charged at."""


def markdown(scenario: Scenario, costs: Iterable[CostItem], span: Span, lang: str) -> str:
    """A page: title, description, a part for each lever."""
    prices = {item.key: item for item in costs}
    head = f"# {_cell(typeset(scenario.title(lang), lang))}"  # type: ignore[arg-type]
    description = typeset(scenario.description(lang), lang)  # type: ignore[arg-type]
    days = {"start": day(span.policy_start, lang), "until": day(span.until, lang)}
    dates = label("shown.dates", lang, name=scenario.name, **days)
    parts = [head, description, dates, *_drivers(scenario, lang)]
    parts += [_lever(table, prices, span, lang) for table in scenario.levers] or [label("shown.nothing", lang)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _drivers(scenario: Scenario, lang: str) -> Iterator[str]:
    fixed = scenario.drivers.model_dump(exclude_none=True)
    if fixed:
        rows = [(_key(key, lang), f"{'+' if value > 0 else ''}{_share(value, lang)}") for key, value in fixed.items()]
        yield _table(rows, lang)


def _lever(table: LeverTable, prices: Mapping[str, CostItem], span: Span, lang: str) -> str:
    kind = words()["kind"][table.kind]
    means = getattr(table, "means", None)
    title = lever_word(means or table.kind, lang) or table.kind
    dose = _share(table.intensity, lang) if kind["intensity"]["en"].startswith("Share") else None
    rows = [*_when(table, span, lang), (typeset(kind["intensity"][lang], lang), dose or _value(table.intensity, lang))]
    rows += [(_key(key, lang), _value(value, lang)) for key, value in _others(table)]
    rows += [*_whom(table, lang), *_paid(table, prices, lang)]
    name = "" if table.label in (table.kind, f"{table.kind}-{means}") else f" ({table.label})"
    said = [f"## {title[0].upper()}{title[1:]}{name}", f"{typeset(kind['what'][lang], lang)}."]
    assumed = label("shown.assumed", lang, text=typeset(kind["assumes"][lang], lang))
    return "\n\n".join([*said, _table(rows, lang), assumed])


def _when(table: LeverTable, span: Span, lang: str) -> Iterator[tuple[str, str]]:
    first, last = table.start or span.policy_start, table.end or span.until
    yield label("shown.days", lang), f"{day(first, lang)} – {day(last, lang)}"
    if isinstance(table, MessagesTable):
        days = [day(max(monday(week), first), lang) for week in table.wave_weeks(span)]
        yield label("shown.waves", lang), ", ".join(days) or UNDEFINED


def _others(table: LeverTable) -> Iterator[tuple[str, object]]:
    """Keys that only some levers have, and what they hold, defaults included."""
    for key, value in table.model_dump().items():
        if key not in SHOWN_APART and value is not None and (key, value) != ("ramp_weeks", 0):
            yield key, value


def _whom(table: LeverTable, lang: str) -> Iterator[tuple[str, str]]:
    if isinstance(table, Targeted):
        yield label("shown.whom", lang), "; ".join(_target(table.target, lang)) or label("shown.everybody", lang)


def _target(target: TargetTable, lang: str) -> Iterator[str]:
    low, high = target.age_from, target.age_to
    if low is not None or high is not None:
        ends = {"low": low or 0, "high": high}
        yield label("shown.ages" if high is not None else "shown.older", lang, **ends)
    for name in ("email", "illness", "offline"):
        if (wanted := getattr(target, name)) is not None:
            yield label(f"shown.{name}_{'yes' if wanted else 'no'}", lang)
    if target.regions:
        yield ", ".join(group_label("region", region, lang) for region in target.regions)


def _paid(table: LeverTable, prices: Mapping[str, CostItem], lang: str) -> Iterator[tuple[str, str]]:
    """The prices that the lever is charged at, with how well they are known."""
    for charge in table.charges(SOME):
        item = prices[f"{charge.lever}/{charge.item}"]
        amount = _amount(charge, item, lang)
        status = label(f"price_status.{OWN if charge.own else status_word(item.status)}", lang)
        yield label("shown.price", lang, item=price_word(item.key, lang) or item.item), f"{amount}, {status}"


def _amount(charge: Charge, item: CostItem, lang: str) -> str:
    value, low, high = charge.own.bounds() if charge.own else (item.value, item.low, item.high)
    decimals = next((n for n in range(5) if all(round(v, n) == v for v in (value, low, high))), decimals_for(value))
    ends = "" if low == value == high else f" {interval(low, high, decimals, lang)}"
    return f"{number(value, decimals, lang)}{ends}{NO_BREAK}€"


def _key(key: str, lang: str) -> str:
    """What a key says, without what holds where it isn't written, and without the names of other keys."""
    said = words()["key"][key][lang].partition(";")[0].strip()
    return typeset(re.sub(r", (with|avec) \w+_\w+$", "", said), lang)


def _share(value: float, lang: str) -> str:
    """A share as ``3.3 %``, with the decimals that it was written with."""
    return percent(value, lang, next((n for n in range(4) if round(100 * value, n) == round(100 * value, 9)), 4))


def _value(value: object, lang: str) -> str:
    if isinstance(value, bool):
        return label("common.yes" if value else "common.no", lang)
    if isinstance(value, date):
        return day(value, lang)
    if isinstance(value, Mapping):  # a burst
        return label("shown.burst", lang, start=_value(value["start"], lang), weeks=value["weeks"])
    if isinstance(value, (list, tuple)):
        return "; ".join(_value(one, lang) for one in value)
    if isinstance(value, (int, float)):
        return number(value, next((n for n in range(5) if round(value, n) == value), 4), lang)
    return str(value)


def _table(rows: Iterable[tuple[str, str]], lang: str) -> str:
    head = (label("shown.what", lang), label("shown.value", lang))
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in (head, ("---", "---"), *rows))


def _cell(text: str) -> str:
    """A text that Markdown leaves as it is."""
    return " ".join(text.split("\n")).replace("|", "\\|").replace("<", "&lt;")
