"""Which pictures each command draws of its folder, from which tables, and which of them answer its question."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from cli.options import Pictures
from foundation.drawing.album import Album
from foundation.store.manifest import entries

if TYPE_CHECKING:
    from foundation.drawing.album import Picture
    from foundation.store.manifest import Manifest


def _pictures(module: str) -> Mapping[str, Picture]:
    """Those of a module, which is loaded where they are drawn."""
    pictures: Mapping[str, Picture] = import_module(module).PICTURES
    return pictures


RUN = Album(
    pictures=partial(_pictures, "scenarios.compare.pictures"),
    shows={
        "adoption": ("outcomes", "weekly"),
        "additional": ("outcomes",),
        "cost-effect": ("outcomes",),
        "funnel": ("outcomes", "weekly", "groups"),
        "age-bands": ("equity", "outcomes"),
        "digital-gap": ("equity", "outcomes"),
        "equity": ("outcomes", "equity"),
        "left-behind": ("outcomes", "equity"),
        "regions": ("outcomes", "equity"),
        "use": ("outcomes", "users"),
        "drivers": (),
    },
    main=("adoption", "cost-effect", "equity"),
)
"""When how many, at what cost, and who is left behind."""
COMPARING = ("additional", "cost-effect", "equity")
"""Pictures that need a strategy beside the reference."""
ALBUMS = {
    "fit": Album(
        pictures=partial(_pictures, "calibration.fit.study"),
        shows={
            "stocks": ("curves", "residuals"),
            "answers": ("residuals",),
            "parameters": ("parameters",),
            "correlations": ("correlations",),
        },
        main=("stocks", "parameters"),
    ),
    "plan": Album(
        pictures=partial(_pictures, "planning.mix.pictures"),
        shows={"frontier": ("frontier", "plan_draws", "shipped"), "composition": ("plan",)},
        main=("frontier",),
    ),
    "effects": Album(
        pictures=partial(_pictures, "planning.effects.pictures"), shows={"effects": ("effects",)}, main=("effects",)
    ),
    "sensitivity": Album(
        pictures=partial(_pictures, "planning.sensitivity.pictures"),
        shows={"tornado": ("indices",), "information": ("information",)},
        main=("tornado",),
    ),
    "calibrate-region": Album(
        pictures=partial(_pictures, "calibration.region.pictures"),
        shows={"level": ("fan", "result")},
        main=("level",),
    ),
    "uncertainty": Album(
        pictures=partial(_pictures, "calibration.uncertainty.study"),
        shows={"uncertainty": ("split",)},
        main=("uncertainty",),
    ),
    "hindcast": Album(
        pictures=partial(_pictures, "calibration.hindcast.study"),
        shows={"hindcast": ("hindcast", "bounds", "bands", "documents")},
        main=("hindcast",),
    ),
    "survey": Album(
        pictures=partial(_pictures, "calibration.survey.study"), shows={"survey": ("survey",)}, main=("survey",)
    ),
    "forecast": Album(
        pictures=partial(_pictures, "calibration.forecast.pictures"), shows={"forecast": ("paths",)}, main=("forecast",)
    ),
}
"""By the command that a folder is of; all others hold the tables of a run."""


def album_of(manifest: Manifest) -> Album:
    """The pictures of a folder."""
    return ALBUMS.get(str(manifest.get("command")), RUN)


def begin(command: str, wanted: Pictures, processes: int) -> None:
    """Lets those who will draw the pictures of a command get ready."""
    from foundation.drawing import album

    chosen = ALBUMS.get(command, RUN)
    album.begin(chosen, len(_asked(chosen, wanted)), processes)


def _asked(album: Album, wanted: Pictures) -> tuple[str, ...]:
    return {Pictures.none: (), Pictures.main: album.main, Pictures.all: tuple(album.shows)}[wanted]


def names_of(album: Album, manifest: Manifest, wanted: Pictures) -> list[str]:
    """Pictures to draw, in order; a run of the reference alone has nothing to compare, one of a region no
    map."""
    left_out = COMPARING if album is RUN and len(entries(manifest)) == 1 else ()
    if manifest.get("region"):
        left_out = (*left_out, "regions")
    asked = _asked(album, wanted)
    return [name for name in album.shows if name in asked and name not in left_out]
