"""How many updates a second a run does."""

import math

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import GRID
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import row_in
from nnsim.gui.widgets.controls import CalmSlider, name_widget, plain_tip, tabular
from nnsim.gui.widgets.labels import toned

THOUSAND = 1000.0
SPEEDS = (*(round(step * 10.0**power, 1) for power in range(4) for step in (1, 1.5, 2, 3, 5, 7)), 10_000.0)
"""Updates a second that the slider offers; after the last comes unlimited."""


class SpeedControl(QWidget):
    """How many updates training does in a second, from one to unlimited. All of them show the session's speed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("speed_control")
        row = row_in(self, GRID)
        title = toned("muted", self.tr("Speed"))
        self._slider = CalmSlider(Qt.Orientation.Horizontal)
        name_widget(self._slider, "speed_slider", self.tr("Speed"))
        tip = self.tr("How many updates training does in a second. It never changes the result.")
        self.setToolTip(plain_tip(tip))
        self._slider.setRange(0, len(SPEEDS))
        self._slider.setPageStep(6)
        self._slider.setMinimumWidth(64)
        self._slider.valueChanged.connect(self._choose)
        self._text = QLabel()
        self._text.setObjectName("speed_text")
        tabular(self._text)
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(title)
        row.addWidget(self._slider, 1)
        row.addWidget(self._text)
        desk.run_changed.connect(self._follow)
        self._follow()

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width() + 48, super().sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_text"):
            self._follow()

    def _choose(self, position: int) -> None:
        self._desk.session.set_speed(SPEEDS[position] if position < len(SPEEDS) else None)

    def _follow(self) -> None:
        speed = self._desk.session.speed
        position = len(SPEEDS)
        if speed is not None:
            position = min(range(len(SPEEDS)), key=lambda i: abs(math.log(SPEEDS[i] / max(speed, 1e-3))))
        with QSignalBlocker(self._slider):
            self._slider.setValue(position)
        self._text.setText(self._words(speed))
        self._text.setMinimumWidth(self._text.fontMetrics().horizontalAdvance(self._words(SPEEDS[-1])) + 2)
        self._slider.setAccessibleDescription(self._text.text())

    def _words(self, speed: float | None) -> str:
        if speed is None:
            return self.tr("unlimited")
        if speed == 1:
            return self.tr("1 update/s")
        written = f"{speed:,.0f}" if speed >= THOUSAND else format_number(speed)
        return self.tr("{n} updates/s").format(n=written)
