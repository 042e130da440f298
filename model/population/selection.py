"""Ages and targets of many people at once, without temporaries of their size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model.population.attributes import ACCOUNT, EMAIL, ILL, Int
from model.population.chances import MAJORITY
from model.terms.jit import compiled, kernel
from model.terms.weeks import WEEKS_PER_YEAR

_EMAIL, _ACCOUNT, _ILL, _MAJORITY, _PER_YEAR = int(EMAIL), int(ACCOUNT), int(ILL), MAJORITY, WEEKS_PER_YEAR


@kernel
def age_at(birth: Int, week: Int) -> Int:
    """Completed years; a birthday falls in the week ``round(age x weeks per year)`` after birth."""
    return int(np.floor((week - birth + 0.5) / _PER_YEAR))


@compiled
def ages_at(birth_week: npt.NDArray[np.int16], week: Int) -> npt.NDArray[np.int16]:
    """Completed years at the start of a week, int16 [n]."""
    ages = np.empty(len(birth_week), np.int16)
    for i in range(len(birth_week)):
        ages[i] = age_at(np.int64(birth_week[i]), week)
    return ages


@compiled
def bands_at(birth_week: npt.NDArray[np.int16], week: Int, band_of_age: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Age band at the start of a week, uint8 [n]."""
    bands = np.empty(len(birth_week), np.uint8)
    for i in range(len(birth_week)):
        age = age_at(np.int64(birth_week[i]), week)
        bands[i] = band_of_age[min(max(age, 0), len(band_of_age) - 1)]
    return bands


@compiled
def selected(
    birth_week: npt.NDArray[np.int16],
    region: npt.NDArray[np.uint8],
    flags: npt.NDArray[np.uint8],
    week: Int,
    ages: tuple[Int, Int],
    inside: npt.NDArray[np.bool_],
    wanted: tuple[int, int, int],
) -> npt.NDArray[np.bool_]:
    """Mask [n]: ages within ``ages``, regions ``inside``; e-mail, illness and offline as ``wanted`` (-1: no matter)."""
    chosen = np.empty(len(birth_week), np.bool_)
    for i in range(len(birth_week)):
        lived, bits = week - np.int64(birth_week[i]), np.int64(flags[i])
        age = age_at(np.int64(birth_week[i]), week)
        offline = bool(lived >= _MAJORITY and bits & (_EMAIL | _ACCOUNT) == 0)
        chosen[i] = (
            inside[region[i]]
            and ages[0] <= age <= ages[1]
            and is_wanted(wanted[0], bits & _EMAIL > 0)
            and is_wanted(wanted[1], bits & _ILL > 0)
            and is_wanted(wanted[2], offline)
        )
    return chosen


@kernel
def is_wanted(wish: Int, has: bool | np.bool_) -> bool:
    """Whether an attribute is as wanted: 1 yes, 0 no, -1 no matter."""
    return bool(wish < 0 or bool(has) == (wish == 1))
