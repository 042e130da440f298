"""What can be done from Python? ``import mes``: compare strategies, open finished folders, branch single worlds
(``docs/python.md``). Names, arguments and columns are kept, and a comparison gives to the bit what ``mes compare``
gives; what is imported from other rooms may move.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mes.results import Results, compare, open_run, run
    from mes.worlds import Past, history, load_posterior, scenario, weekly

__all__ = [
    "Past",
    "Results",
    "compare",
    "history",
    "load_posterior",
    "open_run",
    "run",
    "scenario",
    "weekly",
]
ROOMS = ("foundation", "model", "scenarios", "calibration", "planning", "report", "cli")
_HOMES = dict.fromkeys(("Results", "compare", "open_run", "run"), "results")


def _refuse_hidden() -> None:
    """Packages of ours that a file of the same name hides.

    Raises:
        ImportError: names the file.
    """
    ours = Path(__file__).parents[1]
    for room in ROOMS:
        found = find_spec(room)
        place = Path(found.origin) if found is not None and found.origin else None
        if place is None or place.parents[1] != ours:
            where = place or "a folder of that name"
            raise ImportError(f"{where} hides the package {room!r} of mes: rename it, or start Python elsewhere")


_refuse_hidden()


def __getattr__(name: str) -> object:
    """Loaded when first used: ``import mes`` itself takes no time."""
    if name not in __all__:
        raise AttributeError(f"module 'mes' has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"mes.{_HOMES.get(name, 'worlds')}"), name)


def __dir__() -> list[str]:
    return __all__
