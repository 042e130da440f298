"""Use after activation fitted: figures by hand, a made-up truth found again, and what must be rejected."""

from __future__ import annotations

from dataclasses import asdict, replace
from math import exp
from pathlib import Path

import numpy as np
import pytest

from calibration.draws import use as files
from calibration.draws.files import SHIPPED as DRAWS
from calibration.draws.files import load_draws, read_draws
from calibration.facts.inputs import load_history
from calibration.facts.use import PARAMETERS, UseFigure, load_use_figures, use_of
from calibration.use.method import Months, choose, figures_of, log_likelihood, months_in, needed, use_at, walk
from calibration.use.page import figure_rows, parameter_rows
from foundation.errors import UserError
from model import FastModel, Parameters, build_population
from model.terms.use import Use, month_of, months
from tests.model.law import demography

EVEN = Use(
    alone=0.3, per_document=0.2, per_contact=0.1, eagerness=0.5, lasting=1.0, fading=5.0, habit_shape=1e3, bunching=0.0
)


def figure(kind: str, month: int) -> UseFigure:
    return UseFigure(key=kind, kind=kind, month=month, value=1.0, sd=0.1, population="", reading="", facts=())  # type: ignore[arg-type]


def two_people() -> Months:
    """Two persons, of whom the second activated in month 2; each stands for a million."""
    person = np.array([0, 0, 0, 1])
    return Months(
        person=person,
        month=np.array([1, 2, 3, 3]),
        later=np.array([1, 2, 3, 1]),
        log_gain=np.log([1.0, 4.0, 4.0, 1.0]),
        documents=np.array([0.0, 1.0, 2.0, 0.0]),
        contacts=np.array([1.0, 0.0, 0.0, 2.0]),
        habit=np.full(4, 511),
        start=np.array([0, 2]),
        first=np.array([1.0, 0.0, 1.0, 0.0]),
        persons=2,
        weight=1.0,
    )


def test_figures_by_hand() -> None:
    asked = [figure(kind, 3) for kind in ("monthly", "weekly", "return", "never")]
    found = figures_of(two_people(), EVEN, asked)
    chance = {
        1: 1 - exp(-(0.3 + 0.1)),
        2: 1 - exp(-2.0 * (0.3 + 0.2)),
        3: 1 - exp(-2.0 * (0.3 + 0.4)),
        "other": 1 - exp(-(0.3 + 0.2)),
    }
    week = 7 / (365.25 / 12)
    weekly = sum(1 - (1 - chance[key]) ** week for key in (3, "other"))
    users = chance[3] + chance["other"]
    before = chance[2] + 1.0  # the second connects for the first time
    never = np.mean([np.prod([1 - chance[key] for key in (1, 2, 3)]), 1 - chance["other"]])
    by_hand = [users, weekly, (chance[2] * chance[3] + chance["other"]) / before, never]
    assert found == pytest.approx(by_hand, rel=2e-3)  # habits of shape 1,000 still differ a little


def test_a_week_of_bunched_occasions() -> None:
    (found,) = figures_of(two_people(), replace(EVEN, bunching=1.0), [figure("weekly", 3)])
    (users,) = figures_of(two_people(), EVEN, [figure("monthly", 3)])
    assert found == pytest.approx(users * 7 / (365.25 / 12), rel=1e-9)


@pytest.fixture(scope="module")
def seen() -> Months:
    people = build_population(demography(), people=8_000, seed=2)
    model = FastModel(people, Parameters(), demography=demography(), history=load_history(), seed=7)
    asked = needed(load_use_figures())
    model.advance(int(months().end[asked[-1]]))
    return months_in(model, asked)


def made_up(seen: Months, truth: Use, rng: np.random.Generator) -> list[UseFigure]:
    """The published figures as a known truth would have given them, with their errors."""
    figures = load_use_figures()
    values = figures_of(seen, truth, figures)
    return [
        replace(figure, value=float(value + (figure.sd or 0.0) * rng.standard_normal()))
        for figure, value in zip(figures, values, strict=True)
    ]


def test_a_known_truth_is_within_what_the_fit_gives_and_shuffled_figures_are_not(seen: Months) -> None:
    """Figures after the fit against the truth's: far beyond the errors for figures that belong to other keys."""
    rng = np.random.default_rng(5)
    truth = Use(alone=0.15, per_document=0.3, per_contact=0.07, lasting=0.5, habit_shape=0.3, bunching=0.8)
    figures = made_up(seen, truth, rng)
    fitted = [k for k, figure in enumerate(figures) if figure.sd is not None]
    wanted = figures_of(seen, truth, figures)

    def misses(given: list[UseFigure]) -> np.ndarray:
        path = walk(seen, given, seed=1, steps=900)[400:]
        found = np.array([figures_of(seen, use_at(place), given) for place in path[::10]])
        sd = np.array([figure.sd or 1.0 for figure in given])
        return np.asarray(((found.mean(axis=0) - wanted) / sd)[fitted])

    assert np.abs(misses(figures)).max() < 3.3
    values = [figures[k].value for k in fitted]
    shuffled = list(figures)
    for k, value in zip(fitted, [values[1] / 4, values[0] / 4, values[3], values[2], *values[4:]], strict=True):
        shuffled[k] = replace(figures[k], value=value)
    assert np.abs(misses(shuffled)).max() > 3.3


def test_importance_agrees_with_the_walk(seen: Months) -> None:
    figures = load_use_figures()
    path = walk(seen, figures, seed=3, steps=1500)[500:]
    region = path.mean(axis=0), np.cov(path.T)
    chosen = [choose(seen, figures, region, seed, tried=120) for seed in range(24)]
    places = np.array([one.place for one in chosen])
    distance = np.abs(places.mean(axis=0) - region[0]) / np.sqrt(np.diag(region[1]) / len(chosen))
    assert distance.max() < 4.5  # the walk is as short as the sample is small
    weights = [log_likelihood(one.figures, figures) for one in chosen]
    before = [log_likelihood(one.before, figures) for one in chosen]
    assert np.median(weights) > np.median(before) + 5
    assert min(one.effective for one in chosen) > 1


def test_what_is_needed() -> None:
    asked = needed(load_use_figures())
    assert {month_of(2024, 1), month_of(2024, 2), month_of(2025, 1), month_of(2025, 12), month_of(2026, 1)} <= {*asked}
    assert asked[0] == 0
    assert max(asked) == month_of(2026, 1)


def test_shipped_posteriors_belong_to_the_shipped_draws(tmp_path: Path) -> None:
    for item in DRAWS.iterdir():
        if item.name.endswith(".parquet"):
            path = Path(str(item))
            values, info = files.read_use(Path(str(files.SHIPPED / item.name)))
            assert info.draws_sha256 == read_draws(path)[1].values_sha256
            assert len(values) == read_draws(path)[1].draws
            draws = files.with_use(load_draws(3, path=path), path)
            names = dict(zip(PARAMETERS, map(float, values[2]), strict=True))
            assert draws[2].use == use_of(names)


def test_a_changed_or_strange_file_is_refused(tmp_path: Path) -> None:
    values, info = files.read_use(Path(str(files.SHIPPED / "default.parquet")))
    other = tmp_path / "other.parquet"
    files.save_use(other, values, info)
    assert np.array_equal(files.read_use(other)[0], values)
    impossible = values.copy()
    impossible[3, 4] = 1.5
    files.save_use(other, impossible, info)
    with pytest.raises(UserError, match="use_lasting"):
        files.read_use(other)
    with pytest.raises(UserError, match="not a posterior of use"):
        files.read_use(Path(str(DRAWS / "default.parquet")))
    with pytest.raises(UserError, match="not a posterior of use"):
        files.read_use(tmp_path / "missing.parquet")


def test_draws_of_ones_own_have_no_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_shipped", dict)
    path = Path(str(DRAWS / "default.parquet"))
    assert files.use_for(path) is None
    assert [draw.use for draw in files.with_use(load_draws(2, path=path), path)] == [None, None]


def test_parameters_have_the_names_of_the_law() -> None:
    assert {f"use_{name}" for name in asdict(Use())} == {*PARAMETERS}
    with pytest.raises(ValueError, match="missing"):
        use_of({"use_alone": 0.1})


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_says_what_is_outside(lang: str) -> None:
    import pandas as pd

    keys = [figure.key for figure in load_use_figures()]
    rows = [
        {"draw": draw, "key": key, "before": 1.0, "after": 9.0 if key == keys[0] else figure.value, "other": 0.1}
        for draw in range(9)
        for key, figure in zip(keys, load_use_figures(), strict=True)
    ]
    shown = figure_rows(pd.DataFrame(rows), lang)
    assert ["**" in row[4] for row in shown] == [True, *[False] * 7]
    used = pd.DataFrame({name: np.full(9, 0.3) for name in PARAMETERS})
    assert len(parameter_rows(used, lang)) == len(PARAMETERS)
