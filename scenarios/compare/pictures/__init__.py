"""How is a run shown? Pictures: frames in, figures out. A picture is a function registered in ``PICTURES``; it may be
redrawn at will, as it holds no numbers of its own. Of this floor it alone imports matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
from matplotlib.figure import Figure

from scenarios.compare.pictures.adoption import adoption_curves
from scenarios.compare.pictures.courses import driver_courses
from scenarios.compare.pictures.funnel import funnel
from scenarios.compare.pictures.groups import by_age_band, digital_gap, equity_changes, left_behind
from scenarios.compare.pictures.regions import by_region
from scenarios.compare.pictures.strategies import additional_activations, cost_against_effect, use_after_activation

__all__ = [
    "PICTURES",
    "additional_activations",
    "adoption_curves",
    "by_age_band",
    "by_region",
    "cost_against_effect",
    "digital_gap",
    "driver_courses",
    "equity_changes",
    "funnel",
    "left_behind",
    "use_after_activation",
]

Picture = Callable[[Mapping[str, pd.DataFrame], Mapping[str, object], str], Figure]
PICTURES: dict[str, Picture] = {
    "adoption": adoption_curves,
    "additional": additional_activations,
    "cost-effect": cost_against_effect,
    "funnel": funnel,
    "age-bands": by_age_band,
    "digital-gap": digital_gap,
    "equity": equity_changes,
    "left-behind": left_behind,
    "regions": by_region,
    "use": use_after_activation,
    "drivers": driver_courses,
}
