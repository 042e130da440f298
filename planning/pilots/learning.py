"""Learning the effect of one lever from a randomised trial.

In the control arm x of n people activate, with a chance p of their own (Jeffreys' prior): the trial's place and time
need not be the model's average. In the treated arm the lever adds to the hazard: chance 1 - (1 - p) exp(-g(effect)),
where the *response* g comes from the model. That arms differ by nothing but g, that g is the same at every p, that
people answer independently and that arms don't influence each other are *assumed*: a trial randomised by practice or
by town has wider intervals than these.

The posterior is on a grid of the prior's quantiles (each of equal prior mass); p is integrated out by quadrature over
the posterior that the control arm gives it. Which of the responses of several draws of the model holds is not known
either: the belief is about both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from calibration.draws.effects import LEVELS
from calibration.facts.priors import Prior
from foundation.shapes import Floats

GRID, NODES = 2000, 100
RANKS = (np.arange(GRID) + 0.5) / GRID
Response = Callable[[Floats], Floats]
"""From effects to the hazard that the lever adds over the weeks of the trial."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Two randomised arms."""

    control: int
    control_activated: int
    treated: int
    treated_activated: int


@dataclass(frozen=True)
class Belief:
    """A law of one effect and of which response holds: values of equal prior mass, and weights."""

    values: Floats
    joint: Floats
    """[response, value], of sum 1; one row as long as no response is likelier than another."""

    @property
    def weights(self) -> Floats:
        """Of the values, [value]."""
        return np.asarray(self.joint.sum(axis=0))

    def quantile(self, levels: Sequence[float] | Floats) -> Floats:
        """Between the midpoints of the weights, straight."""
        middle = np.cumsum(self.weights) - self.weights / 2
        return np.asarray(np.interp(levels, middle, self.values))

    def mean(self) -> float:
        """Expected value."""
        return float(self.weights @ self.values)

    @property
    def width(self) -> float:
        """Of the 90 % interval."""
        low, high = self.quantile([0.05, 0.95])
        return float(high - low)

    def table(self) -> Floats:
        """Quantiles as a file of effects has them."""
        return self.quantile(LEVELS)

    def sample(self, count: int, responses: int, random: np.random.Generator) -> tuple[Floats, np.ndarray]:
        """Values, and which of so many responses holds with each, [count]."""
        joint = np.broadcast_to(self.joint / (responses / len(self.joint)), (responses, len(self.values)))
        flat = random.choice(joint.size, size=count, p=joint.ravel())
        return self.values[flat % len(self.values)], flat // len(self.values)


def prior_belief(prior: Prior) -> Belief:
    """The prior on its own quantiles."""
    return Belief(prior.quantile(RANKS), np.full((1, GRID), 1 / GRID))


def difference(trial: Trial) -> tuple[float, float, float]:
    """Share activated of the treated less that of the control arm, and its 90 % interval by the data alone: Jeffreys'
    intervals of both shares, their distances added as squares (Newcombe, Statistics in Medicine 1998, method 10)."""
    arms = ((trial.treated, trial.treated_activated), (trial.control, trial.control_activated))
    (p, q), ends = (activated / n for n, activated in arms), []
    for n, activated in arms:
        low, high = special.betaincinv(activated + 0.5, n - activated + 0.5, [0.05, 0.95])
        ends.append((0.0 if activated == 0 else float(low), 1.0 if activated == n else float(high)))
    (p_low, p_high), (q_low, q_high) = ends
    return p - q, p - q - np.hypot(p - p_low, q_high - q), p - q + np.hypot(p_high - p, q - q_low)


def likelihoods(trial: Trial, values: Floats, responses: Sequence[Response]) -> Floats:
    """Log likelihood of each value under each response, up to a constant, [response, value]."""
    # The control arm first: a beta law of p, at the midpoints of equal masses.
    shape = trial.control_activated + 0.5, trial.control - trial.control_activated + 0.5
    p = special.betaincinv(*shape, (np.arange(NODES) + 0.5) / NODES) if trial.control else np.zeros(1)
    found = []
    for response in responses:
        stay = np.exp(-np.maximum(response(values), 0.0))[:, None] * (1 - p)[None, :]
        miss = trial.treated - trial.treated_activated
        log = special.xlogy(trial.treated_activated, 1 - stay) + special.xlogy(miss, stay)
        found.append(special.logsumexp(log, axis=1) - np.log(len(p)))
    return np.asarray(found)


def learn(trial: Trial, belief: Belief, responses: Sequence[Response]) -> Belief:
    """The belief after the trial. Responses stay those of the same draws from trial to trial: what the model does not
    know is not averaged out by a second one."""
    log = likelihoods(trial, belief.values, responses) + np.log(np.maximum(belief.joint, 1e-300))
    joint = np.exp(log - log.max())
    return Belief(belief.values, joint / joint.sum())


def surprise(trial: Trial, belief: Belief, responses: Sequence[Response]) -> float:
    """How unlikely the trial's treated arm is before it is seen: two-sided tail of the count under the belief."""
    random = np.random.default_rng(1)
    counts = simulate_trials(trial, belief, responses, 4000, random)
    share = (np.sum(counts <= trial.treated_activated) + 1) / (len(counts) + 1)
    other = (np.sum(counts >= trial.treated_activated) + 1) / (len(counts) + 1)
    return float(min(1.0, 2 * min(share, other)))


def simulate_trials(
    trial: Trial, belief: Belief, responses: Sequence[Response], count: int, random: np.random.Generator
) -> np.ndarray:
    """Counts of the treated arm that the belief expects beside this control arm, [count]."""
    values, which = belief.sample(count, len(responses), random)
    p = random.beta(trial.control_activated + 0.5, trial.control - trial.control_activated + 0.5, count)
    added = np.zeros(count)
    for k, response in enumerate(responses):
        added[which == k] = np.maximum(response(values[which == k]), 0.0)
    return random.binomial(trial.treated, 1 - (1 - p) * np.exp(-added))


def expected(
    belief: Belief, responses: Sequence[Response], arm: int, baseline: float, trials: int, seed: int
) -> list[tuple[float, Trial]]:
    """(true effect, trial) drawn from what is believed: two arms of this size, a known chance in the control arm."""
    random, found = np.random.default_rng(seed), []
    values, which = belief.sample(trials, len(responses), random)
    for value, k in zip(values, which, strict=True):
        added = float(np.maximum(responses[k](np.array([value])), 0.0)[0])
        control, treated = (int(random.binomial(arm, 1 - (1 - baseline) * np.exp(-hazard))) for hazard in (0.0, added))
        sizes = {"control": arm, "treated": arm}
        found.append((float(value), Trial(**sizes, control_activated=control, treated_activated=treated)))
    return found
