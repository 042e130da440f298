"""Numbers, dates and typography as French and English readers expect them."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, isfinite, log10

NARROW = "\u202f"
"""Narrow no-break space: thousands, before ; ! ? and %."""
NO_BREAK = "\u00a0"
UNDEFINED = "–"
_EXACT = 1e15
"""Beyond it numbers have no decimals that could be rounded."""
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}


def number(value: float | None, decimals: int, lang: str, *, sign: bool = False) -> str:
    """``1,234.5`` or ``1 234,5``; a true minus sign; a dash for the undefined; halves are rounded up, as people do it
    (2.5 is 3). ``sign`` shows a +."""
    if value is None or not isfinite(value):
        return UNDEFINED
    text = f"{abs(value):,.{decimals}f}"
    if abs(value) < _EXACT and (shown := repr(float(abs(value)))).endswith("5"):
        text = f"{Decimal(shown).quantize(Decimal((0, (1,), -decimals)), ROUND_HALF_UP):,}"
    if lang == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    zero = not text.strip(f"0.,{NARROW}")
    return text if zero else f"{'−' if value < 0 else '+' if sign else ''}{text}"


def short(value: float, lang: str) -> str:
    """A number that somebody has set: ``40``, ``40.5`` or ``1.125``, without needless decimals; any other has one."""
    return number(value, next((n for n in range(4) if abs(value - round(value, n)) < 1e-6), 1), lang)


def exact(value: float, lang: str) -> str:
    """A target as somebody has asked for it: all its decimals, nine at most, and none that are needless."""
    return number(value, len(f"{value:.9f}".rstrip("0").partition(".")[2]), lang)


_FIGURES = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(e[+-]?\d+)?")


def in_figures(value: float | str, lang: str) -> str:
    """A number as a message in English shows it (``23.634``, ``1e-06``, ``50,000``) in the figures of the language: a
    decimal comma, narrow spaces between thousands (of five figures or more, where there were no commas: 2027 may be a
    year), no powers of ten up to 10^15. What is no number stays as it is.

    A minus stays the one of the keyboard, for such numbers are typed.
    """
    text = str(value)
    found = _FIGURES.fullmatch(text) if lang == "fr" else None
    if found is None:
        return text
    sign, whole, fraction, power = found.groups()
    if power and abs(int(power[1:])) <= 15:
        power = ""
        whole, _, rest = f"{Decimal(text.lstrip('+-').replace(',', '')):,f}".partition(".")
        fraction = f".{rest}" if rest else ""
    if "," not in whole and len(whole) > 4 and whole[0] != "0":
        whole = f"{int(whole):,}"
    return f"{sign}{whole.replace(',', NARROW)}{(fraction or '').replace('.', ',')}{power or ''}"


def decimals_for(value: float | None, figures: int = 3) -> int:
    """Decimals that show a number of this size with so many significant figures, at most two."""
    if value is None or not isfinite(value) or value == 0:
        return 2
    return min(2, max(0, figures - 1 - floor(log10(abs(value)))))


def compact(value: float | None, lang: str, *, sign: bool = False) -> str:
    """Three significant figures, no more than two decimals."""
    return number(value, decimals_for(value), lang, sign=sign)


def interval(low: float | None, high: float | None, decimals: int, lang: str) -> str:
    """``[0.85; 1.60]`` or ``[0,85 ; 1,60]``."""
    separator = f"{NARROW};{NO_BREAK}" if lang == "fr" else f";{NO_BREAK}"
    return f"[{number(low, decimals, lang)}{separator}{number(high, decimals, lang)}]"


def with_interval(low: float | None, middle: float | None, high: float | None, lang: str, figures: int = 3) -> str:
    """``1.20 [0.85; 1.60]``: median and interval with the same decimals; one number if they agree."""
    defined = [abs(v) for v in (middle, low, high) if v is not None and isfinite(v)]
    if not defined:
        return UNDEFINED
    decimals = decimals_for(defined[0], figures)
    if low == middle == high:
        return number(middle, 0 if middle == 0 else decimals, lang)
    return f"{number(middle, decimals, lang)}{NO_BREAK}{interval(low, high, decimals, lang)}"


def percent(share: float | None, lang: str, decimals: int = 0) -> str:
    """A share 0..1 as ``15 %``."""
    return UNDEFINED if share is None else f"{number(100 * share, decimals, lang)}{NARROW}%"


def chance(share: float, low: float, high: float, lang: str, *, ends: bool = False) -> str:
    """A probability counted on draws, as ``20 %``, with the ``ends`` of its interval as ``20 % [14; 27]``.

    One that would be shown as 0 or 100 % is the bound of its interval, ``< 3 %`` or ``> 97 %``, rounded to the safe
    side: so many draws can't say more.
    """
    shown = int(number(100 * share, 0, "en"))
    if shown in (0, 100):
        bound = max(1, ceil(round(100 * high, 9))) if shown == 0 else min(99, floor(round(100 * low, 9)))
        return f"{'>' if shown else '<'}{NARROW}{percent(bound / 100, lang)}"
    return percent(share, lang) + (f"{NO_BREAK}{chances(low, high, lang)}" if ends else "")


def chances(low: float, high: float, lang: str) -> str:
    """The interval of a probability counted on draws, in per cent, which never ends at 0 or 100: ``[91; > 99]``."""
    ends = (_end(low, lang), _end(high, lang))
    return f"[{ends[0]}{NARROW if lang == 'fr' else ''};{NO_BREAK}{ends[1]}]"


def _end(share: float, lang: str) -> str:
    text = number(100 * share, 0, lang)
    return {"0": f"<{NARROW}1", "100": f">{NARROW}99"}.get(text, text)


def share_of_draws(share: float, draws: int, lang: str) -> str:
    """On how many of the draws something holds, as ``chance`` says it."""
    from foundation.quantiles import jeffreys  # loads numpy, which most words don't need

    return chance(share, *jeffreys(share * draws, draws), lang)


def day(value: date | str, lang: str) -> str:
    """``7 Oct 2024`` or ``7 oct. 2024`` (``1er`` for the first of a month)."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    first = "1er" if lang == "fr" and value.day == 1 else str(value.day)
    return NO_BREAK.join((first, _MONTHS[lang][value.month - 1], str(value.year)))


def moment(text: str | None, lang: str) -> str:
    """A recorded second (ISO 8601, UTC) as a reader writes it, to the minute."""
    if not text:
        return UNDEFINED
    clock = text[11:16] if lang == "en" else text[11:16].replace(":", f"{NO_BREAK}h{NO_BREAK}")
    return f"{day(text[:10], lang)}, {clock}{NO_BREAK}UTC"


def month(value: date | str, lang: str) -> str:
    """``Oct 2024`` or ``oct. 2024``."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{_MONTHS[lang][value.month - 1]}{NO_BREAK}{value.year}"


def colon(lang: str) -> str:
    """Between what is spoken of and what is said of it."""
    return f"{NO_BREAK}: " if lang == "fr" else ": "


def typeset(text: str, lang: str) -> str:
    """Plain text with the no-break spaces and apostrophes of the language."""
    text = re.sub(r"(?<=\w)'", "’", text)
    text = re.sub(r"(?<=\d) (?=(€|M€|M\b|million|millier|thousand))", NO_BREAK, text)
    text = text.replace(" %", f"{NARROW}%").replace("n° ", f"n°{NO_BREAK}")
    if lang == "fr":
        text = re.sub(r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))", rf"\1{NARROW}", text)
        text = re.sub(r" (?=[;!?])", NARROW, text)
        text = text.replace(" :", f"{NO_BREAK}:").replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")
    return text


_END = "(?:</data>)?"
"""Of a number that is traced, in a report."""
_COUNTED = re.compile(
    rf"(\d[\d\u202f]*(?:,\d+)?)({_END}(?: ± \d[\d\u202f,]*{_END})?[ \u00a0](?:million|milliard|millier))s?\b"
)


def agreed(text: str, lang: str) -> str:
    """With millions that agree with what they count: 1,99 million, 2 millions."""
    if lang != "fr":
        return text
    return _COUNTED.sub(lambda found: f"{found[1]}{found[2]}{'s' if _from_french(found[1]) >= 2 else ''}", text)


_BOUND = re.compile(
    rf"(?<=[a-zà-ÿ] )(?<!ability )(?<!abilité )(<data[^>]*>)?(?:&(?=[lg]t;))?(<|>|lt;|gt;){NARROW}(?=\d)"
)
_BOUNDS = {"en": ("less than", "more than"), "fr": ("moins de", "plus de")}


def in_words(text: str, lang: str) -> str:
    """With the sign of a bound behind a word written out: on more than 92 % of the draws. In cells and brackets it
    stays a sign."""
    return _BOUND.sub(lambda found: f"{found[1] or ''}{_BOUNDS[lang]['>g'.find(found[2][0]) >= 0]} ", text)


def _from_french(figures: str) -> float:
    return float(figures.replace(NARROW, "").replace(",", "."))
