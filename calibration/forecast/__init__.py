"""What will be published, if what is going on goes on? The status quo to the end of the clock, conditioned on every
published count; registered forecasts, and their scores once counts come. Seeds and the conditioning are results; a
registered forecast is never rewritten.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
