"""What is the uncertainty of a result made of? Structure, fitted parameters, lever effects, and the randomness of
the simulated people, by nested simulations. The split is a result; its table and picture may change.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
