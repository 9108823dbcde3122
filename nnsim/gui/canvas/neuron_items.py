"""The neurons of the canvas: of hundreds only those that are seen closely are items, the others dots."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from nnsim.core.arrays import Array, Flags, Indices
from nnsim.core.network import Structure
from nnsim.gui.canvas.edge_labels import coordinates
from nnsim.gui.canvas.neuron_item import CIRCLE, CLOSE, RADIUS, NeuronItem
from nnsim.gui.canvas.role_marks import inner_radius, rim_color
from nnsim.gui.look.theme import mix, theme

CROWD = 300
"""Up to so many neurons are all items. Of more, those in sight are, if there are no more of them than that."""
TEXT_ROOM = 100.0
"""No text of a neuron reaches farther from its middle, but for those of an item, which knows."""

HALF_RIM = 0.75
"""Of the line around a dot."""
WIDTH, HEIGHT = 88.0, 116.0
"""What most neurons take up with their texts."""


class NeuronItems(Mapping[str, NeuronItem]):
    """An item for each neuron, in the scene; in a crowd it is made when it is first asked for.

    ``places``, (neurons, 2), says where all of them are, items or not.
    """

    def __init__(self, scene: QGraphicsScene, prepare: Callable[[NeuronItem], None]) -> None:
        """``prepare`` gives a new item what it shows."""
        self._scene, self._prepare = scene, prepare
        self._structure = Structure()
        self.places: Array = np.empty((0, 2))
        self.made: dict[str, NeuronItem] = {}
        """Those that there are."""
        self.dots = _Dots(self)
        scene.addItem(self.dots)

    def __len__(self) -> int:
        return len(self._structure.neurons)

    def __iter__(self) -> Iterator[str]:
        return iter(self._structure.by_id)

    def __contains__(self, id: object) -> bool:
        return id in self._structure.by_id

    def __getitem__(self, id: str) -> NeuronItem:
        item = self.made.get(id)
        if item is None:
            item = NeuronItem(id)
            item.setPos(*self.places[self._structure.position[id]].tolist())
            self._scene.addItem(item)
            self.made[id] = item
            self._prepare(item)
            self.dots.update()
        return item

    @property
    def crowded(self) -> bool:
        """Whether there are so many that not all of them are items."""
        return len(self) > CROWD

    def follow(self, structure: Structure, places: Array) -> None:
        """These neurons, at these places. Items of neurons that stay are kept, and where there is no crowd all made."""
        kept = () if len(structure.neurons) > CROWD else structure.by_id
        for id in [id for id in self.made if id not in kept]:
            self._drop(id)
        self._structure = structure
        self.move(np.arange(len(places)), places)
        if not self.crowded:
            for id in self:
                self[id]

    def move(self, rows: Indices, places: Array) -> None:
        """Have the neurons of these rows elsewhere."""
        if len(self.places) != len(self):
            self.places = np.empty((len(self), 2))
        self.places[rows] = places
        for item, place in zip(self.made.values(), self.places[self.rows(self.made)].tolist(), strict=True):
            item.setPos(*place)
        self.dots.reach()

    def at(self, id: str) -> QPointF:
        """Where a neuron is."""
        return QPointF(*self.places[self._structure.position[id]].tolist())

    def ids(self, rows: Iterable[int]) -> list[str]:
        """The names of the neurons of these rows."""
        neurons = self._structure.neurons
        return [neurons[row].id for row in rows]

    def rows(self, ids: Iterable[str]) -> list[int]:
        """The rows of these neurons."""
        position = self._structure.position
        return [position[id] for id in ids]

    def within(self, area: QRectF) -> Indices:
        """The rows of the neurons whose middles are in a part of the scene."""
        left, top, right, bottom = coordinates(area)
        x, y = self.places.T
        return np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= bottom))

    def near(self, point: QPointF) -> list[str]:
        """The neurons that may have something at a point of the scene, those that lie on top last."""
        if not self.crowded:
            return [*self.made]
        reach = QPointF(TEXT_ROOM, TEXT_ROOM)
        rows = self.within(QRectF(point - reach, point + reach))
        distance = np.hypot(*(self.places[rows] - point.toTuple()).T)
        return self.ids(rows[(distance <= RADIUS + CLOSE) | np.isin(rows, self.rows(self.made))].tolist())[-CROWD:]

    def hull(self) -> QRectF:
        """The rectangle around all neurons, of which there is at least one."""
        (left, top), (right, bottom) = self.places.min(axis=0), self.places.max(axis=0)
        return QRectF(left, top, right - left, bottom - top).adjusted(-WIDTH / 2, -HEIGHT / 2, WIDTH / 2, HEIGHT / 2)

    def content_rect(self) -> QRectF:
        """The rectangle around all that is drawn."""
        rect = self.hull() if self.crowded else QRectF()
        for item in self.made.values():
            rect = rect.united(item.mapRectToScene(item.boundingRect()))
        return rect

    def taken(self, area: QRectF) -> list[QRectF]:
        """What the neurons of a part of the scene take up: of dots, their circles."""
        found = []
        for id in self.ids(self.within(area).tolist()):
            item = self.made.get(id)
            found += [CIRCLE.translated(self.at(id))] if item is None else item.taken()
        return found

    def show_closely(self, area: QRectF, until: Callable[[], bool]) -> bool:
        """Make items of the neurons in sight, unless there are too many, as long as there is time: whether all are."""
        rows = self.within(area.adjusted(-TEXT_ROOM, -TEXT_ROOM, TEXT_ROOM, TEXT_ROOM))
        wanted = set(self.ids(rows.tolist())) if len(rows) <= CROWD else set()
        for id in [id for id, item in self.made.items() if id not in wanted and item.is_plain]:
            self._drop(id)
        for id in wanted - self.made.keys():
            if until():
                return False
            self[id]
        return True

    def _drop(self, id: str) -> None:
        self._scene.removeItem(self.made.pop(id))
        self.dots.update()


class _Dots(QGraphicsItem):
    """All neurons that are no items, as circles."""

    def __init__(self, neurons: NeuronItems) -> None:
        super().__init__()
        self._neurons = neurons
        self._bounds = QRectF()
        self._chosen: Flags = np.zeros(0, dtype=bool)
        self._inputs = self._outputs = self._firing = self._chosen
        self.painted: Callable[[], object] = lambda: None
        """Called after it was painted, when another part of the scene may be in sight."""
        self.setZValue(2)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def reach(self) -> None:
        """Neurons are elsewhere."""
        self.setVisible(self._neurons.crowded)
        bounds = self._neurons.hull() if self._neurons.crowded else QRectF()
        if len(self._chosen) != len(self._neurons):
            none = np.zeros(len(self._neurons), dtype=bool)
            self._chosen = self._inputs = self._outputs = self._firing = none
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    def fill(self, inputs: Flags, outputs: Flags, firing: Flags) -> None:
        """Which neurons, row by row, are inputs, which outputs, and which fire."""
        self._inputs, self._outputs, self._firing = inputs, outputs, firing
        self.update()

    def mark(self, chosen: Flags) -> None:
        """Which neurons are selected."""
        self._chosen = chosen
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        neurons, t = self._neurons, theme()
        mask = np.zeros(len(neurons), dtype=bool)
        mask[neurons.within(option.exposedRect.adjusted(-2 * RADIUS, -2 * RADIUS, 2 * RADIUS, 2 * RADIUS))] = True
        mask[neurons.rows(neurons.made)] = False
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain, rim = ~(self._inputs | self._firing), mix(t.ink, t.card, 0.5)
        inner = inner_radius(RADIUS, 1 / option.levelOfDetailFromTransform(painter.worldTransform()))
        layers = [
            (self._chosen, RADIUS + 6, mix(t.accent, t.card, 0.45)),
            (self._inputs, RADIUS + HALF_RIM, rim_color(t, is_input=True)),
            (~self._inputs, RADIUS + HALF_RIM, rim),
            (self._outputs, RADIUS - HALF_RIM, t.color("card")),
            (self._outputs, inner + HALF_RIM, rim),
        ]
        for part, color in (
            (plain, t.color("card")),
            (self._inputs & ~self._firing, t.color("input_fill")),
            (self._inputs & self._firing, t.color("positive")),
            (self._firing & ~self._inputs, t.color("positive_soft")),
        ):
            layers.append((part & ~self._outputs, RADIUS - HALF_RIM, color))
            layers.append((part & self._outputs, inner - HALF_RIM, color))
        for part, width, color in layers:
            points = neurons.places[mask & part].tolist()
            painter.setPen(QPen(color, 2 * width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints([QPointF(x, y) for x, y in points])
        self.painted()
