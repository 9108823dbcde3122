"""What an empty panel says."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnsim.gui.look.theme import GRID, RADIUS, set_role, theme
from nnsim.gui.widgets.boxes import column_in


class EmptyState(QWidget):
    """What an empty panel says: what it will show, and what to do for it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._says = QLabel()
        self._why = QLabel()
        column = column_in(self, GRID // 2, (3 * GRID, GRID // 2, 3 * GRID, GRID // 2))
        column.addStretch(1)
        for label, role in ((self._says, "section"), (self._why, "muted")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            set_role(label, tone=role)
            column.addWidget(label)
        column.addStretch(1)

    def say(self, text: str, why: str = "") -> None:
        """Show what to do, and under it why."""
        self._says.setText(text)
        self._why.setText(why)
        self.setAccessibleName(f"{text} {why}".strip())
        self._show_why()

    def _show_why(self) -> None:
        """Where there is no room for both, what to do is what counts."""
        column = self.layout()
        assert column is not None
        margins, width = column.contentsMargins(), self.contentsRect().width() - 6 * GRID
        needed = sum(label.heightForWidth(width) for label in (self._says, self._why)) + column.spacing()
        room = self.height() - margins.top() - margins.bottom()
        self._why.setVisible(bool(self._why.text()) and (needed <= room or not self.isVisible()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_why()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_why()

    def text(self) -> str:
        """All that is said."""
        return self.accessibleName()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(theme().color("line"))
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
