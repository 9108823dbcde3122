"""Forms: rows of labels and editors, and a form made from a dataclass."""

from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from nnsim.core.fields import Form, forms
from nnsim.gui.look.theme import GRID, set_role, text_scale
from nnsim.gui.widgets.boxes import column_in, row_in
from nnsim.gui.widgets.choice_field import ChoiceField
from nnsim.gui.widgets.controls import name_widget, plain_tip
from nnsim.gui.widgets.labels import ElidedLabel
from nnsim.gui.widgets.number_field import NumberField
from nnsim.gui.widgets.text_field import TextField

LABEL_WIDTH, FORM_LABELS, WIDEST_LABEL = 108, 100, 120
"""Of a row's label in pixels, at 100 %: at least, in a form of choices whose labels are long, and at most."""


class Rows(QFormLayout):
    """Rows with a muted label at the left and an editor at the right, in the rhythm of all panels.

    Labels are at least ``label_width`` wide, at 100 %. With ``wraps`` an editor that has not the least of its width
    beside its label stands below it; with ``whole`` too, and labels are not cut for it.
    """

    def __init__(self, label_width: int = LABEL_WIDTH, wraps: bool = False, whole: bool = False) -> None:
        super().__init__()
        self._label_width, self._whole = label_width, whole
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(GRID)
        self.setVerticalSpacing(GRID)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        policies = QFormLayout.RowWrapPolicy
        self.setRowWrapPolicy(policies.WrapLongRows if wraps or whole else policies.DontWrapRows)

    def add(self, label: str, editor: QWidget, name: str, tip: str = "", at: int = -1) -> ElidedLabel:
        """Add a row whose editor is called ``name``, at the end or before row ``at``. Gives its label."""
        head = label_of(label, tip, self._label_width, self._whole)
        self.add_headed(head, label, editor, name, tip, at)
        return head

    def add_headed(self, head: QWidget, label: str, editor: QWidget, name: str, tip: str = "", at: int = -1) -> None:
        """Add a row that has another widget, such as a switch, in the place of its label."""
        name_widget(editor, name, label)
        if tip:
            editor.setAccessibleDescription(tip)
            # “What is this?” of the Help menu, and Shift+F1 in the field, say it as a sentence.
            for part in (head, editor):
                part.setWhatsThis(f"<p><b>{escape(label)}</b></p>{plain_tip(tip)}")
            if isinstance(editor, NumberField | TextField | ChoiceField):
                editor.set_tip(tip)
            else:
                editor.setToolTip(plain_tip(tip))
        self.insertRow(at, head, editor)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        # Qt indents what stands below its label by the width of other labels, or by a gap where there are none.
        for row in range(self.rowCount()):
            head, editor = (self.itemAt(row, role) for role in (self.ItemRole.LabelRole, self.ItemRole.FieldRole))
            if head is not None and editor is not None and editor.geometry().top() > head.geometry().bottom():
                place = editor.geometry()
                editor.setGeometry(QRect(rect.left(), place.top(), rect.width(), place.height()))

    def show_row(self, editor: QWidget, shown: bool) -> None:
        """Show or hide the row of ``editor``."""
        if self.isRowVisible(editor) != shown:
            self.setRowVisible(editor, shown)


class _RowLabel(ElidedLabel):
    """As wide as those of the other rows, at any size of text: ``least`` at 100 %; it may be cut, unless ``whole``."""

    def __init__(self, text: str, least: int, whole: bool) -> None:
        super().__init__(text)
        self._least_width, self._whole = least, whole

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(max(hint.width(), self._width(self._least_width)), self._width(WIDEST_LABEL)), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._whole else QSize(self._least_width, super().minimumSizeHint().height())

    @staticmethod
    def _width(pixels: int) -> int:
        return round(pixels * text_scale())


def label_of(text: str, tip: str, least: int, whole: bool = False) -> ElidedLabel:
    """The label of a row."""
    label = _RowLabel(text, least, whole)
    label.set_tip(tip)
    set_role(label, tone="muted")
    return label


def plain_text(name: str, muted: bool = False, small: bool = False) -> QLabel:
    """A wrapped label of plain text that can be selected, called ``name``."""
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if muted or small:
        set_role(label, tone="small" if small else "muted")
    return label


def beside(*widgets: QWidget) -> QWidget:
    """Widgets in one row, as the editor of a form's row; the first takes what room there is."""
    box = QWidget()
    row = row_in(box, GRID)
    for index, widget in enumerate(widgets):
        row.addWidget(widget, 0 if index else 1)
    return box


class WholeRows(QScrollArea):
    """An area that scrolls and ends in a whole row: one that its lower edge would cut through is covered."""

    def __init__(self) -> None:
        super().__init__()
        self._cover = QWidget(self)
        self._cover.setAutoFillBackground(True)
        self._cover.setBackgroundRole(QPalette.ColorRole.Base)
        self._cover.hide()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._cover_cut)
        self.verticalScrollBar().valueChanged.connect(self._cover_cut)

    @property
    def end(self) -> int:
        """Where what can be seen ends, in pixels from the top."""
        return self._cover.y() if self._cover.isVisible() else self.viewport().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cover_cut()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._later.start()  # when all rows stand in their places
        return super().eventFilter(watched, event)

    def _cover_cut(self) -> None:
        view, content = self.viewport(), self.widget()
        if content is None:
            return
        places = [QRect(part.mapTo(view, QPoint()), part.size()) for part in content.findChildren(QWidget)
                  if part.isVisible() and part.layout() is None]
        cut = [place.top() for place in places if 0 < place.top() < view.height() <= place.bottom()]
        top = min(cut, default=0) - GRID // 2
        # Where not one row is whole, a part of one is better than none.
        whole = any(place.top() >= 0 and place.bottom() <= top for place in places)
        self._cover.setVisible(whole)
        if whole:
            self._cover.setGeometry(0, top, view.width(), view.height() - top)


def scrolled(content: QWidget, area: QScrollArea | None = None) -> QScrollArea:
    """``content`` in an area that scrolls up and down only."""
    area = area or QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


class Disclosure(QWidget):
    """A line such as “Advanced ▸” that shows what lies under it when opened. ``body`` takes the content.

    ``fill`` is called when it is opened for the first time: what few come to see is not made for all.
    """

    def __init__(self, title: str, name: str, opened: bool = False, fill: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._title, self._fill = title, fill
        self.button = QPushButton()
        name_widget(self.button, name, title)
        self.button.setCheckable(True)
        self.button.setChecked(opened)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_role(self.button, kind="link")
        self.content = QWidget()
        self.body = column_in(self.content, GRID)
        column = column_in(self, GRID // 2)
        column.addWidget(self.button)
        column.addWidget(self.content)
        self.button.toggled.connect(self._follow)
        self._follow(opened)

    def _follow(self, opened: bool) -> None:
        if opened and self._fill is not None:
            fill, self._fill = self._fill, None
            fill()
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
        self.rows = Rows(FORM_LABELS, whole=True)
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
        if form.off and form.unit:
            # The unit tells “after 10 epochs” from “after 10 s” also while the field is off.
            label = f"{label} ({self.tr(form.unit)})"
        editor = self.editors[name] = self._editor(name, form)
        if form.off:
            switch = QCheckBox(label)
            switch.setObjectName(f"{object_name}_on")
            switch.setToolTip(plain_tip(tip))
            switch.clicked.connect(
                lambda on: self.edited.emit(name, self._starts.get(name, 1) if on else None, None))
            switch.setMinimumHeight(editor.sizeHint().height())
            self._switches[name] = switch
            self.rows.add_headed(switch, label, editor, object_name, tip)
        else:
            self.rows.add(label, editor, object_name, tip)

    def _editor(self, name: str, form: Form) -> QWidget:
        if form.choices:
            choice = ChoiceField(whole_text=True)
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
            unit=self.tr(form.unit) if form.unit and not form.off else "", start=self._starts.get(name),
            # What may be as small as 1e−6 or as large as a million is stepped by ratio.
            ladder=form.kind is float and form.minimum == 0 and form.maximum >= 1e6, presets=form.presets)
        number.edited.connect(lambda value, token: self.edited.emit(name, value, token))
        return number
