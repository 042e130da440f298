"""Tables and pictures of ``docs/calibration-sbc.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calibration.sbc.ranks import LEVEL, Line, ecdf_band, lines_of
from foundation.shapes import Floats

Ranks = Mapping[str, Mapping[str, Floats]]
TITLES = {
    "prior": "Fast method, truths from the prior",
    "near": "Fast method, truths near the real figures",
    "posterior": "Sampler, truths from the posterior",
}
CONTROLS = {
    "": "as it is",
    "narrow": "spread × 0.6",
    "shifted": "moved by half a standard deviation",
    "far": "moved by one standard deviation",
}


def names_of(name: str, lines: Sequence[str], likelihood: str) -> list[str]:
    """Lines of a set of truths; only the sampler knows likelihoods."""
    return [*lines, likelihood] if name == "posterior" else list(lines)


def verdicts(ranks: Ranks, lines: Sequence[str], likelihood: str, control: str = "") -> dict[str, list[Line]]:
    """All verdicts by set of truths; multiplicity counts every line of every set."""
    comparisons = sum(found[control].shape[1] for found in ranks.values())
    return {
        name: lines_of(names_of(name, lines, likelihood), found[control], comparisons) for name, found in ranks.items()
    }


def page_text(ranks: Ranks, lines: Sequence[str], likelihood: str, settings: Mapping[str, Any], command: str) -> str:
    """Markdown: what was run, the verdicts, the negative controls."""
    found = verdicts(ranks, lines, likelihood)
    failing = {name: [line.name for line in part if not line.passed] for name, part in found.items()}
    total, failed = sum(map(len, found.values())), sum(map(len, failing.values()))
    said = [
        f"```sh\n{command}\n```\n",
        f"{settings['sims']:,} runs of the prior with {settings['people']:,} people each; "
        f"{_truths(found['prior'])} truths from the prior, {_truths(found['near'])} near the real figures, "
        f"{_truths(found['posterior'])} from the posterior.\n",
        f"**{total - failed} of {total} lines pass, {failed} fail.**",
        *(f"- {TITLES[name]}: {', '.join(names)}" for name, names in failing.items() if names),
        "",
        _bands(found),
        _table(found),
        _controls(ranks, lines, likelihood),
        *(f"![{TITLES[name]}](figures/sbc-{name}.png)\n" for name in ranks),
    ]
    return "\n".join(said)


def _truths(lines: Sequence[Line]) -> int:
    return lines[0].truths


def _bands(found: Mapping[str, Sequence[Line]]) -> str:
    head = ["Truths", "Number", f"Inside the 90 % interval: band of {100 * LEVEL:g} % over all lines", "Least p"]
    rows = []
    for name, lines in found.items():
        low, high = lines[0].band
        n = lines[0].truths
        band = f"{low} to {high} ({100 * low / n:.0f} to {100 * high / n:.0f} %)"
        rows.append([TITLES[name], str(n), band, f"{lines[0].needed:.1e}"])
    return _markdown(head, rows)


def _table(found: Mapping[str, Sequence[Line]]) -> str:
    """A row a line: coverage and p of each set."""
    head = ["Line", *(f"{TITLES[name]}: inside, p" for name in found)]
    longest = max(found.values(), key=len)
    rows = []
    for line in longest:
        cells = [next((_cell(one) for one in lines if one.name == line.name), "–") for lines in found.values()]
        rows.append([f"`{line.name}`" if "_" in line.name or line.name.isalpha() else line.name, *cells])
    return _markdown(head, rows)


def _cell(line: Line) -> str:
    text = f"{100 * line.inside / line.truths:.0f} %, {line.p:.2g}"
    return text if line.passed else f"**{text}: fails**"


def _controls(ranks: Ranks, lines: Sequence[str], likelihood: str) -> str:
    """How many lines fail when the posterior is made wrong."""
    head = ["Posterior", *(TITLES[name] for name in ranks), "Distance of the whole fails"]
    rows = []
    for control, words in CONTROLS.items():
        found = verdicts(ranks, lines, likelihood, control)
        counts = [f"{sum(not one.passed for one in part)} of {len(part)} fail" for part in found.values()]
        whole = [TITLES[n] for n, part in found.items() if any(o.name == lines[-1] and not o.passed for o in part)]
        everywhere = "everywhere" if len(whole) == len(found) else "; ".join(whole) or "nowhere"
        rows.append([words, *counts, everywhere])
    return _markdown(head, rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def pictures(ranks: Ranks, lines: Sequence[str], likelihood: str, folder: Path) -> None:
    """One picture a set of truths, as PNG and SVG."""
    from calibration.sbc.pictures import rank_panels
    from foundation.drawing.style import save

    folder.mkdir(parents=True, exist_ok=True)
    found = verdicts(ranks, lines, likelihood)
    for name, part in ranks.items():
        failing = {line.name for line in found[name] if not line.passed}
        figure = rank_panels(TITLES[name], names_of(name, lines, likelihood), part[""], failing, ecdf_band)
        save(figure, folder / f"sbc-{name}")
