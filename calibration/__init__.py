"""What do the data say? Facts, the posterior, how well it fits and forecasts, and how sure it is. ``warm`` compiles
the kernels beforehand. Rooms may be read one by one: each answers one question.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
