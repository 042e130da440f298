"""A scenario: a title and what is done beyond the status quo."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from foundation.store.reading import plain
from scenarios.lever_schemas import AnyLever
from scenarios.lever_schemas.base import FROZEN, LeverTable

Lang = Literal["en", "fr"]
MOST_LEVERS = 32
MOST_ALIKE = 8
"""Limits of the engine (``model.engine.programme``)."""


def visible(text: str | None, lines: int = 600) -> str | None:
    """A text as it is; a ``ValueError`` for one without any letter, and for control characters, of which terminals,
    pictures and spreadsheets make something else."""
    if text is not None and not text.strip():
        raise PydanticCustomError("scenario", "is blank")
    if text is not None and not (plain(text) and "\t" not in text and text.count("\n") < lines):
        raise PydanticCustomError("scenario", "has control characters")
    return text


class Title(BaseModel):
    """``[title]``: one language at least; the other then shows the same words."""

    model_config = FROZEN

    en: str | None = Field(default=None, min_length=1, max_length=60)
    fr: str | None = Field(default=None, min_length=1, max_length=60, validate_default=True)

    @field_validator("en", "fr")
    @classmethod
    def _in_one_line(cls, text: str | None) -> str | None:
        return visible(text, lines=1)

    @field_validator("fr")
    @classmethod
    def _one_language(cls, fr: str | None, info: ValidationInfo) -> str | None:
        if fr is None and info.data.get("en", "") is None:
            raise ValueError("write a title in English (en), in French (fr) or in both")
        return fr


class Description(BaseModel):
    """``[description]``: a sentence or two, optional."""

    model_config = FROZEN

    en: str | None = Field(default=None, min_length=1, max_length=600)
    fr: str | None = Field(default=None, min_length=1, max_length=600)

    @field_validator("en", "fr")
    @classmethod
    def _visible(cls, text: str | None) -> str | None:
        return visible(text)


class DriversTable(BaseModel):
    """``[drivers]``: what the author takes for granted beyond the data, for the status quo too; optional."""

    model_config = FROZEN

    documents_per_year: float | None = Field(default=None, ge=-0.9, le=3)
    """Change of the documents deposited, a year; 0.2: a fifth more each year."""
    growth_per_year: float | None = Field(default=None, ge=-0.9, le=3)
    """Change of service growth, the factor on all pulls, a year."""


class ScenarioTable(BaseModel):
    """What a scenario file holds."""

    model_config = FROZEN

    title: Title
    description: Description = Description()
    drivers: DriversTable = DriversTable()
    lever: tuple[AnyLever, ...] = Field(default=(), max_length=MOST_LEVERS)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A valid scenario, differences from the status quo only. Make one with ``scenarios.language.files``."""

    source: str
    """Where it was read, for messages."""
    titles: Title
    descriptions: Description
    levers: tuple[LeverTable, ...]
    drivers: DriversTable = field(default_factory=DriversTable)
    text: str = field(default="", compare=False)
    """The file as it was read, for the record."""

    @property
    def name(self) -> str:
        """File name without ending."""
        return PurePath(self.source).stem

    @property
    def sha256(self) -> str:
        """Hash of the content: the same for two files that differ in comments or in layout only."""
        content = {
            "title": self.titles.model_dump(),
            "description": self.descriptions.model_dump(),
            "lever": [lever.model_dump(mode="json") for lever in self.levers],
        }
        if fixed := self.drivers.model_dump(exclude_none=True):
            content["drivers"] = fixed
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def title(self, lang: Lang = "en") -> str:
        """Title in a language, or in the only one it was written in."""
        return _either(self.titles.en, self.titles.fr, lang)

    def description(self, lang: Lang = "en") -> str:
        """Description likewise; "" when there is none."""
        return _either(self.descriptions.en, self.descriptions.fr, lang)


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The same scenario with all intensities times ``factor``.

    Raises:
        pydantic.ValidationError: an intensity leaves its range (a ``ValueError``).
    """
    levers = tuple(_scaled(lever, factor) for lever in scenario.levers)
    return replace(scenario, levers=levers, text=f"# all intensities times {factor:g}\n{scenario.text}")


def repeated_names(levers: list[dict[str, object]]) -> dict[int, str]:
    """Index and name of every lever table that bears the name of an earlier one."""
    seen: Counter[str] = Counter()
    found = {}
    for index, table in enumerate(levers):
        label = table.get("name") or table.get("kind")
        if isinstance(label, str):
            if seen[label]:
                found[index] = label
            seen[label] += 1
    return found


def too_many_alike(levers: list[dict[str, object]]) -> dict[int, str]:
    """Index and kind of every lever table beyond the eighth of its kind (for doctors, of its means)."""
    seen: Counter[str] = Counter()
    found = {}
    for index, table in enumerate(levers):
        alike = " by ".join(str(table[key]) for key in ("kind", "means") if key in table)
        seen[alike] += 1
        if seen[alike] > MOST_ALIKE:
            found[index] = alike
    return found


def _scaled(lever: LeverTable, factor: float) -> LeverTable:
    table = {**lever.model_dump(), "intensity": lever.intensity * factor}
    within = TypeAdapter(type(lever)).validate_python(table).intensity
    return lever.model_copy(update={"intensity": within})  # a copy keeps the part of a region, which no dump has


def _either(en: str | None, fr: str | None, lang: Lang) -> str:
    return (fr or en or "") if lang == "fr" else (en or fr or "")
