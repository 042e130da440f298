"""What is typed after ``mes``: commands that answer one question in a file, each a signature and a lazy import. Options
and their texts may be refined; names, exit statuses and JSON keys are kept. Heavy imports stay inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TypeVar

Kind = TypeVar("Kind")


def given(kind: Callable[..., Kind], options: Mapping[str, object], **more: object) -> Kind:
    """A request (a dataclass) made of a command's ``options``, those that it has a field for, and of ``more``. Where an
    option is not given, the default of the field holds."""
    usual = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    known = {name: value for name, value in options.items() if name in usual}
    found = {name: value for name, value in known.items() if value is not None or usual[name] is MISSING}
    return kind(**{**found, **more})


def write(path: Path, text: str) -> None:
    """Writes a file in one step; ``UserError`` where it can't be written."""
    from foundation.errors import StorageError, UserError
    from foundation.store.atomic import write_text

    try:
        write_text(path, text)
    except StorageError as error:
        raise UserError(str(error)) from None
