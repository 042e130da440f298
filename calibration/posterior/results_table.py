"""What ``mes calibrate`` prints: the evidence, how far to trust it, and where the emulator was tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from foundation.language.numbers import day, number
from foundation.language.text import label


def summary_lines(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Lines for a terminal."""
    check = summary["check"]
    effective = number(summary["effective_sample"], 0, lang)
    yield label("calibrate.found", lang, draws=summary["draws"], effective=effective)
    yield label(
        "calibrate.log_evidence",
        lang,
        value=number(summary["log_evidence"], 2, lang),
        error=number(summary["log_evidence_error"], 2, lang),
        information=number(summary["information_nats"], 1, lang),
    )
    against = summary["walk_against_importance_sampling"]
    low, high = against["sd_ratio"]
    yield label(
        "calibrate.agreement",
        lang,
        effective=number(summary["importance_sampling"]["effective"], 0, lang),
        mean=number(against["largest_difference_of_means_in_sd"], 2, lang),
        low=number(low, 2, lang),
        high=number(high, 2, lang),
    )
    yield label(
        "calibrate.check",
        lang,
        runs=check["runs"],
        share=number(100 * check["effective_share"], 0, lang),
        possible=number(100 * summary["possible_share"], 0, lang),
    )
    for when, found in check["stocks"].items():
        first, _, region = when.partition(" ")
        yield "  " + label(
            "calibrate.stock",
            lang,
            day=day(date.fromisoformat(first), lang) + (f", {region}" if region else ""),
            error=number(100 * found["emulator_error"], 2, lang),
            mean=number(found["z_mean"], 2, lang),
            sd=number(found["z_sd"], 2, lang),
            inside=number(100 * found["inside_90"], 0, lang),
        )
