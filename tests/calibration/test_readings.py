"""The three readings side by side."""

import numpy as np
import pandas as pd
import pytest

from calibration import readings
from calibration.draws.files import save_draws
from calibration.facts.priors import FREE, load_priors
from calibration.readings import READINGS, STRATEGIES, experiment, markdown, paired, study, table
from foundation.errors import UserError

SETTINGS = {"people": 2000, "draws": 3, "seed": 1}
FACTOR = {"trait": 1.0, "each_time": 1.5, "naive": 4.0}


def rows(draws=3):
    """``each_time`` adds half as much again as ``trait``, ``naive`` four times as much."""
    cases = [(s, r, d) for s in STRATEGIES for r in READINGS for d in range(draws)]
    frame = pd.DataFrame(cases, columns=["scenario", "reading", "draw"])
    added = [(draw + 1) * 0.1 * FACTOR[reading] for _, reading, draw in cases]
    return frame.assign(additional_millions=added, surveyed=10.0)


def test_ratios_are_taken_within_a_draw():
    found = paired(rows().sample(frac=1, random_state=1))
    for reading, factor in FACTOR.items():
        assert np.allclose(found.loc[found["reading"] == reading, "ratio"], factor)


def test_a_draw_lost_under_one_reading_is_left_out_under_all():
    some = rows()
    found = paired(some[~((some["reading"] == "naive") & (some["draw"] == 1))])
    assert set(found[found["scenario"] == STRATEGIES[0]]["draw"]) == {0, 2}


def test_nothing_added_has_no_ratio():
    none = rows()
    none.loc[none["draw"] == 0, "additional_millions"] = 0.0
    assert paired(none).groupby("draw")["ratio"].apply(lambda ratio: ratio.isna().all()).tolist() == [
        True,
        False,
        False,
    ]


def test_the_table_in_both_languages():
    english, french = (table(rows(), SETTINGS, lang) for lang in ("en", "fr"))
    assert "| Doctors: training | `naive` | 0.80\u00a0[0.44;\u00a01.16] | 4.00" in english
    assert "2,000 people, 3 draws, seed 1" in english
    assert "| Médecins\u00a0: formation | `trait` | 0,20\u00a0[0,11\u202f;\u00a00,29] | 1 |" in french
    assert "2\u202f000 personnes, 3 tirages, graine 1" in french
    assert len(english.splitlines()) == len(french.splitlines()) == 2 + len(STRATEGIES) * len(READINGS) + 2


def test_lost_draws_are_told():
    some = rows()
    assert "failed under a reading: 1." in table(some[some["draw"] != 1], SETTINGS, "en")


def test_experiments_differ_by_the_reading_only():
    first, second = (experiment(reading, **SETTINGS) for reading in ("trait", "naive"))
    assert [s.name for s in first.scenarios] == ["status-quo", *STRATEGIES]
    assert (first.settings.structure.reading, second.settings.structure.reading) == ("trait", "naive")
    assert first.settings.last_week == second.settings.last_week


def test_dates_are_those_of_the_command_line():
    from cli.runs import request

    assert (readings.POLICY_START, readings.UNTIL, readings.TARGET) == (
        request.POLICY_START,
        request.UNTIL,
        request.TARGET,
    )


@pytest.mark.slow
def test_the_study(tmp_path):
    priors = load_priors()
    values = {name: priors[name].quantile([0.45, 0.55]) for name in FREE}
    settings = readings.load_history()
    save_draws(tmp_path / "two.parquet", values, command="made", data_end=settings.data_end, seed=1)
    asked = {"people": 2000, "seed": 1, "workers": 1, "draws_file": tmp_path / "two.parquet"}
    study(tmp_path / "r", draws=1, **asked)
    assert len(markdown(tmp_path / "r", "en").splitlines()) == 2 + len(STRATEGIES) * len(READINGS) + 2
    with pytest.raises(UserError, match="allowed: 1 to 2"):
        study(tmp_path / "s", draws=3, **asked)
    assert not (tmp_path / "s").exists()
