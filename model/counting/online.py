"""Adults online as a survey meets them: how many know, have visited, have activated, and through what.

Everything here is what is true in the model at its current week; what people answer is
``calibration.survey.instrument``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Int64

from model.counting import interview as iv
from model.terms.shapes import Counts, Floats
from model.world import World

Number: TypeAlias = float | Float[Floats, "*draws"]


@dataclass(frozen=True, kw_only=True)
class OnlineCounts:
    """Agents among adults online: living, of age, not digitally excluded (a share of the excluded apart).

    Each is a number, or an array of one shape for all where they are emulated: only ratios are used.
    """

    adults: Number
    aware: Number
    """Know the service (all who have visited or activated do)."""
    activated: Number
    visited: Number
    """Have visited the site, not activated."""
    account: Number
    """With an insurance account online, activated or not."""
    account_inactive: Number
    """Account, not activated."""
    visited_account: Number
    """Account, visited, not activated."""
    account_unvisited: Number
    """Account, neither visited nor activated."""
    account_unaware: Number
    """Account, does not know the service."""
    heard_doctor: Number
    """Know the service and a GP has recommended it to them (until they activate) or spoken of it."""
    heard_pharmacist: Number
    heard_professional: Number
    """Doctor, pharmacist, hospital or adviser."""
    recalls_notice: Number
    """Got the launch notice by e-mail and notice mass messages."""
    account_inactive_recalls: Number
    """Account, not activated, recalls the notice."""
    account_inactive_professional: Number
    """Account, not activated, does not recall the notice, has heard from a professional."""
    by_notice: Number
    """Activated; a notice led to it."""
    by_email: Number
    """Activated; a notice by e-mail led to it."""
    by_doctor: Number
    by_professional: Number


_RULES: dict[str, tuple[int, int]] = {
    "adults": (0, 0),
    "aware": (iv.AWARE, 0),
    "activated": (iv.ACTIVATED, 0),
    "visited": (iv.VISITED, 0),
    "account": (iv.HAS_ACCOUNT, 0),
    "account_inactive": (iv.HAS_ACCOUNT, iv.ACTIVATED),
    "visited_account": (iv.HAS_ACCOUNT | iv.VISITED, 0),
    "account_unvisited": (iv.HAS_ACCOUNT, iv.ACTIVATED | iv.VISITED),
    "account_unaware": (iv.HAS_ACCOUNT, iv.AWARE),
    "heard_doctor": (iv.AWARE | iv.DOCTOR, 0),
    "heard_pharmacist": (iv.AWARE | iv.PHARMACIST, 0),
    "heard_professional": (iv.AWARE | iv.PROFESSIONAL, 0),
    "recalls_notice": (iv.RECALLS, 0),
    "account_inactive_recalls": (iv.HAS_ACCOUNT | iv.RECALLS, iv.ACTIVATED),
    "account_inactive_professional": (iv.HAS_ACCOUNT | iv.PROFESSIONAL, iv.ACTIVATED | iv.RECALLS),
    "by_notice": (iv.BY_NOTICE, 0),
    "by_email": (iv.BY_EMAIL, 0),
    "by_doctor": (iv.BY_DOCTOR, 0),
    "by_professional": (iv.BY_PROFESSIONAL, 0),
}
"""Bits (``model.counting.interview``) that whoever is counted has, and lacks."""
_HAVING, _LACKING = np.array([_RULES[field.name] for field in fields(OnlineCounts)], np.int64).T.copy()


def online_counts(model: World, *, excluded_online: float = 0.0) -> OnlineCounts:
    """Counts at the start of the model's current week.

    Args:
        excluded_online: share of the digitally excluded who are interviewed all the same (*assumed*: none).

    Raises:
        ValueError: a share outside 0..1.
    """
    counts = np.zeros((2, len(_HAVING)), np.int64)
    iv.count(model.run, model.week, _HAVING, _LACKING, counts)
    total = _interviewed(counts, excluded_online)
    return OnlineCounts(**{field.name: float(n) for field, n in zip(fields(OnlineCounts), total, strict=True)})


def online_cells(
    model: World, *, excluded_online: float = 0.0
) -> tuple[Int64[Counts, " cell"], Float[Floats, " cell"]]:
    """Adults online by all they could be asked at the current week: (bits of ``model.counting.interview``, agents).

    Only combinations that occur; one entry each. Arguments and errors as for ``online_counts``.
    """
    cells = np.zeros((2, iv.CELLS), np.int64)
    iv.tabulate(model.run, model.week, cells)
    total = _interviewed(cells, excluded_online)
    bits = np.flatnonzero(total)
    return bits, total[bits]


def _interviewed(counts: Int64[Counts, "2 field"], excluded_online: float) -> Float[Floats, " field"]:
    """Row 0, and a share of row 1."""
    if not 0.0 <= excluded_online <= 1.0:
        raise ValueError(f"excluded_online = {excluded_online}; allowed: 0 to 1")
    return np.asarray(counts[0] + excluded_online * counts[1], np.float64)
