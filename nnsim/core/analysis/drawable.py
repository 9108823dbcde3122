"""What can be drawn: beyond these bounds neither the arithmetic of axes nor that of painters holds."""

import math

import numpy as np

from nnsim.core.arrays import Array, Flags

LARGEST = 1e100
"""Nothing further from 0 is drawn. Times what a picture is magnified by, and squared, it is still a number."""
_LEAST, _LEAST_SHARE = 1e-40, 1e-12
"""No axis is shorter than that, nor than this share of the numbers at its ends: it could not tell them apart."""
Range = tuple[float, float]


def is_drawable(values: Array) -> Flags:
    """Which of the values can be drawn: neither ∞ nor NaN, nor too large."""
    return np.abs(values) <= LARGEST


def drawable(values: Array) -> Array:
    """The values, with NaN in place of those that cannot be drawn."""
    return np.where(is_drawable(values), values, np.nan)


def drawable_range(low: float, high: float) -> Range:
    """The range from ``low`` to ``high`` as far as an axis can show it, and as wide as an axis has to be."""
    low, high = (min(max(end, -LARGEST), LARGEST) if end == end else 0.0 for end in (low, high))
    least = max(_LEAST, _LEAST_SHARE * max(abs(low), abs(high)))
    if high - low >= least:
        return low, high
    middle = (low + high) / 2
    return middle - least / 2, middle + least / 2


def can_be_drawn(*values: float) -> bool:
    """Whether all of these can be drawn."""
    return all(math.isfinite(value) and abs(value) <= LARGEST for value in values)
