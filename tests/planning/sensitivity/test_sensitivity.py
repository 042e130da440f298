"""Indices and values of information on cases whose answer is known; what nobody reads comes out as nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from foundation.errors import UserError
from foundation.language.numbers import NARROW, NO_BREAK, UNDEFINED
from planning.sensitivity.indices import DUMMY, Quantity, indices, scores, studies, study_of
from planning.sensitivity.information import Decision, choose_regression, evpi, evppi, kernels, perfect, value_table
from planning.sensitivity.pictures import information_table
from planning.sensitivity.study import Choice, decide, inputs_of, quantities
from tests.scenarios import made_up

DRAWS = 200


def inputs(random: np.random.Generator, count: int = 6, draws: int = DRAWS) -> pd.DataFrame:
    return pd.DataFrame(random.normal(size=(draws, count)), columns=[f"x{i}" for i in range(count)])


def test_indices_of_a_linear_model() -> None:
    """Y = 2 X0 + X1 + e with normal inputs: first-order indices 4/6 and 1/6 (Y is normal, so scores change nothing)."""
    random = np.random.default_rng(1)
    x = inputs(random)
    y = 2 * x["x0"] + x["x1"] + random.normal(size=DRAWS)
    found = indices(Quantity("activated", "s", y.to_numpy()), x, 1).set_index("input")
    # Bounds: the sampling error of an index at 200 draws is about 0.07 (the interval is printed with it).
    assert found.loc["x0", "first_order"] == pytest.approx(4 / 6, abs=0.15)
    assert found.loc["x1", "first_order"] == pytest.approx(1 / 6, abs=0.15)
    assert found.loc["x0", "known"]
    assert found["first_order"].idxmax() == found["pawn"].idxmax() == "x0"
    assert found.loc["x0", "when_high"] > found.loc["x0", "when_low"]


def test_a_dummy_is_nothing_within_its_interval() -> None:
    random = np.random.default_rng(2)
    x = inputs(random)
    y = 2 * x["x0"] + random.normal(size=DRAWS)
    dummy = indices(Quantity("activated", "s", y.to_numpy()), x, 5).set_index("input").loc[DUMMY]
    assert abs(dummy["first_order"]) <= dummy["first_order_error"]
    assert dummy["pawn"] <= 1.3 * dummy["pawn_floor"]
    assert not dummy["known"]


def test_the_floor_lets_through_what_chance_lets_through() -> None:
    """Of inputs that matter for nothing about one in twenty lies above the floor: of 120, more than 15 would happen
    with probability 0.0006 (binomial)."""
    random = np.random.default_rng(3)
    x = inputs(random, 120)
    found = indices(Quantity("activated", "s", random.normal(size=DRAWS)), x, 7, resamples=4)
    above = (found["first_order"] > found["first_order_floor"]).sum()
    assert above <= 15


def test_dependent_inputs_share_what_they_tell() -> None:
    """X1 does nothing but goes along with X0: given data can't tell, and the index says so."""
    random = np.random.default_rng(4)
    x = inputs(random)
    x["x1"] = 0.9 * x["x0"] + np.sqrt(1 - 0.81) * x["x1"]
    found = indices(Quantity("activated", "s", x["x0"].to_numpy()), x, 1).set_index("input")
    assert found.loc["x1", "first_order"] == pytest.approx(0.81, abs=0.15)


def test_a_quantity_that_does_not_vary_has_no_indices() -> None:
    assert indices(Quantity("cost", "s", np.ones(DRAWS)), inputs(np.random.default_rng(0)), 1).empty


def known_decision(draws: int, seed: int = 1) -> tuple[Decision, np.ndarray]:
    """Nothing (0) against B = X0 + e, normal: EVPPI of X0 is E max(0, X0) = phi(0) = 0.399, of anything else 0; EVPI is
    sqrt(1 + 0.5^2) phi(0) = 0.446."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(draws, 3))
    benefit = np.column_stack([np.zeros(draws), x[:, 0] + 0.5 * random.normal(size=draws)])
    return Decision(("nothing", "act"), benefit), x


def test_known_values_of_information() -> None:
    decision, x = known_decision(300)
    everything, partial = evpi(decision, 1), evppi(decision, x[:, :1], 1)
    assert everything["value"] == pytest.approx(np.sqrt(1.25) * norm.pdf(0), abs=0.08)
    assert partial["value"] == pytest.approx(norm.pdf(0), abs=0.08)
    assert partial["low"] < norm.pdf(0) < partial["high"]
    assert partial["value"] > 3 * partial["floor"]
    assert partial["changes"] == pytest.approx(0.5, abs=0.1)


def test_what_has_no_value() -> None:
    """Negative control: inputs that play no part are worth 0 within their 90 % interval. Of 12 worlds, fewer than 8
    would cover 0 with probability 0.004 (binomial)."""
    covered = []
    for seed in range(12):
        decision, x = known_decision(80, seed)
        found = evppi(decision, x[:, 1:], seed)
        covered.append(found["low"] <= 0 <= found["high"])
    assert sum(covered) >= 8


def test_a_regression_follows_a_curve() -> None:
    random = np.random.default_rng(6)
    x = random.normal(size=(300, 1))
    y = np.column_stack([np.sin(2 * x[:, 0]), x[:, 0] ** 2]) + 0.1 * random.normal(size=(300, 2))
    scored = scores(x)
    fitted = choose_regression(kernels(scored), y).fitted(y)
    left = ((fitted - np.column_stack([np.sin(2 * x[:, 0]), x[:, 0] ** 2])) ** 2).mean(axis=0)
    assert (left < 0.05 * y.var(axis=0)).all()


def test_perfect_information_about_a_sure_thing_is_worth_nothing() -> None:
    assert perfect(np.column_stack([np.zeros(10), np.ones(10)])) == 0


def test_a_table_of_studies() -> None:
    decision, x = known_decision(100)
    table = value_table(decision, pd.DataFrame(x, columns=["a", "b", "c"]), {"one": ["a"], "two": ["b", "c"]}, 1)
    assert table["study"].tolist() == ["one", "two", DUMMY, "everything"]
    assert table.set_index("study")["known"].to_dict()["one"]
    assert not table.set_index("study")["known"].to_dict()[DUMMY]


def test_no_part_is_told_to_be_worth_more_than_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """An estimate above perfect information is noise, however far it is above its floor."""
    decision, x = known_decision(100)
    inputs, groups = pd.DataFrame(x, columns=["a", "b", "c"]), {"one": ["a"], "two": ["b", "c"]}
    whole = evpi(decision, 1)["value"]
    for value, known in ((0.99 * whole, True), (1.01 * whole, False)):
        found = {"value": value, "low": 0.5 * value, "high": 1.5 * value, "floor": 0.01, "changes": 0.4}
        monkeypatch.setattr("planning.sensitivity.information.evppi", lambda *_, found=found: found)
        assert value_table(decision, inputs, groups, 1).set_index("study")["known"].to_dict()["one"] == known


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_noise_has_no_number(lang: str) -> None:
    """Nor does a share of the draws say 0 or 100 %; the note says what may be concluded."""
    rows = [("rest", 1.84, 0.5, 3.0, 0.3, 1.0, True), ("messages", 0.49, -1.31, 2.29, 0.8, 0.0, False)]
    rows += [(DUMMY, -0.08, -0.55, 0.38, 0.2, 0.0, False), ("everything", 2.68, 0.55, 5.78, np.nan, np.nan, True)]
    names = ["study", "value", "low", "high", "floor", "changes", "known"]
    table = pd.DataFrame(rows, columns=names).assign(now="status-quo")
    settings = {"budget_millions_eur": None, "value_eur": 30.0}
    said = {**made_up.manifest({"status-quo": 0}), "sensitivity": settings}
    shown = information_table(table, 40, said, lang)
    value, changes = (list(map(str, shown.columns[k].cells)) for k in (1, 2))
    noise = {"en": "within noise", "fr": "dans le bruit"}[lang]
    assert [cell == noise for cell in value] == [False, True, True, False]
    assert changes == [f">{NARROW}95{NARROW}%", UNDEFINED, UNDEFINED, UNDEFINED]
    floors = {"en": "0.20–0.80 M€", "fr": "0,20 à 0,80 M€"}[lang]
    assert floors.replace(" M", f"{NO_BREAK}M") in str(shown.caption)


def test_every_input_has_a_study() -> None:
    names = ["practice.follow_through", "sms_pull", "price:sms/per message", "something_new"]
    assert [study_of(name) for name in names] == ["doctors", "messages", "prices", "rest"]
    assert studies(names) == {
        "doctors": names[:1],
        "messages": names[1:2],
        "prices": names[2:3],
        "rest": names[3:],
    }


def outcomes(draws: int = 50) -> pd.DataFrame:
    random = np.random.default_rng(1)
    rows = []
    for name, gain, cost in (("status-quo", 0.0, 0.0), ("cheap", 1.0, 10.0), ("dear", 3.0, 200.0)):
        for draw in range(draws):
            added = gain * (1 + 0.2 * random.normal())
            rows.append(
                {
                    "scenario": name,
                    "draw": draw,
                    "simulated_millions": 25 + added,
                    "additional_millions": added,
                    "cost_millions_eur": cost,
                }
            )
    return pd.DataFrame(rows)


def test_the_decision_follows_value_or_budget() -> None:
    table = outcomes()
    assert decide(table, Choice(value=30, budget=None)).now == 1
    assert decide(table, Choice(value=500, budget=None)).now == 2
    assert decide(table, Choice(value=None, budget=50)).strategies == ("status-quo", "cheap")
    with pytest.raises(UserError, match="nothing to choose between"):
        decide(table, Choice(value=None, budget=5))


def test_quantities_and_unknown_names() -> None:
    table = outcomes()
    assert [(q.name, q.scenario) for q in quantities(table, ["dear"])] == [
        ("activated", "status-quo"),
        ("additional", "dear"),
        ("cost", "dear"),
    ]
    with pytest.raises(UserError, match='did you mean "dear"'):
        quantities(table, ["dera"])


def test_too_few_draws() -> None:
    with pytest.raises(UserError, match="needed 40 or more"):
        inputs_of(outcomes(10), [])
