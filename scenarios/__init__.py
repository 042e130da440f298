"""What can be done beyond the status quo, and what comes of it? Scenarios, the experiment of one draw, its frames
and costs, comparisons, the story of one life. Columns of frames may be added; names of existing ones are kept.
"""

from __future__ import annotations

from foundation.language.text import Words
from foundation.language.text import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
