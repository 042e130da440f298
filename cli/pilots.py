"""``mes pilot`` and ``mes learn``: what a randomised trial of a lever would teach, and what one has taught."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.completing import folders
from cli.errors import reported

if TYPE_CHECKING:
    from foundation.store.reading import Document
    from planning.pilots.learning import Belief
    from planning.pilots.response import Answered

SAMPLE, DRAWS, TRIALS = 8000, 6, 200
"""People and draws that the response is simulated with; trials that are expected."""
UNLIKELY = 0.01
Lever = Annotated[str, typer.Argument(metavar="LEVER", help="sms, letter, assisted, pharmacist or hospital.")]
Size = Annotated[int, typer.Option(metavar="NUMBER", help="People of the trial, half in each arm.")]
Weeks = Annotated[int, typer.Option(metavar="NUMBER", help="Weeks from the treatment to the count.")]
Run = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Value it for the strategies of a comparison.", autocompletion=folders),
]
Budget = Annotated[str, typer.Option(metavar="EUROS", help="What the strategy chosen may cost, with --run.")]
File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="CSV, a row an arm: lever, arm (control, treated), n, activated, weeks."),
]
Unexpected = Annotated[bool, typer.Option("--anyway", help="Learn from a trial that nobody would have expected, too.")]
Learned = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="The file to write.  [default: learned-<lever>.json]")
]


def pilot(
    lever: Lever,
    people: Size = 20_000,
    weeks: Weeks = 13,
    run: Run = None,
    budget: Budget = "60M",
    seed: o.Seed = 1,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """What a randomised pilot of a lever would teach: the interval of its effect before and after, and its value."""
    with reported():
        from cli.showing import print_json
        from foundation.errors import UserError
        from planning.pilots.response import LEVERS
        from planning.pilots.results import unknown

        if lever not in LEVERS:
            raise UserError(unknown("LEVER", lever))
        if not 20 <= people <= 10**8:
            raise UserError(f"--people: {people}; needed 20 to 100,000,000")
        belief, found = _known(lever, weeks, seed, lang)
        document = _expected(lever, people, weeks, belief, found, seed)
        if run is not None:
            document["value"] = _worth(lever, run, budget, people, belief, found, seed)
        if json:
            print_json(document)
        else:
            _print_pilot(document, lang)


def learn(
    file: File,
    out: Learned = None,
    anyway: Unexpected = False,
    seed: o.Seed = 1,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """What a trial has taught: the effect before and after, in a file for --effects of run, compare and plan."""
    with reported():
        from calibration.draws.effects import Learned as Effects
        from calibration.draws.effects import prior_hash, write_effects
        from cli.request import command_line
        from cli.showing import print_json
        from foundation.errors import UserError
        from planning.pilots.learning import learn as learned
        from planning.pilots.learning import surprise
        from planning.pilots.response import effect_of
        from planning.pilots.results import read_result

        result = read_result(file)
        path, name = out or Path(f"learned-{result.lever}.json"), effect_of(result.lever)
        if path.exists():
            raise UserError(f"{path}: exists already; name another file (--out)")
        belief, found = _known(result.lever, result.weeks, seed, lang)
        responses = [one.response for one in found]
        after, odd = learned(result.trial, belief, responses), surprise(result.trial, belief, responses)
        if odd < UNLIKELY and not anyway:
            raise UserError(
                f"{file}: of the trials that the prior and the model expect, {100 * odd:.2g} % are as far out; swapped "
                f"arms, another lever or another way of counting would look like this: check, then --anyway"
            )
        source = {**result.source(), "prior_sha256": prior_hash(name), "command_line": command_line(), "surprise": odd}
        write_effects(path, Effects(path.name, {name: after.table()}, {name: source}))
        told = {"effect": name, "before": _law(belief), "after": _law(after), "surprise": odd}
        document = {**result.source(), **told, "file": str(path)}
        if json:
            print_json(document)
        else:
            _print_learned(document, lang)


def _known(lever: str, weeks: int, seed: int, lang: o.Lang) -> tuple[Belief, list[Answered]]:
    """The prior, and what the model answers."""
    from dataclasses import replace
    from datetime import timedelta

    from calibration.draws.files import load_draws
    from calibration.facts.priors import load_priors
    from calibration.warm import ensure_compiled
    from cli import label as said
    from cli.request import POLICY_START, Request, check_seed, experiment_of
    from foundation.errors import UserError
    from foundation.tasks.progress import progress
    from planning.pilots.learning import prior_belief
    from planning.pilots.response import AT, answered, effect_of
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    if not 1 <= weeks <= 102:
        raise UserError(f"--weeks: {weeks}; needed 1 to 102")
    check_seed(seed)
    until = (POLICY_START + timedelta(weeks=weeks)).isoformat()
    request = Request(
        command="pilot", people=SAMPLE, draws=DRAWS, seed=seed, workers=1, threads=None, out=None, resume=False,
        lang=lang, json=False, quick=False, structure=(), posterior=None, until=until,
    )  # fmt: skip
    experiment = replace(experiment_of(request, [load_scenario(REFERENCE)], every=52), threads=1)
    prior = load_priors()[effect_of(lever)]
    ensure_compiled()
    done = 0
    with progress(DRAWS * (1 + len(AT)), said("said.draws", lang)) as tell:

        def step() -> None:
            nonlocal done
            done += 1
            tell(done)

        found = answered(experiment, load_draws(DRAWS), lever, prior, step)
    return prior_belief(prior), found


def _law(belief: Belief) -> Document:
    low, middle, high = (float(value) for value in belief.quantile([0.05, 0.5, 0.95]))
    return {"p05": low, "p50": middle, "p95": high, "width": high - low}


def _expected(lever: str, people: int, weeks: int, belief: Belief, found: Sequence[Answered], seed: int) -> Document:
    import numpy as np

    from calibration.facts.priors import load_priors
    from planning.pilots.learning import expected
    from planning.pilots.learning import learn as learned
    from planning.pilots.response import effect_of

    responses, baseline = [one.response for one in found], float(np.mean([one.baseline for one in found]))
    trials = expected(belief, responses, people // 2, baseline, TRIALS, seed)
    widths = [learned(trial, belief, responses).width for _, trial in trials]
    prior = load_priors()[effect_of(lever)]
    low, high = (float(value) for value in np.quantile(widths, [0.05, 0.95]))
    return {
        "lever": lever, "effect": prior.name, "people": people, "weeks": weeks, "baseline": baseline,
        "status": prior.status.partition(":")[0], "evidence": prior.evidence, "before": _law(belief),
        "after": {"width": float(np.mean(widths)), "width_p05": low, "width_p95": high},
    }  # fmt: skip


def _worth(
    lever: str, run: Path, budget: str, people: int, belief: Belief, found: Sequence[Answered], seed: int
) -> Document:
    """In activations and euros, for the strategies of a folder."""
    import numpy as np

    from calibration.draws.files import load_draws
    from calibration.draws.posteriors import posterior_named
    from foundation.errors import UserError
    from foundation.language.amounts import amount
    from planning.pilots.response import effect_of
    from planning.pilots.worth import worth
    from planning.sensitivity.study import Choice, decide
    from scenarios.compare.comparison import load, refuse_region

    manifest, frames = load(run)
    refuse_region(run, manifest)
    if manifest.get("averaged") or manifest.get("effects"):
        raise UserError(f"{run}: drawn from several structures or learned effects; value a pilot on a plain comparison")
    outcomes, most = frames["outcomes"], amount("--budget", budget) / 1e6
    decision = decide(outcomes, Choice(value=None, budget=most))
    numbers = sorted(set(outcomes["draw"]))
    draws = load_draws(max(numbers) + 1, path=posterior_named(manifest["draws_file"]).paths[0])
    effects = np.array([draws[number].effects[effect_of(lever)] for number in numbers])
    baseline = float(np.mean([one.baseline for one in found]))
    value = worth(decision, effects, belief, [one.response for one in found], people // 2, baseline, seed)
    chosen = decision.strategies[decision.now]
    rows = outcomes[outcomes["scenario"] == chosen]
    gain, cost = float(rows["additional_millions"].mean()), float(rows["cost_millions_eur"].mean())
    each = cost / gain if gain > 0 else 0.0
    trial = max(0.0, value["value"]) * value["trial"]
    return {
        "budget_millions_eur": most, "strategy_today": chosen, "millions": trial, "millions_eur": trial * each,
        "perfect": {key: value[key] for key in ("value", "low", "high", "floor")},
    }  # fmt: skip


def _print_pilot(document: Document, lang: o.Lang) -> None:
    from calibration import parameter_line
    from foundation.language.numbers import compact, number, percent
    from planning.pilots import label
    from scenarios.lever_schemas.words import lever_named
    from scenarios.words import price_words as status_words

    people = number(document["people"], 0, lang)
    print(
        label("pilot.title", lang, lever=lever_named(document["lever"], lang), people=people, weeks=document["weeks"])
    )
    print(parameter_line(document["effect"], lang))
    print(_row("pilot.before", document["before"], lang))
    after = {end: number(document["after"][f"width{end}"], 3, lang) for end in ("", "_p05", "_p95")}
    print(label("pilot.after", lang, width=after[""], low=after["_p05"], high=after["_p95"]))
    print(label("pilot.baseline", lang, share=percent(document["baseline"], lang, 1), weeks=document["weeks"]))
    print(label("pilot.evidence", lang, status=status_words(document["status"], lang)))
    print(label("pilot.assumed", lang))
    if "value" not in document:
        print(label("pilot.no_run", lang))
        return
    value = document["value"]
    perfect = {key: number(value["perfect"][key], 3, lang) for key in ("low", "high", "floor")}
    money = {"gain": number(value["millions"], 3, lang), "euros": number(value["millions_eur"], 2, lang)}
    print(label(
        "pilot.worth", lang, budget=compact(value["budget_millions_eur"], lang), today=value["strategy_today"],
        perfect=number(value["perfect"]["value"], 3, lang), **perfect, **money,
    ))  # fmt: skip


def _row(key: str, law: Document, lang: o.Lang) -> str:
    from foundation.language.numbers import number
    from planning.pilots import label

    return label(key, lang, **{name: number(law[name], 3, lang) for name in ("p05", "p50", "p95", "width")})


def _print_learned(document: Document, lang: o.Lang) -> None:
    from calibration import parameter_line
    from foundation.language.numbers import number, percent
    from planning.pilots import label
    from scenarios.lever_schemas.words import lever_named

    trial, name = document["trial"], lever_named(document["lever"], lang)
    sizes = {arm: number(trial[arm], 0, lang) for arm in ("treated", "control")}
    print(label("learn.title", lang, lever=name, weeks=document["weeks"], **sizes))
    print(parameter_line(document["effect"], lang))
    shares = {arm: percent(trial[f"{arm}_activated"] / trial[arm], lang, 2) for arm in ("treated", "control")}
    print(label("learn.arms", lang, **shares))
    print(_row("pilot.before", document["before"], lang))
    print(_row("learn.after", document["after"], lang))
    if document["surprise"] < UNLIKELY:
        print(label("learn.surprise", lang, share=percent(document["surprise"], lang, 2)))
    print(label("learn.written", lang, file=document["file"]))
