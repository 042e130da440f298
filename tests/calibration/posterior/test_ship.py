"""What a shipped posterior says it was made with is what anybody would type."""

import pytest

from calibration.posterior import Effort
from calibration.posterior.ship import neutral

USUAL = Effort()


@pytest.mark.parametrize(
    ("typed", "shipped"),
    [
        ("mes calibrate --out /some/where/else", "mes calibrate --out default"),
        (
            f"mes calibrate --people {USUAL.people} --wave 999 --workers 1 --out x",
            "mes calibrate --wave 999 --out default",
        ),
        (
            "mes calibrate --until 2024-10-07 --out x --resume",
            "mes calibrate --until 2024-10-07 --out default --resume",
        ),
        (
            "mes calibrate --structure traits=lifelong --lang fr --out x",
            "mes calibrate --structure traits=lifelong --out default",
        ),
        ("mes calibrate", "mes calibrate"),
    ],
)
def test_what_is_usual_or_changes_nothing_is_left_out(typed, shipped):
    assert neutral(typed, "default") == shipped
