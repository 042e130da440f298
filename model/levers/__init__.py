"""What can a policy do? One file a kind of lever, with all that the kind is to both engines.

``KINDS`` is the list that everything else derives from. Names are looked up when first used: who only reads a scenario
does not wait for the compiler. Slots and ordinals enter the keys of draws, so they are results: never renumber.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.levers.assisted import Assisted
    from model.levers.base import Lever, Target
    from model.levers.counter import Counter
    from model.levers.doctors import Doctors
    from model.levers.documents import Documents
    from model.levers.media import Media
    from model.levers.messages import Messages
    from model.levers.newborns import Newborns
    from model.levers.relatives import Relatives
    from model.levers.simplify import Simplify

KINDS = ("Messages", "Newborns", "Doctors", "Documents", "Counter", "Media", "Assisted", "Simplify", "Relatives")
"""Class names; each is at home in the file of its name."""
__all__ = [
    "KINDS",
    "Assisted",
    "Counter",
    "Doctors",
    "Documents",
    "Lever",
    "Media",
    "Messages",
    "Newborns",
    "Relatives",
    "Simplify",
    "Target",
]


def __getattr__(name: str) -> Any:
    if name in KINDS:
        return getattr(import_module(f"model.levers.{name.lower()}"), name)
    if name in ("Lever", "Target"):
        return getattr(import_module("model.levers.base"), name)
    raise AttributeError(f"module 'model.levers' has no attribute {name!r}; it has {', '.join(__all__)}")
