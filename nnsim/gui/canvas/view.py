"""The canvas view: mouse, keys, zoom, and the editors that open in place."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QLabel, QToolTip, QWidget

from nnsim.core.network import Role
from nnsim.documents.document import Document
from nnsim.gui.canvas.clipboard import Clipboard
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.context_menu import CanvasMenu
from nnsim.gui.canvas.gestures import Connect, Gesture, MoveNeurons, Pan, PlaceNeuron, RubberBand
from nnsim.gui.canvas.in_place import InPlace
from nnsim.gui.canvas.keyboard import CanvasKeys
from nnsim.gui.canvas.scene import Hit, NetworkScene
from nnsim.gui.canvas.snapping import GRID_STEP
from nnsim.gui.look.theme import PRESENTED_PIXELS, font, pixels, presenting, set_role, text_scale, theme
from nnsim.gui.session.desk import Desk

ZOOM_STEP = 1.15
ZOOM_RANGE = (0.05, 4.0)
FIT_MARGIN = 16
LARGEST_FIT = 1.25
WIDE = 1200
"""A view wider than so many pixels shows a small network larger still."""


MOST_MAGNIFIED = 60
"""Of more neurons the texts are not made larger to be read from afar: there is no room between them."""
LARGEST_TEXT, LARGER_STEP = 2.5, 0.1


class CanvasView(QGraphicsView):
    """Shows the network and turns what the learner does into one Session call each."""

    hovered = Signal(object)
    """The Hit under the mouse."""
    escaped = Signal()
    """Esc was pressed with nothing begun that it could end."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.network_scene = NetworkScene(desk, self)
        self.commands = CanvasCommands(self)
        self.in_place = InPlace(self)
        self.clipboard = Clipboard(self)
        self.keys = CanvasKeys(self)
        self.setScene(self.network_scene)
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Network"))
        self.setAccessibleDescription(
            self.tr("The network as a picture. Double-click to add a neuron; press ? for all gestures.")
        )
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        # The network and its numbers run from left to right in every language.
        self.viewport().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.lower_edge = 0
        """How many pixels at the lower edge ``fit`` keeps clear, because something stands there."""
        self.window_actions: dict[str, QAction] = {}
        """The window's actions by name; the context menus show those that can be done."""
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._fitted = True
        """Whether the view shows all because it was asked to: then it does so at any size."""
        desk.document_changed.connect(self._on_document)
        desk.opened.connect(self._on_opened)
        self._space_held = self._space_used = False
        self._hit = Hit()
        self._hint = QLabel(self.viewport())
        self._hint.setLayoutDirection(self.layoutDirection())
        self._hint.setObjectName("canvas_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.hide()

    # Zoom and pan

    @property
    def zoom(self) -> float:
        """Pixels per unit of the scene."""
        return self.transform().m11()

    def zoom_by(self, factor: float, at: QPoint | None = None) -> None:
        """Zoom, keeping the point ``at`` of the viewport (or its middle) where it is."""
        self._fitted = False
        at = at or self.viewport().rect().center()
        before = self.mapToScene(at)
        factor = min(max(self.zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1]) / self.zoom
        self.scale(factor, factor)
        moved = self.mapFromScene(before) - at
        self.scroll_by(-moved.x(), -moved.y())

    def scroll_by(self, dx: float, dy: float) -> None:
        """Move the paper by pixels."""
        self._fitted = False
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - round(dx))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - round(dy))

    def fit(self) -> None:
        """Show the whole network, in the middle; when presenting with texts as large as there is room for."""
        self.network_scene.magnify(1.0, 1.0)
        self._fit()
        if presenting() and len(self.network_scene.neurons) <= MOST_MAGNIFIED:
            self._magnify()

    def _magnify(self) -> None:
        """Texts of neurons, then weights, as large as a hall wants, as far as nothing is covered or left out."""
        scene = self.network_scene
        covered, labels = scene.covered(), scene.edges.labels
        sizes = [1.0, 1.0]
        for part in range(2):
            while sizes[part] < LARGEST_TEXT and pixels("small") * sizes[part] * self.zoom < PRESENTED_PIXELS:
                sizes[part] += LARGER_STEP
                scene.magnify(*sizes)
                if scene.covered() > covered or scene.edges.labels < labels:
                    sizes[part] -= LARGER_STEP
                    scene.magnify(*sizes)
                    break
                self._fit()
        self._fit()

    def _fit(self) -> None:
        rect = self.network_scene.content_rect()
        view = self.viewport().rect().adjusted(0, 0, 0, -self.lower_edge)
        if rect.isEmpty():
            rect = QRectF(-200, -150, 400, 300)
        scale = min((view.width() - 2 * FIT_MARGIN) / rect.width(), (view.height() - 2 * FIT_MARGIN) / rect.height())
        scale = min(max(scale, ZOOM_RANGE[0]), LARGEST_FIT * max(1.0, view.width() / WIDE))
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(rect.center() + QPointF(0, self.lower_edge / 2 / scale))
        self._fitted = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoom_by(ZOOM_STEP ** (turned / 120), event.position().toPoint())
        elif event.angleDelta().x():
            self.scroll_by(event.angleDelta().x(), 0)
        event.accept()

    # Mouse

    def _on_document(self, old: Document, new: Document) -> None:
        """What was begun on a network that is another one now ends."""
        if old.network.structure is new.network.structure:
            return
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
        self.in_place.close_editor(take=False)
        if self.commands.connecting and not self.commands.connecting <= set(new.network.structure.by_id):
            self.commands.stop_connecting()

    def _on_opened(self) -> None:
        self.commands.stop_connecting()
        # The keys of the canvas work at once.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            # One gesture at a time, and the button that began it ends it.
            event.accept()
            return
        self._button = event.button()
        self.in_place.close_editor()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        point = self.mapToScene(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and self._space_held
        ):
            self._space_used = True
            self._gesture = Pan(self, point)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(
                point,
                bool(event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)),
            )
        event.accept()

    def _press(self, point: QPointF, add: bool) -> None:
        desk = self.desk
        hit = self.network_scene.hit(point, self.zoom)
        if self.commands.connecting and not add:
            if hit.neuron and self.commands.connect_to([hit.neuron]):
                return
            if hit.part:
                self.commands.stop_connecting()
        if hit.part == "switch":
            self.commands.flip_input(hit.neuron)
        elif hit.part == "rim" and not add:
            if hit.neuron not in desk.looking.selected_neurons:
                desk.looking.select([hit.neuron])
            self._gesture = Connect(self, hit.neuron, desk.looking.selected_neurons)
        elif hit.neuron:
            if add:
                desk.looking.select(desk.looking.selected_neurons ^ {hit.neuron}, desk.looking.selected_connections)
            elif hit.neuron not in desk.looking.selected_neurons:
                desk.looking.select([hit.neuron])
            if hit.neuron in desk.looking.selected_neurons and not add:
                self._gesture = MoveNeurons(self, point, hit.neuron)
        elif hit.connection is not None:
            chosen = desk.looking.selected_connections ^ {hit.connection} if add else {hit.connection}
            desk.looking.select(desk.looking.selected_neurons if add else (), chosen)
        else:
            if not add:
                desk.looking.select()
            self._gesture = RubberBand(self, point, add)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self.mapToScene(event.position().toPoint())
        if self._gesture is not None:
            self._gesture.free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._gesture.move(point)
        else:
            self._hover(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None and event.button() == self._button:
            gesture, self._gesture = self._gesture, None
            gesture.free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            gesture.release(self.mapToScene(event.position().toPoint()))
        self._hover(self.mapToScene(event.position().toPoint()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._gesture is not None:
            self._gesture.cancel()
            self._gesture = None
        point = self.mapToScene(event.position().toPoint())
        hit = self.network_scene.hit(point, self.zoom)
        if hit.part == "switch":
            self.commands.flip_input(hit.neuron)
        elif hit.part == "name":
            self.in_place.edit_name(hit.neuron)
        elif hit.neuron:
            self.in_place.edit_neuron(hit.neuron)
        elif hit.connection is not None:
            self.in_place.edit_weight(hit.connection)
        else:
            self.in_place.choose_neuron(point)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._gesture is not None:
            return
        desk = self.desk
        point = self.mapToScene(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            hit, point = self._selected_place()
        else:
            hit = self.network_scene.hit(point, self.zoom)
        if hit.neuron and hit.neuron not in desk.looking.selected_neurons:
            desk.looking.select([hit.neuron])
        elif hit.connection is not None and hit.connection not in desk.looking.selected_connections:
            desk.looking.select((), [hit.connection])
        menu = CanvasMenu(self, hit, point)
        menu.popup(self.viewport().mapToGlobal(self.mapFromScene(point)))
        event.accept()

    def _selected_place(self) -> tuple[Hit, QPointF]:
        """What the menu key is pressed on: what is selected, else the middle of the canvas."""
        scene, desk = self.network_scene, self.desk
        if desk.looking.selected_neurons:
            id = min(desk.looking.selected_neurons)
            return Hit("body", id), scene.neurons[id].pos()
        if desk.looking.selected_connections:
            ends = min(desk.looking.selected_connections)
            return Hit("edge", connection=ends), scene.edges.edges[ends].line.center()
        return Hit(), self.mapToScene(self.viewport().rect().center())

    # A neuron from the palette

    def carry(self, role: Role, activation: str) -> None:
        """Begin to carry a new neuron over the canvas; nothing if a gesture is under way."""
        if self._gesture is None:
            self.in_place.close_editor()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._button = Qt.MouseButton.NoButton
            self._gesture = PlaceNeuron(self, role, activation)

    def carry_to(self, at: QPoint, free: bool) -> None:
        """What is carried is over a point of the screen."""
        if isinstance(self._gesture, PlaceNeuron):
            self._gesture.free = free
            self._gesture.move(self.mapToScene(self.viewport().mapFromGlobal(at)))

    def drop(self, at: QPoint, free: bool) -> None:
        """Put down what is carried; outside the canvas it is thrown away."""
        if isinstance(self._gesture, PlaceNeuron):
            gesture, self._gesture = self._gesture, None
            gesture.free = free
            here = self.viewport().mapFromGlobal(at)
            if self.viewport().rect().contains(here):
                gesture.release(self.mapToScene(here))
            else:
                gesture.cancel()

    def _hover(self, point: QPointF) -> None:
        hit = self.network_scene.hit(point, self.zoom)
        if hit == self._hit:
            return
        scene = self.network_scene
        if self._hit.neuron in scene.neurons:
            scene.neurons[self._hit.neuron].mark(hover="")
        if hit.neuron:
            scene.neurons[hit.neuron].mark(hover=hit.part if hit.part in ("rim", "body") else "")
        self.desk.study.light([hit.neuron] if hit.neuron else (), [hit.connection] if hit.connection else ())
        shapes = {
            "rim": Qt.CursorShape.CrossCursor,
            "body": Qt.CursorShape.OpenHandCursor,
            "switch": Qt.CursorShape.PointingHandCursor,
            "label": Qt.CursorShape.PointingHandCursor,
            "edge": Qt.CursorShape.PointingHandCursor,
        }
        self.viewport().setCursor(shapes.get(hit.part, Qt.CursorShape.ArrowCursor))
        self._hit = hit
        self.hovered.emit(hit)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            text = self._tip()
            if text:
                QToolTip.showText(event.globalPos(), text, self)  # type: ignore[attr-defined]
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(QPointF(1e9, 1e9))
        return super().viewportEvent(event)

    def _tip(self) -> str:
        """What the tooltip of the part under the mouse says."""
        hit = self._hit
        item = self.network_scene.neurons.get(hit.neuron)
        if item is not None and item.face.problem:
            return item.face.problem
        if hit.part == "rim":
            return self.tr("Drag to connect {name} to another neuron, or to empty canvas for a new one.").format(
                name=hit.neuron
            )
        if hit.part == "switch":
            return self.tr("Click to flip {name} between 0 and 1.").format(name=hit.neuron)
        if hit.part == "name":
            return self._name_tip(hit.neuron)
        if hit.part == "bias":
            text = self.tr("The bias of {name}: the weight of a neuron that is always 1 – double-click to edit.")
            return text.format(name=hit.neuron)
        if hit.connection is not None:
            weight = self.desk.session.structure.by_ends[hit.connection].weight
            return self.tr("{source} → {target}, weight {weight} – double-click to edit.").format(
                source=hit.connection[0], target=hit.connection[1], weight=weight
            )
        if item is not None:
            return self.tr("{name} – drag to move, double-click to edit its number.").format(name=hit.neuron)
        return ""

    def _name_tip(self, id: str) -> str:
        text = self.tr("{name} – double-click to rename.").format(name=id)
        gate = self.desk.looking.gates.get(id)
        if gate is None:
            return text
        computes = self.tr("{name} is {gate} of the network's inputs: its table over their 0s and 1s.")
        return f"{computes.format(name=id, gate=gate.text)}\n{text}"

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._space_held, self._space_used = True, False
        elif not self.keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            if self._space_held and not self._space_used:
                self.commands.flip_selected()
            self._space_held = False
        else:
            super().keyReleaseEvent(event)

    def cancel(self) -> None:
        """Esc: end what was begun, else select nothing."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
        elif self.commands.connecting:
            self.commands.stop_connecting()
        else:
            self.desk.looking.select()
            self.escaped.emit()

    def show_hint(self, text: str, refused: bool = False) -> None:
        """A line at the lower edge of the canvas; empty hides it."""
        self._hint.setText(text)
        set_role(self._hint, tone="bad" if refused else "muted")
        self._hint.setFont(font("body"))
        view = self.viewport().rect()
        metrics = self._hint.fontMetrics()
        width = min(metrics.horizontalAdvance(text) + 2, view.width() - 16)
        self._hint.resize(width, self._hint.heightForWidth(width))
        self._hint.move((view.width() - width) // 2, view.height() - self._hint.height() - 10)
        self._hint.setVisible(bool(text))

    def ensure_shown(self, *ids: str) -> None:
        """Make sure that neurons are in sight."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        items = [self.network_scene.neurons[id] for id in ids]
        if len(self.network_scene.neurons) <= 2 or not all(
            shown.contains(item.mapRectToScene(item.boundingRect())) for item in items
        ):
            self.fit()

    # Drawing

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        t = theme()
        painter.fillRect(rect, t.color("card"))
        if self.zoom < 0.4:
            return
        painter.setPen(QPen(t.color("line"), 1.6 / self.zoom))
        left, top = math.floor(rect.left() / GRID_STEP), math.floor(rect.top() / GRID_STEP)
        painter.drawPoints(
            [
                QPointF(x * GRID_STEP, y * GRID_STEP)
                for x in range(left, math.ceil(rect.right() / GRID_STEP) + 1)
                for y in range(top, math.ceil(rect.bottom() / GRID_STEP) + 1)
            ]
        )

    _look: object = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        restyled = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        # Many such events come with one change of the theme.
        if restyled and hasattr(self, "network_scene") and self._look != (theme(), text_scale()):
            self._look = theme(), text_scale()
            self.resetCachedContent()
            for item in self.network_scene.neurons.values():
                item.measure()
            self.network_scene.rebuild()
            self.viewport().update()
