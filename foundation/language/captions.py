"""The line below every table and picture: how many people and draws, where data end, where policy starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from foundation.language.numbers import day, number
from foundation.language.text import label
from model.terms.structure import Structure


def run_line(manifest: Mapping[str, Any], lang: str, *, intervals: bool = True) -> str:
    """Settings of a run in one line; structural choices only where they differ from the default.

    ``intervals``: whether what stands above it are medians with intervals.
    """
    return " · ".join(_parts(manifest, lang, intervals))


def _parts(manifest: Mapping[str, Any], lang: str, intervals: bool) -> Iterator[str]:
    if "people" in manifest:  # not where nothing is simulated
        yield label("common.people", lang, people=number(manifest["people"], 0, lang))
        yield _draws(manifest, lang)
    yield label("common.seed", lang, seed=manifest["seed"])
    yield label("common.data_end", lang, day=day(manifest["data_end"], lang))
    if "policy_start" in manifest:
        yield label("common.policy_start", lang, day=day(manifest["policy_start"], lang))
        if intervals:
            yield label("common.interval", lang)
    if manifest.get("averaged"):
        yield label("common.averaged", lang, structures=len(manifest["averaged"]))
    if choices := _choices(manifest):
        yield label("common.structure", lang, choices=choices)
    if not manifest.get("paired", True):
        yield label("common.unpaired", lang)


def _draws(manifest: Mapping[str, Any], lang: str) -> str:
    draws, failed = manifest["draws"], len(manifest.get("failures") or ())
    if failed:
        return label("common.draws_failed", lang, done=number(draws - failed, 0, lang), draws=number(draws, 0, lang))
    return label("common.draws_one" if draws == 1 else "common.draws", lang, draws=number(draws, 0, lang))


def _choices(manifest: Mapping[str, Any]) -> str:
    defaults, chosen = vars(Structure()), manifest.get("structure") or {}
    return ", ".join(f"{key} = {value}" for key, value in chosen.items() if defaults.get(key) != value)
