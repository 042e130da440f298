"""Tables and pictures of ``docs/calibration-sbc.md``: verdicts, and a panel a line with the ranks of its truths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from calibration.sbc.methods import DRAWS
from calibration.sbc.ranks import DISTANCE, LEVEL, STRICT, Line, Ranks, ecdf_band, lines_of
from foundation.drawing.style import BLUE, DPI, GREY, LARGE, NORMAL, PALE, RED, SMALL, WIDTH, save, styled
from foundation.language.pages import markdown_table
from foundation.shapes import Floats

TITLE, PICTURE = "Truths near the real figures", "sbc-near"
CONTROLS = {
    "": "as it is",
    "narrow": "spread × 0.6",
    "shifted": "moved by half a standard deviation",
    "far": "moved by one standard deviation",
}


def verdicts(ranks: Ranks, lines: Sequence[str], control: str = "", level: float = LEVEL) -> list[Line]:
    """A verdict a line; multiplicity counts them all."""
    return lines_of(lines, ranks[control], len(lines), level)


def page_text(ranks: Ranks, distances: Floats, lines: Sequence[str], settings: Mapping[str, int], command: str) -> str:
    """Markdown: what was run, the verdicts, the negative controls. ``distances`` [truth, 2]
    (``calibration.sbc.work.distances_of``)."""
    found = verdicts(ranks, lines)
    failed = sum(not line.passed for line in found)
    said = [
        f"```sh\n{command}\n```\n",
        f"{found[0].truths} truths, those of {settings['sims']:,} runs of the prior whose figures are nearest to the "
        f"real ones; {settings['people']:,} people in each run; {settings['waves']} waves with {settings['wave']} runs "
        f"for each truth; {2 * DRAWS} chains of {settings['steps']} steps.\n",
        f"**{len(found) - failed} of {len(found)} lines pass, {failed} fail.**",
        *_named("fails", found),
        *_named(f"outside the band of {100 * STRICT:g} % over all lines", verdicts(ranks, lines, level=STRICT)),
        "",
        _width(distances),
        _bands(ranks, lines),
        _table(found),
        _controls(ranks, lines),
        f"![{TITLE}](figures/{PICTURE}.png)\n",
    ]
    return "\n".join(said)


RESAMPLES = 2000


def _width(distances: Floats) -> str:
    """How far the truths are from the middle, beside the draws: by how much the whole is too narrow."""
    truths = len(distances)
    again = distances[np.random.default_rng(1).integers(truths, size=(RESAMPLES, truths))].mean(axis=1)
    ratios = np.sqrt(np.vstack([distances.mean(axis=0), again]))
    factors = ratios[:, 0] / ratios[:, 1]
    low, high = np.quantile(factors[1:], [0.05, 0.95])
    return (
        f"Distance of the whole, root mean square: truths {ratios[0, 0]:.2f}, draws {ratios[0, 1]:.2f} standard "
        f"deviations, {factors[0]:.3f} times as far [{low:.3f}; {high:.3f}], where a right method has 1.\n"
    )


def _named(what: str, found: Sequence[Line]) -> list[str]:
    """A line, if something does not pass."""
    names = [line.name for line in found if not line.passed]
    return [f"- {TITLE}, {what}: {', '.join(names)}"] if names else []


def _bands(ranks: Ranks, lines: Sequence[str]) -> str:
    head = ["Truths", "Number", "Over all lines together", "Inside the 90 % interval", "Least p"]
    rows = []
    for level in (STRICT, LEVEL):
        one = verdicts(ranks, lines, level=level)[0]
        (low, high), n = one.band, one.truths
        band = f"{low} to {high} ({100 * low / n:.0f} to {100 * high / n:.0f} %)"
        rows.append([TITLE, str(n), f"{100 * level:g} %", band, f"{one.needed:.1e}"])
    return f"{markdown_table(head, rows)}\n"


def _table(found: Sequence[Line]) -> str:
    """A row a line: coverage and p."""
    names = [f"`{line.name}`" if "_" in line.name or line.name.isalpha() else line.name for line in found]
    rows = [[name, _cell(line)] for name, line in zip(names, found, strict=True)]
    return f"{markdown_table(['Line', f'{TITLE}: inside, p'], rows)}\n"


def _cell(line: Line) -> str:
    text = f"{100 * line.inside / line.truths:.0f} %, {line.p:.2g}"
    return text if line.passed else f"**{text}: fails**"


def _controls(ranks: Ranks, lines: Sequence[str]) -> str:
    """How many lines fail when the posterior is made wrong."""
    rows = []
    for control, words in CONTROLS.items():
        found = verdicts(ranks, lines, control)
        whole = next(line for line in found if line.name == DISTANCE)
        count = f"{sum(not line.passed for line in found)} of {len(found)} fail"
        rows.append([words, count, "passes" if whole.passed else "fails"])
    return f"{markdown_table(['Posterior', TITLE, 'Distance of the whole'], rows)}\n"


def pictures(ranks: Ranks, lines: Sequence[str], folder: Path) -> None:
    """The ranks of every line, as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    failing = {line.name for line in verdicts(ranks, lines) if not line.passed}
    save(rank_panels(TITLE, lines, ranks[""], failing, ecdf_band), folder / PICTURE)


Band = Callable[[int, float], Floats]
COLUMNS, PANEL = 6, 1.25
"""Panels in a row; inches of height for each row."""
SURE = 0.95


@styled
def rank_panels(title: str, names: Sequence[str], ranks: Floats, failing: Collection[str], band: Band) -> Figure:
    """``ranks`` [truth, line] in 0..1; lines in ``failing`` are drawn in another colour. ``band`` gives lower and upper
    limits [2, point] of the ECDF for so many truths, crossed with a given probability."""
    rows = ceil(len(names) / COLUMNS)
    figure = Figure(figsize=(WIDTH, PANEL * rows + 1.0), dpi=DPI, layout="constrained")
    figure.suptitle(title, size=LARGE, weight="bold", x=0.01, ha="left")
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    limits = band(len(ranks), (1 - SURE) / len(names))
    points = np.arange(limits.shape[1] + 1) / limits.shape[1]
    low, high = np.hstack([[[0.0], [0.0]], limits]) - points
    for axes, name, column in zip(panels, names, ranks.T, strict=False):
        share = np.searchsorted(np.sort(column), points, side="right") / len(column)
        axes.fill_between(points, low, high, color=PALE, linewidth=0)
        axes.plot(points, share - points, color=RED if name in failing else BLUE, linewidth=1.3)
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.set_title(name.replace("overclaim_", "overclaim\n"), size=SMALL - 1.5, pad=2)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "", "1"])
        axes.tick_params(labelsize=SMALL - 1.5)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(names) - COLUMNS) : len(names)]:
        axes.tick_params(labelbottom=True)
    sure = f"{100 * SURE:.0f} %"
    figure.supxlabel(
        f"rank of the truth (0..1); {len(ranks)} truths; grey: {sure} band over all points and panels; red: fails",
        size=NORMAL,
        color=GREY,
    )
    figure.supylabel("share of ranks below, minus uniform", size=NORMAL, color=GREY)
    return figure
