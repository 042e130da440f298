"""Which mix of levers is best for a budget, and which is the cheapest to a target? Search on some draws, judged on
others. Ceilings are in ``levers.toml``; the split of the draws and seeds of the search are results.
"""

from __future__ import annotations

from foundation.language.text import Words
from planning import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
