"""Carries a plan out in its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from foundation.store.atomic import write_json, write_text
from foundation.store.manifest import Manifest
from foundation.store.parts import PARTS
from foundation.store.store import Store
from foundation.work.ensemble import stop
from foundation.work.pool import kept_executor
from foundation.work.progress import Progress
from planning.folder import create
from planning.mix.document import plan_document
from planning.mix.plan import Plan, ceiling, frontier_budgets, make_plan, units
from planning.mix.request import PlanRequest, settings_of
from planning.mix.results import FRAMES, Frames, frames
from planning.mix.scenario import plan_text
from planning.mix.simulator import Simulator
from planning.text import write_csv
from scenarios.draw import Draw
from scenarios.experiment import Experiment
from scenarios.language.schema import Scenario

TABLES = ("frontier", "plan", "shipped", "plan_groups", "plan_costs")


def carry_out(
    request: PlanRequest,
    experiment: Experiment,
    draws: Sequence[Draw],
    shipped: Sequence[Scenario],
    planned: Manifest,
    folder: Path,
    *,
    workers: int,
    resume: bool,
    progress: Progress,
) -> tuple[Manifest, Frames]:
    """Simulates what the folder lacks and writes everything but pictures; what is asked is checked before the folder
    is made, by a first look at what the levers can spend.

    Raises:
        UserError: what is asked can't be planned. RunFailedError: the simulation fails.
    """
    planned = {**planned, "plan": settings_of(request)}
    if resume:
        store = create(folder, planned, section="plan", resume=True)
        if store.complete:
            return store.manifest, store.frames(FRAMES)
    pool = kept_executor(workers, experiment.threads)
    common: dict[str, Any] = {"experiment": experiment, "space": request.space, "pool": pool, "workers": workers}
    cut = request.search_draws
    searched, fresh = (Simulator(draws=list(part), **common) for part in (draws[:cut], draws[cut:]))
    try:
        with progress(len(searched.draws), "ceiling") as show:
            searched.tell = counted(show)
            most = ceiling(searched, request.question)
        if not resume:
            store = create(folder, planned, section="plan", resume=False)
        searched.folder = fresh.folder = folder / PARTS
        plan = _planned(request, searched, fresh, most, shipped, store, progress)
    finally:
        stop(pool)
    return _written(plan, most, store, [*searched.failures, *fresh.failures])


def counted(show: Callable[[int], None]) -> Callable[[int], None]:
    """From what is over in all to what has come on top."""
    over = 0

    def tell(more: int) -> None:
        nonlocal over
        over += more
        show(over)

    return tell


def _planned(
    request: PlanRequest,
    searched: Simulator,
    fresh: Simulator,
    most: float,
    shipped: Sequence[Scenario],
    store: Store,
    progress: Progress,
) -> Plan:
    question = request.question
    budgets = frontier_budgets(question.budget, most, question.points)
    total = units(request.space, question, (len(searched.draws), len(fresh.draws)), len(shipped), len(budgets))
    with progress(total, "branches") as show:
        searched.tell = fresh.tell = counted(lambda over: show(min(over, total)))
        try:
            plan = make_plan(searched, fresh, question, most, shipped)
        except KeyboardInterrupt:
            store.mark("interrupted")
            raise
        except Exception:
            store.mark("failed")
            raise
        show(total)
    return plan


def _written(plan: Plan, most: float, store: Store, failures: Sequence[dict[str, object]]) -> tuple[Manifest, Frames]:
    tables, folder, manifest = frames(plan), store.folder, store.manifest
    manifest["plan"] = {**manifest["plan"], **_found(plan, most)}
    manifest["failures"] = list(failures)
    for lang in ("en", "fr"):
        for name in TABLES:
            write_csv(tables[name], folder / f"{name}.{lang}.csv", lang)
    write_json(folder / "plan.json", plan_document(tables, manifest))
    write_text(folder / "plan.toml", plan_text(plan, manifest))
    store.finish(tables, manifest["failures"], status="complete")
    return store.manifest, tables


def _found(plan: Plan, most: float) -> dict[str, object]:
    """What tables can't hold, for the manifest."""
    measures = plan.archive.measures
    probability = None
    if plan.target is not None:
        activated = measures.status_quo + measures.gain[plan.target]
        probability = float((activated >= plan.question.target).mean())
    reached = plan.fresh.status_quo + plan.fresh.gain[plan.row("reach", "reach")]
    return {
        "most_millions_eur": most,
        "furthest_millions": _reached(reached, plan.question.probability),
        "target_search_probability": probability,
        "search_draws": list(plan.search_draws),
        "fresh_draws": list(plan.fresh_draws),
        "simulated_mixes": len(plan.archive.mixes),
    }


def _reached(activated: Any, probability: float) -> float:
    import numpy as np

    return float(np.quantile(activated, 1 - probability, method="inverted_cdf"))
