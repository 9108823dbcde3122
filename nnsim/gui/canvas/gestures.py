"""Gestures: what a press of the mouse begins, and what its release does."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsPathItem, QGraphicsRectItem

from nnsim.core.network import NetworkError, Role
from nnsim.documents import edits
from nnsim.documents.naming import free_neuron_name
from nnsim.gui.canvas.edges import curve
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.canvas.snapping import Snapping
from nnsim.gui.look.theme import mix, theme

if TYPE_CHECKING:
    from nnsim.gui.canvas.view import CanvasView


class Gesture:
    """Between a press and its release: previews in the scene, and asks the session once, at the end."""

    free = False
    """Whether Alt is held: then nothing lines up by itself."""

    def move(self, point: QPointF) -> None:
        """The mouse is at ``point`` of the scene."""

    def release(self, point: QPointF) -> None:
        """The button is released: do it."""

    def cancel(self) -> None:
        """Esc: leave everything as it was."""


class MoveNeurons(Gesture):
    """Drags the selected neurons; they line up with others and with the grid, unless Alt is held.

    A click that moves nothing selects the neuron that was grabbed alone.
    """

    def __init__(self, view: CanvasView, start: QPointF, grabbed: str) -> None:
        self._view, self._start, self._grabbed = view, start, grabbed
        places = view.network_scene.positions()
        self._from = {id: places[id] for id in view.desk.looking.selected_neurons}
        self._snapping = Snapping(view.network_scene, self._from)
        self._moved = False

    def move(self, point: QPointF) -> None:
        delta = point - self._start
        if not self._moved and delta.manhattanLength() * self._view.zoom < 4:
            return
        self._moved = True
        self._view.network_scene.preview_move(self._places(delta))

    def _places(self, delta: QPointF) -> dict[str, QPointF]:
        places = {id: place + delta for id, place in self._from.items()}
        shift = self._snapping.snapped(places, self._grabbed, self._view.zoom, self.free)
        return {id: place + shift for id, place in places.items()}

    def release(self, point: QPointF) -> None:
        moved = self._places(point - self._start) if self._moved else {}
        self._snapping.end()
        if not self._moved and self._grabbed in self._view.desk.looking.selected_neurons:
            # One of several was clicked, not dragged with the others.
            self._view.desk.looking.select([self._grabbed])
        if not moved:
            return
        # Whole numbers: a layout a person reads in the file.
        places = {id: (float(round(p.x())), float(round(p.y()))) for id, p in moved.items()}
        text = (
            self._view.tr("Move") if len(places) > 1 else self._view.tr("Move {name}").format(name=next(iter(places)))
        )
        self._view.desk.session.apply(text, lambda d: edits.move(d, places))
        # If all snapped back to where it was nothing changed, and the preview must not stay.
        layout = self._view.desk.session.document.layout
        self._view.network_scene.settle({id: QPointF(*layout[id]) for id in places if id in layout})

    def cancel(self) -> None:
        self._snapping.end()
        # The network may be another one by now.
        neurons = self._view.network_scene.neurons
        self._view.network_scene.settle({id: place for id, place in self._from.items() if id in neurons})


class Connect(Gesture):
    """Draws connections from neurons to another, or to empty canvas, where a connected neuron appears."""

    def __init__(self, view: CanvasView, grabbed: str, sources: Collection[str]) -> None:
        self._view, self._grabbed, self.sources = view, grabbed, sorted(sources)
        self._target = self._refused = ""
        self._line = QGraphicsPathItem()
        self._line.setZValue(1)
        view.network_scene.addItem(self._line)

    def move(self, point: QPointF) -> None:
        view, scene = self._view, self._view.network_scene
        target = scene.hit(point, view.zoom).neuron
        target = "" if target == self._grabbed else target
        if target != self._target:
            if self._target in scene.neurons:
                scene.neurons[self._target].mark(lit=False)
            self._target, self._refused = target, self._refusal(target) if target else ""
        refusal = self._refused
        if target:
            scene.neurons[target].mark(lit=not refusal)
        view.show_hint(refusal, refused=True)
        t = theme()
        pen = QPen(t.color("bad") if refusal else t.color("accent"), 2.0)
        pen.setDashPattern([4.0, 3.0])
        self._line.setPen(pen)
        end = scene.neurons[target].pos() - QPointF(RADIUS, 0) if target and not refusal else point
        path = QPainterPath()
        for source in self.sources:
            if source != target:
                start = scene.neurons[source].pos()
                side = QPointF(RADIUS if end.x() >= start.x() else -RADIUS, 0)
                path.addPath(curve(start + side, end))
        self._line.setPath(path)

    def _refusal(self, target: str) -> str:
        structure = self._view.desk.session.structure
        if len(self.sources) == 1:
            return edits.why_not_connect(structure, self._grabbed, target)
        try:
            edits.connect_all(self._view.desk.session.document, self.sources, [target])
        except NetworkError as error:
            return str(error)
        return ""

    def release(self, point: QPointF) -> None:
        view, sources = self._view, self.sources
        self._clear()
        hit = view.network_scene.hit(point, view.zoom)
        if hit.neuron == self._grabbed:
            return
        if hit.neuron:
            view.commands.connect_neurons([id for id in sources if id != hit.neuron], [hit.neuron])
            return
        name = free_neuron_name(view.desk.session.structure, "hidden")
        place = (float(round(point.x())), float(round(point.y())))
        if view.desk.session.apply(
            view.tr("Add {name} connected from {source}").format(name=name, source=", ".join(sources)),
            lambda d: edits.connect_new(d, sources, "hidden", place),
        ):
            view.desk.looking.select([name])

    def cancel(self) -> None:
        self._clear()

    def _clear(self) -> None:
        scene = self._view.network_scene
        scene.removeItem(self._line)
        if self._target in scene.neurons:
            scene.neurons[self._target].mark(lit=False)
        self._view.show_hint("")


class PlaceNeuron(Gesture):
    """Carries a new neuron from the palette to where it is dropped."""

    def __init__(self, view: CanvasView, role: Role, activation: str) -> None:
        self._view, self._role, self._activation = view, role, activation
        self._snapping = Snapping(view.network_scene)
        self._ghost = QGraphicsEllipseItem(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS)
        pen = QPen(theme().color("accent"), 2.0)
        pen.setDashPattern([4.0, 3.0])
        self._ghost.setPen(pen)
        self._ghost.setBrush(theme().color("accent_soft"))
        self._ghost.setZValue(4)
        self._ghost.hide()
        view.network_scene.addItem(self._ghost)

    def move(self, point: QPointF) -> None:
        self._ghost.setPos(self._place(point))
        self._ghost.show()

    def _place(self, point: QPointF) -> QPointF:
        return point + self._snapping.snapped({"": point}, "", self._view.zoom, self.free)

    def release(self, point: QPointF) -> None:
        place = self._place(point)
        self._clear()
        self._view.commands.add_neuron(self._role, place, self._activation)

    def cancel(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._snapping.end()
        self._view.network_scene.removeItem(self._ghost)


class RubberBand(Gesture):
    """Selects the neurons in a rectangle, and the connections between them."""

    def __init__(self, view: CanvasView, start: QPointF, add: bool) -> None:
        self._view, self._start = view, start
        looking = view.desk.looking
        self._before = (
            (looking.selected_neurons, looking.selected_connections) if add else (frozenset(), frozenset())
        )
        self._rect = QGraphicsRectItem()
        t = theme()
        self._rect.setPen(QPen(t.color("accent"), 0))
        fill = QColor(mix(t.accent_soft, t.card, 0.3))
        fill.setAlpha(120)
        self._rect.setBrush(fill)
        self._rect.setZValue(-1)
        view.network_scene.addItem(self._rect)

    def move(self, point: QPointF) -> None:
        rect = QRectF(self._start, point).normalized()
        self._rect.setRect(rect)
        scene = self._view.network_scene
        inside = {id for id, item in scene.neurons.items() if rect.contains(item.pos())}
        between = {ends for ends in scene.edges.edges if set(ends) <= inside}
        self._view.desk.looking.select(self._before[0] | inside, self._before[1] | between)

    def release(self, point: QPointF) -> None:
        view = self._view
        if (point - self._start).manhattanLength() < 2:
            view.desk.looking.select(*self._before)
        view.network_scene.removeItem(self._rect)
        if view.commands.connecting and not view.commands.connect_to(view.desk.looking.selected_neurons):
            view.commands.stop_connecting()

    def cancel(self) -> None:
        structure = self._view.desk.session.structure
        neurons, connections = self._before
        self._view.desk.looking.select(neurons & set(structure.by_id), connections & set(structure.by_ends))
        self._view.network_scene.removeItem(self._rect)


class Pan(Gesture):
    """Moves the paper under the window."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self._view = view
        self._last = view.mapFromScene(start)
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, point: QPointF) -> None:
        here = self._view.mapFromScene(point)
        delta = here - self._last
        self._last = here
        self._view.scroll_by(delta.x(), delta.y())

    def release(self, point: QPointF) -> None:
        self._view.viewport().unsetCursor()

    def cancel(self) -> None:
        self._view.viewport().unsetCursor()
