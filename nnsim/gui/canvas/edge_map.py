"""The connections of the canvas: of thousands only those that are looked at closely are objects."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF

from nnsim.core.arrays import Array, Indices
from nnsim.core.network import Ends, Structure
from nnsim.documents.ways import row_of
from nnsim.gui.canvas.edges import AROUND, Edge


class EdgeMap(Mapping[Ends, Edge]):
    """An Edge for each connection, made when it is first asked for; ``lines`` and ``slots`` are there for all."""

    def __init__(self, structure: Structure, lines: Array, slots: Array, straight: bool) -> None:
        """``lines`` (connections, 4): x and y of both ends; ``slots`` the angles at which they meet their targets."""
        self._structure, self.lines, self.slots, self._straight = structure, lines, slots, straight
        self._made: dict[int, Edge] = {}

    def __len__(self) -> int:
        return len(self._structure.connections)

    def __iter__(self) -> Iterator[Ends]:
        return (connection.ends for connection in self._structure.connections)

    def __contains__(self, ends: object) -> bool:
        return ends in self._structure.by_ends

    def __getitem__(self, ends: Ends) -> Edge:
        row = row_of(self._structure, ends)
        if row < 0:
            raise KeyError(ends)
        return self.at_row(row)

    def every(self) -> list[Edge]:
        """All edges in their order; to be asked for where there are not thousands."""
        return [self.at_row(row) for row in range(len(self))]

    def at_row(self, row: int) -> Edge:
        """The edge of the connection that stands there."""
        edge = self._made.get(row)
        if edge is None:
            connection = self._structure.connections[row]
            line, slot = QLineF(*self.lines[row].tolist()), float(self.slots[row])
            edge = self._made[row] = Edge(connection, row, line, slot, self._straight)
        return edge

    def move(self, rows: Indices, lines: Array, slots: Array) -> list[Edge]:
        """Have these edges lie elsewhere; those of them that were objects, as they were."""
        self.lines[rows], self.slots[rows] = lines, slots
        olds = [self._made[row] for row in rows.tolist() if row in self._made]
        for old in olds:
            line, slot = QLineF(*self.lines[old.row].tolist()), float(self.slots[old.row])
            self._made[old.row] = replace(old, line=line, slot=slot)
        return olds


def hull(boxes: Array) -> QRectF:
    """The rectangle around all of some boxes, of which there is at least one."""
    left, top, right, bottom = boxes
    corners = QPointF(left.min(), top.min()), QPointF(right.max(), bottom.max())
    return QRectF(*corners).adjusted(-AROUND, -AROUND, AROUND, AROUND)


def line_boxes(lines: Array) -> Array:
    """(4, lines): left, top, right and bottom of lines given by x and y of both ends."""
    x0, y0, x1, y1 = lines.T
    return np.stack([np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)])


def bounds_of(edges: Iterable[Edge]) -> QRectF:
    """The rectangle around all of them."""
    return reduce(QRectF.united, (edge.bounds for edge in edges), QRectF())
