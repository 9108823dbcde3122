"""The choices in the title bar of the Output panel: which output, over which inputs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnsim.core.maps import Plane
from nnsim.core.network import Structure
from nnsim.gui.controls import ElidedLabel
from nnsim.gui.plot_panel import HeaderChoice
from nnsim.gui.theme import GRID, set_role


class OutputChoices(QWidget):
    """“y over x0, x1”, where there is something to choose with a choice in place of the name.

    ``neuron_chosen(id)`` and ``axes_chosen(x, y)`` say what the learner chose.
    """

    neuron_chosen = Signal(object)
    axes_chosen = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._plane: Plane | None = None
        self.over = ElidedLabel(most=200)
        self.over.setObjectName("output_over")
        set_role(self.over, tone="muted")
        self.neuron = HeaderChoice("output_neuron", self.tr("Which output is shown"))
        self.x_axis = HeaderChoice("output_x", self.tr("The input along the horizontal axis"))
        self.y_axis = HeaderChoice("output_y", self.tr("The input along the vertical axis"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        for widget in (self.neuron, self.over, self.x_axis, self.y_axis):
            row.addWidget(widget)
            widget.hide()
        self.neuron.chosen.connect(self.neuron_chosen)
        self.x_axis.chosen.connect(self._choose_x)
        self.y_axis.chosen.connect(self._choose_y)

    def show_chosen(self, structure: Structure, plane: Plane | None, output: str) -> None:
        """Show what can be chosen, and what is; nothing without a plane."""
        self._plane = plane
        many_inputs = plane is not None and len(structure.inputs) > 2
        many_outputs = plane is not None and len(structure.outputs) > 1
        self.neuron.set_choices([(id, id) for id in structure.outputs])
        self.neuron.set_value(output)
        self.neuron.setVisible(many_outputs)
        for choice in (self.x_axis, self.y_axis):
            choice.set_choices([(id, id) for id in structure.inputs])
            choice.setVisible(many_inputs)
        text = ""
        if plane is not None:
            self.x_axis.set_value(plane.x)
            self.y_axis.set_value(plane.y)
            inputs = "" if many_inputs else plane.x if plane.y is None else f"{plane.x}, {plane.y}"
            text = self.tr("over {inputs}").format(inputs=inputs).strip()
            if not many_outputs:
                text = f"{output} {text}"
        self.over.setText(text)
        # Three choices in a narrow bar need no word between them.
        self.over.setVisible(bool(text) and not (many_inputs and many_outputs))

    def _choose_x(self, id: str) -> None:
        plane = self._plane
        if plane is not None and plane.y is not None:
            self.axes_chosen.emit(id, plane.x if id == plane.y else plane.y)

    def _choose_y(self, id: str) -> None:
        plane = self._plane
        if plane is not None and plane.y is not None:
            self.axes_chosen.emit(plane.y if id == plane.x else plane.x, id)
