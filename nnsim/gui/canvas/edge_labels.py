"""Where the labels of connections stand: on their line, clear of neurons, of each other and of other lines."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from nnsim.core.arrays import Array, Flags
from nnsim.core.network import Ends
from nnsim.documents.layout import bend
from nnsim.gui.canvas.edges import Edge

LABEL_DIGITS = 3
"""So many digits a number on the canvas has, unless the learner chose how numbers are written."""
MOST_LOOKED_AT = 120
"""Of up to so many lines each label looks whether it is crossed by one."""
SAMPLES = 49
NARROWEST = 34.0
GHOST_GAP = 2.0
FARTHEST = 8
"""So many halves of the narrowest label beside its line one may stand at most that has no room on it."""
TURNS = 4
"""So often at most it is tried to give every label a place, those that had none being asked first the next time."""


class Lines:
    """Points along all lines, to see whether one runs through a rectangle."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._row = {edge.ends: i for i, edge in enumerate(edges)}
        line = np.array([(e.line.x1(), e.line.y1(), e.line.dx(), e.line.dy()) for e in edges]).reshape(-1, 4, 1)
        curved = np.array([edge.curved for edge in edges], dtype=bool).reshape(-1, 1)
        share = np.linspace(0.0, 1.0, SAMPLES)
        across, down = (np.where(curved, bent, share) for bent in bend(share))
        self._x, self._y = line[:, 0] + line[:, 2] * across, line[:, 1] + line[:, 3] * down

    def cross(self, rect: QRectF, own: Ends) -> bool:
        """Whether a line other than its own runs through a label."""
        crossed = self._crossed(rect)
        return bool(crossed.sum() > crossed[self._row[own]])

    def through(self, rect: QRectF) -> int:
        """How many lines run through a rectangle."""
        return int(self._crossed(rect).sum())

    def _crossed(self, rect: QRectF) -> Flags:
        left, right = rect.left() - 2, rect.right() + 2
        top, bottom = rect.top() - 2, rect.bottom() + 2
        crossed: Flags = ((left < self._x) & (self._x < right) & (top < self._y) & (self._y < bottom)).any(axis=1)
        return crossed


def place_each(edges: Collection[Edge], taken: Collection[QRectF], lines: Lines | None, metrics: QFontMetricsF) -> None:
    """As ``place``, but whoever finds no room is asked first the next time, until each label has a place."""
    place(edges, taken, lines, metrics)
    order = list(edges)
    for _ in range(TURNS):
        left = [edge for edge in order if edge.text and edge.label.isNull()]
        if not left:
            return
        order = [*left, *(edge for edge in order if edge not in left)]
        # A clear line behind each number is worth less than a place for each.
        place(order, taken, None, metrics)


def place(edges: Collection[Edge], taken: Collection[QRectF], lines: Lines | None, metrics: QFontMetricsF) -> None:
    """Give each edge's label a free place, clear of ``taken``; one without room is left out.

    Here and below ``metrics`` are those of the labels' font.
    """
    # (rectangles, 4): left, top, right, bottom; thousands are compared at once.
    busy = np.empty((len(taken) + len(edges), 4))
    count = len(taken)
    busy[:count] = boxes(taken)
    for edge in edges:
        edge.label = QRectF()
        if not edge.text:
            continue
        box = _box(edge, metrics)
        for x, y in edge.places[_free(box, edge.places, busy[:count])].tolist():
            rect = box.translated(x, y)
            if edge.label.isNull():
                edge.label = rect
            # Better where no other connection runs behind the number, if there is such a place.
            if lines is None or not lines.cross(rect, edge.ends):
                edge.label = rect
                break
        if not edge.label.isNull():
            busy[count] = coordinates(edge.label)
            count += 1


def _free(box: QRectF, places: Array, busy: Array) -> Flags:
    """At which of (places, 2) a rectangle around (0, 0) overlaps none of (rectangles, 4)."""
    x, y = (places + np.array([box.left(), box.top()])).T[:, :, None]
    left, top, right, bottom = busy.T
    over = (left < x + box.width()) & (x < right) & (top < y + box.height()) & (y < bottom)
    free: Flags = ~over.any(axis=1)
    return free


def force(edges: Collection[Edge], taken: Collection[QRectF], metrics: QFontMetricsF) -> None:
    """Put each edge's label beside its line, clear of ``taken``; if that reaches too far, where least is in its way."""
    busy = boxes(taken)
    for edge in edges:
        box = _box(edge, metrics)
        sideways = sorted((step * NARROWEST / 2 for step in range(FARTHEST, -FARTHEST - 1, -1)), key=abs)
        rects = [box.translated(*edge.places[0]).translated(shift, 0) for shift in sideways]
        rects += [box.translated(x, y) for x, y in edge.places.tolist()]
        edge.label = min(rects, key=lambda rect: covered(rect, busy))
        busy = np.vstack([busy, coordinates(edge.label)])


def covered(rect: QRectF, others: Array) -> float:
    """How much of a rectangle is covered by (rectangles, 4), each left, top, right and bottom; twice counts twice."""
    left, top, right, bottom = coordinates(rect)
    across = np.minimum(others[:, 2], right) - np.maximum(others[:, 0], left)
    down = np.minimum(others[:, 3], bottom) - np.maximum(others[:, 1], top)
    return float((np.maximum(across, 0.0) * np.maximum(down, 0.0)).sum())


def place_ghosts(edges: Collection[Edge], taken: Collection[QRectF], metrics: QFontMetricsF) -> None:
    """Put each ghost beside its label, or above or below, clear of ``taken``, of labels and of each other.

    Labels stand above each other more than side by side. A ghost without a free place stands at the right even so: it
    is seen only while it is asked for.
    """
    shown = [edge for edge in edges if edge.ghost and not edge.label.isNull()]
    busy = boxes((*taken, *(edge.label for edge in shown)))
    for edge in shown:
        label = edge.label
        width = max(NARROWEST, metrics.horizontalAdvance(edge.ghost) + 10)
        middle = label.center().x() - width / 2
        places = [
            QRectF(x, y, width, label.height())
            for x, y in (
                (label.right() + GHOST_GAP, label.top()),
                (label.left() - GHOST_GAP - width, label.top()),
                (middle, label.bottom() + GHOST_GAP),
                (middle, label.top() - GHOST_GAP - label.height()),
            )
        ]
        edge.ghost_label = next((place for place in places if not overlapping(place, busy).any()), places[0])
        busy = np.vstack([busy, coordinates(edge.ghost_label)])


def _box(edge: Edge, metrics: QFontMetricsF) -> QRectF:
    """A label's rectangle around (0, 0)."""
    width, height = max(NARROWEST, metrics.horizontalAdvance(edge.text) + 14), metrics.height() + 5
    return QRectF(-width / 2, -height / 2, width, height)


def overlapping(rect: QRectF, others: Array) -> Flags:
    """Which of (rectangles, 4), each left, top, right and bottom, a rectangle overlaps."""
    left, top, right, bottom = coordinates(rect)
    found: Flags = (
        (others[:, 0] < right) & (left < others[:, 2]) & (others[:, 1] < bottom) & (top < others[:, 3])
    )
    return found


def boxes(rects: Iterable[QRectF]) -> Array:
    """(rectangles, 4): left, top, right and bottom of each."""
    return np.array([coordinates(rect) for rect in rects]).reshape(-1, 4)


def coordinates(rect: QRectF) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def widen(edges: Collection[Edge], metrics: QFontMetricsF) -> None:
    """Make room in each label that is shown for a text that has become longer; its place stays."""
    for edge in edges:
        if not edge.label.isNull():
            missing = metrics.horizontalAdvance(edge.text) + 8 - edge.label.width()
            if missing > 0:
                edge.label.adjust(-missing / 2, 0, missing / 2, 0)
