"""What is chosen in the Output panel: which output, or the winner of all, over which inputs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnsim.core.analysis.maps import Plane
from nnsim.core.network import Structure
from nnsim.gui.look.theme import GRID
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.cards import HeaderChoice
from nnsim.gui.widgets.labels import ElidedLabel

WINNER = ""
"""In place of an output's name: the largest of all."""


class OutputChoices(QWidget):
    """“y over x0, x1” for a title bar, where there are several outputs with a choice in place of that.

    ``axes`` is a row to be put elsewhere, which chooses the inputs where there are more than two.
    ``neuron_chosen(id)``, with WINNER for the largest, and ``axes_chosen(x, y)`` say what the learner chose.
    """

    neuron_chosen = Signal(object)
    axes_chosen = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._plane: Plane | None = None
        self.over = ElidedLabel(most=200, name="output_over", tone="muted")
        self.neuron = HeaderChoice("output_neuron", self.tr("Which output is shown, or which of all wins where"))
        self.axes = QWidget()
        self.axes.setObjectName("output_axes")
        self._word = ElidedLabel(self.tr("over"), tone="muted")
        self.x_axis = HeaderChoice("output_x", self.tr("The input along the horizontal axis"))
        self.y_axis = HeaderChoice("output_y", self.tr("The input along the vertical axis"))
        for place, widgets in ((self, (self.over, self.neuron)), (self.axes, (self._word, self.x_axis, self.y_axis))):
            row = row_in(place, GRID // 2)
            for widget in widgets:
                row.addWidget(widget)
        row.addStretch(1)
        self.neuron.chosen.connect(self.neuron_chosen)
        self.x_axis.chosen.connect(self._choose_x)
        self.y_axis.chosen.connect(self._choose_y)

    def show_chosen(self, structure: Structure, plane: Plane | None, output: str) -> None:
        """Show what can be chosen, and what is; nothing without a plane."""
        self._plane = plane
        many_inputs = plane is not None and len(structure.inputs) > 2
        many_outputs = plane is not None and len(structure.outputs) > 1
        winner = [(WINNER, self.tr("Winner"))] if plane is not None and plane.y is not None else []
        self.neuron.set_choices([*winner, *((id, id) for id in structure.outputs)])
        self.neuron.set_value(output)
        self.neuron.setVisible(many_outputs)
        self.over.setVisible(plane is not None and not many_outputs)
        self.axes.setVisible(many_inputs)
        for choice in (self.x_axis, self.y_axis):
            choice.set_choices([(id, id) for id in structure.inputs])
        if plane is not None:
            self.x_axis.set_value(plane.x)
            self.y_axis.set_value(plane.y)
            inputs = plane.x if plane.y is None else f"{plane.x}, {plane.y}"
            over = self.tr("{output} over {inputs}").format(output=output, inputs=inputs)
            self.over.setText(output if many_inputs else over)
            # The axes have their names anyway.
            self.over.short = output

    def axes_height(self, width: int) -> int:
        """How high the row of axes is; in so narrow a place that it would be cut, it does without its word."""
        choices = self.x_axis.sizeHint().width() + self.y_axis.sizeHint().width() + GRID // 2
        self._word.setVisible(choices + GRID // 2 + self._word.sizeHint().width() <= width)
        return self.x_axis.sizeHint().height()

    def _choose_x(self, id: str) -> None:
        plane = self._plane
        if plane is not None and plane.y is not None:
            self.axes_chosen.emit(id, plane.x if id == plane.y else plane.y)

    def _choose_y(self, id: str) -> None:
        plane = self._plane
        if plane is not None and plane.y is not None:
            self.axes_chosen.emit(plane.y if id == plane.x else plane.x, id)
