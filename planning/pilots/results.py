"""Results of trials as people have them: a table with a row an arm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calibration.facts.own import Own, Row, read_own
from foundation.errors import UserError, nearest
from foundation.store.fingerprint import sha256_of
from foundation.store.reading import Document
from foundation.tasks.journal import journal
from planning.pilots.learning import Trial
from planning.pilots.response import LEVERS

COLUMNS = ("lever", "arm", "n", "activated", "weeks")
ARMS = ("control", "treated")
MOST, LONGEST, MOST_TRIALS = 100_000_000, 102, 50


@dataclass(frozen=True)
class Result:
    """One trial of one lever."""

    lever: str
    weeks: int
    trial: Trial
    file: str
    sha256: str

    def source(self) -> Document:
        """As a file of effects records it."""
        return {"trial": {**vars(self.trial)}, "weeks": self.weeks, "lever": self.lever,
                "file": self.file, "sha256": self.sha256}  # fmt: skip


def read_result(path: Path) -> Result:
    """The trial of a file.

    Raises:
        UserError: all problems of the file at once.
    """
    own = read_own(path, "trial")
    if not own.columns:
        raise UserError(f"{path}: the file is empty; needed: columns {', '.join(COLUMNS)}")
    if missing := [name for name in COLUMNS if name not in own.header]:
        raise UserError(f"{path}: no column {missing[0]}; needed: {', '.join(COLUMNS)}")
    problems: list[str] = [] if own.rows else [f"{path}: no line below the header; at least one is needed"]
    for given in own.rows:
        problems += _problems(f"{path}, line {given.line}", given, own)
    rows = [given.cells for given in own.rows]
    arms = [row.get("arm") for row in rows]
    if not problems and sorted(map(str, arms)) != sorted(ARMS):
        problems.append(f"{path}: needed one row control and one row treated; there are: {', '.join(map(str, arms))}")
    for name in ("lever", "weeks"):
        if not problems and len({row[name] for row in rows}) > 1:
            problems.append(f"{path}: {name} differs between the arms")
    if problems:
        raise UserError("\n".join(problems))
    control, treated = (next(row for row in rows if row["arm"] == arm) for arm in ARMS)
    trial = Trial(
        control=int(control["n"]),
        control_activated=int(control["activated"]),
        treated=int(treated["n"]),
        treated_activated=int(treated["activated"]),
    )
    for notice in own.notices:
        journal.tell(notice)
    return Result(control["lever"], int(control["weeks"]), trial, own.file.name, sha256_of(own.source))


def earlier_trials(path: Path, source: Document) -> list[tuple[Trial, int]]:
    """Trials and their weeks that a file of effects was learned from, the oldest first.

    Args:
        source: of one effect (``calibration.draws.effects.Learned``).

    Raises:
        UserError: what stands there is no trial.
    """
    found: list[tuple[Trial, int]] = []
    entry: object = source
    while isinstance(entry, dict):
        trial, weeks = _trial_of(entry.get("trial")), entry.get("weeks")
        if trial is None or type(weeks) is not int or not 1 <= weeks <= LONGEST or len(found) >= MOST_TRIALS:
            raise UserError(f"{path}: the trials that it was learned from are not as `mes learn` writes them")
        found.append((trial, weeks))
        entry = entry.get("earlier")
    return found[::-1]


def _trial_of(counts: object) -> Trial | None:
    """Both arms, if they can be."""
    if not isinstance(counts, dict) or set(counts) != set(Trial.__dataclass_fields__):
        return None
    if not all(type(number) is int and 0 <= number <= MOST for number in counts.values()):
        return None
    trial = Trial(**counts)
    possible = trial.control_activated <= trial.control and trial.treated_activated <= trial.treated
    return trial if possible else None


def _problems(at: str, given: Row, own: Own) -> list[str]:
    if given.fault:
        return [f"{at}: {given.fault}"]
    found, row = [], given.cells
    lever, arm = row["lever"], row["arm"]
    column = {name: f"{at}, {own.written(name)}" for name in COLUMNS}
    if lever not in LEVERS:
        found.append(unknown(column["lever"], lever))
    if arm not in ARMS:
        found.append(f"{column['arm']}: {arm!r}; allowed: {', '.join(ARMS)}")
    most = {"n": MOST, "activated": MOST, "weeks": LONGEST}
    for name, largest in most.items():
        text, hint = row[name], given.hints.get(name)
        if not (text.isascii() and text.isdecimal() and 0 < len(text) < 12 and int(text) <= largest):
            shown = f"{given.written[name]!r} ({hint})" if hint else f"{given.written[name]!r}"
            found.append(f"{column[name]}: {shown}; needed a whole number up to {largest:,}")
        elif name != "activated" and int(text) == 0:
            found.append(f"{column[name]}: 0; needed 1 or more")
    if not found and int(row["activated"]) > int(row["n"]):
        found.append(f"{column['activated']}: {row['activated']} of {row['n']}: more than there are")
    return found


def unknown(at: str, lever: str) -> str:
    """Why a lever can't be piloted, and which can."""
    near = nearest(lever, LEVERS)
    hint = f'; did you mean "{near}"?' if near else ""
    return f"{at}: {lever!r} is no lever whose people can be randomised one by one; allowed: {', '.join(LEVERS)}{hint}"
