"""A folder of results that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.errors import UserError


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yields a hidden folder beside ``folder`` to fill; it takes the name of ``folder`` at the end.

    Whatever is raised inside removes it.

    Raises:
        UserError: ``folder`` exists or can't be written to; known before anything is computed.
    """
    if folder.exists() or folder.is_symlink():
        raise UserError(f"{folder}: exists; name another folder (--out)")
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    except OSError as error:
        raise UserError(f"{folder}: can't be written to: {error.strerror or error}") from None
    try:
        yield temporary
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
