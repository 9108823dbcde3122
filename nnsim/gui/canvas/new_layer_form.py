"""The small form that adds a layer behind the selected neurons."""

from collections import Counter

from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.documents.layers import add_layer
from nnsim.gui.canvas.popup_form import PopupForm
from nnsim.gui.look.theme import set_role
from nnsim.gui.session.desk import Desk

MOST = 64


class NewLayerForm(PopupForm):
    """How many neurons, of which activation, in which role; they are connected from all that is selected."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "layer_form", "new_layer")
        self._desk = desk
        self.entitle(self.tr("Add a layer behind the selection"), self.tr("Add layer"))
        self._size = QSpinBox()
        self._size.setRange(1, MOST)
        self._size.setValue(2)
        self.add_row(self._size, "size", self.tr("Neurons"), self.tr("From 1 to {n}").format(n=MOST))
        # What the network's neurons have most often; a step where there are none.
        used = Counter(n.activation for n in desk.session.structure.neurons if n.role != "input")
        usual = used.most_common(1)[0][0] if used else "heaviside"
        self._activation = self.add_activations(
            "activation", usual, self.tr("Activation"), self.tr("Of every neuron in the layer")
        )
        self._role = QComboBox()
        self._role.addItem(self.tr("Hidden"), "hidden")
        self._role.addItem(self.tr("Output"), "output")
        self.add_row(self._role, "role", self.tr("Role"), self.tr("Outputs are the network's answer"))
        self._seed = self.add_seed()
        set_role(self.says, tone="muted")
        self.begin_with(self._size, self._add)
        self._size.valueChanged.connect(self._say)
        self._activation.currentIndexChanged.connect(self._say)
        self._say()

    def _add(self) -> None:
        """Add the layer and close; if it is refused the message bar says why, and the form stays."""
        session, looking = self._desk.session, self._desk.looking
        sources, before = looking.selected_neurons, set(session.structure.by_id)
        size, seed = self._size.value(), self._seed.value()
        activation, role = self._activation.currentData(), self._role.currentData()
        text = self.tr("Add a layer of {n}").format(n=size)
        if session.apply(text, lambda d: add_layer(d, sources, size, activation, role, seed)[0],
                         more=size * len(sources)):
            looking.select(session.structure.by_id.keys() - before)
            self.added.emit()
            self.close()

    def _say(self) -> None:
        steps = self._activation.currentData() == "heaviside"
        self._seed.setEnabled(not steps)
        weights = self._size.value() * len(self._desk.looking.selected_neurons)
        text = (
            numbered(weights, self.tr("1 new weight of 1, each neuron with θ = 1"),
                     self.tr("{n} new weights of 1, each neuron with θ = 1"))
            if steps
            else numbered(weights, self.tr("1 new random weight, each neuron with b = 0"),
                          self.tr("{n} new random weights, each neuron with b = 0"))
        )
        self.says.setText(text)
        self.adjustSize()
