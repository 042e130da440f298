"""What one run yields, in persons (agents times weight), ready to be put into tidy frames."""

from __future__ import annotations

from dataclasses import dataclass

from model.terms.channels import Channel
from model.terms.shapes import Floats

DIMENSIONS = ("age_band", "region", "digital_exclusion", "long_term_illness")
"""Ways of splitting the insured. Age bands move with age; the other three are fixed at the start of the run."""


@dataclass(frozen=True)
class LeverUse:
    """What one lever consumed between the policy start and the horizon, for the whole country."""

    lever: str
    contacts: float
    """Messages sent, people accompanied, suggestions or recommendations made, additional documents deposited, or
    invitations; not counted (0) for media and for a simpler sign-up."""
    activations: float
    """Activations that the lever's channel brought since the lever's start: the base of a fee per activation.
    (For doctors: all activations after a GP's recommendation, because a fee is paid for each of them.)"""
    doctor_years: float
    """Participating doctors times years (training)."""
    bursts: int
    """Campaigns on air (media), waves (messages, relatives)."""


@dataclass(frozen=True)
class Outcome:
    """One run of one scenario on one draw. W = number of weeks run; stocks have W + 1 entries, [w] at the start of
    week w; flows have W. All counts are persons of the whole country."""

    living: Floats  # [W+1]
    adults: Floats  # [W+1] living adults
    aware: Floats  # [W+1] living adults who know the service
    visited: Floats  # [W+1] people who have visited or activated, cumulative
    activated: Floats  # [W+1] cumulative first connections, deaths not subtracted: the published quantity
    activated_living: Floats  # [W+1]
    activated_minors: Floats  # [W+1] living minors activated
    contacts: Floats  # [W, channel]; notices of documents: expected number given who is not activated
    visits: Floats  # [W, channel]
    activations: Floats  # [W, channel] by the contact that led to the activation
    uses: tuple[LeverUse, ...]

    @property
    def weeks(self) -> int:
        """Number of weeks run."""
        return len(self.living) - 1

    def share(self) -> Floats:
        """``activated_share``: cumulative activations over the living insured of the day, shape [W+1]."""
        return self.activated / self.living


@dataclass(frozen=True)
class GroupTable:
    """Living people of each group at chosen weeks; arrays have shape [week, group]."""

    dimension: str
    groups: tuple[str, ...]
    weeks: tuple[int, ...]
    living: Floats
    aware: Floats
    visited: Floats
    activated: Floats


OBSTACLES = (
    "refused", "guardian", "child", "unaware", "not_visited", "no_use", "time", "information", "other_reason",
)  # fmt: skip
"""How far those not activated have come; each counts once, under the first that holds:

``refused`` the profile; a minor whose ``guardian`` is not activated; a ``child`` of an activated guardian; adults
``unaware``; aware and ``not_visited``; visited, and last stopped by ``no_use``, ``time``, ``information`` or
``other_reason``."""
WOULD_PASS = "would_pass"
"""Those of the stopped whom nothing would stop if they came back to the site this week."""
BARRIERS = ("has_no_use", "has_time", "has_information", "has_other_reason", "has_none")
"""Barriers that adults have who are neither activated nor refused it; the first four may overlap."""


@dataclass(frozen=True)
class StandingTable:
    """Where the members of fixed groups stand: those alive at the start of week ``since``, each in the group of that
    week for good. People who join later belong to no group; who dies or leaves is no longer counted."""

    dimension: str
    groups: tuple[str, ...]
    since: int
    weeks: tuple[int, ...]
    counts: dict[str, Floats]
    """``living``, ``activated``, then ``OBSTACLES`` (which sum to living less activated), ``WOULD_PASS`` and
    ``BARRIERS``: persons, shape [week, group], at the start of each week."""


CHANNEL_NAMES = tuple(c.name.lower() for c in Channel)
