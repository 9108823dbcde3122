"""Scaling: inputs brought to a common range, by numbers found on the training samples alone."""

from collections.abc import Callable

import numpy as np

from nnsim.core.arrays import Array

Scaling = Callable[[Array], Array]
"""Takes inputs (samples, inputs), of the training or of the test, and returns them scaled."""


def _none(X: Array) -> Scaling:
    return lambda values: values


def _zero_to_one(X: Array) -> Scaling:
    # Halved, so that the distance between the largest numbers is one.
    low = X.min(axis=0) / 2
    span, constant = _span(X.max(axis=0) / 2 - low)
    return lambda values: np.where(constant, 0.0, (values / 2 - low) / span)


def _minus_one_to_one(X: Array) -> Scaling:
    unit = _zero_to_one(X)
    constant = _span(X.max(axis=0) / 2 - X.min(axis=0) / 2)[1]
    return lambda values: np.where(constant, 0.0, 2 * unit(values) - 1)


def _standard(X: Array) -> Scaling:
    # In parts of the largest number, whose square may be too large.
    largest = np.abs(X).max(axis=0)
    largest = np.where(largest > 0, largest, 1.0)
    parts = X / largest
    mean = parts.mean(axis=0)
    constant = X.max(axis=0) == X.min(axis=0)
    spread = np.where(constant, 1.0, parts.std(axis=0))
    return lambda values: np.where(constant, 0.0, (values / largest - mean) / spread)


def _span(distance: Array) -> tuple[Array, Array]:
    """The distance, 1 instead of 0; and where it is 0."""
    constant = distance == 0
    return np.where(constant, 1.0, distance), constant


SCALINGS: dict[str, Callable[[Array], Scaling]] = {
    "none": _none,
    "zero_to_one": _zero_to_one,
    "minus_one_to_one": _minus_one_to_one,
    "standard": _standard,
}
"""By name: x; (x − min)/(max − min); 2(x − min)/(max − min) − 1; (x − mean)/standard deviation (of n, not of n − 1).

What is the same in all training samples becomes 0.
"""
