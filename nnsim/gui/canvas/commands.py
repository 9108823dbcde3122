"""The editing commands of the canvas: what its gestures, keys and menus do, one Session call each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from nnsim.core.network import Role
from nnsim.documents import edits
from nnsim.documents.document import Document
from nnsim.documents.layers import add_layer
from nnsim.documents.layout import arrange
from nnsim.documents.naming import free_neuron_name

if TYPE_CHECKING:
    from nnsim.gui.canvas.view import CanvasView


class CanvasCommands(QObject):
    """Commands on what is selected. Each is one undo step; a refusal says why."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self.desk = view, view.desk
        self.connecting: frozenset[str] = frozenset()
        """The neurons whose connections wait for their target."""

    def add_neuron(self, role: Role, at: QPointF | None = None, activation: str = "") -> None:
        """Add a neuron at a point, or at the next free place for its role; without an activation the usual one."""
        activation = activation or self._first_activation(role)
        place = at if at is not None else self._free_place(role)
        name = free_neuron_name(self.desk.session.structure, role)
        xy = (float(round(place.x())), float(round(place.y())))
        text = self.tr("Add {name}").format(name=name)
        if self.desk.session.apply(text, lambda d: edits.add_neuron(d, role, xy, activation=activation)):
            self.desk.looking.select([name])
            if at is None:
                self._view.ensure_shown(name)

    def add_layer(self, size: int, activation: str, role: Role, seed: int) -> bool:
        """Add a layer behind the selected neurons, connected from each of them. Whether it was possible."""
        sources = self.desk.looking.selected_neurons
        names: list[str] = []

        def change(document: Document) -> Document:
            changed, added = add_layer(document, sources, size, activation, role, seed)
            names[:] = added
            return changed

        if not self.desk.session.apply(self.tr("Add a layer of {n}").format(n=size), change):
            return False
        self.desk.looking.select(names)
        self._view.ensure_shown(*names)
        return True

    def _first_activation(self, role: Role) -> str:
        """A step, as in every gate; an output of neurons that can learn is one for any number, which can learn too."""
        others = {n.activation for n in self.desk.session.structure.neurons if n.role != "input"}
        return "linear" if role == "output" and others - {"heaviside"} else "heaviside"

    def usual_activation(self) -> str:
        """The activation that the network's neurons have most often; a step where there are none."""
        used = Counter(n.activation for n in self.desk.session.structure.neurons if n.role != "input")
        return used.most_common(1)[0][0] if used else "heaviside"

    def open_layer_form(self) -> None:
        """L: ask what the layer behind the selected neurons is to be, beside them."""
        chosen = self.desk.looking.selected_neurons
        if not chosen:
            self._view.show_hint(self.tr("Select the neurons that are to feed the new layer first."))
            return
        # Here, because the form asks these commands.
        from nnsim.gui.canvas.new_layer_form import LayerForm

        view = self._view
        items = [view.network_scene.neurons[id] for id in chosen]
        right = max(items, key=lambda item: item.pos().x())
        at = view.mapFromScene(right.pos() + QPointF(60, -40))
        at.setX(min(max(at.x(), 8), view.viewport().width() - 40))
        at.setY(min(max(at.y(), 8), view.viewport().height() - 40))
        form = LayerForm(self, view)
        form.destroyed.connect(view.setFocus)
        form.open_at(view.viewport().mapToGlobal(at))

    def flip_selected(self) -> None:
        """Space: switch the selected inputs."""
        for id in sorted(self.desk.looking.selected_neurons):
            if self.desk.session.structure.by_id[id].role == "input":
                self.flip_input(id)

    def connect_neurons(self, sources: Collection[str], targets: Collection[str]) -> None:
        """Connect each source with each target and select the connections; a refusal says why."""
        if len(sources) == len(targets) == 1:
            (source,), (target,) = sources, targets
            text = self.tr("Connect {source} → {target}").format(source=source, target=target)
            done = self.desk.session.apply(text, lambda d: edits.connect(d, source, target))
        else:
            text = self.tr("Connect {n} with {m}").format(n=len(sources), m=len(targets))
            done = self.desk.session.apply(text, lambda d: edits.connect_all(d, sources, targets))
        if done:
            made = {(s, t) for s in sources for t in targets} & set(self.desk.session.structure.by_ends)
            self.desk.looking.select((), made)

    def begin_connect(self) -> None:
        """C: the selected neurons wait for a target to be clicked or, selected by keys, for Enter."""
        self.connecting = self.desk.looking.selected_neurons
        if not self.connecting:
            self._view.show_hint(self.tr("Select a neuron or several first, then press C and select the target."))
        elif len(self.connecting) == 1:
            self._view.show_hint(
                self.tr(
                    "Connect {name} to …: click the target or drag around several, or go there with Alt+arrows "
                    "and press Enter. Esc cancels."
                ).format(name=min(self.connecting))
            )
        else:
            self._view.show_hint(
                self.tr(
                    "Connect these {n} to …: click the target or drag around several, or go there with Alt+arrows "
                    "and press Enter. Esc cancels."
                ).format(n=len(self.connecting))
            )

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
        neurons, connections = self.desk.looking.selected_neurons, self.desk.looking.selected_connections
        if neurons or connections:
            count = len(neurons) + len(connections)
            text = (
                self.tr("Delete {name}").format(name=next(iter(neurons)))
                if len(neurons) == 1
                else self.tr("Delete {n} items").format(n=count)
            )
            if not neurons and count == 1:
                text = self.tr("Delete connection")
            self.desk.session.apply(text, lambda d: edits.remove(d, neurons, connections))

    def select_all(self) -> None:
        """Select every neuron and connection."""
        self.desk.looking.select(self.desk.session.structure.by_id, self.desk.session.structure.by_ends)

    def arrange(self) -> None:
        """Put the neurons in columns by their depth, and show them all."""
        if self.desk.session.structure.neurons and self.desk.session.apply(
            self.tr("Arrange"), lambda d: edits.move(d, dict(arrange(d.network.structure)))
        ):
            self._view.fit()

    def flip_input(self, id: str) -> None:
        """Switch an input between 0 and 1."""
        self.desk.looking.set_inputs({id: 0.0 if self.desk.looking.inputs.get(id, 0.0) == 1.0 else 1.0})

    def _free_place(self, role: Role) -> QPointF:
        """Where the next neuron of a role goes: under the others of its role, in their column."""
        places = self._view.network_scene.positions()
        by_role = {id: n.role for id, n in self.desk.session.structure.by_id.items()}
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
