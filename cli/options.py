"""Options that several commands share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.completing import folders, toml_files

PEOPLE, DRAWS = 50_000, 100
QUICK_PEOPLE, QUICK_DRAWS = 10_000, 12


class Lang(StrEnum):
    """Language of tables and pictures."""

    en = "en"
    fr = "fr"


class Pictures(StrEnum):
    """Which pictures are drawn after the table."""

    none = "none"
    main = "main"
    all = "all"


class Engine(StrEnum):
    """Which implementation simulates."""

    fast = "fast"
    mesa = "mesa"


def number_of_people(text: str) -> int:
    """A number, or ``all``: the insured at the launch, one agent each."""
    if text.strip().lower() == "all":
        from calibration.facts.inputs import insured_at_launch

        return insured_at_launch()
    compact = re.sub(r"[\s_]", "", text)
    try:
        return int(compact)
    except ValueError:
        if re.fullmatch(r"\d{1,3}([.,'’]\d{3})+", compact):
            right = re.sub(r"\D", "", compact)
            raise typer.BadParameter(f"{text!r} can be read in two ways; write it as {right}") from None
        raise typer.BadParameter(f"{text!r}; needed a whole number, or: all") from None


def real_number(text: str | float) -> float:
    """A number with a decimal point or comma; a default is one already."""
    from foundation.language.amounts import decimal

    value = decimal(str(text).strip())
    if isnan(value):
        raise typer.BadParameter(f"{text!r}; needed a number such as 0.9")
    return value


def with_log(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options ``--verbose`` and ``--log``."""
    given = inspect.signature(command, eval_str=True)

    @wraps(command)
    def logged(*, verbose: bool, log: Path | None, **options: object) -> None:
        from cli.errors import keep_log

        keep_log(log, verbose=verbose)
        command(**options)

    own = inspect.signature(_LOGGED, eval_str=True).parameters.values()
    keyword = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*given.parameters.values(), *own)]
    logged.__signature__ = given.replace(parameters=keyword)  # type: ignore[attr-defined]
    return logged


People = Annotated[
    int | None,
    typer.Option(
        parser=number_of_people,
        metavar="NUMBER|all",
        help="Simulated people; all: every insured person of France, one to one."
        f"  [default: {PEOPLE}; with --quick: {QUICK_PEOPLE}]",
    ),
]
Draws = Annotated[
    int | None,
    typer.Option(help=f"Draws of the uncertain parameters.  [default: {DRAWS}; with --quick: {QUICK_DRAWS}]"),
]
PeopleNotQuick = Annotated[
    int | None,
    typer.Option(
        parser=number_of_people,
        metavar="NUMBER|all",
        help=f"Simulated people; all: every insured person of France, one to one.  [default: {PEOPLE}]",
    ),
]
"""Of a command without ``--quick``."""
DrawsNotQuick = Annotated[int | None, typer.Option(help=f"Draws of the uncertain parameters.  [default: {DRAWS}]")]
Seed = Annotated[int, typer.Option(help="Same seed, same results.")]
Workers = Annotated[
    int | None, typer.Option(help="Processes.  [default: the cores of the machine, as far as its memory goes]")
]
Threads = Annotated[
    int | None,
    typer.Option(
        help="Threads of each process; results don't depend on them."
        "  [default: 1; from a million people on, the cores that processes leave over]"
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="tcp://HOST:PORT", help="Compute on the Dask cluster of this scheduler, not on this machine."),
]
Out = Annotated[Path | None, typer.Option(help="Run folder to make.  [default: ./runs/<command>-<scenario>-<time>]")]
Resume = Annotated[bool, typer.Option("--resume", help="Finish the interrupted or failed run in --out.")]
Language = Annotated[
    Lang,
    typer.Option("--lang", envvar="MES_LANG", case_sensitive=False, help="Language of tables, pictures and messages."),
]
EngineChoice = Annotated[Engine, typer.Option(help="mesa: the readable twin in plain Mesa, up to 20,000 people.")]


def _pictures(default: str) -> Any:
    words = "Pictures drawn after the table; main: those that answer the question; `mes plot DIR` draws all later."
    return typer.Option("--pictures", help=f"{words}  [default: {default}]")


PicturesChoice = Annotated[Pictures | None, _pictures("all; with --quick: main")]
PicturesCompared = Annotated[Pictures | None, _pictures("all; with --quick: main; of run folders with --json: none")]
PicturesNotQuick = Annotated[Pictures | None, _pictures("all")]
"""Of a command without ``--quick``."""
AsSimulated = Annotated[
    bool,
    typer.Option(
        "--as-simulated",
        help="Leave stocks as the model gives them, instead of continuing them from the published counts as "
        "`mes forecast` does; what a scenario adds is the same.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Xlsx = Annotated[
    bool,
    typer.Option(
        "--xlsx", help="Write a workbook of the tables too, tables.<lang>.xlsx, with sources and what columns mean."
    ),
]
NetCDF = Annotated[
    bool, typer.Option("--netcdf", help="Write posterior.nc too, which ArviZ and xarray read (needs mes[netcdf]).")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="A taste in less than half a minute, marked as such in every output.")
]
StructureChoices = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="A structural alternative, as reading=naive (repeatable); or: average."),
]
Posterior = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Draw parameters from a folder of `mes calibrate`.  [default: the shipped one]",
        autocompletion=folders,
    ),
]
Costs = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Unit prices of your own, a TOML file (no CSV, no workbook): `mes costs > prices.toml` makes one to edit."
        "  [default: the shipped ones]",
        autocompletion=toml_files,
    ),
]
Effects = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Effects that trials have taught, a file of `mes learn`.  [default: the priors]"),
]
PolicyStart = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help="Day on which what the scenarios do begins.  [default: 2027-01-04]"),
]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Horizon.  [default: 2027-12-31]")]
UntilDated = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM-DD",
        help="Horizon; the day of the target is looked for to the end of 2028.  [default: 2027-12-31]",
    ),
]
"""Of a command that says when the target is reached."""
Target = Annotated[
    str | None,
    typer.Option(
        metavar="PROFILES",
        help="Target: activated profiles, as 40M, or monthly users, as users=5M.  [default: 40M]",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Say on stderr what is done, when, and how long it takes.")]
Log = Annotated[
    Path | None,
    typer.Option(
        "--log", metavar="FILE", help="Add the same to a file; folders of results have a log of their own, log.txt."
    ),
]


def _LOGGED(verbose: Verbose = False, log: Log = None) -> None:  # noqa: N802
    """The options that ``with_log`` adds."""
