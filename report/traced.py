"""Numbers that say where they come from: ``<data>`` elements naming file, filter, measure and statistic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from markupsafe import Markup

INTERVAL = ("p50", "p05", "p95")


def traced(
    text: str,
    values: Sequence[float | int | str | None],
    *,
    file: str,
    measure: str,
    stats: Sequence[str] = INTERVAL,
    where: Mapping[str, str | int] | None = None,
) -> Markup:
    """``text`` with its origin.

    ``values`` are the numbers behind the text, one for each of ``stats``, in the unit of the measure; ``where`` are the
    rows of the file that they are taken from. What a measure means is listed in the report itself.
    """
    if len(values) != len(stats):
        raise ValueError(f"{len(values)} values for the statistics {' '.join(stats)}")
    attributes = {
        "value": " ".join(_plain(value) for value in values),
        "data-file": file,
        "data-where": ";".join(f"{key}={value}" for key, value in (where or {}).items()),
        "data-measure": measure,
        "data-stat": " ".join(stats),
    }
    shown = Markup(" ").join(Markup('{}="{}"').format(key, value) for key, value in attributes.items())
    return Markup("<data {}>{}</data>").format(shown, text)


def _plain(value: float | int | str | None) -> str:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "undefined"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
