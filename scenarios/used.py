"""Use after activation in the results of a draw: columns of frames, measures at the horizon, what the forecast adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from foundation.shapes import Floats
from model.terms.use import month_name, months
from model.terms.weeks import week_of

if TYPE_CHECKING:
    from model.counting.use import UseOutcome

STOCKS = ("active", "users", "weekly", "again", "first", "returned", "dormant")
"""Rows of a month (``model.counting.use.ROWS``)."""
USERS = ("month", *STOCKS)
USER_GROUPS = ("dimension", "group", "active", "users", "lasting")
MEASURES = (
    "monthly_users_millions", "weekly_users_millions", "returned_millions", "dormant_millions",
    "lasting_users_millions", "additional_monthly_users_millions", "additional_lasting_users_millions",
    "cost_per_lasting_user_eur",
)  # fmt: skip
"""Columns of ``outcomes``: of the last month before the horizon, and lasting users of the year after; missing on draws
without a posterior of use."""


def user_columns(use: UseOutcome | None) -> dict[str, np.ndarray]:
    """``USERS`` for every month to that of the horizon."""
    if use is None:
        return {name: np.empty(0, object if name == "month" else float) for name in USERS}
    names = np.array([month_name(month) for month in range(use.month + 1)], object)
    return {"month": names, **{name: use.counts[name][: use.month + 1] for name in STOCKS}}


def user_group_columns(use: UseOutcome | None) -> dict[str, np.ndarray]:
    """``USER_GROUPS``."""
    if use is None:
        return {name: np.empty(0, object if name in ("dimension", "group") else float) for name in USER_GROUPS}
    words = {
        "dimension": np.array([one.dimension for one in use.groups for _ in one.groups], object),
        "group": np.array([group for one in use.groups for group in one.groups], object),
    }
    return words | {
        name: np.concatenate([getattr(one, name) for one in use.groups]) for name in ("active", "users", "lasting")
    }


def use_measures(use: UseOutcome | None, reference: UseOutcome | None, cost: float) -> dict[str, float]:
    """``MEASURES``, and what a lasting user that is added costs (NaN where none is); ``cost`` in million euros."""
    if use is None or reference is None:
        return dict.fromkeys(MEASURES, float("nan"))
    lasting = (use.lasting - reference.lasting) / 1e6
    rows = ("users", "weekly", "returned", "dormant")
    return {
        **{name: use.at(row) / 1e6 for name, row in zip(MEASURES, rows, strict=False)},
        "lasting_users_millions": use.lasting / 1e6,
        "additional_monthly_users_millions": (use.at("users") - reference.at("users")) / 1e6,
        "additional_lasting_users_millions": lasting,
        "cost_per_lasting_user_eur": cost / lasting if lasting > 0 else float("nan"),
    }


def month_reached(use: UseOutcome, target: float, since: date, until: date) -> str | None:
    """Last day (ISO) of the first month with at least ``target`` users, of months that begin with the week of ``since``
    or later; no day after ``until``, and ``None`` if there is no such month by then."""
    ahead = np.flatnonzero(use.counts["users"][: use.month + 1] >= target)
    ahead = ahead[months().first[ahead] >= week_of(since)]
    if not len(ahead):
        return None
    after = date.fromisoformat(f"{month_name(int(ahead[0]) + 1)}-01")
    return min(after - timedelta(days=1), until).isoformat()


def carried_use(
    use: UseOutcome | None, reference: UseOutcome | None, activated: Floats, added: Floats
) -> UseOutcome | None:
    """Use with those whom the forecast adds to the stock ``activated`` [week] of the status quo: as many of them are in
    each row as of all who have activated."""
    if use is None or reference is None:
        return use
    share = np.divide(added, activated, out=np.zeros(len(added)), where=activated > 0)
    share = np.maximum(share, -1.0)
    at = share[np.minimum(months().end, len(share) - 1)]
    counts = {name: use.counts[name] + at * reference.counts[name] for name in use.counts}
    groups = tuple(
        replace(
            one,
            **{
                name: getattr(one, name) + at[use.month] * getattr(quo, name) for name in ("active", "users", "lasting")
            },
        )
        for one, quo in zip(use.groups, reference.groups, strict=True)
    )
    return replace(use, counts=counts, groups=groups)
