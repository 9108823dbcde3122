"""Small controls for forms: a button, a switch of few options, a slider."""

from collections.abc import Iterable
from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from nnsim.gui.look.theme import GRID, set_role
from nnsim.gui.widgets.boxes import row_in

NARROW = 48
"""How far an editor may shrink before its panel scrolls."""


def plain_tip(text: str) -> str:
    """A tooltip that shows ``text`` as it is, whatever a learner called things, broken into lines."""
    return f"<p>{escape(text)}</p>" if text else ""


def literal(text: str) -> str:
    """``text`` for a menu, a button or a tab, where Qt takes an & for the mark of the letter that follows."""
    return text.replace("&", "&&")


def name_widget(widget: QWidget, name: str, heard: str, tip: str = "") -> None:
    """Give a widget its objectName, what a screen reader says of it, and its tooltip."""
    widget.setObjectName(name)
    widget.setAccessibleName(heard)
    if tip:
        widget.setToolTip(tip)


def tabular(widget: QWidget) -> None:
    """Give a widget digits of equal width; its size and typeface stay those of the program."""
    digits = QFont()
    digits.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(digits)


def push_button(text: str, name: str, tip: str, kind: str = "", heard: str = "") -> QPushButton:
    """A button called ``name``; ``kind`` is "primary", "link" or "". A screen reader says ``heard``, or its text."""
    button = QPushButton(text)
    name_widget(button, name, heard or text, plain_tip(tip))
    if kind:
        set_role(button, kind=kind)
    return button


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
        row = row_in(self, 2)
        for value, text, tip in options:
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            name_widget(button, f"{name}_{value}", tip, plain_tip(tip))
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
