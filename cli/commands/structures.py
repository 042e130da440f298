"""``mes structures``: what the data say of each structural alternative."""

from __future__ import annotations

import sys

from cli import options as o
from cli.errors import reported


def structures(lang: o.Language = o.Lang.en, json: o.Json = False) -> None:
    """Structural alternatives fitted to the same targets: evidence, Bayes factors, weights."""
    with reported():
        from rich.console import Console

        from calibration.draws.structures import fitted
        from calibration.uncertainty.tables import structures_document, structures_table
        from cli.simulation import print_json

        alternatives = fitted()
        if json:
            print_json(structures_document(alternatives))
            return
        console = Console() if sys.stdout.isatty() else Console(width=120)
        console.print(structures_table(alternatives, lang.value))
