"""Readings of the evidence that can be looked at beside the default: what each says, and whether it was fitted."""

from __future__ import annotations

from calibration.draws.posteriors import posterior_for
from foundation.store.reading import Document
from model.terms.parameters import Structure
from web import label
from web.asked import structure_of

SHOWN = ("traits", "driver", "reading")
"""Structural questions that the page asks; the routes take all."""


def structures_document(lang: str) -> list[Document]:
    """A record a question and choice, the default of each first."""
    default = Structure()
    return [
        {
            "key": key,
            "key_title": label(f"structure.{key}", lang),
            "choice": choice,
            "default": choice == getattr(default, key),
            "title": label(f"structure_{key}.{choice}", lang),
            "fitted": posterior_for(structure_of({key: choice})).fitted,
        }
        for key in SHOWN
        for choice in Structure.choices()[key]
    ]
