"""All connections of the canvas, in one item."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.network import Connection
from nnsim.gui.canvas.neuron_item import RADIUS, paint_ghost
from nnsim.gui.theme import Theme, font, line_width, mix, theme

Ends = tuple[str, str]

MANY = 1_000
"""Above this number of connections, edges are straight and 1 px, and only the chosen ones get full style."""
LABELS = 300
"""Above this number, labels are placed for the chosen and lit connections only."""
CROSSINGS = 48
"""Up to this number, labels look for places that no other edge crosses."""
SAMPLES = 49
READABLE = 0.72
"""Pixels per unit of the scene from which on small text can be read."""
PLACES = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.2, 0.8)
"""Where along an edge its label may stand, best first."""


@dataclass
class Edge:
    """One connection as it is drawn."""

    connection: Connection
    line: QLineF
    path: QPainterPath
    heading: QPointF = field(default_factory=lambda: QPointF(1, 0))
    """The direction in which it meets its target, of length 1."""
    bounds: QRectF = field(default_factory=QRectF)
    """Around the path, its arrow and its mark when chosen."""
    value: float = 0.0
    text: str = ""
    ghost: str = ""
    """What it weighed when the run began, while that is compared."""
    label: QRectF = field(default_factory=QRectF)
    frozen: bool = False

    @cached_property
    def places(self) -> tuple[QPointF, ...]:
        """Where its label may stand, best first. Found only when it is wanted: to walk a curve takes time."""
        return tuple(self.path.pointAtPercent(share) for share in PLACES)


class EdgeLayer(QGraphicsItem):
    """Draws edges and their weights; one item, because ten thousand items would take 0.8 s a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.edges: dict[Ends, Edge] = {}
        self.chosen: frozenset[Ends] = frozenset()
        self.lit: frozenset[Ends] = frozenset()
        """Those that are pointed at, here or where their numbers are shown."""
        self.touching: frozenset[str] = frozenset()
        """Neurons whose edges get full style also among many."""
        self._bounds = QRectF()
        self.setZValue(0)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    @property
    def many(self) -> bool:
        """Whether there are too many edges for full style."""
        return len(self.edges) > MANY

    @property
    def crowded(self) -> bool:
        """Whether there are too many edges for a label each."""
        return len(self.edges) > LABELS

    # Geometry

    def lay_out(self, connections: Iterable[Connection], positions: Mapping[str, QPointF]) -> None:
        """Compute all edges anew."""
        connections = list(connections)
        many = len(connections) > MANY
        slots = {} if many else _slots(connections, positions)
        old = self.edges
        self.prepareGeometryChange()
        self.edges = {}
        for c in connections:
            edge = _edge(c, positions[c.source], positions[c.target], slots.get(c.ends, 0.0), many)
            before = old.get(c.ends)
            if before is not None:
                edge.value, edge.text, edge.frozen = before.value, before.text, before.frozen
            self.edges[c.ends] = edge
        self._measure()

    def move_ends(
        self, moved: Iterable[str], connections: Iterable[Connection], positions: Mapping[str, QPointF]
    ) -> None:
        """Compute only the edges of neurons that moved, and the targets' others that share their rim."""
        moved = set(moved)
        if self.many:
            touched = [c for c in connections if c.source in moved or c.target in moved]
        else:
            ends = (
                moved
                | {c.target for c in connections if c.source in moved}
                | {c.source for c in connections if c.target in moved}
            )
            touched = [c for c in connections if c.target in ends or c.source in ends]
        slots = {} if self.many else _slots(list(connections), positions)
        self.prepareGeometryChange()
        for c in touched:
            old = self.edges[c.ends]
            new = _edge(c, positions[c.source], positions[c.target], slots.get(c.ends, 0.0), self.many)
            new.value, new.text, new.frozen = old.value, old.text, old.frozen
            self.edges[c.ends] = new
        self._measure()

    def place_labels(self, taken: Iterable[QRectF]) -> None:
        """Find a free place for each label, keeping clear of ``taken``; one without room is left out."""
        metrics = QFontMetricsF(font("small"))
        height = metrics.height() + 5
        busy = list(taken)
        crowded = self.crowded
        lines = self._sampled() if len(self.edges) <= CROSSINGS else None
        for number, (ends, edge) in enumerate(self.edges.items()):
            important = ends in self.chosen or ends in self.lit
            edge.label = QRectF()
            if not edge.text or (crowded and not important):
                continue
            width = max(34.0, metrics.horizontalAdvance(edge.text) + 14)
            for at in edge.places:
                rect = QRectF(at.x() - width / 2, at.y() - height / 2, width, height)
                if any(rect.intersects(other) for other in busy):
                    continue
                if edge.label.isNull():
                    edge.label = rect
                # Better where no other connection runs behind the number, if there is such a place.
                if lines is None or not self._crossed(rect, lines, number):
                    edge.label = rect
                    break
            if not edge.label.isNull():
                busy.append(edge.label)
            elif important:
                at = edge.places[0]
                edge.label = QRectF(at.x() - width / 2, at.y() - height / 2, width, height)
        self.update()

    def _sampled(self) -> np.ndarray:
        """(edges, SAMPLES, 2): points along each line."""
        share = np.linspace(0.0, 1.0, SAMPLES)
        points = np.empty((len(self.edges), SAMPLES, 2))
        for row, edge in zip(points, self.edges.values(), strict=True):
            curved = edge.path.elementCount() > 2
            along = 1.5 * share * (1 - share) + share**3 if curved else share
            high = 3 * share**2 - 2 * share**3 if curved else share
            row[:, 0] = edge.line.x1() + edge.line.dx() * along
            row[:, 1] = edge.line.y1() + edge.line.dy() * high
        return points

    def _crossed(self, rect: QRectF, lines: np.ndarray, own: int) -> bool:
        """Whether a line other than its own runs through a label."""
        left, right = rect.left() - 2, rect.right() + 2
        top, bottom = rect.top() - 2, rect.bottom() + 2
        boxes = self._boxes
        near = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
        near[own] = False
        points = lines[near]
        x, y = points[..., 0], points[..., 1]
        return bool(((left < x) & (x < right) & (top < y) & (y < bottom)).any())

    def widen_labels(self) -> None:
        """Make room in each label that is shown for a text that has become longer; its place stays."""
        metrics = QFontMetricsF(font("small"))
        for edge in self.edges.values():
            if not edge.label.isNull():
                missing = metrics.horizontalAdvance(edge.text) + 8 - edge.label.width()
                if missing > 0:
                    edge.label.adjust(-missing / 2, 0, missing / 2, 0)

    def at(self, point: QPointF, reach: float) -> tuple[Ends, str] | None:
        """The connection at a point, and whether its "label" or its "edge" is there."""
        for ends, edge in self.edges.items():
            if edge.label.contains(point):
                return ends, "label"
        if not self.edges:
            return None
        keys = list(self.edges)
        near = keys if len(keys) <= 64 else [keys[i] for i in self._near(point, reach + (4.0 if self.many else 140.0))]
        best: tuple[float, Ends] | None = None
        for ends in near:
            distance = _distance(self.edges[ends], point, self.many)
            if distance <= reach and (best is None or distance < best[0]):
                best = (distance, ends)
        return (best[1], "edge") if best else None

    def _near(self, point: QPointF, reach: float) -> list[int]:
        """Indices of edges whose bounding box comes within reach."""
        boxes = self._boxes
        inside = (
            (boxes[:, 0] - reach <= point.x())
            & (point.x() <= boxes[:, 2] + reach)
            & (boxes[:, 1] - reach <= point.y())
            & (point.y() <= boxes[:, 3] + reach)
        )
        return [int(i) for i in np.flatnonzero(inside)]

    def _measure(self) -> None:
        lines = np.array([(e.line.x1(), e.line.y1(), e.line.x2(), e.line.y2()) for e in self.edges.values()]).reshape(
            -1, 4
        )
        self._boxes = np.hstack([np.minimum(lines[:, :2], lines[:, 2:]), np.maximum(lines[:, :2], lines[:, 2:])])
        if len(lines):
            low, high = self._boxes[:, :2].min(axis=0), self._boxes[:, 2:].max(axis=0)
            self._bounds = QRectF(QPointF(*map(float, low)), QPointF(*map(float, high))).adjusted(-120, -120, 120, 120)
        else:
            self._bounds = QRectF()

    _boxes = np.empty((0, 4))

    def boundingRect(self) -> QRectF:
        return self._bounds

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        t = theme()
        exposed = option.exposedRect
        if self.many:
            self._paint_many(painter, t)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        largest = max((abs(e.value) for e in self.edges.values()), default=1.0) or 1.0
        styled = [e for ends, e in self.edges.items() if not self.many or self._important(ends)]
        for edge in styled:
            if edge.bounds.intersects(exposed):
                self._paint_edge(painter, t, edge, largest)
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setFont(font("small"))
        for ends, edge in self.edges.items():
            # Farther away a number is a blur; those of what is looked at stay.
            readable = detail >= READABLE or self._important(ends)
            if readable and not edge.label.isNull() and edge.label.intersects(exposed):
                self._paint_label(painter, t, edge, ends in self.chosen)
        # Last, so that no other label hides them.
        for edge in self.edges.values():
            if edge.ghost and not edge.label.isNull() and edge.label.intersects(exposed.adjusted(-60, -60, 60, 60)):
                paint_ghost(painter, t, self.ghost_rect(edge), edge.ghost)

    def ghost_rect(self, edge: Edge) -> QRectF:
        """Where the weight from the start stands: under the label of the weight of now."""
        width = max(edge.label.width(), QFontMetricsF(font("small")).horizontalAdvance(edge.ghost) + 10)
        return QRectF(edge.label.center().x() - width / 2, edge.label.bottom() + 2, width, edge.label.height())

    def _important(self, ends: Ends) -> bool:
        return ends in self.chosen or ends in self.lit or bool(self.touching & set(ends))

    def _paint_many(self, painter: QPainter, t: Theme) -> None:
        """Thousands of edges: straight, 1 px, opaque, light or dark for the sign and the size."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        values = np.array([e.value for e in self.edges.values()])
        lines = [e.line for e in self.edges.values()]
        strong = np.abs(values) >= (np.median(np.abs(values)) if len(values) else 0.0)
        for sign, color in ((values < 0, t.negative), (values >= 0, t.positive)):
            for part, share in ((sign & ~strong, 0.8), (sign & strong, 0.5)):
                painter.setPen(QPen(mix(color, t.card, share), 0))
                painter.drawLines([lines[i] for i in np.flatnonzero(part)])

    def _paint_edge(self, painter: QPainter, t: Theme, edge: Edge, largest: float) -> None:
        ends = edge.connection.ends
        # A few widths only, so that pens can be kept.
        width = line_width(1.2 + round(16 * min(1.0, abs(edge.value) / max(largest, 2.0))) * 0.2)
        color = t.positive if edge.value >= 0 else t.negative
        if ends in self.chosen or ends in self.lit:
            painter.setPen(QPen(mix(t.accent, t.card, 0.55), width + 5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(edge.path)
        painter.setPen(_pen(color, width, edge.value < 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(edge.path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawPolygon(_arrow(edge, 5.5 + width * 0.9))

    def _paint_label(self, painter: QPainter, t: Theme, edge: Edge, chosen: bool) -> None:
        painter.setPen(QPen(t.color("accent") if chosen else t.color("line"), 1.6 if chosen else 1.0))
        painter.setBrush(t.color("card"))
        painter.drawRoundedRect(edge.label, 4, 4)
        painter.setPen(QColor(t.positive_text if edge.value >= 0 else t.negative_text))
        painter.drawText(edge.label, Qt.AlignmentFlag.AlignCenter, edge.text)


@lru_cache(maxsize=256)
def _pen(color: str, width: float, negative: bool) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if negative:
        pen.setDashPattern([3.2, 2.0] if width > 2 else [5.0, 3.0])
    return pen


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The line of a connection between two points: level at both ends where it runs to the right."""
    path = QPainterPath(start)
    reach = end.x() - start.x()
    if reach > 30:
        bend = reach * 0.5
        path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    else:
        path.lineTo(end)
    return path


def _edge(c: Connection, source: QPointF, target: QPointF, slot: float, many: bool) -> Edge:
    if many:
        line, path = QLineF(source, target), QPainterPath(source)
        path.lineTo(target)
        heading = QPointF(line.dx(), line.dy()) / (line.length() or 1.0)
        return Edge(c, line, path, heading, path.boundingRect().adjusted(-8, -8, 8, 8))
    if target.x() - source.x() > 2 * RADIUS:
        start = source + QPointF(RADIUS, 0)
        end = target + QPointF(-math.cos(slot), math.sin(slot)) * (RADIUS + 1.5)
    else:
        line = QLineF(source, target)
        direction = QPointF(line.dx(), line.dy()) / (line.length() or 1.0)
        start, end = source + direction * RADIUS, target - direction * (RADIUS + 1.5)
    path = curve(start, end)
    before = path.pointAtPercent(0.97)
    last = QLineF(before, end)
    heading = QPointF(last.dx(), last.dy()) / (last.length() or 1.0)
    return Edge(
        c,
        QLineF(start, end),
        path,
        heading,
        path.controlPointRect().adjusted(-8, -8, 8, 8),
    )


def _slots(connections: list[Connection], positions: Mapping[str, QPointF]) -> dict[Ends, float]:
    """The angle at which each edge meets its target's left side, so that arrows do not pile up."""
    entering: dict[str, list[Connection]] = {}
    for c in connections:
        entering.setdefault(c.target, []).append(c)
    slots: dict[Ends, float] = {}
    for group in entering.values():
        group.sort(key=lambda c: positions[c.source].y())
        step = min(0.32, 1.6 / len(group))
        for i, c in enumerate(group):
            slots[c.ends] = (i - (len(group) - 1) / 2) * step
    return slots


def _distance(edge: Edge, point: QPointF, straight: bool) -> float:
    if straight or edge.path.elementCount() < 4:
        points = [edge.line.p1(), edge.line.p2()]
    else:
        points = [edge.path.pointAtPercent(i / 24) for i in range(25)]
    best = math.inf
    for a, b in pairwise(points):
        d = b - a
        length = d.x() ** 2 + d.y() ** 2
        share = 0.0 if length == 0 else max(0.0, min(1.0, QPointF.dotProduct(point - a, d) / length))
        near = point - (a + d * share)
        best = min(best, math.hypot(near.x(), near.y()))
    return best


def _arrow(edge: Edge, size: float) -> QPolygonF:
    tip, d = edge.line.p2(), edge.heading
    side = QPointF(-d.y(), d.x()) * size * 0.55
    base = tip - d * size * 1.15
    return QPolygonF([tip, base + side, base - side])
