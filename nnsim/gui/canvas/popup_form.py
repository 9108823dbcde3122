"""What the small forms share that add a layer or a whole network."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from nnsim.core.activations import ACTIVATIONS
from nnsim.gui.look.theme import set_role
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import name_widget
from nnsim.gui.widgets.labels import toned


class PopupForm(QFrame):
    """Fields, what comes of them, and a button.

    A subclass entitles it and adds the fields. A part of the form is called ``prefix`` + "_" + a name of its own.
    ``added()`` when what it is for has been added.
    """

    added = Signal()

    def __init__(self, parent: QWidget, name: str, prefix: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._prefix = prefix
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(name)
        self.setStyleSheet(f"QFrame#{name} {{ background: palette(base); border: 1px solid palette(mid); }}")
        self._heading = toned("title")
        self._rows = QFormLayout()
        self._rows.setSpacing(8)
        self.says = QLabel()
        self.says.setObjectName(f"{prefix}_summary")
        self.says.setWordWrap(True)
        self.add_button = QPushButton()
        self.add_button.setObjectName(f"{prefix}_add")
        set_role(self.add_button, kind="primary")
        column = column_in(self, 8, (16, 12, 16, 12))
        column.addWidget(self._heading)
        column.addLayout(self._rows)
        column.addWidget(self.says)
        column.addWidget(self.add_button)

    def entitle(self, title: str, button: str) -> None:
        """What stands above the fields, and on the button."""
        self.setAccessibleName(title)
        self._heading.setText(title)
        self.add_button.setAccessibleName(button)
        self.add_button.setText(button)

    def add_row(self, editor: QWidget, name: str, label: str, tip: str) -> None:
        """A field below the others."""
        name_widget(editor, f"{self._prefix}_{name}", label, tip)
        self._rows.addRow(label, editor)

    def add_activations(self, name: str, chosen: str, label: str, tip: str) -> QComboBox:
        """A field for an activation."""
        box = QComboBox()
        for entry in ACTIVATIONS.values():
            box.addItem(self.tr(entry.label), entry.name)
        box.setCurrentIndex(box.findData(chosen))
        self.add_row(box, name, label, tip)
        return box

    def add_seed(self) -> QSpinBox:
        """The field for the seed of random weights."""
        box = QSpinBox()
        box.setMaximum(2**31 - 1)
        self.add_row(box, "seed", self.tr("Seed"), self.tr("The same seed gives the same random weights"))
        return box

    def begin_with(self, first: QLineEdit | QSpinBox, add: Callable[[], None]) -> None:
        """Which field has the keys at first, and what Enter in it and the button do."""
        self._first = first
        line = first.lineEdit() if isinstance(first, QSpinBox) else first
        line.returnPressed.connect(add)
        self.add_button.clicked.connect(add)

    def open_at(self, at: QPoint) -> None:
        """Show the form with its upper left corner at a point of the screen."""
        self.adjustSize()
        self.move(at)
        self.show()
        self._first.setFocus()
        self._first.selectAll()
