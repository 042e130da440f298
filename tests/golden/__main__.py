"""``python -m tests.golden``: rewrites the golden results and says what moved. ``--pickle FILE`` writes the frames
themselves instead (``tests/golden/side_by_side.py``)."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from tests.golden.digest import RESULTS, digests, moved, read, write
from tests.golden.golden import make

ROOT = Path(__file__).resolve().parents[2]


def foreign() -> list[str]:
    """Modules in use that belong neither to this checkout nor to Python and what is installed: another checkout's."""
    homes = {ROOT, *(Path(folder).resolve() for folder in (sys.prefix, sys.base_prefix))}
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    paths = {name: Path(file).resolve() for name, file in files.items() if file}
    return [
        f"{name} ({path})"
        for name, path in paths.items()
        if not homes & {*path.parents} and not {"site-packages", "dist-packages"} & {*path.parts}
    ]


def main(arguments: list[str]) -> int:
    made = make()
    if arguments[:1] == ["--pickle"]:
        if others := foreign():
            print("modules from elsewhere:", *others[:10], sep="\n  ", file=sys.stderr)
            return 1
        Path(arguments[1]).write_bytes(pickle.dumps({name: one.frame for name, one in made.items()}))
        return 0
    found = digests(made)
    changes = moved(read(), found) if RESULTS.exists() else ["everything is new"]
    write(found)
    print("\n".join(changes or ["nothing moved"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
