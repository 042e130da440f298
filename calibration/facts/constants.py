"""Single figures that belong to no table of their own."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from calibration.facts.tables import DATA, read_rows, refuse_repeats

_LIMITS = {
    "pilot_notified": (0, 1e8),
    "account_share": (0, 1),
    "doctors": (1, 1e6),
    "gp_spread_shape": (0.01, 100),
    "document_spread_shape": (0.01, 100),
    "insured_millions": (1, 200),
    "notices_main_share": (0, 1),
    "not_activated_millions": (1, 200),
    "aware_at_start": (0, 1),
    "opposed": (0, 1),
}


def load_constants(folder: Traversable = DATA) -> dict[str, float]:
    """Single figures by name, as ``constants.csv`` gives them (units and facts there).

    Raises:
        ValueError: an unknown or missing name, or a value out of its range.
    """
    rows = read_rows("constants.csv", ("name", "value", "status", "facts"), folder)
    refuse_repeats(rows, "name", [row.text("name", tuple(_LIMITS)) for row in rows])
    values = {row.cells["name"]: row.number("value", *_LIMITS[row.cells["name"]]) for row in rows}
    if missing := [name for name in _LIMITS if name not in values]:
        raise ValueError(f"constants.csv: no row for {', '.join(missing)}")
    return values
