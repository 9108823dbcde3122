"""The editing commands of the canvas: what its gestures, keys and menus do, one Session call each."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from nnsim.core.network import Role
from nnsim.documents import edits
from nnsim.documents.layout import arrange

if TYPE_CHECKING:
    from nnsim.gui.canvas.view import CanvasView


class CanvasCommands(QObject):
    """Commands on what is selected. Each is one undo step; a refusal says why."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self.session = view, view.session
        self.connecting = ""
        """The neuron whose connection waits for its target."""

    def add_neuron(self, role: Role, at: QPointF | None = None) -> None:
        """Add a neuron at a point, or at the next free place for its role."""
        place = at if at is not None else self._free_place(role)
        name = edits.free_neuron_name(self.session.structure, role)
        xy = (float(round(place.x())), float(round(place.y())))
        if self.session.apply(self.tr("Add {name}").format(name=name), lambda d: edits.add_neuron(d, role, xy)):
            self.session.select([name])
            if at is None:
                self._view.ensure_shown(name)

    def connect_neurons(self, source: str, target: str) -> None:
        """Connect two neurons and select the connection; a refusal says why."""
        text = self.tr("Connect {source} → {target}").format(source=source, target=target)
        if self.session.apply(text, lambda d: edits.connect(d, source, target)):
            self.session.select((), [(source, target)])

    def begin_connect(self) -> None:
        """C: the selected neuron waits for a target to be clicked or, selected by keys, for Enter."""
        chosen = sorted(self.session.selected_neurons)
        if len(chosen) != 1:
            self._view.show_hint(self.tr("Select one neuron first, then press C and select its target."))
            return
        self.connecting = chosen[0]
        self._view.show_hint(
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
            self._view.fit()

    def flip_input(self, id: str) -> None:
        """Switch an input between 0 and 1."""
        self.session.set_inputs({id: 0.0 if self.session.inputs.get(id, 0.0) == 1.0 else 1.0})

    def _free_place(self, role: Role) -> QPointF:
        """Where the next neuron of a role goes: under the others of its role, in their column."""
        places = self._view.network_scene.positions()
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

    def connect_to(self, targets: Collection[str]) -> bool:
        """Connect what waits for a target to one. False if nothing waits, or there is no other neuron."""
        source = self.connecting
        if not source or len(targets) != 1 or source in targets:
            return False
        self.stop_connecting()
        self.connect_neurons(source, next(iter(targets)))
        return True

    def stop_connecting(self) -> None:
        """Forget the connection that waits for its target."""
        self.connecting = ""
        self._view.show_hint("")
