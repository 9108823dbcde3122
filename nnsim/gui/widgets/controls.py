"""Small controls for forms: a number, a text, a choice, a switch of few options, and a label that elides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QToolTip,
    QWidget,
)
from shiboken6 import isValid

from nnsim.gui.look.theme import GRID, set_role

NARROW = 48
"""How far an editor may shrink before its panel scrolls."""


def plain_tip(text: str) -> str:
    """A tooltip that shows ``text`` as it is, whatever a learner called things, broken into lines."""
    return f"<p>{escape(text)}</p>" if text else ""


def tabular(widget: QWidget) -> None:
    """Give a widget digits of equal width; its size and typeface stay those of the program."""
    digits = QFont()
    digits.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(digits)


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


class ChoiceField(QComboBox):
    """A choice of values by label.

    ``chosen(value)`` says what the learner chose, never what ``set_value`` shows.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tip = ""
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def set_tip(self, tip: str) -> None:
        """The tooltip; where the choice shown is cut, its whole text stands before."""
        self._tip = tip
        self.setToolTip(plain_tip(tip))

    def set_choices(self, choices: Iterable[tuple[Any, str]], about: dict[Any, str] | None = None) -> None:
        """The values and their labels, and a line about each as its tooltip."""
        choices = list(choices)
        if choices == [(self.itemData(i), self.itemText(i)) for i in range(self.count())]:
            return
        blocked = self.blockSignals(True)
        self.clear()
        for index, (value, label) in enumerate(choices):
            self.addItem(label, value)
            self.setItemData(index, plain_tip((about or {}).get(value, "")), Qt.ItemDataRole.ToolTipRole)
        self.blockSignals(blocked)

    def set_value(self, value: Any) -> None:
        """Show the choice of this value; none if it is no choice."""
        index = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        if index != self.currentIndex():
            blocked = self.blockSignals(True)
            self.setCurrentIndex(index)
            self.blockSignals(blocked)
            self.update()

    def forbid(self, value: Any, reason: str) -> None:
        """Grey the choice of ``value``, its tooltip the reason (made by plain_tip); without one allow it."""
        index = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        model = self.model()
        if index >= 0 and isinstance(model, QStandardItemModel):
            item = model.item(index)
            if reason or not item.isEnabled():
                item.setEnabled(not reason)
                item.setToolTip(reason)

    @property
    def value(self) -> Any:
        """The value shown as chosen."""
        return self.currentData()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._tip:
            cut = self.fontMetrics().horizontalAdvance(self.currentText()) > self._room()
            self.setToolTip(plain_tip(f"{self.currentText()} – {self._tip}" if cut else self._tip))
        return super().event(event)

    def showPopup(self) -> None:
        view = self.view()
        # A narrow panel must not cut the labels one chooses from.
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + 32))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        # Qt would cut a long text in the middle of a letter.
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        text = option.currentText or self.placeholderText()
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self._room())
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def _room(self) -> int:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option,
                                           QStyle.SubControl.SC_ComboBoxEditField, self).width()


class Segments(QWidget):
    """A switch between a few options, side by side. ``chosen(value)`` says what the learner chose."""

    chosen = Signal(object)

    def __init__(self, name: str, options: Iterable[tuple[Any, str, str]], words: bool = False) -> None:
        """``options`` are (value, text, tip); the buttons are called ``name`` with the value.

        ``words`` gives each the width of its text; else all are as wide as a sign.
        """
        super().__init__()
        self.setObjectName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[Any, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for value, text, tip in options:
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setObjectName(f"{name}_{value}")
            button.setAccessibleName(tip)
            button.setToolTip(plain_tip(tip))
            button.setStyleSheet(f"padding: 0 {GRID if words else 0}px; min-height: 0;")
            if not words:
                button.setFixedWidth(28)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)
            button.clicked.connect(lambda checked=False, value=value: self.chosen.emit(value))
        # As high as the field it stands beside.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(24)

    def set_value(self, value: Any) -> None:
        """Light the option of this value; none if it is no option."""
        self._group.setExclusive(False)
        for option, button in self._buttons.items():
            button.setChecked(option == value)
        self._group.setExclusive(True)


class CalmSlider(QSlider):
    """A slider that the wheel moves only while it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ElidedLabel(QLabel):
    """A label of plain text, cut with an ellipsis where there is no room; its tooltip then has the whole.

    ``most`` bounds the width it asks for, so that a long name does not push its neighbours away; about ``least``
    letters are never cut.
    """

    def __init__(self, text: str = "", most: int = 2000, least: int = 3) -> None:
        super().__init__(text)
        self._most, self._least, self._own_tip = most, least, ""
        self.short = ""
        """What is shown, cut if it must be, where there is no room for the whole text."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_tip(self, tip: str) -> None:
        """The tooltip besides the whole text."""
        self._own_tip = tip

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            cut = self._full_width() > self.contentsRect().width()
            parts = (self.text() if cut else "", self._own_tip)
            self.setToolTip(plain_tip("\n".join(part for part in parts if part)))
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(min(self._full_width(), self._most) + self._around(), QFontMetrics(self.font()).height())

    def minimumSizeHint(self) -> QSize:
        least = self._least * QFontMetrics(self.font()).averageCharWidth() + self._around()
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        rect = self.contentsRect()
        fits = not self.short or self._full_width() <= rect.width()
        text = QFontMetrics(self.font()).elidedText(self.text() if fits else self.short, Qt.TextElideMode.ElideRight,
                                                    rect.width())
        # It stands where the window's direction has it, and runs as its own first letter does: −1 is not 1−.
        side = QStyle.visualAlignment(self.layoutDirection(), self.alignment()) | Qt.AlignmentFlag.AlignAbsolute
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.drawItemText(rect, int(side), self.palette(), self.isEnabled(), text, self.foregroundRole())

    def _full_width(self) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) + 1

    def _around(self) -> int:
        """What the margins, those of the style sheet too, take away at both sides."""
        return self.width() - self.contentsRect().width()
