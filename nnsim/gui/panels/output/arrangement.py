"""Where the parts of the Output panel stand, from a low and wide place to a high one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics

from nnsim.gui.look.theme import GRID, font, text_scale
from nnsim.gui.panels.output.choices import OutputChoices
from nnsim.gui.panels.output.input_sliders import InputSliders
from nnsim.gui.widgets.labels import TextLine

if TYPE_CHECKING:
    from nnsim.gui.panels.output.legends import ClassLegend, ColorBar
    from nnsim.gui.panels.output.plots import CurvePlot, MapPlot

BESIDE, BESIDE_CONTROLS = 80, 140
"""As much width beside the map is enough to explain it there, and to choose and slide there too."""
SLIDERS, LEGEND_BESIDE = 0.2, 0.3
"""The share of the height that sliders under the map take at most, and a legend beside it."""
LEGEND = 0.15
"""That of a legend under the map."""
WORTH = 1.08
"""A map is put beside what explains it where it gets so much larger by that."""
ABOVE_SLIDER = 20 * GRID
"""The least width of a slider in one row with the choice of the axes."""


@dataclass(frozen=True, eq=False)
class Parts:
    """What stands in the ``room`` of the Output panel: a plot, and what explains it as far as it is not hidden."""

    room: QRect
    plot: "MapPlot | CurvePlot"
    map: "MapPlot"
    bar: "ColorBar"
    legend: "ClassLegend"
    choices: OutputChoices
    sliders: InputSliders
    readout: TextLine
    note: TextLine
    outputs: tuple[str, ...]
    winner: bool
    """Whether the plot shows which of the ``outputs`` is the largest; then the legend stands in place of the bar."""
    digits: int
    """How many digits values have."""

    @property
    def _line(self) -> int:
        return self.readout.sizeHint().height()

    def arrange(self) -> None:
        """Make the plot as large as it can be; what explains it goes around it, or beside it in a low, wide room."""
        room = self.room
        controls = not self.sliders.isHidden()
        above = self._above()
        size = QSize(room.width(), max(room.height() - above - self._below(), 60))
        beside = False
        if self.plot is self.map:
            # Beside it all must find its place.
            least = round((BESIDE_CONTROLS if controls or self.winner else BESIDE) * text_scale())
            least = max(least, self.sliders.least_width) if controls else least
            least = least if self.winner else max(least, self.bar.sizeHint().width())
            size, tall = self.map.square(size), self.map.square(QSize(room.width() - GRID - least, room.height()))
            beside = tall.height() > WORTH * size.height()
            size = tall if beside else size
        else:
            size.setHeight(min(size.height(), size.width()))
        self.readout.wraps = self.note.wraps = beside
        left_aligned = beside or self.winner or self._in_two_lines()
        self.readout.align = Qt.AlignmentFlag.AlignLeft if left_aligned else Qt.AlignmentFlag.AlignRight
        in_line = not beside and self._note_in_line()
        self.note.align = Qt.AlignmentFlag.AlignRight if in_line else Qt.AlignmentFlag.AlignLeft
        if beside:
            self.plot.setGeometry(QRect(room.topLeft(), size))
            corner = QPoint(self.plot.geometry().right() + GRID, room.top())
            self._explain_beside(QRect(corner, room.bottomRight()))
        else:
            self.plot.setGeometry(room.left() + (room.width() - size.width()) // 2, room.top() + above,
                                  size.width(), size.height())
            self._explain_around()

    def _above(self) -> int:
        """How high the choice of the axes over the plot is, perhaps with the one slider in the same row."""
        if self.sliders.isHidden():
            return 0
        choice = self.choices.axes_height(self.room.width())
        return GRID // 2 + (max(choice, self.sliders.height_in(choice)) if self._in_one_row() else choice)

    def _in_one_row(self) -> bool:
        """Whether the choice of the axes and a slider fit beside each other."""
        slider = max(round(ABOVE_SLIDER * text_scale()), self.sliders.least_width)
        needed = self.choices.axes.sizeHint().width() + 2 * GRID + slider
        return len(self.sliders.rows) == 1 and needed <= self.room.width()

    def _below(self) -> int:
        """How high all is that stands under the plot."""
        high = GRID // 2 + (2 if self._in_two_lines() else 1) * self._line
        if not self.note.isHidden() and not self._note_in_line():
            high += self._line
        if self.winner:
            high += _height_of(self.legend, self.room, LEGEND)
        if not self.sliders.isHidden() and not self._in_one_row():
            high += GRID // 2 + self._sliders_height()
        return high

    def _note_in_line(self) -> bool:
        """Whether the note fits beside the winner and its value."""
        return self.winner and self._winner_width() + GRID + self.note.sizeHint().width() <= self.room.width()

    def _in_two_lines(self) -> bool:
        """Whether the value stands under the colours, because the two do not fit beside each other."""
        if self.bar.isHidden():
            return False
        free = self.room.width() - self.map.insets(self.room.size()).left()
        return self.bar.sizeHint().width() + GRID + self._value_width() > free

    def _value_width(self) -> int:
        """The most that a place and a value take, so that they can change."""
        return QFontMetrics(font("small")).horizontalAdvance(f"(−0.00, −0.00) → −0.0{'0' * self.digits}")

    def _winner_width(self) -> int:
        """The most that place, name and value of a winner take, so that they can change."""
        metrics = QFontMetrics(font("small"))
        name = max(metrics.horizontalAdvance(id) for id in self.outputs)
        return metrics.horizontalAdvance(f"(−0.00, −0.00) → , −0.{'0' * self.digits}") + name

    def _sliders_height(self) -> int:
        """Their share; in a high panel also what a map as wide as the panel leaves over."""
        width, height = self.room.width(), self.room.height()
        others = self.choices.axes_height(width) + 3 * self._line + 2 * GRID
        left = height - others - self.map.square(QSize(width, 2 * height)).height()
        return self.sliders.height_in(max(round(SLIDERS * height), left), width)

    def _explain_beside(self, room: QRect) -> None:
        """Colours, the value, the inputs and the note one under the other, at the right of the plot."""
        x, top, width, line = room.left(), room.top() + GRID // 2, room.width(), self._line
        if self.winner:
            self.legend.setGeometry(x, top, width, _height_of(self.legend, room, LEGEND_BESIDE))
            top += self.legend.height() + GRID // 2
        else:
            self.bar.setGeometry(x, top, min(width, self.bar.sizeHint().width()), line)
            top += line + GRID
        # Broken into two where it must be.
        high = line if self._value_width() <= width and not self.winner else 2 * line
        self.readout.setGeometry(x, top, width, high)
        top += high + GRID
        if not self.sliders.isHidden():
            self.choices.axes.setGeometry(x, top, width, self.choices.axes_height(width))
            top += self.choices.axes.height() + GRID // 2
            self.sliders.setGeometry(x, top, width, self.sliders.height_in(room.bottom() + 1 - top, width))
            top += self.sliders.height() + GRID // 2
        self.note.setGeometry(x, top, width, max(0, room.bottom() + 1 - top))

    def _explain_around(self) -> None:
        """The axes' inputs above; under the view colours at the left and the value at the right, note and sliders."""
        room, plot = self.room, self.plot
        top = plot.geometry().bottom() + GRID // 2
        top = self._explain_winner(top) if self.winner else self._explain_value(top)
        if self.sliders.isHidden():
            return
        axes = self.choices.axes.sizeHint()
        # In the middle of the row, as what is beside it.
        lower = max(0, self._above() - GRID // 2 - axes.height()) // 2
        self.choices.axes.setGeometry(room.left(), room.top() + lower, min(axes.width(), room.width()), axes.height())
        if self._in_one_row():
            start = self.choices.axes.geometry().right() + 2 * GRID
            self.sliders.setGeometry(start, room.top(), room.right() + 1 - start, self._above() - GRID // 2)
        else:
            self.sliders.setGeometry(room.left(), top + GRID // 2, room.width(), self._sliders_height())

    def _explain_winner(self, top: int) -> int:
        """The winner with its value, the note and the legend from ``top`` on; where they end."""
        room, line = self.room, self._line
        noted = not self.note.isHidden()
        in_line = noted and self._note_in_line()
        value = self._winner_width() if in_line else room.width()
        self.readout.setGeometry(room.left(), top, value, line)
        if in_line:
            self.note.setGeometry(room.left() + value, top, room.width() - value, line)
        top += line
        self.legend.setGeometry(room.left(), top, room.width(), _height_of(self.legend, room, LEGEND))
        top += self.legend.height()
        if noted and not in_line:
            self.note.setGeometry(room.left(), top, room.width(), line)
            top += line
        return top

    def _explain_value(self, top: int) -> int:
        """The colours, the value and the note from ``top`` on; where they end."""
        room, line = self.room, self._line
        insets = self.plot.insets(self.plot.size())
        start = left = self.plot.x() + insets.left()
        right = self.plot.geometry().right() - insets.right()
        if not self.bar.isHidden():
            # In a narrow panel colours and numbers run out to its edges, so that they are whole.
            least, in_two = min(self.bar.sizeHint().width(), room.width()), self._in_two_lines()
            left = max(room.left(), min(left, room.right() + 1 - max(least, self._value_width() if in_two else 0)))
            self.bar.setGeometry(left, top, least, line)
            start = left if in_two else left + least + GRID
            top += line if in_two else 0
        end = right if right - start > self._value_width() else room.right()
        self.readout.setGeometry(start, top, end - start, line)
        top += line
        self.note.setGeometry(left, top, room.right() - left, line)
        return top if self.note.isHidden() else top + line


def _height_of(legend: "ClassLegend", room: QRect, share: float) -> int:
    """How high the legend is in a share of the room's height."""
    return legend.height_in(QSize(room.width(), round(share * room.height())))
