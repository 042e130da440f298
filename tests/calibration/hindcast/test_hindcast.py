"""Rolling origins: what is asked, that nobody looks ahead, how scores are summed up and shown."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from calibration.draws.files import load_draws
from calibration.facts.history import load_documents
from calibration.facts.targets import load_stock_targets
from calibration.hindcast.forecasters import FORECASTERS
from calibration.hindcast.page import documents_grids, grids, markdown, notes, read_results
from calibration.hindcast.question import (
    NAMES,
    Forecast,
    Simple,
    absent,
    bands,
    bounds,
    default_origins,
    in_order,
    model_forecasts,
    parse_origins,
    question_at,
    scores,
    simple_forecast,
)
from calibration.hindcast.study import against, by_horizon, common, document, summary
from calibration.hindcast.work import documents_foreseen, posterior_source
from foundation.errors import RunFailedError, ScenarioError, UserError
from foundation.language.numbers import UNDEFINED
from foundation.store.atomic import write_json

TARGETS = load_stock_targets()
LINES = FORECASTERS[:3]
ORIGINS = [date(2023, 4, 25), *default_origins(TARGETS)]


def simple_forecasts(questions, targets, forecasters=FORECASTERS, samples=60):
    """On every origin."""
    asked = [(question, one) for question in questions for one in forecasters]
    tasks = [Simple(index=0, question=q, forecaster=one, targets=targets, seed=1) for q, one in asked]
    return [simple_forecast(task, samples=samples) for task in tasks]


@pytest.fixture(scope="module")
def questions():
    return [question_at(TARGETS, origin) for origin in ORIGINS]


@pytest.fixture(scope="module")
def results(questions):
    """A hindcast without the model on the first origin, with a made-up model on the others."""

    def model(origin, inputs):
        days = question_at(TARGETS, origin).days
        rng = np.random.default_rng(1)
        return 11.0 + 0.4 * rng.standard_normal((20, len(days)))

    simple = simple_forecasts(questions, TARGETS, samples=150)
    modelled = model_forecasts(questions, model, {ORIGINS[0]: "make it"})
    forecasts = in_order([*modelled, *simple])
    settings = {
        "seed": 1,
        "data_end": "2026-01-29",
        "actuals": False,
        "people": 1000,
        "draws": 20,
        "origins": [day.isoformat() for day in ORIGINS],
        "published": [t.described() for t in TARGETS if t.kind != "initial"],
    }
    foreseen = documents_foreseen({origin: load_draws(3) for origin in ORIGINS[1:]})
    tables = {"hindcast": scores(forecasts), "bounds": bounds(forecasts), "bands": bands(forecasts)}
    found = {**settings, "absent": absent(forecasts), "failures": []}
    return document({**tables, "documents": pd.DataFrame(foreseen)}, found)


def test_default_origins_are_the_counts_from_november_2023_to_january_2025():
    days = ("2023-11-24", "2024-01-10", "2024-01-31", "2024-02-29", "2024-10-07", "2025-01-30")
    assert default_origins(TARGETS) == [date.fromisoformat(day) for day in days]


def test_documents_that_nothing_carries_on_stay_as_they_were_last_known():
    """On 31 January 2024 the rate of that month, 20 million, was the last one known."""
    (draw,) = load_draws(1)
    still = replace(draw.parameters.drivers, document_momentum=0.0, document_volatility=0.0)
    found = documents_foreseen({date(2024, 1, 31): [replace(draw, parameters=replace(draw.parameters, drivers=still))]})
    came = {day.isoformat(): rate for day, rate in load_documents() if day > date(2024, 1, 31)}
    assert {entry["date"]: entry["came"] for entry in found} == came
    assert {entry["p50"] for entry in found} == {20.0}


def test_documents_were_foreseen_far_above_those_that_came():
    """As the page says of the two errors that cancel: from every origin of before 2025, beyond the 90 % interval."""
    days = [day for day in ORIGINS[1:] if day.year < 2025]
    source = posterior_source(50, date(2026, 1, 29))
    found = documents_foreseen({day: source(day).draws for day in days})
    late = [entry for entry in found if entry["date"] == "2025-12-15"]
    assert len(late) == len(days)
    assert all(entry["p05"] > entry["came"] for entry in late)


def test_the_table_of_documents_ends_with_what_came(results):
    (table,) = documents_grids(results, "en")
    assert len(table.rows) == len(ORIGINS)
    assert table.rows[-1] == ["As they came", "18.0", "20.0", "25.0", "30.0", "32.8", "43.5"]
    assert table.rows[-2][1:5] == [UNDEFINED] * 4, "nothing is foreseen of days before the origin"
    assert list(documents_grids({**results, "documents": []}, "en")) == []


def test_every_later_figure_is_asked_for(questions):
    assert [len(question.figures) for question in questions] == [8, 7, 6, 5, 4, 3, 2]
    bound = replace(TARGETS[-1], kind="lower bound")
    asked = question_at((*TARGETS[:-1], bound), ORIGINS[0])
    assert (len(asked.figures), asked.bounds) == (7, (bound,))
    days = questions[0].days
    assert days[0] == ORIGINS[0]
    assert list(days) == sorted(set(days))
    assert days[-1] == date(2026, 1, 29)


def test_twenty_forecasts_are_six_months_and_more_ahead(results):
    """Seven more, all shorter; and those of the origin that is no default one."""
    (one,) = (entry for entry in results["forecasters"] if entry["forecaster"] == "last-slope")
    found = [(b["from_days"], b["to_days"], b["forecasts"]) for b in one["by_horizon"]]
    assert found == [(0, 182, 7), (183, 365, 12), (366, 730, 12), (731, None, 4), (183, None, 28)]
    own = [f for f in results["forecasts"] if f["forecaster"] == "last-slope" and f["origin"] != ORIGINS[0].isoformat()]
    assert sum(f["horizon_days"] > 182 for f in own) == 20


def test_means_by_horizon_by_hand():
    scored = pd.DataFrame(
        {
            "horizon_days": [182, 183, 365, 800],
            "crps_millions": [1.0, 2.0, 4.0, 9.0],
            "bias_millions": [0.0, -1.0, 2.0, -3.0],
            "inside": [True, True, False, False],
        }
    )
    found = {(b["from_days"], b["to_days"]): b for b in by_horizon(scored)}
    keys = ("forecasts", "crps_millions", "coverage_90", "bias_millions")
    assert [found[183, 365][key] for key in keys] == [2, 3.0, 0.5, 0.5]
    assert [found[366, 730][key] for key in keys] == [0, None, None, None]
    assert [found[183, None][key] for key in keys] == [3, 5.0, pytest.approx(1 / 3), pytest.approx(-2 / 3, rel=1e-5)]


def test_a_headline_is_scored_as_an_interval(results):
    found = [f for f in results["forecasts"] if f["date"] == "2025-01-30"]
    assert all((f["interval"], f["low_millions"], f["high_millions"]) == (True, 17.0, 18.0) for f in found)
    for f in found:
        assert f["bias_millions"] == pytest.approx(f["p50"] - 17.5, abs=1e-4)
        assert f["inside"] == (f["p05"] <= 17.5 <= f["p95"])
    assert "published 17.0 to 18.0" in markdown(results, "en")


def test_bias_is_median_less_published(results):
    for f in results["forecasts"]:
        assert f["bias_millions"] == pytest.approx(f["p50"] - f["published_millions"], abs=1e-4)
        assert abs(f["bias_millions"]) == pytest.approx(f["absolute_error_millions"], abs=1e-4)


@pytest.mark.parametrize(("lang", "last"), [("en", "183 days and more"), ("fr", "183 jours et plus")])
def test_the_table_by_horizon_leaves_out_what_nobody_forecast(results, lang, last):
    grid = grids(results, lang)[-1]
    assert (len(grid.head), grid.head[-1]) == (6, last)
    short = [{**entry, "by_horizon": nothing_late(entry)} for entry in results["forecasters"]]
    grid = grids({**results, "forecasters": short}, lang)[-1]
    assert (len(grid.head), grid.head[-1]) == (5, last)
    assert [len(row) for row in grid.rows] == [5] * len(NAMES)


def nothing_late(entry):
    """A forecaster's means by horizon as if it had no forecast of two years and more."""
    return [{**found, "forecasts": 0} if found["from_days"] == 731 else found for found in entry["by_horizon"]]


def test_nobody_looks_ahead(questions):
    """Other stocks after the origin change no forecast; other ones before it do."""
    question = questions[1]
    changed = [replace(t, millions=t.millions * 1.5) if t.day > question.origin else t for t in TARGETS]
    before, after = (simple_forecasts([question], given) for given in (TARGETS, changed))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(before, after, strict=True))
    earlier = [replace(t, millions=t.millions * 1.1) if t.day == question.origin else t for t in TARGETS]
    moved = simple_forecasts([question], earlier)
    assert not any(np.array_equal(a.samples, b.samples) for a, b in zip(before, moved, strict=True))


def test_chance_does_not_depend_on_company(questions):
    alone = simple_forecasts(questions[2:3], TARGETS, LINES[2:])[0]
    among = next(f for f in simple_forecasts(questions, TARGETS, LINES)[6:9] if f.forecaster == "ols-line")
    assert np.array_equal(alone.samples, among.samples)


def test_nothing_is_dropped_silently(results):
    reasons = {(entry["origin"], entry["forecaster"]): entry["reason"] for entry in results["absent"]}
    first = ORIGINS[0].isoformat()
    assert reasons == {
        **{(first, name): "no posterior" for name in ("model-frozen", "model-actual")},
        **{(first, name): "not enough data" for name in ("bass-free", "logistic", "gompertz", "damped-trend")},
    }
    made = {(f["origin"], f["forecaster"]) for f in results["forecasts"]}
    assert len(made) + len(reasons) == len(ORIGINS) * len(NAMES)
    assert [entry["forecaster"] for entry in results["forecasters"]] == list(NAMES)
    for lang in ("en", "fr"):
        cells = [cell for grid in grids(results, lang)[:7] for row in grid.rows for cell in row]
        assert len([cell for cell in cells if "3" in cell and ("data" in cell or "données" in cell)]) == 4


def test_too_few_draws_are_a_failure(questions):
    failures = [
        {"origin": "2023-04-25", "forecaster": name, "draw": draw, "error": error}
        for name, draw, error in (
            ("model-actual", 0, "x"),
            ("model-frozen", 0, "PrevalenceError: no"),
            ("model-frozen", 2, "no"),
        )
    ]
    with pytest.raises(RunFailedError, match="model-frozen, origin 2023-04-25: 2 draws failed, the first by Prev"):
        model_forecasts(questions, lambda origin, inputs: np.zeros((1, 3)), {}, failures)


def rows(**crps):
    """Scores of made-up forecasts: CRPS by forecaster on two days, the error twice that."""
    days = ["2024-01-10", "2024-02-05"]
    return pd.DataFrame(
        [
            {
                "origin": "2023-11-24",
                "forecaster": name.replace("_", "-"),
                "date": day,
                "crps_millions": value,
                "absolute_error_millions": 2 * value,
                "inside": value < 1,
                "horizon_days": 47,
                "bias_millions": -value,
            }
            for name, values in crps.items()
            for day, value in zip(days, values, strict=False)
        ]
    )


def test_the_summary_compares_like_with_like():
    scored = rows(no_change=[1.0, 3.0], last_slope=[0.5, 0.2], logistic=[0.4])
    found = {entry["forecaster"]: entry for entry in summary(scored, [])}
    assert (found["no-change"]["crps_millions"], found["no-change"]["coverage_90"]) == (2.0, 0.0)
    assert found["last-slope"]["inside"] == 2
    assert [found[name]["common"]["forecasts"] for name in ("no-change", "logistic", "gompertz")] == [1, 1, 0]
    assert found["no-change"]["common"]["crps_millions"] == 1.0
    assert found["gompertz"]["crps_millions"] is None
    assert len(common(scored)) == 3


def test_losing_to_the_last_slope_is_told(results):
    scored = rows(model_frozen=[0.4, 0.3], last_slope=[0.5, 0.2])
    found = against(scored, "model-frozen")
    assert found["compared"] == 2
    assert found["worse_crps"] == found["worse_absolute_error"] == [{"origin": "2023-11-24", "date": "2024-02-05"}]
    told = " ".join(notes(results, "en"))
    assert "further off than the last slope in" in told
    assert "→" in told


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_caveat_stands_below_every_table(results, lang):
    text = markdown(results, lang)
    words = {"en": "counts up to January 2026", "fr": "jusqu’à janvier 2026"}[lang]
    assert text.count(words) == len(grids(results, lang)) == len(ORIGINS) + 3
    assert "{" not in text


def test_guides_are_filled(results, tmp_path):
    write_json(tmp_path / "hindcast.json", results)
    assert markdown(read_results(tmp_path), "en") == markdown(results, "en")
    assert "Dernière pente" in markdown(read_results(tmp_path), "fr")
    with pytest.raises(UserError):
        read_results(tmp_path / "none")


def test_origins_of_the_user():
    assert parse_origins("2023-11-24, 2023-06-01", TARGETS) == [date(2023, 6, 1), date(2023, 11, 24)]
    with pytest.raises(ScenarioError) as caught:
        parse_origins("2022-01-01,2026-01-29,soon,2023-06-01,2023-06-01", TARGETS)
    told = [str(problem) for problem in caught.value.problems]
    assert [text.partition("; allowed")[0] for text in told] == [
        '--origins = "2022-01-01": no published stock to learn from',
        '--origins = "2026-01-29": no published stock left to score',
        '--origins = "soon": not a date',
        '--origins = "2023-06-01": given twice',
    ]
    assert "days from 2022-10-31 and before 2026-01-29" in told[0]


def test_a_forecast_without_samples_has_no_score(questions):
    nothing = [Forecast(question=questions[0], forecaster="logistic", missing={"reason": "x"})]
    assert scores(nothing).empty
    assert bounds(nothing).empty
    assert bands(nothing).empty
