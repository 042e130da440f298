"""The winning mix as a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.language.numbers import day, number
from planning.mix.plan import Plan
from planning.mix.space import needed
from planning.mix.tables import euros
from planning.text import label
from scenarios.language.schema import Description, Title
from scenarios.language.written import scenario_text

_DEFAULTS = {"policy_start": "2026-01-05", "until": "2027-12-31"}
_OPTIONS = {"policy_start": "--policy-start", "until": "--until"}


def plan_text(plan: Plan, manifest: Mapping[str, Any]) -> str:
    """``plan.toml``: valid for ``mes run`` and ``mes compare`` as it stands."""
    from dataclasses import replace

    row = plan.row("frontier", f"{plan.question.budget:.9g}")
    gain, until = float(plan.fresh.gain[row].mean()), manifest["until"]
    titles, descriptions = {}, {}
    for lang in ("en", "fr"):
        budget = euros(plan.question.budget, lang)
        titles[lang] = label("plan.scenario_title", lang, budget=budget)
        descriptions[lang] = label(
            "plan.description", lang, budget=budget, gain=number(gain, 1, lang), until=day(until, lang)
        )
    scenario = plan.space.mixed(plan.winner, titles=Title(**titles))
    scenario = replace(needed(scenario), descriptions=Description(**descriptions))
    shares = dict(zip(plan.space.labels, plan.winner, strict=True))
    remarks = {name: f"{share} % of what can be bought" for name, share in shares.items()}
    return scenario_text(scenario, remarks=remarks, head=_head(manifest))


def _head(manifest: Mapping[str, object]) -> str:
    """How to run it over the same days."""
    changed = "".join(f" {_OPTIONS[key]} {manifest[key]}" for key, usual in _DEFAULTS.items() if manifest[key] != usual)
    lines = ["Written by mes plan. Run it with:", f"  mes run ./plan.toml{changed}"]
    return "\n".join(lines)
