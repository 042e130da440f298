"""Made-up results in the shape of a run's frames: smooth curves, wide spreads, any number of scenarios."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.targets import load_stock_targets
from model.terms.outcome import BARRIERS, CHANNEL_NAMES, OBSTACLES, WOULD_PASS
from model.terms.weeks import WEEKS, week_of
from scenarios.language.files import catalogue, load_scenario
from scenarios.used import MEASURES, STOCKS
from tests.scenarios.made_up import COURSES

ORDER = ("weekly", "groups", "equity", "channels", "outcomes", "costs", "spending", "uses", "users", "user_groups")
POLICY = week_of(date(2027, 1, 4))
BANDS = ("0-15", "16-17", "18-24", "25-34", "35-49", "50-64", "65-74", "75+")
GROUPS = {
    "age_band": BANDS,
    "region": ("Bretagne", "Île-de-France", "Outre-mer (DROM)", "Provence-Alpes-Côte d'Azur et Corse"),
    "digital_exclusion": ("no", "yes"),
    "long_term_illness": ("no", "yes"),
}
TARGETS = [stock.described() for stock in load_stock_targets() if stock.kind != "initial"]
HORIZON = 309
"""Week of the end of 2027."""
KNOTS = ((0, 39, 94, 140, 208, HORIZON, WEEKS), (0.168, 7.2, 10.3, 15.5, 24.5, 30.0, 33.0))
COSTS = {"status-quo": 0.0, "relatives": 0.8, "simplified-signup": 3.0, "mix-broad": 400.0}


def names(count: int) -> list[str]:
    """The catalogue, then further strategies of users."""
    return (catalogue() + [f"own-{i}" for i in range(30)])[:count]


def manifest(count: int, *, long: bool = False, **changes: Any) -> dict[str, Any]:
    """A manifest of so many scenarios; ``long`` gives titles of the 60 characters that a scenario may have."""
    titles = {name: _title(name, long) for name in names(count)}
    plain = {
        "people": 50_000,
        "draws": 40,
        "seed": 1,
        "quick": False,
        "policy_start": "2027-01-04",
        "until": "2027-12-31",
        "target_millions": 40.0,
        "data_end": "2026-01-29",
        "titles": titles,
        "stock_targets": TARGETS,
        "structure": {"reading": "trait"},
        "paired": True,
        "continued": True,
        "drivers": {},
        "courses": COURSES,
    }
    return plain | changes


def _title(name: str, long: bool) -> dict[str, str]:
    if long:
        words = f"{name} and a title as long as a scenario file may have at most"
        return {"en": words[:60], "fr": f"{name} : un intitulé aussi long qu'un fichier de scénario l'admet"[:60]}
    if name in catalogue():
        scenario = load_scenario(name)
        return {"en": scenario.title("en"), "fr": scenario.title("fr")}
    return {"en": f"Strategy {name}", "fr": f"Stratégie {name}"}


def frames(count: int, draws: int = 40, seed: int = 5) -> dict[str, pd.DataFrame]:
    """The tables of ``ORDER`` of the first ``count`` scenarios."""
    luck = np.random.default_rng(seed)
    growth = 1 + 0.15 * luck.standard_normal(draws)
    parts: dict[str, list[pd.DataFrame]] = {k: [] for k in ORDER}
    for rank, name in enumerate(names(count)):
        effect = float(luck.choice([-0.02, 0.15, 0.3, 0.8, 1.2, 2.5, 7.5]))
        noise = 0.03 * luck.standard_normal(draws)
        extra = (effect * np.exp(0.5 * luck.standard_normal(draws)) + noise) * (rank > 0)
        cost = COSTS.get(name, float(10 ** luck.uniform(-0.5, 2.3))) * np.exp(0.4 * luck.standard_normal(draws))
        weekly = _weekly(growth[:, None], extra[:, None])
        parts["weekly"].append(_weekly_frame(name, weekly))
        parts["groups"].append(_groups(name, weekly, rank))
        parts["equity"].append(_equity(parts["groups"][-1]))
        parts["channels"].append(_channels(name, draws))
        parts["outcomes"].append(_outcomes(name, weekly, extra, cost))
        parts["costs"].append(_costs(name, rank, draws))
        parts["spending"].append(_spending(name, rank, draws))
        parts["uses"].append(_uses(name, rank, draws))
        parts["users"].append(_users(name, draws, extra))
        parts["user_groups"].append(_user_groups(name, draws, extra))
    return {kind: pd.concat(rows, ignore_index=True) for kind, rows in parts.items()}


def _users(name: str, draws: int, extra: np.ndarray) -> pd.DataFrame:
    """Monthly users and the like in three months."""
    columns = dict(zip(STOCKS, (30e6, 4e6, 1e6, 2e6, 4e5, 2e7, 9e6), strict=True))
    keys = {
        "scenario": name,
        "draw": np.repeat(np.arange(draws), 3),
        "month": ["2027-10", "2027-11", "2027-12"] * draws,
    }
    added = np.repeat(extra, 3) * 1e5
    return pd.DataFrame({**keys, **{column: value + added for column, value in columns.items()}})


def _user_groups(name: str, draws: int, extra: np.ndarray) -> pd.DataFrame:
    """One adult in ten excluded, and using it half as often."""
    rows = [
        {
            "scenario": name,
            "draw": draw,
            "dimension": "digital_exclusion",
            "group": group,
            "active": share * (3e7 + 8e5 * extra[draw]),
            "users": share * often * 4e6,
            "lasting": share * often * 6e6,
        }
        for draw in range(draws)
        for group, share, often in (("no", 0.9, 1.05), ("yes", 0.1, 0.5))
    ]
    return pd.DataFrame(rows)


def _uses(name: str, rank: int, draws: int) -> pd.DataFrame:
    """One lever, none for the first, that aims at people enough."""
    rows = [
        {"scenario": name, "draw": draw, "lever": "letter", "aimed": 10_000} for draw in range(draws if rank else 0)
    ]
    return pd.DataFrame(rows, columns=["scenario", "draw", "lever", "aimed"])


def _costs(name: str, rank: int, draws: int) -> pd.DataFrame:
    """Lines whose prices are assumed, proxies of them too in every third scenario, none for the first."""
    statuses = ["assumed", *["proxy: another country"] * (rank % 3 == 0)] if rank else []
    lines = [{"scenario": name, "item": f"item {n}", "status": status, "eur": 1e6} for n, status in enumerate(statuses)]
    return pd.DataFrame(lines * draws, columns=["scenario", "item", "status", "eur"])


def _spending(name: str, rank: int, draws: int) -> pd.DataFrame:
    """One million of one lever in the one year that is looked at; none for the first."""
    line = {"scenario": name, "lever": "letter", "item": "item 0", "year": 2027, "quantity": 1.0}
    rows = [{**line, "draw": draw, "eur": 1e6} for draw in range(draws if rank else 0)]
    return pd.DataFrame(rows, columns=["scenario", "draw", "lever", "item", "year", "quantity", "eur"])


def _weekly(growth: np.ndarray, extra: np.ndarray) -> dict[str, np.ndarray]:
    """Stocks [draw, week]."""
    weeks = np.arange(WEEKS + 1)
    after = np.clip(weeks - 140, 0, None) / (HORIZON - 140)
    policy = np.clip(weeks - POLICY, 0, None) / (HORIZON - POLICY)
    activated = 1e6 * (np.interp(weeks, *KNOTS) + after * 15 * (growth - 1) + extra * policy)
    whole = np.ones_like(activated)
    return {
        "living": 68.5e6 * whole,
        "adults": 54e6 * whole,
        "aware": 54e6 * whole * np.interp(weeks, (0, 40, HORIZON), (0.14, 0.82, 0.84)),
        "visited": activated * 1.35,
        "activated": activated,
        "activated_living": activated * 0.98,
        "activated_minors": activated * 0.1,
        "simulated": activated - 2e5,
    }


def _weekly_frame(name: str, weekly: dict[str, np.ndarray]) -> pd.DataFrame:
    draws, weeks = weekly["living"].shape
    keys = {"scenario": name, "draw": np.repeat(np.arange(draws), weeks), "week": np.tile(np.arange(weeks), draws)}
    return pd.DataFrame({**keys, **{stock: values.ravel() for stock, values in weekly.items()}})


def _groups(name: str, weekly: dict[str, np.ndarray], rank: int) -> pd.DataFrame:
    parts = []
    draws = len(weekly["living"])
    for dimension, groups in GROUPS.items():
        ends = (0.6, 1.4) if dimension == "age_band" else (1.3, 0.5)
        tilt = np.linspace(*ends, len(groups)) + 0.02 * rank * np.linspace(-0.5, 1, len(groups))
        for week in (0, POLICY + 1, 299, HORIZON):
            living = np.repeat(weekly["living"][:, week] / len(groups), len(groups))
            activated = np.minimum((weekly["activated"][:, [week]] * tilt / tilt.sum()).ravel(), 0.99 * living)
            keys = {"scenario": name, "draw": np.repeat(np.arange(draws), len(groups)), "week": week}
            labels = {"dimension": dimension, "group": groups * draws}
            stocks = {"living": living, "aware_adults": 0.8 * living, "visited": activated, "activated": activated}
            parts.append(pd.DataFrame({**keys, **labels, **stocks}))
    return pd.concat(parts, ignore_index=True)


def _equity(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups from the policy on, as if nobody moved between them; those not activated in fixed proportions."""
    rows = groups[groups["week"] >= POLICY].drop(columns=["aware_adults", "visited"])
    left = rows["living"] - rows["activated"]
    young = rows["group"].isin(BANDS[:2])
    for rank, name in enumerate(OBSTACLES):
        weight = np.where(young, rank in (1, 2), rank not in (1, 2)) * (1 + (name == "not_visited") * 10)
        rows[name] = left * weight / np.where(young, 2, len(OBSTACLES) + 8)
    rows[WOULD_PASS] = 0.6 * rows[list(OBSTACLES[5:])].sum(axis=1)
    adults = rows[list(OBSTACLES[3:])].sum(axis=1)
    for rank, name in enumerate(BARRIERS):
        rows[name] = adults * (0.2 + 0.03 * rank)
    return rows


def _channels(name: str, draws: int) -> pd.DataFrame:
    flows = dict.fromkeys(("contacts", "visits", "activations"), 1e4)
    draw = np.repeat(np.arange(draws), len(CHANNEL_NAMES))
    channel = list(CHANNEL_NAMES) * draws
    return pd.DataFrame({"scenario": name, "draw": draw, "week": 0, "weeks": 13, "channel": channel, **flows})


def _used(extra: np.ndarray, cost: np.ndarray) -> dict[str, object]:
    """One in five of those added lasts."""
    lasting = 0.2 * extra
    each = np.where(lasting > 0, cost / np.where(lasting > 0, lasting, 1.0), np.nan)
    stocks = (4.0 + 0.1 * extra, 1.0, 20.0, 9.0, 6.0 + lasting, 0.1 * extra, lasting, each)
    return dict(zip(MEASURES, stocks, strict=True))


def _outcomes(name: str, weekly: dict[str, np.ndarray], extra: np.ndarray, cost: np.ndarray) -> pd.DataFrame:
    before, after = weekly["activated"][:, HORIZON - 1], weekly["activated"][:, HORIZON]
    millions = (before + 4 / 7 * (after - before)) / 1e6
    reached = millions >= 40
    return pd.DataFrame(
        {
            "scenario": name,
            "draw": np.arange(len(extra)),
            "activated_millions": millions,
            "activated_share": millions / 68.5,
            "simulated_millions": millions - 0.2,
            "additional_millions": extra,
            "cost_millions_eur": cost,
            "cost_per_additional_eur": np.where(extra > 0, cost / np.where(extra > 0, extra, 1.0), np.nan),
            "doctor_minutes_millions": 0.5,
            **_used(extra, cost),
            "reached": reached,
            "reached_date": [f"2027-11-{10 + i % 20}" if r else None for i, r in enumerate(reached)],
        }
    )
