"""Results of trials as people have them: a CSV file with a row an arm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calibration.facts.tables import read_lines
from foundation.errors import UserError, nearest
from foundation.store.fingerprint import sha256_of
from foundation.store.reading import Document
from planning.pilots.learning import Trial
from planning.pilots.response import LEVERS

COLUMNS = ("lever", "arm", "n", "activated", "weeks")
ARMS = ("control", "treated")
MOST, LONGEST = 100_000_000, 102


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
    lines = [cells for cells in read_lines(path) if any(cell.strip() for cell in cells)]
    header = [cell.strip() for cell in lines[0]] if lines else []
    if missing := [name for name in COLUMNS if name not in header]:
        raise UserError(f"{path}: no column {missing[0]}; needed: {', '.join(COLUMNS)}")
    rows = [dict(zip(header, [cell.strip() for cell in cells], strict=False)) for cells in lines[1:]]
    problems: list[str] = []
    for number, row in enumerate(rows, 2):
        problems += _problems(f"{path}, line {number}", row)
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
    return Result(control["lever"], int(control["weeks"]), trial, path.name, sha256_of(path))


def _problems(at: str, row: dict[str, str]) -> list[str]:
    found = []
    lever, arm = row.get("lever", ""), row.get("arm", "")
    if lever not in LEVERS:
        found.append(unknown(f"{at}, lever", lever))
    if arm not in ARMS:
        found.append(f"{at}, arm: {arm!r}; allowed: {', '.join(ARMS)}")
    most = {"n": MOST, "activated": MOST, "weeks": LONGEST}
    for name, largest in most.items():
        text = row.get(name, "")
        if not (text.isascii() and text.isdecimal() and 0 < len(text) < 12 and int(text) <= largest):
            found.append(f"{at}, {name}: {text!r}; needed a whole number up to {largest:,}")
        elif name != "activated" and int(text) == 0:
            found.append(f"{at}, {name}: 0; needed 1 or more")
    if not found and int(row["activated"]) > int(row["n"]):
        found.append(f"{at}, activated: {row['activated']} of {row['n']}: more than there are")
    return found


def unknown(at: str, lever: str) -> str:
    """Why a lever can't be piloted, and which can."""
    near = nearest(lever, LEVERS)
    hint = f'; did you mean "{near}"?' if near else ""
    return f"{at}: {lever!r} is no lever whose people can be randomised one by one; allowed: {', '.join(LEVERS)}{hint}"
