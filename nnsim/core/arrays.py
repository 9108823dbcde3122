"""What the arrays of this package are called by type, and what is done with any of them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
"""Positions in another array, as numpy's own functions return them."""
Integers = NDArray[np.int64]
AT_ONCE = 4_096
"""Rows that are compared together."""


def first_row(table: Array, row: Array) -> int | None:
    """Where in ``table`` (rows, columns) this row (columns,) first stands; None if it does not."""
    near = np.flatnonzero(table[:, 0] == row[0]) if len(row) else np.arange(len(table))
    # Of many rows hardly any is looked at whole.
    for start in range(0, len(near), AT_ONCE):
        some = near[start : start + AT_ONCE]
        found = np.flatnonzero((table[some] == row).all(axis=1))
        if len(found):
            return int(some[found[0]])
    return None


def frozen_vector(values: ArrayLike) -> Array:
    """A read-only float64 copy of a vector; the same object if it is one already."""
    # A read-only view does not count: its base may still be written to.
    if (isinstance(values, np.ndarray) and values.dtype == np.float64
            and values.base is None and not values.flags.writeable):
        return values
    vector = np.array(values, dtype=np.float64)
    vector.setflags(write=False)
    return vector
