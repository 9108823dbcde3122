"""Where the line of a connection runs: from rim to rim, and where on it its label may stand."""

import numpy as np

from nnsim.core.arrays import Array
from nnsim.documents.layout import NEURON_RADIUS

LABEL_PLACES = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.2, 0.8, 0.46, 0.54, 0.38, 0.62, 0.24, 0.76, 0.15, 0.85)
"""Where along a line its label may stand, best first."""
BENDS = 30.0
"""A line bends that runs at least so far to the right."""


def between(source: Array, target: Array, slot: Array) -> Array:
    """(connections, 4): x and y of both ends, from rim to rim; each meets its target at its angle, ``slot``.

    ``source`` and ``target``, (connections, 2), are the middles of the neurons.
    """
    (x0, y0), (x1, y1) = np.ascontiguousarray(source.T), np.ascontiguousarray(target.T)
    across, down = x1 - x0, y1 - y0
    rightwards = across > 2 * NEURON_RADIUS
    length = np.maximum(np.sqrt(across * across + down * down), 1e-9)
    across /= length
    down /= length
    # Column by column: so are they used, and of hundreds of thousands that takes a fraction of the time.
    lines = np.empty((4, len(source))).T
    lines[:, 0] = x0 + NEURON_RADIUS * np.where(rightwards, 1.0, across)
    lines[:, 1] = y0 + NEURON_RADIUS * np.where(rightwards, 0.0, down)
    cosine, sine = (np.cos(slot), np.sin(slot)) if slot.any() else (1.0, 0.0)
    lines[:, 2] = x1 - (NEURON_RADIUS + 1.5) * np.where(rightwards, cosine, across)
    lines[:, 3] = y1 + (NEURON_RADIUS + 1.5) * np.where(rightwards, sine, -down)
    return lines


def slots(heights: Array) -> Array:
    """The angle at which each connection that enters a neuron meets its left side, so that arrows do not pile up.

    ``heights`` says how far down each comes from.
    """
    n = len(heights)
    angles = np.empty(n)
    angles[np.argsort(heights, kind="stable")] = (np.arange(n) - (n - 1) / 2) * min(0.32, 1.6 / (n or 1))
    return angles
