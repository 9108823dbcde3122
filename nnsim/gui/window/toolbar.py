"""The toolbar: where its words have no room, the tools that are least missed show their icons alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QToolButton, QWidget

WITH_WORDS, ICON_ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class ShrinkingToolBar(QToolBar):
    """Keeps all its tools in sight: words go first, from the first of ``yielding`` on; a tooltip still has them."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.yielding: list[QToolButton] = []
        """The tools whose words may go, the least missed first."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A word, the size of all text or a tool has changed.
            self._make_room()
        return done

    def _make_room(self) -> None:
        missing = self.sizeHint().width() - self.width()
        for button in self.yielding:
            if button.toolButtonStyle() == ICON_ALONE:
                missing += self._saved(button)
        for button in self.yielding:
            style = ICON_ALONE if missing > 0 else WITH_WORDS
            if style == ICON_ALONE:
                missing -= self._saved(button)
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)

    @staticmethod
    def _saved(button: QToolButton) -> int:
        """How much narrower a tool is without its word, about."""
        return button.fontMetrics().horizontalAdvance(f"  {button.text()}")


class WholeLabel(QLabel):
    """A label that takes what is left over, and shows its text where all of it fits: a cut number is a wrong one."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(0, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if super().sizeHint().width() <= self.width():
            super().paintEvent(event)
