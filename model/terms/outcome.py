"""What one run yields, in persons (agents times weight), ready for tidy frames."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float

from model.terms.channels import Channel
from model.terms.shapes import Floats

DIMENSIONS = ("age_band", "region", "digital_exclusion", "long_term_illness")
"""Ways of splitting the insured. Age bands and illness move with age; the other two stay as they are."""


@dataclass(frozen=True)
class LeverUse:
    """What one lever consumed between the policy start and the horizon, for the whole country."""

    lever: str
    contacts: float
    """Messages sent, people accompanied, suggestions or recommendations made, additional documents deposited, or
    invitations; not counted (0) for media and for a simpler sign-up."""
    activations: float
    """Activations that the lever pays a fee for; 0 for levers without one. They follow a recommendation (of the status
    quo or added) by an enrolled GP, or a suggestion, to a patient aimed at; each is paid once, by the first lever of
    the scenario that it falls under."""
    doctor_years: float
    """Participating doctors times years (training)."""
    bursts: int
    """Campaigns on air (media), waves (messages, relatives)."""
    aimed: int
    """Simulated people whom it aims at and who are there while it lasts: agents, not persons."""


@dataclass(frozen=True)
class Outcome:
    """One run of one scenario on one draw: stocks at the start of each week, the end included, and flows in each week.
    All counts are persons of the whole country."""

    living: Float[Floats, " start"]
    adults: Float[Floats, " start"]  # living adults
    aware: Float[Floats, " start"]  # living adults who know the service
    visited: Float[Floats, " start"]  # people who have visited or activated, cumulative
    activated: Float[Floats, " start"]  # cumulative first connections, deaths not subtracted: the published quantity
    activated_living: Float[Floats, " start"]
    activated_minors: Float[Floats, " start"]  # living minors activated
    contacts: Float[Floats, "start-1 channel"]  # notices of documents: expected number given who is not activated
    visits: Float[Floats, "start-1 channel"]
    activations: Float[Floats, "start-1 channel"]  # by the contact that led to the activation
    uses: tuple[LeverUse, ...]

    @property
    def weeks(self) -> int:
        """Number of weeks run."""
        return len(self.living) - 1

    def share(self) -> Float[Floats, " start"]:
        """``activated_share``: cumulative activations over the living insured of the day."""
        return self.activated / self.living


@dataclass(frozen=True)
class GroupTable:
    """Living people of each group at chosen weeks."""

    dimension: str
    groups: tuple[str, ...]
    weeks: tuple[int, ...]
    living: Float[Floats, "week group"]
    aware: Float[Floats, "week group"]
    """Adults; those under 18 know through a guardian."""
    visited: Float[Floats, "week group"]
    activated: Float[Floats, "week group"]


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
"""Barriers of adults neither activated nor opposed; the first four may overlap."""


@dataclass(frozen=True)
class StandingTable:
    """How far the members of fixed groups have come: those alive at the start of week ``since``, each in the group of
    that week for good. People who join later belong to no group; those who die or leave are no longer counted."""

    dimension: str
    groups: tuple[str, ...]
    since: int
    weeks: tuple[int, ...]
    counts: dict[str, Float[Floats, "week group"]]
    """``living``, ``activated``, then ``OBSTACLES`` (which sum to living less activated), ``WOULD_PASS`` and
    ``BARRIERS``: persons at the start of each week."""


CHANNEL_NAMES = tuple(c.name.lower() for c in Channel)
