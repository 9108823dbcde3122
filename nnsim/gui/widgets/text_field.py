"""A field for text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QToolTip,
    QWidget,
)
from shiboken6 import isValid

from nnsim.gui.look.theme import set_role
from nnsim.gui.widgets.controls import NARROW, plain_tip


def is_undo(event: QEvent) -> bool:
    """Whether a key event is Ctrl+Z or its opposite."""
    return isinstance(event, QKeyEvent) and (
        event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))


class Typing(QObject):
    """What is being typed into a line edit, and not taken over yet.

    ``check(text)`` says what is wrong with a text, or "". A wrong text is marked, its tooltip the reason.
    """

    def __init__(self, edit: QLineEdit, frame: QWidget, check: Callable[[str], str]) -> None:
        super().__init__(frame)
        self.pending = False
        self.wrong = ""
        self._edit, self._frame, self._check = edit, frame, check
        self._tip = ""
        edit.textEdited.connect(self._on_typed)

    def set_tip(self, tip: str) -> None:
        """The tooltip while nothing is wrong."""
        self._tip = tip
        if not self.wrong:
            self._frame.setToolTip(plain_tip(tip))

    @property
    def alive(self) -> bool:
        """False while the window goes down: then the focus leaves too, but nothing can be taken over any more."""
        return isValid(self._edit)

    def show(self, text: str) -> None:
        """Show ``text``; what was being typed is dropped."""
        self.pending = False
        self._mark("")
        if self._edit.text() != text:
            blocked = self._edit.blockSignals(True)
            self._edit.setText(text)
            self._edit.blockSignals(blocked)

    def explain(self) -> None:
        """Say at once what is wrong with the text, for whoever uses the keyboard only."""
        below = self._frame.mapToGlobal(QPoint(0, self._frame.height() - 8))
        QToolTip.showText(below, plain_tip(self.wrong), self._frame)

    def _on_typed(self, text: str) -> None:
        self.pending = True
        self._mark(self._check(text))

    def _mark(self, reason: str) -> None:
        if reason == self.wrong:
            return
        self.wrong = reason
        self._frame.setToolTip(plain_tip(reason or self._tip))
        set_role(self._frame, state="wrong" if reason else "")


class TextField(QLineEdit):
    """One line of text, taken over on Enter and when the focus leaves; Esc goes back.

    ``edited(str)`` says what the learner typed, never what ``set_text`` shows.
    """

    edited = Signal(str)

    def __init__(self, check: Callable[[str], str] = lambda text: "") -> None:
        super().__init__()
        self._text = ""
        self._typing = Typing(self, self, lambda text: check(text.strip()))
        self.set_tip = self._typing.set_tip
        self.setMinimumWidth(NARROW)

    @property
    def wrong(self) -> str:
        """What is wrong with the text that is being typed; empty if nothing is."""
        return self._typing.wrong

    def set_text(self, text: str, keep_typing: bool = True) -> None:
        """Show ``text``; what is being typed stays unless ``keep_typing`` is false."""
        self._text = text
        if not (keep_typing and self._typing.pending):
            self._typing.show(text)
            if not self.hasFocus():
                self.setCursorPosition(0)

    def revert(self) -> None:
        """Drop what is being typed."""
        self._typing.show(self._text)

    def commit(self) -> None:
        """Take over what was typed; a wrong text is dropped."""
        if not self._typing.pending:
            return
        text, wrong = self.text().strip(), self._typing.wrong
        self._typing.show(self._text if wrong else text)
        if not wrong and text != self._text:
            self._text = text
            self.edited.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._typing.wrong:
                self._typing.explain()
            else:
                self.commit()
                event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self._typing.pending:
            self._typing.show(self._text)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason and self._typing.alive:
            self.commit()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        # With nothing half-typed, Ctrl+Z is the program's undo, not the line's.
        if event.type() == QEvent.Type.ShortcutOverride and not self._typing.pending and is_undo(event):
            event.ignore()
            return False
        return super().event(event)
