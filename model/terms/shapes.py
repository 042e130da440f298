"""Arrays by what they hold, for signatures: ``Float[Floats, "region week"]`` (jaxtyping) says their shape as well.

The names in a shape: ``person``, ``row`` (persons and one more), ``week``, ``start`` (of weeks, the end included),
``region``, ``band`` (of age), ``cohort`` (birth year), ``sex``, ``knot`` (launch and each 1 January), ``channel``.
"""

from __future__ import annotations

import numpy as np

Lengths = tuple[int, ...]
"""NumPy's own ``NDArray`` is, from 2.5 on, a name that jaxtyping can't see through."""
Floats = np.ndarray[Lengths, np.dtype[np.float64]]
Counts = np.ndarray[Lengths, np.dtype[np.int64]]
"""Whole numbers: counts, row numbers, weeks."""
Bools = np.ndarray[Lengths, np.dtype[np.bool_]]
Bytes = np.ndarray[Lengths, np.dtype[np.uint8]]
Weeks = np.ndarray[Lengths, np.dtype[np.int16]]
Keys = np.ndarray[Lengths, np.dtype[np.uint64]]
"""Of draws (``model.terms.keyed``)."""
Records = np.ndarray[Lengths, np.dtype[np.void]]
"""Rows with named fields."""
Entries = np.ndarray[Lengths, np.dtype[np.int32]]
"""Of ties: persons, or ~ward."""
Starts = np.ndarray[Lengths, np.dtype[np.uint32]]
Numbers = np.ndarray[Lengths, np.dtype[np.uint16]]
