"""``mes survey`` as a function: data in, files and a result out; and what the guides show of a finished one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.draws.files import load_draws, read_draws
from calibration.draws.posteriors import fitted_to
from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.priors import SURVEY, load_priors
from calibration.facts.targets import SurveyItem, load_survey_items, load_surveyed
from calibration.survey import label
from calibration.survey.question import Wanted
from calibration.survey.tables import (
    Row,
    base,
    claims_line,
    compare,
    heading,
    per_draw,
    question,
    remark,
    rich_table,
    role,
    rows_of,
    shown,
    shown_cells,
    spreadsheet,
    why,
)
from calibration.survey.work import TIMES, Fieldwork, Finding, Task, answers_of, from_priors, run_survey, surveys_of
from calibration.warm import ensure_compiled
from foundation.errors import UserError
from foundation.language.numbers import percent
from foundation.language.pages import markdown_table
from foundation.language.text import LANGUAGES
from foundation.quantiles import LEVELS, rounded, spread
from foundation.store.atomic import write_json, write_parquet
from foundation.store.manifest import Manifest, machine, package_version
from foundation.store.reading import Document, NoFileError
from foundation.store.store import document as document_of
from foundation.store.store import seal_made
from scenarios.compare.tables import write_csv
from scenarios.words import run_line


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finished comparison."""

    table: pd.DataFrame
    items: Sequence[SurveyItem]
    manifest: Manifest
    document: Document
    failures: Sequence[tuple[int, str]]
    """Draw and error."""

    def show(self, lang: str) -> None:
        """Prints table and remarks."""
        from foundation.language.screen import screen

        console = screen(160)
        console.print(rich_table(self.table, self.items, self.manifest, lang))
        for line in why(rows_of(self.table), lang):
            console.print(line, markup=False, highlight=False)


def carry_out(
    wanted: Wanted, folder: Path, lang: str, *, workers: int, progress: Callable[[int], None] = lambda finished: None
) -> Result:
    """Simulates, interviews, compares; writes tables, document and picture into an existing folder.

    Raises:
        UserError: more draws than the draws file holds.
        RunFailedError: every draw failed.
    """
    draws, items = load_draws(wanted.draws, path=wanted.posterior.paths[0]), load_survey_items()
    history, priors, key = load_history(), load_priors(), read_draws(wanted.posterior.paths[0])[1].key
    work = Fieldwork(
        people=wanted.people,
        seed=wanted.seed,
        surveys=surveys_of(items),
        demography=load_demography(),
        history=history,
        surveyed=load_surveyed(),
        structure=wanted.structure,
    )
    ensure_compiled()
    tasks = [Task(work, draw, answers_of(draw, key, priors)) for draw in draws]
    findings, failures = run_survey(tasks, workers=workers, progress=progress)
    failed = [(draws[failure.index].index, failure.error) for failure in failures]
    manifest = {
        "people": wanted.people,
        "draws": wanted.draws,
        "seed": wanted.seed,
        "structure": asdict(wanted.structure),
        "data_end": history.data_end.isoformat(),
        "quick": False,
        "claims_from_priors": from_priors(draws),
        "samples_per_draw": TIMES,
        "failures": [{"draw": draw, "error": error} for draw, error in failed],
    }
    fitted = fitted_to(wanted.posterior.paths[0].parent).answers
    table = compare(findings, items, fitted, wanted.structure.barrier_base)
    found = document(table, findings, items, manifest)
    provenance = {
        "version": package_version(),
        "command_line": list(wanted.command_line),
        "data": {**tables_of("survey"), wanted.posterior.name: wanted.posterior.sha256},
        "machine": machine(),
    }
    write_all(folder, table, per_draw(findings), {**found, **provenance})
    draw_picture(folder, table, items, manifest, lang)
    seal_made(folder, {"command": "survey", **manifest, **provenance})
    return Result(table=table, items=items, manifest=manifest, document=found, failures=failed)


def write_all(folder: Path, table: pd.DataFrame, draws: pd.DataFrame, document: Mapping[str, Any]) -> None:
    """``survey.<lang>.csv``, ``answers.parquet`` (a row per line and draw) and ``survey.json`` into a folder."""
    for lang in LANGUAGES:
        write_csv(spreadsheet(table, lang), folder / f"survey.{lang}.csv", lang, label)
    write_parquet(folder / "answers.parquet", draws)
    write_json(folder / "survey.json", document)


def draw_picture(
    folder: Path, table: pd.DataFrame, items: Sequence[SurveyItem], manifest: Manifest, lang: str
) -> list[Path]:
    """``survey.<lang>.png`` and ``.svg``."""
    from foundation.drawing.style import save

    return save(picture(table, items, manifest, lang), folder / f"survey.{lang}")


def picture(table: pd.DataFrame, items: Sequence[SurveyItem], manifest: Manifest, lang: str) -> Any:
    """The figure; surveys of which nothing is simulated are left out."""
    from calibration.survey.pictures import Answer, survey_answers

    panels = []
    for name in table["survey"].unique():
        rows = rows_of(table[table["survey"] == name])
        if any(row["simulated_p50"] is not None for row in rows):
            answers = [Answer(**_answer(row, lang)) for row in rows]
            panels.append((heading(str(name), items, lang), answers))
    return survey_answers(panels, manifest, lang, note=claims_line(manifest, lang))


def _answer(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    there = row["simulated_p50"] is not None
    simulated = shown(row, lang, 0) if there else label("survey_status.not_modelled", lang)
    name = question(row, lang)
    if row["base"] not in ("all", "adults"):
        name = label("survey.read", lang, question=name, base=base(row, lang))
    published, known = percent(row["published"], lang), row["status"] in ("imposed", "fitted")
    numbers = "survey.numbers_role" if known else "survey.numbers"
    return {
        "name": name,
        "published": 100 * row["published"],
        "simulated": tuple(100 * row[f"simulated_{p}"] for p in ("p05", "p50", "p95")) if there else None,
        "real": 100 * row["real_p50"] if there else None,
        "inside": row["inside"],
        "numbers": label(numbers, lang, published=published, simulated=simulated, role=role(row, lang)),
    }


HEAD = ("question", "asked", "published_short", "simulated_short", "real_short", "inside_short", "status_short")


def document(
    table: pd.DataFrame, findings: Sequence[Finding], items: Sequence[SurveyItem], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything as one JSON document; percent, medians and 90 % intervals."""
    claims = {name: spread([float(vars(finding.answers)[name]) for finding in findings]) for name in SURVEY}
    first = {item.survey: item for item in reversed(items)}
    surveys = [
        {
            "survey": str(name),
            "respondents": first[str(name)].n,
            "fieldwork": [first[str(name)].start.isoformat(), first[str(name)].end.isoformat()],
            "items": [_entry(row) for row in rows_of(table[table["survey"] == name])],
        }
        for name in table["survey"].unique()
    ]
    return {**settings, "claims": claims, "surveys": surveys}


def _entry(row: Row) -> Document:
    return {
        "key": row["key"],
        "question": question(row, "en"),
        "base": row["base"],
        "role": row["status"],
        "number_asked": row["base_size"],
        "published_percent": rounded(100 * row["published"]),
        "simulated_percent": _interval(row, "simulated", 100),
        "real_percent": _interval(row, "real", 100),
        "simulated_number_asked": _interval(row, "base_size", 1),
        "inside": row["inside"],
        "remark": remark(row, "en") or None,
    }


def _interval(row: Row, name: str, scale: float) -> dict[str, float | None] | None:
    if row[f"{name}_p50"] is None:
        return None
    return {p: rounded(scale * row[f"{name}_{p}"]) for p in LEVELS}


def read_document(folder: Path) -> Document:
    """The document of a folder that ``mes survey`` made.

    Raises:
        UserError: there is none that can be read.
    """
    path = folder / "survey.json"
    try:
        found = document_of(folder, path.name)
        found["surveys"], found["claims_from_priors"]
    except NoFileError:
        raise UserError(f"{folder}: not a folder of mes survey (no {path.name})") from None
    except KeyError as error:
        raise UserError(f"{folder}: not a folder of mes survey ({path.name}: {error})") from None
    return dict(found)


def rows_of_document(found: Mapping[str, Any]) -> list[Document]:
    """What ``rows_of`` gives, from a document that was written (without the simulated numbers asked)."""
    return [_row_of(survey["survey"], entry) for survey in found["surveys"] for entry in survey["items"]]


def _row_of(survey: str, entry: Row) -> dict[str, Any]:
    nothing = dict.fromkeys(LEVELS)
    shares = {
        f"{name}_{p}": None if value is None else value / 100
        for name in ("simulated", "real")
        for p, value in (entry[f"{name}_percent"] or nothing).items()
    }
    return {
        "survey": survey,
        "key": entry["key"],
        "base": entry["base"],
        "status": entry["role"],
        "base_size": entry["number_asked"],
        "published": entry["published_percent"] / 100,
        "inside": entry["inside"],
        **shares,
    }


def markdown(document: Document, lang: str) -> str:
    """The table, settings, and the reasons of what is outside or not modelled."""
    rows, items = rows_of_document(document), load_survey_items()
    head, lines = [label(f"survey.{name}", lang) for name in HEAD], []
    previous = None
    for row in rows:
        if row["survey"] != previous:
            lines.append([f"**{heading(row['survey'], items, lang)}**", *[""] * (len(HEAD) - 1)])
            previous = row["survey"]
        lines.append(shown_cells(row, lang))
    reasons = "\n".join(f"- {reason}" for reason in why(rows, lang))
    return "\n\n".join([markdown_table(head, lines), _notes(document, rows, lang), reasons]) + "\n"


def figures(document: Document, folder: Path) -> list[Path]:
    """``survey.png`` and ``survey.fr.png``."""
    from foundation.drawing.style import save

    items = load_survey_items()
    respondents = {survey["survey"]: survey["respondents"] for survey in document["surveys"]}
    table = pd.DataFrame([{**row, "n": respondents[row["survey"]]} for row in rows_of_document(document)])
    stems = {"en": folder / "survey", "fr": folder / "survey.fr"}
    return [path for lang, stem in stems.items() for path in save(picture(table, items, document, lang), stem, ["png"])]


def _notes(document: Document, rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    compared = [row["inside"] for row in rows if row["inside"] is not None]
    counted = label("survey.outside_count", lang, count=compared.count(False), compared=len(compared))
    return f"{run_line(document, lang)}. {counted} {claims_line(document, lang)}"
