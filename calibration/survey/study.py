"""``mes survey`` as a study: a task for each draw, interviewed in both surveys; and what guides show of its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.draws.files import load_draws, read_draws
from calibration.draws.posteriors import Source, fitted_to
from calibration.facts.inputs import load_demography, load_history, tables_of
from calibration.facts.priors import SURVEY, load_priors
from calibration.facts.targets import load_survey_items, load_surveyed
from calibration.survey import label
from calibration.survey.tables import (
    Row,
    base,
    claims_line,
    compare,
    heading,
    per_draw,
    question,
    remark,
    role,
    rows_of,
    shown,
    shown_cells,
    spreadsheet,
    why,
)
from calibration.survey.work import TIMES, Fieldwork, Task, answers_of, found_again, from_priors, surveys_of, work
from foundation.errors import UserError
from foundation.language.numbers import percent
from foundation.language.pages import markdown_table
from foundation.language.text import LANGUAGES
from foundation.quantiles import LEVELS, rounded, spread
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from foundation.store.reading import Document, NoFileError
from foundation.store.store import document as document_of
from foundation.study import Frames, Study
from foundation.tasks.bench import Found
from model.terms.parameters import Structure
from scenarios.compare.tables import write_csv
from scenarios.draw import Draw
from scenarios.words import run_line

FRAMES = ("survey", "answers")
DOCUMENT = "survey.json"


@dataclass(frozen=True, kw_only=True)
class SurveyStudy(Study[Task]):
    """The surveys among the simulated people."""

    fieldwork: Fieldwork
    draws: Sequence[Draw]
    source: Source
    command = "survey"
    work = staticmethod(work)

    def question(self) -> Document:
        """Settings."""
        work = self.fieldwork
        return {
            "people": work.people,
            "draws": len(self.draws),
            "seed": work.seed,
            "structure": asdict(work.structure),
        }

    def inputs(self) -> Mapping[str, str]:
        """Data tables and posterior."""
        return {**tables_of("survey"), **self.source.inputs}

    def code(self) -> Sequence[str]:
        """What interviews, and what makes the draws and reads the data."""
        return (work.__module__, load_draws.__module__, load_history.__module__)

    def about(self) -> Document:
        """What the table says of claims, too."""
        data_end = self.fieldwork.history.data_end.isoformat()
        claims = {"claims_from_priors": from_priors(self.draws), "samples_per_draw": TIMES}
        return {"data_end": data_end, "quick": False, **claims}

    def expects(self) -> Sequence[str]:
        """Tables of every kind, and the document."""
        return (*(f"{name}.parquet" for name in FRAMES), *(f"survey.{lang}.csv" for lang in LANGUAGES), DOCUMENT)

    def tasks(self) -> Sequence[Task]:
        """A task a draw."""
        priors, key = load_priors(), read_draws(self.source.paths[0])[1].key
        return [Task(self.fieldwork, draw, answers_of(draw, key, priors)) for draw in self.draws]

    def number(self, task: Task) -> int:
        """The draw's."""
        return task.draw.index

    def tables(self, found: Found[Task]) -> Frames:
        """A row a line, and a row a line and draw."""
        findings = [found_again(task, kept) for task, kept in zip(found.tasks, found, strict=True)]
        fitted = fitted_to(self.source.paths[0].parent).answers
        table = compare(findings, load_survey_items(), fitted, self.fieldwork.structure.barrier_base)
        return {"survey": table, "answers": per_draw(findings)}

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """Tables for a spreadsheet, and the document with where it is from."""
        for lang in LANGUAGES:
            write_csv(spreadsheet(frames["survey"], lang), folder / f"survey.{lang}.csv", lang, label)
        origin = {key: manifest[key] for key in ("version", "command_line", "data", "machine")}
        write_json(folder / DOCUMENT, {**document(frames, manifest), **origin})


def study_of(people: int, draws: int, seed: int, structure: Structure, source: Source) -> SurveyStudy:
    """The surveys on the first draws of a posterior.

    Raises:
        UserError: more draws than it holds.
    """
    work = Fieldwork(
        people=people,
        seed=seed,
        surveys=surveys_of(load_survey_items()),
        demography=load_demography(),
        history=load_history(),
        surveyed=load_surveyed(),
        structure=structure,
    )
    return SurveyStudy(fieldwork=work, draws=load_draws(draws, path=source.paths[0]), source=source)


def _picture(frames: Frames, manifest: Manifest, lang: str) -> Any:
    return picture(frames["survey"], manifest, lang)


PICTURES = {"survey": _picture}


def picture(table: pd.DataFrame, manifest: Manifest, lang: str) -> Any:
    """The figure; surveys of which nothing is simulated are left out."""
    from calibration.survey.pictures import Answer, survey_answers

    panels, items = [], load_survey_items()
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


SETTINGS = ("people", "draws", "seed", "structure", "data_end", "quick", "claims_from_priors", "samples_per_draw")


def document(frames: Frames, manifest: Manifest) -> Document:
    """Everything as one JSON document; percent, medians and 90 % intervals."""
    table, draws = frames["survey"], frames["answers"].drop_duplicates("draw")
    first = {item.survey: item for item in reversed(load_survey_items())}
    surveys = [
        {
            "survey": str(name),
            "respondents": first[str(name)].n,
            "fieldwork": [first[str(name)].start.isoformat(), first[str(name)].end.isoformat()],
            "items": [_entry(row) for row in rows_of(table[table["survey"] == name])],
        }
        for name in table["survey"].unique()
    ]
    return {
        **{name: manifest[name] for name in SETTINGS},
        "failures": [{name: failure[name] for name in ("draw", "error")} for failure in manifest["failures"]],
        "claims": {name: spread(draws[name].to_numpy()) for name in SURVEY},
        "surveys": surveys,
    }


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
    try:
        found = document_of(folder, DOCUMENT)
        found["surveys"], found["claims_from_priors"]
    except NoFileError:
        raise UserError(f"{folder}: not a folder of mes survey (no {DOCUMENT})") from None
    except KeyError as error:
        raise UserError(f"{folder}: not a folder of mes survey ({DOCUMENT}: {error})") from None
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


HEAD = ("question", "asked", "published_short", "simulated_short", "real_short", "inside_short", "status_short")


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

    respondents = {survey["survey"]: survey["respondents"] for survey in document["surveys"]}
    table = pd.DataFrame([{**row, "n": respondents[row["survey"]]} for row in rows_of_document(document)])
    stems = {"en": folder / "survey", "fr": folder / "survey.fr"}
    return [path for lang, stem in stems.items() for path in save(picture(table, document, lang), stem, ["png"])]


def _notes(document: Document, rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    compared = [row["inside"] for row in rows if row["inside"] is not None]
    counted = label("survey.outside_count", lang, count=compared.count(False), compared=len(compared))
    return f"{run_line(document, lang)}. {counted} {claims_line(document, lang)}"
