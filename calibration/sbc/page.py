"""Tables and pictures of ``docs/calibration-sbc.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calibration.sbc.ranks import DISTANCE, LEVEL, STRICT, Line, ecdf_band, lines_of
from foundation.shapes import Floats

Ranks = Mapping[str, Mapping[str, Floats]]
TITLES = {"near": "Truths near the real figures"}
CONTROLS = {
    "": "as it is",
    "narrow": "spread × 0.6",
    "shifted": "moved by half a standard deviation",
    "far": "moved by one standard deviation",
}


def verdicts(ranks: Ranks, lines: Sequence[str], control: str = "", level: float = LEVEL) -> dict[str, list[Line]]:
    """All verdicts by set of truths; multiplicity counts every line of every set."""
    comparisons = sum(found[control].shape[1] for found in ranks.values())
    return {name: lines_of(lines, found[control], comparisons, level) for name, found in ranks.items()}


def page_text(ranks: Ranks, lines: Sequence[str], settings: Mapping[str, Any], command: str) -> str:
    """Markdown: what was run, the verdicts, the negative controls."""
    found = verdicts(ranks, lines)
    every = [line for part in found.values() for line in part]
    failed = sum(not line.passed for line in every)
    said = [
        f"```sh\n{command}\n```\n",
        f"{every[0].truths} truths, those of {settings['sims']:,} runs of the prior whose figures are nearest to the "
        f"real ones; {settings['people']:,} people in each run; {settings['waves']} waves with {settings['wave']} runs "
        f"for each truth.\n",
        f"**{len(every) - failed} of {len(every)} lines pass, {failed} fail.**",
        *_named("fails", found),
        *_named(f"outside the band of {100 * STRICT:g} % over all lines", verdicts(ranks, lines, level=STRICT)),
        "",
        _bands(ranks, lines),
        _table(found),
        _controls(ranks, lines),
        *(f"![{TITLES[name]}](figures/sbc-{name}.png)\n" for name in ranks),
    ]
    return "\n".join(said)


def _named(what: str, found: Mapping[str, Sequence[Line]]) -> list[str]:
    """A line for each set of which something does not pass."""
    failing = {name: [line.name for line in part if not line.passed] for name, part in found.items()}
    return [f"- {TITLES[name]}, {what}: {', '.join(names)}" for name, names in failing.items() if names]


def _bands(ranks: Ranks, lines: Sequence[str]) -> str:
    head = ["Truths", "Number", "Over all lines together", "Inside the 90 % interval", "Least p"]
    rows = []
    for level in (STRICT, LEVEL):
        for name, part in verdicts(ranks, lines, level=level).items():
            (low, high), n = part[0].band, part[0].truths
            band = f"{low} to {high} ({100 * low / n:.0f} to {100 * high / n:.0f} %)"
            rows.append([TITLES[name], str(n), f"{100 * level:g} %", band, f"{part[0].needed:.1e}"])
    return _markdown(head, rows)


def _table(found: Mapping[str, Sequence[Line]]) -> str:
    """A row a line: coverage and p of each set."""
    head = ["Line", *(f"{TITLES[name]}: inside, p" for name in found)]
    rows = []
    for same in zip(*found.values(), strict=True):
        name = same[0].name
        rows.append([f"`{name}`" if "_" in name or name.isalpha() else name, *map(_cell, same)])
    return _markdown(head, rows)


def _cell(line: Line) -> str:
    text = f"{100 * line.inside / line.truths:.0f} %, {line.p:.2g}"
    return text if line.passed else f"**{text}: fails**"


def _controls(ranks: Ranks, lines: Sequence[str]) -> str:
    """How many lines fail when the posterior is made wrong."""
    head = ["Posterior", *(TITLES[name] for name in ranks), "Distance of the whole"]
    rows = []
    for control, words in CONTROLS.items():
        found = verdicts(ranks, lines, control)
        counts = [f"{sum(not one.passed for one in part)} of {len(part)} fail" for part in found.values()]
        whole = [line for part in found.values() for line in part if line.name == DISTANCE]
        rows.append([words, *counts, "passes" if all(line.passed for line in whole) else "fails"])
    return _markdown(head, rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def pictures(ranks: Ranks, lines: Sequence[str], folder: Path) -> None:
    """One picture a set of truths, as PNG and SVG."""
    from calibration.sbc.pictures import rank_panels
    from foundation.drawing.style import save

    folder.mkdir(parents=True, exist_ok=True)
    found = verdicts(ranks, lines)
    for name, part in ranks.items():
        failing = {line.name for line in found[name] if not line.passed}
        figure = rank_panels(TITLES[name], lines, part[""], failing, ecdf_band)
        save(figure, folder / f"sbc-{name}")
