"""The command ``mes``."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.calibrate import calibrate
from cli.commands.compare import compare
from cli.commands.effects import effects
from cli.commands.fit import fit
from cli.commands.folders import plot, verify
from cli.commands.forecasting import forecast
from cli.commands.hindcast import hindcast
from cli.commands.plan import plan
from cli.commands.report import report
from cli.commands.run import run
from cli.commands.scenarios import app as scenarios
from cli.commands.sensitivity import sensitivity
from cli.commands.story import story
from cli.commands.survey import survey
from cli.commands.uncertainty import structures, uncertainty
from cli.commands.upkeep import docs, evidence, study
from cli.errors import Mes

app = typer.Typer(
    name="mes",
    cls=Mes,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from foundation.store.manifest import package_version

        print(f"mes {package_version()}")
        raise typer.Exit


@app.callback()
def _mes(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Which outreach activates how many Mon espace santé profiles, by when, at what cost, with what certainty."""


app.command()(compare)
app.command()(run)
app.command()(plan)
app.command()(effects)
app.command()(sensitivity)
app.command()(plot)
app.command()(forecast)
app.command()(hindcast)
app.command()(calibrate)
app.command()(fit)
app.command()(structures)
app.command()(uncertainty)
app.command()(survey)
app.command()(verify)
app.command()(report)
app.command()(story)
app.add_typer(scenarios, name="scenarios")
# For maintainers: named in CONTRIBUTING.md.
app.command(hidden=True)(docs)
app.command(hidden=True)(study)
app.command(hidden=True)(evidence)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
