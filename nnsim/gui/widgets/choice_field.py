"""A field in which one of several is chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSignalBlocker, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.table import Index

MANY = 100
"""The heights of more choices are not asked for one by one."""
AROUND = 32
"""What the list has around its labels."""


class _Choices(QStringListModel):
    """Values with their labels; no object for each, because there may be thousands."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: list[tuple[Any, str]] = []
        self._about: Mapping[Any, str] = {}
        self._forbidden: dict[int, str] = {}

    def show(self, choices: list[tuple[Any, str]], about: Mapping[Any, str]) -> None:
        """These in place of those from before; all of them are allowed."""
        self.choices, self._about, self._forbidden = choices, about, {}
        self.setStringList([label for _, label in choices])

    def place_of(self, value: Any) -> int:
        """Where a value stands; −1 if it is no choice."""
        return next((place for place, choice in enumerate(self.choices) if choice[0] == value), -1)

    def forbid(self, place: int, reason: str) -> None:
        """Grey a choice for this reason; without one allow it."""
        if reason != self._forbidden.get(place, ""):
            self._forbidden[place] = reason
            self.dataChanged.emit(self.index(place), self.index(place))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role == Qt.ItemDataRole.UserRole:
            return self.choices[index.row()][0]
        if index.isValid() and role == Qt.ItemDataRole.ToolTipRole:
            value = self.choices[index.row()][0]
            return self._forbidden.get(index.row(), "") or plain_tip(self._about.get(value, ""))
        return super().data(index, role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        forbidden = self._forbidden.get(index.row(), "")
        return Qt.ItemFlag.NoItemFlags if forbidden else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class ChoiceField(QComboBox):
    """A choice of values by label.

    ``chosen(value)`` says what the learner chose, never what ``set_value`` shows. With ``whole_text`` the field is at
    least as wide as its widest label, so that none is cut and it stays as it is whatever is chosen.
    """

    chosen = Signal(object)

    def __init__(self, whole_text: bool = False) -> None:
        super().__init__()
        self._whole_text = whole_text
        self._choices = _Choices(self)
        self._widest = ("", 0)
        self.setModel(self._choices)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tip = ""
        self.activated.connect(lambda place: self.chosen.emit(self._choices.choices[place][0]))

    def set_tip(self, tip: str) -> None:
        """The tooltip; where the choice shown is cut, its whole text stands before."""
        self._tip = tip
        self.setToolTip(plain_tip(tip))

    def set_choices(self, choices: Iterable[tuple[Any, str]], about: Mapping[Any, str] | None = None) -> None:
        """The values and their labels, and a line about each as its tooltip."""
        choices = list(choices)
        if choices != self._choices.choices:
            self._widest = ("", 0)
            with QSignalBlocker(self):
                self._choices.show(choices, about or {})
            self.updateGeometry()  # as wide as the widest of these

    def set_value(self, value: Any) -> None:
        """Show the choice of this value; none if it is no choice."""
        place = self._choices.place_of(value)
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)
            self.update()

    def forbid(self, value: Any, reason: str) -> None:
        """Grey the choice of ``value``, its tooltip the reason (made by plain_tip); without one allow it."""
        place = self._choices.place_of(value)
        if place >= 0:
            self._choices.forbid(place, reason)

    @property
    def widest(self) -> int:
        """How wide the widest label is, in pixels."""
        # Measured once: a layout asks many times over, and there may be thousands.
        face = self.font().key()
        if self._widest[0] != face:
            labels, width = (label for _, label in self._choices.choices), self.fontMetrics().horizontalAdvance
            self._widest = face, max(map(width, labels), default=0)
        return self._widest[1]

    @property
    def value(self) -> Any:
        """The value shown as chosen."""
        place = self.currentIndex()
        return self._choices.choices[place][0] if place >= 0 else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._tip:
            cut = self.fontMetrics().horizontalAdvance(self.currentText()) > self._room()
            self.setToolTip(plain_tip(f"{self.currentText()} – {self._tip}" if cut else self._tip))
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        if not self._whole_text:
            return least
        around = least.width() - self._room(least)
        return QSize(max(least.width(), self.widest + around), least.height())

    def showPopup(self) -> None:
        view = self.view()
        # A narrow panel must not cut the labels one chooses from.
        view.setMinimumWidth(max(self.width(), self.widest + AROUND))
        many = isinstance(view, QListView) and self.count() > MANY
        if isinstance(view, QListView):
            view.setUniformItemSizes(many)
        super().showPopup()
        if many:
            view.doItemsLayout()  # as wide as the list is now

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

    def _room(self, size: QSize | None = None) -> int:
        """For the text, in a field of this size; in that of now without one."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        if size is not None:
            option.rect = QRect(QPoint(), size)
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option,
                                           QStyle.SubControl.SC_ComboBoxEditField, self).width()


def choice_of(registry: Mapping[str, Any], whole_text: bool = False) -> ChoiceField:
    """The names of a registry to choose from, each with what it is about."""
    picker = ChoiceField(whole_text)
    picker.set_choices([(entry.name, picker.tr(entry.label)) for entry in registry.values()],
                       {entry.name: picker.tr(entry.about) for entry in registry.values()})
    return picker
