"""From a search to tables, sentences, file and pictures, on a toy simulation."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from foundation.drawing.style import save
from foundation.errors import UserError
from foundation.language.text import header
from foundation.store import parts
from planning.mix import label
from planning.mix.judged import verdict
from planning.mix.measures import Limits, Measures, MostActivations, surely
from planning.mix.pictures import PICTURES
from planning.mix.plan import Plan, Question, ceiling, frontier_budgets, never_worse
from planning.mix.question import load_space
from planning.mix.results import FRAMES, Frames, frames, standing_at_budget
from planning.mix.search import Effort, affordable, optimism, regret
from planning.mix.shown import euros, paid
from planning.mix.simulate import Answer, Task
from planning.mix.study import _of_users, plan_document, plan_text
from planning.mix.tables import headline, sentences, tables
from scenarios.compare.tables import write_csv
from scenarios.language.files import load_scenario, parse_scenario
from tests.planning import folders
from tests.planning.made_up import LEVERS, manifest, plan, toy

SHIPPED = ("email-reminders", "letters-with-code", "simplified-signup")


@pytest.fixture
def hasty() -> Iterator[None]:
    with folders.hasty():
        yield


@pytest.fixture(scope="module")
def found() -> Plan:
    return plan(shipped=[load_scenario(name) for name in SHIPPED])


@pytest.fixture(scope="module")
def tidy(found: Plan) -> Frames:
    return frames(found)


def test_the_budget_is_kept_on_the_draws_of_the_search(found: Plan) -> None:
    for budget, winner in zip(found.budgets, found.winners, strict=True):
        assert found.archive.measures.cost[winner].mean() <= budget * (1 + 1e-9)
    gains = [found.archive.measures.gain[winner].mean() for winner in found.winners]
    assert gains == sorted(gains)


def test_search_and_fresh_draws_are_disjoint(found: Plan, tidy: Frames) -> None:
    assert not set(found.search_draws) & set(found.fresh_draws)
    assert set(tidy["plan_draws"]["draw"]) == set(found.fresh_draws)
    assert set(tidy["regret"]["draw"]) == set(found.search_draws)


def test_tables_hold_what_they_say(found: Plan, tidy: Frames) -> None:
    assert tuple(tidy) == FRAMES
    asked = tidy["frontier"][tidy["frontier"]["role"] == "asked"].iloc[0]
    draws = tidy["plan_draws"]
    rows = draws[(draws["role"] == "frontier") & (draws["name"] == "30")]
    assert asked["additional_mean"] == pytest.approx(rows["additional_millions"].mean())
    assert asked["additional_p50"] == pytest.approx(rows["additional_millions"].median())
    assert asked["within_budget"] == pytest.approx((rows["cost_millions_eur"] <= 30).mean())
    mix = tidy["plan"][tidy["plan"]["role"] == "asked"]
    assert mix["cost_mean"].sum() == pytest.approx(asked["cost_mean"])
    assert set(mix.loc[mix["share_of_ceiling"] > 0, "price_status"]) <= {"assumed", "proxy"}
    assert mix["loss_mean"].notna().sum() == (mix["share_of_ceiling"] > 0).sum()
    assert (mix["loss_mean"].dropna() > 0).all()


def test_a_group_that_does_not_move_has_a_change_of_zero(tidy: Frames) -> None:
    groups = tidy["plan_groups"]
    still = groups[groups["role"] == "status-quo"]
    changes = [name for name in groups if name.startswith(("gap_change", "further_behind"))]
    assert len(still) > 3
    assert (still[changes] == 0.0).all(axis=None), "not to within rounding"
    assert (groups[changes] != 0.0).any(axis=None), "negative control"


def test_regret_is_never_negative(tidy: Frames) -> None:
    table = tidy["regret"]
    assert (table["regret"] >= 0).all()
    assert np.allclose(table["hindsight"] - table["additional"], table["regret"])


def test_regret_by_hand() -> None:
    gains = np.array([[1.0, 2.0], [3.0, 1.0]])
    assert regret(gains, np.array([0.0, 5.0]), 0).tolist() == [2.0, 3.0]


def test_optimism_is_positive_where_only_noise_differs() -> None:
    """Forty mixes that are the same but for noise: the winner of one half is nothing special on the other. Negative
    control: with one mix only there is no choice and no optimism."""
    random = np.random.default_rng(1)
    gain = 1 + 0.5 * random.normal(size=(40, 20))
    zero = np.zeros_like(gain)
    m = Measures(gain=gain, cost=zero, minutes=zero, lag=zero[:, :, None], status_quo=zero[0])
    goal = MostActivations(budget=1.0)
    # The largest of 40 means of 10 draws: 2.16 standard errors, of 0.5 / sqrt(10) each, within a third.
    assert optimism(goal, m, 1) == pytest.approx(2.16 * 0.5 / np.sqrt(10), rel=0.35)
    assert optimism(goal, m.take([0]), 1) == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
def test_fair_plans_hold_nobody_back(found: Plan, tidy: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is gained leaves the second group further behind: fairly, nothing can be bought."""
    monkeypatch.setattr("planning.mix.measures.FAIR_POINTS", 0.0)
    fair = plan(fair=True)
    assert found.archive.measures.gain[found.winners[found.asked]].mean() > 1
    assert fair.archive.measures.gain[fair.winners[fair.asked]].mean() == 0
    text = " ".join(sentences(frames(fair), manifest(fair), "en"))
    assert "the plan is the status quo" in text
    assert "No group falls further behind" in text
    assert "0–15 (+" in " ".join(sentences(tidy, manifest(found), "en"))


@pytest.mark.slow
def test_a_plan_that_is_fair_only_on_the_draws_of_the_search_says_so() -> None:
    fair = plan(fair=True)
    tidy, said = frames(fair), manifest(fair)
    groups = tidy["plan_groups"]
    groups.loc[groups["group"] == groups["group"].iloc[0], ["further_behind_points", "further_behind_error"]] = (
        0.31,
        0.12,
    )
    english, french = (" ".join(sentences(tidy, said, lang)) for lang in ("en", "fr"))
    assert "NOT on the fresh ones" in english
    assert "(+0.31 ± 0.12)" in english
    assert "No group falls further" not in english
    assert "(+0,31 ± 0,12)" in french


@pytest.mark.parametrize(
    ("mean", "median", "within", "said"),
    [
        (29.0, 28.0, 0.7, False),
        (31.0, 28.0, 0.7, True),
        (29.0, 30.5, 0.5, True),
        (29.0, 29.5, 0.45, True),
        (30.0, 30.0, 0.5, False),
    ],
)
def test_a_plan_dearer_than_its_budget_on_fresh_draws_says_so(
    mean: float, median: float, within: float, said: bool, tidy: Frames, found: Plan
) -> None:
    """For 30 M€: by the mean, the median or the share of draws, whichever the search kept to."""
    frontier = tidy["frontier"].copy()
    asked = frontier["role"] == "asked"
    frontier.loc[asked, ["cost_mean", "cost_p50", "within_budget"]] = mean, median, within
    made = {**tidy, "frontier": frontier}
    english, french = (" ".join(sentences(made, manifest(found), lang)) for lang in ("en", "fr"))
    assert ("more than the budget of 30\u00a0M€" in english, "plus que le budget de 30\u00a0M€" in french) == (
        said,
        said,
    )
    assert not said or f"median {median}" in english
    assert english.count(f"{100 * within:.0f}\u202f%") == 1, "said once"


@pytest.mark.parametrize("years", [(), ((2027, 12.0), (2028, 3.0))])
def test_a_larger_budget_is_never_worse(years: tuple[tuple[int, float], ...], hasty: None) -> None:
    """On the fresh draws, by which every row is told; what is chosen for a row keeps its limits on the draws of the
    search. The searches hardly try and levers have luck of their own, so that without the rule it would not hold."""
    taken = 0
    for seed in range(1, 9):
        made = plan(15.0, years=years, rough=1.0, seed=seed)
        rows = frames(made)["frontier"].dropna(subset="budget_millions_eur")
        assert (np.diff(rows["additional_mean"]) >= -1e-12).all(), seed
        assert (rows["found_for_millions_eur"] <= rows["budget_millions_eur"]).all()
        assert (rows["search_cost_mean"] <= rows["budget_millions_eur"] + 1e-9).all()
        assert (np.diff(rows["found_for_millions_eur"]) >= 0).all()
        taken += int((rows["found_for_millions_eur"] < rows["budget_millions_eur"]).sum())
        for _, row in rows.iterrows():
            others = made.archive.mixes[made.winners[made.budgets.index(row["found_for_millions_eur"])]]
            assert np.array_equal(
                others, made.archive.mixes[made.winners[made.budgets.index(row["budget_millions_eur"])]]
            )
    assert taken, "some row has the mix of a smaller budget"


def test_rows_with_the_mix_of_a_smaller_budget_are_told(found: Plan, tidy: Frames) -> None:
    own = tidy["frontier"].dropna(subset="budget_millions_eur")
    assert not any("smaller budget buys" in line for line in sentences(tidy, manifest(found), "en"))
    first, second = own["budget_millions_eur"].iloc[:2]
    moved = tidy["frontier"].copy()
    moved.loc[own.index[1], "found_for_millions_eur"] = first
    told = " ".join(sentences({**tidy, "frontier": moved}, manifest(found), "en"))
    assert f"{second:g}\u00a0M€ has the mix of {first:g}\u00a0M€" in told


def test_never_worse_by_hand() -> None:
    assert never_worse(np.array([1.0, 3.0, 2.0, 3.0, 4.0, 1.0])) == [0, 1, 1, 3, 4, 4]
    assert never_worse(np.array([1.0])) == [0]


@pytest.mark.parametrize("target", [26.0, 27.0, 27.5, 28.0, 29.0, 60.0])
def test_words_and_rows_agree_on_what_is_reachable(target: float, hasty: None) -> None:
    """Reachable is what a row shows: somebody who counts draws in the table comes to the same."""
    made = plan(target=target, rough=0.5)
    tidy = frames(made)
    said = manifest(made, target_millions=target)
    rows = tidy["frontier"]
    there = (rows["probability_of_target"] >= 0.9 - 1e-9).any()
    document = plan_document(tidy, said)["target"]
    text = " ".join(sentences(tidy, said, "en"))
    assert document["reachable"] == there == ("NOT REACHABLE" not in text)
    assert (document["furthest_millions"] >= target) == there
    if there:
        cheapest = rows[rows["probability_of_target"] >= 0.9 - 1e-9]["cost_mean"].min()
        assert rows.loc[rows["role"] == "target", "cost_mean"].item() == pytest.approx(cheapest)


def test_the_number_that_is_surely_reached_is_reached_on_so_many_draws() -> None:
    """Of every number of draws, the share that reaches it is the wanted one or more, and no larger number's is."""
    for draws in range(4, 41):
        values = np.arange(draws, dtype=float)
        for probability in (0.5, 0.75, 0.8, 0.9, 0.95):
            number = float(surely(values, probability))
            assert (values >= number).mean() >= probability - 1e-9
            assert number == draws - 1 or (values >= number + 1).mean() < probability - 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("target", [27.0, 60.0])
def test_the_target_is_reached_or_not_reachable(target: float) -> None:
    made = plan(target=target)
    tidy, said = frames(made), manifest(made, target_millions=target)
    text = " ".join(sentences(tidy, said, "en"))
    document = plan_document(tidy, said)["target"]
    if target == 27:
        assert document["reachable"]
        assert "the cheapest mix that gets there so surely" in text
        assert document["probability_of_target"] >= 0.9
    else:
        assert not document["reachable"]
        assert "NOT REACHABLE" in text
        assert "Whether it can be reached later: --until 2028-12-31 tells." in " ".join(text.split())
        assert 25 < document["furthest_millions"] < 60


def test_the_mix_is_compared_with_every_strategy(tidy: Frames, found: Plan) -> None:
    table = tidy["shipped"]
    assert table["scenario"].tolist() == list(SHIPPED)
    assert table["beaten"].all()
    assert "does better than every shipped strategy" in " ".join(sentences(tidy, manifest(found), "en"))


def test_how_surely_the_mix_is_best_by_hand(tidy: Frames, found: Plan) -> None:
    """Counted draw by draw from the table of draws."""
    draws, bought = tidy["plan_draws"], tidy["shipped"]
    rivals = bought.loc[bought["affordable"].astype(bool), "scenario"].tolist()
    first, lost = defaultdict(float), defaultdict(float)
    for _, rows in draws.groupby("draw"):
        gains = {r["name"]: r["additional_millions"] for _, r in rows[rows["role"] == "shipped"].iterrows()}
        ours = rows[(rows["role"] == "frontier") & (rows["name"] == "30")]["additional_millions"].iloc[0]
        gains = {"": ours, **{name: gains[name] for name in rivals}}
        most = max(gains.values())
        best = [name for name, gain in gains.items() if gain == most]
        for name, gain in gains.items():
            first[name] += (name in best) / len(best)
            lost[name] += most - gain
    table = standing_at_budget(tidy).set_index("scenario")
    assert len(table) > 2
    count = len(found.fresh_draws)
    assert table["probability_best"].to_dict() == pytest.approx({name: first[name] / count for name in ["", *rivals]})
    assert table["regret_mean"].to_dict() == pytest.approx({name: lost[name] / count for name in ["", *rivals]})
    assert table["regret_mean"].is_monotonic_increasing
    for lang, word in (("en", "expected regret"), ("fr", "regret attendu")):
        assert word in " ".join(sentences(tidy, manifest(found), lang))


def test_verdicts() -> None:
    ones = np.ones(20) + 0.01 * np.arange(20)
    common = {"rival_cost": 1.0, "budget": 2.0, "inside": True}
    assert verdict("a", ones, 0.5 * ones, **common).beaten  # type: ignore[arg-type]
    lost = verdict("a", ones, 2 * ones, **common)  # type: ignore[arg-type]
    assert (lost.beaten, lost.why) == (False, "search_draws")
    same = verdict("a", ones, ones[::-1], **common)  # type: ignore[arg-type]
    assert same.why == "noise"
    for alike in (ones, 0.995 * ones):
        equal = verdict("a", ones, alike, **common)  # type: ignore[arg-type]
        assert (equal.beaten, equal.why) == (False, "same"), "not better than itself, whatever the paired error says"
    assert verdict("a", ones, 0.98 * ones, **common).beaten, "negative control"  # type: ignore[arg-type]
    assert verdict("a", ones, 2 * ones, rival_cost=3.0, budget=2.0, inside=True).why == "over_budget"
    assert verdict("a", ones, 2 * ones, rival_cost=1.0, budget=2.0, inside=False).why == "outside"
    assert {"search_draws", "noise", "over_budget", "outside", "limits", "not_comparable"} <= set(label.own["shipped"])


def test_a_mix_that_is_a_shipped_strategy_is_not_told_to_beat_it(tidy: Frames, found: Plan, tmp_path: Path) -> None:
    shipped = tidy["shipped"].copy()
    shipped.loc[0, ["beaten", "why"]] = False, "same"
    made = {**tidy, "shipped": shipped}
    for lang, same, others in (
        ("en", "is, in effect, E-mail reminders", "every other shipped strategy"),
        ("fr", "revient à Rappels par courriel", "toutes les autres stratégies fournies"),
    ):
        told = " ".join(sentences(made, manifest(found), lang))
        assert same in told
        assert others in told
    assert len(standing_at_budget(made)) == len(standing_at_budget(tidy)) - 1
    alone = {**tidy, "shipped": shipped.iloc[:1]}
    assert "beyond chance" not in " ".join(sentences(alone, manifest(found), "en"))
    folders.plan().write(tmp_path, made, manifest(found))
    assert "les deux ajoutent autant" in (tmp_path / "shipped.fr.csv").read_text(encoding="utf-8-sig")


def test_dear_strategies_are_reduced_to_the_budget() -> None:
    space = load_space(levers=list(LEVERS))
    letters, signup = affordable(toy(space, 0, 10), [load_scenario(n) for n in SHIPPED[1:]], 2.0)
    assert letters.scenario is not None
    assert letters.factor < 1
    assert 1.8 < letters.cost <= 2.0
    assert signup.scenario is None  # paid once, whatever the intensity


def test_budgets_of_the_frontier() -> None:
    assert frontier_budgets(60.0, 280.0, 12) == (2.0, 5.0, 10.0, 20.0, 50.0, 60.0, 100.0, 200.0, 280.0)
    assert frontier_budgets(280.0, 280.0, 12)[-1] == 280.0
    assert 0.3 in frontier_budgets(0.3, 280.0, 12)


def test_more_than_can_be_spent() -> None:
    simulator = toy(load_space(levers=list(LEVERS)), 0, 10)
    question = Question(budget=900.0, target=40.0, probability=0.9, limits=Limits(), seed=1, effort=Effort())
    with pytest.raises(UserError, match="more than the levers can spend"):
        ceiling(simulator, question)


def test_the_file_is_a_scenario(found: Plan) -> None:
    text = plan_text(found, manifest(found))
    scenario = parse_scenario(text, source="plan.toml")
    shares = dict(zip(found.space.labels, found.winner, strict=True))
    assert {t.label for t in scenario.levers if t.intensity > 0} == {name for name, share in shares.items() if share}
    assert "30" in scenario.title("en")
    assert "30" in scenario.title("fr")
    assert "--until 2027-06-30" in plan_text(found, manifest(found, until="2027-06-30"))
    told = plan_text(found, manifest(found, effects={"trial.json": "1"}, target_on="users"), "my plans/p").splitlines()[
        1
    ]
    asks = "--target users=40M --effects trial.json --posterior draws.parquet --people 1000 --draws 4 --seed 1"
    assert told == f"#   mes run 'my plans/p/plan.toml' {asks}", told


def test_the_document_is_plain_json(found: Plan, tidy: Frames) -> None:
    document = plan_document(tidy, manifest(found))
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again["result"]["role"] == "asked"
    assert again["budget_millions_eur"] == 30.0
    assert len(again["frontier"]) == len(tidy["frontier"])


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_terminal_shows_it(found: Plan, tidy: Frames, lang: str) -> None:
    from rich.console import Console

    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    for table in tables(tidy, manifest(found), lang):
        console.print(table)
    text = console.export_text()
    assert ("Reminder" in text or "reminder e-mails" in text) if lang == "en" else "rappels par courriel" in text
    assert "30" in headline(tidy, manifest(found), lang)


STATISTIC = {
    "frontier": (
        "medians with 50 % and 90 % intervals; means",
        "médianes avec intervalles à 50 % et à 90 % ; moyennes",
    ),
    "composition": (" · means", " · moyennes"),
}


@pytest.mark.parametrize(("lang", "words"), [("en", "all levers"), ("fr", "tous les leviers")])
def test_the_row_of_all_levers_is_shown_where_the_target_is_reached(
    found: Plan, tidy: Frames, lang: str, words: str
) -> None:
    frontier = tidy["frontier"]
    reached = {**tidy, "frontier": frontier[frontier["role"] != "reach"]}
    shown = tables(reached, manifest(found), lang)[1]
    assert words in {str(cell) for cell in shown.columns[0].cells}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("picture", PICTURES)
def test_pictures(found: Plan, tidy: Frames, picture: str, lang: str, tmp_path: Path) -> None:
    figure = PICTURES[picture](tidy, manifest(found), lang)
    words = " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ").replace("\u202f", " ")
    assert any(words.count(said) for said in STATISTIC[picture]), "the statistic that is shown"
    paths = save(figure, tmp_path / picture)
    assert [path.name for path in paths] == [f"{picture}.png", f"{picture}.svg"]
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_points_and_frontier_stand_at_what_they_cost(found: Plan, tidy: Frames) -> None:
    """Both by means of the fresh draws: at the budget, or clamped to it, a point may seem to lie above its bound."""
    rows = tidy["frontier"][tidy["frontier"]["budget_millions_eur"].notna()].sort_values("cost_mean")
    there = tidy["shipped"][tidy["shipped"]["affordable"].astype(bool)]
    lines = PICTURES["frontier"](tidy, manifest(found), "en").axes[0].lines
    crosses = next(line for line in lines if line.get_marker() == "x")
    assert np.allclose(crosses.get_data(), there[["cost_mean", "additional_mean"]].to_numpy().T)
    dashed = next(line for line in lines if np.allclose(line.get_ydata()[: len(rows)], rows["additional_mean"]))
    assert np.allclose(dashed.get_xdata(), rows["cost_mean"])
    assert not np.allclose(rows["cost_mean"], rows["budget_millions_eur"]), "negative control: they differ"


@pytest.mark.parametrize(("by", "said"), [(-50.0, False), (50.0, True)])
def test_points_above_their_bound_are_named(found: Plan, tidy: Frames, by: float, said: bool) -> None:
    shipped = tidy["shipped"].assign(additional_mean=tidy["shipped"]["additional_mean"] + by)
    figure = PICTURES["frontier"]({**tidy, "shipped": shipped}, manifest(found), "en")
    words = " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")
    assert ("Above the line of means on the fresh draws: " in words) == said


def test_french_spreadsheets(tidy: Frames, tmp_path: Path) -> None:
    write_csv(tidy["plan_groups"], tmp_path / "g.csv", "fr", label)
    first, second, *_ = (tmp_path / "g.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert "part activée du groupe (%), médiane" in first.split(";")
    assert "exclus du numérique" in second
    assert "," in second


def test_every_column_has_a_french_header(tidy: Frames) -> None:
    for name in ("frontier", "plan", "shipped", "plan_groups", "plan_costs"):
        for column in tidy[name].columns:
            assert header(str(column), "fr", label) != column or "_" not in str(column), (name, column)


def test_answers_are_kept_as_they_are(tmp_path: Path) -> None:
    """To the bit, whatever is in them: one of no mix at all, too."""
    simulator = toy(load_space(levers=list(LEVERS)), 3, 1)
    for mixes in (np.array([[10, 0, 5, 100, 50]]), np.zeros((0, 5), np.int64)):
        (answer,) = simulator.answers(mixes, "s")
        task = Task(simulator.experiment, simulator.space, simulator.draws[0], mixes)
        parts.write(tmp_path, task.key, parts.encode(answer.content()), "q")
        again = Answer.of(task, parts.read(tmp_path, task.key))
        pd.testing.assert_frame_equal(again.results, answer.results)
        pd.testing.assert_frame_equal(again.costs, answer.costs, check_dtype=False)
        assert np.array_equal(again.shares, answer.shares)
        assert (again.draw, again.groups) == (answer.draw, answer.groups)


def test_an_answer_is_named_after_all_that_was_asked() -> None:
    simulator = toy(load_space(levers=list(LEVERS)), 3, 2)
    one, other = np.array([[10, 0, 5, 100, 50]]), np.array([[10, 0, 5, 100, 51]])
    first, second = simulator.draws
    scenario = load_scenario("email-reminders")
    asked = [(first, one, ()), (first, other, ()), (second, one, ()), (first, one, (scenario,))]
    keys = [Task(simulator.experiment, simulator.space, *each).key for each in asked]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.001, "1 k€"), (0.0055, "5,5 k€"), (0.05, "0,05 M€"), (1.125, "1,125 M€"), (60.0, "60 M€")],
)
def test_a_small_budget_is_no_budget_of_nothing(value: float, words: str) -> None:
    assert euros(value, "fr").replace("\u00a0", " ") == words
    assert paid(0.047, {}, "fr") == "0,05", "as its median beside it"
    assert paid(12.34, {}, "fr") == "12,3"


def test_a_table_of_a_plan_for_users_is_headed_by_users(tidy: Frames) -> None:
    users = {"target_on": "users"}
    for lang, own, heads in (
        ("fr", users, "utilisateurs mensuels (millions), médiane"),
        ("fr", {}, "profils activés (millions), médiane"),
        ("en", users, "activated_p50"),
    ):
        columns = _of_users(tidy["frontier"], own, lang).columns
        assert heads in [header(name, lang, label) if lang == "fr" else name for name in columns]
