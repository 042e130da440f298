"""``mes web``: the studies that its answers are parts of, and the server while it runs."""

from __future__ import annotations

import shlex
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cli import label
from cli.runs.request import Request
from foundation.errors import UserError
from foundation.tasks.journal import journal
from model.terms.parameters import Structure

if TYPE_CHECKING:
    from scenarios.compare.study import Comparison
    from web.asked import World

NEEDED = ("starlette", "uvicorn", "plotly")


def run_web(
    request: Request,
    *,
    folder: Path | None,
    memory: float | None,
    host: str | None,
    port: int,
    token: str | None,
    clients: int,
    browser: bool,
    check: bool,
) -> None:
    """Serves the page until Ctrl-C, or only until it has answered once."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UserError(f"mes web needs {', '.join(missing)}; install it with: pip install 'mes[web]'")
    from calibration.warm import ensure_compiled
    from foundation.language.numbers import number
    from web.explorer import Explorer
    from web.memory import planned
    from web.serve import checked, open_browser, placed, serve

    lang, settings = request.lang.value, request.settings(1)
    place, bound = placed(host, port, token)
    with bound:
        workers = min(request.process_count(), settings.draws)
        plan = planned(settings.people, settings.draws, workers, None if memory is None else memory * 2**30)
        gib = number(plan.total / 2**30, 1, lang)
        journal.tell(label("said.web_memory", request.lang, gib=gib, draws=settings.draws, workers=workers,
                           people=number(settings.people, 0, lang)))  # fmt: skip
        explorer = Explorer(
            lambda world: study(request, world),
            described=lambda world: options(request, world),
            workers=workers,
            clients=clients,
            folder=folder,
        )
        ensure_compiled()
        if check:
            checked(explorer, place, bound, lang)
            journal.tell(label("said.web_checked", request.lang))
            return

        def ready() -> None:
            journal.tell(label("said.web_open", request.lang, address=place.address))
            if browser:
                open_browser(place)

        serve(explorer, place, bound, ready=ready)


def study(request: Request, world: World) -> Comparison:
    """The study whose parts answers in a world are."""
    from cli.commands.compare import EVERY
    from cli.runs.chosen import choose
    from cli.runs.request import experiment_of
    from cli.runs.simulation import study_of
    from scenarios.compare.study import Comparison, looking_on
    from scenarios.experiment import REFERENCE
    from scenarios.language.schema import DriversTable

    reference = choose(REFERENCE).scenario
    scenarios = [reference]
    if world.drivers != DriversTable():  # what is fixed goes for the status quo too
        scenarios.append(replace(reference, source="drivers.toml", drivers=world.drivers))
    structure = [f"{key}={value}" for key, value in vars(world.structure).items()]
    asked = replace(request, structure=structure)
    return study_of(Comparison, looking_on(experiment_of(asked, scenarios, EVERY)), asked)


def options(request: Request, world: World) -> str:
    """What is not the default of ``mes run``, as it is typed there."""
    given = {
        "people": request.people,
        "draws": request.draws,
        "seed": request.seed if request.seed != 1 else None,
        "posterior": request.posterior,
        "costs": request.costs,
        "policy-start": request.policy_start,
        "until": request.until,
        "target": request.target,
    }
    told = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
    chosen = [f"{key}={value}" for key, value in vars(world.structure).items() if value != vars(Structure())[key]]
    return shlex.join([*told, *(word for one in chosen for word in ("--structure", one))])
