"""``python tests/golden/side_by_side.py OLD NEW``: makes the golden results in two checkouts, each by its own
``tests.golden``, and compares every cell to the bit. Exit status 1 if anything differs.

Takes nothing from the project itself. Both run under the Python that runs this script.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

Frames = Mapping[str, pd.DataFrame]


def made_in(checkout: Path, folder: Path) -> dict[str, pd.DataFrame]:
    """The golden frames as a checkout makes them.

    Raises:
        SystemExit: it doesn't, or uses modules from elsewhere.
    """
    file = folder / "frames.pickle"
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "tests.golden", "--pickle", str(file)]
    if status := subprocess.run(command, cwd=checkout, env=environment).returncode:
        sys.exit(f"{checkout}: python -m tests.golden --pickle ended with status {status}")
    frames: dict[str, pd.DataFrame] = pickle.loads(file.read_bytes())
    return frames


def differences(old: Frames, new: Frames) -> Iterator[str]:
    """A line for each frame, column or scenario that isn't the same to the bit."""
    if list(old) != list(new):
        yield f"frames {list(old)} → {list(new)}"
    for name in old:
        if name in new:
            yield from (f"{name}{line}" for line in _frame(old[name], new[name]))


def _frame(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    kinds = [[(str(name), str(dtype)) for name, dtype in frame.dtypes.items()] for frame in (old, new)]
    if kinds[0] != kinds[1]:
        yield f": columns {kinds[0]} → {kinds[1]}"
    elif len(old) != len(new):
        yield f": {len(old)} rows → {len(new)}"
    elif not old.index.equals(new.index):
        yield ": other index"
    else:
        for name in old:
            wrong = np.flatnonzero(_cells(old[name]) != _cells(new[name]))
            if len(wrong):
                row = int(wrong[0])
                scenario = f", {old['scenario'].iloc[row]}" if "scenario" in old else ""
                values = " → ".join(_told(frame[name].iloc[row]) for frame in (old, new))
                yield f"{scenario}, {name}: {len(wrong)} of {len(old)} rows, the first {row}: {values}"


def _cells(values: pd.Series) -> np.ndarray:
    """What stands in each cell, comparable to the bit: NaN equals the same NaN, -0.0 isn't 0.0."""
    if values.dtype.kind == "f":
        return values.to_numpy(np.float64).view(np.int64)
    if values.dtype.kind in "biu":
        return values.to_numpy()
    texts = values.to_numpy(object, copy=True)
    texts[values.isna().to_numpy()] = None
    return texts


def _told(value: object) -> str:
    return f"{value!r} ({float(value).hex()})" if isinstance(value, float) else repr(value)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    frames = []
    for argument in arguments:
        with TemporaryDirectory() as folder:
            frames.append(made_in(Path(argument).resolve(), Path(folder)))
    found = list(differences(*frames))
    cells = sum(frame.size for frame in frames[0].values())
    print("\n".join(found) if found else f"{len(frames[0])} frames, {cells} cells: the same to the bit")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
