"""What happened to one simulated person, and why? A life replayed by the rules of the readable twin and checked
against the engine's record. Words may change; it invents nothing.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
