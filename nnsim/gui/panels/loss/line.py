"""What a curve of the loss is, and its last number."""

import math

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent

from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.theme import font
from nnsim.gui.widgets.labels import TextLine

LINE_DIGITS = 3
"""So many digits of the last loss, unless someone chose how numbers are written."""


class LossLine(TextLine):
    """The last loss of a curve after its name; where there is little room, only after the sign of its line."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._sign, self._curve, self._number = "", "", ""
        self._digits = LINE_DIGITS
        self.hide()

    def show_loss(self, sign: str, curve: str, loss: float | None, digits: int) -> None:
        """Show the loss; nothing where there is none. One that nobody has worked out yet is …"""
        if (sign, curve, digits) != (self._sign, self._curve, self._digits):
            self._sign, self._curve, self._digits = sign, curve, digits
            self.updateGeometry()
        if loss is not None:
            self._number = "…" if math.isnan(loss) else format_number(loss, digits)
            self._fit()
        self.setVisible(loss is not None)

    def sizeHint(self) -> QSize:
        # As wide as it ever gets, so that nothing moves while the number changes.
        return QSize(self._width(f"{self._sign} {self._curve} 0.000{'0' * self._digits}"), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        whole = f"{self._sign} {self._curve} {self._number}"
        self.set_text(whole if self._width(whole) <= self.width() else f"{self._sign} {self._number}")
        self.setAccessibleName(f"{self._curve} {self._number}")

    def _width(self, text: str) -> int:
        return QFontMetrics(font(self.size_name)).horizontalAdvance(text) + 2
