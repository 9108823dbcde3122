"""The canvas as a widget: what mouse and keys do on the view."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from nnsim.core.network import Role
from nnsim.documents.document import Document
from nnsim.gui.canvas.clipboard import Clipboard
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.context_menu import CanvasMenu
from nnsim.gui.canvas.gestures import Connect, Gesture, MoveNeurons, Pan, PlaceNeuron, RubberBand
from nnsim.gui.canvas.in_place import InPlace
from nnsim.gui.canvas.keyboard import CanvasKeys
from nnsim.gui.canvas.layer_bar import LayerBars
from nnsim.gui.canvas.scene import Hit
from nnsim.gui.canvas.view import ZOOM_STEP, CanvasView
from nnsim.gui.session.desk import Desk

WHEEL_NOTCH = 120
"""What Qt says of a wheel that has turned by one notch."""
NOWHERE = QPointF(1e9, 1e9)
"""Where the mouse is that has left the canvas."""
CURSORS = {
    "rim": Qt.CursorShape.CrossCursor,
    "body": Qt.CursorShape.OpenHandCursor,
    "switch": Qt.CursorShape.PointingHandCursor,
    "label": Qt.CursorShape.PointingHandCursor,
    "edge": Qt.CursorShape.PointingHandCursor,
}


class Canvas(CanvasView):
    """Turns what the learner does with the network into one Session call each."""

    escaped = Signal()
    """Esc was pressed with nothing begun that it could end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.commands = CanvasCommands(self)
        self.in_place = InPlace(self, self.commands)
        self.layer_bars = LayerBars(self, self.commands.layers)
        self.clipboard = Clipboard(self)
        self._keys = CanvasKeys(self, self.commands, self.in_place)
        self.window_actions: dict[str, QAction] = {}
        """The window's actions by name; the context menus show those that can be done."""
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        """The one that began the gesture, and ends it."""
        self._space_held = self._space_used = False
        self._hit = Hit()
        """What is under the mouse."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        desk.document_changed.connect(self._on_document)
        desk.document_changed.connect(self.follow_whole)  # after the bars, which say how much room they take
        desk.opened.connect(self._on_opened)
        desk.settled.connect(self._on_settled)

    def _on_document(self, old: Document, new: Document) -> None:
        """What was begun on a network that is another one now ends."""
        if old.network.structure is new.network.structure:
            return
        self._cancel_gesture()
        self.in_place.close_editor(take=False)
        structure, hit = new.network.structure, self._hit
        if not self.commands.connecting <= set(structure.by_id):
            self.commands.stop_connecting()
        if (hit.neuron and hit.neuron not in structure.by_id) or (
                hit.connection is not None and hit.connection not in structure.by_ends):
            self._hover(NOWHERE)

    def _on_settled(self) -> None:
        if self.desk.shows_much:
            self.desk.turns.wait(self, lambda: None)  # to be drawn is enough for one

    def _on_opened(self) -> None:
        self.commands.stop_connecting()
        # What has the same name is another one.
        self._hover(NOWHERE)
        # The keys of the canvas work at once.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Gestures: one at a time, and the button that began it ends it

    def _move_gesture(self, point: QPointF, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._gesture.free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._gesture.move(point)

    def _release_gesture(self, point: QPointF, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            gesture.release(point)

    def _cancel_gesture(self) -> bool:
        """Leave all as it was before the gesture. Whether there was one."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()
        return gesture is not None

    # Mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if turned.y():
            self.zoom_by(ZOOM_STEP ** (turned.y() / WHEEL_NOTCH), event.position().toPoint())
        elif turned.x():
            self.scroll_by(turned.x(), 0)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._gesture is not None:
            return
        self._button = event.button()
        self.in_place.close_editor()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        point, left = self._point_of(event), self._button == Qt.MouseButton.LeftButton
        if self._button == Qt.MouseButton.MiddleButton or (left and self._space_held):
            self._space_used = True
            self._gesture = Pan(self, point)
        elif left:
            more = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            self._press(point, bool(event.modifiers() & more))

    def _press(self, point: QPointF, add: bool) -> None:
        """Select, or ``add`` to what is selected, and begin what a drag from here does."""
        hit, looking = self.hit(point), self.desk.looking
        if self.commands.connecting and not add:
            if hit.neuron and self.commands.connect_to([hit.neuron]):
                return
            if hit.part:
                self.commands.stop_connecting()
        if hit.part == "switch":
            self.commands.flip_input(hit.neuron)
        elif hit.neuron and add:
            looking.select(looking.selected_neurons ^ {hit.neuron}, looking.selected_connections)
        elif hit.neuron:
            if hit.neuron not in looking.selected_neurons:
                looking.select([hit.neuron])
            if hit.part == "rim":
                self._gesture = Connect(self, self.commands, hit.neuron, looking.selected_neurons)
            else:
                self._gesture = MoveNeurons(self, point, hit.neuron)
        elif hit.connection is not None:
            chosen = looking.selected_connections ^ {hit.connection} if add else {hit.connection}
            looking.select(looking.selected_neurons if add else (), chosen)
        else:
            if not add:
                looking.select()
            self._gesture = RubberBand(self, self.commands, point, add)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            self._move_gesture(self._point_of(event), event)
        else:
            self._hover(self._point_of(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == self._button:
            self._release_gesture(self._point_of(event), event)
        self._hover(self._point_of(event))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._cancel_gesture()
        point = self._point_of(event)
        hit = self.hit(point)
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
        looking, point = self.desk.looking, self.mapToScene(event.pos())
        hit = self.hit(point)
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            hit, point = self._selected_place()
        if hit.neuron and hit.neuron not in looking.selected_neurons:
            looking.select([hit.neuron])
        elif hit.connection is not None and hit.connection not in looking.selected_connections:
            looking.select((), [hit.connection])
        menu = CanvasMenu(self, self.commands, self.clipboard, self.window_actions, hit, point)
        menu.popup(self.viewport().mapToGlobal(self.mapFromScene(point)))
        event.accept()

    def _selected_place(self) -> tuple[Hit, QPointF]:
        """What the menu key is pressed on: what is selected, else the middle of the canvas."""
        scene, looking = self.network_scene, self.desk.looking
        if looking.selected_neurons:
            id = min(looking.selected_neurons)
            return Hit("body", id), scene.neurons[id].pos()
        if looking.selected_connections:
            ends = min(looking.selected_connections)
            return Hit("edge", connection=ends), scene.edges.edges[ends].line.center()
        return Hit(), self.mapToScene(self.viewport().rect().center())

    def _point_of(self, event: QMouseEvent) -> QPointF:
        """Where the mouse is, in the scene."""
        return self.mapToScene(event.position().toPoint())

    # A neuron from the palette, whose button gets the events of the mouse

    def carry(self, role: Role, activation: str) -> None:
        """Begin to carry a new neuron over the canvas; nothing if a gesture is under way."""
        if self._gesture is None:
            self.in_place.close_editor()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._button = Qt.MouseButton.NoButton
            self._gesture = PlaceNeuron(self, self.commands, role, activation)

    def carry_to(self, event: QMouseEvent) -> None:
        """The mouse carries it elsewhere."""
        if isinstance(self._gesture, PlaceNeuron):
            self._move_gesture(self.mapToScene(self._from_screen(event)), event)

    def drop(self, event: QMouseEvent) -> None:
        """Put down what is carried; outside the canvas it is thrown away."""
        if isinstance(self._gesture, PlaceNeuron):
            here = self._from_screen(event)
            if self.viewport().rect().contains(here):
                self._release_gesture(self.mapToScene(here), event)
            else:
                self._cancel_gesture()

    def _from_screen(self, event: QMouseEvent) -> QPoint:
        return self.viewport().mapFromGlobal(event.globalPosition().toPoint())

    # What the mouse points at

    def _hover(self, point: QPointF) -> None:
        hit, neurons = self.hit(point), self.network_scene.neurons
        if hit == self._hit:
            return
        if self._hit.neuron in neurons:
            neurons[self._hit.neuron].mark(hover="")
        if hit.neuron:
            neurons[hit.neuron].mark(hover=hit.part if hit.part in ("rim", "body") else "")
        self.desk.study.light([hit.neuron] if hit.neuron else (), [hit.connection] if hit.connection else ())
        self.viewport().setCursor(CURSORS.get(hit.part, Qt.CursorShape.ArrowCursor))
        self._hit = hit

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            # Without a text it hides the one that is shown.
            QToolTip.showText(event.globalPos(), self._tip(), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(NOWHERE)
        return super().viewportEvent(event)

    def _tip(self) -> str:
        """What the tooltip of the part under the mouse says."""
        hit = self._hit
        item = self.network_scene.neurons.get(hit.neuron)
        if item is not None and item.face.problem:
            return item.face.problem
        if hit.connection is not None:
            weight = self.desk.session.structure.by_ends[hit.connection].weight
            return self.tr("{source} → {target}, weight {weight} – double-click to edit.").format(
                source=hit.connection[0], target=hit.connection[1], weight=weight
            )
        if item is None:
            return ""
        tips = {
            "rim": self.tr("Drag to connect {name} to another neuron, or to empty canvas for a new one."),
            "switch": self.tr("Click to flip {name} between 0 and 1."),
            "name": self.tr("{name} – double-click to rename."),
            "bias": self.tr("The bias of {name}: the weight of a neuron that is always 1 – double-click to edit."),
        }
        text = tips.get(hit.part, self.tr("{name} – drag to move, double-click to edit its number."))
        gate = self.desk.looking.gates.get(hit.neuron)
        if hit.part == "name" and gate is not None:
            computes = self.tr("{name} is {gate} of the network's inputs: its table over their 0s and 1s.")
            text = f"{computes}\n{text}"
        if item.face.note and hit.part in ("body", "below", "badge"):
            return item.face.note
        return text.format(name=hit.neuron, gate=gate.text if gate else "")

    # Keys

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and (
                self._keys.would_end_run(event)):
            event.accept()  # so that it comes here, and not to an action
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._space_held, self._space_used = True, False
        elif not self._keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            if self._space_held and not self._space_used:
                self.commands.flip_selected()
            self._space_held = False
        else:
            super().keyReleaseEvent(event)

    def _escape(self) -> None:
        """End what was begun, else select nothing."""
        if self._cancel_gesture():
            return
        if self.commands.connecting:
            self.commands.stop_connecting()
        else:
            self.desk.looking.select()
            self.escaped.emit()
