"""All connections of the canvas, in one item."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from operator import itemgetter

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.arrays import Array, Indices
from nnsim.core.network import Connection, Ends, Structure
from nnsim.gui.canvas import edge_labels
from nnsim.gui.canvas.bundles import BUNDLES, Bundle, bundled, paint_bundle
from nnsim.gui.canvas.edges import Edge, between, slots
from nnsim.gui.canvas.neuron_item import Part, paint_ghost, paint_label
from nnsim.gui.look.theme import Theme, font, line_width, mix, text_scale, theme

MANY = 1_000
"""Above this number of connections, edges are straight and 1 px, and only the chosen ones get full style."""
LABELS = 300
"""Above this number, labels are placed for the chosen and lit connections, and those of chosen neurons, only."""
MOST_STYLED = 2_000
"""Among many, so many at most get full style: with all selected, none stands out, and drawing them takes a minute."""
LINES_A_TURN = 200
"""Of so many thin lines those of one sign are drawn, then those of the other."""
READABLE = 0.72
"""Pixels per unit of the scene from which on small text can be read; fewer where all text is larger."""
BEYOND = 4_000.0
"""How far the layer reaches beyond its edges, so that it seldom has to be told that they reach farther."""


class EdgeLayer(QGraphicsItem):
    """Draws edges and their weights; one item, because ten thousand items would take 0.8 s a frame.

    What rests is drawn once, as a picture of the whole view, wherever that pays: below the edges of neurons that are
    dragged, and below the few in full style among thousands.
    """

    def __init__(
        self,
        text: Callable[[Connection], str],
        ghost: Callable[[Connection], str],
        taken: Callable[[QRectF], list[QRectF]],
    ) -> None:
        """``text`` and ``ghost`` say what a connection weighs and weighed; ``taken`` what neurons take up of a part of
        the scene.
        """
        super().__init__()
        self._text, self._ghost, self._taken = text, ghost, taken
        self.edges: dict[Ends, Edge] = {}
        self.chosen: frozenset[Ends] = frozenset()
        self.lit: frozenset[Ends] = frozenset()
        """Those that are pointed at, here or where their numbers are shown."""
        self.touching: frozenset[str] = frozenset()
        """Neurons whose edges get full style also among many."""
        self.values: Array = np.zeros(0)
        """The weights, in the order of ``edges``."""
        self.bundles: tuple[Bundle, ...] = ()
        self.loose: Indices = np.empty(0, dtype=np.intp)
        """The rows of the edges that are in no bundle, and drawn one by one where there are thousands."""
        self._structure = Structure()
        self._moving: dict[Ends, Edge] = {}
        """Edges of neurons that are dragged, and those that give way to them."""
        self._labelled: list[Edge] = []
        """The edges that may have a label."""
        self._forced: list[Edge] = []
        """Those of them that have one though there is no room for it."""
        self._boxes: Array = np.empty((0, 4))
        self._picture = QPixmap()
        self._picture_of: object = None
        self._bounds = QRectF()
        self.larger = 1.0
        """So many times as large as elsewhere its texts are."""
        self.setZValue(0)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    @property
    def many(self) -> bool:
        """Whether there are too many edges for full style."""
        return len(self.edges) > MANY

    @property
    def _font(self) -> QFont:
        return font("small", larger=self.larger)

    @property
    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self._font)

    @property
    def labels(self) -> int:
        """How many labels have a place."""
        return sum(not edge.label.isNull() for edge in self._labelled)

    @property
    def crowded(self) -> bool:
        """Whether there are too many edges for a label each."""
        return len(self.edges) > LABELS

    # Geometry

    def lay_out(self, structure: Structure, positions: Mapping[str, QPointF]) -> None:
        """Compute all edges anew."""
        self._structure = structure
        many = len(structure.connections) > MANY
        connections = structure.connections
        angles = dict.fromkeys(structure.by_ends, 0.0)
        if not many:
            for entering in structure.incoming.values():
                angles.update(slots(entering, positions))
        lines = between(connections, positions, list(angles.values()))
        self.edges = {
            c.ends: Edge(c, row, QLineF(*line), slot, many)
            for row, (c, line, slot) in enumerate(zip(connections, lines.tolist(), angles.values(), strict=True))
        }
        self.values = np.zeros(len(self.edges))
        self._boxes = _boxes(lines)
        self.settle(positions)
        self._labelled = self._wanted()
        self._reach()

    def move_ends(self, moved: Iterable[str], positions: Mapping[str, QPointF]) -> None:
        """Compute only the edges of neurons that moved, and others at their targets that give way to them."""
        structure = self._structure
        changed: dict[Ends, float] = {}
        for id in moved:
            for c in (*structure.incoming[id], *structure.outgoing[id]):
                changed[c.ends] = self.edges[c.ends].slot
        if not self.many:
            for target in {target for _, target in changed}:
                for ends, slot in slots(structure.incoming[target], positions):
                    if ends in changed or self.edges[ends].slot != slot:
                        changed[ends] = slot
        olds = [self.edges[ends] for ends in changed]
        lines = between([old.connection for old in olds], positions, list(changed.values()))
        self._boxes[[old.row for old in olds]] = _boxes(lines)
        dirty = QRectF()
        for old, line, slot in zip(olds, lines.tolist(), changed.values(), strict=True):
            new = replace(old, line=QLineF(*line), slot=slot)
            self.edges[new.ends] = new
            dirty = dirty.united(old.bounds).united(old.label).united(new.bounds)
        if not changed.keys() <= self._moving.keys():
            self._picture_of = None
        self._moving |= {ends: self.edges[ends] for ends in changed}
        # The list has the edges as they were.
        self._labelled = [self.edges[edge.ends] for edge in self._labelled]
        self._reach()
        self.update(dirty)

    def settle(self, positions: Mapping[str, QPointF]) -> None:
        """Nothing is dragged any more."""
        self._moving = {}
        self.bundles, self.loose = (), np.arange(len(self.edges))
        if len(self.edges) > BUNDLES:
            self.bundles, self.loose = bundled(self._structure, list(self.edges.values()), positions)
        self._forget_picture()
        self.update()

    def _reach(self) -> None:
        """Let the item's rectangle hold all edges."""
        if not len(self._boxes):
            return
        low, high = self._boxes[:, :2].min(axis=0), self._boxes[:, 2:].max(axis=0)
        around = QRectF(QPointF(*map(float, low)), QPointF(*map(float, high))).adjusted(-120, -120, 120, 120)
        if not self._bounds.contains(around):
            self.prepareGeometryChange()
            self._bounds = around.adjusted(-BEYOND, -BEYOND, BEYOND, BEYOND)

    def boundingRect(self) -> QRectF:
        return self._bounds

    # What is shown

    def show_values(self, values: Array) -> None:
        """Show these weights, one for each edge in their order."""
        self.values = values
        self._write(self._labelled)
        edge_labels.widen(self._labelled, self._metrics)
        if any(edge.ghost for edge in self._labelled):
            edge_labels.place_ghosts(self._labelled, self._taken(self._bounds), self._metrics)
        self._forget_picture()
        self.update()

    def mark(self, *, chosen: frozenset[Ends], lit: frozenset[Ends], touching: frozenset[str]) -> None:
        """Mark what is selected and pointed at, and say whose edges get full style."""
        marks = chosen, lit, touching
        if marks != (self.chosen, self.lit, self.touching):
            self.chosen, self.lit, self.touching = marks
            self._force_labels()
            if not self.many:
                self._forget_picture()
            self.update()

    def place_labels(self) -> None:
        """Find a free place for each label, clear of neurons; one without room is left out.

        While neurons are dragged only their edges' labels move; among thousands of lines they come back in the end.
        """
        wanted = [] if self._moving and self.many else self._wanted()
        for edge in set(self._labelled).difference(wanted):
            edge.label, edge.text, edge.ghost = QRectF(), "", ""
        self._labelled = wanted
        placed = [edge for edge in wanted if not self._moving or edge.ends in self._moving]
        if not placed:
            return
        self._write(placed)
        busy = self._taken(_around(placed))
        lines = edge_labels.Lines(list(self.edges.values())) if len(self.edges) <= edge_labels.MOST_LOOKED_AT else None
        if self._moving:
            busy += [edge.label for edge in wanted if edge.ends not in self._moving and not edge.label.isNull()]
        else:
            self._forget_picture()
        edge_labels.place(placed, busy, lines, self._metrics)
        self._force_labels()
        if self._moving:
            for edge in placed:
                self.update(edge.label.adjusted(-2, -2, 2, 2))
        else:
            self.update()

    def _force_labels(self) -> None:
        """A label without room on its line stands beside it while its connection is chosen or pointed at."""
        for edge in self._forced:
            edge.label = QRectF()
        looked_at = self.chosen | self.lit
        self._forced = [e for e in self._labelled if e.ends in looked_at and e.text and e.label.isNull()]
        if self._forced:
            others = [edge.label for edge in self._labelled if not edge.label.isNull()]
            edge_labels.force(self._forced, [*self._taken(_around(self._forced)), *others], self._metrics)

    def _wanted(self) -> list[Edge]:
        """The edges that are to have a label."""
        return list(self.edges.values()) if not self.crowded else self._important()

    def _important(self) -> list[Edge]:
        """The edges in full style among many: lit, chosen, or of a neuron that is; only those there are few of."""
        structure = self._structure
        touched = self.touching & structure.by_id.keys()
        of_neurons = [(*structure.incoming[id], *structure.outgoing[id]) for id in touched]
        ends: dict[Ends, None] = {}
        for kind in (self.lit, self.chosen):
            if len(ends) + len(kind) <= MOST_STYLED:
                ends |= dict.fromkeys(each for each in kind if each in self.edges)
        if len(ends) + sum(map(len, of_neurons)) <= MOST_STYLED:
            ends |= dict.fromkeys(c.ends for connections in of_neurons for c in connections)
        return [self.edges[each] for each in ends]

    def _write(self, edges: Iterable[Edge]) -> None:
        for edge in edges:
            edge.text, edge.ghost = self._text(edge.connection), self._ghost(edge.connection)

    # Finding

    def at(self, point: QPointF, reach: float) -> tuple[Ends, Part] | None:
        """The connection at a point, and whether its "label" or its "edge" is there."""
        for edge in self._labelled:
            if edge.label.contains(point):
                return edge.ends, "label"
        boxes, x, y = self._boxes, point.x(), point.y()
        near = (boxes[:, 0] - reach <= x) & (x <= boxes[:, 2] + reach)
        near &= (boxes[:, 1] - reach <= y) & (y <= boxes[:, 3] + reach)
        edges = list(self.edges.values())
        found = [edges[row] for row in np.flatnonzero(near)]
        if self.bundles:
            important = {edge.ends for edge in self._important()}
            found = [edge for edge in found if edge.ends in important]
        distance, best = min(((edge.distance(point), edge.ends) for edge in found), default=(reach, None))
        return (best, "edge") if best is not None and distance <= reach else None

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        t, exposed = theme(), option.exposedRect
        lively = list(self.edges.values())
        if self.many or self._moving:
            self._paint_picture(painter, t)
            lively = list(self._moving.values())
        if self.many:
            important = self._important()
            self._paint_thin(painter, t, sorted(edge.row for edge in set(lively).difference(important)))
            lively = important
        self._paint_styled(painter, t, lively, exposed)

    def _paint_picture(self, painter: QPainter, t: Theme) -> None:
        """What rests, from the picture of it, which is made anew when the view or the values are others."""
        transform, device = painter.worldTransform(), painter.device()
        ratio = device.devicePixelRatio()
        size = QSize(device.width(), device.height())
        key = (transform, size, ratio, t.name, text_scale())
        if key != self._picture_of:
            self._picture = QPixmap(size * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._picture)
            inner.setWorldTransform(transform)
            self._paint_resting(inner, t)
            inner.end()
            self._picture_of = key
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._picture)
        painter.restore()

    def _paint_resting(self, painter: QPainter, t: Theme) -> None:
        if not self.many:
            seen = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.viewport()))
            self._paint_styled(painter, t, [e for ends, e in self.edges.items() if ends not in self._moving], seen)
            return
        for bundle in self.bundles:
            paint_bundle(painter, t, bundle, self.values)
        resting = np.zeros(len(self.edges), dtype=bool)
        resting[self.loose] = True
        resting[[edge.row for edge in self._moving.values()]] = False
        self._paint_thin(painter, t, np.flatnonzero(resting))

    def _forget_picture(self) -> None:
        self._picture_of = None
        if not (self.many or self._moving):
            self._picture = QPixmap()

    def _paint_thin(self, painter: QPainter, t: Theme, rows: Sequence[int] | Indices) -> None:
        """Straight, 1 px, opaque, light or dark for the sign and the size."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        edges = list(self.edges.values())
        rows = np.asarray(rows, dtype=np.intp)
        values = self.values[rows]
        strong = np.abs(values) >= (np.median(np.abs(self.values)) if len(self.values) else 0.0)
        signs = ((values < 0, t.negative), (values >= 0, t.positive))
        # By turns: one sign drawn after the other would cover it, and all would seem to be positive. Each line keeps
        # its turn whatever else is drawn, so that nothing flickers when some of them move.
        turns = 1 + len(edges) // LINES_A_TURN
        turn_of = rows % turns
        for part, share in ((~strong, 0.8), (strong, 0.5)):
            for turn in range(turns):
                for sign, color in signs:
                    painter.setPen(QPen(mix(color, t.card, share), 0))
                    painter.drawLines([edges[row].line for row in rows[sign & part & (turn_of == turn)]])

    def _paint_styled(self, painter: QPainter, t: Theme, edges: Collection[Edge], exposed: QRectF) -> None:
        """In full style, then their labels above all lines, then what they weighed above all labels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter, t, [edge for edge in edges if edge.bounds.intersects(exposed)])
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        detail *= text_scale() * self.larger
        used = self._font
        labelled = [edge for edge in edges if not edge.label.isNull()]
        for edge in labelled:
            # Farther away a number is a blur; the one that is looked at stays.
            readable = detail >= READABLE or edge.ends in self.chosen or edge.ends in self.lit
            if readable and edge.label.intersects(exposed):
                chosen = edge.ends in self.chosen
                frame = QPen(t.color("accent") if chosen else t.color("line"), 1.6 if chosen else 1.0)
                ink = t.positive_text if self.values[edge.row] >= 0 else t.negative_text
                paint_label(painter, edge.label, edge.text, used, frame, ink, t.card)
        for edge in labelled:
            if edge.ghost and edge.ghost_label.intersects(exposed):
                paint_ghost(painter, edge.ghost_label, edge.ghost, used)

    def _paint_lines(self, painter: QPainter, t: Theme, edges: Sequence[Edge]) -> None:
        """Lines and arrows: those of one pen at once, because each call costs more than its line."""
        largest = max(float(np.abs(self.values).max(initial=0.0)), 2.0)
        alike: dict[tuple[bool, float], tuple[QPainterPath, QPainterPath]] = {}
        for edge in edges:
            value = float(self.values[edge.row])
            # A few widths only, so that there are few pens.
            width = line_width(1.2 + round(16 * min(1.0, abs(value) / largest)) * 0.2)
            if edge.ends in self.chosen or edge.ends in self.lit:
                painter.strokePath(edge.path, QPen(mix(t.accent, t.card, 0.55), width + 5))
            kind = value < 0, width
            if kind not in alike:
                alike[kind] = QPainterPath(), QPainterPath()
            lines, arrows = alike[kind]
            lines.addPath(edge.path)
            arrows.addPolygon(edge.arrow(5.5 + width * 0.9))
        for (negative, width), (lines, arrows) in sorted(alike.items(), key=itemgetter(0)):
            color = t.negative if negative else t.positive
            painter.strokePath(lines, _pen(color, width, negative))
            arrows.setFillRule(Qt.FillRule.WindingFill)
            painter.fillPath(arrows, QColor(color))


@lru_cache(maxsize=256)
def _pen(color: str, width: float, negative: bool) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if negative:
        pen.setDashPattern([3.2, 2.0] if width > 2 else [5.0, 3.0])
    return pen


def _around(edges: Iterable[Edge]) -> QRectF:
    """The rectangle around all of them."""
    return reduce(QRectF.united, (edge.bounds for edge in edges), QRectF())


def _boxes(lines: Array) -> Array:
    """(lines, 4): left, top, right and bottom of lines given by x and y of both ends."""
    return np.hstack([np.minimum(lines[:, :2], lines[:, 2:]), np.maximum(lines[:, :2], lines[:, 2:])])
