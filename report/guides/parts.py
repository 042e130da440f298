"""The registry: every part of a page that a command fills, and what it is filled from."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import UserError
from foundation.store.store import document, load

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Part:
    """What is between two marks, in each of its guides, and the pictures that go with it."""

    mark: str
    guides: tuple[str, ...]
    """Relative to the project's root; French ones end in ``.fr.md``."""
    write: Callable[[Path, str], str]
    """Text from a folder (the project's root where ``made_by`` is empty) and a language."""
    made_by: str = ""
    """The command that makes the folder; empty: needs none."""
    sign: str = ""
    """File by which the folder is known."""
    draw: Callable[[Path, Path], None] | None = None
    """Pictures from a folder (or the root) into another one; of the files left there, PNGs go to ``docs/figures``."""
    pictures: tuple[str, ...] = ()
    """Their names. Each carries a digest of the numbers of the parts filled from the same folder, to be compared."""
    table: tuple[str, Callable[[Path], str]] | None = None
    """A file of the project, relative to its root, that is made of the same folder, and its text from the folder."""


FIGURES = "docs/figures"
SURVEY = ("docs/survey.md", "docs/survey.fr.md")
HINDCAST = ("docs/hindcast.md", "docs/hindcast.fr.md")
FORECAST = ("docs/forecast.md", "docs/forecast.fr.md")
READINGS = ("docs/readings.md", "docs/readings.fr.md")
SCENARIOS, SAMPLE = (tuple(f"docs/{page}{end}" for end in (".md", ".fr.md")) for page in ("scenarios", "sample-size"))
README, CALIBRATION = ("README.md", "README.fr.md"), ("docs/calibration.md",)
COLUMNS, TERRITORIES = (tuple(f"docs/{page}{end}" for end in (".md", ".fr.md")) for page in ("columns", "territories"))
FITTED = ("fit-answers.png", "fit-correlations.png", "fit-parameters.png", "fit-stocks.png")


def both(name: str) -> tuple[str, str]:
    """A picture in both languages."""
    return f"{name}.png", f"{name}.fr.png"


def _levers(_: Path, lang: str) -> str:
    from scenarios.language.describe import reference_table

    return reference_table(lang)


def _rooms(root: Path, lang: str) -> str:
    from report.guides.architecture import rooms_table

    return rooms_table(root)


def _floors(root: Path, into: Path) -> None:
    from report.guides.architecture import draw_floors

    draw_floors(root, into)


def _structures(_: Path, lang: str) -> str:
    from calibration.draws.posteriors import fitted
    from calibration.uncertainty.study import structures_table

    return printed(structures_table(fitted(), lang), 120)


def _fit(mark: str) -> Callable[[Path, str], str]:
    def write(folder: Path, lang: str) -> str:
        from calibration.fit.study import PARTS, read_folder

        return PARTS[mark](*read_folder(folder), lang)

    return write


def _fit_figures(folder: Path, into: Path) -> None:
    from calibration.fit.study import figures, read_folder

    figures(*read_folder(folder), into, "en")


def _survey(folder: Path, lang: str) -> str:
    from calibration.survey.study import markdown, read_document

    return markdown(read_document(folder), lang)


def _survey_figures(folder: Path, into: Path) -> None:
    from calibration.survey.study import figures, read_document

    figures(read_document(folder), into)


def _hindcast(folder: Path, lang: str) -> str:
    from calibration.hindcast.page import markdown, read_results

    return markdown(read_results(folder), lang)


def _hindcast_figures(folder: Path, into: Path) -> None:
    from calibration.hindcast.page import draw_pictures, read_results

    draw_pictures(read_results(folder), into)


def _scores(folder: Path) -> str:
    from calibration.hindcast.page import read_results, shipped_text

    return shipped_text(read_results(folder))


SCORES = ("calibration/hindcast/data/scores.csv", _scores)
"""What the report says of forecasts from earlier days."""


def _alternative(folder: Path, lang: str) -> str:
    from calibration.hindcast.page import alternative, read_results

    return alternative(read_results(folder, alternative=True), lang)


def _forecast(_: Path, lang: str) -> str:
    from calibration.forecast.page import markdown

    return markdown(None, lang)


def _forecast_figures(_: Path, into: Path) -> None:
    from calibration.forecast.pictures import draw_registered
    from calibration.forecast.registered import all_registered

    if forecasts := all_registered():
        draw_registered(forecasts[-1], into)


def _without_folder(module: str, function: str) -> Callable[[Path, str], str]:
    return lambda _, lang: str(getattr(import_module(module), function)(lang))


def _plain(module: str, function: str) -> Callable[[Path, str], str]:
    """Of a page in English only."""
    return lambda _, __: str(getattr(import_module(module), function)())


def _drawn(module: str) -> Callable[[Path, Path], None]:
    return lambda folder, into: import_module(module).draw(folder, into)


def _paged(module: str) -> Callable[[Path, str], str]:
    return lambda folder, lang: str(import_module(module).markdown(folder, lang))


def _sbc(folder: Path, lang: str) -> str:
    from calibration.sbc.question import markdown

    return markdown(folder)


def _sbc_figures(folder: Path, into: Path) -> None:
    from calibration.sbc.pictures import pictures
    from calibration.sbc.question import LINES, read_ranks

    pictures(read_ranks(folder), LINES, into)


def _second(folder: Path, lang: str) -> str:
    from calibration.second.page import markdown

    return markdown(folder)


def _uncertainty(folder: Path, lang: str) -> str:
    from calibration.uncertainty.study import uncertainty_table

    manifest, tables = load(folder, ["split"])
    return printed(uncertainty_table(tables["split"], manifest, lang), 140)


def _results(folder: Path, lang: str, *, use: bool = False) -> str:
    from scenarios.compare.comparison import load as run_of
    from scenarios.compare.tables import rich_table, summary_table
    from scenarios.compare.use import use_rich_table, use_table

    manifest, frames = run_of(folder)
    if use:
        return printed(use_rich_table(use_table(frames["outcomes"], frames["user_groups"]), manifest, lang), 160)
    return printed(rich_table(summary_table(frames["outcomes"], frames["costs"]), manifest, lang), 160)


def _results_figures(folder: Path, into: Path) -> None:
    from foundation.drawing.style import save
    from scenarios.compare.comparison import load as run_of
    from scenarios.compare.pictures import additional_activations

    manifest, frames = run_of(folder)
    for lang, name in (("en", "compare"), ("fr", "compare.fr")):
        save(additional_activations(frames, manifest, lang), into / name, ["png"])


def _bench(folder: Path, lang: str) -> str:
    _with_benchmarks()
    from benchmarks.page import page

    parts = {name: part for name, part in _measured(folder).items() if name != "sample"}
    rows = [row for part in parts.values() for row in part["rows"]]
    if not rows:
        raise UserError(f"{folder}: speed wasn't measured; `make bench` does")
    return page(rows, "; ".join(dict.fromkeys(part["machine"] for part in parts.values())))


def _sample(folder: Path, lang: str) -> str:
    _with_benchmarks()
    from benchmarks.sample_table import section

    parts = _measured(folder)
    if "sample" not in parts:
        raise UserError(f"{folder}: sample size wasn't measured; `make bench BENCH='--only sample'` does")
    return section(parts["sample"]["rows"], lang)


def _with_benchmarks() -> None:
    """What measures isn't part of the installed package: it lies in the checkout."""
    root = str(Path(__file__).parents[2])
    if root not in sys.path:
        sys.path.append(root)


def _measured(folder: Path) -> Mapping[str, Any]:
    parts: Mapping[str, Any] = document(folder, "bench.json")["parts"]
    return parts


def printed(table: Table, width: int) -> str:
    """A table as a terminal of this width shows it, as a block of a page."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(table)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "```text\n" + "\n".join(line.rstrip() for line in lines).strip("\n") + "\n```\n"


PARTS = (
    Part("parameters", ("docs/odd.md",), _plain("calibration.facts.guide", "parameters_reference")),
    Part("computed", ("calibration/data/SOURCES.md",), _plain("calibration.facts.guide", "computed")),
    Part("levers", SCENARIOS, _levers),
    Part("known", ("docs/pilots.md", "docs/pilots.fr.md"), _without_folder("report.sources", "effects_known")),
    Part("columns", COLUMNS, _without_folder("report.guides.columns", "page")),
    Part("rooms", ("docs/architecture.md",), _rooms, draw=_floors),
    Part("structures", CALIBRATION, _structures),
    Part("fit", CALIBRATION, _fit("fit"), "mes fit", "fit.json", _fit_figures, FITTED),
    Part("identifiability", CALIBRATION, _fit("identifiability"), "mes fit", "fit.json"),
    Part("survey", SURVEY, _survey, "mes survey", "survey.json", _survey_figures, both("survey")),
    Part("hindcast", HINDCAST, _hindcast, "mes hindcast", "hindcast.json", _hindcast_figures, both("hindcast"), SCORES),
    Part("alternative", HINDCAST, _alternative, "mes hindcast --structure", "hindcast-alternative.json"),
    Part("forecast", FORECAST, _forecast, draw=_forecast_figures, pictures=both("forecast")),
    Part("services", ("docs/other-services.md",), _plain("calibration.outside.law", "markdown")),
    Part("uncertainty", CALIBRATION, _uncertainty, "mes uncertainty", "split.parquet"),
    Part("readings", READINGS, _paged("calibration.readings"), "mes study readings", "readings.json"),
    Part("sbc", ("docs/calibration-sbc.md",), _sbc, "mes study sbc", "sbc.json", _sbc_figures, ("sbc-near.png",)),
    Part("second", CALIBRATION, _second, "mes study second", "second.json"),
    Part("results", README, _results, "mes compare", "equity.parquet", _results_figures, both("compare")),
    Part("use", ("docs/use.md", "docs/use.fr.md"), _paged("calibration.use.page"), "mes study use", "use.json"),
    Part("users", ("docs/use.md", "docs/use.fr.md"), partial(_results, use=True), "mes compare", "equity.parquet"),
    Part(
        "level",
        TERRITORIES,
        _paged("calibration.region.page"),
        "mes calibrate --region",
        "level.json",
        _drawn("calibration.region.pictures"),
        both("region"),
    ),
    Part("plan", TERRITORIES, _paged("planning.mix.study"), "mes plan --region", "plan.json"),
    Part("regions", TERRITORIES, _paged("calibration.region.spread_page"), "mes regions", "regions.json"),
    Part("bench", ("docs/performance.md",), _bench, "make bench", "bench.json"),
    Part("sample", SAMPLE, _sample, "make bench", "bench.json"),
)
"""Every part, in the order in which they are filled."""
