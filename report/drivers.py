"""What drives the results of a run and what would be worth knowing, as ``mes sensitivity`` leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from calibration.uncertainty import label
from calibration.uncertainty.study import share_with_interval
from foundation.errors import UserError
from foundation.language.numbers import UNDEFINED, compact, interval, number, percent, share_of_draws, with_interval
from foundation.store import manifest as manifests
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.store.store import Store, load
from planning.sensitivity.words import input_title, study_title
from report import say
from report.figures import SIZES, Panel, report_tornado
from report.numbers import Numbers
from report.shown import traced
from scenarios.words import scenario_titles

INDICES, INFORMATION = "indices.parquet", "information.parquet"
OUTCOMES = "outcomes.parquet"
DUMMY, EVERYTHING = "dummy", "everything"
MOST = 6
"""Inputs shown of each quantity."""
NAMED = 3
"""Inputs named in a sentence."""


@dataclass(frozen=True)
class Drivers:
    """A sensitivity analysis."""

    indices: pd.DataFrame
    """A row per quantity, scenario and input (``planning.sensitivity.indices``)."""
    information: pd.DataFrame
    """A row per study, then the dummy and everything (``planning.sensitivity.information``)."""
    settings: Mapping[str, Any]
    """Of the analysis: ``value_eur`` or ``budget_millions_eur``, and which quantities are ``shown``."""


def read_drivers(folder: Path, manifest: Manifest) -> Drivers:
    """The sensitivity analysis of a folder, checked to be of the very run that ``manifest`` seals.

    Raises:
        UserError: no folder of ``mes sensitivity``, one of another run, or one that has been altered.
    """
    theirs = manifests.read(folder)
    if theirs.get("command") != "sensitivity":
        raise UserError(f"{folder}: no folder of mes sensitivity; make one with: mes sensitivity RUN --out DIR")
    settings = theirs["sensitivity"]
    if settings["source_files"].get(OUTCOMES) != manifest["files"].get(OUTCOMES):
        raise UserError(
            f"{folder}: analyses another run ({settings['source']}); make one of this run with: mes sensitivity"
        )
    _, tables = load(folder, ("indices", "information"))
    return Drivers(tables["indices"], tables["information"], settings)


def drivers_context(drivers: Drivers, numbers: Numbers) -> Document:
    """What the page shows of a sensitivity analysis."""
    lang, shown = numbers.lang, [(q["quantity"], q["scenario"]) for q in drivers.settings["shown"]]
    panels = [Panel(_quantity(*each, numbers).striptags(), _rows(drivers, *each, lang)) for each in shown]
    legend = [say(f"drivers.{name}", lang).striptags() for name in ("low_third", "high_third", "noise")]
    sentences = [_sentence(drivers, *each, numbers) for each in shown]
    return {
        "sentences": sentences,
        "figure": {s: report_tornado(panels, legend, lang, s, f"tornado-{s}") for s in SIZES},
        "alt": " ".join(sentence.striptags() for sentence in sentences),
        "quantities": [{"title": _quantity(*each, numbers), "rows": _table(drivers, *each, lang)} for each in shown],
        "decision": _decision(drivers, numbers),
        "worth": _worth(drivers, numbers),
        "studies": _studies(drivers, numbers),
        "kind": _kind(drivers),
        "note": say(f"worth.note_{_kind(drivers)}", lang),
    }


def worth_knowing(drivers: Drivers, numbers: Numbers) -> Markup:
    """The value of information in a sentence, for the answer."""
    return _worth(drivers, numbers)


def _kind(drivers: Drivers) -> str:
    """``value`` or ``budget``: what decides."""
    return "budget" if drivers.settings["budget_millions_eur"] is not None else "value"


def _quantity(quantity: str, scenario: str, numbers: Numbers) -> Markup:
    return say(f"drivers.{quantity}", numbers.lang, name=scenario_titles(numbers.manifest, numbers.lang)[scenario])


def _of(drivers: Drivers, quantity: str, scenario: str) -> pd.DataFrame:
    table = drivers.indices
    rows = table[(table["quantity"] == quantity) & (table["scenario"] == scenario)]
    return rows.sort_values("first_order", ascending=False, kind="stable")


def _rows(drivers: Drivers, quantity: str, scenario: str, lang: str) -> pd.DataFrame:
    rows = _of(drivers, quantity, scenario)
    rows = rows[rows["input"] != DUMMY].head(MOST)
    return rows.assign(title=[input_title(str(name), lang) for name in rows["input"]])


def _sentence(drivers: Drivers, quantity: str, scenario: str, numbers: Numbers) -> Markup:
    """The inputs beyond noise in words, with where the quantity stands when they are low and high."""
    lang, rows = numbers.lang, _of(drivers, quantity, scenario)
    known = rows[rows["known"] & (rows["input"] != DUMMY)].head(NAMED)
    what = say(f"drivers.what_{quantity}", lang, name=scenario_titles(numbers.manifest, lang)[scenario])
    if known.empty:
        return say("drivers.none", lang, what=what, draws=numbers.draws())
    parts = [
        say(
            f"drivers.part_{'euros' if quantity == 'cost' else 'millions'}",
            lang,
            input=input_title(str(row["input"]), lang),
            low=_one(row, "when_low", lang),
            high=_one(row, "when_high", lang),
            share=_one(row, "first_order", lang, share=True),
        )
        for row in known.to_dict("records")
    ]
    return say("drivers.most", lang, what=what, parts=Markup("\u202f; " if lang == "fr" else "; ").join(parts))


def _where(row: Mapping[Any, Any]) -> dict[str, str]:
    return {key: str(row[key]) for key in ("quantity", "scenario", "input")}


def _one(row: Mapping[Any, Any], measure: str, lang: str, *, share: bool = False) -> Markup:
    value = float(row[measure])
    text = percent(value, lang) if share else compact(value, lang)
    return traced(text, [value], file=INDICES, measure=measure, stats=["value"], where=_where(row))


def _table(drivers: Drivers, quantity: str, scenario: str, lang: str) -> list[dict[str, Any]]:
    """The inputs with the largest indices, and the random number as negative control."""
    rows = _of(drivers, quantity, scenario)
    chosen = pd.concat([rows[rows["input"] != DUMMY].head(MOST), rows[rows["input"] == DUMMY]])
    return [_row(row, drivers, lang) for row in chosen.to_dict("records")]


def _row(row: Mapping[Any, Any], drivers: Drivers, lang: str) -> dict[str, Any]:
    index, error = float(row["first_order"]), float(row["first_order_error"])
    text = f"{percent(index, lang)}\u00a0{interval(100 * (index - error), 100 * (index + error), 0, lang)}"
    values, stats = [index, index - error, index + error], ["value", "less", "more"]
    return {
        "name": input_title(str(row["input"]), lang),
        "index": traced(text, values, file=INDICES, measure="first_order", stats=stats, where=_where(row)),
        "floor": _one(row, "first_order_floor", lang, share=True),
        "low": _one(row, "when_low", lang),
        "high": _one(row, "when_high", lang),
        "known": say(f"drivers.{'yes' if row['known'] else 'no'}", lang),
        "control": row["input"] == DUMMY,
    }


def _decision(drivers: Drivers, numbers: Numbers) -> Markup:
    """What is chosen between, and what is chosen today."""
    now = scenario_titles(numbers.manifest, numbers.lang)[str(drivers.information["now"].iloc[0])]
    kind = _kind(drivers)
    key = {"value": "value_eur", "budget": "budget_millions_eur"}[kind]
    setting = float(drivers.settings[key])
    text = number(setting, 0 if setting % 1 == 0 else 2, numbers.lang)
    said = traced(text, [setting], file=manifests.FILE, measure=f"sensitivity.{key}", stats=["value"])
    return say(f"worth.now_{kind}", numbers.lang, setting=said, strategy=now)


def _worth(drivers: Drivers, numbers: Numbers) -> Markup:
    """What everything is worth, and the studies beyond noise."""
    lang, table, kind = numbers.lang, drivers.information, _kind(drivers)
    everything = _value(table[table["study"] == EVERYTHING].to_dict("records")[0], lang)
    known = table[table["known"] & ~table["study"].isin([DUMMY, EVERYTHING])].head(NAMED).to_dict("records")
    if not known:
        return say(f"worth.none_{kind}", lang, everything=everything, draws=numbers.draws())
    separator = Markup("\u202f; " if lang == "fr" else "; ")
    studies = separator.join(
        say(f"worth.study_{kind}", lang, study=study_title(str(row["study"]), lang), value=_value(row, lang))
        for row in known
    )
    return say(f"worth.most_{kind}", lang, everything=everything, studies=studies)


def _value(row: Mapping[Any, Any], lang: str) -> Markup:
    """Value of a study with its 90 % interval."""
    low, middle, high = (float(row[key]) for key in ("low", "value", "high"))
    text = with_interval(low, middle, high, lang)
    where = {"study": str(row["study"])}
    return traced(
        text, [middle, low, high], file=INFORMATION, measure="value", stats=["value", "low", "high"], where=where
    )


def _studies(drivers: Drivers, numbers: Numbers) -> list[dict[str, Any]]:
    """A row per study, the control, and everything; no number of what is within noise."""
    lang, rows = numbers.lang, drivers.information.to_dict("records")
    told = [row["known"] or row["study"] == EVERYTHING for row in rows]
    return [
        {
            "name": study_title(str(row["study"]), lang),
            "value": _value(row, lang) if beyond else say("drivers.noise", lang),
            "changes": _changes(row, numbers) if beyond else UNDEFINED,
            "known": "" if row["study"] == EVERYTHING else say(f"drivers.{'yes' if row['known'] else 'no'}", lang),
            "control": row["study"] in (DUMMY, EVERYTHING),
        }
        for row, beyond in zip(rows, told, strict=True)
    ]


def _changes(row: Mapping[Any, Any], numbers: Numbers) -> str | Markup:
    value = row["changes"]
    if pd.isna(value):
        return UNDEFINED
    text = share_of_draws(float(value), numbers.draw_count, numbers.lang)
    where = {"study": str(row["study"])}
    return traced(text, [float(value)], file=INFORMATION, measure="changes", stats=["value"], where=where)


FILE = "split.parquet"
SOURCES = ("structure", "parameters", "levers", "chance")
SAME = ("until", "policy_start")


def read_split(folder: Path, manifest: Manifest) -> pd.DataFrame:
    """Shares of the variance by scenario and measure, checked to answer the question of the run.

    ``UserError`` if the folder is none of ``mes uncertainty``, has been altered, or answers another question.
    """
    if region := manifest.get("region"):
        raise UserError(f"--uncertainty: mes uncertainty is of the whole country, the run of {region}; leave it out")
    theirs = manifests.read(folder)
    if theirs.get("kind") != "uncertainty":
        raise UserError(f"{folder}: no folder of mes uncertainty; make one with: mes uncertainty --out DIR")
    for key in SAME:
        if theirs[key] != manifest[key]:
            raise UserError(f"{folder}: {key} is {theirs[key]!r}, but {manifest[key]!r} in the run")
    shares = Store(folder, theirs).frames(("split",))["split"]
    if "chance_low" not in shares:
        raise UserError(f"{folder}: shares without intervals, made by an earlier version; run mes uncertainty again")
    return shares


def split_rows(shares: pd.DataFrame, numbers: Numbers) -> list[dict[str, Any]]:
    """A row for each scenario of the run that was split: activated for the reference, additional for the others."""
    titles, found = scenario_titles(numbers.manifest, numbers.lang), []
    rows = {(str(row["scenario"]), str(row["measure"])): row for row in shares.to_dict("records")}
    for name in numbers.names:
        measure = "activated_millions" if name == numbers.reference else "additional_millions"
        if row := rows.get((name, measure)):
            cells = [_split_share(row, source, numbers.lang) for source in SOURCES]
            found.append({"name": titles[name], "cells": cells})
    return found


def heads(lang: str) -> list[str]:
    """The four sources in words."""
    return [label(f"uncertainty.{source}", lang) for source in SOURCES]


def _split_share(row: Mapping[Any, Any], source: str, lang: str) -> Markup:
    """A share of the variance with its 90 % interval."""
    ends = [f"{source}_{end}" for end in ("low", "high")]
    values = [float(row[key]) for key in (source, *ends)]
    text = share_with_interval(row, source, lang)
    if not isfinite(values[0]):
        return Markup(text)
    where = {key: str(row[key]) for key in ("scenario", "measure")}
    return traced(text, values, file=FILE, measure=source, stats=["value", *ends], where=where)
