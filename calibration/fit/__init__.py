"""Does the model agree with what was published, and what did the data teach it? Residuals of the patterns,
predictions, identifiability of each parameter. A pattern is added in its tables; seeds of predictions are results.
"""

from __future__ import annotations

from calibration.survey import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""
