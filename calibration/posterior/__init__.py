"""Which parameters agree with the published figures? Simulations, an emulator learned from them, a walk over it, a
check. Order of blocks, seeds and the likelihood are results: after a change ``mes evidence`` remakes every
posterior.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
