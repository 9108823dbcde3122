"""The samples in the plots of the Output panel, and what the colours of a map mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nnsim.core.analysis.maps import Plane, decision_threshold, value_range
from nnsim.core.analysis.slices import spread
from nnsim.core.arrays import Array, Flags, Indices
from nnsim.data.dataset import Dataset
from nnsim.gui.plots.regions import winners

FEW, MANY = 16, 1000
MOST_DRAWN = 5_000
"""Of more samples so many are drawn, evenly from first to last: more would be one blot. So many for testing too."""
LABELLED = 8
"""As many samples of a truth table have their inputs written beside them."""


@dataclass(frozen=True, eq=False)
class Points:
    """Samples in a plot: where, of which class, which are for testing, what stands beside each.

    Of two classes 0 is the low one and 1 the high one; else a class is the place of its output.
    """

    x: Array = field(default_factory=lambda: np.zeros(0))
    y: Array = field(default_factory=lambda: np.zeros(0))
    classes: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    test: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    labels: tuple[str, ...] = ()

    def only(self, which: Flags) -> "Points":
        """Those among them; what stands beside them stays with them."""
        labels = tuple(label for label, here in zip(self.labels, which, strict=False) if here)
        return Points(self.x[which], self.y[which], self.classes[which], self.test[which], labels)

    @property
    def high(self) -> Flags:
        """Which are of the high class, of two."""
        return self.classes == 1

    def size(self, test: bool) -> int:
        """How large they are drawn, in pixels: the more, the smaller."""
        if len(self.x) > MANY:
            return 4
        return 13 if len(self.x) <= FEW else 7 if test else 8


@dataclass(frozen=True)
class Scale:
    """What the colours of a map mean: its ends, the value between the classes, and whether it jumps."""

    low: float = 0.0
    high: float = 1.0
    threshold: float = 0.5
    crisp: bool = False

    @classmethod
    def of_output(cls, activation: str, targets: Array | None) -> "Scale":
        """That of an output with this activation and, if there are data, these targets (n,)."""
        low, high = value_range(activation, targets)
        return cls(low, high, decision_threshold(activation, targets), activation == "heaviside")

    @classmethod
    def of_all(cls, scales: "Sequence[Scale]") -> "Scale":
        """One that has room for all of several outputs, with the threshold of the first."""
        return cls(min(s.low for s in scales), max(s.high for s in scales), scales[0].threshold,
                   all(s.crisp for s in scales))


def target_classes(T: Array, column: int | None, threshold: float) -> Indices:
    """(n,): 1 where target ``column`` is at least the threshold, else 0; without a column which target is largest."""
    return winners(T.T) if column is None else (T[:, column] >= threshold).astype(np.intp)


def drawn_of(data: Dataset) -> tuple[int, int]:
    """How many samples can be drawn, and how many there are, those for testing too."""
    counts = len(data.X), 0 if data.X_test is None else len(data.X_test)
    return sum(min(count, MOST_DRAWN) for count in counts), sum(counts)


def points_of(data: Dataset, inputs: tuple[str, ...], column: int | None, plane: Plane, fed: Array,
              threshold: float) -> Points:
    """The samples as they lie over ``plane``, by target ``column``, or by the largest target if that is None.

    Over one input y is the target, of the first column without one.

    Of a truth table only the rows that agree with ``fed``, the values of all inputs, where the plane does not
    reach: the others belong to another plane. Measured samples would hardly ever agree; all of them are there.
    """
    rows, test = spread(len(data.X), MOST_DRAWN), np.zeros(drawn_of(data)[0], dtype=np.bool_)
    X, T = data.X[rows], data.T[rows]
    if data.X_test is not None and data.T_test is not None:
        tested = spread(len(data.X_test), MOST_DRAWN)
        X, T = np.vstack([X, data.X_test[tested]]), np.vstack([T, data.T_test[tested]])
        test[len(rows):] = True
    binary = bool(np.isin(X, (0.0, 1.0)).all())
    others = [i for i, id in enumerate(inputs) if id not in (plane.x, plane.y)]
    if others and binary:
        here = (X[:, others] == fed[others]).all(axis=1)
        X, T, test = X[here], T[here], test[here]
    x = X[:, inputs.index(plane.x)]
    if plane.y is None:
        return Points(x, T[:, column or 0], np.ones(len(x), dtype=np.intp), test)
    y = X[:, inputs.index(plane.y)]
    labels: tuple[str, ...] = ()
    if binary and len(X) <= LABELLED:
        labels = tuple(f"({a:g}, {b:g})" for a, b in zip(x, y, strict=True))
    return Points(x, y, target_classes(T, column, threshold), test, labels)


def nearest(points: Points, x: float, y: float | None, per_x: float, per_y: float) -> tuple[int, float] | None:
    """(which point is nearest, how many pixels away), for so many pixels per unit; by x alone without ``y``."""
    if not 0 < len(points.x) <= MANY:
        return None
    away = np.abs(points.x - x) * per_x
    if y is not None:
        away = np.hypot(away, (points.y - y) * per_y)
    found = int(np.argmin(away))
    return found, float(away[found])
