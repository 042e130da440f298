"""What does each channel add, and what would be lost without it? Attribution beside the effect of removal. Tables
and pictures may change; what removing a channel means is a result.
"""

from __future__ import annotations

from foundation.language.text import Words
from planning import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
