"""What a trial would teach and be worth: the width of the effect's interval that is to be expected, and the gain of
choosing the strategy with its result (expected value of sample information), by the means of strategies given the
effect (``planning.sensitivity.information``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import special

from calibration.draws.files import load_draws
from calibration.draws.posteriors import posterior_named
from calibration.facts.priors import load_priors
from foundation.errors import UserError
from foundation.language.amounts import amount
from foundation.shapes import Floats
from foundation.store.reading import Document
from planning.pilots.learning import Belief, Response, expected, learn, likelihoods
from planning.pilots.response import Answered, effect_of
from planning.sensitivity.indices import scores
from planning.sensitivity.information import Decision, choose_regression, evppi, kernels
from planning.sensitivity.study import Choice, decide
from scenarios.compare.comparison import load, refuse_region
from scenarios.words import scenario_titles

WIDTHS, TRIALS = 200, 400
"""Trials drawn for the width of the interval, and for the value."""


def worth(
    decision: Decision,
    effects: Floats,
    belief: Belief,
    responses: Sequence[Response],
    arm: int,
    baseline: float,
    seed: int,
) -> dict[str, float]:
    """Million activations, as ``evppi`` has them (``value``, ``low``, ``high``, ``floor`` of perfect knowledge of the
    effect), and ``trial``: the share of that value that a trial with two such arms gives.

    Args:
        effects: of each draw of the decision.
    """
    column = np.asarray(effects, float)[:, None]
    perfect = evppi(decision, column, seed)
    means = choose_regression(kernels(scores(column)), decision.benefit).fitted(decision.benefit)
    now, known = float(means.mean(axis=0).max()), float(means.max(axis=1).mean())
    found = []
    for _, trial in expected(belief, responses, arm, baseline, TRIALS, seed):
        log = special.logsumexp(likelihoods(trial, column[:, 0], responses), axis=0)
        weights = np.exp(log - log.max())
        found.append(float((weights @ means / weights.sum()).max()))
    # Draws stand for the belief: what all trials together expect is held to what the draws expect.
    share = 0.0 if known - now <= 1e-12 else float(np.clip((np.mean(found) - now) / (known - now), 0.0, 1.0))
    return {**perfect, "trial": share}


def law(belief: Belief) -> Document:
    """Median, 90 % interval and its width."""
    low, middle, high = (float(value) for value in belief.quantile([0.05, 0.5, 0.95]))
    return {"p05": low, "p50": middle, "p95": high, "width": high - low}


def expected_widths(
    lever: str, people: int, weeks: int, belief: Belief, found: Sequence[Answered], seed: int
) -> Document:
    """The interval before a trial of so many people, and its width after, over the trials that may come out."""
    responses, baseline = [one.response for one in found], float(np.mean([one.baseline for one in found]))
    trials = expected(belief, responses, people // 2, baseline, WIDTHS, seed)
    widths = [learn(trial, belief, responses).width for _, trial in trials]
    prior = load_priors()[effect_of(lever)]
    low, high = (float(value) for value in np.quantile(widths, [0.05, 0.95]))
    return {
        "lever": lever, "effect": prior.name, "people": people, "weeks": weeks, "baseline": baseline,
        "status": prior.status.partition(":")[0], "evidence": prior.evidence, "before": law(belief),
        "after": {"width": float(np.mean(widths)), "width_p05": low, "width_p95": high},
    }  # fmt: skip


def worth_in(
    run: Path, budget: str, lever: str, people: int, belief: Belief, found: Sequence[Answered], seed: int, lang: str
) -> Document:
    """The value in activations and euros, for the strategies of a folder of ``mes compare``.

    Raises:
        UserError: a folder whose draws have other effects than the prior's, or no amount of money.
    """
    manifest, frames = load(run)
    refuse_region(run, manifest)
    if manifest.get("averaged") or manifest.get("effects"):
        raise UserError(f"{run}: drawn from several structures or learned effects; value a pilot on a plain comparison")
    outcomes, most = frames["outcomes"], amount("--budget", budget) / 1e6
    decision = decide(outcomes, Choice(value=None, budget=most))
    numbers = sorted(set(outcomes["draw"]))
    draws = load_draws(max(numbers) + 1, path=posterior_named(manifest["draws_file"]).paths[0])
    effects = np.array([draws[number].effects[effect_of(lever)] for number in numbers])
    baseline = float(np.mean([one.baseline for one in found]))
    value = worth(decision, effects, belief, [one.response for one in found], people // 2, baseline, seed)
    chosen = decision.strategies[decision.now]
    rows = outcomes[outcomes["scenario"] == chosen]
    gain, cost = float(rows["additional_millions"].mean()), float(rows["cost_millions_eur"].mean())
    each = cost / gain if gain > 0 else 0.0
    trial = max(0.0, value["value"]) * value["trial"]
    return {
        "budget_millions_eur": most, "strategy_today": chosen, "millions": trial,
        "title_today": scenario_titles(manifest, lang)[chosen], "millions_eur": trial * each,
        "perfect": {key: value[key] for key in ("value", "low", "high", "floor")},
    }  # fmt: skip
