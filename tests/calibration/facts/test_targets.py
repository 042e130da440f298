"""Survey answers as targets."""

from datetime import date

import pytest

from calibration.facts.tables import DATA
from calibration.facts.targets import load_survey_items, load_surveyed


def test_survey_items():
    items = load_survey_items()
    shares = {(item.survey, item.key): item.share for item in items}
    assert len(shares) == len(items) == 20
    assert shares["DNS 2023", "activated"] == 0.35
    assert shares["CSA 2022", "after_email"] == 0.63
    assert [item.key for item in items if not item.modelled] == ["trusts", "intends_to_activate", "heard_pharmacist"]
    assert all(item.facts for item in items)


def test_prevalences_of_november_2023():
    surveyed = load_surveyed()
    assert surveyed.day == date(2023, 11, 24)
    assert (surveyed.no_use, surveyed.time, surveyed.information, surveyed.ready) == (0.23, 0.26, 0.24, 0.57)


def test_a_missing_answer_is_named(tmp_path):
    lines = (DATA / "surveys.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("ready,")]
    (tmp_path / "surveys.csv").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(ValueError, match="DNS 2023 has no row for ready"):
        load_surveyed(tmp_path)
