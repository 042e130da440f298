"""``mes plan`` as a study in stages: what all levers can spend, the search, the look back, the fresh draws; then the
winning mix as a scenario file (``plan.toml``) and the document ``plan.json``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import join
from typing import Any

import pandas as pd

from calibration.region.page import printed
from foundation.errors import UserError
from foundation.language.numbers import day
from foundation.quantiles import plain, records, rounded, spread
from foundation.store.atomic import write_json, write_text
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.store.store import load
from foundation.tasks.bench import Bench
from planning.mix import label
from planning.mix.judged import asked_years
from planning.mix.measures import FAIR_POINTS, surely
from planning.mix.plan import Plan, ceiling, frontier_budgets, make_plan, units
from planning.mix.question import PlanRequest, needed, settings_of
from planning.mix.results import FRAMES, Frames, frames, has, losing, row_of, standing_at_budget
from planning.mix.shown import added, euros, lever_title, told
from planning.mix.simulate import Simulator, Task, work
from planning.mix.tables import headline, mix_table, sentences
from scenarios.compare.comparison import within_document
from scenarios.compare.spending import status_word
from scenarios.compare.study import OfDraws, options_of
from scenarios.compare.tables import write_csv
from scenarios.compare.when import on
from scenarios.language.files import scenario_text
from scenarios.language.schema import Description, Scenario, Title
from scenarios.lever_schemas import item_word, lever_word
from scenarios.words import region_mark

TABLES = ("frontier", "plan", "shipped", "plan_groups", "plan_costs", "plan_years")
"""Those for a spreadsheet."""


@dataclass(frozen=True, kw_only=True)
class Planning(OfDraws[Task]):
    """One budget; the experiment's scenarios are the status quo and all levers at their ceilings."""

    wanted: PlanRequest
    shipped: Sequence[Scenario]
    """Strategies to compare the mix with."""
    work = staticmethod(work)

    def question(self) -> Document:
        """Settings and levers, what is asked of the mix, and what it is compared with."""
        rivals = [{"name": scenario.name, "sha256": scenario.sha256} for scenario in self.shipped]
        return {**super().question(), "asked": settings_of(self.wanted), "shipped": rivals}

    def code(self) -> Sequence[str]:
        """The search too: it decides what is simulated."""
        return ("planning.mix.plan", *self.modules)

    def about(self) -> Document:
        """What was asked, as readers of the folder find it; what was found is added in the end."""
        return {**super().about(), "plan": settings_of(self.wanted), "tasks": None}

    def expects(self) -> Sequence[str]:
        """Tables of every kind, the document and the scenario."""
        tables = [f"{name}.{lang}.csv" for name in TABLES for lang in ("en", "fr")]
        return (*(f"{name}.parquet" for name in FRAMES), *tables, "plan.json", "plan.toml")

    def key(self, task: Task) -> str:
        """What was asked on which draw."""
        return task.key

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def weight(self, task: Task) -> int:
        """A branch each."""
        return task.branches

    def solve(self, bench: Bench[Task]) -> Frames:
        """All tables of the plan.

        Raises:
            UserError: what is asked can't be planned (``ceiling``).
        """
        cut, question = self.wanted.search_draws, self.wanted.question
        searched, fresh = (
            Simulator(experiment=self.experiment, space=self.wanted.space, draws=list(draws), bench=bench)
            for draws in (self.draws[:cut], self.draws[cut:])
        )
        most = ceiling(searched, question)
        budgets = len(frontier_budgets(question.budget, most, question.points))
        draws = len(searched.draws), len(fresh.draws)
        with bench.shown(units(self.wanted.space, question, draws, len(self.shipped), budgets), "branches"):
            plan = make_plan(searched, fresh, question, most, self.shipped)
        bench.store.note(plan={**settings_of(self.wanted), **_found(plan, most)})
        write_text(bench.store.folder / "plan.toml", plan_text(plan, bench.store.manifest, str(bench.store.folder)))
        return frames(plan)

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """Tables for a spreadsheet, and the document."""
        kinds = dict(zip(frames["plan"]["lever"], frames["plan"]["kind"], strict=True))
        said = {
            "role": lambda role: label(f"role.{role}", "fr"),
            "lever": lambda lever: lever_title(lever, kinds[lever], "fr"),
            "kind": lambda kind: lever_word(kind, "fr") or kind,
            "item": lambda item: item_word(item, "fr"),
            "status": lambda status: label(f"price_status.{status_word(status)}", "fr"),
            "why": lambda why: label("shipped.alike" if why == "same" else f"shipped.{why}", "fr") if why else "",
        }
        for lang in ("en", "fr"):
            for name in TABLES:
                own = {column: word for column, word in said.items() if column in frames[name]}
                write_csv(_of_users(frames[name], manifest, lang), folder / f"{name}.{lang}.csv", lang, label, own)
        write_json(folder / "plan.json", plan_document(frames, manifest))


def _of_users(table: pd.DataFrame, manifest: Manifest, lang: str) -> pd.DataFrame:
    """With the column of what the target is on named after users, where it is on them and people read the name: in
    English programs rely on it."""
    if lang == "en" or manifest.get("target_on") != "users":
        return table
    return table.rename(columns=lambda name: re.sub("^activated(?=_p)", "monthly_users", name))


def _found(plan: Plan, most: float) -> dict[str, Any]:
    """What tables can't hold, for the manifest."""
    measures = plan.archive.measures
    probability = None
    if plan.target is not None:
        activated = measures.status_quo + measures.gain[plan.target]
        probability = float((activated >= plan.question.target).mean())
    activated = plan.fresh.status_quo + plan.fresh.gain[plan.row("reach", "reach")]
    return {
        "most_millions_eur": most,
        "furthest_millions": float(surely(activated, plan.question.probability)),
        "target_search_probability": probability,
        "search_draws": list(plan.search_draws),
        "fresh_draws": list(plan.fresh_draws),
        "simulated_mixes": len(plan.archive.mixes),
    }


def plan_text(plan: Plan, manifest: Manifest, folder: str = ".") -> str:
    """``plan.toml`` of a folder: valid for ``mes run`` and ``mes compare`` as it stands."""
    row = plan.row("frontier", f"{plan.question.budget:.9g}")
    gain, until = float(plan.fresh.gain[row].mean()), manifest["until"]
    titles, descriptions = {}, {}
    for lang in ("en", "fr"):
        budget = euros(plan.question.budget, lang)
        mark = region_mark(manifest, lang)
        titles[lang] = mark + label("plan.scenario_title", lang, budget=budget)
        descriptions[lang] = mark + told(
            on(manifest, "plan.description", "plan.description_users"),
            manifest,
            lang,
            budget=budget,
            gain=added(gain, manifest, lang, 1),
            until=day(until, lang),
        )
    scenario = plan.space.mixed(plan.winner, titles=Title(**titles))
    scenario = replace(needed(scenario), descriptions=Description(**descriptions))
    scenario = replace(scenario, levers=tuple(table.taken(None) for table in scenario.levers))  # as files have them
    shares = dict(zip(plan.space.labels, plan.winner, strict=True))
    remarks = {name: f"{share} % of what can be bought" for name, share in shares.items()}
    return scenario_text(scenario, remarks=remarks, head=_head(manifest, folder))


def _head(manifest: Manifest, folder: str) -> str:
    """How to run it to the same numbers."""
    words = ["mes", "run", f"{folder.rstrip('/')}/plan.toml", *options_of(manifest, sample=True)]
    return "\n".join(["Written by mes plan. Run it on the same people and draws with:", f"  {join(words)}"])


_COMMON = (
    "people", "seed", "structure", "policy_start", "target_millions", "data_end", "quick", "version", "command_line",
)  # fmt: skip


_WORLD = ("effects", "drivers", "averaged")
"""What else makes the world of a plan; empty where it is as shipped."""
_ASKED = ("budget_millions_eur", "budget_by_year", "probability", "fair", "levers")


def plan_document(frames: Frames, manifest: Manifest) -> Document:
    """Everything a reader or another program needs; ``None`` for what is undefined."""
    frontier, asked = frames["frontier"], row_of(frames, "asked")
    users = manifest.get("target_on") == "users"
    return {
        **{key: manifest[key] for key in _COMMON},
        "target_on": manifest.get("target_on", "activated"),
        "horizon": manifest["until"],
        "prices": dict(manifest["costs"]),
        **{key: manifest.get(key) or {} for key in _WORLD},
        "continued": manifest["continued"],
        "posterior": {"file": manifest.get("draws_file"), "sha256": manifest.get("draws_sha256")},
        **{key: manifest["plan"][key] for key in _ASKED},
        "fair_points": FAIR_POINTS,
        "minutes_millions": manifest["plan"]["minutes_millions"],
        "most_that_can_be_spent_millions_eur": rounded(manifest["plan"]["most_millions_eur"]),
        "search_draws": manifest["plan"]["search_draws"],
        "fresh_draws": manifest["plan"]["fresh_draws"],
        "failed_draws": sorted({failure["draw"] for failure in manifest["failures"]}),
        "mix": records(frames["plan"][frames["plan"]["mix"] == asked["mix"]]),
        "result": {str(name): plain(value) for name, value in asked.items()},
        "regret_millions": spread(frames["regret"]["regret"]) | {"mean": rounded(frames["regret"]["regret"].mean())},
        "target": target(frames, manifest),
        "frontier": records(frontier),
        "mixes": records(frames["plan"][["mix", "role", "lever", "share_of_ceiling", "intensity", "cost_mean"]]),
        "shipped": records(frames["shipped"]),
        "best": records(standing_at_budget(frames)),
        "not_beaten": list(losing(frames["shipped"])),
        "years": records(asked_years(frames)),
        "groups": records(frames["plan_groups"][frames["plan_groups"]["mix"] == asked["mix"]]),
        "costs": records(frames["plan_costs"]),
        **within_document(manifest, "millions of persons, euros and minutes", "quantiles and means over fresh draws"),
        "choices": {
            "maximised": f"mean additional {'monthly users' if users else 'activations'}",
            "budget": "mean cost",
            "assumed": "interval of each unit price taken as 90 %; ceilings of the levers as in the shipped strategies",
            "fair": "a group further behind by less than fair_points counts as not further behind (assumed)",
        },
    }


def target(frames: Frames, manifest: Manifest) -> dict[str, Any]:
    """Whether the target can be reached with the wanted probability, and how, or how far one gets."""
    far = row_of(frames, "reach")
    found: dict[str, Any] = {
        "target_millions": manifest["target_millions"],
        "probability": manifest["plan"]["probability"],
        "reachable": has(frames, "target"),
        "furthest_millions": rounded(manifest["plan"]["furthest_millions"]),
        "furthest_cost_millions_eur": rounded(float(far["cost_mean"])),
    }
    if found["reachable"]:
        row = row_of(frames, "target")
        names = ("probability_of_target", "probability_of_target_low", "probability_of_target_high", "cost_mean")
        found |= {name: rounded(float(row[name])) for name in names}
        found["search_probability"] = manifest["plan"]["target_search_probability"]
        plan = frames["plan"]
        found["mix"] = records(plan.loc[plan["role"] == "target", ["lever", "share_of_ceiling", "intensity"]])
    return found


def markdown(folder: Path, lang: str) -> str:
    """What the command prints of a region's plan, for a guide: the answer and the mix.

    Raises:
        UserError: it is of the country.
    """
    manifest, found = load(folder, FRAMES)
    if not manifest.get("region"):
        raise UserError(f"{folder}: a plan of the country; the guide shows one of a region")
    answer = (f"• {sentence}" for sentence in sentences(found, manifest, lang))
    return printed([mix_table(found, manifest, lang)], (), first=[headline(found, manifest, lang), *answer, ""])
