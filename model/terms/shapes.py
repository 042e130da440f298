"""Arrays by what they hold, for signatures: ``Float[Floats, "region week"]`` (jaxtyping) says their shape as well.

The names in a shape: ``person``, ``row`` (persons and one more), ``week``, ``start`` (of weeks, the end included),
``region``, ``band`` (of age), ``cohort`` (birth year), ``sex``, ``knot`` (launch and each 1 January), ``channel``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
"""Whole numbers: counts, row numbers, weeks."""
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Weeks = npt.NDArray[np.int16]
Keys = npt.NDArray[np.uint64]
"""Of draws (``model.terms.keyed``)."""
Records = npt.NDArray[np.void]
"""Rows with named fields."""
Entries = npt.NDArray[np.int32]
"""Of ties: persons, or ~ward."""
Starts = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.uint16]
