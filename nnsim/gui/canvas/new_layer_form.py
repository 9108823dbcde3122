"""The small form that adds a layer behind the selected neurons."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.gui.canvas.commands import CanvasCommands
from nnsim.gui.look.theme import set_role

MOST = 64


class LayerForm(QFrame):
    """How many neurons, of which activation, in which role; Enter adds them, connected from all that is selected."""

    def __init__(self, commands: CanvasCommands, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._commands = commands
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("layer_form")
        self.setAccessibleName(self.tr("Add a layer behind the selection"))
        self.setStyleSheet("QFrame#layer_form { background: palette(base); border: 1px solid palette(mid); }")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        title = QLabel(self.tr("Add a layer behind the selection"))
        set_role(title, tone="title")
        column.addWidget(title)
        form = QFormLayout()
        form.setSpacing(8)
        self.size_box = QSpinBox()
        self.size_box.setRange(1, MOST)
        self.size_box.setValue(2)
        self.activation = QComboBox()
        for entry in ACTIVATIONS.values():
            self.activation.addItem(entry.label, entry.name)
        self.activation.setCurrentIndex(self.activation.findData(commands.usual_activation()))
        self.role = QComboBox()
        self.role.addItem(self.tr("Hidden"), "hidden")
        self.role.addItem(self.tr("Output"), "output")
        self.seed = QSpinBox()
        self.seed.setMaximum(2**31 - 1)
        for editor, name, label, tip in (
            (self.size_box, "new_layer_size", self.tr("Neurons"), self.tr("From 1 to {n}").format(n=MOST)),
            (self.activation, "new_layer_activation", self.tr("Activation"), self.tr("Of every neuron in the layer")),
            (self.role, "new_layer_role", self.tr("Role"), self.tr("Outputs are the network's answer")),
            (self.seed, "new_layer_seed", self.tr("Seed"), self.tr("The same seed gives the same random weights")),
        ):
            editor.setObjectName(name)
            editor.setAccessibleName(label)
            editor.setToolTip(tip)
            form.addRow(label, editor)
        column.addLayout(form)
        self.says = QLabel()
        self.says.setObjectName("new_layer_summary")
        self.says.setWordWrap(True)
        set_role(self.says, tone="muted")
        column.addWidget(self.says)
        self.add_button = QPushButton(self.tr("Add layer"))
        self.add_button.setObjectName("new_layer_add")
        self.add_button.setAccessibleName(self.tr("Add layer"))
        set_role(self.add_button, kind="primary")
        column.addWidget(self.add_button)
        self.add_button.clicked.connect(self.add)
        self.size_box.lineEdit().returnPressed.connect(self.add)
        self.size_box.valueChanged.connect(self._say)
        self.activation.currentIndexChanged.connect(self._say)
        self._say()

    def open_at(self, at: QPoint) -> None:
        """Show the form with its upper left corner at a point of the screen."""
        self.adjustSize()
        self.move(at)
        self.show()
        self.size_box.setFocus()
        self.size_box.selectAll()

    def add(self) -> None:
        """Add the layer and close; if it is refused the message bar says why, and the form stays."""
        if self._commands.add_layer(
            self.size_box.value(), self.activation.currentData(), self.role.currentData(), self.seed.value()
        ):
            self.close()

    def _say(self) -> None:
        steps = self.activation.currentData() == "heaviside"
        self.seed.setEnabled(not steps)
        weights = self.size_box.value() * len(self._commands.desk.looking.selected_neurons)
        self.says.setText(
            (
                self.tr("{weights} new weights of 1, each neuron with θ = 1")
                if steps
                else self.tr("{weights} new random weights, each neuron with b = 0")
            ).format(weights=weights)
        )
        self.adjustSize()
