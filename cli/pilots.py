"""``mes pilot`` and ``mes learn``: what a randomised trial of a lever would teach, and what one has taught."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options as o
from cli.completing import folders
from cli.errors import reported

if TYPE_CHECKING:
    from foundation.store.reading import Document
    from planning.pilots.learning import Belief, Trial
    from planning.pilots.response import Answered
    from scenarios.experiment import Experiment

SAMPLE, DRAWS = 8000, 6
"""People and draws that the response is simulated with."""
UNLIKELY, BUDGET, ONE_THOUSAND = 0.01, "60M", 0.001
Lever = Annotated[str, typer.Argument(metavar="LEVER", help="sms, letter, assisted, pharmacist or hospital.")]
Size = Annotated[int, typer.Option(metavar="NUMBER", help="People of the trial, half in each arm.")]
Weeks = Annotated[int, typer.Option(metavar="NUMBER", help="Weeks from the treatment to the count.")]
Run = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Value it for the strategies of a comparison.", autocompletion=folders),
]
Budget = Annotated[
    str | None, typer.Option(metavar="EUROS", help="With --run: what the strategy chosen may cost.  [default: 60M]")
]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="CSV or xlsx, a row an arm: lever, arm (control, treated), n, activated, weeks."
    ),
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
    budget: Budget = None,
    effects: o.Effects = None,
    seed: o.Seed = 1,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """What a randomised pilot of a lever would teach: the interval of its effect before and after, and its value."""
    with reported():
        from cli.runs.showing import print_json
        from foundation.errors import UserError
        from planning.pilots.response import LEVERS
        from planning.pilots.results import unknown
        from planning.pilots.worth import expected_widths, worth_in

        if lever not in LEVERS:
            raise UserError(unknown("LEVER", lever))
        if not 20 <= people <= 10**8:
            raise UserError(f"--people: {people}; needed 20 to 100,000,000")
        if budget is not None and run is None:
            raise UserError("--budget: of use with --run only; leave it out")
        earlier = _earlier(effects, lever)
        if earlier and run is not None:
            raise UserError("--run with --effects: a comparison has the effects of the priors; give one of the two")
        belief, found = _known(lever, weeks, seed, lang, earlier)
        document = expected_widths(lever, people, weeks, belief, found, seed)
        document["learned"] = str(effects) if earlier else None
        if run is not None:
            document["value"] = worth_in(run, budget or BUDGET, lever, people, belief, found, seed, lang.value)
        if json:
            print_json(document)
        else:
            _print_pilot(document, lang)


def learn(
    file: File,
    out: Learned = None,
    anyway: Unexpected = False,
    effects: o.Effects = None,
    seed: o.Seed = 1,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """What a trial has taught: the effect before and after, in a file for --effects of run, compare and plan."""
    with reported():
        from calibration.draws.effects import Learned as Effects
        from calibration.draws.effects import prior_hash, read_effects, write_effects
        from cli.runs.request import command_line
        from cli.runs.showing import print_json
        from foundation.errors import UserError
        from planning.pilots.learning import difference, surprise
        from planning.pilots.learning import learn as learned
        from planning.pilots.response import effect_of
        from planning.pilots.results import read_result
        from planning.pilots.worth import law

        result = read_result(file)
        path, name = out or Path(f"learned-{result.lever}.json"), effect_of(result.lever)
        if path.exists():
            raise UserError(f"{path}: exists already; name another file (--out)")
        known = read_effects(effects) if effects is not None else Effects("", {}, {})
        if result.sha256 in known.trials(name):
            raise UserError(f"{file}: {effects} has learned from it already")
        earlier = _earlier(effects, result.lever)
        if (result.trial, result.weeks) in earlier and not anyway:
            raise UserError(
                f"{file}: {effects} has learned from a trial with the same counts already; if this is another one, "
                "--anyway"
            )
        belief, found = _known(result.lever, result.weeks, seed, lang, earlier)
        responses = [one.response for one in found]
        after, odd = learned(result.trial, belief, responses), surprise(result.trial, belief, responses)
        if odd < UNLIKELY and earlier and not anyway:
            raise UserError(
                f"{file}: of the trials that {effects} and the model expect, {100 * odd:.2g} % are as far out; it is "
                "checked against what was learned before, so one of the two may be wrong; check both, then --anyway "
                "learns from both, the same in any order"
            )
        if odd < UNLIKELY and not anyway:
            raise UserError(
                f"{file}: of the trials that the prior and the model expect, {100 * odd:.2g} % are as far out; swapped "
                f"arms, another lever or another way of counting would look like this: check, then --anyway"
            )
        source = {**result.source(), "prior_sha256": prior_hash(name), "command_line": command_line(), "surprise": odd}
        if name in known.sources:
            source["earlier"] = known.sources[name]
        quantiles, sources = {**known.quantiles, name: after.table()}, {**known.sources, name: source}
        write_effects(path, Effects(path.name, quantiles, sources))
        gap = dict(zip(("mean", "p05", "p95"), difference(result.trial), strict=True))
        told = {"effect": name, "difference": gap, "before": law(belief), "after": law(after), "surprise": odd}
        document = {**result.source(), **told, "file": str(path)}
        if json:
            print_json(document)
        else:
            _print_learned(document, lang)


def _known(
    lever: str, weeks: int, seed: int, lang: o.Lang, earlier: Sequence[tuple[Trial, int]]
) -> tuple[Belief, list[Answered]]:
    """The prior, or what earlier trials have made of it, and what the model answers after so many weeks."""
    from calibration.draws.files import load_draws
    from calibration.facts.priors import load_priors
    from calibration.warm import ensure_compiled
    from cli import label as said
    from cli.runs.request import check_seed
    from foundation.errors import UserError
    from foundation.tasks.progress import adding, progress
    from planning.pilots.learning import learn as learned
    from planning.pilots.learning import prior_belief
    from planning.pilots.response import AT, answered, effect_of

    if not 1 <= weeks <= 102:
        raise UserError(f"--weeks: {weeks}; needed 1 to 102")
    check_seed(seed)
    prior = load_priors()[effect_of(lever)]
    ensure_compiled()
    lengths, found = {weeks, *(its for _, its in earlier)}, {}
    with progress(len(lengths) * DRAWS * (1 + len(AT)), said("said.draws", lang)) as tell:
        step = partial(adding(tell), 1)
        for length in lengths:
            found[length] = answered(_trial_world(length, seed, lang), load_draws(DRAWS), lever, prior, step)
    belief = prior_belief(prior)
    for trial, its in earlier:
        belief = learned(trial, belief, [one.response for one in found[its]])
    return belief, found[weeks]


def _trial_world(weeks: int, seed: int, lang: o.Lang) -> Experiment:
    """The status quo up to so many weeks after the policy start."""
    from dataclasses import replace
    from datetime import timedelta

    from cli.runs.request import POLICY_START, Request, experiment_of
    from scenarios.experiment import REFERENCE
    from scenarios.language.files import load_scenario

    until = (POLICY_START + timedelta(weeks=weeks)).isoformat()
    request = Request(
        command="pilot", people=SAMPLE, draws=DRAWS, seed=seed, workers=1, threads=None, out=None, resume=False,
        lang=lang, json=False, quick=False, structure=(), posterior=None, until=until,
    )  # fmt: skip
    return replace(experiment_of(request, [load_scenario(REFERENCE)], every=52), threads=1)


def _earlier(effects: Path | None, lever: str) -> list[tuple[Trial, int]]:
    """Trials of the lever that a file of effects was learned from, with their weeks."""
    from calibration.draws.effects import read_effects
    from planning.pilots.response import effect_of
    from planning.pilots.results import earlier_trials

    if effects is None:
        return []
    source = read_effects(effects).sources.get(effect_of(lever))
    return [] if source is None else earlier_trials(effects, source)


def _print_pilot(document: Document, lang: o.Lang) -> None:
    from calibration import parameter_line
    from foundation.language.numbers import number, percent, short, with_interval
    from planning.pilots import label
    from scenarios.lever_schemas import lever_named
    from scenarios.words import price_words as status_words

    people = number(document["people"], 0, lang)
    _tell(
        label("pilot.title", lang, lever=lever_named(document["lever"], lang), people=people, weeks=document["weeks"])
    )
    _tell(parameter_line(document["effect"], lang))
    _tell(_row("pilot.before", document["before"], lang))
    after = {end: number(document["after"][f"width{end}"], 3, lang) for end in ("", "_p05", "_p95")}
    _tell(label("pilot.after", lang, width=after[""], low=after["_p05"], high=after["_p95"]))
    _tell(label("pilot.baseline", lang, share=percent(document["baseline"], lang, 1), weeks=document["weeks"]))
    if document["learned"] is None:
        _tell(label("pilot.evidence", lang, status=status_words(document["status"], lang)))
    else:
        _tell(label("pilot.learned", lang, file=document["learned"]))
    _tell(label("pilot.assumed", lang))
    if "value" not in document:
        _tell(label("pilot.no_run", lang))
        return
    value, exact = document["value"], document["value"]["perfect"]
    told = {"budget": short(value["budget_millions_eur"], lang), "today": value["title_today"]}
    noise = _activations(exact["floor"], lang)
    floor = noise if exact["floor"] < ONE_THOUSAND else label("pilot.up_to", lang, activations=noise)
    known = exact["value"] > max(exact["floor"], 0.0005) and exact["low"] > 0
    if not known:  # a number would be read as one that these draws tell
        _tell(label("pilot.worth_noise", lang, floor=floor, **told))
        return
    low, middle, high = (1000 * exact[name] for name in ("low", "value", "high"))
    perfect = with_interval(low, middle, high, lang)
    money = {"gain": _activations(value["millions"], lang), "euros": number(value["millions_eur"], 2, lang)}
    _tell(label("pilot.worth", lang, floor=floor, perfect=perfect, **told, **money))


def _activations(millions: float, lang: o.Lang) -> str:
    """In thousands: draws tell no smaller numbers."""
    from foundation.language.numbers import compact
    from planning.pilots import label

    if millions < ONE_THOUSAND:
        return label("pilot.less", lang)
    return label("pilot.thousand", lang, count=compact(1000 * millions, lang))


def _tell(text: str) -> None:
    """On stdout, in lines of whole words on a terminal."""
    from cli.runs.showing import console

    console(160).print(text, markup=False, highlight=False)


def _row(key: str, law: Document, lang: o.Lang) -> str:
    from foundation.language.numbers import number
    from planning.pilots import label

    return label(key, lang, **{name: number(law[name], 3, lang) for name in ("p05", "p50", "p95", "width")})


def _print_learned(document: Document, lang: o.Lang) -> None:
    from calibration import parameter_line
    from foundation.language.numbers import number, percent
    from planning.pilots import label
    from scenarios.lever_schemas import lever_named

    trial, name = document["trial"], lever_named(document["lever"], lang)

    def counted(one: str, many: str, count: int) -> str:
        return label(one, lang) if count == 1 else label(many, lang, count=number(count, 0, lang))

    sizes = {
        "treated": counted("learn.treated_one", "learn.treated", trial["treated"]),
        "control": counted("learn.control_one", "learn.control", trial["control"]),
        "weeks": counted("learn.weeks_one", "learn.weeks", document["weeks"]),
    }
    _tell(label("learn.title", lang, lever=name, **sizes))
    _tell(parameter_line(document["effect"], lang))
    shares = {arm: percent(trial[f"{arm}_activated"] / trial[arm], lang, 2) for arm in ("treated", "control")}
    gap = {end: number(100 * value, 2, lang) for end, value in document["difference"].items()}
    points = label("learn.points" if abs(100 * document["difference"]["mean"]) >= 2 else "learn.point", lang)
    _tell(label("learn.arms", lang, **shares, **gap, points=points))
    _tell(_row("pilot.before", document["before"], lang))
    _tell(_row("learn.after", document["after"], lang))
    if document["surprise"] < UNLIKELY:
        _tell(label("learn.surprise", lang, share=percent(document["surprise"], lang, 2)))
    _tell(label("learn.written", lang, file=document["file"]))
