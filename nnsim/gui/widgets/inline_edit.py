"""Editing a name or a number where it stands."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnsim.core.formulas.numbers import format_number, parse_number
from nnsim.gui.look.theme import font, set_role
from nnsim.gui.widgets.controls import name_widget

STEP, FINE_STEP = 0.1, 0.01
EDGE = 2
"""Between what opens in place and the edge of the widget that it opens in."""

AROUND = 24
"""What the frame of an editor and its padding take at both sides of the text."""
NARROWEST, LOWEST = 72, 28


def put_inside(parent: QWidget, editor: QWidget, box: QRect) -> None:
    """Give what opens in place this rectangle, moved so far that it lies inside its parent."""
    box.moveLeft(max(EDGE, min(box.left(), parent.width() - box.width() - EDGE)))
    box.moveTop(max(EDGE, min(box.top(), parent.height() - box.height() - EDGE)))
    editor.setGeometry(box)


def put_away(editor: QWidget) -> None:
    """Close what opened in place; its parent has the keys again."""
    parent = editor.parentWidget()
    editor.hide()
    editor.deleteLater()
    if parent is not None:
        parent.setFocus()


class InlineEdit(QLineEdit):
    """A text that is edited where it stands: Enter or a click elsewhere takes it, Esc leaves it as it was."""

    def __init__(
        self, parent: QWidget, place: QRect, text: str, name: str, accessible: str, commit: Callable[[str], bool]
    ) -> None:
        super().__init__(text, parent)
        self._commit, self._done = commit, False
        name_widget(self, name, accessible)
        self.setFont(font("body"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._room, self._place = parent, place
        self.ensurePolished()
        self._fit()
        self.textChanged.connect(self._fit)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """As wide as what was there and as the text, whole and with room for one more letter, at any size of text."""
        metrics = self.fontMetrics()
        width = max(self._place.width(), metrics.horizontalAdvance(self.text()) + metrics.averageCharWidth())
        width = min(max(width + AROUND, NARROWEST), self._room.width() - 2 * EDGE)
        box = QRect(0, 0, width, max(LOWEST, metrics.height() + AROUND // 2))
        box.moveCenter(self._place.center())
        put_inside(self._room, self, box)

    def finish(self, take: bool) -> None:
        """Close; ``take`` hands the text over first. A refused text stays open for correction."""
        if self._done:
            return
        self._done = True
        if take and not self._commit(self.text()):
            self._done = False
            set_role(self, state="wrong")
            self.selectAll()
            return
        put_away(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish(True)
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(False)
        else:
            set_role(self, state="")
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and not self._done:
            before = self._commit
            # A click elsewhere must not leave an editor with a wrong text behind.
            if not before(self.text()):
                self._done = True
                self.hide()
                self.deleteLater()
            else:
                self.finish(False)


class NumberEdit(InlineEdit):
    """An InlineEdit of a number: arrows and wheel step by 0.1, with Ctrl by 0.01, seen at once."""

    def __init__(
        self,
        parent: QWidget,
        place: QRect,
        value: float,
        name: str,
        accessible: str,
        set_value: Callable[[float, object], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._set_value, self._tell, self._start = set_value, tell, value
        self._token = object()
        self._stepped = False
        self._shown = format_number(value, 12)
        super().__init__(parent, place, self._shown, name, accessible, self._take)

    def _take(self, text: str) -> bool:
        if text == self._shown and not self._stepped:
            # Nobody touched it: the number keeps the digits that are not shown, and what training made of it.
            return True
        value = parse_number(text)
        if value is None:
            self._tell(self.tr("“{text}” is not a number. Write one such as 1.2, 1,2 or −2.").format(text=text))
            return False
        return self._set_value(value, self._token)

    def _step(self, steps: float, fine: bool) -> None:
        value = parse_number(self.text())
        if value is not None:
            # Rounded, because 0.1 + 0.2 would show as 0.30000000000000004.
            value = round(value + steps * (FINE_STEP if fine else STEP), 10)
            self.setText(format_number(value, 12))
            self._stepped = True
            self._set_value(value, self._token)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Up:
            self._step(1, fine)
        elif event.key() == Qt.Key.Key_Down:
            self._step(-1, fine)
        else:
            if event.key() == Qt.Key.Key_Escape and self._stepped:
                self._set_value(self._start, self._token)
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._step(1 if turned > 0 else -1, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        event.accept()
