"""What does a person see and touch? The page: one template, its script and its style. It may be redrawn at will: every
number and every word about results comes from the routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""Files that are served as they are."""


def render(lang: str, settings: Mapping[str, object]) -> str:
    """The whole HTML of ``/``; ``settings`` are those of ``GET /api/settings``."""
    return f'<!doctype html><html lang="{escape(lang)}"><title>mes</title><body><p>mes {settings["version"]}</p></html>'
