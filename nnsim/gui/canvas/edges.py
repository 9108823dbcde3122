"""One connection as it is drawn: its line, where it meets its target, and where its label may stand."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from nnsim.core.arrays import Array
from nnsim.core.network import Connection, Ends
from nnsim.documents.layout import bend
from nnsim.gui.canvas.neuron_item import RADIUS

PLACES = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.2, 0.8)
"""Where along an edge its label may stand, best first."""
BENDS = 30.0
"""A line bends that runs at least so far to the right."""
AROUND = 8.0
"""How far an edge's arrow and its mark when chosen reach beyond its line."""


@dataclass(eq=False)
class Edge:
    """A connection between two places. What takes time to find out is found out when it is wanted."""

    connection: Connection
    row: int
    """Where its weight stands among the values shown."""
    line: QLineF
    slot: float = 0.0
    """The angle at which it meets its target's left side."""
    straight: bool = False
    """Whether it is straight wherever it leads, because there are so many."""
    text: str = ""
    ghost: str = ""
    """What it weighed when the run began, while that is compared."""
    label: QRectF = field(default_factory=QRectF)
    """Where its text stands; null where there is no room for it."""
    ghost_label: QRectF = field(default_factory=QRectF)
    """Where its ghost stands."""

    @property
    def ends(self) -> Ends:
        """(source, target)."""
        return self.connection.ends

    @property
    def curved(self) -> bool:
        """Whether it is level at both ends, for which it has to run to the right."""
        return not self.straight and self.line.dx() > BENDS

    @cached_property
    def path(self) -> QPainterPath:
        """The line as it is drawn."""
        if self.curved:
            return curve(self.line.p1(), self.line.p2())
        path = QPainterPath(self.line.p1())
        path.lineTo(self.line.p2())
        return path

    @cached_property
    def heading(self) -> QPointF:
        """The direction in which it meets its target, of length 1."""
        last = QLineF(self._point(0.95), self.line.p2())
        return QPointF(last.dx(), last.dy()) / (last.length() or 1.0)

    @cached_property
    def bounds(self) -> QRectF:
        """Around the line, its arrow and its mark when chosen."""
        return QRectF(self.line.p1(), self.line.p2()).normalized().adjusted(-AROUND, -AROUND, AROUND, AROUND)

    @cached_property
    def places(self) -> tuple[QPointF, ...]:
        """Where its label may stand, best first."""
        return tuple(self._point(share) for share in PLACES)

    def arrow(self, size: float) -> QPolygonF:
        """The triangle at its target."""
        x, y, ahead, aside = self.line.x2(), self.line.y2(), size * 1.15, size * 0.55
        dx, dy = self.heading.x(), self.heading.y()
        back_x, back_y, side_x, side_y = x - dx * ahead, y - dy * ahead, -dy * aside, dx * aside
        return QPolygonF([QPointF(x, y), QPointF(back_x + side_x, back_y + side_y),
                          QPointF(back_x - side_x, back_y - side_y)])

    def distance(self, point: QPointF) -> float:
        """How far a point of the scene is from the line."""
        points = [self._point(i / 24) for i in range(25)] if self.curved else [self.line.p1(), self.line.p2()]
        best = math.inf
        for a, b in pairwise(points):
            d = b - a
            length = d.x() ** 2 + d.y() ** 2
            share = 0.0 if length == 0 else max(0.0, min(1.0, QPointF.dotProduct(point - a, d) / length))
            near = point - (a + d * share)
            best = min(best, math.hypot(near.x(), near.y()))
        return best

    def _point(self, t: float) -> QPointF:
        """The point of the Bézier curve, or of the straight line, at the parameter ``t``."""
        across, down = bend(t) if self.curved else (t, t)
        return QPointF(self.line.x1() + self.line.dx() * across, self.line.y1() + self.line.dy() * down)


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The line of a connection between two points: level at both ends where it runs to the right, as in ``bend``."""
    path = QPainterPath(start)
    reach = end.x() - start.x()
    if reach > BENDS:
        bend = reach * 0.5
        path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    else:
        path.lineTo(end)
    return path


def between(source: Array, target: Array, slot: Array) -> Array:
    """(connections, 4): x and y of both ends, from rim to rim; each meets its target at its angle, ``slot``.

    ``source`` and ``target``, (connections, 2), are the middles of the neurons.
    """
    (x0, y0), (x1, y1) = np.ascontiguousarray(source.T), np.ascontiguousarray(target.T)
    across, down = x1 - x0, y1 - y0
    rightwards = across > 2 * RADIUS
    length = np.maximum(np.sqrt(across * across + down * down), 1e-9)
    across /= length
    down /= length
    # Column by column: so are they used, and of hundreds of thousands that takes a fraction of the time.
    lines = np.empty((4, len(source))).T
    lines[:, 0] = x0 + RADIUS * np.where(rightwards, 1.0, across)
    lines[:, 1] = y0 + RADIUS * np.where(rightwards, 0.0, down)
    cosine, sine = (np.cos(slot), np.sin(slot)) if slot.any() else (1.0, 0.0)
    lines[:, 2] = x1 - (RADIUS + 1.5) * np.where(rightwards, cosine, across)
    lines[:, 3] = y1 + (RADIUS + 1.5) * np.where(rightwards, sine, -down)
    return lines


def slots(heights: Array) -> Array:
    """The angle at which each connection that enters a neuron meets its left side, so that arrows do not pile up.

    ``heights`` says how far down each comes from.
    """
    n = len(heights)
    angles = np.empty(n)
    angles[np.argsort(heights, kind="stable")] = (np.arange(n) - (n - 1) / 2) * min(0.32, 1.6 / (n or 1))
    return angles
