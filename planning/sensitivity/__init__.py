"""Which uncertain input drives a result, and what would it be worth to know it? Indices on common random numbers,
value of information by study. Studies are in ``studies.toml``; places and seeds are results.
"""

from __future__ import annotations

from foundation.language.text import Words
from planning import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
