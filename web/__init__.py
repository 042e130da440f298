"""What can be asked in a browser, and how does the answer come fast? Strategies to answers, a worker's draws in memory,
the queue between people, the HTTP side. All numbers come from the frames and tables of ``scenarios``; routes and JSON
keys are kept.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
