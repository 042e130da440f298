"""Simulation-based calibration on problems small enough for the tests."""

import json
import re
from datetime import date

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import DISCREPANCY, FREE, STATUS_QUO
from calibration.facts.targets import SURVEYS
from calibration.posterior.emulator import Component, Emulator, features, fit_emulator
from calibration.posterior.simulate import COUNTS, simulate, values_at
from calibration.posterior.work import Bank
from calibration.sbc.methods import chosen, imitated, inferred, localized, near_runs, target_of
from calibration.sbc.pictures import CONTROLS, _width, page_text, pictures
from calibration.sbc.question import (
    DOCUMENT,
    LINES,
    Settings,
    markdown,
    problem,
    read_distances,
    read_ranks,
    save_ranks,
    study,
)
from calibration.sbc.ranks import (
    FORECASTS,
    NAMES,
    WIDTH,
    Forecaster,
    ahead,
    controls,
    lines_of,
    outputs_and_quantities,
    place_of_truth,
    with_distance,
)
from calibration.sbc.work import ranks_of, without
from calibration.second.method import published, published_figures
from foundation.errors import UserError
from tests.calibration.posterior.test_likelihood import LOGS, some_logits
from tests.calibration.problems import STOCKS, fitted_answers, observed

RUNS, TRUTHS, CHAINS = 1024, 30, 30
OUTPUTS = len(STOCKS) + len(SURVEYS) * len(COUNTS)
SLOPES = np.zeros((len(FREE), len(STOCKS)))
SLOPES[0], SLOPES[1], SLOPES[2] = 0.2, [-0.1, -0.05, 0.0, 0.1], [0.0, 0.02, 0.04, 0.1]
OBSERVED = observed(fitted_answers())
AHEAD = ahead(OBSERVED.data_end)


def outputs_at(places, rng):
    """A simulator that is linear in three parameters, with the sampling error of a run."""
    logs = LOGS + 0.1 + places @ SLOPES + 0.01 * rng.standard_normal((len(places), 1))
    return np.hstack([logs, np.tile(some_logits(1), (len(places), 1))])


def small_emulator():
    """An emulator that knows the linear simulator, with a stated error of one per cent."""
    n = len(STATUS_QUO)
    axes = np.eye(len(STOCKS))[:3]
    components = tuple(
        Component(SLOPES[:n, k], 0.0, np.full((2, n), 50.0), np.ones(n), 1e-4, 1e-4, np.zeros(2)) for k in range(3)
    )
    counts = np.zeros((features(np.zeros(n)).size, OUTPUTS - len(STOCKS)))
    counts[0] = some_logits(1)[0]
    return Emulator(n, LOGS + 0.1, axes, components, np.full(len(STOCKS), 1e-4), counts, np.full(counts.shape[1], 0.01))


@pytest.fixture(scope="module")
def bank():
    rng = np.random.default_rng(1)
    places = rng.standard_normal((RUNS, len(FREE)))
    return Bank(places, outputs_at(places, rng), np.full(RUNS, 1000))


@pytest.fixture(scope="module")
def truths(bank):
    return chosen(bank, OBSERVED, AHEAD, TRUTHS, 1)


@pytest.fixture(scope="module")
def learned(bank):
    rows = near_runs(bank, OBSERVED, 300)
    return fit_emulator(bank.places[rows, : len(STATUS_QUO)], bank.outputs[rows], len(STOCKS))


@pytest.fixture(scope="module")
def ranks(bank, truths, learned):
    rng, found = np.random.default_rng(7), {}
    for k, row in enumerate(truths.rows):
        one = inferred(without(bank, row), learned, imitated(OBSERVED, truths.figures[k]), k)
        chains = one.draws(2 * CHAINS, 4, k)
        draws = np.concatenate([chains[-1, :CHAINS], chains[:, CHAINS:].reshape(-1, len(FREE))])
        for name, wrong in controls(draws).items():
            lines = with_distance(bank.places[row], wrong[:CHAINS], wrong[CHAINS:], len(FREE))
            found.setdefault(name, []).append(place_of_truth(*lines, rng))
    return {name: np.array(rows) for name, rows in found.items()}


@pytest.mark.slow
def test_the_method_passes(ranks):
    names = [*FREE, "distance"]
    assert ranks[""].shape == (TRUTHS, len(names))
    assert [line.name for line in lines_of(names, ranks[""], len(names)) if not line.passed] == []


@pytest.mark.slow
@pytest.mark.parametrize("control", ["narrow", "shifted", "far"])
def test_a_wrong_posterior_fails(ranks, control):
    assert not lines_of([*FREE, "distance"], ranks[control], len(FREE) + 1)[-1].passed


def test_truths_are_distinct_runs_near_the_figures(bank, truths):
    assert len(set(truths.rows)) == TRUTHS
    figures, _ = published(bank.outputs, values_at(bank.places), OBSERVED, np.random.default_rng(2))
    away = np.square((figures - published_figures(OBSERVED)) / figures.std(axis=0)).sum(axis=1)
    mine = np.square((truths.figures - published_figures(OBSERVED)) / figures.std(axis=0)).sum(axis=1)
    assert mine.max() < np.quantile(away, 0.1)


def test_what_is_forecast_goes_on_from_what_the_figures_are_off_by(bank):
    found = chosen(bank, OBSERVED, AHEAD, RUNS // 2, 1)
    off = found.off / values_at(bank.places[found.rows])[:, FREE.index(DISCREPANCY), None]
    n = len(found.off)
    days = np.array([day.toordinal() for day in (OBSERVED.data_end, AHEAD[0])]) / 365.25
    wanted = np.exp(-abs(days[1] - days[0]) / 0.5)
    assert off.shape == (n, len(STOCKS) + 2)
    assert abs(np.corrcoef(off[:, -3], off[:, -2])[0, 1] - wanted) < 4 / np.sqrt(n)


def test_an_imitation_has_the_relative_errors_of_the_original():
    figures = np.concatenate([LOGS[[0, 1, 3]] + 0.3, np.full(len(fitted_answers()), 0.4)])
    found = imitated(OBSERVED, figures)
    assert found.stocks[2] == STOCKS[2]
    own = [stock for stock in found.stocks if stock.is_figure]
    assert [s.millions for s in own] == pytest.approx(np.exp(figures[:3]))
    assert [s.error / s.millions for s in own] == pytest.approx([0.05, 0.3 / 8.4, 0.05])
    assert [a.sd for a in found.answers] == [a.sd for a in fitted_answers()]
    assert {a.item.share for a in found.answers} == {0.4}


PRECISION = 1e-4
"""Single precision of what is emulated."""


def test_learning_anew_from_the_same_runs_changes_nothing(bank, learned):
    rows, fresh = near_runs(bank, OBSERVED, 300), bank.places[:20]
    again = localized(learned, bank.places[rows], bank.outputs[rows])
    assert again.outputs(fresh) == pytest.approx(learned.outputs(fresh), abs=PRECISION)


def test_other_runs_teach_something_else(bank, learned):
    moved = bank.outputs[:200].copy()
    moved[:, : len(STOCKS)] += 0.5
    near = bank.places[:200]
    gap = localized(learned, near, moved).outputs(near) - localized(learned, near, bank.outputs[:200]).outputs(near)
    assert (gap[:, 0] > 100 * PRECISION).all()


def test_runs_to_learn_from_lie_near(bank):
    rows = near_runs(bank, OBSERVED, 200)
    misses = np.abs(bank.outputs[:, : len(STOCKS)] - np.log([s.millions for s in STOCKS])).max(axis=1)
    assert len(set(rows)) == len(rows) <= 200
    assert np.median(misses[rows]) < np.median(misses)


def test_the_sampling_error_of_the_truth_counts_once():
    emulator = small_emulator()
    places = 0.3 * np.random.default_rng(3).standard_normal((40, len(FREE)))
    target = target_of(OBSERVED, emulator, places, 1)
    axes = emulator.axes.T @ emulator.axes
    # One per cent each: the emulator's error, the run's, and what the components leave out.
    assert target.likelihood.stock_error == pytest.approx(1e-4 * (2 * axes + np.eye(len(STOCKS))), rel=1e-3)


def paths(seed, twist):
    """Ranks [replicate, day] of true paths among forecasts where nothing but the discrepancy is uncertain."""
    rng, logs, amount, people = np.random.default_rng(seed), LOGS[[0, 1, 3]], 0.05, 10**7
    real = observed()
    real = type(real)(stocks=tuple(s for s in STOCKS if s.is_figure), answers=())
    days = [*(stock.day for stock in real.stocks), *AHEAD]
    years = np.array([day.toordinal() for day in days]) / 365.25
    factor = np.linalg.cholesky(np.exp(-np.abs(years[:, None] - years) / 0.5))
    stocks, values, found = np.array([15.0, 18.0]), np.full((1, len(FREE)), 0.5), []
    for _ in range(300):
        off = amount * factor @ rng.standard_normal(len(days))
        figures, _ = published(logs[None], values, real, rng, off[None, : len(logs)])
        forecaster = Forecaster(imitated(real, figures[0]), people)
        draws = np.array([forecaster.forecast(logs, stocks, amount, rng) for _ in range(19)])
        found.append(place_of_truth(forecaster.truth(logs, stocks, off), twist(draws), rng))
    return np.array(found)


def test_forecasts_hold_the_truth_as_often_as_they_say():
    assert all(line.passed for line in lines_of(FORECASTS, paths(1, lambda draws: draws), 2))


@pytest.mark.parametrize("control", ["narrow", "shifted", "far"])
def test_wrong_forecasts_fail(control):
    found = lines_of(FORECASTS, paths(1, lambda draws: controls(draws)[control]), 2)
    assert not any(line.passed for line in found)


def test_days_ahead_of_a_leap_day():
    assert ahead(date(2024, 2, 29)) == (date(2025, 2, 28), date(2026, 2, 28))
    assert ahead(date(2026, 1, 29)) == (date(2027, 1, 29), date(2028, 1, 29))


def test_a_run_goes_on_after_the_outputs_that_it_gives():
    case, _ = problem()
    values = values_at(np.zeros(len(FREE)))
    found = outputs_and_quantities(case, values, 2000, 5)
    outputs = len(case.outputs)
    assert found.shape == (outputs + WIDTH,)
    assert (found[:outputs] == simulate(case, values, 2000, 5)).all()
    last = np.exp(found[len(case.days) - 1])
    year, later, reached, flow, old = found[outputs : outputs + 5]
    assert last <= year <= reached <= later
    assert flow == pytest.approx((year - last) / 12)
    assert 0 < old < 1


def a_truth(seed):
    rng = np.random.default_rng(seed)
    quantities = rng.standard_normal((21, WIDTH))
    quantities[4] = np.nan
    return {
        "truth": rng.standard_normal(len(FREE)),
        "draws": rng.standard_normal((40, len(FREE))),
        "sample": rng.standard_normal((200, len(FREE))),
        "likelihoods": rng.standard_normal(41),
        "quantities": quantities,
    }


def test_ranks_of_every_line():
    found = ranks_of([a_truth(seed) for seed in range(60)])
    assert found[""].shape == (60, len(LINES)) == (60, len(FREE) + len(FORECASTS) + len(NAMES) + 2)
    assert all(line.passed for line in lines_of(LINES, found[""], len(LINES)))
    assert not all(line.passed for line in lines_of(LINES, found["far"], len(LINES)))


def made_up_ranks(seed=6):
    """Even ranks; and some so far off that each line fails at its share of the level, of all lines together."""
    rng = np.random.default_rng(seed)
    return {kind: rng.random((50, len(LINES))) ** (1 if kind == "" else 6) for kind in CONTROLS}


EVEN = np.random.default_rng(7).chisquare(44, size=(50, 2))
"""Squared distances of truths and draws that are of one law."""


def test_how_much_too_narrow_the_whole_is():
    """Truths twice as far as draws; of one law; and a folder that doesn't say."""
    assert " 2.000 times as far [2.000; 2.000]" in _width(np.column_stack([4 * EVEN[:, 0], EVEN[:, 0]]))
    low, high = re.search(r"times as far \[(.+); (.+)\]", _width(EVEN)).groups()
    assert float(low) < 1 < float(high)


def test_ranks_without_distances_are_refused(tmp_path):
    np.savez(tmp_path / "ranks.npz", **{"near/": np.ones((3, 2))})
    with pytest.raises(UserError, match="without distances"):
        read_distances(tmp_path)


def test_the_page_says_what_fails():
    ranks, settings = made_up_ranks(), Settings().shown()
    text = page_text(ranks, EVEN, LINES, settings, "mes study sbc")
    assert f"**{len(LINES)} of {len(LINES)} lines pass, 0 fail.**" in text
    assert f"| spread × 0.6 | {len(LINES)} of {len(LINES)} fail | fails |" in text
    assert "| as it is | 0 of" in text
    ranks[""][:, 3] = 0.99
    text = page_text(ranks, EVEN, LINES, settings, "mes study sbc")
    assert f"**{len(LINES) - 1} of {len(LINES)} lines pass, 1 fail.**" in text
    assert f"- Truths near the real figures, fails: {LINES[3]}\n" in text
    assert "**0 %, " in text


@pytest.mark.slow
def test_pictures(tmp_path):
    pictures(made_up_ranks(), LINES, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"sbc-near.png", "sbc-near.svg"}


def test_the_folder_of_an_earlier_version_is_read(tmp_path):
    ranks = made_up_ranks()
    np.savez(tmp_path / "ranks.npz", **{f"near/{control}": part for control, part in ranks.items()})
    found = read_ranks(tmp_path)
    assert all((found[control] == part).all() for control, part in ranks.items())


def test_a_finished_study_is_read_again(tmp_path):
    ranks = made_up_ranks()
    save_ranks(tmp_path, ranks, EVEN)
    (tmp_path / DOCUMENT).write_text(json.dumps(Settings(sims=64, workers=2).shown()))
    found = read_ranks(tmp_path)
    assert list(found) == list(ranks)
    assert all((found[control] == part).all() for control, part in ranks.items())
    assert "mes study sbc --out sbc --sims 64\n" in markdown(tmp_path)


@pytest.mark.parametrize(
    ("sims", "truths", "steps", "message"),
    [
        (100, 2, 400, "needed a power of 2"),
        (64, 17, 400, "at most a quarter of --sims, 16"),
        (64, 2, 90, "--steps: 90; needed a multiple of 20"),
    ],
)
def test_bad_options(tmp_path, sims, truths, steps, message):
    with pytest.raises(UserError, match=message):
        study(tmp_path / "w", Settings(sims=sims, truths=truths, steps=steps))
    assert list(tmp_path.iterdir()) == []


def test_coverage_is_that_of_the_law_in_the_long_run():
    u = np.random.default_rng(8).random((400, 3))
    found = lines_of(["a", "b", "c"], u, 3, level=0.95)
    assert all(stats.binomtest(line.inside, 400, 0.9).pvalue > 1e-3 for line in found)
    assert found[0].band[0] > lines_of(["a"], u[:, :1], 3)[0].band[0]
