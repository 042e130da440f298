"""How well would the model have forecast, beside simple methods? Forecasts from earlier days, scored on what came.
Forecasters are added in their room; origins and seeds are results.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
