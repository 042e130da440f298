"""Learning from a trial: analytic answers in conjugate cases, coverage of a known effect, wrong links that fail it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from scipy import stats

from calibration.draws.effects import Learned, content, prior_hash, read_effects, with_effects, write_effects
from calibration.facts.priors import load_priors
from foundation.errors import UserError
from foundation.store.atomic import write_json
from foundation.store.reading import read_json
from planning.pilots.learning import Trial, difference, expected, learn, likelihoods, prior_belief, surprise
from planning.pilots.response import accompanied
from planning.pilots.results import earlier_trials, read_result
from planning.pilots.worth import worth
from planning.sensitivity.information import Decision
from tests.golden import imports as mes

ASSISTED = load_priors()["assisted_activation"]
LETTER = load_priors()["letter_pull"]
BELIEF = prior_belief(LETTER)
RESPONSES = [lambda x, slope=slope: slope * np.asarray(x) for slope in (0.25, 0.3, 0.35)]
"""Hazards added by a letter, made up: about what the model has."""
TRIALS, FEW = 200, 40
BOUNDS, OF_FEW = (stats.binom(trials, 0.9).ppf([0.001, 0.999]) for trials in (TRIALS, FEW))
"""Of how many trials the interval may hold the effect; of few, too, those of a wrong method are far outside."""


@pytest.mark.parametrize(("people", "activated"), [(400, 60), (5000, 900), (30, 0)])
def test_conjugate(people: int, activated: int) -> None:
    """Everybody accompanied, nobody activates of their own accord: beta prior, binomial trial, beta posterior."""
    trial = Trial(control=0, control_activated=0, treated=people, treated_activated=activated)
    after = learn(trial, prior_belief(ASSISTED), [accompanied])
    a, b = ASSISTED.shape
    exact = stats.beta(a + activated, b + people - activated)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert after.quantile(levels) == pytest.approx(exact.ppf(levels), abs=0.02 * exact.std())
    assert after.mean() == pytest.approx(exact.mean(), abs=0.01 * exact.std())
    swapped = replace(trial, treated_activated=people - activated)
    wrong = learn(swapped, prior_belief(ASSISTED), [accompanied])
    assert abs(wrong.mean() - exact.mean()) > 3 * exact.std(), "negative control: activated and not, interchanged"


def test_a_known_baseline_is_taken_off() -> None:
    """A control arm without end says p exactly: the treated arm is binomial in 1 - (1 - p)(1 - effect)."""
    p, people, activated = 0.04, 4000, 700
    trial = Trial(control=10**8, control_activated=4 * 10**6, treated=people, treated_activated=activated)
    after = learn(trial, prior_belief(ASSISTED), [accompanied])
    grid = np.linspace(1e-5, 0.6, 40_001)
    weights = stats.beta(*ASSISTED.shape).pdf(grid) * stats.binom.pmf(activated, people, 1 - (1 - p) * (1 - grid))
    below = np.cumsum(weights) / weights.sum()
    for level in (0.05, 0.5, 0.95):
        assert after.quantile([level])[0] == pytest.approx(grid[np.searchsorted(below, level)], abs=3e-4)


def test_no_trial_teaches_nothing() -> None:
    nothing = Trial(control=0, control_activated=0, treated=0, treated_activated=0)
    assert learn(nothing, BELIEF, RESPONSES).weights == pytest.approx(BELIEF.weights)
    assert BELIEF.quantile([0.05, 0.5, 0.95]) == pytest.approx(LETTER.quantile([0.05, 0.5, 0.95]), rel=0.003)


def covered(link: object = None, *, swap: bool = False, trials: int = TRIALS) -> int:
    """Of trials of 40,000 drawn from what is believed, those whose 90 % interval holds the effect."""
    responses, count = RESPONSES, 0
    wrong = responses if link is None else [link]
    for effect, trial in expected(BELIEF, responses, 20_000, 0.035, trials, 5):
        given = trial
        if swap:
            given = replace(trial, control_activated=trial.treated_activated, treated_activated=trial.control_activated)
        low, high = learn(given, BELIEF, wrong).quantile([0.05, 0.95])  # type: ignore[arg-type]
        count += bool(low <= effect <= high)
    return count


def covered_after_six(*, anew: bool) -> tuple[int, float]:
    """Of 200 worlds with six trials each, nobody activating of their own accord, and one of seven responses in each:
    those whose 90 % interval holds the effect, and the mean width; ``anew``: as if each trial had a response of its
    own."""
    random = np.random.default_rng(8)
    steep = [lambda x, slope=slope: slope * np.asarray(x) for slope in np.geomspace(0.15, 0.6, 7)]
    count, widths = 0, []
    for _ in range(200):
        effect, response, belief = random.choice(BELIEF.values), steep[random.integers(7)], BELIEF
        for _ in range(6):
            activated = int(random.binomial(4000, 1 - np.exp(-response(effect))))
            found = Trial(control=0, control_activated=0, treated=4000, treated_activated=activated)
            belief = learn(found, belief, steep)
            if anew:
                belief = replace(belief, joint=belief.weights[None, :])
        low, high = belief.quantile([0.05, 0.95])
        count += bool(low <= effect <= high)
        widths.append(high - low)
    return count, float(np.mean(widths))


def test_further_trials_do_not_average_out_what_the_model_does_not_know() -> None:
    together, wide = covered_after_six(anew=False)
    assert BOUNDS[0] <= together <= BOUNDS[1]
    apart, narrow = covered_after_six(anew=True)
    assert apart < BOUNDS[0], "negative control: a response of its own for each trial"
    assert narrow < wide


def test_trials_one_after_another_teach_what_they_teach_at_once() -> None:
    one = Trial(control=10_000, control_activated=330, treated=9000, treated_activated=420)
    two = Trial(control=5000, control_activated=160, treated=5000, treated_activated=175)
    after = learn(two, learn(one, BELIEF, RESPONSES), RESPONSES)
    logs = sum(likelihoods(trial, BELIEF.values, RESPONSES) for trial in (one, two))
    weights = np.exp(logs - np.max(logs))
    assert after.joint == pytest.approx(weights / weights.sum())
    assert learn(one, learn(two, BELIEF, RESPONSES), RESPONSES).joint == pytest.approx(after.joint)


@pytest.mark.parametrize(
    "trial", [Trial(control=40_000, control_activated=1400, treated=30_000, treated_activated=1300)]
)
def test_difference_of_large_arms_is_the_normal_one(trial: Trial) -> None:
    p, q = trial.treated_activated / trial.treated, trial.control_activated / trial.control
    half = stats.norm.ppf(0.95) * np.sqrt(p * (1 - p) / trial.treated + q * (1 - q) / trial.control)
    assert difference(trial) == pytest.approx((p - q, p - q - half, p - q + half), abs=0.02 * half)


def test_difference_holds_the_truth_in_small_arms() -> None:
    """At least nine in ten of trials of 60 people, nearly nobody activated in either arm."""
    random, p, q = np.random.default_rng(3), 0.08, 0.03
    found = [
        difference(Trial(control=60, control_activated=int(b), treated=60, treated_activated=int(a)))
        for a, b in zip(random.binomial(60, p, 600), random.binomial(60, q, 600), strict=True)
    ]
    inside = sum(low <= p - q <= high for _, low, high in found)
    assert inside >= stats.binom(600, 0.9).ppf(0.001)
    assert sum(low <= q - p <= high for _, low, high in found) < inside / 2, "negative control: arms swapped"


def test_intervals_hold_the_effect() -> None:
    assert BOUNDS[0] <= covered() <= BOUNDS[1]


def test_wrong_links_and_swapped_arms_do_not() -> None:
    """Negative control: another slope, as if people noticed every letter, and arms that were interchanged."""
    assert covered(lambda x: 1.0 * np.asarray(x), trials=FEW) < OF_FEW[0]
    assert covered(swap=True, trials=FEW) < OF_FEW[0]
    assert OF_FEW[0] <= covered(trials=FEW) <= OF_FEW[1]


def test_larger_trials_teach_more() -> None:
    widths = []
    for arm in (500, 5000, 50_000):
        trials = expected(BELIEF, RESPONSES, arm, 0.035, 40, 3)
        widths.append(np.mean([learn(trial, BELIEF, RESPONSES).width for _, trial in trials]))
    assert BELIEF.width > widths[0] > widths[1] > widths[2]


def test_swapped_arms_surprise() -> None:
    right = Trial(control=20_000, control_activated=700, treated=20_000, treated_activated=900)
    swapped = Trial(control=20_000, control_activated=900, treated=20_000, treated_activated=700)
    assert surprise(right, BELIEF, RESPONSES) > 0.05
    assert surprise(swapped, BELIEF, RESPONSES) < 0.01


def test_worth_by_hand() -> None:
    """Two strategies, one of which gains with the effect: a trial without end is worth what perfect knowledge is, one
    of nobody nothing, and none is where one strategy is always better."""
    effects = BELIEF.quantile((np.arange(300) + 0.5) / 300)
    gain = 20 * effects
    decision = Decision(("sure", "letter"), np.column_stack([np.full(300, gain.mean() + 0.05), gain]))
    exact = float(np.maximum(gain.mean() + 0.05, gain).mean() - gain.mean() - 0.05)
    large, small = (worth(decision, effects, BELIEF, RESPONSES[1:2], arm, 0.035, 1) for arm in (10**7, 1))
    assert large["value"] == pytest.approx(exact, rel=0.15)
    assert large["trial"] > 0.9
    assert small["trial"] < 0.1
    sure = Decision(("sure", "letter"), np.column_stack([np.full(300, 99.0), gain]))
    assert worth(sure, effects, BELIEF, RESPONSES[1:2], 1000, 0.035, 1)["trial"] == 0.0


def learned(shift: float = 0.0) -> Learned:
    trial = Trial(control=10_000, control_activated=350, treated=10_000, treated_activated=430)
    table = learn(trial, BELIEF, RESPONSES).table() + shift
    return Learned("l.json", {"letter_pull": table}, {"letter_pull": {"prior_sha256": prior_hash("letter_pull")}})


def test_draws_take_the_posterior_at_their_rank(tmp_path: Path) -> None:
    write_effects(tmp_path / "l.json", learned())
    found = read_effects(tmp_path / "l.json")
    assert found.sha256 == learned().sha256
    draws = mes.load_draws(40)
    again = with_effects(draws, found)
    before, after = (np.array([draw.effects["letter_pull"] for draw in some]) for some in (draws, again))
    assert (np.argsort(before) == np.argsort(after)).all()
    ranks = LETTER.cdf(before)
    assert after == pytest.approx(np.interp(ranks, (np.arange(400) + 0.5) / 400, found.quantiles["letter_pull"]))
    for one, other in zip(draws, again, strict=True):
        assert {**other.effects, "letter_pull": 0} == {**one.effects, "letter_pull": 0}, "nothing else moves"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("fault", ["prior", "name", "few", "falling", "outside", "text", "format", "edited"])
def test_files_that_were_altered_are_refused(tmp_path: Path, fault: str, lang: str) -> None:
    path, found = tmp_path / "l.json", content(learned())
    entry = found["effects"]["letter_pull"]
    if fault == "prior":
        entry["prior_sha256"] = "0" * 64
    elif fault == "name":
        found["effects"] = {"reminder_pull": entry}
    elif fault == "few":
        entry["quantiles"] = entry["quantiles"][:-1]
    elif fault == "falling":
        entry["quantiles"] = entry["quantiles"][::-1]
    elif fault == "outside":
        entry["quantiles"][0] = -1.0
    elif fault == "text":
        entry["quantiles"][0] = "0.1"
    elif fault == "edited":
        write_effects(path, learned())
        found = read_json(path)
        found["effects"]["letter_pull"]["quantiles"] = [1.2 * one for one in entry["quantiles"]]
    else:
        found["format"] = 2
    write_json(path, found)
    with pytest.raises(UserError, match=r"l\.json"):
        read_effects(path)


def test_earlier_trials_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "l.json"
    counts = {"control": 10, "control_activated": 1, "treated": 12, "treated_activated": 2}
    first = {"trial": counts, "weeks": 13, "sha256": "a"}
    second = {"trial": {**counts, "treated": 13}, "weeks": 26, "sha256": "b", "earlier": first}
    assert [(trial.treated, weeks) for trial, weeks in earlier_trials(path, second)] == [(12, 13), (13, 26)]
    assert Learned("l.json", {}, {"letter_pull": second}).trials("letter_pull") == {"a", "b"}
    for wrong in ({"control": -1}, {"treated_activated": 99}, {"treated": 1.5}, {"more": 1}):
        with pytest.raises(UserError, match=r"l\.json"):
            earlier_trials(path, {**second, "earlier": {**first, "trial": {**counts, **wrong}}})


GOOD = "lever,arm,n,activated,weeks\nletter,control,10000,330,13\nletter,treated,9000,420,13\n"


def test_results_are_read(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(GOOD)
    found = read_result(tmp_path / "r.csv")
    assert (found.lever, found.weeks) == ("letter", 13)
    assert found.trial == Trial(control=10_000, control_activated=330, treated=9000, treated_activated=420)


def test_results_as_officers_have_them(tmp_path: Path) -> None:
    """Semicolons, French names, spaces between thousands, the Windows code page, a workbook."""
    french = "Levier;Bras;Effectif;Activés;Semaines\ncourrier;témoin;10 000;330;13\nCourrier;Traité;9 000;420;13\n"
    (tmp_path / "r.csv").write_bytes(french.encode("cp1252"))
    book = Workbook()
    for line in GOOD.splitlines():
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in line.split(",")])
    book.save(tmp_path / "r.xlsx")
    (tmp_path / "good.csv").write_text(GOOD)
    wanted = read_result(tmp_path / "good.csv")
    for name in ("r.csv", "r.xlsx", "r.xlsx#Sheet"):
        found = read_result(tmp_path / name)
        assert (found.trial, found.lever, found.weeks) == (wanted.trial, "letter", 13)
    assert found.sha256 == sha256((tmp_path / "r.xlsx").read_bytes()).hexdigest()
    (tmp_path / "odd.csv").write_text(GOOD.replace("10000", '"10,000"'))
    with pytest.raises(UserError, match=r"line 2, n: '10,000' \(10000 or 10.000\?"):
        read_result(tmp_path / "odd.csv")


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ("weeks", "week", "no column weeks"),
        ("letter,control", "leter,control", 'did you mean "letter"'),
        ("letter,control", "doctors,control", "randomised one by one"),
        ("control", "placebo", "allowed: control, treated"),
        ("control", "treated", "one row control and one row treated"),
        ("330", "10001", "more than there are"),
        ("330", "3.5", "needed a whole number"),
        ("10000", "0", "needed 1 or more"),
        ("330,13", "330,12", "weeks differs between the arms"),
        ("letter,control", "sms,control", "lever differs between the arms"),
    ],
)
def test_results_that_cannot_be_are_refused(tmp_path: Path, there: str, here: str, said: str) -> None:
    (tmp_path / "r.csv").write_text(GOOD.replace(there, here, 1))
    with pytest.raises(UserError, match=said):
        read_result(tmp_path / "r.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty; needed: columns lever, arm"),
        ("Levier;Bras;Effectif;Activés;Semaines\n", "no line below the header"),
        ("Levier;Bras;Effectif;Activés;Semaines\nSMS;témoin;9;10;13\n", "line 2, Activés: 10 of 9"),
        ("Levier;Bras;Effectif;Activés;Semaines\nSMS;placebo;9;1;1,5\n", "line 2, Semaines: '1,5'; needed a whole"),
    ],
)
def test_what_is_wrong_is_called_as_the_file_calls_it(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(UserError, match=said):
        read_result(tmp_path / "r.csv")
