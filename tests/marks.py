"""Marks that several tests share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def few_fast(cases: Iterable[Any], fast: int = 1) -> list[Any]:
    """Cases of a test, of which the first are run always and the others with the slow ones (``make test-slow``)."""
    return [
        case if place < fast else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]
