"""What would a randomised pilot of a lever teach, and what has a trial taught? Responses from the model, likelihoods of
arms, the value of the information. Assumptions are in ``learning``; a posterior file is ``calibration.draws.effects``.
"""

from __future__ import annotations

from foundation.language.text import Words
from planning import label as below

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
