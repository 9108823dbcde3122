"""The bounded history of a run: loss curves that never grow past a fixed number of points."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from nnsim.core.arrays import Array
from nnsim.core.layered import counted
from nnsim.core.shown import picture_of

CAPACITY = 65_536
MOST_EPOCHS = 2**53
"""Whole numbers up to here are exact as floats."""


@dataclass(frozen=True)
class Points:
    """A curve as it stands: epoch, mean, minimum and maximum of the loss at each point. Read-only views."""

    epoch: Array
    mean: Array
    low: Array
    high: Array

    def __repr__(self) -> str:
        return f"<Points: {len(self.epoch)}>"


NO_POINTS = Points(*np.empty((4, 0)))


class Curve:
    """Values of epoch 0, 1, 2 …; when full, neighbours merge to mean, minimum and maximum.

    Point 0 stays the value of epoch 0. Arrays are only ever appended to or replaced, never changed
    in place, so that ``points()`` may be read by another thread.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = max(4, capacity)
        self._rows = np.empty((4, 64))
        self._count = 0
        self._stride = 1
        self._pending: Array = np.empty(0)
        self._epochs = 0

    @property
    def epochs(self) -> int:
        """How many values it was given."""
        return self._epochs

    def __repr__(self) -> str:
        return f"<Curve of {counted(self._epochs, 'epoch')} in {counted(len(self), 'point')}>"

    def __len__(self) -> int:
        return self._count + (1 if len(self._pending) else 0)

    def extend(self, values: ArrayLike) -> None:
        """Append the values of the next epochs."""
        rest = np.atleast_1d(np.asarray(values, dtype=np.float64))
        if self._epochs == 0 and len(rest):
            self._push(np.vstack([[0.0], rest[:1], rest[:1], rest[:1]]))
            self._epochs, rest = 1, rest[1:]
        while len(rest):
            if self._count >= self._capacity:
                self._merge()
            # A piece never fills more than what is free, so that the stride is right for all of it.
            room = (self._capacity - self._count) * self._stride - len(self._pending)
            piece, rest = rest[:room], rest[room:]
            self._append(piece)

    def state(self) -> dict[str, Array]:
        """All that it holds, as arrays for a file; ``restored`` makes the same curve of them."""
        return {
            "rows": self._rows[:, : self._count],
            "pending": self._pending,
            "counts": np.array([self._capacity, self._stride, self._epochs], dtype=np.float64),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Array]) -> "Curve":
        """The curve that ``state`` was asked of. Raises ValueError, saying what is wrong, if it was asked of none."""
        rows, pending, counts = (np.asarray(state[key]) for key in ("rows", "pending", "counts"))
        if {rows.dtype, pending.dtype, counts.dtype} != {np.dtype(np.float64)}:
            raise ValueError("a curve is made of numbers with a point")
        if rows.ndim != 2 or len(rows) != 4 or pending.ndim != 1 or counts.shape != (3,):
            raise ValueError(f"the arrays of a curve have the shapes {rows.shape}, {pending.shape} and {counts.shape}")
        if not ((counts >= 0) & (counts <= MOST_EPOCHS) & (counts == np.floor(counts))).all():
            raise ValueError(f"a curve cannot have capacity, stride and epochs {counts.tolist()}")
        capacity, stride, epochs = (int(count) for count in counts)
        count, waiting = rows.shape[1], len(pending)
        if not 4 <= capacity <= CAPACITY or count > capacity or stride < 1 or waiting >= stride:
            raise ValueError(f"a curve of {count} points and {waiting} more epochs cannot have the capacity {capacity} "
                             f"and {stride} epochs a point")
        if epochs != (1 + (count - 1) * stride + waiting if count else 0):
            raise ValueError(f"a curve of {count} points, each of {stride} epochs, cannot have {epochs} epochs")
        if not np.array_equal(rows[0], np.arange(count) * float(stride)):
            raise ValueError("the epochs of a curve do not follow each other")
        curve = cls(capacity)
        curve._rows, curve._count = np.array(rows), count
        curve._pending, curve._stride, curve._epochs = np.array(pending), stride, epochs
        return curve

    def points(self) -> Points:
        """All points; a last one for the epochs that do not fill a stride yet."""
        rows = self._rows[:, : self._count]
        if len(self._pending):
            p = self._pending
            rows = np.hstack([rows, [[self._epochs - 1.0], [p.mean()], [p.min()], [p.max()]]])
        rows = rows.view()
        rows.setflags(write=False)
        return Points(*rows)

    def _append(self, values: Array) -> None:
        first = self._epochs - len(self._pending)
        values = np.concatenate([self._pending, values])
        self._epochs = first + len(values)
        full = len(values) // self._stride * self._stride
        if full:
            buckets = values[:full].reshape(-1, self._stride)
            ends = first + np.arange(self._stride, full + 1, self._stride) - 1.0
            self._push(np.vstack([ends, buckets.mean(axis=1), buckets.min(axis=1), buckets.max(axis=1)]))
        self._pending = values[full:].copy()

    def _push(self, columns: Array) -> None:
        need = self._count + columns.shape[1]
        if need > self._rows.shape[1]:
            grown = np.empty((4, min(self._capacity, max(need, 2 * self._rows.shape[1]))))
            grown[:, : self._count] = self._rows[:, : self._count]
            self._rows = grown
        self._rows[:, self._count : need] = columns
        self._count = need

    def _merge(self) -> None:
        """Halve the points after the first; an odd last one goes back to wait for its neighbour."""
        body = self._rows[:, 1 : self._count]
        pairs = body.shape[1] // 2
        left, right = body[:, 0 : 2 * pairs : 2], body[:, 1 : 2 * pairs : 2]
        merged = np.vstack(
            [right[0], (left[1] + right[1]) / 2, np.minimum(left[2], right[2]), np.maximum(left[3], right[3])]
        )
        odd = body[1, 2 * pairs :]
        # The last point's own values are gone; its mean stands for each of its epochs.
        self._pending = np.concatenate([np.repeat(odd, self._stride), self._pending])
        rows = np.empty_like(self._rows)
        rows[:, 0] = self._rows[:, 0]
        rows[:, 1 : pairs + 1] = merged
        self._rows, self._count = rows, pairs + 1
        self._stride *= 2


class Seen:
    """The exact train loss at the end of some epochs, as somebody looked: at first of each, then ever more rarely."""

    def __init__(self) -> None:
        self._epochs: list[int] = []
        self._losses: list[float] = []
        self.due = 0
        """The next epoch that belongs to it: of the first hundred each, then one every fiftieth part later."""

    def add(self, epoch: int, loss: float) -> None:
        """The loss at the end of an epoch, later than all before."""
        self._epochs.append(epoch)
        self._losses.append(loss)
        self.due = epoch + max(1, epoch // 50)

    def points(self, here: float, loss: float) -> tuple[Array, Array]:
        """Epochs and losses, the last of them ``here``, which may be in the midst of an epoch."""
        until = sum(epoch < here for epoch in self._epochs)
        return np.array([*self._epochs[:until], here], dtype=np.float64), np.array([*self._losses[:until], loss])


@dataclass
class History:
    """The curves of a run. ``train_loss[0]`` is the loss before training, later entries an epoch's running mean."""

    train: Curve = field(default_factory=Curve)
    test: Curve = field(default_factory=Curve)
    seen: Seen = field(default_factory=Seen)

    def __repr__(self) -> str:
        done = f"{counted(self.train.epochs - 1, 'epoch')} done" if self.train.epochs else "empty"
        curves = (("train loss (running mean)", self.train_loss), ("test loss", self.test_loss))
        said = [f"{name} {loss[0]:.4g} → {loss[-1]:.4g}" for name, loss in curves if len(loss)]
        return f"<History: {', '.join((done, *said))}>"

    def _repr_html_(self) -> str | None:
        return picture_of(self)

    @property
    def train_loss(self) -> Array:
        """Train loss by epoch (by merged points once there are more than the capacity)."""
        return self.train.points().mean

    @property
    def test_loss(self) -> Array:
        """Test loss by epoch; empty without test data."""
        return self.test.points().mean
