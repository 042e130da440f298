"""Whose counts of a file are a region's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from calibration.facts.inputs import load_demography
from calibration.region.counts import read_own
from foundation.errors import UserError

HEAD = "date,activated_millions,error_millions"


def own(tmp_path: Path, text: str, **more: date):
    file = tmp_path / "counts.csv"
    file.write_text(text, encoding="utf-8")
    return read_own(file, "Bretagne", load_demography(), 3.44e6, **more)


def test_without_a_region_all_counts_are_its_own(tmp_path: Path) -> None:
    found = own(tmp_path, f"{HEAD}\n2024-06-30,0.8,0.1\n2025-06-30,1.1,0.1\n")
    assert [stock.millions for stock in found.stocks] == [0.8, 1.1]
    assert found.left_out == 0


def test_counts_of_others_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = "2024-06-30,0.8,0.1,Bretagne\n2024-06-30,13.5,0.1,\n2024-06-30,0.9,0.1,Normandie\n"
    found = own(tmp_path, f"{HEAD},region\n{lines}2025-06-30,1.1,0.1,Bretagne\n", until=date(2025, 1, 1))
    assert [(stock.day, stock.millions) for stock in found.stocks] == [(date(2024, 6, 30), 0.8)]
    assert found.left_out == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD},region\n2024-06-30,0.9,0.1,Normandie\n", "no count of Bretagne; there are counts of: Normandie"),
        (f"{HEAD}\n2024-06-30,13.5,0.1\n", "13.5 million activated; Bretagne has 3.4 million insured"),
        (f"{HEAD},region\n2024-06-30,0.9,0.1,Bretange\n", "did you mean Bretagne"),
    ],
)
def test_what_says_nothing_of_the_region_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        own(tmp_path, text)


def test_counts_after_the_day_wanted_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no stock was known then"):
        own(tmp_path, f"{HEAD}\n2024-06-30,0.8,0.1\n", until=date(2023, 1, 1))
