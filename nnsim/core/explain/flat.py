"""Why the slope of an activation function is 0: a flat piece, a turning point, or a point far out."""

from bisect import bisect_left, bisect_right

import numpy as np

from nnsim.core.activations import Activation
from nnsim.core.formulas.numbers import format_number

_BESIDE = 2.0**-10
"""So far from a turning point its slopes on both sides are looked at."""


@np.errstate(all="ignore")
def slope_at(entry: Activation, z: float) -> float:
    """f′(z)."""
    at = np.array([z])
    return float(entry.derivative(at, entry.f(at))[0])


def why_flat(entry: Activation, z: float, called: str) -> str:
    """Why f′(z) is exactly 0: ``ReLU, Input h1 ≤ 0``, with z ``called`` Input h1. Nothing where it is not, or no reason
    is known."""
    if slope_at(entry, z) != 0:
        return ""
    if not entry.has_slope:
        return f"{entry.label}, flat everywhere"
    if entry.pieces:
        return f"{entry.label}, {_piece(entry, z, called)}"
    if slope_at(entry, z - _BESIDE) * slope_at(entry, z + _BESIDE) < 0:
        return f"{entry.label}, at its turning point {called} = {format_number(z)}"
    if slope_at(entry, 2 * z) == 0:
        return f"{entry.label}, {called} so far from 0 that the slope rounds to 0"
    return ""


def _piece(entry: Activation, z: float, called: str) -> str:
    """Between which kinks z lies: ``z ≤ 0``, ``−1 ≤ z ≤ 1``. On a kink itself the flat piece is meant."""
    kinks = entry.kinks
    at = bisect_right(kinks, z)
    if entry.pieces[at] != 0:
        at = bisect_left(kinks, z)
    if at == len(kinks):
        return f"{called} ≥ {format_number(kinks[-1])}"
    below = f"{format_number(kinks[at - 1])} ≤ " if at else ""
    return f"{below}{called} ≤ {format_number(kinks[at])}"
