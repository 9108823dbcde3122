"""A field in which one of several is chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from nnsim.gui.widgets.controls import plain_tip


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
        with QSignalBlocker(self):
            self.clear()
            for index, (value, label) in enumerate(choices):
                self.addItem(label, value)
                self.setItemData(index, plain_tip((about or {}).get(value, "")), Qt.ItemDataRole.ToolTipRole)

    def set_value(self, value: Any) -> None:
        """Show the choice of this value; none if it is no choice."""
        index = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        if index != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(index)
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


def choice_of(registry: Mapping[str, Any]) -> ChoiceField:
    """The names of a registry to choose from, each with what it is about."""
    picker = ChoiceField()
    picker.set_choices([(entry.name, picker.tr(entry.label)) for entry in registry.values()],
                       {entry.name: picker.tr(entry.about) for entry in registry.values()})
    return picker
