"""Breaking text into lines by its real width."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path


def wrap(text: str, inches: float, size: float, *, weight: str = "normal", most: int | None = None) -> list[str]:
    """Lines no wider than ``inches``, broken at plain spaces (no-break ones hold), or within a word that is too long.

    With ``most`` lines at most, the last one ends in an ellipsis when text is left out.
    """
    lines: list[str] = [""]
    for word in text.split(" "):
        for piece in _pieces(word, inches, size, weight):
            longer = f"{lines[-1]} {piece}".strip(" ")
            if width(longer, size, weight) <= inches:
                lines[-1] = longer
            else:
                lines.append(piece)
    lines = [line for line in lines if line] or [""]
    if most is None or len(lines) <= most:
        return lines
    return [*lines[: most - 1], _shortened(lines[most - 1], inches, size, weight)]


@lru_cache(maxsize=4096)
def width(text: str, size: float, weight: str = "normal") -> float:
    """Width in inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def _pieces(word: str, inches: float, size: float, weight: str) -> list[str]:
    if width(word, size, weight) <= inches:  # as nearly all do: their beginnings need not be measured
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, weight) > inches:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _shortened(line: str, inches: float, size: float, weight: str) -> str:
    while line and width(f"{line}…", size, weight) > inches:
        line = line[:-1]
    return f"{line.rstrip()}…"
