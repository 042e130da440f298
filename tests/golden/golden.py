"""Makes the golden results: everything that a small seed gives, as tidy frames by name.

A frame with a column ``scenario`` is digested scenario by scenario (``tests.golden.digest``), unless it follows from
others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from tests.golden import imports as mes

SEED = 1
PEOPLE, TWIN_PEOPLE = 4_000, 400
DRAWS = 2
POLICY_START, UNTIL = date(2026, 1, 5), date(2027, 12, 31)
TWIN_SCENARIOS = ("status-quo", "mix-broad")
"""The second has levers of every kind."""
BOUGHT = (
    "doctors-training", "doctors-prompt", "doctors-fee", "email", "sms", "letters", "families", "newborn", "assisted",
    "simplify", "pharmacist", "hospital", "relatives", "media", "documents",
)  # fmt: skip
"""Levers of the plan; one that is added later moves nothing."""
ORIGIN = date(2024, 2, 5)
DAYS = (date(2024, 6, 30), date(2025, 6, 30))
KNOWN = 7
"""The first forecasters: those that the golden results hold."""


@dataclass(frozen=True)
class Made:
    """A frame; ``unit`` is what one agent stands for where the frame counts persons."""

    frame: pd.DataFrame
    unit: float = 1.0
    apart: bool = True
    """Whether scenarios are told apart."""


def make() -> dict[str, Made]:
    """All frames by name, such as ``engine/weekly``."""
    return dict(_all())


def _all() -> Iterator[tuple[str, Made]]:
    yield from _runs("engine", mes.catalogue(), people=PEOPLE, draws=DRAWS, every=13, engine="fast")
    yield from _runs("twin", TWIN_SCENARIOS, people=TWIN_PEOPLE, draws=1, every=1, engine="mesa")
    yield from _busy()
    yield from _calibration()
    yield from _survey()
    yield from _plan()
    yield "forecasters", Made(_forecasts())


@lru_cache
def _inputs() -> dict[str, Any]:
    return {"demography": mes.load_demography(), "history": mes.load_history(), "surveyed": mes.load_surveyed()}


def _experiment(scenarios: Sequence[str], **settings: Any) -> Any:
    chosen = {"seed": SEED, "policy_start": POLICY_START, "until": UNTIL, "target_millions": 40.0, **settings}
    return mes.Experiment(
        settings=mes.Settings(**chosen),
        scenarios=tuple(mes.load_scenario(name) for name in scenarios),
        costs=tuple(mes.load_costs()),
        **_inputs(),
    )


def _runs(kind: str, scenarios: Sequence[str], **settings: Any) -> Iterator[tuple[str, Made]]:
    """Frames that ``mes run`` and ``mes compare`` write."""
    experiment = _experiment(scenarios, **settings)
    draws = mes.with_use(mes.load_draws(settings["draws"]), mes.posterior_for(experiment.settings.structure).paths[0])
    parts = [mes.simulate_draw(experiment, draw) for draw in draws]
    frames = {name: _ordered([part[name] for part in parts], scenarios) for name in parts[0]}
    unit = mes.build_population(_inputs()["demography"], people=settings["people"], seed=SEED).weight
    for name, frame in frames.items():
        yield f"{kind}/{name}", Made(frame, unit)
    if kind == "engine":
        yield from _tables(frames)


def _ordered(parts: Sequence[pd.DataFrame], scenarios: Sequence[str]) -> pd.DataFrame:
    """By scenario, then draw."""
    frame = pd.concat(parts, ignore_index=True)
    rank = frame["scenario"].map({name: i for i, name in enumerate(scenarios)})
    return frame.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _tables(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Made]]:
    """Tables of a comparison; those of groups, which take long, of two scenarios."""
    until = UNTIL.isoformat()
    groups, equity = (frames[name][frames[name]["scenario"].isin(TWIN_SCENARIOS)] for name in ("groups", "equity"))
    yield "table/summary", Made(mes.summary_table(frames["outcomes"], frames["costs"]), apart=False)
    yield "table/groups", Made(mes.groups_table(groups, until), apart=False)
    yield "table/equity", Made(mes.equity_table(equity, until), apart=False)
    yield "table/left-behind", Made(mes.obstacle_table(equity, until), apart=False)


def _busy() -> Iterator[tuple[str, Made]]:
    """The busy world, by engine and twin: each stands as a scenario of its own."""
    models = {"engine": mes.busy_campaign(mes.AdoptionModel, SEED), "twin": mes.busy_campaign(mes.ReferenceModel, SEED)}
    people, flows, stocks, uses = [], [], [], []
    for name, model in models.items():
        state = {column: np.asarray(model.run.state[column]) for column in mes.BUSY_STATE}
        people.append(pd.DataFrame({"scenario": name, **state}))
        for flow in mes.BUSY_FLOWS:
            total = np.asarray(model.run.desks[flow].sum(axis=0)).ravel()
            flows.append(pd.DataFrame({"scenario": name, "flow": flow, "place": np.arange(len(total)), "n": total}))
        outcome = model.outcome()
        curves = {f.name: getattr(outcome, f.name) for f in fields(outcome) if f.name != "uses"}
        weekly = {column: values for column, values in curves.items() if values.ndim == 1}
        stocks.append(pd.DataFrame({"scenario": name, "week": np.arange(outcome.weeks + 1), **weekly}))
        uses.append(pd.DataFrame([{"scenario": name, **vars(use)} for use in outcome.uses]))
    unit = models["engine"].population.weight
    for name, frames in {"people": people, "flows": flows}.items():
        yield f"busy/{name}", Made(pd.concat(frames, ignore_index=True))
    for name, frames in {"stocks": stocks, "uses": uses}.items():
        yield f"busy/{name}", Made(pd.concat(frames, ignore_index=True), unit)


def _calibration() -> Iterator[tuple[str, Made]]:
    """What one place predicts, and how likely it makes the published figures."""
    observed, (values, _) = mes.load_observed(), mes.read_draws()
    case = mes.case_for(observed, **_inputs())
    outputs = mes.simulate_outputs(case, values[0], PEOPLE, SEED)
    yield "calibration/predictions", Made(pd.DataFrame({"output": list(case.outputs), "value": outputs}))
    likelihood = mes.Likelihood(observed, 0.02**2 * np.eye(len(observed.stocks)))
    split = len(observed.stocks)
    parts = {
        "all": likelihood(outputs, values[0]),
        "stocks": likelihood.stocks(outputs[:split], np.array(0.03)),
        "answers": likelihood.answers(outputs[split:], values[0]),
    }
    found = {"part": list(parts), "log_likelihood": [float(part) for part in parts.values()]}
    yield "calibration/likelihood", Made(pd.DataFrame(found))


def _survey() -> Iterator[tuple[str, Made]]:
    """One draw, interviewed in both surveys."""
    (draw,), (_, info) = mes.load_draws(1), mes.read_draws()
    work = mes.Fieldwork(people=PEOPLE, seed=SEED, surveys=mes.surveys_of(mes.load_survey_items()), **_inputs())
    found = mes.ask(mes.SurveyTask(work, draw, mes.answers_of(draw, info.key, mes.load_priors())))
    lines = list(found.expected)
    shares = pd.DataFrame(
        {
            "survey": [line.survey for line in lines],
            "key": [line.key for line in lines],
            **{name: [getattr(found, name)[line] for line in lines] for name in ("expected", "real", "base")},
        }
    )
    yield "survey/shares", Made(shares)
    times = len(found.samples[lines[0]])
    samples = {
        "key": np.repeat([f"{line.survey} {line.key}" for line in lines], times),
        "time": np.tile(np.arange(times), len(lines)),
        "share": np.concatenate([found.samples[line] for line in lines]),
        "size": np.concatenate([found.sizes[line] for line in lines]),
    }
    yield "survey/samples", Made(pd.DataFrame(samples))


def _plan() -> Iterator[tuple[str, Made]]:
    """All ceilings, and half of them with one lever left out, beside a shipped mix, on one draw."""
    space, (draw,) = mes.load_space(levers=BOUGHT), mes.load_draws(1)
    experiment = _experiment(["status-quo"], people=PEOPLE, draws=1, every=13)
    half = np.where(space.switches, 100, 50)
    half[0] = 0
    mixes = np.array([space.everything(), half])
    answer = mes.simulate_mixes(mes.PlanTask(experiment, space, draw, mixes, (mes.load_scenario("mix-inclusive"),)))
    yield "plan/results", Made(answer.results)
    yield "plan/costs", Made(answer.costs)
    rows, groups, _ = answer.shares.shape
    shares = {
        "row": np.repeat(np.arange(rows), groups),
        "group": [" ".join(names) for names in answer.groups] * rows,
        "share": answer.shares[..., 0].ravel(),
        "complement": answer.shares[..., 1].ravel(),
    }
    yield "plan/shares", Made(pd.DataFrame(shares))
    lags = {"row": shares["row"][groups:], "group": shares["group"][groups:], "lag": answer.lags.ravel()}
    yield "plan/lags", Made(pd.DataFrame(lags))


def _forecasts(samples: int = 50) -> pd.DataFrame:
    """Every simple forecaster on one origin; each stands as a scenario of its own."""
    past, years = mes.series_until(mes.load_stock_targets(), ORIGIN), mes.years_at(DAYS)
    parts = []
    for forecaster in mes.FORECASTERS[:KNOWN]:
        found = forecaster.forecast(past, years, np.random.default_rng(SEED), samples)
        columns = {"sample": np.repeat(np.arange(samples), len(DAYS)), "day": [str(day) for day in DAYS] * samples}
        parts.append(pd.DataFrame({"scenario": forecaster.name, **columns, "millions": found.ravel()}))
    return pd.concat(parts, ignore_index=True)
