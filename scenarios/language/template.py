"""The file that ``mes scenarios new NAME`` writes: one live lever, others to be uncommented."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def template(name: str, lang: str = "en") -> str:
    """A commented scenario, valid as it stands; comments in English (``en``) or French (``fr``).

    Raises:
        ValueError: another language.
    """
    if lang not in ("en", "fr"):
        raise ValueError(f"language {lang!r}; allowed: en, fr")
    text = (_HERE / f"template.{lang}.toml").read_text(encoding="utf-8")
    return text.replace("%(name)s", "".join(sign for sign in name if sign.isprintable()))
