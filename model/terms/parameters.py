"""Parameters: frozen values, one class per mechanism. Evidence and priors: ``calibration/data/priors.csv``.

Chances are 0..1. A *pull* is a rate: one noticed contact leads an average person to the site with probability
1 - exp(-pull).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, kw_only=True)
class People:
    """How people differ."""

    eagerness_shape: float = 2.0
    """Shape of the gamma spread of eagerness (mean 1); 0.05..50."""
    notices: float = 0.8
    """Share of people who notice mass messages."""
    access: float = 0.3
    """Factor on the visits of the digitally excluded when nobody helps; 0..1, *assumed*."""
    child_together: float = 0.4
    """Chance that a child is activated together with the guardian, *assumed*."""


@dataclass(frozen=True, kw_only=True)
class Pulls:
    """How strongly a contact through each channel of the status quo pulls."""

    notice: float = 0.13
    letter_notice_ratio: float = 0.6
    """Pull of a launch notice by letter over that by e-mail."""
    document: float = 0.02
    document_scale: float = 1.0
    """Factor on the documents curve: published counts conflict."""
    peer: float = 0.08
    """Chance (not rate) that one recommendation by a relative leads an average person to the site."""
    spontaneous: float = 0.01
    """Visits per person and year without any contact."""
    media: float = 0.002
    """Per week of national media."""
    reminder: float = 0.012
    """One reminder e-mail (2024-25)."""
    growth: float = 0.25
    """Yearly growth of these pulls from January 2023 to the last data."""


@dataclass(frozen=True, kw_only=True)
class Practice:
    """General practitioners and what their recommendation does."""

    recommendation_rate: float = 0.01
    """Chance per consultation that the GP recommends the service to a patient not activated, mean over doctors."""
    recommending_doctors: float = 0.4
    """Share of doctors who ever recommend."""
    follow_through: float = 0.25
    """Chance that a person who would be ready acts on one recommendation."""
    ready_share: float = 0.57
    """Stated readiness of non-users in November 2023 (F074); used as it is by ``each_time`` and ``naive``."""


@dataclass(frozen=True, kw_only=True)
class WordOfMouth:
    """Recommendations by activated people."""

    intention: float = 0.455
    """Share of the activated who intend to recommend: 91 % could, half of them intend to (F075 F076)."""
    tell: float = 0.4
    """Chance that someone who intends to recommend tells a given tie."""


@dataclass(frozen=True, kw_only=True)
class Stops:
    """Chance that a barrier, where present, stops a visit."""

    no_use: float = 0.5
    time: float = 0.5
    information: float = 0.5
    other: float = 0.5
    use_erosion: float = 0.03
    """Rate per document received at which the no-use stop erodes."""


@dataclass(frozen=True, kw_only=True)
class Prevalence:
    """Shares of people with each barrier, and would-be-ready, at launch. Surveyed among non-users in November 2023,
    when activation had already selected: solve for them with ``model.prevalence``."""

    no_use: float = 0.23
    time: float = 0.26
    information: float = 0.24
    other: float = 0.25
    """Another lasting reason, *assumed*."""
    ready: float = 0.57


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Everything the status quo needs."""

    people: People = field(default_factory=People)
    pulls: Pulls = field(default_factory=Pulls)
    practice: Practice = field(default_factory=Practice)
    word_of_mouth: WordOfMouth = field(default_factory=WordOfMouth)
    stops: Stops = field(default_factory=Stops)
    prevalence: Prevalence = field(default_factory=Prevalence)

    def flat(self) -> dict[str, float]:
        """``{"people.access": 0.3, ...}``, in declaration order."""
        return {
            f"{group.name}.{item.name}": getattr(getattr(self, group.name), item.name)
            for group in fields(self)
            for item in fields(getattr(self, group.name))
        }
