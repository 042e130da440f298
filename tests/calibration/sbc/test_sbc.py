"""Simulation-based calibration on problems small enough for the tests."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import FREE, STATUS_QUO
from calibration.facts.targets import SURVEYS
from calibration.posterior.emulator import Component, Emulator, features
from calibration.posterior.free import values_at
from calibration.posterior.likelihood import Likelihood
from calibration.posterior.simulate import COUNTS
from calibration.posterior.work import Bank
from calibration.sbc import methods as sbc_sampler
from calibration.sbc.methods import (
    both,
    chosen,
    fast_ranks,
    figures_at,
    imitated,
    posterior_given_both,
    target_of,
    without_bounds,
)
from calibration.sbc.page import page_text, pictures
from calibration.sbc.question import DOCUMENT, Settings, markdown, read_ranks, save_ranks, study
from calibration.sbc.question import LINES as ALL_LINES
from calibration.sbc.ranks import DISTANCE, lines_of
from foundation.errors import UserError
from tests.calibration.posterior.test_likelihood import LOGS, some_logits
from tests.calibration.problems import STOCKS, fitted_answers, observed

RUNS, TRUTHS, WIDTH = 4096, 60, len(STOCKS) + len(SURVEYS) * len(COUNTS)
SLOPES = np.zeros((len(FREE), len(STOCKS)))
SLOPES[0], SLOPES[1], SLOPES[2] = 0.2, [-0.1, -0.05, 0.0, 0.1], [0.0, 0.02, 0.04, 0.1]
OBSERVED = observed(fitted_answers())
LINES = [*FREE, "status quo", DISTANCE]
COUNT = len(LINES)


def outputs_at(places, rng):
    """A simulator that is linear in three parameters, with the sampling error of a run."""
    logs = LOGS + 0.1 + places @ SLOPES + 0.01 * rng.standard_normal((len(places), 1))
    return np.hstack([logs, np.tile(some_logits(1), (len(places), 1))])


@pytest.fixture(scope="module")
def bank():
    rng = np.random.default_rng(1)
    places = rng.standard_normal((RUNS, len(FREE)))
    return Bank(places, outputs_at(places, rng), np.full(RUNS, 1000))


@pytest.fixture(scope="module", params=[False, True], ids=["prior", "near"])
def ranks(request, bank):
    quantities = 20 + bank.places[:, :1] + 0.1 * np.random.default_rng(2).standard_normal((RUNS, 1))
    return fast_ranks(bank, quantities, OBSERVED, truths=TRUTHS, near=request.param)


def test_the_fast_method_passes(ranks):
    assert ranks[""].shape == (TRUTHS, len(LINES))
    assert [line.name for line in lines_of(LINES, ranks[""], 2 * len(LINES)) if not line.passed] == []


@pytest.mark.parametrize("control", ["narrow", "shifted", "far"])
def test_a_wrong_posterior_fails(ranks, control):
    assert not lines_of(LINES, ranks[control], 2 * len(LINES))[-1].passed


def test_truths_are_distinct_runs(bank):
    from calibration.second.abc import published_figures, synthetic

    known = synthetic(bank, OBSERVED, 1)
    for near in (False, True):
        rows = chosen(known, OBSERVED, TRUTHS, near, 1)
        assert len(set(known.run[rows])) == TRUTHS
    away = np.abs(known.figures - published_figures(OBSERVED)) / known.figures.std(axis=0)
    assert (away[rows] ** 2).sum(axis=1).max() < np.median((away**2).sum(axis=1))


def small_emulator():
    """An emulator that knows the linear simulator, with a stated error of one per cent."""
    n = len(STATUS_QUO)
    axes = np.eye(len(STOCKS))[:3]
    components = tuple(
        Component(SLOPES[:n, k], 0.0, np.full((2, n), 50.0), np.ones(n), 1e-4, 1e-4, np.zeros(2)) for k in range(3)
    )
    counts = np.zeros((features(np.zeros(n)).size, WIDTH - len(STOCKS)))
    counts[0] = some_logits(1)[0]
    return Emulator(n, LOGS + 0.1, axes, components, np.full(len(STOCKS), 1e-4), counts, np.full(counts.shape[1], 0.01))


def test_an_imitation_has_the_relative_errors_of_the_original():
    figures = np.concatenate([LOGS[[0, 1, 3]] + 0.3, np.full(len(fitted_answers()), 0.4)])
    found = imitated(without_bounds(OBSERVED), figures)
    assert [s.millions for s in found.stocks] == pytest.approx(np.exp(figures[:3]))
    assert [s.error / s.millions for s in found.stocks] == pytest.approx([0.05, 0.3 / 8.4, 0.05])
    assert [a.sd for a in found.answers] == [a.sd for a in fitted_answers()]
    assert {a.item.share for a in found.answers} == {0.4}


def test_both_sets_of_figures_enter_once():
    emulator, places = small_emulator(), 0.3 * np.random.default_rng(3).standard_normal((40, len(FREE)))
    target = target_of(OBSERVED, emulator, places)
    figures = np.concatenate([LOGS[[0, 1, 3]] + 0.05, [a.item.share for a in fitted_answers()]])
    joint = both(target, figures)
    real, synthetic = joint.parts(places)
    assert real == pytest.approx(target.many(places))
    error = (emulator.stock_error(places) + emulator.sampling)[np.ix_([0, 1, 3], [0, 1, 3])]
    alone = Likelihood(imitated(without_bounds(OBSERVED), figures), error, target.likelihood.answer_error)
    kept = [k for k in range(WIDTH) if k != 2]
    assert synthetic == pytest.approx(alone(emulator.outputs(places)[:, kept], values_at(places)), abs=1e-4)
    assert joint(places) == pytest.approx(real + synthetic)


def test_synthetic_figures_come_from_the_simulator(monkeypatch):
    place, seen = np.zeros(len(FREE)), []

    def simulator(case, values, people, seed):
        seen.append((people, seed))
        return outputs_at(place[None], np.random.default_rng(seed))[0]

    monkeypatch.setattr(sbc_sampler, "simulate", simulator)
    figures = np.array([figures_at(None, OBSERVED, place, 500, seed) for seed in range(300)])
    assert seen[7] == (500, 7)
    assert figures.shape == (300, 3 + len(fitted_answers()))
    sd = np.sqrt(0.05**2 + 0.01**2 + values_at(place)[FREE.index("discrepancy")] ** 2)
    assert abs(figures[:, 0].mean() - LOGS[0] - 0.1) < 4 * sd / np.sqrt(300)
    assert figures[:, 0].std() == pytest.approx(sd, rel=4 / np.sqrt(600))


@pytest.mark.slow
def test_the_walk_given_both(tmp_path):
    """Moments against importance sampling from a wide Student distribution about them, which corrects them if wrong."""
    emulator, rng = small_emulator(), np.random.default_rng(5)
    starts = rng.standard_normal((6000, len(FREE)))
    target = target_of(OBSERVED, emulator, starts[:50])
    figures = np.concatenate([LOGS[[0, 1, 3]] + 0.05, [a.item.share for a in fitted_answers()]])
    joint = both(target, figures)
    walked = posterior_given_both(joint, starts, seed=1, saved=tmp_path / "walk.npz")
    guide = stats.multivariate_t(walked.places.mean(axis=0), 1.3 * np.cov(walked.places.T), df=8, seed=1)
    places = guide.rvs(100_000)
    log = np.concatenate([joint(part) for part in np.array_split(places, 50)])
    log += -0.5 * (places**2).sum(axis=1) - guide.logpdf(places)
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    mean = weights @ places
    sd = np.sqrt(weights @ (places - mean) ** 2)
    independent = 1 / (1 / walked.effective + (weights**2).sum())
    assert 1 / (weights**2).sum() > 2000
    reach = stats.norm.ppf(1 - 0.0005 / (2 * len(FREE)))
    assert np.abs(np.sqrt(independent) * (walked.places.mean(axis=0) - mean) / sd).max() < reach
    assert np.abs(np.sqrt(2 * independent) * (walked.places.std(axis=0) / sd - 1)).max() < reach


def made_up_ranks(seed=6, count=COUNT):
    """Even ranks; and some so far off that each line fails at its share of the level, of 46 lines together."""
    rng = np.random.default_rng(seed)
    lines = {"prior": count, "near": count, "posterior": count + 1}
    return {
        name: {kind: rng.random((50, n)) ** (1 if kind == "" else 6) for kind in ("", "narrow", "shifted", "far")}
        for name, n in lines.items()
    }


def test_the_page_says_what_fails():
    ranks = made_up_ranks()
    settings = {"sims": 4096, "people": 20000}
    text = page_text(ranks, LINES, "log likelihood", settings, "mes study sbc")
    total = 3 * len(LINES) + 1
    assert f"**{total} of {total} lines pass, 0 fail.**" in text
    assert f"| spread × 0.6 | {len(LINES)} of {len(LINES)} fail" in text
    ranks["near"][""][:, 3] = 0.99
    text = page_text(ranks, LINES, "log likelihood", settings, "mes study sbc")
    assert f"**{total - 1} of {total} lines pass, 1 fail.**" in text
    assert f"- Fast method, truths near the real figures: {LINES[3]}\n" in text
    assert "**0 %, " in text


def test_pictures(tmp_path):
    pictures(made_up_ranks(), LINES, "log likelihood", tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        f"sbc-{name}.{kind}" for name in ("prior", "near", "posterior") for kind in ("png", "svg")
    }


def test_a_finished_study_is_read_again(tmp_path):
    ranks = made_up_ranks(count=len(ALL_LINES))
    save_ranks(tmp_path, ranks)
    settings = Settings(calibration=tmp_path / "default", sims=64, workers=2)
    (tmp_path / DOCUMENT).write_text(json.dumps(settings.shown()))
    found = read_ranks(tmp_path)
    assert all((found[name][control] == part).all() for name in ranks for control, part in ranks[name].items())
    text = markdown(tmp_path)
    assert "mes study sbc --out sbc --calibration default --sims 64 --people 20000" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("sims", "message"), [(64, "--calibration: none holds no finished calibration"), (100, "needed a power of 2")]
)
def test_bad_options(tmp_path, monkeypatch, sims, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message):
        study(Path("w"), Settings(calibration=Path("none"), sims=sims))
    assert list(tmp_path.iterdir()) == []
