"""The command ``mes``."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.calibrate import calibrate, counts_app
from cli.commands.compare import compare, run
from cli.commands.effects import effects, sensitivity
from cli.commands.fit import fit
from cli.commands.folders import columns, plot, report, verify
from cli.commands.forecasting import forecast
from cli.commands.hindcast import hindcast
from cli.commands.plan import plan
from cli.commands.regions import regions
from cli.commands.scenarios import app as scenarios
from cli.commands.scenarios import costs
from cli.commands.story import story
from cli.commands.survey import survey
from cli.commands.uncertainty import structures, uncertainty
from cli.commands.upkeep import docs, evidence, study
from cli.commands.web import web
from cli.errors import Mes
from cli.options import with_log
from cli.pilots import learn, pilot

app = typer.Typer(
    name="mes",
    cls=Mes,
    no_args_is_help=True,
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


app.command()(with_log(compare))
app.command()(with_log(run))
app.command()(with_log(plan))
app.command()(with_log(pilot))
app.command()(with_log(learn))
app.command()(with_log(effects))
app.command()(with_log(sensitivity))
app.command()(with_log(plot))
app.command()(with_log(forecast))
app.command()(with_log(hindcast))
app.command()(with_log(calibrate))
app.command()(with_log(regions))
app.command()(with_log(fit))
app.command()(structures)
app.command()(with_log(uncertainty))
app.command()(with_log(survey))
app.command()(verify)
app.command()(columns)
app.command()(with_log(report))
app.command()(story)
app.command()(with_log(web))
app.command()(costs)
app.add_typer(counts_app, name="counts")
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
