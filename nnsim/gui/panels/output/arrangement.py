"""Where the parts of the Output panel stand, from a low and wide place to a high one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics

from nnsim.gui.look.theme import GRID, font, text_scale

if TYPE_CHECKING:
    from nnsim.gui.panels.output.panel import OutputPanel
    from nnsim.gui.panels.output.plots import CurvePlot, MapPlot

MARGIN = GRID
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


def arrange(panel: OutputPanel) -> None:
    """The plot as large as it can be; around it what explains it, or all of that beside it in a low, wide panel."""
    room = panel.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    panel.empty.setGeometry(room)
    plot = panel.plot
    if plot is None:
        return
    line = panel.readout.sizeHint().height()
    controls = not panel.sliders.isHidden()
    above, below = _above(panel, room), _below(panel, room, line)
    size = QSize(room.width(), max(room.height() - above - below, 60))
    beside = False
    if panel.map is not None and plot is panel.map:
        # Beside it all must find its place.
        least = round((BESIDE_CONTROLS if controls or panel.winner else BESIDE) * text_scale())
        least = max(least, panel.sliders.least_width) if controls else least
        least = least if panel.winner or panel.bar is None else max(least, panel.bar.sizeHint().width())
        size, tall = panel.map.square(size), panel.map.square(QSize(room.width() - GRID - least, room.height()))
        beside = tall.height() > WORTH * size.height()
        size = tall if beside else size
    else:
        size.setHeight(min(size.height(), size.width()))
    panel.readout.wraps = panel.note.wraps = beside
    left_aligned = beside or panel.winner or _in_two_lines(panel, room)
    panel.readout.align = Qt.AlignmentFlag.AlignLeft if left_aligned else Qt.AlignmentFlag.AlignRight
    in_line = not beside and _note_in_line(panel, room)
    panel.note.align = Qt.AlignmentFlag.AlignRight if in_line else Qt.AlignmentFlag.AlignLeft
    if beside:
        plot.setGeometry(QRect(room.topLeft(), size))
        corner = QPoint(plot.geometry().right() + GRID, room.top())
        _explain_beside(panel, QRect(corner, room.bottomRight()), line)
    else:
        plot.setGeometry(room.left() + (room.width() - size.width()) // 2, room.top() + above,
                         size.width(), size.height())
        _explain_around(panel, plot, room, line)


def _above(panel: OutputPanel, room: QRect) -> int:
    """How high the choice of the axes over the plot is, perhaps with the one slider in the same row."""
    if panel.sliders.isHidden():
        return 0
    choice = panel.choices.axes_height(room.width())
    return GRID // 2 + (max(choice, panel.sliders.height_in(choice)) if _in_one_row(panel, room) else choice)


def _in_one_row(panel: OutputPanel, room: QRect) -> bool:
    """Whether the choice of the axes and a slider fit beside each other."""
    slider = max(round(ABOVE_SLIDER * text_scale()), panel.sliders.least_width)
    needed = panel.choices.axes.sizeHint().width() + 2 * GRID + slider
    return len(panel.sliders.rows) == 1 and needed <= room.width()


def _below(panel: OutputPanel, room: QRect, line: int) -> int:
    """How high all is that stands under the plot."""
    high = GRID // 2 + (2 * line if _in_two_lines(panel, room) else line)
    if not panel.note.isHidden() and not _note_in_line(panel, room):
        high += line
    if panel.winner:
        high += _legend_height(panel, room, LEGEND)
    if not panel.sliders.isHidden() and not _in_one_row(panel, room):
        high += GRID // 2 + _sliders_height(panel, room)
    return high


def _note_in_line(panel: OutputPanel, room: QRect) -> bool:
    """Whether the note fits beside the winner and its value."""
    return panel.winner and _winner_width(panel) + GRID + panel.note.sizeHint().width() <= room.width()


def _in_two_lines(panel: OutputPanel, room: QRect) -> bool:
    """Whether the value stands under the colours, because the two do not fit beside each other."""
    if panel.winner or panel.bar is None or panel.bar.isHidden() or panel.map is None:
        return False
    free = room.width() - panel.map.insets(room.size()).left()
    return panel.bar.sizeHint().width() + GRID + _value_width() > free


def _value_width() -> int:
    """The most that a place and a value take, so that they can change."""
    return QFontMetrics(font("small")).horizontalAdvance("(−0.00, −0.00) → −0.0000")


def _winner_width(panel: OutputPanel) -> int:
    """The most that place, name and value of a winner take, so that they can change."""
    metrics = QFontMetrics(font("small"))
    name = max(metrics.horizontalAdvance(id) for id in panel.desk.session.structure.outputs)
    return metrics.horizontalAdvance("(−0.00, −0.00) → , −0.000") + name


def _sliders_height(panel: OutputPanel, room: QRect) -> int:
    """Their share; in a high panel also what a map as wide as the panel leaves over."""
    most = round(SLIDERS * room.height())
    if panel.map is not None:
        others = panel.choices.axes_height(room.width()) + 3 * panel.readout.sizeHint().height() + 2 * GRID
        most = max(most, room.height() - others - panel.map.square(QSize(room.width(), 2 * room.height())).height())
    return panel.sliders.height_in(most, room.width())


def _legend_height(panel: OutputPanel, room: QRect, share: float) -> int:
    assert panel.legend is not None
    return panel.legend.height_in(QSize(room.width(), round(share * room.height())))


def _explain_beside(panel: OutputPanel, room: QRect, line: int) -> None:
    """Colours, the value, the inputs and the note one under the other, at the right of the plot."""
    assert panel.bar is not None and panel.legend is not None
    x, top, width = room.left(), room.top() + GRID // 2, room.width()
    if panel.winner:
        panel.legend.setGeometry(x, top, width, _legend_height(panel, room, LEGEND_BESIDE))
        top += panel.legend.height() + GRID // 2
    else:
        panel.bar.setGeometry(x, top, min(width, panel.bar.sizeHint().width()), line)
        top += line + GRID
    # Broken into two where it must be.
    high = line if _value_width() <= width and not panel.winner else 2 * line
    panel.readout.setGeometry(x, top, width, high)
    top += high + GRID
    if not panel.sliders.isHidden():
        panel.choices.axes.setGeometry(x, top, width, panel.choices.axes_height(width))
        top += panel.choices.axes.height() + GRID // 2
        panel.sliders.setGeometry(x, top, width, panel.sliders.height_in(room.bottom() + 1 - top, width))
        top += panel.sliders.height() + GRID // 2
    panel.note.setGeometry(x, top, width, max(0, room.bottom() + 1 - top))


def _explain_around(panel: OutputPanel, plot: MapPlot | CurvePlot, room: QRect, line: int) -> None:
    """The axes' inputs above; under the view colours at the left and the value at the right, note and sliders."""
    insets = plot.insets(plot.size())
    left, right = plot.x() + insets.left(), plot.geometry().right() - insets.right()
    top = plot.geometry().bottom() + GRID // 2
    if panel.winner and panel.legend is not None:
        in_line = not panel.note.isHidden() and _note_in_line(panel, room)
        value = _winner_width(panel) if in_line else room.width()
        panel.readout.setGeometry(room.left(), top, value, line)
        if in_line:
            panel.note.setGeometry(room.left() + value, top, room.width() - value, line)
        top += line
        panel.legend.setGeometry(room.left(), top, room.width(), _legend_height(panel, room, LEGEND))
        top += panel.legend.height()
        if not in_line and not panel.note.isHidden():
            panel.note.setGeometry(room.left(), top, room.width(), line)
            top += line
    else:
        start = left
        if panel.bar is not None and not panel.bar.isHidden():
            # In a narrow panel colours and numbers run out to its edges, so that they are whole.
            least, in_two = min(panel.bar.sizeHint().width(), room.width()), _in_two_lines(panel, room)
            left = max(room.left(), min(left, room.right() + 1 - max(least, _value_width() if in_two else 0)))
            panel.bar.setGeometry(left, top, least, line)
            start = left if in_two else left + least + GRID
            top += line if in_two else 0
        end = right if right - start > _value_width() else room.right()
        panel.readout.setGeometry(start, top, end - start, line)
        top += line
        panel.note.setGeometry(left, top, room.right() - left, line)
        top += 0 if panel.note.isHidden() else line
    if panel.sliders.isHidden():
        return
    axes = panel.choices.axes.sizeHint()
    # In the middle of the row, as what is beside it.
    lower = max(0, _above(panel, room) - GRID // 2 - axes.height()) // 2
    panel.choices.axes.setGeometry(room.left(), room.top() + lower, min(axes.width(), room.width()), axes.height())
    if _in_one_row(panel, room):
        start = panel.choices.axes.geometry().right() + 2 * GRID
        panel.sliders.setGeometry(start, room.top(), room.right() + 1 - start, _above(panel, room) - GRID // 2)
    else:
        panel.sliders.setGeometry(room.left(), top + GRID // 2, room.width(), _sliders_height(panel, room))
