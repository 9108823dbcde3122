"""The names of functions in a row, to be clicked: each is a line of a plot, or is not."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from nnsim.gui.look.theme import GRID, RADIUS, font, mix, text_scale, theme
from nnsim.gui.widgets.controls import plain_tip

SAMPLE = 26
"""The length of the piece of line before a name, in pixels."""


class FunctionName(QToolButton):
    """One name, with a piece of its line while it is shown, and its value where the plot is read.

    ``adds`` says whether a click without a line adds one; else it takes others away.
    """

    def __init__(self, name: str, label: str, about: str, adds: bool = True) -> None:
        super().__init__()
        self.about, self.adds = about, adds
        self.setText(label)
        self.setObjectName(f"compare_{name}")
        self.setCheckable(adds)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Lower than other buttons: there are many, and it paints itself.
        self.setStyleSheet("padding: 0; min-height: 0; border: none;")
        self.line: QPen | None = None
        self.value = ""
        self.stressed = False

    def show_as(self, line: QPen | None, fixed: str) -> None:
        """Be shown with this line, or be not; ``fixed`` says why that cannot be changed, if so."""
        self.line = line
        self.setChecked(line is not None)
        self.setEnabled(not fixed)
        self.setToolTip(plain_tip(fixed or self.about))
        self._name_it()
        self.update()

    def show_value(self, value: str, stressed: bool) -> None:
        """What the function is where it is read; ``stressed`` if it is the one that is read most."""
        if (value, stressed) != (self.value, self.stressed):
            self.value, self.stressed = value, stressed
            self._name_it()
            self.update()

    def _name_it(self) -> None:
        self.setAccessibleName(f"{self.text()} {self.value}".strip() if self.line is not None else self.text())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font("small"))
        return QSize(round(SAMPLE * text_scale()) + metrics.horizontalAdvance(self.text()) + 2 * GRID,
                     metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, sample = theme(), round(SAMPLE * text_scale())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        lit = self.isEnabled() and (self.underMouse() or self.hasFocus())
        if lit:
            painter.setPen(t.color("accent" if self.hasFocus() else "line"))
            painter.setBrush(t.color("raised"))
            painter.drawRoundedRect(box, RADIUS - 2, RADIUS - 2)
        middle = self.height() // 2
        if self.line is not None:
            painter.setPen(self.line)
            painter.drawLine(GRID // 2, middle, GRID // 2 + sample, middle)
        else:
            # In place of the line, + says that one can be had, and − that others go.
            painter.setPen(t.color("muted"))
            sign = GRID // 2 + sample - 6
            painter.drawLine(sign - 3, middle, sign + 3, middle)
            if self.adds:
                painter.drawLine(sign, middle - 3, sign, middle + 3)
        used = font("small", bold=self.stressed)
        painter.setFont(used)
        disabled = mix(t.muted, t.card, 0.35)
        painter.setPen(t.color("ink") if self.line is not None else t.color("muted") if self.isEnabled() else disabled)
        text = self.rect().adjusted(sample + GRID, 0, 0, 0)
        metrics = QFontMetrics(used)
        value = f" {self.value}" if self.line is not None and self.value else ""
        room = text.width() - metrics.horizontalAdvance(value)
        label = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        # The sample of the line is at the left in every window, and −1 is not 1−.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label + value)
        painter.end()


class FunctionNames(QWidget):
    """Names in columns of one width, so that none moves when one is clicked, and after them one to have but one line.

    ``clicked(name)`` says which was clicked, ``cleared()`` that the last was.
    """

    clicked = Signal(str)
    cleared = Signal()

    def __init__(self, name: str, functions: Sequence[tuple[str, str, str]]) -> None:
        """``functions`` are (name, label, a line about it)."""
        super().__init__()
        self.setObjectName(name)
        self.names: dict[str, FunctionName] = {}
        for function, label, about in functions:
            button = self.names[function] = FunctionName(function, label, about)
            button.setParent(self)
            button.clicked.connect(lambda checked=False, function=function: self.clicked.emit(function))
        self.clear = FunctionName("none", self.tr("only one"), self.tr("Compare with no other function"), adds=False)
        self.clear.setParent(self)
        self.clear.clicked.connect(self.cleared)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_lines(self, lines: Mapping[str, QPen], fixed: Mapping[str, str], every: bool) -> None:
        """Show these functions with their lines; the others only with ``every``. ``fixed`` ones say why they are."""
        for name, button in self.names.items():
            button.show_as(lines.get(name), fixed.get(name, ""))
            button.setVisible(every or (name in lines and len(lines) > 1))
        self.clear.show_as(None, "" if len(lines) > 1 else self.tr("Only one function is shown"))
        self.clear.setVisible(every)
        self.setVisible(any(not button.isHidden() for button in self.names.values()))
        self._place()
        self.updateGeometry()

    def show_values(self, values: Mapping[str, str], stressed: str) -> None:
        """Show what the functions are where they are read."""
        for name, button in self.names.items():
            button.show_value(values.get(name, ""), name == stressed)

    @property
    def lines(self) -> list[str]:
        """The names that have a line, as they are written."""
        return [button.text() for button in self.names.values() if button.line is not None]

    def _rows(self, width: int) -> list[list[FunctionName]]:
        """The names in sight, row by row."""
        seen = [button for button in (*self.names.values(), self.clear) if not button.isHidden()]
        widest = max((button.sizeHint().width() for button in self.names.values()), default=1)
        columns = max(1, width // widest)
        return [seen[first:first + columns] for first in range(0, len(seen), columns)]

    def _place(self) -> None:
        rows = self._rows(self.width())
        wide = self.width() // max((len(row) for row in rows), default=1)
        for place, row in enumerate(rows):
            for column, button in enumerate(row):
                line = button.sizeHint().height()
                button.setGeometry(column * wide, place * line, wide, line)

    def heightForWidth(self, width: int) -> int:
        rows = self._rows(width)
        return len(rows) * rows[0][0].sizeHint().height() if rows else 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
        self.updateGeometry()
