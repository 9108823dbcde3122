"""Gestures: what a press of the mouse begins, and what its release does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from nnsim.documents import edits
from nnsim.gui.canvas.edge_layer import curve
from nnsim.gui.canvas.neuron_item import RADIUS
from nnsim.gui.theme import mix, theme

if TYPE_CHECKING:
    from nnsim.gui.canvas.view import CanvasView


class Gesture:
    """Between a press and its release: previews in the scene, and asks the session once, at the end."""

    def move(self, point: QPointF) -> None:
        """The mouse is at ``point`` of the scene."""

    def release(self, point: QPointF) -> None:
        """The button is released: do it."""

    def cancel(self) -> None:
        """Esc: leave everything as it was."""


class MoveNeurons(Gesture):
    """Drags the selected neurons."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self._view, self._start = view, start
        places = view.network_scene.positions()
        self._from = {id: places[id] for id in view.session.selected_neurons}
        self._moved = False

    def move(self, point: QPointF) -> None:
        delta = point - self._start
        if not self._moved and delta.manhattanLength() * self._view.zoom < 4:
            return
        self._moved = True
        self._view.network_scene.preview_move({id: place + delta for id, place in self._from.items()})

    def release(self, point: QPointF) -> None:
        if not self._moved:
            return
        delta = point - self._start
        # Whole numbers: a layout a person reads in the file.
        places = {
            id: (float(round(p.x() + delta.x())), float(round(p.y() + delta.y()))) for id, p in self._from.items()
        }
        text = (
            self._view.tr("Move") if len(places) > 1 else self._view.tr("Move {name}").format(name=next(iter(places)))
        )
        self._view.session.apply(text, lambda d: edits.move(d, places))

    def cancel(self) -> None:
        # The network may be another one by now.
        neurons = self._view.network_scene.neurons
        self._view.network_scene.preview_move({id: place for id, place in self._from.items() if id in neurons})


class Connect(Gesture):
    """Draws a connection from a neuron to another, or to empty canvas, where a connected neuron appears."""

    def __init__(self, view: CanvasView, source: str) -> None:
        self._view, self.source = view, source
        self._target = ""
        self._line = QGraphicsPathItem()
        self._line.setZValue(1)
        view.network_scene.addItem(self._line)

    def move(self, point: QPointF) -> None:
        view, scene = self._view, self._view.network_scene
        target = scene.hit(point, view.zoom).neuron
        target = "" if target == self.source else target
        refusal = edits.why_not_connect(view.session.structure, self.source, target) if target else ""
        if target != self._target and self._target in scene.neurons:
            scene.neurons[self._target].mark(lit=False)
        self._target = target
        if target:
            scene.neurons[target].mark(lit=not refusal)
        view.show_hint(refusal, refused=True)
        t = theme()
        pen = QPen(t.color("bad") if refusal else t.color("accent"), 2.0)
        pen.setDashPattern([4.0, 3.0])
        self._line.setPen(pen)
        start = scene.neurons[self.source].pos()
        end = scene.neurons[target].pos() - QPointF(RADIUS, 0) if target and not refusal else point
        side = QPointF(RADIUS if end.x() >= start.x() else -RADIUS, 0)
        self._line.setPath(curve(start + side, end))

    def release(self, point: QPointF) -> None:
        view, source = self._view, self.source
        self._clear()
        hit = view.network_scene.hit(point, view.zoom)
        if hit.neuron == source:
            return
        if hit.neuron:
            view.commands.connect_neurons(source, hit.neuron)
            return
        name = edits.free_neuron_name(view.session.structure, "hidden")
        place = (float(round(point.x())), float(round(point.y())))
        if view.session.apply(
            view.tr("Add {name} connected from {source}").format(name=name, source=source),
            lambda d: edits.connect_new(d, source, "hidden", place),
        ):
            view.session.select([name])

    def cancel(self) -> None:
        self._clear()

    def _clear(self) -> None:
        scene = self._view.network_scene
        scene.removeItem(self._line)
        if self._target in scene.neurons:
            scene.neurons[self._target].mark(lit=False)
        self._view.show_hint("")


class RubberBand(Gesture):
    """Selects the neurons in a rectangle, and the connections between them."""

    def __init__(self, view: CanvasView, start: QPointF, add: bool) -> None:
        self._view, self._start = view, start
        self._before = (
            (view.session.selected_neurons, view.session.selected_connections) if add else (frozenset(), frozenset())
        )
        self._rect = QGraphicsRectItem()
        t = theme()
        self._rect.setPen(QPen(t.color("accent"), 0))
        fill = mix(t.accent_soft, t.card, 0.3)
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
        self._view.session.select(self._before[0] | inside, self._before[1] | between)

    def release(self, point: QPointF) -> None:
        if (point - self._start).manhattanLength() < 2:
            self._view.session.select(*self._before)
        self._view.network_scene.removeItem(self._rect)

    def cancel(self) -> None:
        structure = self._view.session.structure
        neurons, connections = self._before
        self._view.session.select(neurons & set(structure.by_id), connections & set(structure.by_ends))
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
