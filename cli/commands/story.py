"""``mes story``: the life of one simulated person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options as o
from cli.commands import given
from cli.completing import scenarios
from cli.errors import reported

if TYPE_CHECKING:
    from cli.runs.request import Request
    from scenarios.experiment import Experiment
    from scenarios.story.replay import Event, Narrated


def story(
    person: Annotated[int, typer.Argument(metavar="ID", help="Number of the person, from 0.")],
    scenario: Annotated[
        str,
        typer.Option("--scenario", help="A name of the catalogue, or the path of a file.", autocompletion=scenarios),
    ] = "status-quo",
    draw: Annotated[int, typer.Option(help="Which draw of the uncertain parameters, from 0.")] = 0,
    people: o.People = None,
    seed: o.Seed = 1,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
    structure: o.StructureChoices = None,
    posterior: o.Posterior = None,
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
) -> None:
    """Tell the life of one simulated person week by week: contacts, visits, barriers, who recommended, activation.

    The same people as in `mes run` and `mes compare` with the same --people and --seed.
    """
    with reported():
        from cli.runs.request import Request
        from cli.runs.showing import print_json
        from foundation.errors import UserError
        from scenarios.story.words import document, whole_story

        if draw < 0:
            raise UserError(f"--draw: {draw}; needed a whole number, 0 or more")
        # As ``mes run`` would take it, for one draw.
        one = {"draws": draw + 1, "workers": 1, "threads": 1, "lang": o.Lang.en, "json": False}
        request = given(Request, locals(), command="story", **one)
        experiment = _experiment(request, scenario)
        found = _replayed(experiment, request, person)
        events = whole_story(found)
        settings = experiment.settings
        if json:
            about = {"scenario": experiment.scenarios[-1].name, "draw": draw, "people": settings.people, "seed": seed}
            print_json({**about, "until": settings.until.isoformat(), **document(found, events, lang.value)})
        else:
            _print(found, events, experiment, draw, lang)


def _experiment(request: Request, scenario: str) -> Experiment:
    """The scenario and the status quo."""
    from cli.runs.chosen import choose, with_reference
    from cli.runs.request import experiment_of

    return experiment_of(request, [item.scenario for item in with_reference([choose(scenario)])], every=52)


def _replayed(experiment: Experiment, request: Request, number: int) -> Narrated:
    """The engine run to the horizon, and one person's life out of it."""
    from calibration.warm import ensure_compiled
    from cli.runs.request import placed
    from cli.runs.simulation import drawn
    from foundation.errors import UserError
    from scenarios.experiment import branch_of, history_of
    from scenarios.language.resolve import steered
    from scenarios.story.replay import replay

    settings = experiment.settings
    draws = drawn(settings, request)[1][-1:]
    chosen = steered(draws, experiment.drivers, experiment.history.data_end)[0]
    ensure_compiled()
    experiment = placed(request, experiment, [chosen])
    model = history_of(experiment, chosen)
    if not 0 <= number < model.population.n:
        raise UserError(
            f"person {number}: allowed: 0 to {model.population.n - 1} ({settings.people:,} people at the launch, then "
            f"those who are born or arrive; --people changes that)"
        )
    return replay(branch_of(experiment, experiment.scenarios[-1], chosen, model), number)


def _print(person: Narrated, events: Sequence[Event], experiment: Experiment, draw: int, language: o.Lang) -> None:
    from rich.panel import Panel
    from rich.text import Text

    from foundation.language.numbers import number
    from foundation.language.screen import screen
    from scenarios.story import label
    from scenarios.story.words import ending, traits

    lang = language.value
    settings, title = experiment.settings, experiment.scenarios[-1].title(language.value)
    console = screen(110)
    shown = {"scenario": title, "draw": draw, "seed": settings.seed, "people": number(settings.people, 0, lang)}
    lines = Text("\n".join(traits(person, lang)))
    head = Text(label("head.title", lang, number=person.number), style="bold")
    console.print(Panel(lines, title=head, title_align="left"))
    console.print(Text(label("head.warning", lang, **shown), style="dim"))
    console.print(_table(events, experiment, lang))
    console.print(Text(ending(person, settings.until, lang), style="bold"))
    console.print(Text(f"{label('head.agrees', lang)} {label('head.hidden', lang)}", style="dim"))


STYLES = {"activated": "bold green", "stopped": "yellow", "unnoticed": "dim"}


def _table(events: Sequence[Event], experiment: Experiment, lang: str) -> Any:
    """A line per event, with the days on which data end and policy starts between them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from foundation.language.numbers import day
    from model.terms.weeks import monday, week_of
    from scenarios.story import label
    from scenarios.story.words import sentence

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(label("head.week", lang), no_wrap=True)
    table.add_column(label("head.channel", lang))
    table.add_column(label("head.event", lang), ratio=1)
    days = {"data_end": experiment.history.data_end, "policy": experiment.settings.policy_start}
    marks = [(week_of(when), key) for key, when in days.items()]
    for event in events:
        while marks and marks[0][0] <= event.week:
            week, key = marks.pop(0)
            table.add_row(day(monday(week), lang), "", Text(f"— {label(f'head.{key}', lang)} —", style="cyan"))
        when = day(monday(event.week), lang) if event.week >= 0 else ""
        channel = label(f"channel.{event.channel}", lang) if event.channel else ""
        style = STYLES.get(event.outcome) or STYLES.get(event.kind, "")
        table.add_row(when, channel, Text(sentence(event, lang), style=style))
    for week, key in marks if not events or events[-1].kind != "leaves" else ():
        table.add_row(day(monday(week), lang), "", Text(f"— {label(f'head.{key}', lang)} —", style="cyan"))
    return table
