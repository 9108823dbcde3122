"""A field for text."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget
from shiboken6 import isValid

from nnsim.gui.look.theme import set_role
from nnsim.gui.widgets.controls import NARROW, plain_tip


class Typing(QObject):
    """What is being typed into a line edit, taken over on Enter and when the focus leaves; Esc drops it.

    ``edit`` is, or stands in, the field ``frame``. ``check(text)`` says what is wrong with a text, or ""; a wrong text
    is marked, its tooltip the reason. ``take(text)`` takes one over; ``shown()`` is what stands there while nothing is
    typed. ``settled()`` when a key has ended the typing.
    """

    settled = Signal()

    def __init__(self, edit: QLineEdit, frame: QWidget, check: Callable[[str], str], take: Callable[[str], None],
                 shown: Callable[[], str]) -> None:
        super().__init__(frame)
        self.pending = False
        self.wrong = ""
        self._edit, self._frame, self._check, self._take, self._shown = edit, frame, check, take, shown
        self._tip = ""
        edit.textEdited.connect(self._on_typed)
        frame.installEventFilter(self)

    def set_tip(self, tip: str) -> None:
        """The tooltip while nothing is wrong."""
        self._tip = tip
        if not self.wrong:
            self._frame.setToolTip(plain_tip(tip))

    def drop(self) -> None:
        """Show what stands there; what was being typed is dropped."""
        self.pending = False
        self._mark("")
        text = self._shown()
        if self._edit.text() != text:
            with QSignalBlocker(self._edit):
                self._edit.setText(text)
            if not self._edit.hasFocus() and not self._frame.hasFocus():
                # Where not all has room: sign and first digits say more than the last.
                self._edit.setCursorPosition(0)

    def commit(self) -> None:
        """Take over what was typed; a wrong text is dropped."""
        if self.pending and not self.wrong:
            self._take(self._edit.text().strip())
        elif self.pending:
            self.drop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and not self.pending:
            if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
                # With nothing half-typed, Ctrl+Z is the program's undo, not the line's.
                event.ignore()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter(event)
                return True
            if event.key() == Qt.Key.Key_Escape and self.pending:
                self.drop()
                self.settled.emit()
                return True
        elif (isinstance(event, QFocusEvent) and event.lostFocus() and isValid(self._edit)
                and event.reason() != Qt.FocusReason.PopupFocusReason):
            # Valid, because the focus leaves too while the window goes down.
            self.commit()
        return False

    def _enter(self, event: QKeyEvent) -> None:
        if self.wrong:
            # For whoever uses the keyboard only it is said at once.
            below = self._frame.mapToGlobal(QPoint(0, self._frame.height() - 8))
            QToolTip.showText(below, plain_tip(self.wrong), self._frame)
        else:
            self.commit()
            self.settled.emit()
            event.ignore()

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

    ``edited(str)`` says what the learner typed, never what ``set_text`` shows. ``commit()`` takes over what is being
    typed, ``revert()`` drops it.
    """

    edited = Signal(str)

    def __init__(self, check: Callable[[str], str] = lambda text: "") -> None:
        super().__init__()
        self._text = ""
        self._typing = Typing(self, self, lambda text: check(text.strip()), self._take, lambda: self._text)
        self.set_tip, self.commit, self.revert = self._typing.set_tip, self._typing.commit, self._typing.drop
        self.setMinimumWidth(NARROW)

    @property
    def wrong(self) -> str:
        """What is wrong with the text that is being typed; empty if nothing is."""
        return self._typing.wrong

    def set_text(self, text: str, keep_typing: bool = True) -> None:
        """Show ``text``; what is being typed stays unless ``keep_typing`` is false."""
        self._text = text
        if not (keep_typing and self._typing.pending):
            self._typing.drop()

    def _take(self, text: str) -> None:
        changed, self._text = text != self._text, text
        self._typing.drop()
        if changed:
            self.edited.emit(text)
