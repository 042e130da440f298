"""What is needed to repeat the run: the counts it started from, settings, hashes, commands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from foundation.language.numbers import day, moment, number, percent
from report import say
from report.numbers import Numbers
from report.shown import traced
from report.sources import Row
from scenarios.words import scenario_titles


def stock_rows(numbers: Numbers) -> list[Row]:
    """The counts, published or of the region, that the run was fitted on, or started from."""
    rows = []
    for place, point in enumerate(numbers.manifest.get("stock_targets") or ()):
        cells = {}
        for name, measure in (("millions", "millions"), ("error", "error_millions")):
            value = float(point[measure])
            cells[name] = traced(
                number(value, 2, numbers.lang),
                [value],
                file="manifest.json",
                measure=f"stock_targets.{measure}",
                stats=["value"],
                where={"place": place},
            )
        kind = say(f"kind.{point['kind']}", numbers.lang)
        rows.append({"day": day(point["date"], numbers.lang), "kind": kind, **cells})
    return rows


def settings_rows(numbers: Numbers) -> list[tuple[Markup, Markup | str]]:
    """What determines the numbers."""
    manifest, lang = numbers.manifest, numbers.lang
    plain = ("version", "people", "draws", "seed", "engine", "policy_start", "until", "data_end")
    rows: list[tuple[Markup, Markup | str]] = [
        (say(f"repeat.{key}", lang), numbers.setting(key, _shown(manifest[key], key, lang))) for key in plain
    ]
    target = numbers.say("repeat.target_text", target=numbers.target())
    rows.append((say("repeat.target", lang), target))
    rows.append((say("repeat.structure", lang), ", ".join(f"{k} = {v}" for k, v in manifest["structure"].items())))
    rows.append((say("repeat.finished", lang), moment(manifest.get("finished"), lang)))
    if numbers.region:
        level = manifest.get("level") or {}
        rows.append((say("repeat.region", lang), numbers.words["place"]))
        share = numbers.setting("region_share", percent(manifest["region_share"], lang, 1))
        rows.append((say("repeat.region_share", lang), share))
        rows.append((say("repeat.level", lang), level.get("folder") or say("repeat.no_level", lang)))
    machine = manifest.get("machine") or {}
    rows.append((say("repeat.machine", lang), ", ".join(f"{key} {value}" for key, value in machine.items())))
    return rows


def _shown(value: Any, key: str, lang: str) -> str:
    """A seed is a name, not an amount: it gets no separators."""
    if key in ("people", "draws"):
        return number(value, 0, lang)
    return day(value, lang) if key in ("policy_start", "until", "data_end") else str(value)


def hash_rows(numbers: Numbers) -> list[tuple[str | Markup, str]]:
    """Files of the folder, scenarios and data, with their SHA-256."""
    manifest, titles = numbers.manifest, scenario_titles(numbers.manifest, numbers.lang)
    files = [(name, digest) for name, digest in manifest["files"].items()]
    scenarios = [
        (say("repeat.scenario", numbers.lang, name=titles[e["name"]]), e["sha256"]) for e in manifest["scenarios"]
    ]
    data = [(say("repeat.data", numbers.lang, name=name), digest) for name, digest in manifest["data"].items()]
    return [*files, *scenarios, *data]


def command(words: Sequence[str]) -> str:
    """A command as one types it."""
    return shlex.join(words)
