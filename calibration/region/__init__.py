"""How far is one region from what the country's posterior says of it? A local level fitted to the region's own counts,
on top of the national posterior, which it never moves; draws of a region; what regions differ in. The law of the level
is in ``regional.csv``; keys of its draws and the grid are results.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
