"""Which pictures each command draws of its folder, from which tables, and which of them answer its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cli.options import Pictures
from foundation.drawing.album import Album

if TYPE_CHECKING:
    from foundation.drawing.album import Picture


def _of_a_run() -> Mapping[str, Picture]:
    from scenarios.compare.pictures import PICTURES

    return PICTURES


def _of_a_plan() -> Mapping[str, Picture]:
    from planning.mix.pictures import PICTURES

    return PICTURES


def _of_effects() -> Mapping[str, Picture]:
    from planning.effects.pictures import PICTURES

    return PICTURES


def _of_sensitivity() -> Mapping[str, Picture]:
    from planning.sensitivity.pictures import PICTURES

    return PICTURES


def _of_a_forecast() -> Mapping[str, Picture]:
    from calibration.forecast.pictures import PICTURES

    return PICTURES


RUN = Album(
    pictures=_of_a_run,
    shows={
        "adoption": ("outcomes", "weekly"),
        "additional": ("outcomes",),
        "cost-effect": ("outcomes",),
        "funnel": ("outcomes", "weekly"),
        "age-bands": ("outcomes", "groups"),
        "digital-gap": ("outcomes", "groups"),
        "equity": ("outcomes", "equity"),
        "left-behind": ("outcomes", "equity"),
        "drivers": (),
    },
    main=("adoption", "cost-effect", "equity"),
)
"""When how many, at what cost, and who is left behind."""
COMPARING = ("additional", "cost-effect", "equity")
"""Pictures that need a strategy beside the reference."""
ALBUMS = {
    "plan": Album(
        pictures=_of_a_plan,
        shows={"frontier": ("frontier", "plan_draws", "shipped"), "composition": ("plan",)},
        main=("frontier",),
    ),
    "effects": Album(pictures=_of_effects, shows={"effects": ("effects",)}, main=("effects",)),
    "sensitivity": Album(
        pictures=_of_sensitivity,
        shows={"tornado": ("indices",), "information": ("information",)},
        main=("tornado",),
    ),
    "forecast": Album(pictures=_of_a_forecast, shows={"forecast": ("paths",)}, main=("forecast",)),
}
"""By the command that a folder is of; all others hold the tables of a run."""


def album_of(manifest: Mapping[str, Any]) -> Album:
    """The pictures of a folder."""
    return ALBUMS.get(str(manifest.get("command")), RUN)


def names_of(album: Album, manifest: Mapping[str, Any], wanted: Pictures) -> list[str]:
    """Pictures to draw, in order; a run of the reference alone has nothing to compare."""
    left_out = COMPARING if album is RUN and len(manifest["scenarios"]) == 1 else ()
    kept: dict[Pictures, Callable[[str], bool]] = {
        Pictures.none: lambda name: False,
        Pictures.main: lambda name: name in album.main,
        Pictures.all: lambda name: True,
    }
    return [name for name in album.shows if kept[wanted](name) and name not in left_out]
