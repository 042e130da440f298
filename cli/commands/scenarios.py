"""``mes scenarios``: list, show, check and begin scenarios."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cli import label
from cli import options as o
from cli.commands import write
from cli.completing import scenarios
from cli.errors import BAD_INPUT, reported
from cli.help import Group

app = typer.Typer(cls=Group, no_args_is_help=True, help="List, show, check and begin scenarios.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(lang: o.Language = o.Lang.en, json: Json = False) -> None:
    """List the scenarios of the catalogue."""
    with reported():
        from cli.runs.showing import print_json
        from scenarios.language.files import catalogue, load_scenario

        found = [load_scenario(name) for name in catalogue()]
        if json:
            print_json(
                {
                    "scenarios": [
                        {"scenario": s.name, "title": {"en": s.title("en"), "fr": s.title("fr")}} for s in found
                    ]
                }
            )
        else:
            _print_list([(s.name, s.title(lang.value)) for s in found], lang)


def _print_list(rows: list[tuple[str, str]], lang: o.Lang) -> None:
    width = max(len(name) for name, _ in rows) + 2
    for name, title in [(label("said.name", lang), label("said.title", lang)), *rows]:
        print(f"{name:<{width}}{title}")


@app.command()
def show(
    scenario: Annotated[str, typer.Argument(help="A name of the catalogue or a path.", autocompletion=scenarios)],
    markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="Describe it for people instead: levers, doses, dates, whom they aim at, prices."
        ),
    ] = False,
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
    lang: o.Language = o.Lang.en,
) -> None:
    """Print the file of a scenario, for instance to start another one from it; or its description."""
    with reported():
        from cli.runs.chosen import choose

        chosen = choose(scenario)
        if not markdown:
            print(chosen.text, end="")
            return
        from calibration.facts.inputs import load_costs
        from cli.runs.request import POLICY_START, UNTIL, day
        from foundation.errors import ScenarioError
        from scenarios.described import markdown as described
        from scenarios.language.resolve import date_problems
        from scenarios.lever_schemas.base import Span

        window = {
            "policy_start": day("--policy-start", policy_start, POLICY_START), "until": day("--until", until, UNTIL)
        }  # fmt: skip
        if problems := date_problems(chosen.scenario, **window):
            raise ScenarioError(problems)
        print(described(chosen.scenario, load_costs(), Span(**window), lang.value), end="")


def costs(lang: o.Language = o.Lang.en) -> None:
    """Print the unit prices as a file to edit, for --costs: value, range, status and source of each."""
    with reported():
        from calibration.facts.inputs import load_costs
        from scenarios.own_costs import costs_text

        print(costs_text(load_costs(), lang.value), end="")


@app.command()
def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Scenario files (or catalogue names).", autocompletion=scenarios)
    ],
    policy_start: o.PolicyStart = None,
    until: o.Until = None,
    lang: o.Language = o.Lang.en,
) -> None:
    """Check scenario files: every problem of every file, with what is allowed, and whom each lever aims at."""
    with reported():
        from cli.runs.request import POLICY_START, UNTIL, day

        window = (day("--policy-start", policy_start, POLICY_START), day("--until", until, UNTIL))
        problems = 0
        for file in files:
            found = _problems(file, *window, lang)
            problems += len(found)
            for line in found:
                print(line, file=sys.stderr)
            if not found:
                _say_valid(file, *window, lang)
        if problems:
            raise typer.Exit(BAD_INPUT)


def _say_valid(file: str, policy_start: date, until: date, lang: o.Lang) -> None:
    """That a file is valid, and whom each of its levers aims at."""
    from cli.runs.reaching import reach_lines
    from foundation.language.numbers import colon
    from scenarios.language.files import load_scenario
    from scenarios.lever_schemas.base import Span

    said, warned = reach_lines(load_scenario(file), Span(policy_start=policy_start, until=until), lang.value)
    print(f"{file}{colon(lang)}{label('said.valid', lang)}")
    for line in said:
        print(f"  {line}")
    for line in warned:
        print(f"{file}{colon(lang)}{line}", file=sys.stderr)


def _problems(argument: str, policy_start: date, until: date, lang: str) -> list[str]:
    from foundation.errors import ScenarioError
    from scenarios.language.files import is_path, load_scenario, read_text, read_toml
    from scenarios.language.resolve import date_problems, raw_date_problems

    window = {"policy_start": policy_start, "until": until}
    try:
        problems = date_problems(load_scenario(argument), **window)
    except ScenarioError as error:
        problems = list(error.problems)
        with suppress(ScenarioError):  # of a file that can't even be read all is said
            raw = read_toml(read_text(Path(argument)), argument) if is_path(argument) else {}
            known = {problem.key for problem in problems}
            problems += [p for p in raw_date_problems(raw, source=argument, **window) if p.key not in known]
    return [problem.line(lang) for problem in problems]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the scenario: my-plan makes my-plan.toml here.")],
    lang: o.Language = o.Lang.en,
) -> None:
    """Write NAME.toml, a commented scenario that is valid as it stands."""
    with reported():
        from foundation.errors import UserError
        from scenarios.language.files import template

        path = Path(name if name.endswith(".toml") else f"{name}.toml")
        if path.exists():
            raise UserError(f"{path}: exists already; name another file")
        write(path, template(path.stem, lang.value))
        print(path)
