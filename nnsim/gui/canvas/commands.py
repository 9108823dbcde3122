"""The editing commands of the canvas: what its gestures, keys and menus do, one Session call each."""

import math
from collections.abc import Collection

from PySide6.QtCore import QObject, QPointF

from nnsim.core.network import Role
from nnsim.documents import edits
from nnsim.documents.layout import arrange
from nnsim.documents.naming import free_neuron_name
from nnsim.gui.canvas.layer_commands import LayerCommands
from nnsim.gui.canvas.new_layer_form import NewLayerForm
from nnsim.gui.canvas.view import CanvasView

COLUMN, ROW = 240, 110
"""How far a new neuron stands from those of other roles, and from the one above it."""
SECOND_INPUT = 220
"""How far a second input stands below the first: a network drawn by hand has its neuron between them."""
CROWDED = 90
"""Nearer than this two neurons are in each other's way."""
BESIDE = QPointF(60, -40)
"""From a neuron to the corner of the form that asks for a layer behind it."""


class CanvasCommands(QObject):
    """Commands on what is selected. Each is one undo step; a refusal says why."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._desk = view, view.desk
        self.layers = LayerCommands(view)
        self.connecting: frozenset[str] = frozenset()
        """The neurons whose connections wait for their target."""

    def add_neuron(self, role: Role, at: QPointF | None = None, activation: str = "") -> None:
        """Add a neuron at a point, or at the next free place for its role; without an activation the usual one."""
        activation = activation or self._first_activation(role)
        place = self._view.network_scene.position(at if at is not None else self._free_place(role))
        name = free_neuron_name(self._desk.session.structure, role)
        text = self.tr("Add {name}").format(name=name)
        if self._desk.session.apply(text, lambda d: edits.add_neuron(d, role, place, activation=activation)):
            self._desk.looking.select([name])
            if at is None:
                self._view.ensure_shown(name)

    def _first_activation(self, role: Role) -> str:
        """A step, as in every gate; an output of neurons that can learn is one for any number, which can learn too."""
        others = {n.activation for n in self._desk.session.structure.neurons if n.role != "input"}
        return "linear" if role == "output" and others - {"heaviside"} else "heaviside"

    def open_layer_form(self) -> None:
        """L: ask what the layer behind the selected neurons is to be, beside them."""
        chosen = self._desk.looking.selected_neurons
        if not chosen:
            self._view.show_hint(self.tr("Select the neurons that are to feed the new layer first."))
            return
        view = self._view
        items = [view.network_scene.neurons[id] for id in chosen]
        right = max(items, key=lambda item: item.pos().x())
        at = view.mapFromScene(right.pos() + BESIDE)
        at.setX(min(max(at.x(), 8), view.viewport().width() - 40))
        at.setY(min(max(at.y(), 8), view.viewport().height() - 40))
        form = NewLayerForm(self._desk, view)
        form.added.connect(lambda: view.ensure_shown(*self._desk.looking.selected_neurons))
        form.destroyed.connect(view.setFocus)
        form.open_at(view.viewport().mapToGlobal(at))

    def flip_selected(self) -> None:
        """Space: switch the selected inputs."""
        for id in sorted(self._desk.looking.selected_neurons):
            if self._desk.session.structure.by_id[id].role == "input":
                self.flip_input(id)

    def connect_neurons(self, sources: Collection[str], targets: Collection[str]) -> None:
        """Connect each source with each target and select the connections; a refusal says why."""
        if len(sources) == len(targets) == 1:
            (source,), (target,) = sources, targets
            text = self.tr("Connect {source} → {target}").format(source=source, target=target)
            done = self._desk.session.apply(text, lambda d: edits.connect(d, source, target))
        else:
            text = self.tr("Connect {n} with {m}").format(n=f"{len(sources):,}", m=f"{len(targets):,}")
            done = self._desk.session.apply(text, lambda d: edits.connect_all(d, sources, targets),
                                            more=len(sources) * len(targets))
        if done:
            made = {(s, t) for s in sources for t in targets} & set(self._desk.session.structure.by_ends)
            self._desk.looking.select((), made)

    def begin_connect(self) -> None:
        """C: the selected neurons wait for a target to be clicked or, selected by keys, for Enter."""
        self.connecting = self._desk.looking.selected_neurons
        if not self.connecting:
            text = self.tr("Select a neuron or several first, then press C and select the target.")
        elif len(self.connecting) == 1:
            text = self.tr(
                "Connect {name} to …: click the target or drag around several, or go there with Alt+arrows "
                "and press Enter. Esc cancels."
            )
        else:
            text = self.tr(
                "Connect these {n} to …: click the target or drag around several, or go there with Alt+arrows "
                "and press Enter. Esc cancels."
            )
        self._view.show_hint(text.format(name=min(self.connecting, default=""), n=f"{len(self.connecting):,}"))

    def connect_to(self, targets: Collection[str]) -> bool:
        """Connect what waits for its target. False if nothing waits, or all of these are waiting themselves."""
        sources, ends = self.connecting, frozenset(targets)
        if ends <= sources and len(ends) == 1:
            # One of several that wait is clicked: the others are connected to it.
            sources -= ends
        ends -= sources
        if not sources or not ends:
            return False
        self.stop_connecting()
        self.connect_neurons(sources, ends)
        return True

    def stop_connecting(self) -> None:
        """Forget the connection that waits for its target."""
        self.connecting = frozenset()
        self._view.show_hint("")

    def delete_selected(self) -> None:
        """Remove what is selected, and the connections of removed neurons."""
        looking = self._desk.looking
        neurons, connections = looking.selected_neurons, looking.selected_connections
        if not neurons and not connections:
            return
        if len(neurons) == 1:
            text = self.tr("Delete {name}").format(name=next(iter(neurons)))
        elif not neurons and len(connections) == 1:
            text = self.tr("Delete connection")
        else:
            text = self.tr("Delete {n} items").format(n=f"{len(neurons) + len(connections):,}")
        self._desk.session.apply(text, lambda d: edits.remove(d, neurons, connections))

    def select_all(self) -> None:
        """Select every neuron and connection."""
        self._desk.looking.select(self._desk.session.structure.by_id, self._desk.session.structure.by_ends)

    def arrange(self) -> None:
        """Put the neurons in columns by their depth, and show them all."""
        if self._desk.session.structure.neurons and self._view.edit_whole(
            self.tr("Arrange"), lambda d: edits.move(d, dict(arrange(d.network.structure)))
        ):
            self._view.fit()

    def flip_input(self, id: str) -> None:
        """Switch an input between 0 and 1."""
        self._desk.looking.set_inputs({id: 0.0 if self._desk.looking.inputs.get(id, 0.0) == 1.0 else 1.0})

    def _free_place(self, role: Role) -> QPointF:
        """Where the next neuron of a role goes: under the others of its role, in their column."""
        places = self._view.network_scene.positions()
        by_role = {id: n.role for id, n in self._desk.session.structure.by_id.items()}
        same = [p for id, p in places.items() if by_role.get(id) == role]
        if same:
            lowest = max(same, key=lambda p: p.y())
            return lowest + QPointF(0, SECOND_INPUT if role == "input" and len(same) == 1 else ROW)
        if not places:
            return QPointF(0, 0)
        xs, ys = [p.x() for p in places.values()], [p.y() for p in places.values()]
        middle = (min(ys) + max(ys)) / 2
        column = COLUMN * self._view.network_scene.stretch
        if role == "input":
            return QPointF(min(xs) - column, middle)
        outputs = [p.x() for id, p in places.items() if by_role.get(id) == "output"]
        if role == "hidden" and outputs:
            left = max((x for x in xs if x < min(outputs)), default=min(outputs) - column)
            place = QPointF((left + min(outputs)) / 2, middle)
        else:
            place = QPointF(max(xs) + column, middle)
        while any(math.hypot(*(p - place).toTuple()) < CROWDED for p in places.values()):
            place += QPointF(0, ROW)
        return place
