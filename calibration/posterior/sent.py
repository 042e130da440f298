"""A case on its way to workers."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from calibration.posterior.simulate import Case

KEPT = 2
_here: dict[str, Sent] = {}


@dataclass(frozen=True, eq=False)
class Sent:
    """A worker has one and the same object for all that it is sent of it: populations are kept by the case."""

    case: Case
    key: str = field(default_factory=lambda: uuid4().hex)

    def __reduce__(self) -> tuple[object, ...]:
        """Executors pickle what they send."""
        return _arrived, (self.case, self.key)


def _arrived(case: Case, key: str) -> Sent:
    """The first to arrive, for every further one."""
    if key not in _here:
        while len(_here) >= KEPT:
            del _here[next(iter(_here))]
        _here[key] = Sent(case, key)
    return _here[key]
