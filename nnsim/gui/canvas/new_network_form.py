"""The small form that makes a layered network, in place of what is there or beside it."""

import re
from itertools import pairwise

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from nnsim.core.formulas.numbers import numbered
from nnsim.core.network import MAX_CONNECTIONS, MAX_NEURONS, Network
from nnsim.documents.layers import add_layered, replace_layered
from nnsim.gui.canvas.popup_form import PopupForm
from nnsim.gui.look.theme import set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.reach_text import reach_text
from nnsim.training.ranges import out_of_reach, suiting


class NewNetworkForm(PopupForm):
    """Sizes such as “2, 4, 1”, activations and a seed; selects nothing."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "layers_form", "layer")
        self._desk = desk
        self.entitle(self.tr("Add a layered network"), self.tr("Add network"))
        layers = desk.session.structure.layers
        self._sizes = QLineEdit(", ".join(str(len(layer)) for layer in layers) or "2, 4, 1")
        tip = self.tr("From the inputs to the outputs: 2, 4, 1")
        self.add_row(self._sizes, "sizes", self.tr("Neurons in each layer"), tip)
        hidden, output = self.tr("Hidden activation"), self.tr("Output activation")
        self._hidden = self.add_activations("hidden", "tanh", hidden, hidden)
        data = desk.session.dataset
        # Of data that are there already, every target is in reach.
        loss = desk.session.document.training.loss
        suits = "sigmoid" if data is None else suiting(data.T, loss)
        self._output = self.add_activations("output", suits, output, output)
        self._output.currentIndexChanged.connect(self._check)
        self._seed = self.add_seed()
        self._where = QComboBox()
        if desk.session.structure.neurons:
            self._where.addItem(self.tr("Replace the network"), replace_layered)
            self._where.addItem(self.tr("Add beside it"), add_layered)
            self.add_row(self._where, "where", self.tr("What is there"), self.tr("Undo brings back what is replaced"))
        else:
            self._where.addItem("", add_layered)
        self.begin_with(self._sizes, self._add)
        self._sizes.textChanged.connect(self._check)
        self._check()

    def _add(self) -> None:
        """Add the network and close; a wrong entry says what is wrong instead."""
        sizes, wrong = self._read()
        if wrong:
            return
        text = self.tr("Add {sizes} network").format(sizes="-".join(map(str, sizes)))
        hidden, output, seed = self._hidden.currentData(), self._output.currentData(), self._seed.value()
        add = self._where.currentData()
        if self._desk.session.apply(text, lambda d: add(d, sizes, hidden, output, seed),
                                    more=sum(a * b for a, b in pairwise(sizes))):
            self.added.emit()
            self.close()

    def _check(self) -> None:
        sizes, wrong = self._read()
        self.add_button.setEnabled(not wrong)
        if wrong:
            self.says.setText(wrong)
            set_role(self.says, tone="bad")
            self.add_button.setToolTip(self.says.text())
        else:
            weights = sum(a * b for a, b in pairwise(sizes))
            text = self.tr("A {n}-layer network with {weights} and {biases}").format(
                n=f"{len(sizes) - 1:,}", weights=numbered(weights, self.tr("1 weight"), self.tr("{n} weights")),
                biases=numbered(sum(sizes[1:]), self.tr("1 bias"), self.tr("{n} biases")),
            )
            unreached = self._unreached(sizes[-1])
            self.says.setText("\n".join([text, *unreached]))
            set_role(self.says, tone="bad" if unreached else "muted")
            self.add_button.setToolTip("")
        self.adjustSize()

    def _unreached(self, outputs: int) -> list[str]:
        """What to say of the data's targets, if the chosen activation can never give them."""
        session = self._desk.session
        if session.dataset is None or session.dataset.T.shape[1] != outputs:
            return []
        structure = Network.layered([1, outputs], output=self._output.currentData()).structure
        return [reach_text(part) for part in out_of_reach(structure, session.dataset.T, session.document.training.loss)]

    def _read(self) -> tuple[list[int], str]:
        """The sizes, and what is wrong with them; empty if nothing is."""
        parts = [part for part in re.split(r"[\s,;·×x-]+", self._sizes.text().strip()) if part]
        unread = next((part for part in parts if not part.isdecimal()), None)
        if unread is not None:
            return [], self.tr("“{text}” is no whole number of neurons.").format(text=unread)
        sizes = [int(part) for part in parts]
        if 0 in sizes:
            return sizes, self.tr("Layer {n} of {all} is a layer of 0: each has one neuron or more.").format(
                n=f"{sizes.index(0) + 1:,}", all=f"{len(sizes):,}")
        if len(sizes) < 2:
            return sizes, self.tr("Write at least two numbers, such as 2, 4, 1: inputs, hidden layers, outputs.")
        neurons, weights = sum(sizes), sum(a * b for a, b in pairwise(sizes))
        if neurons > MAX_NEURONS:
            return sizes, self.tr("Too many neurons: {n}, and {most} at most.").format(
                n=f"{neurons:,}", most=f"{MAX_NEURONS:,}")
        if weights > MAX_CONNECTIONS:
            return sizes, self.tr("Too many connections: {n}, and {most} at most.").format(
                n=f"{weights:,}", most=f"{MAX_CONNECTIONS:,}")
        return sizes, ""
