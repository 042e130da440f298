"""The page every picture shares: colours, title above, source line below, the mark of a quick run; and text broken into
lines by its real width.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedLocator, FuncFormatter

from foundation.language.numbers import number
from foundation.language.text import label

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg


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
    font = FontProperties(family=FONT, size=size, weight=weight)
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


P = ParamSpec("P")
R = TypeVar("R")
BLUE, ORANGE, GREEN, RED, BLACK = "#0072B2", "#CC7F00", "#009E73", "#C40D28", "#000000"
"""After Okabe and Ito (2008): told apart by readers with any colour vision, and against white (3:1 at least). Their
orange is darker here, for the contrast; their vermilion, which reads as a second orange, is a red."""
GREY, PALE = "#6E6E6E", "#D9D9D9"
WIDTH = 10.0
"""Inches: 1,600 pixels at DPI, and text of 9 points still reads when shown 1,000 pixels wide."""
DPI = 160
PACKED = 4
"""Effort in packing a PNG, of 9: a third of the time of the usual 6."""
SMALL, NORMAL, LARGE = 9.0, 10.0, 14.0
MARGIN, FONT = 0.2, "DejaVu Sans"
_SETTINGS = {
    "font.family": FONT,
    "font.size": NORMAL,
    "axes.labelsize": NORMAL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.titley": 1.0,  # given, as no title stands above ticks: else each drawing looks for room anew
    "text.parse_math": False,
    "svg.hashsalt": "mes",
    "svg.fonttype": "path",
}


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draws with the house's settings, and leaves those of the caller as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        settings: dict[Any, Any] = {**matplotlib.rcParamsDefault, **_SETTINGS}
        with matplotlib.rc_context(settings), warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from")  # said by ``album.without_glyph``
            return draw(*args, **kwargs)

    return wrapper


def page(
    title: str, subtitle: str, body: float, source: str, lang: str, *, quick: bool = False, note: str = ""
) -> Figure:
    """A figure with ``body`` inches between title and source line, laid out there (constrained)."""
    room = WIDTH - 2 * MARGIN
    titles = wrap(title, room - (2.3 if quick else 0.0), LARGE, weight="bold")
    subtitles = wrap(subtitle, room, NORMAL)
    notes = [line for text in (note, source) if text for line in wrap(text, room, SMALL)]
    above = max(_height(titles, LARGE), 0.36 if quick else 0.0)
    head = MARGIN + above + _height(subtitles, NORMAL) + 0.12
    foot = MARGIN + _height(notes, SMALL)
    total = head + body + foot
    figure = Figure(figsize=(WIDTH, total), dpi=DPI)
    _write_page(figure, titles, subtitles, notes, above)
    if quick:
        _mark_quick(figure, lang)
    rect = (MARGIN / WIDTH, foot / total, 1 - 2 * MARGIN / WIDTH, body / total)
    figure.set_layout_engine("constrained", rect=rect, h_pad=0.06, wspace=0.05)
    return figure


def _height(lines: list[str], size: float) -> float:
    return len(lines) * 1.3 * size / 72


def _write_page(figure: Figure, titles: list[str], subtitles: list[str], notes: list[str], above: float) -> None:
    """``above``: inches that the titles take."""
    total, left = figure.get_figheight(), MARGIN / WIDTH
    top = 1 - 0.75 * MARGIN / total
    below = top - above / total
    figure.text(left, top, "\n".join(titles), size=LARGE, weight="bold", va="top", linespacing=1.2, gid="title")
    figure.text(left, below, "\n".join(subtitles), size=NORMAL, va="top", linespacing=1.2, gid="subtitle")
    bottom = 0.6 * MARGIN / total
    figure.text(left, bottom, "\n".join(notes), size=SMALL, color=GREY, va="bottom", linespacing=1.2, gid="source")


def legend_below(figure: Figure, handles: Sequence[Artist], columns: int, **spacing: float) -> None:
    """A legend under the axes, above the source line; the axes give up the room it takes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    engine: Any = figure.get_layout_engine()
    left, bottom, wide, high = engine.get()["rect"]
    legend = figure.legend(
        handles=list(handles),
        loc="lower center",
        bbox_to_anchor=(left, bottom, wide, high),
        ncols=columns,
        frameon=False,
        borderaxespad=0.2,
        **spacing,
    )
    legend.set_in_layout(False)
    box = legend.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    taken = box.height / figure.bbox.height + 0.06 / figure.get_figheight()
    engine.set(rect=(left, bottom + taken, wide, high - taken))


def _mark_quick(figure: Figure, lang: str) -> None:
    """A box nobody overlooks, top right."""
    box = {"facecolor": RED, "edgecolor": "none", "boxstyle": "round,pad=0.35"}
    x, y = 1 - 1.5 * MARGIN / WIDTH, 1 - 1.1 * MARGIN / figure.get_figheight()
    mark = label("common.quick", lang)
    figure.text(x, y, mark, size=NORMAL, weight="bold", color="white", ha="right", va="top", bbox=box, gid="quick")


def localise(axes: Axes, lang: str, *, x: bool = False, y: bool = False, decimals: int | None = None) -> None:
    """Number ticks as the language writes them, with as many decimals as their step needs."""
    for wanted, axis in ((x, axes.xaxis), (y, axes.yaxis)):
        if wanted:
            ticks = axis.get_major_locator()()
            step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
            places = _places(step) if decimals is None else decimals
            axis.set_major_formatter(FuncFormatter(lambda value, _, places=places: number(value, places, lang)))


def _places(step: float) -> int:
    return next((n for n in range(4) if abs(round(step, n) - step) < 1e-9), 4)


def mark_years(axes: Axes, every: int = 1, *, open_end: bool = False) -> None:
    """A tick at the start of each year, or each second one, within the limits that the axes have.

    ``open_end``: none at the right end, where it would touch the first one of axes beside.
    """
    first, last = (num2date(limit).year for limit in axes.get_xlim())
    years = [year for year in range(first, last + 2) if year % every == 0]
    if open_end:
        years = [year for year in years if date2num(date(year, 4, 1)) < axes.get_xlim()[1]]
    # Fixed: matplotlib would look for them anew whenever it asks how much room the labels take.
    axes.xaxis.set_major_locator(FixedLocator([date2num(date(year, 1, 1)) for year in years]))
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def hold_ends(axes: Axes) -> None:
    """The first and the last tick of a scale keep within the axes, away from those of the axes beside."""
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")


def light_grid(axes: Axes, axis: str) -> None:
    axes.grid(axis=axis, color=PALE, linewidth=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def settle(figure: Figure) -> Any:
    """Lays the figure out for good and returns its renderer: from here on positions in pixels hold."""
    canvas = lay_out(figure)
    figure.draw_without_rendering()
    return canvas.get_renderer()


def lay_out(figure: Figure) -> FigureCanvasAgg:
    """Gives every axes its place for good; a figure that has been laid out stays as it is."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine("none")
    return canvas


MADE_OF = "Source"
"""Under this name a picture carries what it was drawn from, in the metadata of its file."""
_source: ContextVar[str] = ContextVar("what pictures are drawn from", default="")


@contextmanager
def made_of(source: str) -> Iterator[None]:
    """All pictures saved within carry ``source``, a digest of the data they show."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def source_of(picture: Path) -> str:
    """What a PNG says it was drawn from; empty where it says nothing or isn't there."""
    from PIL import Image

    if not picture.is_file():
        return ""
    with Image.open(picture) as image:
        return str(image.info.get(MADE_OF, ""))


@styled
def save(figure: Figure, stem: Path, kinds: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Writes ``stem`` + .png and .svg, or those of the two that are wanted, without dates, each in one step, with what
    they are ``made_of``.

    All kinds share one layout, and each is drawn once: ``Figure.savefig`` would draw twice, first to lay out anew.
    """
    canvas = lay_out(figure)
    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in kinds]
    for path in paths:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            _WRITERS[path.suffix[1:]](figure, canvas, temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    return paths


def _write_png(figure: Figure, canvas: FigureCanvasAgg, path: Path) -> None:
    metadata = {"Software": None} | ({MADE_OF: _source.get()} if _source.get() else {})
    canvas.print_png(path, metadata=metadata, pil_kwargs={"compress_level": PACKED})


def _write_svg(figure: Figure, canvas: FigureCanvasAgg, path: Path) -> None:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    metadata = {"Date": None} | ({MADE_OF: _source.get()} if _source.get() else {})
    FigureCanvasSVG(figure).print_svg(path, metadata=metadata)
    figure.set_dpi(DPI)  # an SVG is drawn at 72
    figure.set_canvas(canvas)


_WRITERS = {"png": _write_png, "svg": _write_svg}
