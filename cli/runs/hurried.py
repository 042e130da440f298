"""``mes`` with calibrations that are of no use: short walks, and a check that always passes.

With as few runs as a trial can wait for there is no emulator that one may use. ``mes evidence --quick`` tries its steps
by this, in a copy of the project.
"""

from __future__ import annotations

from functools import partial

from calibration.posterior import calibrate, walk
from calibration.posterior.evidence import Check
from cli.main import app


def main() -> None:
    """The command line, hurried."""
    vars(calibrate).update(walk=partial(walk.walk, segments=1))
    Check.passed = property(lambda check: True)  # type: ignore[method-assign, assignment]
    app()


if __name__ == "__main__":
    main()
