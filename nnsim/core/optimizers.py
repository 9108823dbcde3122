"""Optimizers: how a gradient becomes a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = tuple[Array, ...]


@dataclass(frozen=True)
class Optimizer:
    """A rule w′ = w + step. ``constants`` are its defaults by name, such as beta1.

    ``start(n)`` gives the state before the first update, arrays of n parameters each.
    ``step(gradient, parameters, state, learning_rate, constants)`` -> (parameters, state), new arrays.
    """

    name: str
    label: str
    formula: str
    about: str
    step: Callable[[Array, Array, State, float, Mapping[str, float]], tuple[Array, State]]
    start: Callable[[int], State] = lambda n: ()
    constants: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def _sgd(
    g: Array, w: Array, state: State, rate: float, constants: Mapping[str, float]
) -> tuple[Array, State]:
    return w - rate * g, state


_ENTRIES = (
    Optimizer("sgd", "SGD", r"w' = w - \eta\,\frac{\partial L}{\partial w}",
              "Stochastic gradient descent: a step downhill, as long as the slope is steep.", _sgd),
)

OPTIMIZERS: dict[str, Optimizer] = {entry.name: entry for entry in _ENTRIES}
"""Every optimizer by name."""
