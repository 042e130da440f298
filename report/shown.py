"""How a report says things: of the country or of one region, of activated profiles or of the users of a month, in which
unit, and with the origin of each number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isfinite

import numpy as np
from markupsafe import Markup

from foundation.language.numbers import interval, number, percent
from foundation.store.manifest import Manifest
from report import say
from scenarios.words import group_label, units_of

SMALL = (
    "additional_millions", "additional_monthly_users_millions", "additional_lasting_users_millions",
    "cost_millions_eur", "doctor_minutes_millions", "members_millions", "active_millions", "monthly_users_millions",
    "weekly_users_millions", "returned_millions", "dormant_millions", "lasting_users_millions",
    "target_less_monthly_users_millions",
    "monthly_users_millions_less_target",
)  # fmt: skip
"""Measures in millions that are shown in thousands of a region."""
INTERVAL = ("p50", "p05", "p95")
KINDS = ("users_region", "users", "level", "believed", "region")
"""Endings of keys whose texts are meant for a report on users, of a region, with and without a fitted level."""


class Subject:
    """What a report is of, and its words.

    ``say`` takes the text of a key that is meant for such a report (``key_users``, of ``KINDS``), where there is one.
    Filled in are the ``words``: ``{unit}`` is that of what is added and of users, ``{total_unit}`` that of what the
    target is on.
    """

    def __init__(self, manifest: Manifest, lang: str) -> None:
        self.manifest, self.lang = manifest, lang
        self.region = str(manifest.get("region") or "")
        """Its name; "" for the country."""
        self.users = manifest.get("target_on") == "users"
        """Whether the target, and so what is compared, is on users of a month."""
        self.times = units_of(manifest)
        """By what measures of ``SMALL`` are multiplied."""
        self.total = "monthly_users_millions" if self.users else "activated_millions"
        """What the target is on, at the horizon."""
        self.gain = "additional_monthly_users_millions" if self.users else "additional_millions"
        """What strategies are compared by."""
        self.price = "cost_per_lasting_user_eur" if self.users else "cost_per_additional_eur"
        """What one costs; a user counts if the use lasts."""

    @cached_property
    def kinds(self) -> list[str]:
        """Those of ``KINDS`` that this report is of, the most special first."""
        region, level = bool(self.region), bool(self.manifest.get("level"))
        there = (region and self.users, self.users, region and level, region and not level, region)
        return [kind for kind, is_so in zip(KINDS, there, strict=True) if is_so]

    @cached_property
    def words(self) -> dict[str, Markup | str]:
        """What every text may hold."""
        lang, unit = self.lang, "thousand" if self.times > 1 else "million"
        counted = "users" if self.users else "activated"
        return {
            "unit": say(f"unit.{unit}", lang),
            "units": say(f"unit.{unit}s", lang),
            "money": say(f"unit.money_{unit}", lang),
            "euros": say(f"unit.euros_{unit}", lang),
            "total_unit": say(f"unit.{unit if self.users else 'million'}", lang),
            "counted": say(f"counted.{counted}", lang),
            "counted_added": say(f"counted.added_{counted}", lang),
            "brought": say(f"counted.brought_{counted}", lang),
            "place": group_label("region", self.region, lang),
        }

    def say(self, key: str, **values: object) -> Markup:
        """A text of this report."""
        found = next((own for kind in self.kinds if (own := f"{key}_{kind}") in say), key)
        return say(found, self.lang, **{**self.words, **values})

    def times_of(self, measure: str) -> float:
        """By what a measure is multiplied where it is shown."""
        return self.times if measure in SMALL else 1.0


def separator(lang: str) -> str:
    """Between the ends of an interval."""
    return "\u202f;\u00a0" if lang == "fr" else ";\u00a0"


def percent_interval(low: float | None, middle: float | None, high: float | None, lang: str) -> str:
    """``36 % [33; 39]``."""
    if middle is None or np.isnan(middle):
        return number(None, 0, lang)
    bounds = [None if v is None or np.isnan(v) else 100 * v for v in (low, high)]
    return f"{percent(middle, lang)}\u00a0{interval(bounds[0], bounds[1], 0, lang)}"


def traced(
    text: str,
    values: Sequence[float | int | str | None],
    *,
    file: str,
    measure: str,
    stats: Sequence[str] = INTERVAL,
    where: Mapping[str, str | int] | None = None,
    times: float = 1.0,
) -> Markup:
    """``text`` with its origin.

    ``values`` are the numbers behind the text, one for each of ``stats``, in the unit of the measure, which is shown
    multiplied by ``times``; ``where`` are the rows of the file that they are taken from. What a measure means is listed
    in the report itself.
    """
    if len(values) != len(stats):
        raise ValueError(f"{len(values)} values for the statistics {' '.join(stats)}")
    attributes = {
        "value": " ".join(_plain(value) for value in values),
        "data-file": file,
        "data-where": ";".join(f"{key}={value}" for key, value in (where or {}).items()),
        "data-measure": measure,
        "data-stat": " ".join(stats),
        **({} if times == 1 else {"data-times": f"{times:g}"}),
    }
    shown = Markup(" ").join(Markup('{}="{}"').format(key, value) for key, value in attributes.items())
    return Markup("<data {}>{}</data>").format(shown, text)


def _plain(value: float | int | str | None) -> str:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "undefined"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
