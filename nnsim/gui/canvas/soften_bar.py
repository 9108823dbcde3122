"""The bar above the canvas in which the factor of softening is chosen, table and map live beside it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton

from nnsim.documents.softening import LARGEST
from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.controls import CalmSlider, name_widget, plain_tip
from nnsim.gui.widgets.labels import ElidedLabel, toned
from nnsim.gui.widgets.number_field import NumberField

PARTS = 10
"""Positions of the slider for each 1 of k."""
MOST = 1000.0


class SoftenBar(QFrame):
    """Shown while a factor is being chosen. Enter keeps it, Esc takes all back. ``closed()`` when it has gone."""

    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._softening = desk.softening
        name_widget(self, "soften_bar", self.tr("Soften"))
        column = column_in(self, GRID // 2, (12, 5, GRID, 5))
        row = row_in(None, GRID)
        title = toned("title", self.tr("Soften by k"))
        self._slider = CalmSlider(Qt.Orientation.Horizontal)
        name_widget(self._slider, "soften_slider", self.tr("How steep the sigmoids are, k"))
        tip = self.tr("By what incoming weights and biases are multiplied: the larger k, the steeper the sigmoids")
        self._slider.setToolTip(plain_tip(tip))
        self._slider.setPageStep(PARTS)
        self._slider.setMinimumWidth(96)
        self._slider.valueChanged.connect(lambda position: self._softening.set_factor(position / PARTS))
        self._number = NumberField(1.0, MOST)
        name_widget(self._number, "soften_factor", self.tr("k"))
        self._number.set_tip(tip)
        self._number.setFixedWidth(72)
        self._number.edited.connect(self._on_number)
        self._taken = False
        cancel = QPushButton(self.tr("Cancel"))
        name_widget(cancel, "soften_cancel", self.tr("Cancel softening"), self.tr("Steps again, as before (Esc)"))
        cancel.clicked.connect(self._softening.cancel)
        keep = QPushButton(self.tr("Keep"))
        name_widget(keep, "soften_keep", self.tr("Keep the sigmoids"),
                    self.tr("Keep the sigmoids (Enter); Undo takes them back in one step"))
        set_role(keep, kind="primary")
        keep.clicked.connect(self._softening.keep)
        for widget in (title, self._slider, self._number, cancel, keep):
            row.addWidget(widget, 1 if widget is self._slider else 0)
        column.addLayout(row)
        self._report = ElidedLabel()
        self._report.setObjectName("soften_report")
        column.addWidget(self._report)
        self._softening.changed.connect(self._follow)
        desk.values_changed.connect(self._show_report)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._softening.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # In the field Enter takes the number over first: one wants to see what comes of it.
            if not (self._number.hasFocus() and self._taken):
                self._softening.keep()
            self._taken = False
        else:
            super().keyPressEvent(event)

    def _on_number(self, value: float, token: object) -> None:
        self._taken = token is None
        self._softening.set_factor(value)

    def _follow(self) -> None:
        if not self._softening.active:
            if not self.isHidden():
                focused = self.focusWidget()
                had_keys = focused is not None and focused.hasFocus()
                self.hide()
                if had_keys:
                    self.closed.emit()
            return
        factor = self._softening.factor
        with QSignalBlocker(self._slider):
            self._slider.setRange(PARTS, round(max(LARGEST, factor) * PARTS))
            self._slider.setValue(round(factor * PARTS))
        self._number.set_number(factor)
        self._show_report()
        if self.isHidden():
            self.show()
            self._slider.setFocus()

    def _show_report(self) -> None:
        """What the network of now makes of the rows: also of one that is trained before the factor is kept."""
        if not self._softening.active:
            return
        text, fine = self._softening.report()
        said = f"{'✓' if fine else '✗'} {text[:1].upper()}{text[1:]}" if text else ""
        if said == self._report.text():
            return
        self._report.setText(said)
        set_role(self._report, tone="good" if fine else "bad")
        self._slider.setAccessibleDescription(self._report.text())
