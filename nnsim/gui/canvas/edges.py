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
from nnsim.documents.lines import BENDS, LABEL_PLACES

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
    def places(self) -> Array:
        """(places, 2): where its label may stand, best first."""
        shares = np.array(LABEL_PLACES)
        across, down = bend(shares) if self.curved else (shares, shares)
        return np.stack((self.line.x1() + self.line.dx() * across, self.line.y1() + self.line.dy() * down), axis=1)

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
