"""What does a person see and touch? The page: a template, scripts and styles as they are served, and words. It may be
redrawn at will: every number, and every word about results, comes from the routes; the address holds what was composed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foundation.language.numbers import typeset
from foundation.language.text import LANGUAGES, Words

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""Files that are served as they are."""
label = Words(__file__)


def render(lang: str, settings: Mapping[str, object]) -> str:
    """The whole HTML of ``/``; ``settings`` are those of ``GET /api/settings``."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    template = environment.get_template("page.html.j2")
    return template.render(lang=lang, languages=LANGUAGES, settings=dict(settings), said=spoken(lang))


@cache
def spoken(lang: str) -> dict[str, dict[str, str]]:
    """The words of the page by section and key; values that scripts fill in are still in braces."""
    sections = {
        "page": label.own["page"],
        "compose": label.own["compose"],
        "field": label.own["field"],
        "world": label.own["world"],
        "status": label.own["status"],
        "answer": label.own["answer"],
        "chart": label.own["chart"],
        "use": label.own["use"],
        "who": label.own["who"],
        "keep": label.own["keep"],
        "folder": label.own["folder"],
    }
    return {
        section: {key: typeset(text[lang], lang) for key, text in texts.items()} for section, texts in sections.items()
    }
