"""``mes fit``: what is simulated is what the calibration simulates; intervals hold what they state; misfits show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration.draws.files import read_draws
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE
from calibration.facts.targets import load_survey_items
from calibration.fit.patterns import lines_of
from calibration.fit.question import Fitting, Wanted, held_against, prepare
from calibration.fit.rates import periods
from calibration.fit.residuals import (
    Line,
    View,
    curves,
    discrepancies,
    inside,
    outside,
    published_answer,
    published_stocks,
    residuals,
)
from calibration.fit.study import FitStudy
from calibration.fit.work import Seen, Task, pilot_share, predict, run_number, seen_again, work
from calibration.posterior.likelihood import discrepancy_correlation
from calibration.posterior.simulate import launched, prior_places, simulate
from calibration.posterior.work import Sent
from calibration.survey.question import compared
from foundation.errors import RunFailedError, UserError
from foundation.store import parts
from foundation.study import carry_out
from model.terms.parameters import Structure

WANTED = Wanted(people=3000, draws=4, seed=1, structure=Structure(), posterior=None)


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    return prepare(WANTED)


@pytest.fixture(scope="module")
def runs(fitting: Fitting) -> list[Seen]:
    return [run for run in (predict(task(fitting, row)) for row in range(WANTED.draws)) if run is not None]


def task(fitting: Fitting, row: int, **changed: float) -> Task:
    values = fitting.values[row].copy()
    for name, factor in changed.items():
        values[FREE.index(name)] *= factor
    return Task(Sent(fitting.case), "posterior", row, values, WANTED.people, WANTED.seed)


def view(fitting: Fitting, runs: list[Seen]) -> View:
    return View(
        held=fitting.held,
        surveyed=fitting.case.surveyed,
        history=fitting.case.history,
        visitors=False,
        runs=runs,
        values=fitting.values[: len(runs)],
        luck=np.random.default_rng(0),
    )


def test_the_simulation_is_that_of_the_calibration(fitting: Fitting, runs: list[Seen]) -> None:
    one = task(fitting, 2)
    outputs = simulate(fitting.case, one.values, one.people, run_number(one))
    assert np.array_equal(
        np.concatenate([np.log(runs[2].stocks), runs[2].logits, np.log(runs[2].ages[:, 0] / runs[2].ages[:, 1])]),
        outputs,
    )


RATES = {"P10": 2, "P11": len(periods())}


def test_every_pattern_has_its_lines(fitting: Fitting, runs: list[Seen]) -> None:
    lines = lines_of(view(fitting, runs))
    count = {name: sum(line.pattern == name for line in lines) for name in sorted({line.pattern for line in lines})}
    funnel = {(item.survey, item.key) for item in load_survey_items() if compared(item)}
    funnel = {(survey, key) for survey, key in funnel if key != "aware" and not key.startswith("after_")}
    assert {(line.survey, line.key) for line in lines if line.pattern == "P3"} == funnel
    assert count == {
        "P1": 13,
        "P2": 3,
        "P3": len(funnel),
        "P4": 3,
        "P5": 1,
        "P6": 1,
        "P7": 2,
        "P8": 2,
        "P9": 1,
        **RATES,
    }
    fitted = {(line.survey, line.key) for line in lines if line.survey and line.role == "fitted"}
    assert fitted == {(answer.item.survey, answer.item.key) for answer in load_observed().answers}
    gains = next(line for line in lines if line.key == "gains")
    assert gains.published == pytest.approx((15.5 - 10.567) / (10.567 - 8.4), abs=0.002), "15 says 15 to 16"
    pilot = next(line for line in lines if line.key == "pilot")
    assert pilot.published == pytest.approx(4.95, abs=0.01)


def test_what_is_put_in_comes_out(fitting: Fitting, runs: list[Seen]) -> None:
    """Sampling of 3,000 people aside: prevalences are solved on a larger sample."""
    table = residuals(lines_of(view(fitting, runs))).set_index("key")
    assert table.loc["intention", "residual"] == pytest.approx(0, abs=1e-9)
    sampling = 3 * 100 * np.sqrt(0.25 / 1800 / len(runs))
    for key in ("no_use", "time", "information", "ready", "aware_at_start"):
        assert abs(table.loc[key, "residual"]) < sampling + 1, key


def test_a_posterior_with_half_the_pull_of_notices_is_flagged(fitting: Fitting, runs: list[Seen]) -> None:
    halved = [predict(task(fitting, row, notice_pull=0.5)) for row in range(WANTED.draws)]
    found = [run for run in halved if run is not None]
    tables = [residuals(lines_of(view(fitting, some))) for some in (runs, found)]
    first = [table[table["key"] == "stock"].set_index("date")["inside"] for table in tables]
    for day in ("2022-10-31", "2023-02-13"):
        assert first[0][day], day
        assert not first[1][day], day
    assert outside(tables[1])[0] > outside(tables[0])[0]


def test_the_pilot_follows_its_pull(fitting: Fitting) -> None:
    def share(pull: float) -> float:
        one = task(fitting, 0, notice_pull=pull)
        return pilot_share(fitting.case, launched(fitting.case, one.values, 3000, 1))

    nothing, half, whole = share(1e-6), share(0.5), share(1.0)
    assert nothing < 0.02 < half < whole


def test_discrepancies_are_the_process_of_the_likelihood() -> None:
    """Covariance of drawn paths against amount^2 x correlation: each element within 5 of its standard errors; a process
    without memory is noticed."""
    observed, amount, times = load_observed(), 0.02, 40_000
    days = [stock.day for stock in observed.stocks]
    drawn = discrepancies(days, np.array([amount]), np.random.default_rng(1), times)[0]
    wanted = amount**2 * discrepancy_correlation(observed)
    error = np.sqrt((wanted**2 + np.outer(np.diag(wanted), np.diag(wanted))) / times)
    assert (np.abs(np.cov(drawn.T) - wanted) < 5 * error).all()
    fresh = amount * np.random.default_rng(2).standard_normal(drawn.shape)
    assert (np.abs(np.cov(fresh.T) - wanted) > 5 * error).any()


def test_days_in_any_order_and_twice() -> None:
    days = [date(2024, 1, 10), date(2022, 10, 31), date(2024, 1, 10)]
    drawn = discrepancies(days, np.array([0.1, 0.2]), np.random.default_rng(1), 5)
    assert drawn.shape == (2, 5, 3)
    assert np.array_equal(drawn[..., 0], drawn[..., 2])


def test_intervals_hold_nine_in_ten() -> None:
    """Publications drawn apart from the intervals fall inside nine times in ten, within 99.9 % of the binomial law;
    intervals without the error of publication hold far fewer."""
    stocks, times = load_observed().stocks, 2000
    logs, amount = np.log([[stock.millions for stock in stocks]]), np.array([0.02])
    bands = np.quantile(
        published_stocks(logs, amount, stocks, np.random.default_rng(1), 20_000)[0], [0.05, 0.95], axis=0
    )
    exact = [replace(stock, error=1e-6, low=stock.millions, high=stock.millions) for stock in stocks]
    narrow = np.quantile(
        published_stocks(logs, amount, exact, np.random.default_rng(1), 20_000)[0], [0.05, 0.95], axis=0
    )
    fresh = published_stocks(logs, amount, stocks, np.random.default_rng(2), times)[0]
    low, high = stats.binom.ppf([0.0005, 0.9995], times, 0.9)
    held, less = (((band[0] <= fresh) & (fresh <= band[1])).sum(axis=0) for band in (bands, narrow))
    # The bands have a sampling error of their own: 20,000 draws against 2,000.
    assert ((low - 15 <= held) & (held <= high + 15)).all()
    assert (less < low - 15).any()


def test_a_headline_is_published_evenly_over_its_width() -> None:
    (stock,) = [stock for stock in load_observed().stocks if stock.day == date(2026, 1, 29)]
    logs, none = np.log([[stock.millions]]), np.array([0.0])
    drawn = published_stocks(logs, none, [stock], np.random.default_rng(3), 4000).ravel()
    even = stats.uniform(stock.low, stock.high - stock.low)
    assert stats.kstest(drawn, even.cdf).pvalue > 1e-3
    normal = stock.millions + stock.error * np.random.default_rng(3).standard_normal(4000)
    assert stats.kstest(normal, even.cdf).pvalue < 1e-3, "negative control: a normal of the same spread"


def test_answers_carry_their_error_and_stay_shares() -> None:
    answer = load_observed().answers[0]
    drawn = published_answer(np.array([0.5]), answer, np.random.default_rng(0), 20_000)
    assert drawn.std() == pytest.approx(answer.sd, rel=5 / np.sqrt(2 * 20_000))
    assert published_answer(np.array([0.999]), answer, np.random.default_rng(0)).max() == 1


def line(**changes: object) -> Line:
    values: dict[str, object] = {
        "pattern": "P1", "key": "stock", "day": date(2024, 1, 1), "unit": "million", "published": 10.0, "error": 0.1,
        "role": "fitted", "simulated": np.full(10, 10.0), "predicted": np.linspace(9, 11, 101)[None, :],
    }  # fmt: skip
    return Line(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"published": 10.89}, True),
        ({"published": 10.91}, False),
        ({"published": 9.09}, False),
        ({"published": 9.09, "bound": True}, True),
        ({"published": 10.91, "bound": True}, False),
        ({"role": "imposed", "published": 10.9, "predicted": None}, True),
        ({"role": "imposed", "published": 11.1, "predicted": None}, False),
    ],
)
def test_inside(changes: dict[str, object], expected: bool) -> None:
    assert inside(line(**changes)) is expected


def test_intervals_before_the_data_stand_beside(fitting: Fitting, runs: list[Seen]) -> None:
    table = residuals([line()], [line(predicted=np.linspace(0, 40, 101)[None, :])])
    assert table.loc[0, ["prior_p05", "prior_p50", "prior_p95"]].tolist() == [2, 20, 38]
    assert residuals([line()])["prior_p50"].isna().all()


def test_curves_hold_the_discrepancy(fitting: Fitting, runs: list[Seen]) -> None:
    table = curves("posterior", view(fitting, runs))
    assert table["week"].tolist() == list(range(len(runs[0].weekly)))
    assert table["simulated_p50"].is_monotonic_increasing
    assert (table["true_p95"] - table["true_p05"] > table["simulated_p95"] - table["simulated_p05"])[40:].all()


def test_a_posterior_of_ones_own_says_what_it_was_fitted_to(tmp_path: Path) -> None:
    stock = {"date": "2023-02-13", "millions": 0.4, "error_millions": 0.02}
    stock |= {"kind": "measured", "low_millions": 0.38, "high_millions": 0.42, "region": "Bretagne"}
    answer = {"survey": "DNS 2023", "key": "used", "share": 0.5, "sd": 0.03}
    (tmp_path / "summary.json").write_text(
        json.dumps({"targets": {"stocks": [stock], "answers": [answer], "ages": []}})
    )
    held = held_against(tmp_path)
    assert [(s.target.region, s.target.millions) for s in held.stocks if s.fitted] == [("Bretagne", 0.4)]
    assert sum(not s.fitted for s in held.stocks) == len(load_observed().stocks)
    assert [a.answer.item.key for a in held.answers if a.fitted] == ["used"]
    for broken in ("{}", "nothing", '{"targets": {"stocks": [{}], "answers": []}}'):
        (tmp_path / "summary.json").write_text(broken)
        with pytest.raises(UserError, match=r"summary\.json: (doesn't say|is no JSON of ours)"):
            held_against(tmp_path)


def test_prior_places_are_normal_and_repeatable() -> None:
    places = prior_places(100, 3)
    assert places.shape == (100, len(FREE))
    assert np.array_equal(places, prior_places(100, 3))
    assert np.abs(places.mean(axis=0)).max() < 4 / np.sqrt(100)


def test_more_draws_than_there_are() -> None:
    most = len(read_draws()[0])
    with pytest.raises(UserError, match=f"allowed: 1 to {most}"):
        prepare(replace(WANTED, draws=most + 1))


def test_what_is_kept_of_a_run_is_all_it_shows(fitting: Fitting, tmp_path: Path) -> None:
    """To the bit, what is not a number included: from the folder as from memory."""
    for kind in ("posterior", "prior"):
        asked = replace(task(fitting, 0), kind=kind)
        shown, kept = predict(asked), parts.encode(work(asked))
        assert shown is not None
        parts.write(tmp_path, kind, kept, "q")
        again = seen_again(asked, parts.read(tmp_path, kind))
        for name, value in vars(shown).items():
            np.testing.assert_array_equal(value, getattr(again, name), name)
        assert np.isnan(again.pilot) == (kind == "prior")


def test_nothing_possible_is_a_failed_run(fitting: Fitting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("calibration.fit.work.predict", lambda task: None)
    with pytest.raises(RunFailedError, match="no posterior draw could be simulated"):
        carry_out(FitStudy(fitting=fitting), tmp_path / "f")


def test_impossible_prior_draws_are_counted(
    fitting: Fitting, runs: list[Seen], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def posterior_only(task: Task) -> Seen | None:
        return runs[task.index] if task.kind == "posterior" else None

    monkeypatch.setattr("calibration.fit.work.predict", posterior_only)
    store = carry_out(FitStudy(fitting=fitting), tmp_path / "f")
    assert store.manifest["impossible"] == {"posterior": 0, "prior": 4}
    found = store.frames(("curves", "residuals", "draws"))
    assert set(found["curves"]["kind"]) == set(found["draws"]["kind"]) == {"posterior"}
    assert found["residuals"]["prior_p50"].isna().all()
