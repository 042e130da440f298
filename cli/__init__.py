"""What can be typed? The command ``mes``: options, errors, exit statuses, what is shown. Results come from below: a
command reads its options, calls one function and shows what it returns.
"""

from __future__ import annotations

from foundation.language.text import Words
from scenarios import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
