"""Which scenario activates how many people, for whom, at what cost? Runs over all draws, their folder, tables and
pictures. How it is shown may change; frames and their hashes are results.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
