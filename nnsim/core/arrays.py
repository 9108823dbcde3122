"""What the arrays of this package are called by type."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]
"""Positions in another array, as numpy's own functions return them."""
Integers = NDArray[np.int64]
