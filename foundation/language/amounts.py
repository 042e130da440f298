"""Amounts of money, people or minutes as people write them: ``60M``, ``60 M€``, ``60e6``, ``1.5bn``, ``1,5 Md€``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from foundation.errors import UserError, nearest

SCALES = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "mille": 1e3,
    "m": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "bn": 1e9, "b": 1e9, "g": 1e9, "md": 1e9, "mds": 1e9,
    "billion": 1e9, "billions": 1e9, "milliard": 1e9, "milliards": 1e9,
}  # fmt: skip
_PATTERN = re.compile(
    r"(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?)(?P<scale>[a-z]*)(?:d'|de)?(?:€|eur|euro|euros)?",
    re.IGNORECASE,
)
_CURRENCY = ("euros", "euro", "eur")
LARGEST = 1e12
TargetOn = Literal["activated", "users"]
TARGETS: tuple[TargetOn, ...] = ("activated", "users")
"""What a target can be on."""
MOST_PROFILES, MOST_USERS = 75.0, 60.0
"""Millions: the 69 million insured, the 55 million adults among them, and those who will have been."""
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


def amount(option: str, text: str, *, unit: str = "euros") -> float:
    """The positive number that ``text`` stands for.

    A comma is a decimal one, as the French write it; before exactly three digits without a scale it could as well
    separate thousands, and is refused.

    Raises:
        UserError: no amount, an ambiguous one, one that is not positive, or one beyond 10^12.
    """
    value = _value(option, text, unit)
    if not math.isfinite(value) or value > LARGEST:
        raise UserError(f"{option}: {text!r} is more than {LARGEST:.0e} {unit}; a typing error?")
    if value <= 0:
        raise UserError(f"{option}: {text!r}; needed more than 0 {unit}, written as 60M, 60e6 or 1.5bn")
    return value


def millions(option: str, text: str) -> float:
    """Millions of profiles: ``40M``, ``40000000`` or plain ``40``; no more than could be people.

    Raises:
        UserError: as for ``amount``, or more than ``MOST_PROFILES``.
    """
    value = amount(option, text, unit="profiles")
    plain = re.fullmatch(r"\s*[+]?[0-9]+([.,][0-9]+)?\s*", text) is not None and value < 1000
    found = value if plain else value / 1e6
    if found > MOST_PROFILES:
        raise UserError(f"{option}: {text!r} is {found:g} million profiles; there are about 69 million insured people")
    return found


def target(option: str, text: str) -> tuple[TargetOn, float]:
    """What a target is on, ``activated`` or ``users`` (of a month), and its millions: ``40M``, ``users=5M``.

    Raises:
        UserError: as for ``millions``, more users than ``MOST_USERS``, or it is on something else.
    """
    head, sign, rest = text.partition("=")
    said = head.strip().casefold() if sign else TARGETS[0]
    for on in TARGETS:
        if on == said:
            found = millions(option, rest if sign else text)
            if on == "users" and found > MOST_USERS:
                raise UserError(f"{option}: {text!r} is {found:g} million users; there are about 55 million adults")
            return on, found
    near = nearest(said, TARGETS)
    hint = f'; did you mean "{near}"?' if near else ""
    raise UserError(f"{option}: {text!r}: no target on {head.strip()!r}; allowed: {', '.join(TARGETS)}{hint}")


def refuse_reached(what: str, on: TargetOn, millions: float, published: Sequence[tuple[str, float]]) -> None:
    """``UserError`` for a target that was reached already, by the first of the published counts that say so: (day or
    month, least millions), by rising day. Tables and reports speak of it as of something that lies ahead."""
    there = [(when, least) for when, least in published if least >= millions]
    if not there:
        return
    (when, least), most = there[0], max(least for _, least in published)
    if on == "users":
        raise UserError(
            f"{what}: the target of {millions:g} million users of a month was reached already: {least:g} million or "
            f"more were published for {when}; give more than {most:g} million"
        )
    raise UserError(
        f"{what}: the target of {millions:g} million profiles was reached already: {least:g} million or more were "
        f"published for {when}; give more than {most:g} million"
    )


def decimal(text: str) -> float:
    """A number of a table: digits 0 to 9, a decimal point or a decimal comma, perhaps an exponent; NaN for anything
    else, as ``1_8`` or digits of another script."""
    return float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else math.nan


_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_COMMA = re.compile(r"[+-]?\d[\d\s_]*,\d+")


def iso_day(text: str) -> str:
    """What is wanted of a day written as in France: ``31/12/2027`` is 2027-12-31; "" for anything else."""
    found = _DAY_FIRST.fullmatch(text.strip())
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat() if found else ""
    except ValueError:
        return ""


def is_day(text: str) -> bool:
    """Whether a text is a day as TOML writes it: 2027-12-31."""
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def with_point(text: str) -> str:
    """What is wanted of a number with a decimal comma: ``0,95`` is 0.95; "" for anything else."""
    compact = re.sub(r"[\s_]", "", text)
    return compact.replace(",", ".") if _COMMA.fullmatch(text.strip()) else ""


def _value(option: str, text: str, unit: str) -> float:
    compact = re.sub(r"[\s_\u00a0\u202f]", "", text).replace("’", "'")
    found = _PATTERN.fullmatch(compact)
    scale = _scale(found["scale"]) if found else None
    if found is None or scale is None:
        raise UserError(f"{option}: {text!r} is no amount of {unit}; write it as 60M, 60e6 or 1.5bn")
    if scale == 1 and re.fullmatch(r"[+-]?[0-9]+,[0-9]{3}", found["number"]):
        raise UserError(f"{option}: {text!r} can be read in two ways; write it without a comma, as 60M or 60e6")
    return float(found["number"].replace(",", ".")) * scale


def _scale(word: str) -> float | None:
    """The factor of a word such as ``M`` or ``Meur``; ``None`` for an unknown one."""
    word = word.lower()
    for currency in _CURRENCY:
        word = word.removesuffix(currency) if word not in SCALES else word
    return SCALES.get(word)
