"""What a shell completes: names of scenarios, and folders of results. Quick: nothing is loaded but this.

Shells put a candidate into the line as it stands, and some run what it holds: names of files with anything but letters,
digits and a few signs are withheld.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

CATALOGUE = Path(__file__).parents[1] / "scenarios/catalogue"
FOLDER, MANIFEST = "runs", "manifest.json"
HARMLESS = re.compile(r"[\w./+,@%=][\w./+,@%=-]*")
"""A word that no shell takes for anything but itself; nor the command for an option."""


def scenarios(incomplete: str) -> list[str]:
    """Names of the catalogue, and scenario files by their path."""
    names = sorted(file.stem for file in CATALOGUE.glob("*.toml"))
    return [word for word in (*names, *_paths(incomplete, files=True)) if word.startswith(incomplete)]


def toml_files(incomplete: str) -> list[str]:
    """TOML files by their path."""
    return [word for word in _paths(incomplete, files=True) if word.startswith(incomplete)]


def folders(incomplete: str) -> list[str]:
    """Folders of results below the one that is being typed; at first those in ``runs``."""
    return [word for word in _paths(incomplete, files=False) if word.startswith(incomplete)]


def either(incomplete: str) -> list[str]:
    """Scenarios, then folders of results."""
    return list(dict.fromkeys([*scenarios(incomplete), *folders(incomplete)]))


def _paths(incomplete: str, *, files: bool) -> Iterator[str]:
    """Those of ``_found`` that are harmless in a line."""
    return (word for word in _found(incomplete, files=files) if HARMLESS.fullmatch(word))


def _found(incomplete: str, *, files: bool) -> Iterator[str]:
    """Scenario files or folders of results as they would be typed, and the folders on the way to them."""
    typed = incomplete.rpartition("/")[0] + "/" if "/" in incomplete else ""
    for path in _entries(Path(typed or ".")):
        hidden = path.name.startswith(".") and not incomplete.removeprefix(typed).startswith(".")
        if files and path.suffix == ".toml" and path.is_file():
            yield f"{typed}{path.name}"
        elif path.is_dir() and not hidden:
            sealed = (path / MANIFEST).is_file()
            if not files or not sealed:
                yield f"{typed}{path.name}{'' if sealed else '/'}"
    if not files and not typed:
        yield from (f"{FOLDER}/{path.name}" for path in _entries(Path(FOLDER)) if (path / MANIFEST).is_file())


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=os.fspath)
    except OSError:
        return []


def regions(incomplete: str) -> list[str]:
    """Regions, capitals aside; a name with a blank or an apostrophe is quoted by the shell."""
    from scenarios.language.regions import REGIONS

    return [name for name in REGIONS if name.casefold().startswith(incomplete.casefold())]
