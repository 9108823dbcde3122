"""Forms: a field for numbers, rows of labels and editors, and a form made from a dataclass."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnsim.core.fields import Form, forms
from nnsim.core.numbers import format_number, parse_number
from nnsim.gui.controls import NARROW, ChoiceField, ElidedLabel, Segments, TextField, Typing, is_undo, plain_tip, tabular
from nnsim.gui.theme import GRID, set_role, text_scale

__all__ = ["ChoiceField", "Disclosure", "ElidedLabel", "FieldsForm", "NumberField", "Rows", "Segments", "TextField",
           "plain_tip", "tabular"]

STEP, FINE_STEP = 0.1, 0.01
LABEL_WIDTH = 96
GESTURE_PAUSE = 3.0
"""Steps with a longer pause between them, in seconds, are two gestures and two undo steps."""
_EXACT = 2.0**53


class NumberField(QDoubleSpinBox):
    """A number of any size, shown rounded but kept whole; “1,2”, “−2”, “1e-5” and “1/3” are read.

    ``edited(value, token)`` says what the learner set: typed (on Enter and when the focus leaves; token None) or by
    arrows and wheel (the steps of one gesture have the same token). ``set_number`` never emits. With ``off`` the
    field can be empty: None, shown by that word. ``ladder`` steps 1, 2, 5, 10 … for what spans many sizes.
    """

    edited = Signal(object, object)

    def __init__(self, minimum: float = -math.inf, maximum: float = math.inf, *, step: float = STEP,
                 fine: float = FINE_STEP, whole: bool = False, ladder: bool = False, off: str = "", unit: str = "",
                 start: float | None = None) -> None:
        """``start`` is the number to begin with when stepping from off."""
        super().__init__()
        self._minimum, self._maximum, self._whole, self._ladder = minimum, maximum, whole, ladder
        self._step, self._fine = (max(1.0, step), max(1.0, fine)) if whole else (step, fine)
        self._off = off
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
        tabular(self)
        edit = self.lineEdit()
        edit.setPlaceholderText(off)
        self._unit = QLabel(unit, edit)
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self._unit, text="muted")
        self._typing = Typing(edit, self, self._what_is_wrong)
        self.set_tip = self._typing.set_tip
        self._show()

    @property
    def number(self) -> float | None:
        """The whole number behind the rounded text; None if off."""
        return self._number

    def set_number(self, number: float | None, keep_typing: bool = True) -> None:
        """Show ``number`` without emitting; what is being typed stays unless ``keep_typing`` is false."""
        if number != self._number:
            self._number = number
            # Somebody else changed it (an undo, training): the next step is another gesture.
            self._token = None
        if not (keep_typing and self._typing.pending):
            self._show()

    def commit(self) -> None:
        """Take over what was typed; a wrong text is dropped."""
        if not self._typing.pending:
            return
        text, wrong = self.lineEdit().text().strip(), bool(self._typing.wrong)
        number = self._read(text)
        if wrong or text == self._text():
            number = self._number
        changed, self._number = number != self._number, number
        self._show()
        if changed:
            self._token = None
            self.edited.emit(self._number, None)

    def step_by(self, steps: float, fine: bool = False) -> None:
        """What arrows and wheel do."""
        self._typing.show(self._text())
        old = self._number
        if old is None:
            new = self._start
        elif self._ladder:
            new = _on_ladder(old, steps, fine)
        else:
            new = round(old + steps * (self._fine if fine else self._step), 12)
        new = min(max(new, self._minimum), self._maximum)
        if new == old:
            return
        now = time.monotonic()
        if self._token is None or now - self._stepped_at > GESTURE_PAUSE:
            self._token = object()
        self._number, self._stepped_at = new, now
        self._show()
        # An answer to the signal may show the number anew, as it is in the document: that does not end the gesture.
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
        return QSize(112, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROW + self._unit.sizeHint().width() * bool(self._unit.text()), super().sizeHint().height())

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
        if event.key() in keys:
            self.commit()
            self.step_by(keys[Qt.Key(event.key())], fine)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._typing.wrong:
                self._typing.explain()
            else:
                self.commit()
                self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and self._typing.pending:
            self._show()
            self.selectAll()
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
            self.commit()
            self._token = None
            self._wheel = 0
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        # With nothing half-typed, Ctrl+Z is the program's undo, not the line's.
        if event.type() == QEvent.Type.ShortcutOverride and not self._typing.pending and is_undo(event):
            event.ignore()
            return False
        return super().event(event)

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
        self._typing.show(self._text())
        # Qt's own value follows for screen readers; the text stands already, so that nothing is laid out anew.
        with QSignalBlocker(self):
            super().setValue(self._number or 0.0)

    def _place_unit(self) -> None:
        if not self._unit.text():
            return
        edit, width = self.lineEdit(), self._unit.sizeHint().width()
        self._unit.setGeometry(edit.width() - width - 2, 0, width, edit.height())
        edit.setTextMargins(0, 0, width + 4, 0)


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


class Rows(QFormLayout):
    """Rows with a muted label at the left and an editor at the right, in the rhythm of all panels."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(GRID)
        self.setVerticalSpacing(GRID)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)

    def add(self, label: str | QWidget, editor: QWidget, name: str, tip: str = "") -> QWidget:
        """Add a row whose editor is called ``name``. Gives the widget of the label."""
        head = label_of(label, tip) if isinstance(label, str) else label
        editor.setObjectName(name)
        if isinstance(label, str):
            editor.setAccessibleName(label)
        if tip:
            editor.setAccessibleDescription(tip)
            set_tip = getattr(editor, "set_tip", None)
            set_tip(tip) if set_tip else editor.setToolTip(plain_tip(tip))
        self.addRow(head, editor)
        return head

    def show_row(self, editor: QWidget, shown: bool) -> None:
        """Show or hide the row of ``editor``."""
        if self.isRowVisible(editor) != shown:
            self.setRowVisible(editor, shown)


def label_of(text: str, tip: str = "") -> ElidedLabel:
    """The label of a row."""
    label = ElidedLabel(text, most=round(150 * text_scale()))
    label.setMinimumWidth(round(LABEL_WIDTH * text_scale()))
    label.set_tip(tip)
    set_role(label, text="muted")
    return label


def plain_text(name: str, muted: bool = False, small: bool = False) -> QLabel:
    """A wrapped label of plain text that can be selected, called ``name``."""
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if muted or small:
        set_role(label, text="small" if small else "muted")
    return label


class Disclosure(QWidget):
    """A line such as “Advanced ▸” that shows what lies under it when opened. ``body`` takes the content."""

    def __init__(self, title: str, name: str, opened: bool = False) -> None:
        super().__init__()
        self._title = title
        self.button = QPushButton()
        self.button.setObjectName(name)
        self.button.setAccessibleName(title)
        self.button.setCheckable(True)
        self.button.setChecked(opened)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_role(self.button, kind="link")
        self.content = QWidget()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.button)
        column.addWidget(self.content)
        self.button.toggled.connect(self._follow)
        self._follow(opened)

    def _follow(self, opened: bool) -> None:
        self.button.setText(f"{self._title} {'▾' if opened else '▸'}")
        self.button.setToolTip(self.tr("Hide these settings") if opened else self.tr("Show these settings"))
        self.content.setVisible(opened)


class FieldsForm(QWidget):
    """Rows for the fields of a dataclass, from their forms. ``edited(name, value, token)`` as NumberField's.

    ``only`` chooses fields, in its order. ``starts`` holds what a field that is off begins with. An editor is
    called ``prefix`` + "_" + the field's name; the switch of a field that can be off ends in "_on".
    """

    edited = Signal(str, object, object)

    def __init__(self, owner: Any, prefix: str, only: Collection[str] | None = None,
                 starts: Mapping[str, float] | None = None) -> None:
        super().__init__()
        self.rows = Rows()
        self.setLayout(self.rows)
        self.editors: dict[str, QWidget] = {}
        self._switches: dict[str, QCheckBox] = {}
        self._starts = dict(starts or {})
        described = forms(owner)
        for name in described if only is None else only:
            self._add(name, described[name], f"{prefix}_{name}")

    def show_values(self, owner: Any) -> None:
        """Show the fields of an instance, without emitting."""
        for name, editor in self.editors.items():
            value = getattr(owner, name)
            if isinstance(editor, NumberField):
                editor.set_number(value)
            elif isinstance(editor, ChoiceField):
                editor.set_value(value)
            elif isinstance(editor, QCheckBox):
                editor.setChecked(value)
            elif isinstance(editor, TextField):
                editor.set_text(value)
            if name in self._switches:
                self._switches[name].setChecked(value is not None)
                if value is not None:
                    self._starts[name] = value

    def _add(self, name: str, form: Form, object_name: str) -> None:
        label, tip = self.tr(form.label), self.tr(form.help)
        editor = self._editor(name, form)
        head: str | QWidget = label
        if form.off:
            switch = QCheckBox(label)
            switch.setObjectName(f"{object_name}_on")
            switch.setToolTip(plain_tip(tip))
            switch.clicked.connect(lambda on: self.edited.emit(name, self._starts.get(name, 1) if on else None, None))
            editor.setAccessibleName(label)
            head = self._switches[name] = switch
        self.rows.add(head, editor, object_name, tip)
        self.editors[name] = editor

    def _editor(self, name: str, form: Form) -> QWidget:
        if form.choices:
            choice = ChoiceField()
            choice.set_choices([(value, self.tr(label)) for value, label in form.choices])
            choice.chosen.connect(lambda value: self.edited.emit(name, value, None))
            return choice
        if form.kind is bool:
            box = QCheckBox(self.tr("yes"))
            box.clicked.connect(lambda on: self.edited.emit(name, on, None))
            return box
        if form.kind is str:
            text = TextField()
            text.edited.connect(lambda value: self.edited.emit(name, value, None))
            return text
        number = NumberField(
            form.minimum, form.maximum, whole=form.kind is int, off=self.tr(form.off) if form.off else "",
            unit=self.tr(form.unit), start=self._starts.get(name),
            # What may be as small as 1e−6 or as large as a million is stepped by ratio.
            ladder=form.kind is float and form.minimum == 0 and form.maximum >= 1e6)
        number.edited.connect(lambda value, token: self.edited.emit(name, value, token))
        return number
