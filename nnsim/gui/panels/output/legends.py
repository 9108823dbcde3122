"""The keys to colours and signs in the plots of the Output panel. Imported late, as ``plots`` is."""

import math

import numpy as np
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnsim.core.arrays import Array
from nnsim.core.formulas.numbers import format_number
from nnsim.gui.look.class_looks import class_look
from nnsim.gui.look.theme import GRID, font, text_scale, theme
from nnsim.gui.plots.points import Scale
from nnsim.gui.widgets.controls import plain_tip

SIGN = 10
"""The size of a class's shape, in pixels."""
LONGEST_NAME = 10 * GRID
VALUE_DIGITS = 3
ALIGNED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ColorBar(QWidget):
    """What colours and signs of a map mean: ◇ the low end, ● the high end, and a tick where the contour is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("output_colors")
        self.scale = Scale()
        self._signs = False

    def show_scale(self, scale: Scale, signs: bool) -> None:
        """The scale of the map; ``signs`` if there are samples."""
        self.scale, self._signs = scale, signs
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self.update()

    def text(self) -> str:
        """The same in words."""
        s = self.scale
        text = self.tr("Orange is {low}, blue is {high}").format(low=format_number(s.low), high=format_number(s.high))
        if not s.crisp:
            text += self.tr("; the line is at {middle}").format(middle=format_number(s.threshold))
        if self._signs:
            text += self.tr(". Samples: ◆ low, ● high; hollow ones are only tested on")
        return f"{text}."

    def _ends(self) -> tuple[str, str]:
        low, high = format_number(self.scale.low), format_number(self.scale.high)
        return (f"◆ {low}", f"{high} ●") if self._signs else (low, high)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font("small"))
        return QSize(sum(metrics.horizontalAdvance(text) for text in self._ends()) + 8 * GRID, metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, s = theme(), self.scale
        used = font("small")
        metrics = QFontMetrics(used)
        low, high = self._ends()
        left = metrics.horizontalAdvance(low) + GRID // 2
        right = self.width() - metrics.horizontalAdvance(high) - GRID // 2
        bar = QRectF(left, (self.height() - GRID) // 2, max(right - left, 1), GRID)
        colors = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, name in ((0.0, "map_low"), (0.5, "map_middle"), (1.0, "map_high")):
            colors.setColorAt(place, t.color(name))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(used)
        # The scale runs from left to right in every window; else −1 would be 1−, and at the other end.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setPen(t.color("negative_text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.setPen(t.color("positive_text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors)
        painter.drawRoundedRect(bar, GRID / 2, GRID / 2)
        if not s.crisp and s.high > s.low:
            share = min(max((s.threshold - s.low) / (s.high - s.low), 0.0), 1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x = round(bar.left() + share * bar.width())
            painter.fillRect(QRectF(x, bar.top() - 2, 1, bar.height() + 4), t.color("ink"))
        painter.end()


class ClassLegend(QWidget):
    """Shape and name of each output, with its value where there is room; that of the winner bold."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("output_classes")
        self.names: tuple[str, ...] = ()
        self.values: Array = np.zeros(0)
        self.digits = VALUE_DIGITS
        self.winner = -1

    def show_names(self, names: tuple[str, ...]) -> None:
        """The outputs, whose places are their classes."""
        self.names = names
        self.update()

    def show_values(self, values: Array, winner: int, digits: int = VALUE_DIGITS) -> None:
        """What the outputs say where the learner looks, and which of them wins."""
        self.values, self.winner, self.digits = values, winner, digits
        self.setAccessibleName(self.text())
        self.setToolTip(plain_tip(self.text()))
        self.update()

    def text(self) -> str:
        """The same in words."""
        return ", ".join(f"{name} {self._written(place)}" for place, name in enumerate(self.names))

    def _written(self, place: int) -> str:
        return format_number(float(self.values[place]), self.digits) if place < len(self.values) else ""

    def _cells(self, room: QSize) -> tuple[int, int, bool]:
        """(columns, width of each, with values): the values are left out where they do not fit."""
        metrics = QFontMetrics(font("small", bold=True))
        name = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        alone = self._sign + GRID // 2 + min(name, round(LONGEST_NAME * text_scale())) + 12
        value = self._value_width + GRID // 2
        for wide in (alone + value, alone):
            columns = max(1, min(len(self.names), (room.width() + 12) // wide))
            if math.ceil(len(self.names) / columns) * self._line <= room.height():
                break
        return columns, wide, wide > alone

    @property
    def _value_width(self) -> int:
        return QFontMetrics(font("small", bold=True)).horizontalAdvance(f"−0.{'0' * max(4, self.digits)}")

    @property
    def _line(self) -> int:
        return QFontMetrics(font("small")).height() + 2

    @property
    def _sign(self) -> int:
        return round(SIGN * text_scale())

    def height_in(self, room: QSize) -> int:
        """How high it is in so much room."""
        columns, _, _ = self._cells(room)
        return min(math.ceil(len(self.names) / columns) * self._line, room.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        columns, wide, valued = self._cells(self.size())
        t, line, sign = theme(), self._line, self._sign
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Names stand beside their shapes, which stand at the left of each cell.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        # What lies lower cannot be seen.
        for place, name in enumerate(self.names[: columns * math.ceil(self.height() / line)]):
            cell = QRectF(place % columns * wide, place // columns * line, wide - 12, line)
            look = class_look(place)
            painter.save()
            painter.translate(cell.left() + sign / 2, cell.center().y())
            painter.scale(sign, sign)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.color(t)))
            painter.drawPath(Symbols[look.symbol])
            painter.restore()
            used = font("small", bold=place == self.winner)
            painter.setFont(used)
            painter.setPen(t.color("ink"))
            text = cell.adjusted(sign + GRID // 2, 0, 0, 0)
            if valued:
                value = text.adjusted(text.width() - self._value_width, 0, 0, 0)
                painter.drawText(value, ALIGNED, self._written(place))
                text.setRight(value.left() - GRID // 2)
            short = QFontMetrics(used).elidedText(name, Qt.TextElideMode.ElideRight, int(text.width()) + 1)
            painter.drawText(text, ALIGNED, short)
        painter.end()
