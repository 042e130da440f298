"""What would the simulated people have answered to the published surveys? The survey as an instrument: who is asked,
what is claimed, samples of the survey's size. An answer is a row of data; the law of claims is a result.
"""

from __future__ import annotations

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
