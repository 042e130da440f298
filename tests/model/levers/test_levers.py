"""The list of kinds: what each is to the engines, and that codes of draws never move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model import levers as lv
from model.engine.programme import LEVER
from model.levers.base import ALIKE_CODES, BASE_PROCESSES, EFFECTS
from model.terms.channels import Channel
from tests.model.busy import levers

PERIOD: dict[str, Any] = {"name": "one", "start": 205, "end": 309}
WAVES: dict[str, Any] = {"waves": (205,), "pull": 0.1, **PERIOD}
CODES = [
    (lv.Messages(channel=Channel.EMAIL, **WAVES), 9),
    (lv.Messages(channel=Channel.SMS, **WAVES), 265),
    (lv.Messages(channel=Channel.LETTER, ordinal=3, **WAVES), 524),
    (lv.Newborns(pull=0.1, **PERIOD), 777),
    (lv.Doctors(means="training", factor=2.0, **PERIOD), 1033),
    (lv.Doctors(means="prompt", factor=2.0, **PERIOD), 1289),
    (lv.Doctors(means="fee", factor=2.0, **PERIOD), 1545),
    (lv.Documents(**PERIOD), 1801),
    (lv.Counter(channel=Channel.PHARMACIST, pull=0.1, **PERIOD), 2057),
    (lv.Counter(channel=Channel.HOSPITAL, pull=0.1, **PERIOD), 2313),
    (lv.Media(bursts=(), pull=0.1, **PERIOD), 2569),
    (lv.Assisted(capacity=1.0, success=0.5, **PERIOD), 2825),
    (lv.Simplify(information=0.5, time=0.5, **PERIOD), 3081),
    (lv.Relatives(boost=2.0, ordinal=7, **PERIOD), 3344),
]
"""By hand: codes enter the keys of draws, so they are results."""


@pytest.mark.parametrize(("lever", "code"), CODES)
def test_codes_of_draws_never_move(lever: lv.Lever, code: int) -> None:
    assert lever.code == code


def test_the_busy_world_has_all_that_a_contact_can_be() -> None:
    assert {type(lever) for lever in levers()} <= {getattr(lv, name) for name in lv.KINDS}
    assert {EFFECTS[lever.effect] for lever in levers()} == set(EFFECTS)
    assert len({lever.code for lever in levers()}) == len(levers())


def test_slots_of_different_kinds_differ() -> None:
    slots = [(lever.code - BASE_PROCESSES - lever.ordinal) // ALIKE_CODES for lever, _ in CODES]
    assert sorted(slots) == list(range(len(CODES)))
    assert all(lever.slot == slot for (lever, _), slot in zip(CODES, slots, strict=True))


@pytest.mark.parametrize("name", lv.KINDS)
def test_every_kind_is_in_the_file_of_its_name(name: str) -> None:
    assert getattr(lv, name).__module__ == f"model.levers.{name.lower()}"


def test_kinds_fill_columns_that_there_are() -> None:
    from model.terms.parameters import Parameters, Structure
    from model.terms.tables import weekly_tables
    from tests.model.busy import history
    from tests.model.law import demography

    status_quo = weekly_tables(Parameters(), Structure(), demography(), history())
    for lever in levers():
        assert set(lever.columns(status_quo, 1.0)) <= set(LEVER.names or ())
        assert np.all(lever.exposure(status_quo) >= 0)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(AttributeError, match="Nobody"):
        lv.Nobody  # noqa: B018
