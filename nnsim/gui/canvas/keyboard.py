"""The keys of the canvas: what each letter does, and how the arrows walk the graph."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from nnsim.core.network import Ends
from nnsim.documents import edits
from nnsim.documents.layout import filled
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.in_place import InPlace
from nnsim.gui.canvas.view import CanvasView

NUDGE = 10.0
SCROLL = 40
ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
STRUCTURE_KEYS = frozenset({
    Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_C, Qt.Key.Key_F2, Qt.Key.Key_L, Qt.Key.Key_I, Qt.Key.Key_N,
    Qt.Key.Key_O, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Insert})
"""A single key that would change the structure; it must not end a run that somebody watches."""
STRUCTURE_CHORDS = (QKeySequence.StandardKey.Cut, QKeySequence.StandardKey.Paste)
ALONG = 0.5
"""A neuron that is connected with the one here counts as that much nearer: arrows follow connections."""


class CanvasKeys(QObject):
    """Turns keys into commands. Arrows move what is selected; with Alt they walk; E goes onto the connections."""

    def __init__(self, view: CanvasView, commands: CanvasCommands, in_place: InPlace) -> None:
        super().__init__(view)
        self._view, self._desk = view, view.desk
        self._commands, self._in_place = commands, in_place
        self._around = ""
        """The neuron whose connections are walked through."""
        self._letters: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Delete: commands.delete_selected,
            Qt.Key.Key_Backspace: commands.delete_selected,
            Qt.Key.Key_C: commands.begin_connect,
            Qt.Key.Key_F: view.fit,
            Qt.Key.Key_Return: self._enter,
            Qt.Key.Key_Enter: self._enter,
            Qt.Key.Key_F2: in_place.rename_selected,
            Qt.Key.Key_A: commands.arrange,
            Qt.Key.Key_L: commands.open_layer_form,
            Qt.Key.Key_Plus: lambda: commands.layers.resize_here(1),
            Qt.Key.Key_Minus: lambda: commands.layers.resize_here(-1),
            Qt.Key.Key_Insert: commands.layers.insert_here,
            Qt.Key.Key_I: lambda: commands.add_neuron("input"),
            Qt.Key.Key_N: lambda: commands.add_neuron("hidden"),
            Qt.Key.Key_O: lambda: commands.add_neuron("output"),
        }

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key asks for. Whether it was one of ours."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        plain = not modifiers & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if key in ARROWS and modifiers & Qt.KeyboardModifier.AltModifier:
            self._walk(ARROWS[key], shift)
        elif key in ARROWS and plain:
            self._nudge(ARROWS[key], shift)
        elif key == Qt.Key.Key_E and plain:
            self._next_connection(-1 if shift else 1)
        elif self.would_end_run(event):
            self._desk.session.say(self.tr("Pause first: while training, the network keeps its neurons."))
        elif plain and key in self._letters:
            self._letters[key]()
        else:
            return False
        return True

    def would_end_run(self, event: QKeyEvent) -> bool:
        """Whether a key would change the structure of a network that is training: the canvas then keeps it from all
        who listen.
        """
        if not self._desk.session.training:
            return False
        shift = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        plain = not event.modifiers() & ~shift
        duplicates = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return (plain and event.key() in STRUCTURE_KEYS) or duplicates or any(map(event.matches, STRUCTURE_CHORDS))

    def _enter(self) -> None:
        """Enter: connect if a connection waits for its target, else edit the number of what is selected."""
        if not self._commands.connect_to(self._desk.looking.selected_neurons):
            self._in_place.edit_selected()

    def _nudge(self, direction: QPointF, fine: bool) -> None:
        chosen = self._desk.looking.selected_neurons
        if not chosen:
            self._view.scroll_by(-SCROLL * direction.x(), -SCROLL * direction.y())
            return
        step = direction * (1.0 if fine else NUDGE)
        places = filled(self._desk.session.structure, self._desk.session.document.layout)
        moved = {id: (places[id][0] + step.x(), places[id][1] + step.y()) for id in chosen}
        self._desk.session.apply(self.tr("Move"), lambda d: edits.move(d, moved), ("nudge", chosen))

    # Walking

    def _walk(self, direction: QPointF, more: bool) -> None:
        """Select the next neuron in a direction, rather a connected one; with ``more`` besides what is selected."""
        desk = self._desk
        places = self._view.network_scene.positions()
        if not places:
            return
        ends = self._connection_here()
        if ends is not None:
            self._walk_from(ends, direction)
            return
        selected = desk.looking.selected_neurons
        here = self._around if self._around in selected else min(selected, default="")
        if not here:
            self._go_to(next(iter(places)), False)
            return
        structure = desk.session.structure
        near = {id for c in (*structure.outgoing[here], *structure.incoming[here]) for id in c.ends}

        def cost(id: str) -> float:
            delta = places[id] - places[here]
            ahead = QPointF.dotProduct(delta, direction)
            aside = abs(QPointF.dotProduct(delta, direction.transposed()))
            return (ahead + 2 * aside) * (ALONG if id in near else 1.0)

        ahead = [id for id, place in places.items() if QPointF.dotProduct(place - places[here], direction) > 1]
        if ahead:
            self._go_to(min(ahead, key=cost), more)

    def _walk_from(self, ends: Ends, direction: QPointF) -> None:
        """From a connection: left and right to the neurons at its ends, up and down to the connections beside it."""
        if direction.y():
            self._next_connection(1 if direction.y() > 0 else -1)
            return
        places = self._view.network_scene.positions()
        left, right = sorted(ends, key=lambda id: places[id].x())
        self._go_to(left if direction.x() < 0 else right, False)

    def _go_to(self, id: str, more: bool) -> None:
        self._around = id
        self._desk.looking.select(self._desk.looking.selected_neurons | {id} if more else [id])
        self._view.ensure_shown(id)

    def _connection_here(self) -> Ends | None:
        desk = self._desk
        if desk.looking.selected_neurons or len(desk.looking.selected_connections) != 1:
            return None
        return next(iter(desk.looking.selected_connections))

    def _next_connection(self, step: int) -> None:
        """Select the next connection of the neuron that is selected, or whose connection is."""
        ends = self._connection_here()
        chosen = self._desk.looking.selected_neurons
        if ends is None and len(chosen) != 1:
            self._view.show_hint(self.tr("Select one neuron first, then E goes through its connections."))
            return
        if ends is None:
            self._around = next(iter(chosen))
        elif self._around not in ends:
            self._around = ends[0]
        around = self._connections_of(self._around)
        if not around:
            self._view.show_hint(self.tr("{name} has no connections yet.").format(name=self._around))
            return
        at = around.index(ends) + step if ends is not None else 0 if step > 0 else -1
        self._desk.looking.select((), [around[at % len(around)]])

    def _connections_of(self, id: str) -> list[Ends]:
        """Those that enter a neuron and those that leave it, each from top to bottom."""
        structure, places = self._desk.session.structure, self._view.network_scene.positions()
        entering = sorted(structure.incoming[id], key=lambda c: places[c.source].y())
        leaving = sorted(structure.outgoing[id], key=lambda c: places[c.target].y())
        return [c.ends for c in (*entering, *leaving)]
