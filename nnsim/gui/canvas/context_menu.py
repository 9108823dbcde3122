"""The context menus of the canvas: only what can be done with what was clicked."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.network import Role
from nnsim.documents import edits
from nnsim.gui.canvas.clipboard import Clipboard
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.scene import Hit
from nnsim.gui.canvas.view import CanvasView
from nnsim.gui.widgets.controls import literal

EDIT_NEURON = ("edit_value", "rename", "flip_input")
NEURON = ("", "connect", "add_layer", "", "cut", "copy", "duplicate", "", "delete")
CONNECTION = ("edit_value", "", "delete")
EMPTY = ("select_all", "arrange", "fit")


class CanvasMenu(QMenu):
    """Made for one click at ``point`` of the scene. Actions of the window that cannot be done here are left out."""

    def __init__(self, view: CanvasView, commands: CanvasCommands, clipboard: Clipboard,
                 actions: Mapping[str, QAction], hit: Hit, point: QPointF) -> None:
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("canvas_menu")
        self._desk, self._actions = view.desk, actions
        if hit.neuron:
            self._add(EDIT_NEURON)
            self._add_activations()
            self._add_layers(commands)
            self._add(NEURON)
            self._add_chain_rule(self._desk.session.structure.by_id[hit.neuron].bias)
            self.setAccessibleName(self.tr("Neuron {name}").format(name=hit.neuron))
        elif hit.connection is not None:
            self._add(CONNECTION)
            self._add_training(hit.connection)
            self._add_chain_rule(self._desk.session.structure.by_ends[hit.connection].weight)
            self.setAccessibleName(self.tr("Connection {ends}").format(ends=" → ".join(hit.connection)))
        else:
            self._add_new(commands, clipboard, point)
            self._add(EMPTY)
            self.setAccessibleName(self.tr("Canvas"))

    def _add(self, names: tuple[str, ...]) -> None:
        for name in names:
            action = self._actions.get(name)
            if not name:
                # Qt draws no separator at the ends, nor two in a row.
                self.addSeparator()
            elif action is not None and action.isEnabled():
                self.addAction(action)

    @staticmethod
    def _entry(menu: QMenu, text: str, name: str, do: Callable[..., object]) -> QAction:
        action = menu.addAction(literal(text))
        action.setObjectName(f"canvas_{name}")
        action.triggered.connect(do)
        return action

    def _add_new(self, commands: CanvasCommands, clipboard: Clipboard, point: QPointF) -> None:
        entries: tuple[tuple[Role, str], ...] = (
            ("input", self.tr("Add input here")),
            ("hidden", self.tr("Add neuron here")),
            ("output", self.tr("Add output here")),
        )
        for role, text in entries:
            self._entry(self, text, f"add_{role}", lambda checked, role=role: commands.add_neuron(role, point))
        self.addSeparator()
        if clipboard.holds_network():
            self._entry(self, self.tr("Paste here"), "paste", lambda checked: clipboard.paste(point))
            self.addSeparator()

    def _add_activations(self) -> None:
        """Which function the selected neurons have, as a choice."""
        structure = self._desk.session.structure
        ids = [id for id in self._desk.looking.selected_neurons if structure.by_id[id].role != "input"]
        if not ids:
            return
        menu = QMenu(self.tr("Activation"), self)
        menu.setObjectName("canvas_activation_menu")
        present = {structure.by_id[id].activation for id in ids}
        for entry in ACTIVATIONS.values():
            action = self._entry(
                menu,
                entry.label,
                f"activation_{entry.name}",
                lambda checked, entry=entry: self._desk.session.apply(
                    self.tr("Make {names} {activation}").format(names=", ".join(sorted(ids)), activation=entry.label),
                    lambda d: edits.set_neurons(d, ids, activation=entry.name),
                ),
            )
            action.setCheckable(True)
            action.setChecked(present == {entry.name})
        self.addMenu(menu)

    def _add_layers(self, commands: CanvasCommands) -> None:
        """What can be done with the layer of what is selected."""
        layer, layers = commands.layers.here(), self._desk.session.structure.layers
        if layer is None:
            return
        entries = [("layer_behind", self.tr("Add a layer behind this one"), commands.layers.insert_here)]
        if 0 < layer < len(layers) - 1:
            entries.append(("remove_layer", self.tr("Remove this layer"), lambda: commands.layers.remove(layer)))
        for name, text, do in entries if layer < len(layers) - 1 else ():
            self._entry(self, text, name, lambda checked, do=do: do())

    def _add_training(self, ends: tuple[str, str]) -> None:
        """Whether training may change the weight."""
        structure = self._desk.session.structure
        weight = structure.by_ends[ends].weight
        action = self._entry(
            self,
            self.tr("Training may change {name}").format(name=weight),
            "trainable",
            lambda checked: self._desk.session.apply(
                (self.tr("Train {name}") if checked else self.tr("Freeze {name}")).format(name=weight),
                lambda d: edits.set_trainable(d, [weight], checked),
            ),
        )
        action.setCheckable(True)
        action.setChecked(weight not in structure.frozen)

    def _add_chain_rule(self, parameter: str | None) -> None:
        """How the loss depends on what was clicked."""
        if parameter is not None:
            self.addSeparator()
            self._entry(self, self.tr("Chain rule of {name}").format(name=parameter), "chain_rule",
                        lambda checked: self._desk.panel_wanted.emit("backward"))
