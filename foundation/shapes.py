"""Arrays by what they hold, for signatures: ``Float[Floats, "draw week"]`` (jaxtyping) says their shape as well."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
