"""The scenarios named on the command line, with the text of their files."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import UserError
from scenarios.experiment import REFERENCE
from scenarios.language.files import CATALOGUE, is_path, load_scenario, read_text
from scenarios.language.schema import Scenario


@dataclass(frozen=True)
class Chosen:
    """A scenario and the text it was read from."""

    scenario: Scenario
    text: str


def choose(argument: str) -> Chosen:
    """A scenario by catalogue name or path; ``ScenarioError`` with all problems of the file."""
    scenario = load_scenario(argument)
    return Chosen(scenario, read_text(Path(argument) if is_path(argument) else CATALOGUE / f"{argument}.toml"))


def with_reference(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The status quo of the catalogue first, then the others in their order.

    ``UserError`` if two scenarios bear one name, or a file bears that of the status quo and says something else.
    """
    names = [item.scenario.name for item in chosen]
    for item in chosen:
        if names.count(item.scenario.name) > 1:
            same = [other.scenario.source for other in chosen if other.scenario.name == item.scenario.name]
            if len({Path(source).resolve() for source in same}) > 1:
                raise UserError(
                    f"{same[0]} and {same[1]}: two scenarios of the name {item.scenario.name}, which a file gives its "
                    f"own; rename one of the files"
                )
            raise UserError(f"{item.scenario.source}: scenario {item.scenario.name} is given more than once")
        if like := _like(item.scenario.name, names):
            raise UserError(
                f"{item.scenario.source}: differs from {like} by case or spaces only, and some systems take both for "
                f"one file; give it another name"
            )
    reference = choose(REFERENCE)
    for item in chosen:
        if item.scenario.name == REFERENCE and item.scenario.sha256 != reference.scenario.sha256:
            raise UserError(
                f"{item.scenario.source}: differs from the catalogue's {REFERENCE}, which every result is compared "
                f"with; give the file another name"
            )
    return [reference, *(item for item in chosen if item.scenario.name != REFERENCE)]


def _like(name: str, names: Sequence[str]) -> str | None:
    """Another of the names that may be the same on some file systems."""
    return next((other for other in names if other != name and _folded(other) == _folded(name)), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip(" .")
