"""All connections of the canvas, in one item."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnsim.core.arrays import Array, Indices
from nnsim.core.network import Connection, Ends, Structure
from nnsim.documents.lines import between, slots
from nnsim.documents.ways import ways_of
from nnsim.gui.canvas import edge_labels
from nnsim.gui.canvas.bundles import BUNDLES, Bundle, bundled, paint_bundle
from nnsim.gui.canvas.edge_map import EdgeMap, bounds_of, hull, line_boxes
from nnsim.gui.canvas.edges import Edge
from nnsim.gui.canvas.labels import paint_ghost, paint_label
from nnsim.gui.canvas.neuron_item import Part
from nnsim.gui.look.theme import Theme, font, line_width, mix, text_scale, theme

MANY = 1_000
"""Above this number of connections, edges are straight and 1 px, and only the chosen ones get full style."""
LABELS = 300
"""Above this number, labels are placed for the chosen and lit connections, and those of chosen neurons, only."""
MOST_STYLED = 2_000
"""Among many, so many at most get full style: with all selected, none stands out, and drawing them takes a minute."""
LINES_A_TURN = 200
"""Of so many thin lines those of one sign are drawn, then those of the other."""
MOST_THIN = 20_000
"""So many thin lines are drawn at once at most."""
FEW = 30
"""Up to this number each connection has its label, at worst where there is least in its way."""
READABLE = 0.72
"""Pixels per unit of the scene from which on small text can be read; fewer where all text is larger."""
NO_ROWS: Indices = np.empty(0, dtype=np.intp)
FADED = 0.5
"""How strongly shows what is on no lit path, while one is."""
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
        the scene."""
        super().__init__()
        self._text, self._ghost, self._taken = text, ghost, taken
        self.edges = EdgeMap(Structure(), np.empty((0, 4)), np.zeros(0), False)
        self.chosen: frozenset[Ends] = frozenset()
        self.lit: frozenset[Ends] = frozenset()
        """Those that are pointed at, here or where their numbers are shown."""
        self.along: frozenset[Ends] | None = None
        """Those on the paths of what is selected, while others fade; None while no path is lit."""
        self.touching: frozenset[str] = frozenset()
        """Neurons whose edges get full style also among many."""
        self.values: Array = np.zeros(0)
        """The weights, in the order of ``edges``."""
        self.bundles: tuple[Bundle, ...] = ()
        self.loose = NO_ROWS
        """The rows of the edges that are in no bundle, and drawn one by one where there are thousands."""
        self._structure = Structure()
        self._moving = NO_ROWS
        """The rows of the edges of neurons that are dragged, and those that give way to them."""
        self._labelled: list[Edge] = []
        """The edges that may have a label."""
        self._forced: list[Edge] = []
        """Those of them that have one though there is no room for it."""
        self._boxes: Array = np.empty((4, 0))
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
        """How many labels have a place that is free."""
        return sum(not edge.label.isNull() for edge in self._labelled) - len(self._forced)

    @property
    def squeezed(self) -> bool:
        """Whether a label stands where there is no room for it."""
        return bool(self._forced)

    @property
    def few(self) -> bool:
        """Whether there are so few edges that each has a label in any case."""
        return len(self.edges) <= FEW

    @property
    def crowded(self) -> bool:
        """Whether there are too many edges for a label each."""
        return len(self.edges) > LABELS

    # Geometry

    def lay_out(self, structure: Structure, places: Array) -> None:
        """Compute all edges anew. ``places``, (neurons, 2), are the middles of the neurons."""
        self._structure, ways = structure, ways_of(structure)
        many = len(structure.connections) > MANY
        angles = np.zeros(len(structure.connections))
        if not many:
            for target in np.unique(ways.ends[:, 1]).tolist():
                rows = ways.entering(target)
                angles[rows] = slots(places[ways.ends[rows, 0], 1])
        sources, targets = places.take(ways.ends.T, axis=0)
        lines = between(sources, targets, angles)
        self.edges = EdgeMap(structure, lines, angles, many)
        self.values = np.zeros(len(self.edges))
        self._boxes = line_boxes(lines)
        self.settle(places)
        self._labelled = self._wanted()
        self._reach()

    def move_ends(self, moved: Indices, places: Array) -> None:
        """Compute only the edges of neurons that moved, and others at their targets that give way to them."""
        structure, ways = self._structure, ways_of(self._structure)
        mask = np.zeros(len(structure.neurons), dtype=bool)
        mask[moved] = True
        changed = mask[ways.ends].any(axis=1)
        angles = self.edges.slots.copy()
        if not self.many:
            for target in np.unique(ways.ends[changed, 1]).tolist():
                rows = ways.entering(target)
                angles[rows] = slots(places[ways.ends[rows, 0], 1])
            changed |= angles != self.edges.slots
        rows = np.flatnonzero(changed)
        if not len(rows):
            return
        sources, targets = places.take(ways.ends[rows].T, axis=0)
        lines = between(sources, targets, angles[rows])
        before, self._boxes[:, rows] = self._boxes[:, rows], line_boxes(lines)
        dirty = hull(np.hstack([before, self._boxes[:, rows]]))
        for old in self.edges.move(rows, lines, angles[rows]):
            dirty = dirty.united(old.label)
        moving = np.union1d(self._moving, rows)
        if len(moving) > len(self._moving):
            self._picture_of = None
        self._moving = moving
        # The list has the edges as they were.
        self._labelled = [self.edges.at_row(edge.row) for edge in self._labelled]
        self._reach()
        self.update(dirty)

    def settle(self, places: Array) -> None:
        """Nothing is dragged any more."""
        self._moving = NO_ROWS
        self.bundles, self.loose = (), np.arange(len(self.edges))
        if len(self.edges) > BUNDLES:
            self.bundles, self.loose = bundled(ways_of(self._structure), places)
        self._forget_picture()
        self.update()

    def _reach(self) -> None:
        """Let the item's rectangle hold all edges."""
        if not self._boxes.size:
            return
        around = hull(self._boxes).adjusted(-120, -120, 120, 120)
        if not self._bounds.contains(around):
            self.prepareGeometryChange()
            self._bounds = around.adjusted(-BEYOND, -BEYOND, BEYOND, BEYOND)

    def boundingRect(self) -> QRectF:
        return self._bounds

    # What is shown

    def show_values(self, values: Array) -> None:
        """Show these weights, one for each edge in their order."""
        # So many are lines alone, which stay as they are where only inputs differ.
        if not (self.many and np.array_equal(values, self.values)):
            self._forget_picture()
        self.values = values
        self._write(self._labelled)
        edge_labels.widen(self._labelled, self._metrics)
        if any(edge.ghost for edge in self._labelled):
            edge_labels.place_ghosts(self._labelled, self._taken(self._bounds), self._metrics)
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

    def light(self, along: frozenset[Ends] | None) -> None:
        """Light the edges of some paths, and have the others fade; None for none."""
        if along != self.along:
            self.along = along
            self.update()

    def place_labels(self) -> None:
        """Find a free place for each label, clear of neurons; one without room is left out.

        While neurons are dragged only their edges' labels move; among thousands of lines they come back in the end.
        """
        moving = set(self._moving.tolist())
        wanted = [] if moving and self.many else self._wanted()
        for edge in set(self._labelled).difference(wanted):
            edge.label, edge.text, edge.ghost = QRectF(), "", ""
        self._labelled = wanted
        placed = [edge for edge in wanted if not moving or edge.row in moving]
        if not placed:
            return
        self._write(placed)
        self._forced = [edge for edge in self._forced if edge not in placed]  # they may have room by now
        busy = self._taken(bounds_of(placed))
        if moving:
            busy += [edge.label for edge in wanted if edge.row not in moving and not edge.label.isNull()]
        else:
            self._forget_picture()
        place = edge_labels.place_each if self.few else edge_labels.place
        place(placed, busy, self.lines(), self._metrics)
        self._force_labels()
        if moving:
            for edge in placed:
                self.update(edge.label.adjusted(-2, -2, 2, 2))
        else:
            self.update()

    def lines(self) -> edge_labels.Lines | None:
        """Where the lines run; None where there are too many to look."""
        return edge_labels.Lines(self.edges.every()) if len(self.edges) <= edge_labels.MOST_LOOKED_AT else None

    def _force_labels(self) -> None:
        """A label without room on its line stands beside it: of few each, else while its connection is looked at."""
        for edge in self._forced:
            edge.label = QRectF()
        kept = self._labelled if self.few else [edge for edge in self._labelled if self._is_looked_at(edge)]
        self._forced = [edge for edge in kept if edge.text and edge.label.isNull()]
        if self._forced:
            others = [edge.label for edge in self._labelled if not edge.label.isNull()]
            edge_labels.force(self._forced, [*self._taken(bounds_of(self._forced)), *others], self._metrics)

    def _is_looked_at(self, edge: Edge) -> bool:
        return edge.ends in self.chosen or edge.ends in self.lit

    def _fades(self, edge: Edge) -> bool:
        return self.along is not None and edge.ends not in self.along | self.lit

    def _wanted(self) -> list[Edge]:
        """The edges that are to have a label; of a neuron with very many none, which nobody could tell apart."""
        if not self.crowded:
            return self.edges.every()
        found = self._important()
        return found if len(found) <= LABELS else [edge for edge in found if self._is_looked_at(edge)][:LABELS]

    def _important(self) -> list[Edge]:
        """The edges in full style among many: lit, chosen, or of a neuron that is; only those there are few of."""
        structure = self._structure
        touched = self.touching & structure.by_id.keys()
        touched = touched if len(touched) <= MOST_STYLED else frozenset()
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
        left, top, right, bottom = self._boxes
        x, y = point.x(), point.y()
        near = (left - reach <= x) & (x <= right + reach) & (top - reach <= y) & (y <= bottom + reach)
        if self.bundles:
            found = [edge for edge in self._important() if near[edge.row]]
        else:
            found = [self.edges.at_row(row) for row in np.flatnonzero(near).tolist()]
        distance, best = min(((edge.distance(point), edge.ends) for edge in found), default=(reach, None))
        return (best, "edge") if best is not None and distance <= reach else None

    def between(self, rows: Indices) -> set[Ends]:
        """The connections from one of some neurons to another, all given by their places in the structure."""
        mask = np.zeros(len(self._structure.neurons), dtype=bool)
        mask[rows] = True
        within = np.flatnonzero(mask[ways_of(self._structure).ends].all(axis=1))
        return {self._structure.connections[row].ends for row in within.tolist()}

    # Drawing

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        t, exposed = theme(), option.exposedRect
        rows = self._moving
        if self.many or len(rows):
            self._paint_picture(painter, t)
        if self.many:
            lively = self._important()
            self._paint_thin(painter, t, np.setdiff1d(rows, [edge.row for edge in lively]), exposed)
        else:
            lively = [self.edges.at_row(row) for row in rows.tolist()] if len(rows) else self.edges.every()
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
        seen = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.viewport()))
        resting = np.zeros(len(self.edges), dtype=bool)
        resting[self.loose] = True
        resting[self._moving] = False
        rows = np.flatnonzero(resting)
        if not self.many:
            self._paint_styled(painter, t, [self.edges.at_row(row) for row in rows.tolist()], seen)
            return
        for bundle in self.bundles:
            if bundle.bounds.intersects(seen):
                paint_bundle(painter, t, bundle, self.values)
        self._paint_thin(painter, t, rows, seen)

    def _forget_picture(self) -> None:
        self._picture_of = None
        if not (self.many or len(self._moving)):
            self._picture = QPixmap()

    def _paint_thin(self, painter: QPainter, t: Theme, rows: Indices, seen: QRectF) -> None:
        """Straight, 1 px, opaque, light or dark for the sign and the size; of too many to tell apart only some."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        (x0, y0, x1, y1), (left, top, right, bottom) = self._boxes[:, rows], edge_labels.coordinates(seen)
        rows = rows[(x0 <= right) & (x1 >= left) & (y0 <= bottom) & (y1 >= top)]
        rows = rows[:: 1 + len(rows) // MOST_THIN]
        values = self.values[rows]
        strong = np.abs(values) >= (np.median(np.abs(self.values)) if len(self.values) else 0.0)
        signs = ((values < 0, t.negative), (values >= 0, t.positive))
        # By turns: one sign drawn after the other would cover it, and all would seem to be positive. Each line keeps
        # its turn whatever else is drawn, so that nothing flickers when some of them move.
        turns = 1 + min(len(self.edges), MOST_THIN) // LINES_A_TURN
        turn_of = rows % turns
        for part, share in ((~strong, 0.8), (strong, 0.5)):
            for turn in range(turns):
                for sign, color in signs:
                    painter.setPen(QPen(mix(color, t.card, share), 0))
                    lines = self.edges.lines[rows[sign & part & (turn_of == turn)]]
                    painter.drawLines([QLineF(*line) for line in lines.tolist()])

    def _paint_styled(self, painter: QPainter, t: Theme, edges: Collection[Edge], exposed: QRectF) -> None:
        """In full style, then their labels above all lines, then what they weighed above all labels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = [edge for edge in edges if edge.bounds.intersects(exposed)]
        for fades in (True, False):
            painter.setOpacity(FADED if fades else 1.0)
            self._paint_lines(painter, t, [edge for edge in seen if self._fades(edge) is fades])
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        detail *= text_scale() * self.larger
        used = self._font
        for edge in (labelled := [edge for edge in edges if not edge.label.isNull()]):
            # Farther away a number is a blur; the one that is looked at stays.
            readable = detail >= READABLE or self._is_looked_at(edge)
            if readable and edge.label.intersects(exposed):
                chosen = edge.ends in self.chosen
                frame = QPen(t.color("accent") if chosen else t.color("line"), 1.6 if chosen else 1.0)
                ink = t.positive_text if self.values[edge.row] >= 0 else t.negative_text
                painter.fillRect(edge.label, t.color("card"))  # no line shines through a faded one
                painter.setOpacity(FADED if self._fades(edge) else 1.0)
                paint_label(painter, edge.label, edge.text, used, frame, ink, t.card)
                painter.setOpacity(1.0)
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
            if self._is_looked_at(edge) or (self.along is not None and edge.ends in self.along):
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
