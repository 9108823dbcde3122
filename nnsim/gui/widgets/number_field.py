"""A field for numbers of any size."""

import math
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLabel,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionSpinBox,
    QToolButton,
)

from nnsim.core.formulas.numbers import format_number, parse_number
from nnsim.gui.look.theme import set_role
from nnsim.gui.widgets.controls import NARROW, plain_tip, tabular
from nnsim.gui.widgets.text_field import Typing

STEP, FINE_STEP = 0.1, 0.01
TEXT_MARGIN = 8
GESTURE_PAUSE = 3.0
"""Steps with a longer pause between them, in seconds, are two gestures and two undo steps."""
WIDEST = "−1.234e−10"
"""The longest text of a number of four digits, but for sizes that only a run that diverges comes to."""
CURSOR = 2
"""What a line edit keeps free at both ends of its text."""
_EXACT = 2.0**53


class NumberField(QDoubleSpinBox):
    """A number of any size, shown rounded but kept whole; “1,2”, “−2”, “1e-5” and “1/3” are read.

    ``edited(value, token)`` says what the learner set: typed (on Enter and when the focus leaves; token
    None) or by arrows and wheel (the steps of one gesture have the same token). ``set_number`` never emits.
    ``commit()`` takes over what is being typed, ``revert()`` drops it. With ``off`` the field can be empty:
    None, shown by that word. ``ladder`` steps 1, 2, 5, 10 … for what spans many sizes.
    """

    edited = Signal(object, object)

    def __init__(self, minimum: float = -math.inf, maximum: float = math.inf, *, step: float = STEP,
                 fine: float = FINE_STEP, whole: bool = False, ladder: bool = False, off: str = "",
                 unit: str = "", start: float | None = None, presets: Sequence[float] = (),
                 whole_text: bool = False) -> None:
        """``start`` is the number to begin with when stepping from off.

        ``presets`` are usual numbers, offered by a small button in the field and by Alt+Down. With ``whole_text`` the
        field never becomes so narrow that a number is cut; others show at least how it begins.
        """
        super().__init__()
        self._minimum, self._maximum, self._whole, self._ladder = minimum, maximum, whole, ladder
        self._step, self._fine = (max(1.0, step), max(1.0, fine)) if whole else (step, fine)
        self._off, self._whole_text = off, whole_text
        self._start = start if start is not None else max(minimum, 0.0)
        self._number: float | None = None if off else max(minimum, min(maximum, 0.0))
        self._token: object = None
        self._stepped_at = -math.inf
        self._wheel = 0
        self.setDecimals(17)
        self.setRange(max(minimum, -_EXACT), min(maximum, _EXACT))
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # A number is written from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        edit = self.lineEdit()
        edit.setPlaceholderText(off)
        self._unit = QLabel(unit, edit)
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self._unit, tone="muted")
        self._presets: QToolButton | None = self._presets_button(presets) if presets else None
        self._typing = Typing(edit, self, self._what_is_wrong, self._take, self._text)
        self._typing.settled.connect(self.selectAll)
        self.set_tip, self.commit, self.revert = self._typing.set_tip, self._typing.commit, self._typing.drop
        tabular(self)
        self._show()

    @property
    def number(self) -> float | None:
        """The whole number behind the rounded text; None if off."""
        return self._number

    @property
    def wrong(self) -> str:
        """What is wrong with the text that is being typed; empty if nothing is."""
        return self._typing.wrong

    def set_number(self, number: float | None, keep_typing: bool = True) -> None:
        """Show ``number`` without emitting; what is being typed stays unless ``keep_typing`` is false."""
        if number != self._number or not keep_typing:
            self._number = number
            # Somebody else changed it (an undo, training): the next step is another gesture.
            self._token = None
        if not (keep_typing and self._typing.pending):
            self._show()

    def _take(self, text: str) -> None:
        number = self._number if text == self._text() else self._read(text)
        changed, self._number = number != self._number, number
        self._show()
        if changed:
            self._token = None
            self.edited.emit(self._number, None)

    def step_by(self, steps: float, fine: bool = False) -> None:
        """What arrows and wheel do."""
        self._typing.drop()
        old = self._number
        if old is None:
            new = self._start
        elif self._ladder:
            new = _on_ladder(old, steps, fine)
        else:
            new = round(old + steps * (self._fine if fine else self._step), 12)
        new = min(max(new, self._minimum), self._maximum)
        if self._whole:
            new = int(new)
        if new == old:
            return
        now = time.monotonic()
        if self._token is None or now - self._stepped_at > GESTURE_PAUSE:
            self._token = object()
        self._number, self._stepped_at = new, now
        self._show()
        # An answer to the signal may show the number anew: that does not end the gesture.
        token = self._token
        self.edited.emit(new, token)
        self._token = token

    # What QDoubleSpinBox asks

    def stepBy(self, steps: int) -> None:
        fine = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        self.step_by(math.copysign(1, steps) if fine else steps, fine)

    def stepEnabled(self) -> QDoubleSpinBox.StepEnabledFlag:
        flags = QDoubleSpinBox.StepEnabledFlag.StepNone
        if self._number is None or self._number < self._maximum:
            flags |= QDoubleSpinBox.StepEnabledFlag.StepUpEnabled
        if self._number is not None and self._number > self._minimum:
            flags |= QDoubleSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> Any:
        return QValidator.State.Acceptable, text, position

    def valueFromText(self, text: str) -> float:
        return self._number or 0.0

    def textFromValue(self, value: float) -> str:
        return self._text()

    def sizeHint(self) -> QSize:
        return QSize(112, self._height())

    def minimumSizeHint(self) -> QSize:
        widest = self.fontMetrics().horizontalAdvance(WIDEST) + self._around() if self._whole_text else NARROW
        return QSize(widest + self._right_width(), self._height())

    def _around(self) -> int:
        """What stands beside the text in the field: edges, margins and arrows."""
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        option.rect = QRect(0, 0, 200, self._height())
        text = self.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option,
                                           QStyle.SubControl.SC_SpinBoxEditField)
        return option.rect.width() - text.width() + TEXT_MARGIN + 2 * CURSOR

    def _right_width(self) -> int:
        """What stands at the right inside the field: the unit, or the button of the presets."""
        if self._presets is not None:
            return self._presets.sizeHint().width()
        return self._unit.sizeHint().width() if self._unit.text() else 0

    def _height(self) -> int:
        """As high as a line edit in the same style: Qt would make room for its arrows instead."""
        return max(18, self.fontMetrics().height() + 2) + 10

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_unit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place_unit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier and self._presets:
            self._presets.showMenu()
        elif event.key() in keys:
            self.commit()
            self.step_by(keys[Qt.Key(event.key())], fine)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / 120)
        self._wheel -= notches * 120
        if notches:
            self.commit()
            self.step_by(notches, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._token, self._wheel = None, 0
        super().focusOutEvent(event)

    def _text(self) -> str:
        return "" if self._number is None else format_number(self._number, 16 if self._whole else 4)

    def _read(self, text: str) -> float | None:
        number = None if text.lower() == self._off.lower() else parse_number(text)
        return int(number) if number is not None and self._whole else number

    def _what_is_wrong(self, text: str) -> str:
        text = text.strip()
        if self._off and text.lower() in ("", self._off.lower()):
            return ""
        number = parse_number(text)
        if number is None:
            return self.tr("Type a number, such as 2, −0.5, 1e−5 or 1/3.")
        if self._whole and not number.is_integer():
            return self.tr("Only a whole number fits here.")
        if number < self._minimum:
            return self.tr("At least {bound}.").format(bound=format_number(self._minimum))
        if number > self._maximum:
            return self.tr("At most {bound}.").format(bound=format_number(self._maximum))
        return ""

    def _show(self) -> None:
        self._typing.drop()
        # Qt's own value follows for screen readers. The text stands already, so nothing is laid out anew.
        with QSignalBlocker(self):
            super().setValue(self._number or 0.0)

    def _place_unit(self) -> None:
        """The style sheet's padding does not reach the line edit in a spin box: its text margins stand in."""
        edit, width = self.lineEdit(), self._right_width()
        shown = self._unit if self._presets is None else self._presets
        shown.setGeometry(edit.width() - width - 2, 0, width, edit.height())
        edit.setTextMargins(TEXT_MARGIN, 0, width + 4 if width else 0, 0)

    # Presets

    def _presets_button(self, presets: Sequence[float]) -> QToolButton:
        button = QToolButton(self.lineEdit())
        button.setObjectName("presets")
        button.setText("▾")
        button.setAccessibleName(self.tr("Usual values"))
        button.setToolTip(plain_tip(self.tr("Usual values (Alt+Down)")))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_role(button, kind="quiet")
        button.setStyleSheet("padding: 0 4px; min-height: 0;")
        menu = QMenu(button)
        menu.setObjectName("presets_menu")
        for value in presets:
            action = menu.addAction(format_number(value))
            action.setObjectName(f"preset_{value:g}")
            action.setCheckable(True)
            action.setData(value)
            action.triggered.connect(lambda checked=False, value=value: self._take_preset(value))
        menu.aboutToShow.connect(lambda: self._mark_preset(menu))
        button.setMenu(menu)
        return button

    def _mark_preset(self, menu: QMenu) -> None:
        self.commit()
        for action in menu.actions():
            action.setChecked(action.data() == self._number)
            if action.isChecked():
                # The arrow keys go on from the current value.
                menu.setActiveAction(action)

    def _take_preset(self, value: float) -> None:
        self._typing.drop()
        if value != self._number:
            self._number, self._token = value, None
            self._show()
            self.edited.emit(value, None)


def _on_ladder(number: float, steps: float, fine: bool) -> float:
    """The next of 1, 2, 5, 10, 20 … (fine: 1.0, 1.1, 1.2 …) times a power of ten; 0 lies below 1e−6."""
    rungs = [Decimal(n) / 10 for n in range(10, 100)] if fine else [Decimal(1), Decimal(2), Decimal(5)]
    value, up = Decimal(repr(float(number))), steps > 0
    for _ in range(max(1, abs(round(steps)))):
        if value < Decimal("1e-6") or (value == Decimal("1e-6") and not up):
            value = Decimal("1e-6") if up else Decimal(0)
            continue
        size = Decimal(10) ** value.adjusted()
        near = [rung * size * scale for scale in (Decimal("0.1"), Decimal(1), Decimal(10)) for rung in rungs]
        value = min(n for n in near if n > value) if up else max(n for n in near if n < value)
    return float(value)
