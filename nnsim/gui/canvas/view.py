"""The canvas view: mouse, keys, zoom, and the editors that open in place."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QLabel, QToolTip, QWidget
from shiboken6 import isValid

from nnsim.core.network import Role
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.layout import arrange
from nnsim.gui.canvas.edge_layer import Ends
from nnsim.gui.canvas.editors import InlineEdit, NeuronChoice, NumberEdit
from nnsim.gui.canvas.gestures import Connect, Gesture, MoveNeurons, Pan, RubberBand
from nnsim.gui.canvas.scene import Hit, NetworkScene
from nnsim.gui.session import Session
from nnsim.gui.theme import font, set_role, text_scale, theme

ZOOM_STEP = 1.15
ZOOM_RANGE = (0.05, 4.0)
FIT_MARGIN = 28
LARGEST_FIT = 1.25
GRID_STEP = 24
NUDGE = 10.0
ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class CanvasView(QGraphicsView):
    """Shows the network and turns what the learner does into one Session call each."""

    hovered = Signal(object)
    """The Hit under the mouse."""
    escaped = Signal()
    """Esc was pressed with nothing begun that it could end."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.network_scene = NetworkScene(session, self)
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
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.lower_edge = 0
        """How many pixels at the lower edge ``fit`` keeps clear, because something stands there."""
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._fitted = True
        """Whether the view shows all because it was asked to: then it does so at any size."""
        session.document_changed.connect(self._on_document)
        session.opened.connect(self._on_opened)
        self._connect_from = ""
        self._space_held = self._space_used = False
        self._hit = Hit()
        self._editor: InlineEdit | NeuronChoice | None = None
        self._hint = QLabel(self.viewport())
        self._hint.setObjectName("canvas_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
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
        """Show the whole network, in the middle."""
        rect = self.network_scene.content_rect()
        view = self.viewport().rect().adjusted(0, 0, 0, -self.lower_edge)
        if rect.isEmpty():
            rect = QRectF(-200, -150, 400, 300)
        scale = min((view.width() - 2 * FIT_MARGIN) / rect.width(), (view.height() - 2 * FIT_MARGIN) / rect.height())
        scale = min(max(scale, ZOOM_RANGE[0]), LARGEST_FIT)
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
        editor, self._editor = self._editor, None
        if editor is not None and isValid(editor):
            if isinstance(editor, InlineEdit):
                editor.finish(False)
            else:
                editor.close_choice()
        if self._connect_from and self._connect_from not in new.network.structure.by_id:
            self._connect_from = ""
            self.show_hint("")

    def _on_opened(self) -> None:
        self._connect_from = ""
        self.show_hint("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            # One gesture at a time, and the button that began it ends it.
            event.accept()
            return
        self._button = event.button()
        self.close_editor()
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
        session = self.session
        hit = self.network_scene.hit(point, self.zoom)
        if self._connect_from:
            source, self._connect_from = self._connect_from, ""
            self.show_hint("")
            if hit.neuron and hit.neuron != source:
                self.connect_neurons(source, hit.neuron)
                return
        if hit.part == "switch":
            self.flip_input(hit.neuron)
        elif hit.part == "rim" and not add:
            self._gesture = Connect(self, hit.neuron)
            session.select([hit.neuron])
        elif hit.neuron:
            if add:
                session.select(session.selected_neurons ^ {hit.neuron}, session.selected_connections)
            elif hit.neuron not in session.selected_neurons:
                session.select([hit.neuron])
            if hit.neuron in session.selected_neurons and not add:
                self._gesture = MoveNeurons(self, point)
        elif hit.connection is not None:
            chosen = session.selected_connections ^ {hit.connection} if add else {hit.connection}
            session.select(session.selected_neurons if add else (), chosen)
        else:
            if not add:
                session.select()
            self._gesture = RubberBand(self, point, add)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self.mapToScene(event.position().toPoint())
        if self._gesture is not None:
            self._gesture.move(point)
        else:
            self._hover(point, event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None and event.button() == self._button:
            gesture, self._gesture = self._gesture, None
            gesture.release(self.mapToScene(event.position().toPoint()))
        self._hover(self.mapToScene(event.position().toPoint()), event.position().toPoint())
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
            self.flip_input(hit.neuron)
        elif hit.part == "name":
            self.edit_name(hit.neuron)
        elif hit.neuron:
            self.edit_neuron(hit.neuron)
        elif hit.connection is not None:
            self.edit_weight(hit.connection)
        else:
            self.choose_neuron(point)
        event.accept()

    def _hover(self, point: QPointF, at: QPoint) -> None:
        hit = self.network_scene.hit(point, self.zoom)
        if hit == self._hit:
            return
        scene = self.network_scene
        if self._hit.neuron in scene.neurons:
            scene.neurons[self._hit.neuron].mark(hover="")
        if hit.neuron:
            scene.neurons[hit.neuron].mark(hover=hit.part if hit.part in ("rim", "body") else "")
        self.session.study.light([hit.neuron] if hit.neuron else (), [hit.connection] if hit.connection else ())
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
            self._hover(QPointF(1e9, 1e9), QPoint())
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
        if hit.connection is not None:
            weight = self.session.structure.by_ends[hit.connection].weight
            return self.tr("{source} → {target}, weight {weight} – double-click to edit.").format(
                source=hit.connection[0], target=hit.connection[1], weight=weight
            )
        if item is not None:
            return self.tr("{name} – drag to move, double-click to edit its number.").format(name=hit.neuron)
        return ""

    def _name_tip(self, id: str) -> str:
        text = self.tr("{name} – double-click to rename.").format(name=id)
        gate = self.session.gates.get(id)
        if gate is None:
            return text
        computes = self.tr("{name} is {gate} of the network's inputs: its table over their 0s and 1s.")
        return f"{computes.format(name=id, gate=gate.text)}\n{text}"

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        plain = not modifiers & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self.cancel()
        elif key in ARROWS and modifiers & Qt.KeyboardModifier.AltModifier:
            self._walk(ARROWS[Qt.Key(key)])
        elif key in ARROWS and plain:
            self._nudge(ARROWS[Qt.Key(key)], bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space and plain:
            if not event.isAutoRepeat():
                self._space_held, self._space_used = True, False
        elif plain and key in self._keys():
            self._keys()[Qt.Key(key)]()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            if self._space_held and not self._space_used:
                for id in sorted(self.session.selected_neurons):
                    if self.session.structure.by_id[id].role == "input":
                        self.flip_input(id)
            self._space_held = False
        else:
            super().keyReleaseEvent(event)

    def _keys(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Delete: self.delete_selected,
            Qt.Key.Key_Backspace: self.delete_selected,
            Qt.Key.Key_C: self.begin_connect,
            Qt.Key.Key_F: self.fit,
            Qt.Key.Key_Return: self.edit_selected,
            Qt.Key.Key_Enter: self.edit_selected,
            Qt.Key.Key_F2: self.rename_selected,
            Qt.Key.Key_A: self.arrange,
            Qt.Key.Key_I: lambda: self.add_neuron("input"),
            Qt.Key.Key_N: lambda: self.add_neuron("hidden"),
            Qt.Key.Key_O: lambda: self.add_neuron("output"),
        }

    def cancel(self) -> None:
        """Esc: end what was begun, else select nothing."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
        elif self._connect_from:
            self._connect_from = ""
            self.show_hint("")
        else:
            self.session.select()
            self.escaped.emit()

    def _nudge(self, direction: QPointF, fine: bool) -> None:
        chosen = self.session.selected_neurons
        if not chosen:
            self.scroll_by(-40 * direction.x(), -40 * direction.y())
            return
        step = direction * (1.0 if fine else NUDGE)
        places = {id: p for id, p in self.network_scene.positions().items() if id in chosen}
        moved = {id: (p.x() + step.x(), p.y() + step.y()) for id, p in places.items()}
        self.session.apply(self.tr("Move"), lambda d: edits.move(d, moved), ("nudge", chosen))

    def _walk(self, direction: QPointF) -> None:
        """Select the nearest neuron in a direction; the connection under way takes it as its target."""
        places = self.network_scene.positions()
        if not places:
            return
        here = next(iter(sorted(self.session.selected_neurons)), None)
        if here is None:
            self.session.select([next(iter(places))])
            return
        best: tuple[float, str] | None = None
        for id, place in places.items():
            delta = place - places[here]
            ahead = QPointF.dotProduct(delta, direction)
            if id == here or ahead <= 1:
                continue
            aside = math.hypot(delta.x(), delta.y()) ** 2 - ahead**2
            cost = ahead + 2 * math.sqrt(max(0.0, aside))
            if best is None or cost < best[0]:
                best = (cost, id)
        if best is not None:
            self.session.select([best[1]])

    # What gestures, keys and menus do

    def add_neuron(self, role: Role, at: QPointF | None = None) -> None:
        """Add a neuron at a point, or at the next free place for its role."""
        place = at if at is not None else self._free_place(role)
        name = edits.free_neuron_name(self.session.structure, role)
        xy = (float(round(place.x())), float(round(place.y())))
        if self.session.apply(self.tr("Add {name}").format(name=name), lambda d: edits.add_neuron(d, role, xy)):
            self.session.select([name])
            if at is None:
                self._ensure_shown(name)

    def connect_neurons(self, source: str, target: str) -> None:
        """Connect two neurons and select the connection; a refusal says why."""
        text = self.tr("Connect {source} → {target}").format(source=source, target=target)
        if self.session.apply(text, lambda d: edits.connect(d, source, target)):
            self.session.select((), [(source, target)])

    def begin_connect(self) -> None:
        """C: the selected neuron waits for a target to be clicked or, selected by keys, for Enter."""
        chosen = sorted(self.session.selected_neurons)
        if len(chosen) != 1:
            self.show_hint(self.tr("Select one neuron first, then press C and select its target."))
            return
        self._connect_from = chosen[0]
        self.show_hint(
            self.tr(
                "Connect {name} to …: click the target, or go to it with Alt+arrows and press Enter. Esc cancels."
            ).format(name=chosen[0])
        )

    def delete_selected(self) -> None:
        """Remove what is selected, and the connections of removed neurons."""
        neurons, connections = self.session.selected_neurons, self.session.selected_connections
        if neurons or connections:
            count = len(neurons) + len(connections)
            text = (
                self.tr("Delete {name}").format(name=next(iter(neurons)))
                if len(neurons) == 1
                else self.tr("Delete {n} items").format(n=count)
            )
            if not neurons and count == 1:
                text = self.tr("Delete connection")
            self.session.apply(text, lambda d: edits.remove(d, neurons, connections))

    def select_all(self) -> None:
        """Select every neuron and connection."""
        self.session.select(self.session.structure.by_id, self.session.structure.by_ends)

    def arrange(self) -> None:
        """Put the neurons in columns by their depth, and show them all."""
        if self.session.structure.neurons and self.session.apply(
            self.tr("Arrange"), lambda d: edits.move(d, dict(arrange(d.network.structure)))
        ):
            self.fit()

    def flip_input(self, id: str) -> None:
        """Switch an input between 0 and 1."""
        self.session.set_inputs({id: 0.0 if self.session.inputs.get(id, 0.0) == 1.0 else 1.0})

    def choose_neuron(self, at: QPointF) -> None:
        """Ask what to add at a point."""
        self.close_editor()
        self._editor = NeuronChoice(self.viewport(), self.mapFromScene(at), lambda role: self.add_neuron(role, at))

    def edit_selected(self) -> None:
        """Enter: connect if a connection waits for its target, else edit the number of what is selected."""
        neurons, connections = sorted(self.session.selected_neurons), sorted(self.session.selected_connections)
        if self._connect_from and len(neurons) == 1 and neurons[0] != self._connect_from:
            source, self._connect_from = self._connect_from, ""
            self.show_hint("")
            self.connect_neurons(source, neurons[0])
        elif len(neurons) == 1:
            self.edit_neuron(neurons[0])
        elif len(connections) == 1 and not neurons:
            self.edit_weight(connections[0])

    def rename_selected(self) -> None:
        """F2: rename the selected neuron."""
        if len(self.session.selected_neurons) == 1:
            self.edit_name(next(iter(self.session.selected_neurons)))

    def edit_neuron(self, id: str) -> None:
        """Edit an input's value, or a neuron's threshold or bias, in place."""
        neuron = self.session.structure.by_id[id]
        item = self.network_scene.neurons[id]
        place = self._place(QRectF(-26, -12, 52, 24).translated(item.pos()))
        self.session.select([id])
        if neuron.role == "input":
            self._edit_number(
                place,
                self.session.inputs.get(id, 0.0),
                "edit_input",
                self.tr("Value of {name}").format(name=id),
                lambda value, token: self.session.set_inputs({id: value}),
            )
            return
        if neuron.bias is None:
            self.show_hint(self.tr("{name} has no bias; give it one in the panel at the left.").format(name=id))
            return
        bias, sign = neuron.bias, -1.0 if neuron.notation == "threshold" else 1.0
        label = self.tr("Threshold θ of {name}") if sign < 0 else self.tr("Bias b of {name}")
        text = (self.tr("Set θ of {name}") if sign < 0 else self.tr("Set b of {name}")).format(name=id)
        self._edit_number(
            place,
            sign * self.session.network.value(bias) + 0.0,
            "edit_bias",
            label.format(name=id),
            lambda value, token: self.session.set_values({bias: sign * value}, text, token),
        )

    def edit_weight(self, ends: Ends) -> None:
        """Edit a connection's weight in place."""
        weight = self.session.structure.by_ends[ends].weight
        self.session.select((), [ends])
        edge = self.network_scene.edges.edges[ends]
        rect = edge.label
        if rect.isNull():
            middle = edge.line.center()
            rect = QRectF(middle.x() - 20, middle.y() - 10, 40, 20)
        self._edit_number(
            self._place(rect),
            self.session.network.value(weight),
            "edit_weight",
            self.tr("Weight {name}").format(name=weight),
            lambda value, token: self.session.set_values(
                {weight: value}, self.tr("Set {name}").format(name=weight), token
            ),
        )

    def edit_name(self, id: str) -> None:
        """Rename a neuron in place."""
        item = self.network_scene.neurons[id]
        self.close_editor()
        self._editor = InlineEdit(
            self.viewport(),
            self._place(item.name_rect.translated(item.pos())),
            id,
            "edit_name",
            self.tr("Name of {name}").format(name=id),
            lambda text: self.session.apply(
                self.tr("Rename {old} to {new}").format(old=id, new=text.strip()),
                lambda d: edits.rename_neuron(d, id, text),
            ),
        )

    def _edit_number(
        self, place: QRect, value: float, name: str, accessible: str, set_value: Callable[[float, object], bool]
    ) -> None:
        self.close_editor()
        self._editor = NumberEdit(
            self.viewport(),
            place,
            value,
            name,
            accessible,
            set_value,
            lambda text: self.session.said.emit(text, "refused"),
        )

    def close_editor(self) -> None:
        """Take what is being edited, and close the editor or choice."""
        editor, self._editor = self._editor, None
        if editor is None or not isValid(editor):
            return
        if isinstance(editor, InlineEdit):
            editor.finish(True)
        else:
            editor.close_choice()

    def show_hint(self, text: str, refused: bool = False) -> None:
        """A line at the lower edge of the canvas; empty hides it."""
        self._hint.setText(text)
        set_role(self._hint, tone="bad" if refused else "muted")
        self._hint.setFont(font("body"))
        self._hint.adjustSize()
        view = self.viewport().rect()
        self._hint.move(max(8, (view.width() - self._hint.width()) // 2), view.height() - self._hint.height() - 10)
        self._hint.setVisible(bool(text))

    def _place(self, rect: QRectF) -> QRect:
        return self.mapFromScene(rect).boundingRect()

    def _free_place(self, role: Role) -> QPointF:
        """Where the next neuron of a role goes: under the others of its role, in their column."""
        places = self.network_scene.positions()
        by_role = {id: n.role for id, n in self.session.structure.by_id.items()}
        same = [p for id, p in places.items() if by_role.get(id) == role]
        if same:
            lowest = max(same, key=lambda p: p.y())
            return QPointF(lowest.x(), lowest.y() + (220 if role == "input" and len(same) == 1 else 110))
        if not places:
            return QPointF(0, 0)
        xs, ys = [p.x() for p in places.values()], [p.y() for p in places.values()]
        middle = (min(ys) + max(ys)) / 2
        if role == "input":
            return QPointF(min(xs) - 240, middle)
        outputs = [p.x() for id, p in places.items() if by_role.get(id) == "output"]
        if role == "hidden" and outputs:
            left = max((x for x in xs if x < min(outputs)), default=min(outputs) - 240)
            place = QPointF((left + min(outputs)) / 2, middle)
        else:
            place = QPointF(max(xs) + 240, middle)
        while any(math.hypot(p.x() - place.x(), p.y() - place.y()) < 90 for p in places.values()):
            place += QPointF(0, 110)
        return place

    def _ensure_shown(self, id: str) -> None:
        item = self.network_scene.neurons[id]
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        if not shown.contains(item.mapRectToScene(item.boundingRect())) or len(self.network_scene.neurons) <= 2:
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
