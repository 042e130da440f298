"""What is done with a finished folder: ``mes plot`` draws its pictures again, ``mes verify`` proves it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options as o
from cli.errors import FAILED, reported

if TYPE_CHECKING:
    from foundation.store.verification import Finding, Verification

OWN = ("plan", "effects", "sensitivity", "forecast")
"""Commands whose folders hold other tables than a run's."""


def plot(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    lang: o.Language = o.Lang.en,
    json: Annotated[bool, typer.Option("--json", help="Print the list of pictures as JSON.")] = False,
) -> None:
    """Draw the pictures of a finished run again (for instance in the other language)."""
    with reported():
        from cli.simulation import draw_pictures, print_json
        from foundation.store import manifest as manifests
        from foundation.store.store import Store
        from scenarios.compare.comparison import load

        if manifests.read(folder).get("command") in OWN:
            manifest, pictures = _own(folder, lang)
        else:
            manifest, frames = load(folder)
            pictures = draw_pictures(frames, manifest, folder, lang)
        Store.opened(folder).seal("pictures/")
        if json:
            print_json({"folder": str(folder), "quick": manifest["quick"], "pictures": [str(p) for p in pictures]})
        else:
            for picture in pictures:
                print(picture)


def _own(folder: Path, lang: o.Lang) -> tuple[Any, list[Path]]:
    """Manifest and pictures of a plan, of effects, of a sensitivity analysis, or of a forecast.

    Raises:
        UserError: the folder is not finished, or not as its command left it.
    """
    from calibration.forecast.pictures import draw_forecast
    from calibration.forecast.study import FRAMES as FORECAST
    from foundation.store import manifest as manifests
    from foundation.store.store import load
    from planning.effects.effects import FRAMES as EFFECTS
    from planning.effects.pictures import draw_effects
    from planning.mix.pictures import draw_plan
    from planning.mix.results import FRAMES as PLAN
    from planning.sensitivity.pictures import draw_sensitivity
    from planning.sensitivity.study import FRAMES as SENSITIVITY

    kinds = {"plan": (PLAN, draw_plan), "effects": (EFFECTS, draw_effects), "forecast": (FORECAST, draw_forecast)}
    names, draw = (kinds | {"sensitivity": (SENSITIVITY, draw_sensitivity)})[manifests.read(folder)["command"]]
    manifest, frames = load(folder, names)
    return manifest, draw(frames, manifest, folder / "pictures", lang.value)


def verify(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Prove a folder complete and unaltered, or say what is missing or altered (exit status 1)."""
    with reported():
        from cli.simulation import print_json
        from foundation.store.verification import verify_folder

        result = verify_folder(folder)
        if json:
            print_json(_document(result, lang.value))
        else:
            print("\n".join(_lines(result, lang.value)))
        if not result.sound:
            raise typer.Exit(FAILED)


def _lines(result: Verification, lang: str) -> Iterator[str]:
    from foundation.language.text import label

    manifest = result.manifest
    yield label("verify.sound" if result.sound else "verify.unsound", lang, folder=result.folder)
    for finding in result.findings:
        yield f"  {_sentence(finding, lang)}"
    if result.found is not None and "sources" not in manifest:
        yield f"  {label('verify.draws', lang, found=result.found, wanted=manifest.get('draws'))}"
    if result.sound:
        yield f"  {label('verify.files', lang, files=result.files)}"
        made = {key: manifest.get(key) for key in ("version", "finished")}
        yield f"  {label('verify.made', lang, **made)}"


def _sentence(finding: Finding, lang: str) -> str:
    from foundation.language.text import label

    return label(f"verify.{finding.kind}", lang, where=finding.where, **finding.values)


def _document(result: Verification, lang: str) -> dict[str, Any]:
    manifest = result.manifest
    return {
        "folder": str(result.folder),
        "sound": result.sound,
        "status": manifest.get("status"),
        "draws": {"found": result.found, "wanted": manifest.get("draws")},
        "files": result.files,
        "failures": [finding.values["draw"] for finding in result.findings if finding.kind == "draw_failed"],
        "version": manifest.get("version"),
        "findings": [
            {"kind": finding.kind, "where": finding.where, **finding.values, "message": _sentence(finding, lang)}
            for finding in result.findings
        ],
    }
