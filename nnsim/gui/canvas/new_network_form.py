"""The small form that adds a layered network."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from nnsim.core.activations import ACTIVATIONS
from nnsim.core.network import MAX_CONNECTIONS, MAX_NEURONS
from nnsim.documents.layers import add_layered
from nnsim.gui.look.theme import set_role
from nnsim.gui.session.desk import Desk


class LayersForm(QFrame):
    """Sizes such as “2, 4, 1”, activations and a seed; Enter adds the network and selects nothing."""

    added = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._desk = desk
        self.setObjectName("layers_form")
        self.setAccessibleName(self.tr("Add a layered network"))
        self.setStyleSheet("QFrame#layers_form { background: palette(base); border: 1px solid palette(mid); }")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        title = QLabel(self.tr("Add a layered network"))
        set_role(title, tone="title")
        column.addWidget(title)
        form = QFormLayout()
        form.setSpacing(8)
        self.sizes = QLineEdit("2, 4, 1")
        self._add(
            form,
            self.sizes,
            "layer_sizes",
            self.tr("Neurons in each layer"),
            self.tr("From the inputs to the outputs: 2, 4, 1"),
        )
        self.hidden = self._activations("layer_hidden", "tanh", form, self.tr("Hidden activation"))
        self.output = self._activations("layer_output", "sigmoid", form, self.tr("Output activation"))
        self.seed = QSpinBox()
        self.seed.setMaximum(2**31 - 1)
        self._add(
            form, self.seed, "layer_seed", self.tr("Seed"), self.tr("The same seed gives the same random weights")
        )
        column.addLayout(form)
        self.says = QLabel()
        self.says.setObjectName("layer_summary")
        self.says.setWordWrap(True)
        column.addWidget(self.says)
        self.add_button = QPushButton(self.tr("Add network"))
        self.add_button.setObjectName("layer_add")
        self.add_button.setAccessibleName(self.tr("Add network"))
        set_role(self.add_button, kind="primary")
        column.addWidget(self.add_button)
        self.add_button.clicked.connect(self.add)
        self.sizes.returnPressed.connect(self.add)
        self.sizes.textChanged.connect(self._check)
        self._check()

    def open_at(self, at: QPoint) -> None:
        """Show the form with its upper left corner at a point of the screen."""
        self.adjustSize()
        self.move(at)
        self.show()
        self.sizes.setFocus()
        self.sizes.selectAll()

    def add(self) -> None:
        """Add the network and close; a wrong entry says what is wrong instead."""
        sizes = self._read()
        if sizes is None:
            return
        text = self.tr("Add {sizes} network").format(sizes="-".join(map(str, sizes)))
        change = partial(
            add_layered,
            sizes=sizes,
            hidden=self.hidden.currentData(),
            output=self.output.currentData(),
            seed=self.seed.value(),
        )
        if self._desk.session.apply(text, change):
            self.added.emit()
            self.close()

    def _check(self) -> None:
        sizes = self._read()
        self.add_button.setEnabled(sizes is not None)
        if sizes is None:
            self.says.setText(self.tr("Write at least two numbers, such as 2, 4, 1: inputs, hidden layers, outputs."))
            set_role(self.says, tone="bad")
            self.add_button.setToolTip(self.says.text())
        else:
            weights = sum(a * b for a, b in pairwise(sizes))
            self.says.setText(
                self.tr("A {n}-layer network with {weights} weights and {biases} biases").format(
                    n=len(sizes) - 1, weights=weights, biases=sum(sizes[1:])
                )
            )
            set_role(self.says, tone="muted")
            self.add_button.setToolTip("")
        self.adjustSize()

    def _read(self) -> list[int] | None:
        parts = [part for part in re.split(r"[\s,;×x-]+", self.sizes.text().strip()) if part]
        if len(parts) < 2 or not all(part.isdecimal() and 1 <= int(part) <= MAX_NEURONS for part in parts):
            return None
        sizes = [int(part) for part in parts]
        weights = sum(a * b for a, b in pairwise(sizes))
        return sizes if sum(sizes) <= MAX_NEURONS and weights <= MAX_CONNECTIONS else None

    def _activations(self, name: str, chosen: str, form: QFormLayout, label: str) -> QComboBox:
        box = QComboBox()
        for entry in ACTIVATIONS.values():
            box.addItem(self.tr(entry.label), entry.name)
        box.setCurrentIndex(box.findData(chosen))
        self._add(form, box, name, label, label)
        return box

    @staticmethod
    def _add(form: QFormLayout, editor: QWidget, name: str, label: str, tip: str) -> None:
        editor.setObjectName(name)
        editor.setAccessibleName(label)
        editor.setToolTip(tip)
        form.addRow(label, editor)
