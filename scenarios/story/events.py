"""What happens to a person, a line a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of a life."""

    week: int
    kind: str
    """``contact``; ``told`` by a tie; ``advised`` by an adviser; ``together`` with the guardian; ``tells`` a tie."""
    channel: str | None = None
    process: str = "base"
    """Lever that it comes from, ``base`` for the status quo."""
    outcome: str = ""
    """``nothing``, ``stopped`` at sign-up, ``activated``, or at the site ``again`` in the week of the activation."""
    barrier: str | None = None
    """What stopped the visit: ``no use``, ``time``, ``information``, ``other``."""
    by: int | None = None
    """The other person: who told, took along or is told."""
    owner: int | None = None
    """Whose contact it is, if not the person's own: a ward's, seen by the guardian."""
    doctor: int | None = None
    mentioned: bool = False
    """Whether the doctor spoke of the service without recommending it."""
    first: bool = False
    """Whether the person did not know the service before."""
