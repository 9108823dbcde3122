"""Planes of input values, over which every neuron is a map."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.analysis.drawable import LARGEST, drawable_range
from nnsim.core.arrays import Array

MARGIN = 0.15


class Samples(Protocol):
    """Anything with input rows, such as a Dataset."""

    @property
    def X(self) -> Array: ...

    @property
    def X_test(self) -> Array | None: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Plane:
    """A grid over two inputs (or a line over one, then ``y`` is None), from ``low`` to ``high`` of each."""

    x: str
    y: str | None
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    resolution: int = 64

    @classmethod
    def over(cls, inputs: tuple[str, ...], axes: tuple[str, str] | None, data: Samples | None) -> "Plane | None":
        """The plane of two inputs (the first two, if ``axes`` does not name others), wide enough for the data."""
        if not inputs:
            return None
        if len(inputs) == 1:
            return cls(inputs[0], None, _range(inputs, inputs[0], data), (0.0, 1.0), 201)
        x, y = axes if axes is not None and set(axes) <= set(inputs) and axes[0] != axes[1] else inputs[:2]
        return cls(x, y, _range(inputs, x, data), _range(inputs, y, data))

    def zoomed(self, factor: float, at: tuple[float, float] | None = None) -> "Plane":
        """``factor`` times as wide, around ``at`` (x, y), which keeps its place, or else around the middle."""
        middle = ((self.x_range[0] + self.x_range[1]) / 2, (self.y_range[0] + self.y_range[1]) / 2)
        x, y = at if at is not None else middle

        def wider(reach: tuple[float, float], fixed: float) -> tuple[float, float]:
            return fixed + (reach[0] - fixed) * factor, fixed + (reach[1] - fixed) * factor

        return replace(self, x_range=wider(self.x_range, x),
                       y_range=self.y_range if self.y is None else wider(self.y_range, y))

    @property
    def width(self) -> float:
        """How much of the first input is seen."""
        return self.x_range[1] - self.x_range[0]

    def values(self, axis: str) -> Array:
        """The grid values of axis "x" or "y", (resolution,)."""
        low, high = self.x_range if axis == "x" else self.y_range
        return np.linspace(low, high, self.resolution)


def data_range(inputs: tuple[str, ...], id: str, data: Samples | None) -> tuple[float, float]:
    """The least and the greatest value of an input in all samples, those for testing too; 0 and 1 without data."""
    if data is None or data.X.shape[1] != len(inputs):
        return 0.0, 1.0
    low, high = _ends(data)
    place = inputs.index(id)
    return float(low[place]), float(high[place])


@lru_cache(maxsize=4)
def _ends(data: Samples) -> tuple[Array, Array]:
    """The least and the greatest value of each input, (inputs,) each; found once, as there may be very many samples."""
    low, high = data.X.min(axis=0), data.X.max(axis=0)
    if data.X_test is not None and len(data.X_test):
        low, high = np.minimum(low, data.X_test.min(axis=0)), np.maximum(high, data.X_test.max(axis=0))
    return low, high


def _range(inputs: tuple[str, ...], id: str, data: Samples | None) -> tuple[float, float]:
    low, high = data_range(inputs, id, data)
    low, high = drawable_range(low, high) if high > low else (min(max(low, -LARGEST), LARGEST),) * 2
    # One sample's line is as wide as it takes to tell its ends apart.
    width = high - low or max(1.0, 1e-6 * abs(low))
    # A truth table's corners stand further in, so that its points do not touch the frame.
    margin = width * (0.35 if (low, high) == (0.0, 1.0) else MARGIN / 2)
    return low - margin, high + margin


def plane_samples(plane: Plane, inputs: tuple[str, ...], rest: Array) -> Array:
    """(resolution² or resolution, inputs): the grid, the other inputs at ``rest``. Row by row from the lowest y."""
    if plane.y is None:
        return plane.values("x")[:, None]
    xs, ys = np.meshgrid(plane.values("x"), plane.values("y"))
    X = np.tile(rest, (xs.size, 1))
    X[:, inputs.index(plane.x)] = xs.ravel()
    X[:, inputs.index(plane.y)] = ys.ravel()
    return X


def decision_threshold(activation: str, targets: Array | None = None) -> float:
    """The output value between the two classes.

    The middle of a bounded activation's range (0.5 for a sigmoid, 0 for tanh), else of the targets, else ½.
    """
    low, high = ACTIVATIONS[activation].range
    if np.isfinite(low) and np.isfinite(high):
        return (low + high) / 2
    if targets is not None and targets.size:
        return float(targets.min()) / 2 + float(targets.max()) / 2
    return 0.5


def value_range(activation: str, targets: Array | None = None) -> tuple[float, float]:
    """The values that a map of such a neuron spans from one colour to the other, symmetric about its threshold."""
    middle = decision_threshold(activation, targets)
    low, high = ACTIVATIONS[activation].range
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    half = float(targets.max()) / 2 - float(targets.min()) / 2 if targets is not None and targets.size else 1.0
    half = half or 1.0
    return middle - half, middle + half
