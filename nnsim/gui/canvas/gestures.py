"""Gestures: what a press of the mouse begins, and what its release does."""

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsPathItem, QGraphicsRectItem

from nnsim.core.network import NetworkError, Role
from nnsim.documents import edits
from nnsim.documents.naming import free_neuron_name
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.edges import curve
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.canvas.snapping import Snapping
from nnsim.gui.canvas.view import CanvasView
from nnsim.gui.look.theme import mix, theme

DRAG_FROM = 4
"""So many pixels the mouse has to go with a neuron before it moves."""
SMALLEST_BAND = 2
"""A rubber band that is smaller, in units of the scene, was a click."""


class Gesture:
    """Between a press and its release: previews in the scene, and asks the session once, at the end."""

    free = False
    """Whether Alt is held: then nothing lines up by itself."""

    def __init__(self, view: CanvasView) -> None:
        self._view, self._scene = view, view.network_scene
        self._session, self._looking = view.desk.session, view.desk.looking

    def move(self, point: QPointF) -> None:
        """The mouse is at ``point`` of the scene."""

    def release(self, point: QPointF) -> None:
        """The button is released: do it."""
        self._end()

    def cancel(self) -> None:
        """Esc: leave everything as it was."""
        self._end()

    def _end(self) -> None:
        """Take the previews away."""


class MoveNeurons(Gesture):
    """Drags the selected neurons; they line up with others and with the grid, unless Alt is held.

    A click that moves nothing selects the neuron that was grabbed alone.
    """

    def __init__(self, view: CanvasView, start: QPointF, grabbed: str) -> None:
        super().__init__(view)
        self._start, self._grabbed = start, grabbed
        places = self._scene.positions()
        self._from = {id: places[id] for id in self._looking.selected_neurons}
        self._snapping = Snapping(self._scene, self._from)
        self._moved = False

    def move(self, point: QPointF) -> None:
        delta = point - self._start
        if self._moved or delta.manhattanLength() * self._view.zoom >= DRAG_FROM:
            self._moved = True
            self._scene.preview_move(self._places(delta))

    def _places(self, delta: QPointF) -> dict[str, QPointF]:
        places = {id: place + delta for id, place in self._from.items()}
        shift = self._snapping.snapped(places, self._grabbed, self._view.zoom, self.free)
        return {id: place + shift for id, place in places.items()}

    def release(self, point: QPointF) -> None:
        places = {id: self._scene.position(place) for id, place in self._places(point - self._start).items()}
        self._end()
        if not self._moved:
            if self._grabbed in self._looking.selected_neurons:
                # One of several was clicked, not dragged with the others.
                self._looking.select([self._grabbed])
            return
        one = self._view.tr("Move {name}").format(name=self._grabbed)
        text = one if len(places) == 1 else self._view.tr("Move")
        self._session.apply(text, lambda d: edits.move(d, places))
        # If all snapped back to where it was nothing changed, and the preview must not stay.
        layout = self._session.document.layout
        self._scene.settle({id: self._scene.point(layout[id]) for id in places if id in layout})

    def cancel(self) -> None:
        self._end()
        # The network may be another one meanwhile.
        self._scene.settle({id: place for id, place in self._from.items() if id in self._scene.neurons})

    def _end(self) -> None:
        self._snapping.end()


class Connect(Gesture):
    """Draws connections from neurons to another, or to empty canvas, where a connected neuron appears."""

    def __init__(self, view: CanvasView, commands: CanvasCommands, grabbed: str, sources: Collection[str]) -> None:
        super().__init__(view)
        self._commands, self._grabbed, self._sources = commands, grabbed, sorted(sources)
        self._target = self._refusal = ""
        self._line = QGraphicsPathItem()
        self._line.setZValue(1)
        self._scene.addItem(self._line)

    def move(self, point: QPointF) -> None:
        neurons = self._scene.neurons
        target = self._view.hit(point).neuron
        target = "" if target == self._grabbed else target
        if target != self._target:
            self._unlight()
            self._target, self._refusal = target, self._why_not(target) if target else ""
        if target:
            neurons[target].mark(lit=not self._refusal)
        self._view.show_hint(self._refusal, refused=True)
        self._line.setPen(_dashed("bad" if self._refusal else "accent"))
        end = neurons[target].pos() - QPointF(RADIUS, 0) if target and not self._refusal else point
        path = QPainterPath()
        for source in self._sources:
            if source != target:
                start = neurons[source].pos()
                side = QPointF(RADIUS if end.x() >= start.x() else -RADIUS, 0)
                path.addPath(curve(start + side, end))
        self._line.setPath(path)

    def _why_not(self, target: str) -> str:
        if len(self._sources) == 1:
            return edits.why_not_connect(self._session.structure, self._grabbed, target)
        try:
            edits.connect_all(self._session.document, self._sources, [target])
        except NetworkError as error:
            return str(error)
        return ""

    def release(self, point: QPointF) -> None:
        sources, target = self._sources, self._view.hit(point).neuron
        self._end()
        if target == self._grabbed:
            return
        if target:
            self._commands.connect_neurons([id for id in sources if id != target], [target])
            return
        name, place = free_neuron_name(self._session.structure, "hidden"), self._scene.position(point)
        text = self._view.tr("Add {name} connected from {source}").format(name=name, source=", ".join(sources))
        if self._session.apply(text, lambda d: edits.connect_new(d, sources, "hidden", place)):
            self._looking.select([name])

    def _end(self) -> None:
        self._scene.removeItem(self._line)
        self._unlight()
        self._view.show_hint("")

    def _unlight(self) -> None:
        if self._target in self._scene.neurons:
            self._scene.neurons[self._target].mark(lit=False)


class PlaceNeuron(Gesture):
    """Carries a new neuron from the palette to where it is dropped."""

    def __init__(self, view: CanvasView, commands: CanvasCommands, role: Role, activation: str) -> None:
        super().__init__(view)
        self._commands, self._role, self._activation = commands, role, activation
        self._snapping = Snapping(self._scene)
        self._ghost = QGraphicsEllipseItem(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS)
        self._ghost.setPen(_dashed("accent"))
        self._ghost.setBrush(theme().color("accent_soft"))
        self._ghost.setZValue(4)
        self._ghost.hide()
        self._scene.addItem(self._ghost)

    def move(self, point: QPointF) -> None:
        self._ghost.setPos(self._place(point))
        self._ghost.show()

    def _place(self, point: QPointF) -> QPointF:
        return point + self._snapping.snapped({"": point}, "", self._view.zoom, self.free)

    def release(self, point: QPointF) -> None:
        place = self._place(point)
        self._end()
        self._commands.add_neuron(self._role, place, self._activation)

    def _end(self) -> None:
        self._snapping.end()
        self._scene.removeItem(self._ghost)


class RubberBand(Gesture):
    """Selects the neurons in a rectangle, and the connections between them."""

    def __init__(self, view: CanvasView, commands: CanvasCommands, start: QPointF, add: bool) -> None:
        super().__init__(view)
        self._commands, self._start = commands, start
        looking = self._looking
        self._before = (looking.selected_neurons, looking.selected_connections) if add else (frozenset(), frozenset())
        self._rect = QGraphicsRectItem()
        t = theme()
        self._rect.setPen(QPen(t.color("accent"), 0))
        fill = QColor(mix(t.accent_soft, t.card, 0.3))
        fill.setAlpha(120)
        self._rect.setBrush(fill)
        self._rect.setZValue(-1)
        self._scene.addItem(self._rect)

    def move(self, point: QPointF) -> None:
        rect = QRectF(self._start, point).normalized()
        self._rect.setRect(rect)
        inside, between = self._scene.inside(rect)
        self._looking.select(self._before[0] | inside, self._before[1] | between)

    def release(self, point: QPointF) -> None:
        if (point - self._start).manhattanLength() < SMALLEST_BAND:
            self._looking.select(*self._before)
        self._end()
        if self._commands.connecting and not self._commands.connect_to(self._looking.selected_neurons):
            self._commands.stop_connecting()

    def cancel(self) -> None:
        structure, (neurons, connections) = self._session.structure, self._before
        self._looking.select(neurons & set(structure.by_id), connections & set(structure.by_ends))
        self._end()

    def _end(self) -> None:
        self._scene.removeItem(self._rect)


class Pan(Gesture):
    """Moves the paper under the window."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        super().__init__(view)
        self._last = view.mapFromScene(start)
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, point: QPointF) -> None:
        here = self._view.mapFromScene(point)
        delta = here - self._last
        self._last = here
        self._view.scroll_by(delta.x(), delta.y())

    def _end(self) -> None:
        self._view.viewport().unsetCursor()


def _dashed(color: str) -> QPen:
    """The pen of what is not there yet."""
    pen = QPen(theme().color(color), 2.0)
    pen.setDashPattern([4.0, 3.0])
    return pen
