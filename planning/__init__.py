"""What should be decided? The mix under a budget, what drives it, and what would be worth knowing. Each room takes
simulated strategies and answers one of these; none knows anything that the model doesn't.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
