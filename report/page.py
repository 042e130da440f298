"""The report of a run folder: one HTML file that needs nothing else, in French or English.

The answer comes first; every number carries its origin (``traced``). Needs no script, prints on A4, and is readable
from 400 pixels on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from calibration.draws.files import read_draws
from calibration.draws.posteriors import posterior_named
from calibration.region.law import level_sd
from foundation.errors import UserError
from foundation.language.numbers import compact, day, moment, number, percent, typeset
from foundation.quantiles import jeffreys
from foundation.store.manifest import LEFT_OUT, Manifest, worlds_of
from model.terms.outcome import BARRIERS
from model.terms.parameters import Structure
from report import answer, repeat, say, sources, tables
from report.drivers import Drivers, drivers_context, heads, split_rows, worth_knowing
from report.figures import SHAPES, SIZES, report_adoption, report_costs
from report.hindcast import hindcast_context
from report.numbers import Numbers
from report.plan import Plan, plan_context, plan_point
from report.sources import Assumption, Fact, Provenance
from report.use import use_context
from scenarios.compare import label as compared
from scenarios.compare.aimed import aimed_lines
from scenarios.compare.study import options_of
from scenarios.compare.tables import counts_after_start
from scenarios.words import difference_lines, group_label, last_own_count, own_prices, scenario_titles

__all__ = ["Assumption", "Fact", "Provenance", "report"]

HERE = Path(__file__).parent
PARTS = (
    "strategies", "costs", "use", "budget", "equity", "split", "drivers", "hindcast", "assumed", "limits", "repeat",
    "notes",
)  # fmt: skip
"""In this order; what the commands for a part leave out of a region is left out."""
LIMITS = (
    "region", "effects", "stocks", "peers", "documents", "structure", "data", "costs", "intention", "scope", "equity",
)  # fmt: skip
NOTES = (
    "interval", "when", "continued", "target", "cost", "equity", "attribution", "drivers", "ranking",
)  # fmt: skip
GROUPED = ("age_band", "digital_exclusion", "long_term_illness")
LEADING = 3
"""Curves beside the status quo, at most."""


def report(
    frames: Mapping[str, pd.DataFrame],
    manifest: Manifest,
    provenance: Provenance,
    *,
    folder: str,
    command: str,
    lang: str,
    plan: Plan | None = None,
    split: pd.DataFrame | None = None,
    drivers: Drivers | None = None,
) -> str:
    """The page as text.

    Args:
        frames, manifest: of a finished run folder (``scenarios.compare.comparison.load``).
        provenance: prices, priors and sources.
        folder: its name, to be printed.
        command: what makes this report again, to be printed.
        lang: ``en`` or ``fr``.
        plan: the budget plan that goes with the run (``report.plan.read_plan``).
        split: what its uncertainty is made of (``report.drivers.read_split``).
        drivers: what drives its results (``report.drivers.read_drivers``).
    """
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    numbers = Numbers(frames, manifest, lang)
    holds = {"drivers": drivers is not None, "continued": manifest["continued"]}
    chosen = answer.choose(numbers)
    refused = ("split", "drivers") if numbers.region else ()
    parts = [part for part in PARTS if part not in refused and (part != "costs" or numbers.strategies)]
    page = environment.get_template("page.html.j2")
    return page.render(
        lang=lang,
        say=numbers.say,
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
        manifest=manifest,
        numbers=numbers,
        many=bool(numbers.strategies),
        parts=parts,
        folder=folder,
        share=_share(numbers),
        data_ends=_data_ends(numbers),
        dates={key: day(manifest[key], lang) for key in ("policy_start", "until", "data_end")},
        warnings=_warnings(numbers),
        verdict=answer.verdict(numbers, chosen),
        points=answer.points(
            numbers,
            chosen,
            provenance,
            plan=plan_point(plan, numbers) if plan else None,
            worth=worth_knowing(drivers, numbers) if drivers else None,
        ),
        **_figures(numbers, chosen),
        **_tables(numbers, chosen),
        **_sources(numbers, provenance),
        plan=plan_context(plan, numbers) if plan else None,
        split=split_rows(split, numbers) if split is not None else None,
        split_heads=heads(lang),
        drivers=drivers_context(drivers, numbers) if drivers else None,
        hindcast=hindcast_context(numbers),
        use=use_context(numbers),
        bound=_bound(numbers),
        limits=[limit for limit in LIMITS if limit != "region" or numbers.region],
        notes=[note for note in NOTES if holds.get(note, True)],
        level=_level(numbers),
        plan_command=_plan_command(numbers),
        run_command=repeat.command(manifest["command_line"]),
        report_command=command,
    )


def _share(numbers: Numbers) -> Markup:
    """Of the insured of the country, of a region."""
    share = numbers.manifest["region_share"] if numbers.region else 1.0
    return numbers.setting("region_share", percent(share, numbers.lang, 1)) if numbers.region else Markup("")


def _data_ends(numbers: Numbers) -> Markup:
    """The end of the data of the country, and that of the region's counts, where there are some."""
    end, last = day(numbers.manifest["data_end"], numbers.lang), last_own_count(numbers.manifest)
    return say("curves.ends", numbers.lang, end=end, last=day(last, numbers.lang)) if last else Markup(escape(end))


def _plan_command(numbers: Numbers) -> str:
    """What makes a plan that goes with the run, of the same world and question."""
    share = numbers.manifest["region_share"] if numbers.region else 1.0
    words = ["mes", "plan", "--budget", f"{max(1, round(60 * share))}M", *options_of(numbers.manifest, sample=False)]
    if numbers.manifest["drivers"]:
        words += ["--within", numbers.say("budget.own_levers").striptags()]
    return repeat.command([*words, "--out", "my-plan"])


def _level(numbers: Numbers) -> Markup:
    """Where the level of a region is from; nothing for the country."""
    if not numbers.region:
        return Markup("")
    level, last = numbers.manifest.get("level") or {}, last_own_count(numbers.manifest)
    sd = number(level_sd(), 2, numbers.lang)
    return numbers.say(
        "caveats.level", folder=level.get("folder", ""), last=day(last, numbers.lang) if last else "", sd=sd
    )


def _warnings(numbers: Numbers) -> list[Markup]:
    """What a reader has to know before the first figure."""
    manifest, lang, found = numbers.manifest, numbers.lang, []
    if manifest["quick"]:
        people, draws = (numbers.setting(key) for key in ("people", "draws"))
        found.append(numbers.say("page.quick", people=people, draws=draws))
    if failures := manifest.get("failures"):
        found.append(say("page.failed", lang, failed=len(failures), draws=numbers.setting("draws")))
    left_out = dict.fromkeys(entry["scenario"] for entry in manifest.get(LEFT_OUT, ()))
    found += [say("page.left_out", lang, name=name) for name in left_out]
    if lines := list(difference_lines(manifest, lang)):
        between = typeset(" ; ", lang) if lang == "fr" else "; "
        first = str((manifest.get("sources") or [""])[0])
        found.append(numbers.say("page.worlds", folder=first, lines=between.join(lines)))
    if not manifest.get("paired", True):
        found.append(say("page.unpaired", lang))
    found += [escape(line) for line in aimed_lines(numbers.frames["uses"], manifest, lang)]
    if own := own_prices(manifest):
        found.append(numbers.say("page.own_costs", file=own[0], own=own[1], all=len(manifest["prices"])))
    if after := counts_after_start(manifest, lang):
        found.append(escape(after))
    if choices := _unusual(manifest):
        fitted = _fitted(manifest)
        key = "page.structure_alone" if fitted is None else f"page.structure{'_fitted' if fitted else ''}"
        found.append(say(key, lang, choices=choices))
    return found


def _unusual(manifest: Manifest) -> str:
    """Structural choices that are not the default."""
    default = vars(Structure())
    return ", ".join(f"{key} = {value}" for key, value in manifest["structure"].items() if default.get(key) != value)


def _fitted(manifest: Manifest) -> bool | None:
    """Whether the posterior was fitted under the structure of the run; ``None`` where it is not there to tell."""
    try:
        source = posterior_named(str(manifest["draws_file"]))
        return dict(read_draws(source.paths[0])[1].structure) == dict(manifest["structure"])
    except UserError:
        return None


def _figures(numbers: Numbers, chosen: answer.Chosen) -> dict[str, Any]:
    """Both shapes of each figure, and what they show in words."""
    drawn, why = _leading(numbers, chosen)
    shown = [numbers.reference, *drawn]
    ranks = {name: place for place, name in enumerate(tables.by_effect(numbers), 1)}
    curves = {s: report_adoption(numbers, shown, s, f"curves-{s}") for s in SHAPES}
    crosses = {s: report_costs(numbers, ranks, s, f"costs-{s}") for s in SIZES} if ranks else None
    return {
        "curves": curves,
        "curves_alt": _curves_alt(numbers, shown),
        "curves_drawn": numbers.say(f"curves.{why}") if why else "",
        "crosses": crosses,
        "crosses_alt": _crosses_alt(numbers, chosen) if ranks else "",
    }


def _leading(numbers: Numbers, chosen: answer.Chosen) -> tuple[list[str], str]:
    """Strategies whose curves are drawn, and why these, where not all are: those that add most, and in any case the
    strongest of those with one lever."""
    ordered = [name for name in tables.by_effect(numbers) if name in numbers.alike]
    if len(ordered) <= LEADING:
        return ordered, "" if len(ordered) == len(numbers.strategies) else "drawn_first"
    if chosen.single is None or chosen.single in ordered[:LEADING]:
        return ordered[:LEADING], "drawn"
    return [*ordered[: LEADING - 1], chosen.single], "drawn_single"


def _curves_alt(numbers: Numbers, shown: list[str]) -> str:
    """The curves in words, without markup: it goes into an attribute."""
    manifest, lang, titles = numbers.manifest, numbers.lang, scenario_titles(numbers.manifest, numbers.lang)
    stocks = [float(point["millions"]) for point in manifest.get("stock_targets") or ()]
    first, last = (compact(value, lang) for value in (stocks[0], stocks[-1])) if stocks else ("–", "–")
    medians = numbers.times_of(numbers.total) * numbers.summary[f"{numbers.total}_p50"]
    between, values = typeset(" ; ", lang) if lang == "fr" else "; ", {name: float(medians[name]) for name in shown}
    ends = between.join(
        str(numbers.say("curves.end", name=titles[name], value=compact(value, lang))) for name, value in values.items()
    )
    until = day(manifest["until"], lang)
    words = numbers.say("curves.alt", until=until, first=first, last=last, ends=Markup(ends), target=numbers.target())
    return words.striptags()


def _crosses_alt(numbers: Numbers, chosen: answer.Chosen) -> str:
    titles = scenario_titles(numbers.manifest, numbers.lang)
    prices = numbers.summary.loc[numbers.alike][f"{numbers.price}_p50"].dropna()
    cheapest = titles[str(prices.idxmin())] if len(prices) else "–"
    return numbers.say("costs.alt", most=titles[chosen.best], cheapest=cheapest).striptags()


def _tables(numbers: Numbers, chosen: answer.Chosen) -> dict[str, Any]:
    titles = scenario_titles(numbers.manifest, numbers.lang)
    there = {str(name) for name in numbers.frames["equity"]["dimension"].unique()}
    regions = "region" in there and not numbers.region
    return {
        "titles": {"reference": titles[numbers.reference], "best": titles[chosen.best]},
        "strategies": tables.strategy_rows(numbers),
        "best": tables.best_rows(numbers),
        "worlds": compared("best.worlds", numbers.lang) if len({*worlds_of(numbers.manifest).values()}) > 1 else "",
        "spending": tables.spending_part(numbers),
        "when": tables.when_part(numbers),
        "groups": tables.group_rows(numbers, chosen, GROUPED),
        "regions": tables.group_rows(numbers, chosen, ["region"]) if regions else [],
        "change_heads": [group_label(*group, numbers.lang) for group in tables.shown_groups(numbers)],
        "changes": tables.change_rows(numbers),
        "region_heads": [group_label(*group, numbers.lang) for group in tables.shown_regions(numbers)],
        "region_changes": tables.region_rows(numbers) if regions else [],
        "stands": tables.STANDS,
        "standing": tables.stand_rows(numbers, numbers.reference),
        "pass_now": numbers.stopped_who_would_pass(numbers.reference),
        "barriers": {name: numbers.adults_having(numbers.reference, name) for name in BARRIERS},
    }


def _sources(numbers: Numbers, provenance: Provenance) -> dict[str, Any]:
    lang = numbers.lang
    return {
        "provenance": provenance,
        "prices": sources.assumption_rows(provenance.prices, "costs.csv", provenance.facts, lang),
        "effects": sources.assumption_rows(provenance.effects, "priors.csv", provenance.facts, lang),
        "parameters": sources.assumption_rows(provenance.parameters, "priors.csv", provenance.facts, lang),
        "stocks": repeat.stock_rows(numbers),
        "documents": sources.document_rows(provenance, lang),
        "changed": sources.changed(numbers.manifest, provenance),
        "settings": repeat.settings_rows(numbers),
        "hashes": repeat.hash_rows(numbers),
        "finished": moment(numbers.manifest.get("finished"), lang),
    }


def _bound(numbers: Numbers) -> str:
    """What no success in so many draws leaves room for."""
    draws = len(numbers.frames["outcomes"]["draw"].unique())
    return number(100 * jeffreys(0, draws)[1], 1, numbers.lang) + "\u202f%"
