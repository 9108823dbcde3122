"""Editing in place: the editors of the canvas that open where a number or a name stands."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, QRectF
from shiboken6 import isValid

from nnsim.core.network import Ends
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.canvas.neuron_choice import NeuronChoice
from nnsim.gui.canvas.view import CanvasView
from nnsim.gui.session.parameters import rename_neuron
from nnsim.gui.widgets.inline_edit import InlineEdit, NumberEdit, put_away


class InPlace(QObject):
    """Opens and closes the one editor that the canvas may have."""

    def __init__(self, view: CanvasView, commands: CanvasCommands) -> None:
        super().__init__(view)
        self._view, self._desk, self._commands = view, view.desk, commands
        self._editor: InlineEdit | NeuronChoice | None = None

    def choose_neuron(self, at: QPointF) -> None:
        """Ask what to add at a point."""
        self.close_editor()
        view = self._view
        self._editor = NeuronChoice(
            view.viewport(), view.mapFromScene(at), lambda role: self._commands.add_neuron(role, at)
        )

    def edit_selected(self) -> None:
        """Edit the number of what is selected."""
        looking = self._desk.looking
        neurons, connections = sorted(looking.selected_neurons), sorted(looking.selected_connections)
        if len(neurons) == 1:
            self.edit_neuron(neurons[0])
        elif len(connections) == 1 and not neurons:
            self.edit_weight(connections[0])

    def rename_selected(self) -> None:
        """F2: rename the selected neuron."""
        if len(self._desk.looking.selected_neurons) == 1:
            self.edit_name(next(iter(self._desk.looking.selected_neurons)))

    def edit_neuron(self, id: str) -> None:
        """Edit an input's value, or a neuron's threshold or bias, in place."""
        neuron = self._desk.session.structure.by_id[id]
        item = self._view.network_scene.neurons[id]
        place = self._place(QRectF(-26, -12, 52, 24).translated(item.pos()))
        self._desk.looking.select([id])
        if neuron.role == "input":
            self._edit_number(
                place,
                self._desk.looking.inputs.get(id, 0.0),
                "edit_input",
                self.tr("Value of {name}").format(name=id),
                lambda value, token: self._desk.looking.set_inputs({id: value}),
            )
            return
        if neuron.bias is None:
            self._view.show_hint(self.tr("{name} has no bias; give it one in the panel at the left.").format(name=id))
            return
        scene = self._view.network_scene
        drawn = scene.texts.biases_drawn
        if drawn:
            beside = scene.neurons[scene.shared.drawn_by(neuron)]
            place = self._place(beside.bias_rect.translated(beside.pos()))
        bias, sign = neuron.bias, -1.0 if neuron.notation == "threshold" and not drawn else 1.0
        label = self.tr("Threshold θ of {name}") if sign < 0 else self.tr("Bias b of {name}")
        text = (self.tr("Set θ of {name}") if sign < 0 else self.tr("Set b of {name}")).format(name=id)
        self._edit_number(
            place,
            sign * self._desk.session.network.value(bias) + 0.0,
            "edit_bias",
            label.format(name=id),
            lambda value, token: self._desk.session.set_values({bias: sign * value}, text, token),
        )

    def edit_weight(self, ends: Ends) -> None:
        """Edit a connection's weight in place."""
        weight = self._desk.session.structure.by_ends[ends].weight
        self._desk.looking.select((), [ends])
        edge = self._view.network_scene.edges.edges[ends]
        rect = edge.label
        if rect.isNull():
            middle = edge.line.center()
            rect = QRectF(middle.x() - 20, middle.y() - 10, 40, 20)
        self._edit_number(
            self._place(rect),
            self._desk.session.network.value(weight),
            "edit_weight",
            self.tr("Weight {name}").format(name=weight),
            lambda value, token: self._desk.session.set_values(
                {weight: value}, self.tr("Set {name}").format(name=weight), token
            ),
        )

    def edit_name(self, id: str) -> None:
        """Rename a neuron in place."""
        item = self._view.network_scene.neurons[id]
        self.close_editor()
        self._editor = InlineEdit(
            self._view.viewport(),
            self._place(item.name_rect.translated(item.pos())),
            id,
            "edit_name",
            self.tr("Name of {name}").format(name=id),
            lambda text: rename_neuron(self._desk, id, text.strip()),
        )

    def _edit_number(
        self, place: QRect, value: float, name: str, accessible: str, set_value: Callable[[float, object], bool]
    ) -> None:
        self.close_editor()
        self._editor = NumberEdit(
            self._view.viewport(),
            place,
            value,
            name,
            accessible,
            set_value,
            self._desk.session.refuse,
        )

    def close_editor(self, take: bool = True) -> None:
        """Close the editor or choice; ``take`` hands over what is being edited first."""
        editor, self._editor = self._editor, None
        if editor is None or not isValid(editor):
            return
        if isinstance(editor, InlineEdit):
            editor.finish(take)
        else:
            put_away(editor)

    def _place(self, rect: QRectF) -> QRect:
        return self._view.mapFromScene(rect).boundingRect()
